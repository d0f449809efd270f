import TerminalSupport
import Testing

/// Whatever is typed, the screen shows what a fresh drawing of the line shows.
@Suite struct RandomKeysTests {
    private static let keys = [
        "a", "b ", "θ", "∇", "学", "😀", "m\u{302}", "(", "{", "}", ")", "1 + ", Key.left, Key.left, Key.right, Key.up,
        Key.down, Key.home, Key.end, Key.backspace, Key.enter, Key.control("K"), Key.control("Y"), Key.control("W"),
        Key.control("T"), Key.paste("f(x) = {\n\tx\n"), "lear" + Key.tab, "\\hat" + Key.tab,
        "\u{1b}f", "\u{1b}b", "\u{1b}[3~", Key.control("R") + "a" + Key.right,
    ]

    @Test(arguments: 1...16) func theScreenShowsTheLine(seed: Int) throws {
        let home = try Home()
        home.write("a = 1\nf = {\\n  a\\n}\n", to: "h")
        let terminal = try home.start(["GRAD_HISTORY": home.path + "/h"], width: 30, height: 40)
        var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15
        // An open brace keeps Enter from running anything.
        var typed = ["({{{{{{{{{{{{{{{{ {{{{{{{"]
        try terminal.type(typed[0])
        for _ in 0..<40 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = Self.keys[Int(state >> 33) % Self.keys.count]
            typed.append(key)
            try terminal.send(key)
            terminal.settle(seconds: 0.03)
        }
        terminal.settle()
        // What stands above the line (lists of candidates, inputs that did run) is not drawn again.
        let start = terminal.screen.rows.lastIndex { $0.hasPrefix("grad>") } ?? 0
        let before = (rows: terminal.screen.rows[start...].filter { !$0.isEmpty }, column: terminal.screen.column)
        try terminal.type(Key.control("L"))
        let after = (rows: terminal.screen.rows.filter { !$0.isEmpty }, column: terminal.screen.column)
        #expect(before.rows == after.rows, "typed \(typed)")
        #expect(before.column == after.column, "typed \(typed)")
        #expect(terminal.screen.unknown.isEmpty)
        try terminal.send(Key.control("C"))
        try terminal.wait("the line to be thrown away") { $0.rows.contains("interrupted") }
    }
}
