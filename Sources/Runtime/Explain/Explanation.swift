import Syntax

/// What `explain` gives: it prints as lines of text.
package final class ExplanationValue: ObjectValue {
    package let lines: [String]
    /// What the explained expression would have given.
    private let value: Value

    init(_ lines: [String], value: Value = .nothing) { (self.lines, self.value) = (lines, value) }

    /// For a screen of so many columns: what is longer goes on below, under where its line's text begins.
    package func lines(width: Int) -> [String] { lines.flatMap { ExplanationValue.wrapped($0, width) } }

    private static func wrapped(_ line: String, _ width: Int) -> [String] {
        guard width >= 30, displayWidth(line) > width else { return [line] }
        let characters = Array(line)
        // Behind the first column of an aligned row; else behind the margin.
        let margin = characters.prefix { $0 == " " }.count
        let head = characters.dropFirst(margin).prefix { $0 != " " }.count + margin
        let gap = characters.dropFirst(head).prefix { $0 == " " }.count
        let indent = gap > 1 && head + gap <= width / 2 ? head + gap : margin + 4
        var result: [String] = []
        var rest = characters[...]
        while displayWidth(String(rest)) > width {
            let room = rest.prefix(width + 1)
            let spaces = room.indices.dropFirst(indent + 1).filter { room[$0] == " " }
            // Before the last column where it begins in the right half, else between words.
            let column = spaces.last { $0 > room.startIndex + width / 2 && rest[$0 - 1] == " " }
            guard let place = column ?? spaces.last else { break }
            result.append(String(rest[..<place].trimmedEnd))
            let next = rest[place...].drop { $0 == " " }
            rest = (Array(repeating: " ", count: indent) + next)[...]
        }
        return result + [String(rest)]
    }

    package override var typeName: String { "an explanation" }
    package override var fieldNames: [String] { value.isNothing ? ["text"] : ["text", "value"] }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "text": .string(lines.joined(separator: "\n"))
        case "value": value.isNothing ? nil : value
        default: nil
        }
    }
    package override func describe(_ style: NumberStyle) -> String { lines.joined(separator: "\n") }
}

/// Rows of text whose cells stand under one another.
struct AlignedRows {
    private var rows: [[String]] = []
    /// Spaces between two columns, the last of them before a remark.
    private let firstGap: Int
    private let gap: Int
    private let lastGap: Int
    private let alignsRight: Set<Int>

    init(firstGap: Int? = nil, gap: Int = 1, lastGap: Int = 5, right: Set<Int> = []) {
        (self.firstGap, self.gap, self.lastGap, alignsRight) = (firstGap ?? gap, gap, lastGap, right)
    }

    mutating func add(_ cells: String...) { rows.append(cells) }
    mutating func add(cells: [String]) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    /// Cells that are the last of their row do not widen their column.
    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.filter { $0.count > column && $0[column...].dropFirst().contains { !$0.isEmpty } }.map { displayWidth($0[column]) }.max() ?? 0
        }
        return rows.map { row in
            var line = ""
            var position = 0
            for (column, cell) in row.enumerated() {
                if !cell.isEmpty {
                    let own = alignsRight.contains(column) ? max(0, widths[column] - displayWidth(cell)) : 0
                    line += String(repeating: " ", count: max(line.isEmpty ? 0 : 1, position + own - displayWidth(line))) + cell
                }
                let isBeforeLast = column == columns - 2
                position += widths[column] + (widths[column] == 0 ? 0 : isBeforeLast ? lastGap : column == 0 ? firstGap : gap)
            }
            return line
        }
    }
}

func displayWidth(_ text: String) -> Int { text.reduce(0) { $0 + ($1.unicodeScalars.allSatisfy { $0.properties.generalCategory == .nonspacingMark } ? 0 : 1) } }

extension ArraySlice<Character> {
    fileprivate var trimmedEnd: ArraySlice<Character> {
        var rest = self
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
