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

    @Test func promptWithoutArguments() throws {
        let terminal = try start("--digits 3")
        try terminal.wait("the prompt") { $0.cursorRow == "grad>" }
        try terminal.send("1 / 3\r")
        try terminal.wait("the value") { $0.text.hasSuffix("0.333\ngrad>") }
        try terminal.send("\u{4}")
        #expect(try terminal.waitForExit() == 0)
    }
}
