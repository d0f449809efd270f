import GradREPL
import TerminalSupport
import Testing

@Suite struct CompletionTests {
    @Test func whatIsCommonIsInserted() throws {
        let terminal = try Home().start()
        try terminal.type("2 * gra" + Key.tab)
        #expect(terminal.screen.cursorRow == "grad> 2 * grad")
        try terminal.type("i" + Key.tab)
        #expect(terminal.screen.cursorRow == "grad> 2 * gradient")
        try terminal.type(" + th" + Key.tab)
        #expect(terminal.screen.cursorRow == "grad> 2 * gradient + théorème")
    }

    @Test func candidatesAreListedBelowTheLine() throws {
        let terminal = try Home().start()
        try terminal.type("{\rlear" + Key.tab + Key.tab)
        #expect(
            terminal.screen.rows.prefix(5) == [
                "grad> {", "....    learn", "learned        learning_rate", "grad> {", "....    learn",
            ])
        try terminal.type("ed}\r")
        #expect(terminal.screen.rows.contains("read \"{\\n  learned}\""))
    }

    @Test func aWordWithoutCandidatesRingsTheBell() throws {
        let terminal = try Home().start()
        try terminal.type("zzz" + Key.tab)
        #expect(terminal.screen.bells == 1)
        #expect(terminal.screen.cursorRow == "grad> zzz")
    }

    @Test func tabAtTheBeginningOfALineIndents() throws {
        let terminal = try Home().start()
        try terminal.type("{" + Key.enter + Key.tab + "x}")
        #expect(terminal.screen.rows[1] == "....      x}")
    }

    @Test(arguments: [
        ("\\theta", "θ"), ("\\nabla", "∇"), ("2\\Omega", "2Ω"), ("w\\_1", "w₁"), ("w\\_12", "w₁₂"), ("x\\^2", "x²"),
        ("m\\hat", "m\u{302}"), ("x\\bar", "x\u{304}"), ("a \\le", "a ≤"), ("\\in", "∈"), ("\\nab", "∇"),
    ])
    func aNameBecomesItsSymbol(typed: String, shown: String) throws {
        let terminal = try Home().start()
        try terminal.type(typed + Key.tab + "!")
        #expect(terminal.screen.cursorRow == "grad> \(shown)!")
        try terminal.expect("read \"\(shown)!\"", after: Key.enter)
    }

    @Test func namesOfSymbolsAreListedWithThem() throws {
        let terminal = try Home().start()
        try terminal.type("\\ti" + Key.tab)
        #expect(terminal.screen.rows[0] == "grad> \\ti")
        #expect(terminal.screen.rows[1] == "\\tilde ◌\u{303}  \\times ×")
    }

    @Test func manyCandidatesAreCutToTheScreen() throws {
        let terminal = try Home().start(width: 30, height: 8)
        try terminal.type("\\" + Key.tab)
        #expect(terminal.screen.rows.contains { $0.hasPrefix("and ") && $0.hasSuffix(" more") })
        #expect(terminal.screen.cursorRow == "grad> \\")
    }

    @Test func everyNameGivesItsSymbol() {
        for (name, symbol) in Symbols.all {
            let result = Symbols.completion(before: "x + \\" + name)
            #expect(result == Completion.Result(start: 4, candidates: [.init(symbol)]), "\(name)")
        }
        #expect(Set(Symbols.all.map(\.name)).count == Symbols.all.count)
        #expect(Symbols.completion(before: "\\zzz") == nil)
        #expect(Symbols.completion(before: "x") == nil)
        #expect(Symbols.completion(before: "\\_q") == nil)
    }
}
