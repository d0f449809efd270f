import Testing

/// Pictures as the command shows them: what the terminal, the locale and the options ask for.
@Suite struct PictureTests {
    private static let plot = "-e 'plot(sin, 0...6, height: 5)'"

    private func picture(_ assignments: String = "", _ options: String = "") throws -> String {
        let command = try Command.shell("\(assignments) \"$grad\" \(options) \(PictureTests.plot)")
        #expect(command.status == 0)
        #expect(command.errors == "")
        return command.output
    }

    @Test func isPlainInAFile() throws {
        let text = try picture()
        #expect(text.contains("┌"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func isASCIIWhereTheLocaleIs() throws {
        let text = try picture("LC_ALL=C")
        #expect(text.contains("+--"))
        #expect(text.utf8.allSatisfy { $0 < 128 })
    }

    @Test func isColouredOnRequest() throws {
        #expect(try picture("", "--color always").contains("\u{1B}[38;5;"))
        #expect(try picture("CLICOLOR_FORCE=1").contains("\u{1B}[38;5;"))
        #expect(try !picture("CLICOLOR_FORCE=1 NO_COLOR=1").contains("\u{1B}"))
    }

    @Test(arguments: [30, 60, 100])
    func fitsTheWidth(columns: Int) throws {
        let lines = try picture("COLUMNS=\(columns)").split(separator: "\n")
        #expect(lines.map(\.count).max() == columns)
    }

    /// Without a terminal nothing moves: only the last frame is written.
    @Test func animationIsItsLastFrameInAPipe() throws {
        let command = try Command.shell("\"$grad\" -e 'animate(train(w -> w^2, 1, lr: 0.9, steps: 3), seconds: 60)' | cat")
        #expect(command.output.split(separator: "\n").count { $0.contains("┌") } == 1)
        #expect(!command.output.contains("\u{1B}"))
    }
}
