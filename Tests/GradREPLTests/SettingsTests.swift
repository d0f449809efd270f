import GradREPL
import TerminalSupport
import Testing

/// The user's own settings, locale and terminal.
@Suite struct SettingsTests {
    private func started(rc: String, _ extra: [String: String] = [:]) throws -> PseudoTerminal {
        let home = try Home()
        home.write(rc, to: ".editrc")
        return try home.start(extra)
    }

    @Test func viKeysHoldAndOursWithThem() throws {
        let terminal = try started(rc: "# my keys\nbind -v\n")
        try terminal.type("abc")
        try terminal.type(Key.escape)
        try terminal.type("0x")
        #expect(terminal.screen.cursorRow == "grad> bc")
        try terminal.type("A d \\theta" + Key.tab)
        #expect(terminal.screen.cursorRow == "grad> bc d θ")
        try terminal.expect("read \"bc d θ\"", after: Key.enter)
        try terminal.type(Key.escape)
        try terminal.type("k")
        #expect(terminal.screen.cursorRow == "grad> bc d θ")
    }

    @Test func escapeAndALetterAtOnceAreTwoKeysInVi() throws {
        let terminal = try started(rc: "bind -v\n")
        try terminal.expect("read \"abX\"", after: "abc\u{1b}rX\r")
    }

    @Test func arrowsAndPasteWorkInViInsertMode() throws {
        let terminal = try started(rc: "bind -v\n")
        try terminal.type("ac" + Key.left + "b" + Key.paste("1\t2\n3"))
        #expect(terminal.screen.rows.prefix(2) == ["grad> ab1       2", "....  3c"])
        try terminal.type(Key.up + Key.end + "!")
        #expect(terminal.screen.rows[0] == "grad> ab1       2!")
    }

    @Test func anUnfinishedInputGoesOnInVi() throws {
        let terminal = try started(rc: "bind -v\n")
        try terminal.type("{")
        try terminal.type(Key.escape)
        try terminal.type("\r1}")
        #expect(terminal.screen.rows.prefix(2) == ["grad> {", "....    1}"])
        try terminal.expect("read \"{\\n  1}\"", after: Key.enter)
    }

    @Test func aKeyTheUserBoundKeepsItsMeaning() throws {
        let terminal = try started(rc: "bind -e\nbind ^A ed-kill-line\ngrad:bind ^E ed-move-to-beg\nother:bind ^K ed-move-to-beg\n")
        try terminal.type("abc" + Key.control("E") + "x" + Key.control("A"))
        #expect(terminal.screen.cursorRow == "grad> x")
    }

    @Test func editOffStillReadsLines() throws {
        let terminal = try started(rc: "edit off\n")
        try terminal.expect("read \"w = 1\"", after: "w = 1\n")
    }

    @Test(arguments: ["C", "POSIX", "xx_YY.UTF-8"]) func anyLocaleTakesUTF8(locale: String) throws {
        let terminal = try Home().start(["LC_ALL": locale])
        try terminal.expect("read \"θ ← ∇L\"", after: "θ ← ∇L\r")
    }

    @Test func aTerminalThatCannotMoveTheCursorGetsNoCodes() throws {
        let terminal = try Home().start(["TERM": "dumb"])
        try terminal.expect("read \"f = {\\n1\\n}\"", after: "f = {\r1\r}\r")
        #expect(terminal.screen.rows.prefix(3) == ["grad> f = {", "....  1", "....  }"])
        #expect(!terminal.screen.sawEscape)
        try terminal.type("a(")
        try terminal.type(Key.enter)
        try terminal.type(Key.control("C"))
        try terminal.expect("read \"x\"", after: "x\r")
        #expect(!terminal.screen.sawEscape)
    }

    @Test func colourObeysTheEnvironment() throws {
        let coloured = try Home().start()
        #expect(String(decoding: coloured.output, as: UTF8.self).contains("\u{1b}[1;32mgrad>"))
        let plain = try Home().start(["NO_COLOR": "1"])
        #expect(!String(decoding: plain.output, as: UTF8.self).contains("\u{1b}[1;32m"))
    }

    @Test func stoppingGivesTheTerminalBackAndGoingOnTakesIt() throws {
        let home = try Home()
        let terminal = try home.start([:], shell: true)
        try terminal.type("half θ")
        try terminal.send(Key.control("Z"))
        try terminal.wait("the shell") { $0.cursorRow == "$" }
        #expect(!terminal.screen.marksPastes)
        // The shell shows its prompt before it has taken the terminal back.
        terminal.settle()
        try terminal.send("fg\n")
        try terminal.wait("the prompt") { $0.cursorRow == "grad> half θ" }
        terminal.settle()
        #expect(terminal.screen.marksPastes)
        try terminal.expect("read \"half θ2\"", after: "2\r")
    }

    @Test func aDeadlySignalGivesTheTerminalBack() throws {
        let terminal = try Home().start()
        try terminal.type("half")
        terminal.signal(15)
        #expect(try terminal.waitForExit() == 128 + 15)
        #expect(!terminal.screen.marksPastes)
        #expect(terminal.isCooked)
    }

    @Test func whatDecidesOfColour() {
        func wants(_ choice: Terminal.ColorChoice, _ isTerminal: Bool, _ variables: [String: String]) -> Bool {
            Terminal.wantsColor(choice, isTerminal: isTerminal) { variables[$0] }
        }
        #expect(wants(.always, false, ["NO_COLOR": "1", "TERM": "dumb"]))
        #expect(!wants(.never, true, ["CLICOLOR_FORCE": "1"]))
        #expect(!wants(.auto, true, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"]))
        #expect(wants(.auto, true, ["NO_COLOR": "", "TERM": "xterm"]))
        #expect(wants(.auto, false, ["CLICOLOR_FORCE": "1", "CLICOLOR": "0"]))
        #expect(!wants(.auto, true, ["CLICOLOR": "0", "TERM": "xterm"]))
        #expect(!wants(.auto, true, ["TERM": "dumb"]))
        #expect(!wants(.auto, false, ["TERM": "xterm"]))
    }
}
