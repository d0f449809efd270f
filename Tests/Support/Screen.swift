#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The screen of a terminal: what a program sends goes in, what a person would see comes out.
///
/// It understands what line editors send: the cursor's movements, erasing, inserting and deleting of characters and
/// lines, scrolling, the deferred wrap at the right margin, wide characters and combining marks. Colours are taken in
/// and forgotten. A code that it does not know is kept in `unknown`, so that a test can say there was none.
package struct Screen {
    package private(set) var width: Int
    package private(set) var height: Int
    package private(set) var row = 0
    package private(set) var column = 0
    /// Rows that have left the screen at the top.
    package private(set) var scrolledOff: [String] = []
    /// Whether pasted text is asked to be marked (`ESC [ ? 2004 h`).
    package private(set) var marksPastes = false
    /// Bells rung.
    package private(set) var bells = 0
    /// Whether any escape code came at all.
    package private(set) var sawEscape = false
    package private(set) var unknown: [String] = []

    /// A cell holds a character with its marks; the right half of a wide character is empty.
    private var cells: [[String]]
    /// The last column is written, and the next character goes to the next row.
    private var wrapPending = false
    private var parser = Parser()

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        cells = Array(repeating: Array(repeating: " ", count: width), count: height)
    }

    /// The rows as they read, without blanks at their ends.
    package var rows: [String] { cells.map { Self.trimmed($0.joined()) } }

    /// Everything that was ever shown, without empty rows at the end.
    package var text: String {
        var all = scrolledOff + rows
        while all.last?.isEmpty == true { all.removeLast() }
        return all.joined(separator: "\n")
    }

    /// The row that the cursor is on.
    package var cursorRow: String { rows[row] }

    private static func trimmed(_ row: String) -> String {
        var row = row
        while row.last == " " { row.removeLast() }
        return row
    }

    package mutating func feed(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            guard let token = parser.take(byte) else { continue }
            switch token {
            case .scalar(let scalar): put(scalar)
            case .control(let byte): control(byte)
            case .escape(let final): escape(final)
            case .sequence(let sequence): run(sequence)
            }
        }
    }

    /// Changes the size as most terminals do: rows that were wrapped are broken anew.
    package mutating func resize(width new: Int) {
        var rebuilt: [[String]] = []
        var place = (row: 0, column: 0)
        var index = 0
        while index <= max(row, lastUsedRow) {
            var line: [String] = []
            var end = index
            while true {
                if end == row { place.column = line.count + column }
                let continues = end + 1 < height && wrapped.contains(end)
                line += cells[end]
                if !continues { break }
                end += 1
            }
            while line.last == " " { line.removeLast() }
            let start = rebuilt.count
            if (index...end).contains(row) { place = (start + place.column / new, place.column % new) }
            repeat {
                let part = Array(line.prefix(new))
                line.removeFirst(part.count)
                rebuilt.append(part + Array(repeating: " ", count: new - part.count))
            } while !line.isEmpty
            while rebuilt.count <= place.row && (index...end).contains(row) {
                rebuilt.append(Array(repeating: " ", count: new))
            }
            index = end + 1
        }
        let surplus = max(0, rebuilt.count - height)
        scrolledOff += rebuilt.prefix(surplus).map { Self.trimmed($0.joined()) }
        rebuilt.removeFirst(surplus)
        while rebuilt.count < height { rebuilt.append(Array(repeating: " ", count: new)) }
        (cells, width, row, column) = (rebuilt, new, max(0, place.row - surplus), place.column)
        wrapped = []
        wrapPending = false
    }

    /// Rows whose text goes on in the next row by itself.
    private var wrapped: Set<Int> = []

    private var lastUsedRow: Int { cells.lastIndex { $0.contains { $0 != " " } } ?? 0 }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let columns = Self.columns(scalar)
        if columns == 0 {
            attach(scalar)
            return
        }
        if wrapPending || column + columns > width {
            wrapped.insert(row)
            column = 0
            lineFeed()
        }
        wrapPending = false
        cells[row][column] = String(scalar)
        if columns == 2 { cells[row][column + 1] = "" }
        column += columns
        if column >= width {
            column = width - 1
            wrapPending = true
        }
    }

    /// A mark goes onto the character left of the cursor.
    private mutating func attach(_ mark: Unicode.Scalar) {
        var place = wrapPending ? column : column - 1
        if place > 0 && cells[row][place].isEmpty { place -= 1 }
        if place >= 0 { cells[row][place].unicodeScalars.append(mark) }
    }

    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x07: bells += 1
        case 0x08: column = max(0, column - 1)
        case 0x09: column = min(width - 1, (column / 8 + 1) * 8)
        case 0x0a: lineFeed()
        case 0x0d: column = 0
        default: return
        }
        if byte != 0x07 { wrapPending = false }
    }

    private mutating func lineFeed() {
        if row + 1 < height {
            row += 1
            return
        }
        scrolledOff.append(Self.trimmed(cells.removeFirst().joined()))
        cells.append(Array(repeating: " ", count: width))
        wrapped = Set(wrapped.map { $0 - 1 }.filter { $0 >= 0 })
    }

    private mutating func escape(_ final: UInt8) {
        sawEscape = true
        switch final {
        case UInt8(ascii: "M"): row = max(0, row - 1)
        case UInt8(ascii: "="), UInt8(ascii: ">"): break
        default: unknown.append("ESC " + String(UnicodeScalar(final)))
        }
    }

    private mutating func run(_ sequence: Parser.Sequence) {
        sawEscape = true
        if sequence.isPrivate {
            if sequence.numbers.contains(2004) { marksPastes = sequence.final == UInt8(ascii: "h") }
            return
        }
        if sequence.final != UInt8(ascii: "m") { wrapPending = false }
        let count = max(1, sequence.numbers.first ?? 1)
        switch UnicodeScalar(sequence.final) {
        case "A": row = max(0, row - count)
        case "B": row = min(height - 1, row + count)
        case "C": column = min(width - 1, column + count)
        case "D": column = max(0, column - count)
        case "G": column = min(width, count) - 1
        case "d": row = min(height, count) - 1
        case "H":
            row = min(height, count) - 1
            column = min(width, max(1, sequence.numbers.dropFirst().first ?? 1)) - 1
        case "J": eraseScreen(sequence.numbers.first ?? 0)
        case "K": eraseRow(sequence.numbers.first ?? 0)
        case "@": cells[row] = Array((cells[row][..<column] + blanks(count) + cells[row][column...]).prefix(width))
        case "P":
            let rest = cells[row][column...].dropFirst(count)
            cells[row] = Array((cells[row][..<column] + rest + blanks(width)).prefix(width))
        case "X": erase(row, column..<min(width, column + count))
        case "L":
            for _ in 0..<count { cells.insert(blanks(width), at: row) }
            cells.removeLast(count)
        case "M":
            for _ in 0..<min(count, height - row) { cells.remove(at: row) }
            while cells.count < height { cells.append(blanks(width)) }
        case "m": break
        default: unknown.append("CSI \(sequence.numbers) " + String(UnicodeScalar(sequence.final)))
        }
    }

    private func blanks(_ count: Int) -> [String] { Array(repeating: " ", count: count) }

    private mutating func erase(_ row: Int, _ columns: Range<Int>) {
        for column in columns { cells[row][column] = " " }
    }

    private mutating func eraseRow(_ part: Int) {
        switch part {
        case 0: erase(row, column..<width)
        case 1: erase(row, 0..<(column + 1))
        default: erase(row, 0..<width)
        }
        if part != 1 { wrapped.remove(row) }
    }

    private mutating func eraseScreen(_ part: Int) {
        eraseRow(part)
        let others = part == 0 ? (row + 1)..<height : part == 1 ? 0..<row : 0..<height
        for other in others {
            erase(other, 0..<width)
            wrapped.remove(other)
        }
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
            0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
            0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
