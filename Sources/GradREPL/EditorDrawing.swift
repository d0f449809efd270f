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
        if isTall { return "\u{1b}[\(Terminal.height());1H" }
        let (layout, start) = layout()
        let buffer = buffer
        let cursor = layout.position(after: buffer.scalars[..<buffer.cursor], from: start)
        let end = layout.position(after: buffer.scalars[buffer.cursor...], from: cursor)
        return Self.down(end.row - cursor.row) + "\r" + Self.right(end.column)
    }

    /// Takes the line off the screen and leaves the cursor where the prompt began. libedit does not know of it: a
    /// refresh has to follow.
    func eraseLine() {
        if isTall {
            write("\u{1b}[H\u{1b}[J")
            return
        }
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

    /// Draws over libedit's work what it cannot draw: a combining mark, which its table of cells has no room for; the
    /// prompt of the further lines; an input of more rows than the screen has. The columns and the cursor remain what
    /// it takes them to be, but for the last case.
    func drawOver() {
        guard movesCursor else { return }
        let buffer = buffer
        let (layout, start) = layout()
        let end = layout.position(after: buffer.scalars, from: start)
        if end.row >= Terminal.height() {
            isTall = true
            drawPart(of: buffer)
            return
        }
        if isTall { drawWhole() }
        let isNeeded =
            buffer.scalars.contains { $0.value >= 0x300 && Layout.columns($0) == 0 }
            || (continuationMark() != nil && buffer.scalars.contains("\n"))
        // What was drawn over has to go too: libedit knows of nothing there, and would leave it.
        guard isNeeded || hasDrawnOver else { return }
        hasDrawnOver = isNeeded
        let cursor = layout.position(after: buffer.scalars[..<buffer.cursor], from: start)
        // The prompt's last blank is written again: a mark that has lost its letter may have got onto it.
        let blank = start.column > 0 && prompt.text.last == " " ? "\u{8} " : ""
        write(
            "\r" + Self.up(cursor.row) + Self.right(start.column) + blank
                + rows(of: buffer).map { $0.text + $0.end }.joined() + Self.up(end.row - cursor.row) + "\r"
                + Self.right(cursor.column))
    }

    /// Has libedit draw all rows, those of the end last, and know again where it is.
    func drawWhole() {
        eraseLine()
        isTall = false
        grad_el_refresh(el)
    }

    /// Shows the rows about the cursor on the whole screen. libedit, which keeps the last rows only, is lost then; all
    /// that it draws is drawn over again at once.
    private func drawPart(of buffer: Buffer) {
        let (layout, start) = layout()
        let cursor = layout.position(after: buffer.scalars[..<buffer.cursor], from: start)
        var rows = rows(of: buffer).map(\.text)
        rows[0] = promptText(mark: "") + rows[0]
        let height = Terminal.height()
        let first = min(max(0, cursor.row - height / 2), rows.count - height)
        let shown = rows[first..<(first + height)].enumerated().map { "\u{1b}[\($0.offset + 1);1H\u{1b}[K\($0.element)" }
        write(shown.joined() + "\u{1b}[\(cursor.row - first + 1);\(cursor.column + 1)H")
    }

    /// The rows of the line, the first from behind the prompt, each with the codes that lead to the next.
    private func rows(of buffer: Buffer) -> [(text: String, end: String)] {
        let clear = "\u{1b}[K"
        let (layout, start) = layout()
        let continuation = continuationMark()
        var position = start
        var rows = [(text: "", end: "")]
        var covered = 0
        for (index, scalar) in buffer.scalars.enumerated() {
            let row = position.row
            switch layout.advance(&position, over: scalar) {
            case .newline:
                rows[rows.count - 1].end = clear + "\r\n"
                let hasPrompt = continuation != nil && hasMargin(buffer.scalars[(index + 1)...])
                rows.append((hasPrompt ? continuation ?? "" : "", ""))
                covered = hasPrompt ? indentation.margin : 0
            case .text where covered > 0:
                covered -= 1
            case .text(let text, let fill):
                if fill > 0 {
                    rows[rows.count - 1].text += String(repeating: " ", count: fill)
                    rows[rows.count - 1].end = " \r"
                    rows.append(("", ""))
                }
                // A mark at the very beginning has no letter here; it would go onto the prompt's.
                if index > 0 || Layout.columns(scalar) != 0 { rows[rows.count - 1].text += text }
                // The terminal begins the next row when the next character comes; a blank makes it begin now.
                if position.row > row + (fill > 0 ? 1 : 0) {
                    rows[rows.count - 1].end = " \r"
                    rows.append(("", ""))
                }
            }
        }
        rows[rows.count - 1].end = "\u{1b}[J"
        return rows
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
