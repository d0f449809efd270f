import TerminalSupport
import Testing

@Suite struct SeveralLinesTests {
    @Test func anUnfinishedInputGoesOnIndented() throws {
        let terminal = try Home().start()
        try terminal.type("f(x) = {\ry = x\r}")
        #expect(terminal.screen.rows.prefix(3) == ["grad> f(x) = {", "....    y = x", "....  }"])
        try terminal.expect("read \"f(x) = {\\n  y = x\\n}\"", after: Key.enter)
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func anEarlierLineCanBeMendedBeforeItRuns() throws {
        let terminal = try Home().start()
        try terminal.type("f(x) = {\ry = x\r}" + Key.up + Key.end + "^2")
        #expect(terminal.screen.rows.prefix(3) == ["grad> f(x) = {", "....    y = x^2", "....  }"])
        try terminal.expect("read \"f(x) = {\\n  y = x^2\\n}\"", after: Key.enter)
        #expect(terminal.screen.rows.prefix(5).suffix(2) == ["read \"f(x) = {\\n  y = x^2\\n}\"", "grad>"])
    }

    @Test func enterInTheMiddleOfAnUnfinishedInputSplitsTheLine() throws {
        let terminal = try Home().start()
        try terminal.type("{ab" + Key.left + Key.enter)
        #expect(terminal.screen.rows.prefix(2) == ["grad> {a", "....  b"])
    }

    @Test func twoEmptyLinesSubmitWhatIsUnfinished() throws {
        let terminal = try Home().start()
        try terminal.expect("read \"f = (1 +\"", after: "f = (1 +\r\r\r")
    }

    @Test func aPasteOfSeveralLinesIsOneInput() throws {
        let terminal = try Home().start()
        try terminal.type(Key.paste("f(x) = {\r\ty = x\r  y^2\r}\r"))
        #expect(
            terminal.screen.rows.prefix(4) == ["grad> f(x) = {", "....    y = x", "....    y^2", "....  }"])
        #expect(terminal.screen.bells == 0)
        try terminal.expect("read \"f(x) = {\\n\\ty = x\\n  y^2\\n}\"", after: Key.enter)
    }

    @Test func aPasteOfCompleteLinesWaitsForEnter() throws {
        let terminal = try Home().start()
        try terminal.type(Key.paste("a = 1\nb = 2\n"))
        #expect(terminal.screen.rows.prefix(2) == ["grad> a = 1", "....  b = 2"])
        try terminal.expect("read \"a = 1\\nb = 2\"", after: Key.enter)
    }

    @Test func aTabInAPasteCompletesNothing() throws {
        let terminal = try Home().start()
        try terminal.type(Key.paste("lear\tn\u{1}ed\u{1b}[A\u{7}"))
        #expect(terminal.screen.cursorRow == "grad> lear      ned[A")
        #expect(terminal.screen.text.contains("learning_rate") == false)
    }

    @Test func aLongPasteArrivesWhole() throws {
        let terminal = try Home().start()
        let lines = (1...100).map { "  line\($0)" }
        try terminal.send(Key.paste("f = {\r" + lines.joined(separator: "\r") + "\r}"))
        try terminal.send(Key.enter)
        try terminal.wait("the end") { $0.text.contains("line99\\n  line100\\n}\"") }
        terminal.settle()
        #expect(terminal.screen.cursorRow == "grad>")
        try terminal.expect("read \"x\"", after: "x\r")
    }

    @Test func anInputTallerThanTheScreenShowsTheRowsAboutTheCursor() throws {
        let terminal = try Home().start(width: 30, height: 6)
        try terminal.type(Key.paste("{\n" + (1...9).map { "m\u{302}\($0)" }.joined(separator: "\n")))
        let rows = (4...9).map { "....  m\u{302}\($0)" }
        #expect(terminal.screen.rows == rows)
        #expect(terminal.screen.row == 5 && terminal.screen.column == 8)
        try terminal.type(String(repeating: Key.up, count: 8) + "X")
        #expect(terminal.screen.rows.prefix(3) == ["grad> {", "....  m\u{302}1X", "....  m\u{302}2"])
        #expect(terminal.screen.row == 1 && terminal.screen.column == 9)
        // Shorter again, it is drawn as ever.
        try terminal.type(String(repeating: Key.down, count: 8) + Key.end + String(repeating: Key.backspace, count: 23))
        #expect(terminal.screen.rows.prefix(6) == ["grad> {", "....  m\u{302}1X", "....  m\u{302}2", "....  m\u{302}3", "....", ""])
        try terminal.expect("read \"{\\nm\u{302}1X\\nm\u{302}2\\nm\u{302}3\\n}\"", after: "}" + Key.enter)
        #expect(terminal.screen.cursorRow == "grad>")
    }

    @Test func anInputTallerThanTheScreenIsReadWhole() throws {
        let terminal = try Home().start(width: 80, height: 6)
        try terminal.type(Key.paste("{\n" + (1...9).map { "a\($0)" }.joined(separator: "\n") + "}") + Key.up + Key.up)
        try terminal.expect(
            "read \"{\\n" + (1...9).map { "a\($0)" }.joined(separator: "\\n") + "}\"", after: Key.enter)
        #expect(terminal.screen.cursorRow == "grad>")
    }

    @Test func backspaceTakesTheIndentationAStepAtATimeAndThenJoinsTheLines() throws {
        let terminal = try Home().start()
        try terminal.type("f({\r")
        #expect(terminal.screen.column == 8)
        try terminal.type(Key.backspace)
        #expect(terminal.screen.rows.prefix(2) == ["grad> f({", "...."])
        #expect(terminal.screen.column == 6)
        try terminal.type(Key.backspace + "x")
        #expect(terminal.screen.rows.prefix(2) == ["grad> f({x", ""])
    }

    @Test func altEnterBeginsALineAnyway() throws {
        let terminal = try Home().start()
        try terminal.expect("read \"a\\nb\"", after: "a\u{1b}\rb\r")
    }

    @Test func aTallInputKeepsTheCursorWhereItIs() throws {
        let terminal = try Home().start(width: 16, height: 8)
        try terminal.type(Key.paste("{abcdefghijklm\nx\nnop"))
        #expect(terminal.screen.rows.prefix(4) == ["grad> {abcdefghi", "jklm", "....  x", "....  nop"])
        try terminal.type(Key.up + Key.up + "Y")
        #expect(terminal.screen.rows.prefix(4) == ["grad> {Yabcdefgh", "ijklm", "....  x", "....  nop"])
        #expect(terminal.screen.row == 0 && terminal.screen.column == 8)
    }

    @Test func theLineFollowsTheWidthOfTheScreen() throws {
        let terminal = try Home().start(width: 40)
        try terminal.type("abcdefghijklmnopqrstuvwxyz")
        terminal.resize(width: 20)
        terminal.settle()
        #expect(terminal.screen.rows.prefix(3) == ["grad> abcdefghijklmn", "opqrstuvwxyz", ""])
        try terminal.type(Key.control("A") + "1")
        #expect(terminal.screen.rows.prefix(3) == ["grad> 1abcdefghijklm", "nopqrstuvwxyz", ""])
        terminal.resize(width: 50)
        terminal.settle()
        #expect(terminal.screen.rows.prefix(2) == ["grad> 1abcdefghijklmnopqrstuvwxyz", ""])
        try terminal.expect("read \"1abcdefghijklmnopqrstuvwxyz\"", after: Key.enter)
    }
}
