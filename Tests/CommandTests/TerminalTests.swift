import TerminalSupport
import Testing

/// What a person at a terminal sees.
@Suite struct TerminalTests {
    private func start(_ line: String) throws -> PseudoTerminal {
        try PseudoTerminal(
            "/bin/sh", arguments: ["-c", "exec '\(Command.program)' \(line)"],
            environment: ["PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"], width: 100, height: 30)
    }

    @Test func messagesAreColored() throws {
        let terminal = try start("-e nope")
        #expect(try terminal.waitForExit() == 65)
        #expect(String(decoding: terminal.output, as: UTF8.self).contains("\u{1B}[1;31merror:"))
    }

    @Test func resultsAppearAtOnce() throws {
        let terminal = try start("-e 'print(\"here\")' -e 'while true { }'")
        try terminal.wait("the output") { $0.text.contains("here") }
        try terminal.send("\u{3}")
        #expect(try terminal.waitForExit() == 130)
    }

    /// A training that Ctrl-C ends gives its run; what stands behind it runs, and the program ends well.
    @Test func interruptedTrainingGoesOnBehindIt() throws {
        let terminal = try start(
            "-e 'print(\"here\")' -e 'run = train(w -> (w - 3)^2, 0, steps: 1e9)' -e 'print(run.stopped)' -e 'for i in 1...100000 { [1, 2] + i }' -e 'print(\"after\")'")
        try terminal.wait("the output") { $0.text.contains("here") }
        try terminal.wait("progress") { $0.text.contains("step ") }
        try terminal.send("\u{3}")
        #expect(try terminal.waitForExit() == 0)
        #expect(terminal.screen.text.contains("interrupted\nafter"))
    }

    /// One Ctrl-C ends a whole sweep, on however many threads, and what was done by then is shown.
    @Test func interruptedSweepShowsWhatItHas() throws {
        let terminal = try start(
            "-e 'print(\"here\")' -e 's = sweep(lr -> train(w -> (w - 3)^2, 0, lr: lr, steps: 1e9), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])' -e 'print(s)' -e 'print(\"after\")'")
        try terminal.wait("progress") { $0.text.contains("step ") }
        try terminal.send("\u{3}")
        #expect(try terminal.waitForExit() == 0)
        #expect(terminal.screen.text.contains("interrupted: ") && terminal.screen.text.contains("of 9 runs\nafter"))
    }

    /// The second Ctrl-C is not training's to answer.
    @Test func secondInterruptionEndsTheProgram() throws {
        let terminal = try start(
            "-e 'print(\"here\")' -e 'run = train(w -> (w - 3)^2, 0, steps: 1e9)' -e 'print(run.stopped)' -e 'train(w -> w^2, 0, steps: 1e9)' -e 'print(\"after\")'")
        try terminal.wait("the output") { $0.text.contains("here") }
        terminal.settle(seconds: 0.2)
        try terminal.send("\u{3}")
        try terminal.wait("the run") { $0.text.contains("interrupted") }
        try terminal.send("\u{3}")
        #expect(try terminal.waitForExit() == 130)
        #expect(!terminal.screen.text.contains("after"))
    }

    @Test func promptWithoutArguments() throws {
        let terminal = try start("--digits 3")
        try terminal.wait("the prompt") { $0.cursorRow == "grad>" }
        try terminal.send("1 / 3\r")
        try terminal.wait("the value") { $0.text.hasSuffix("0.333\ngrad>") }
        try terminal.send("\u{4}")
        #expect(try terminal.waitForExit() == 0)
    }
}
