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
        let continuation = indentation.margin > 0 ? continuationMark() : nil
        let marks = buffer.scalars.contains { $0.value >= 0x300 && Layout.columns($0) == 0 }
        guard movesCursor, marks || (continuation != nil && buffer.scalars.contains("\n")) else { return }
        let (layout, start) = layout()
        var position = start
        var cursor = start
        var rows = ""
        var covered = 0
        for (index, scalar) in buffer.scalars.enumerated() {
            if index == buffer.cursor { cursor = position }
            switch layout.advance(&position, over: scalar) {
            case .text(let text):
                if covered > 0 { covered -= 1 } else { rows += text }
            case .newline:
                rows += "\r\n"
                if let continuation, hasMargin(buffer.scalars[(index + 1)...]) {
                    rows += continuation
                    covered = indentation.margin
                }
            }
        }
        if buffer.cursor == buffer.scalars.count { cursor = position }
        // More rows than the screen has have scrolled, and there is no way back to the first.
        guard position.row < Terminal.height() else { return }
        // A last row that is just full leaves the cursor beside it; libedit has gone to the next.
        let full = position.column == 0 && position.row > 0 && buffer.scalars.last != "\n" ? " \r" : ""
        write(
            "\r" + Self.up(cursor.row) + Self.right(start.column) + rows + full
                + Self.up(position.row - cursor.row) + "\r" + Self.right(cursor.column))
    }

    private func hasMargin(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        let margin = line.prefix(indentation.margin)
        return margin.count == indentation.margin && margin.allSatisfy { $0 == " " }
    }

    /// The prompt of the further lines, drawn over the spaces of their margin.
    private func continuationMark() -> String? {
        let text = prompt.continuation
        guard Layout.columns(text) == indentation.margin, text.contains(where: { $0 != " " }) else { return nil }
        return text
    }

    static func up(_ rows: Int) -> String { rows > 0 ? "\u{1b}[\(rows)A" : "" }
    static func down(_ rows: Int) -> String { rows > 0 ? "\u{1b}[\(rows)B" : "" }
    static func right(_ columns: Int) -> String { columns > 0 ? "\u{1b}[\(columns)C" : "" }
}
