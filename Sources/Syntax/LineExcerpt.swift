/// A line of source, or the part of a long one around a place, in cells of the terminal.
struct LineExcerpt {
    private struct Cell {
        let start: Int
        let end: Int
        let text: String
        let width: Int
    }

    private var cells: [Cell] = []
    private var isCutBefore = false
    private var isCutBehind = false
    private let lineEnd: Int

    init(_ source: Source, _ line: Int, around center: Int, width: Int) {
        let range = source.lineRange(line)
        lineEnd = range.upperBound
        let center = min(max(center, range.lowerBound), range.upperBound)
        // Reading more than this of a very long line could not change what is shown.
        let reach = width * 8
        let low = LineExcerpt.scalarStart(source.bytes, max(range.lowerBound, center - reach), range.lowerBound)
        let high = LineExcerpt.scalarStart(source.bytes, min(range.upperBound, center + reach), range.lowerBound)
        (isCutBefore, isCutBehind) = (low > range.lowerBound, high < range.upperBound)
        cells = LineExcerpt.cells(source.bytes, low, high)
        cut(to: max(width, 20), around: center)
    }

    private static func scalarStart(_ bytes: [UInt8], _ offset: Int, _ lowest: Int) -> Int {
        var offset = offset
        while offset > lowest, offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
        return offset
    }

    private static func cells(_ bytes: [UInt8], _ low: Int, _ high: Int) -> [Cell] {
        var text = String.UnicodeScalarView()
        var offsets: [Int] = []
        var offset = low
        while offset < high {
            offsets.append(offset)
            let (scalar, length) = decodeScalar(bytes, offset) ?? ("\u{FFFD}", 1)
            text.append(isShown(scalar) ? scalar : "\u{FFFD}")
            offset += length
        }
        offsets.append(max(offset, low))
        var cells: [Cell] = []
        var index = 0
        for character in String(text) {
            let next = index + character.unicodeScalars.count
            let shown = character == "\t" ? "    " : String(character)
            cells.append(Cell(start: offsets[index], end: offsets[next], text: shown, width: displayWidth(shown)))
            index = next
        }
        return cells
    }

    /// Control characters would reach the terminal, and those that turn the writing direction would hide what stands there.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\t" { return true }
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: return false
        default: return true
        }
    }

    private mutating func cut(to width: Int, around center: Int) {
        let total = cells.reduce(0) { $0 + $1.width }
        guard total > width || isCutBefore || isCutBehind else { return }
        let middle = cells.firstIndex { $0.end > center } ?? cells.count
        var start = middle
        var room = width / 3
        while start > 0, room > cells[start - 1].width {
            start -= 1
            room -= cells[start].width
        }
        var end = start
        room = width - 2
        while end < cells.count, room >= cells[end].width {
            room -= cells[end].width
            end += 1
        }
        isCutBefore = isCutBefore || start > 0
        isCutBehind = isCutBehind || end < cells.count
        cells = Array(cells[start..<end])
    }

    var text: String { (isCutBefore ? "…" : "") + cells.map(\.text).joined() + (isCutBehind ? "…" : "") }

    /// A row of marks below the parts of the line that the spans cover; empty if none is shown. An empty span has one mark.
    func underline(_ spans: [Span], _ mark: Character) -> String {
        var row = isCutBefore ? " " : ""
        var length = 0
        for cell in cells {
            let isMarked = spans.contains { Int($0.start) < cell.end && cell.start < max(Int($0.end), Int($0.start) + 1) }
            row += String(repeating: isMarked ? mark : " ", count: cell.width)
            if isMarked { length = row.count }
        }
        let end = cells.last?.end ?? lineEnd
        if spans.contains(where: { Int($0.start) >= end && !isCutBehind && Int($0.start) >= lineEnd }) {
            row.append(mark)
            length = row.count
        }
        return String(row.prefix(length))
    }
}
