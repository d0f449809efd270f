import TerminalSupport
import Testing

@Suite struct SearchTests {
    private func started() throws -> PseudoTerminal {
        let home = try Home()
        home.write("w <- w - ∇L(w)\n∂f = 1\nf = {\\n  ∇g\\n}\nlast\n", to: "h")
        return try home.start(["GRAD_HISTORY": home.path + "/h"])
    }

    @Test func thePatternIsFoundWhileItIsTyped() throws {
        let terminal = try started()
        try terminal.type("old" + Key.control("R"))
        #expect(terminal.screen.rows[0] == "search:  › old")
        try terminal.type("∇")
        #expect(terminal.screen.rows.prefix(3) == ["search: ∇ › f = {", "....    ∇g", "....  }"])
        try terminal.type("L")
        #expect(terminal.screen.rows.prefix(3) == ["search: ∇L › w <- w - ∇L(w)", "", ""])
        try terminal.type("?")
        #expect(terminal.screen.rows[0] == "no match: ∇L? › w <- w - ∇L(w)")
        try terminal.type(Key.backspace)
        #expect(terminal.screen.rows[0] == "search: ∇L › w <- w - ∇L(w)")
    }

    @Test func controlRAgainGoesFurtherBack() throws {
        let terminal = try started()
        try terminal.type(Key.control("R") + "∇" + Key.control("R"))
        #expect(terminal.screen.rows.prefix(2) == ["search: ∇ › w <- w - ∇L(w)", ""])
        try terminal.type(Key.control("R"))
        #expect(terminal.screen.rows[0].hasPrefix("no match"))
        try terminal.type(Key.control("S"))
        #expect(terminal.screen.rows[0] == "search: ∇ › f = {")
    }

    @Test func enterRunsWhatWasFound() throws {
        let terminal = try started()
        try terminal.expect("read \"∂f = 1\"", after: Key.control("R") + "∂" + Key.enter)
        #expect(terminal.screen.rows.prefix(3) == ["grad> ∂f = 1", "read \"∂f = 1\"", "grad>"])
    }

    @Test func anArrowTakesItIntoTheLine() throws {
        let terminal = try started()
        try terminal.type(Key.control("R") + "∂" + Key.right + "x")
        #expect(terminal.screen.rows[0] == "grad> ∂xf = 1")
        try terminal.expect("read \"∂xf = 1\"", after: Key.enter)
    }

    @Test(arguments: ["\u{1b}", "\u{7}"]) func theOldLineComesBack(key: String) throws {
        let terminal = try started()
        try terminal.type("old" + Key.left + Key.control("R") + "∇")
        try terminal.type(key)
        #expect(terminal.screen.rows.prefix(3) == ["grad> old", "", ""])
        try terminal.expect("read \"olXd\"", after: "X" + Key.enter)
    }

    @Test func viSearchesAsWell() throws {
        let home = try Home()
        home.write("bind -v\n", to: ".editrc")
        home.write("∂f = 1\n", to: "h")
        let terminal = try home.start(["GRAD_HISTORY": home.path + "/h"])
        try terminal.type(Key.control("R") + "∂" + Key.right + "x")
        #expect(terminal.screen.rows[0] == "grad> ∂xf = 1")
        try terminal.type(Key.control("R") + "f")
        try terminal.type(Key.escape)
        #expect(terminal.screen.rows[0] == "grad> ∂xf = 1")
        try terminal.expect("read \"∂f = 1\"", after: Key.control("R") + "=" + Key.enter)
    }

    @Test func controlCLeavesSearchAndLine() throws {
        let terminal = try started()
        try terminal.type(Key.control("R") + "∂")
        try terminal.type(Key.control("C"))
        #expect(terminal.screen.rows.contains("interrupted"))
        try terminal.expect("read \"x\"", after: "x\r")
    }
}
