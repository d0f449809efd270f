import TerminalSupport
import Testing

@Suite struct CommandTests {
    @Test func undoTakesBackWhateverAnInputChanged() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("w = 1")
        try terminal.run("w <- 2")
        #expect(try terminal.run(":undo") == ["taken back: w <- 2", "w: 2 → 1"])
        #expect(try terminal.run("w") == ["1"])
        try terminal.run(":undo")
        #expect(try terminal.run(":undo") == ["taken back: w = 1", "gone: w"])
        #expect(try terminal.run(":undo") == ["there is nothing to take back"])
        #expect(try terminal.run("w").first == "error: `w` is not known here")
    }

    @Test func undoReachesVariablesOfClosures() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("counter() = { n = 0; () -> { n <- n + 1; n } }")
        try terminal.run("c = counter()")
        #expect(try terminal.run("for i in 1...10 { c() }") == [])
        try terminal.run(":undo")
        #expect(try terminal.run("c()") == ["1"])
    }

    @Test func undoAndSeedReachTheRandomNumbers() throws {
        let terminal = try Home().startPrompt()
        try terminal.run(":seed 7")
        let first = try terminal.run("randn([3])")
        #expect(first.first?.hasPrefix("[") == true)
        try terminal.run(":undo")
        #expect(try terminal.run("randn([3])") == first)
        #expect(try terminal.run("randn([3])") != first)
        try terminal.run(":seed 7")
        #expect(try terminal.run("randn([3])") == first)
    }

    @Test func undoBringsADefinitionBack() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("f(x) = x + 1")
        try terminal.run("f(x, y) = x + y")
        #expect(try terminal.run("f(1, 2)") == ["3"])
        try terminal.run(":undo")
        #expect(try terminal.run(":undo").last == "f is as it was before")
        #expect(try terminal.run("f(1)") == ["2"])
    }

    @Test func aMistypedCommandSuggests() throws {
        let terminal = try Home().startPrompt()
        #expect(try terminal.run(":hlep") == ["there is no command `:hlep`; did you mean `:help`?"])
        #expect(try terminal.run(":s") == ["there is no command `:s`; did you mean `:source` or `:save` or `:seed`?"])
        #expect(try terminal.run(":xyz") == ["there is no command `:xyz`; `:help` lists them"])
    }

    @Test func helpListsTheCommandsAndTellsOfNames() throws {
        let terminal = try Home().startPrompt()
        let overview = try terminal.run(":help")
        for name in ["help", "source", "vars", "type", "time", "load", "save", "undo", "reset", "digits", "nan", "seed", "quit"] {
            #expect(overview.contains { $0.hasPrefix("  :\(name)") }, "\(name)")
        }
        #expect(overview.allSatisfy { $0.count <= 80 })
        let exp = try terminal.run(":help exp")
        #expect(exp.first == "exp(x)")
        #expect(exp.contains("  exp(0)  # 1"))
        #expect(try terminal.run("?exp") == exp)
        let mse = try terminal.run(":help mse")
        #expect(mse.first == "mse(a, b)")
        #expect(mse.last == "  `:source mse` shows how it is written in Grad")
        #expect(try terminal.run(":help +").count > 1)
        #expect(try terminal.run(":help exq").first?.contains("did you mean") == true)
        #expect(try terminal.run(":help :undo").first == ":undo")
    }

    @Test func sourcePrintsWhatRuns() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("f(x) = {\nx^2   # squared\n}")
        #expect(try terminal.run(":source f") == ["f(x) = {", "  x^2   # squared", "}"])
        #expect(try terminal.run(":source mse").contains("mse(a, b) = mean((a - b)^2)"))
        #expect(try terminal.run(":source exp").first?.contains("built in") == true)
    }

    @Test func namesAreListed() throws {
        let terminal = try Home().startPrompt()
        #expect(try terminal.run(":vars") == ["there are no names yet; `w = 0` introduces one"])
        try terminal.run("f(x, k: 2) = k * x")
        try terminal.run("A = zeros([30, 20])")
        #expect(try terminal.run(":vars").contains("A  tensor [30, 20]"))
        #expect(try terminal.run(":vars").contains("f  f(x, k: 2)"))
    }

    @Test func typeAndTimeChangeNothing() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("w = 1")
        #expect(try terminal.run(":type {a: [1, 2], b: w}") == ["a record {a: a tensor of shape [2], b: a number}"])
        let time = try terminal.run(":time w <- w + 1")
        #expect(time.last?.contains("mean of") == true)
        #expect(try terminal.run("w") == ["1"])
    }

    @Test func digits() throws {
        let terminal = try Home().startPrompt()
        #expect(try terminal.run("1/3") == ["0.3333333333"])
        try terminal.run(":digits 17")
        #expect(try terminal.run("0.1 + 0.2") == ["0.30000000000000004"])
        #expect(try terminal.run(":digits 99") == [":digits needs a whole number from 1 to 17, not `99`"].map { "`:digits`" + $0.dropFirst(7) })
    }

    @Test func resetForgetsAndCanBeTakenBack() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("w = 1")
        try terminal.run(":reset")
        #expect(try terminal.run("w").first == "error: `w` is not known here")
        try terminal.run(":undo")
        #expect(try terminal.run("w") == ["1"])
    }

    // MARK: Files

    @Test func aFileIsLoadedAsOneStep() throws {
        let home = try Home()
        home.write("# a file\nw = 3\nw + 1\n", to: "part.grad")
        let terminal = try home.startPrompt()
        #expect(try terminal.run(":load part.grad") == ["4"])
        #expect(try terminal.run("w") == ["3"])
        #expect(try terminal.run(":load none.grad") == ["`none.grad` cannot be read: No such file or directory"])
        try terminal.run(":undo")
        #expect(try terminal.run(":undo") == ["taken back: :load part.grad", "gone: w"])
    }

    @Test func aFileIsImportedAgainAfterItsImportWasTakenBack() throws {
        let home = try Home()
        home.write("w = 3\n", to: "part.grad")
        let terminal = try home.startPrompt()
        try terminal.run("import \"part.grad\"")
        #expect(try terminal.run(":undo").last == "gone: w")
        try terminal.run("import \"part.grad\"")
        #expect(try terminal.run("w") == ["3"])
    }

    @Test func theSessionIsSavedAsAScriptThatRuns() throws {
        let home = try Home()
        let terminal = try home.startPrompt()
        try terminal.run("L(w) = (w - 3)^2")
        try terminal.run("w = 0")
        try terminal.run("w <- 100")
        try terminal.run(":undo")
        try terminal.run("oops")
        try terminal.run("L'(w)")
        try terminal.run("ans / 2")
        try terminal.run("w <- w - 0.1 * ans")
        #expect(try terminal.run(":save s.grad") == ["saved to s.grad: 5 inputs"])
        let text = home.read("s.grad")
        #expect(!text.contains("100") && !text.contains("oops"))
        try terminal.run(":reset")
        #expect(try terminal.run(":load s.grad") == ["-6", "-3", "w: 0 → 0.3"])
        #expect(try terminal.run(":save s.grad").first?.hasPrefix("saved") == true)
        // The same from a shell.
        try terminal.send(Key.control("d"))
        #expect(try terminal.waitForExit() == 0)
        let script = try PseudoTerminal(
            program(), arguments: [home.path + "/s.grad"], environment: ["HOME": home.path, "TERM": "dumb", "LC_ALL": "C.UTF-8"])
        #expect(try script.waitForExit() == 0)
        #expect(script.lines == ["-6", "-3"])
    }

    @Test func savingKeepsTheFilesOfOthers() throws {
        let home = try Home()
        let terminal = try home.startPrompt()
        #expect(try terminal.run(":save s.grad") == ["there is nothing to save yet"])
        try terminal.run("1")
        #expect(try terminal.run(":save s.grad") == ["saved to s.grad: 1 input"])
        home.write("mine", to: "other.grad")
        #expect(try terminal.run(":save other.grad").first?.contains("is there already") == true)
        #expect(home.read("other.grad") == "mine")
    }

    @Test func quitLeaves() throws {
        for word in [":quit", ":q", "exit", "quit()"] {
            let terminal = try Home().startPrompt()
            try terminal.send(word + Key.enter)
            #expect(try terminal.waitForExit() == 0)
        }
    }
}
