import CLibedit

/// What is drawn beside libedit's own drawing.
extension LineEditor {
    static let pasteMarksOn = "\u{1b}[?2004h"
    static let pasteMarksOff = "\u{1b}[?2004l"

    private func layout() -> (layout: Layout, start: Layout.Position) {
        let layout = Layout(width: max(1, drawnWidth))
        let prompt = Self.withoutEscapes(promptText(mark: "\u{1}"))
        return (layout, layout.position(after: prompt.unicodeScalars, from: Layout.Position()))
    }

    private static func withoutEscapes(_ prompt: String) -> String {
        prompt.split(separator: "\u{1}", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset.isMultiple(of: 2) ? $0.element : "" }.joined()
    }

    /// The codes that take the cursor behind the last character of the line.
    func toTheEnd() -> String {
        guard movesCursor else { return "" }
        let (layout, start) = layout()
        let buffer = buffer
        let cursor = layout.position(after: buffer.scalars[..<buffer.cursor], from: start)
        let end = layout.position(after: buffer.scalars[buffer.cursor...], from: cursor)
        return Self.down(end.row - cursor.row) + "\r" + Self.right(end.column)
    }

    /// Takes the line off the screen and leaves the cursor where the prompt began. libedit does not know of it: a
    /// refresh has to follow.
    func eraseLine() {
        let (layout, start) = layout()
        let buffer = buffer
        let cursor = layout.position(after: buffer.scalars[..<buffer.cursor], from: start)
        write("\r" + Self.up(min(cursor.row, Terminal.height() - 1)) + "\u{1b}[J")
    }

    /// Prints `rows` below the line and draws the line anew below them.
    func show(_ rows: [String]) {
        drawOver()
        write(toTheEnd() + "\r\n" + rows.map { $0 + "\r\n" }.joined())
        grad_el_refresh(el)
    }

    /// Draws over libedit's work what it cannot draw: a combining mark, which its table of cells has no room for, and
    /// the prompt of the further lines. The columns and the cursor remain what it takes them to be.
    func drawOver() {
        let buffer = buffer
        let continuation = continuationMark()
        let isNeeded =
            buffer.scalars.contains { $0.value >= 0x300 && Layout.columns($0) == 0 }
            || (continuation != nil && buffer.scalars.contains("\n"))
        // What was drawn over has to go too: libedit knows of nothing there, and would leave it.
        guard movesCursor, isNeeded || hasDrawnOver else { return }
        let (layout, start) = layout()
        let cursor = layout.position(after: buffer.scalars[..<buffer.cursor], from: start)
        let (rows, end) = rows(of: buffer, layout, start, continuation)
        // More rows than the screen has have scrolled, and there is no way back to the first.
        guard end.row < Terminal.height() else { return }
        hasDrawnOver = isNeeded
        write(
            "\r" + Self.up(cursor.row) + Self.right(start.column) + rows + Self.up(end.row - cursor.row) + "\r"
                + Self.right(cursor.column))
    }

    /// The codes and characters that show the line, to be written from behind the prompt, and where they end.
    private func rows(
        of buffer: Buffer, _ layout: Layout, _ start: Layout.Position, _ continuation: String?
    ) -> (rows: String, end: Layout.Position) {
        let clear = "\u{1b}[K"
        var position = start
        // The prompt's last blank is written again: a mark that has lost its letter may have got onto it.
        var rows = start.column > 0 && prompt.text.last == " " ? "\u{8} " : ""
        // The last character filled its row: the terminal waits with the next row until another character comes.
        var isAtMargin = false
        var covered = 0
        for (index, scalar) in buffer.scalars.enumerated() {
            let row = position.row
            switch layout.advance(&position, over: scalar) {
            case .text(let text):
                // A mark at the very beginning has no letter here; it would go onto the prompt's.
                if covered > 0 { covered -= 1 } else if index > 0 || Layout.columns(scalar) != 0 { rows += text }
                isAtMargin = position.column == 0 && (position.row > row || isAtMargin)
            case .newline:
                rows += (isAtMargin ? "\r\n" : "") + clear + "\r\n"
                isAtMargin = false
                if let continuation, hasMargin(buffer.scalars[(index + 1)...]) {
                    rows += continuation
                    covered = indentation.margin
                }
            }
        }
        return (rows + (isAtMargin ? " \r" : "") + "\u{1b}[J", position)
    }

    private func hasMargin(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        let margin = line.prefix(indentation.margin)
        return margin.count == indentation.margin && margin.allSatisfy { $0 == " " }
    }

    /// The prompt of the further lines, drawn over the spaces of their margin.
    private func continuationMark() -> String? {
        let text = prompt.continuation
        guard indentation.margin > 0, Layout.columns(text) == indentation.margin, text.contains(where: { $0 != " " }) else { return nil }
        return text
    }

    static func up(_ rows: Int) -> String { rows > 0 ? "\u{1b}[\(rows)A" : "" }
    static func down(_ rows: Int) -> String { rows > 0 ? "\u{1b}[\(rows)B" : "" }
    static func right(_ columns: Int) -> String { columns > 0 ? "\u{1b}[\(columns)C" : "" }
}
