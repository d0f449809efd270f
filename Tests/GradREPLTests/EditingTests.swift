import TerminalSupport
import Testing

/// Keys in, screen out.
@Suite struct EditingTests {
    @Test func aLineIsReadAsTyped() throws {
        let terminal = try Home().start()
        try terminal.expect("read \"w = 1\"", after: "w = 1\r")
        #expect(terminal.screen.rows.prefix(3) == ["grad> w = 1", "read \"w = 1\"", "grad>"])
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func charactersOfEveryWidthAreTypedAndDeleted() throws {
        let terminal = try Home().start()
        try terminal.type("θ ← ∇L(学)😀")
        #expect(terminal.screen.cursorRow == "grad> θ ← ∇L(学)😀")
        #expect(terminal.screen.column == 6 + 12)
        try terminal.type(Key.backspace)
        #expect(terminal.screen.cursorRow == "grad> θ ← ∇L(学)")
        try terminal.type(Key.left + Key.backspace + "w")
        #expect(terminal.screen.cursorRow == "grad> θ ← ∇L(w)")
        try terminal.type(Key.home + Key.right + Key.backspace + "φ")
        #expect(terminal.screen.cursorRow == "grad> φ ← ∇L(w)")
        try terminal.expect("read \"φ ← ∇L(w)\"", after: Key.enter)
    }

    @Test func combiningMarksStayVisibleWhenTheLineIsRedrawn() throws {
        let terminal = try Home().start()
        try terminal.type("m\u{302} = v\u{302}")
        #expect(terminal.screen.cursorRow == "grad> m\u{302} = v\u{302}")
        #expect(terminal.screen.column == 6 + 5)
        try terminal.type(Key.left + Key.left + Key.left + "2 ")
        #expect(terminal.screen.cursorRow == "grad> m\u{302} =2  v\u{302}")
        try terminal.type(Key.control("A") + "w ")
        #expect(terminal.screen.cursorRow == "grad> w m\u{302} =2  v\u{302}")
        #expect(terminal.screen.column == 8)
        try terminal.expect("read \"w m\u{302} =2  v\u{302}\"", after: Key.enter)
    }

    @Test func aLineLongerThanTheScreenWraps() throws {
        let terminal = try Home().start(width: 20)
        try terminal.type("abcdefghijklmnopqrstuvwxyz")
        #expect(terminal.screen.rows.prefix(2) == ["grad> abcdefghijklmn", "opqrstuvwxyz"])
        try terminal.type(Key.control("A") + "1")
        #expect(terminal.screen.rows.prefix(2) == ["grad> 1abcdefghijklm", "nopqrstuvwxyz"])
        try terminal.expect("read \"1abcdefghijklm", after: Key.enter)
        #expect(terminal.screen.rows.prefix(5).suffix(3) == ["read \"1abcdefghijklm", "nopqrstuvwxyz\"", "grad>"])
    }

    @Test func controlCThrowsTheLineAway() throws {
        let terminal = try Home().start()
        try terminal.type("half a th")
        try terminal.type(Key.control("C"))
        #expect(terminal.screen.rows.prefix(3) == ["grad> half a th^C", "interrupted", "grad>"])
        try terminal.expect("read \"x\"", after: "x\r")
    }

    @Test func controlCThrowsAllLinesAwayAndLeavesThemOnTheScreen() throws {
        let terminal = try Home().start()
        try terminal.type("f(x) = {\ra\rb" + Key.up)
        try terminal.type(Key.control("C"))
        #expect(
            terminal.screen.rows.prefix(5) == [
                "grad> f(x) = {", "....    a", "....    b^C", "interrupted", "grad>",
            ])
    }

    @Test func controlCStopsAComputationThatPolls() throws {
        let terminal = try Home().start()
        try terminal.expect("spinning", after: "spin\r")
        #expect(!terminal.screen.marksPastes)
        #expect(terminal.isCooked)
        try terminal.send(Key.control("C"))
        try terminal.wait("the computation to stop") { $0.rows.contains { $0.hasSuffix("stopped") } }
        try terminal.expect("read \"x\"", after: "x\r")
    }

    @Test func controlDLeavesAndGivesTheTerminalBack() throws {
        let terminal = try Home().start()
        #expect(terminal.screen.marksPastes)
        try terminal.send(Key.control("D"))
        #expect(try terminal.waitForExit() == 0)
        #expect(terminal.screen.rows.prefix(2) == ["grad> ^D", "bye"])
        #expect(!terminal.screen.marksPastes)
        #expect(terminal.isCooked)
    }

    @Test func controlDInALineDeletes() throws {
        let terminal = try Home().start()
        try terminal.expect("read \"ac\"", after: "abc" + Key.left + Key.left + Key.control("D") + Key.enter)
    }

    @Test func wordsAreJumpedOverAndTheKeyDeleteDeletes() throws {
        let terminal = try Home().start()
        try terminal.type("one two three\u{1b}[1;5D\u{1b}[1;5DX" + Key.home + "\u{1b}[3~" + Key.right)
        #expect(terminal.screen.cursorRow == "grad> ne Xtwo three")
        try terminal.type("\u{1b}[1;5CY" + Key.end + Key.control("W") + "!")
        #expect(terminal.screen.cursorRow == "grad> neY Xtwo !")
    }

    @Test func whatIsNoUTF8IsPassedOver() throws {
        let terminal = try Home().start()
        try terminal.send(bytes: [0x61, 0xff, 0xce, 0x62, 0xe2, 0x88, 0x63, 0xc0, 0x80, 0xed, 0xa0, 0x80])
        try terminal.expect("read \"abcd\"", after: "d\r")
    }

    @Test func anEmptyLineShowsThePromptAgain() throws {
        let terminal = try Home().start()
        try terminal.type("\r  \r")
        #expect(terminal.screen.rows.prefix(4) == ["grad>", "grad>", "grad>", ""])
    }
}
