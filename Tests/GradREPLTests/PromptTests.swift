import TerminalSupport
import Testing

/// The program as a person meets it: keys in, screen out.
@Suite struct PromptTests {
    @Test func valuesAndUpdatesAreShown() throws {
        let terminal = try Home().startPrompt()
        #expect(terminal.lines.first?.hasPrefix("Grad") == true)
        #expect(try terminal.run("L(w) = (w - 3)^2") == [])
        #expect(try terminal.run("L'(0)") == ["-6"])
        #expect(try terminal.run("w = 0") == [])
        #expect(try terminal.run("w <- w - 0.1 * L'(w)") == ["w: 0 → 0.6"])
        #expect(try terminal.run("w <- 1;") == [])
        #expect(try terminal.run("w") == ["1"])
    }

    @Test func theLastValueIsKept() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("2 + 3")
        #expect(try terminal.run("ans * 2") == ["10"])
        #expect(try terminal.run("7;") == [])
        #expect(try terminal.run("ans") == ["7"])
    }

    @Test func explanationsFitTheScreen() throws {
        let terminal = try Home().startPrompt(width: 60)
        try terminal.run("L(w) = (w - 3)^2")
        #expect(try terminal.run("explain step(L, 0, lr: 0.1)") == [
            "L      = (w - 3)^2      = (0 - 3)^2    = 9",
            "dL/dw  = 2(w - 3)       = 2(0 - 3)     = -6",
            "       L falls as w grows",
            "w      ← w - lr * dL/dw = 0 - 0.1 * -6 = 0.6",
            "L      = (0.6 - 3)^2    = 5.76",
            "       down 3.24 (36 %)",
            "check    slope -3.6, curvature +0.36: -3.24 predicted, -3.24",
            "         happened",
            "why      L'' = 2: below 0.5 it glides, to 1 it zigzags,",
            "         above 1 it diverges; here 0.1",
        ])
    }

    @Test func shapesAreToldWhereTheyHelp() throws {
        let terminal = try Home().startPrompt()
        #expect(try terminal.run("[1, 2]") == ["[1, 2]"])
        #expect(try terminal.run("[[1, 2], [3, 4]]") == ["[[1, 2],", " [3, 4]]  # [2, 2]"])
        #expect(try terminal.run("{W: [[1, 2], [3, 4]], b: 0}") == ["{W: [[1, 2],", "     [3, 4]],", " b: 0}"])
    }

    @Test func updatesOfMatricesStandSideBySide() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("p = {W: [[1, 2], [3, 4]], b: 0}")
        #expect(try terminal.run("p.W <- 2 * p.W") == ["p.W: [[1, 2], → [[2, 4],", "      [3, 4]]    [6, 8]]"])
        #expect(try terminal.run("p.b <- 1") == ["p.b: 0 → 1"])
        try terminal.run("A = zeros([100, 100])")
        #expect(try terminal.run("A <- A + 0.5") == ["A: tensor [100, 100]  # changed by at most 0.5"])
    }

    @Test func anErrorPointsAtItsPlace() throws {
        let terminal = try Home().startPrompt()
        #expect(
            try terminal.run("1 + grdient") == [
                "error: `grdient` is not known here", "  --> <input 1>:1:5", "   |", " 1 | 1 + grdient", "   |     ^^^^^^^", "   |",
                "   = hint: introduce it first: `grdient = …`",
            ])
        #expect(try terminal.run("[1, 2] + [1, 2, 3]").first?.hasPrefix("error: ") == true)
        #expect(try terminal.run("1 + 1") == ["2"])
    }

    @Test func anInputThatFailsLeavesNothingBehind() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("w = 1")
        let shown = try terminal.run(Key.paste("w <- 2\nassert(false, \"no\")"))
        #expect(shown.contains("w: 1 → 2"))
        #expect(shown.last == "nothing of this input was kept")
        #expect(try terminal.run("w") == ["1"])
    }

    // MARK: Several lines

    @Test func anUnfinishedInputGoesOn() throws {
        let terminal = try Home().startPrompt()
        try terminal.run("f(x) = {\ny = 2x\ny + 1\n}")
        #expect(terminal.lines.suffix(5) == ["grad> f(x) = {", "....    y = 2x", "....    y + 1", "....  }", "grad>"])
        #expect(try terminal.run("f(3)") == ["7"])
        #expect(try terminal.run("1 +\n2") .last == "3")
    }

    @Test func aPastedFunctionIsOneInput() throws {
        let terminal = try Home().startPrompt()
        try terminal.run(Key.paste("g(x) = {\n\ty = x + 1\n\n\ty^2\n}\ng(1)"))
        #expect(terminal.lines.suffix(2) == ["4", "grad>"])
        try terminal.type(Key.up)
        #expect(terminal.lines.last == "      g(1)" || terminal.lines.last == "....  g(1)")
    }

    @Test func historyComesBackInTheNextRun() throws {
        let home = try Home()
        let first = try home.startPrompt()
        try first.run("f(x) = {\nx^2\n}")
        try first.run("f(7)")
        try first.send(Key.control("d"))
        #expect(try first.waitForExit() == 0)
        let second = try home.startPrompt()
        try second.type(Key.up)
        #expect(second.screen.cursorRow == "grad> f(7)")
        try second.type(Key.up)
        #expect(second.lines.suffix(3) == ["grad> f(x) = {", "....    x^2", "....  }"])
    }

    // MARK: Ctrl-C

    @Test func ctrlCClearsTheLine() throws {
        let terminal = try Home().startPrompt()
        try terminal.type("1 + ")
        try terminal.send(Key.control("c"))
        try terminal.waitForPrompt()
        #expect(try terminal.run("2") == ["2"])
    }

    @Test(arguments: [
        "for i in 1...1000000000 { w <- w + 1 }",
        "while true { w <- w + 1; c() }",
        "w <- 5; spin(x) = if x > 1000 then 0 else 1 + spin(x + 1); while true { spin(0) }",
        "for i in 1...1000000000 { A @ A }",
        "map(x -> { w <- w + 1; fold((a, b) -> a + b, 0, 1...1000) }, 1...1000000)",
    ])
    func ctrlCStopsAComputationAndNothingIsChanged(_ computation: String) throws {
        let terminal = try Home().startPrompt()
        try terminal.run("w = 1")
        try terminal.run("A = ones([200, 200]);")
        try terminal.run("counter() = { n = 0; () -> { n <- n + 1; n } }")
        try terminal.run("c = counter()")
        try terminal.run("c()")
        try terminal.send(computation + Key.enter)
        terminal.settle(seconds: 0.3)
        try terminal.send(Key.control("c"))
        try terminal.wait(seconds: 2, "the prompt") { $0.cursorRow == "grad>" }
        #expect(terminal.lines.dropLast().last?.hasSuffix("interrupted; nothing was changed") == true)
        #expect(try terminal.run("w") == ["1"])
        #expect(try terminal.run("c()") == ["2"])
    }

    @Test func ctrlCGivesTheRun() throws {
        let terminal = try Home().startPrompt()
        try terminal.send("run = train(w -> (w - 3)^2, 0, steps: 1e9)" + Key.enter)
        try terminal.wait(seconds: 10, "progress") { $0.text.contains("step ") && $0.text.contains("loss ") }
        try terminal.send(Key.control("c"))
        try terminal.wait(seconds: 5, "the prompt") { $0.cursorRow == "grad>" }
        #expect(try terminal.run("run.stopped") == ["\"interrupted\""])
        #expect(try terminal.run("run.steps > 10") == ["true"])
        try terminal.send("train(run, steps: 1e9)" + Key.enter)
        try terminal.wait(seconds: 10, "progress") { $0.text.contains(" left") }
        try terminal.send(Key.control("c"))
        try terminal.wait(seconds: 5, "the prompt") { $0.cursorRow == "grad>" }
        #expect(terminal.lines.contains("  stopped: interrupted"))
    }

    @Test func ctrlDLeaves() throws {
        let terminal = try Home().startPrompt()
        try terminal.send(Key.control("d"))
        #expect(try terminal.waitForExit() == 0)
        #expect(terminal.isCooked)
    }

    // MARK: Colours and widths

    @Test func coloursAreLeftOutWhereTheyAreNotWanted() throws {
        let plain = try Home().startPrompt(["NO_COLOR": "1"])
        try plain.run("x + 1")
        #expect(!String(decoding: plain.output, as: UTF8.self).contains("\u{1b}[1;31m"))
        let coloured = try Home().startPrompt()
        try coloured.run("x + 1")
        #expect(String(decoding: coloured.output, as: UTF8.self).contains("\u{1b}[1;31m"))
    }

    @Test func resultsFollowTheWidth() throws {
        let terminal = try Home().startPrompt(width: 80)
        #expect(try terminal.run("1...9 |> map(x -> x * 100000, ans)").count >= 1)
        try terminal.run("v = map(x -> x * 100000, 1...9);")
        #expect(try terminal.run("v").count == 1)
        terminal.resize(width: 40)
        terminal.settle()
        #expect(try terminal.run("v").count == 2)
    }
}
