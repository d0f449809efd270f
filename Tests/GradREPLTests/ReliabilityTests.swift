import Foundation
import TerminalSupport
import Testing

/// What comes from outside, and what a person pastes: nothing is lost, and the prompt is there again.
@Suite struct ReliabilityTests {
    private let history = ".local/state/grad/history"

    @Test(arguments: [SIGHUP, SIGTERM]) func whatEndsThePromptLosesNothing(_ signal: Int32) throws {
        let home = try Home()
        let terminal = try home.startPrompt()
        try terminal.run("a = 1")
        try terminal.type("half a li")
        terminal.signal(signal)
        #expect(try terminal.waitForExit() == 128 + signal)
        #expect(home.read(history) == "a = 1\n")
    }

    @Test(arguments: [SIGHUP, SIGTERM]) func soDoesWhatEndsARunningInput(_ signal: Int32) throws {
        let home = try Home()
        let terminal = try home.startPrompt()
        try terminal.run("a = 1")
        try terminal.type("while true { }" + Key.enter)
        terminal.signal(signal)
        #expect(try terminal.waitForExit() == 128 + signal)
        #expect(home.read(history) == "a = 1\nwhile true { }\n")
    }

    @Test func aFullDiskIsToldAndTheSessionGoesOn() throws {
        let terminal = try Home().startPrompt(["GRAD_HISTORY": "/dev/full"])
        let shown = try terminal.run("1 + 1")
        #expect(shown.contains("2"))
        #expect(shown.contains { $0.contains("history is not kept: /dev/full: No space left on device") })
        #expect(try terminal.run("2 + 2") == ["4"])
    }

    @Test func aHomeThatCannotBeWrittenIsToldAndTheSessionGoesOn() throws {
        let terminal = try Home().startPrompt(["HOME": "/proc/nowhere", "GRAD_HISTORY": "/proc/nowhere/history"])
        #expect(try terminal.run("1 + 1").contains { $0.hasPrefix("history is not kept: /proc/nowhere/history: ") })
        #expect(try terminal.run("2 + 2") == ["4"])
    }

    @Test(arguments: [
        "zeros([1e12])", "x = list(); for i in 1...1e6 { x <- list(x) }", "p = {a: 1}; for i in 1...60 { p <- {a: p, b: p} }",
        "f(n) = 1 + f(n + 1); f(0)", "1e999", "[1, 2][9e14]", "reshape([1], [4294967296, 4294967296])",
        "\"{\"{\"{\"{\"{", "((((((((((", "import \"/dev/null/x.grad\"",
    ])
    func eachEndsInAMessage(_ input: String) throws {
        let terminal = try Home().startPrompt()
        // Some are unfinished, so that it takes empty lines to end them: how many prompts follow differs.
        try terminal.send(Key.paste(input) + Key.enter + Key.enter + Key.enter)
        try terminal.wait("an error") { $0.hasRow { $0.hasPrefix("error: ") } }
        try terminal.send("40 + 2" + Key.enter)
        try terminal.wait("the answer") { $0.hasRow { $0 == "42" } }
    }

    @Test func whatIsNestedTooDeepEndsInAMessage() throws {
        let home = try Home()
        home.write(String(repeating: "(", count: 100_000), to: "deep.grad")
        home.write("x = [" + String(repeating: "1.5, ", count: 200_000) + "oops oops]", to: "long.grad")
        home.write("x = 1\u{1}\n", to: "nul.grad")
        home.write("\u{FEFF}x = 1\r\nx\r\n", to: "marks.grad")
        let terminal = try home.startPrompt()
        #expect(try terminal.run(":load deep.grad").first == "error: this is nested too deeply")
        #expect(try terminal.run(":load long.grad").first?.hasPrefix("error: ") == true)
        #expect(try terminal.run(":load nul.grad").first == "error: there is a control character here, U+0001")
        #expect(try terminal.run(":load marks.grad") == ["1"])
        #expect(try terminal.run("1 + 1") == ["2"])
    }
}

extension Screen {
    fileprivate func hasRow(_ isWanted: (Substring) -> Bool) -> Bool { text.split(separator: "\n").contains(where: isWanted) }
}
