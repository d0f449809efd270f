import Syntax

// A table as it is printed: its size, then rows under the names of the columns. Of a long or wide one the middle is left out.

extension TableValue {
    /// More rows are cut to some at each end.
    private static let mostRows = 12
    private static let edge = 5
    /// Longer texts are cut.
    private static let widestText = 30
    private static let gap = "  "

    func described(_ style: NumberStyle) -> String {
        let places = shownRows
        let margin = String(max(0, rowCount - 1)).count
        let shown = zip(names, columns).map { name, column in Column(name, column, places, style) }
        let fitting = TableValue.fitting(shown.map(\.width), in: style.width - margin)
        var lines = [headline]
        guard !names.isEmpty else { return headline }
        lines.append(line(String(repeating: " ", count: margin), fitting.map { $0.map { shown[$0].head } ?? "…" }))
        for (index, place) in places.enumerated() {
            guard let place else {
                lines.append(line(String(repeating: " ", count: max(0, margin - 1)) + "…", []))
                continue
            }
            let number = String(place)
            let cells = fitting.map { $0.map { shown[$0].cells[index] } ?? "…" }
            lines.append(line(String(repeating: " ", count: margin - number.count) + number, cells))
        }
        if fitting.contains(nil) { lines.append(hidden(fitting, style.width)) }
        return lines.joined(separator: "\n")
    }

    private var headline: String {
        let missing = columns.reduce(0) { $0 + self.missing($1) }
        return "table of \(rowCount) \(rowCount == 1 ? "row" : "rows") and \(names.count) \(names.count == 1 ? "column" : "columns")"
            + (missing > 0 ? ", \(missing) \(missing == 1 ? "entry" : "entries") missing" : "")
    }

    /// The names of the columns left out, as far as a line takes them.
    private func hidden(_ fitting: [Int?], _ width: Int) -> String {
        let shown = Set(fitting.compactMap { $0 })
        let rest = names.indices.filter { !shown.contains($0) }.map { names[$0] }
        var text = "… \(rest.count == 1 ? "is" : "are") " + rest.joined(separator: ", ")
        if displayWidth(text) > width { text = "… are \(rest[0]) to \(rest[rest.count - 1]), \(rest.count) columns" }
        return text
    }

    /// The rows shown; `nil` stands for those left out.
    private var shownRows: [Int?] {
        guard rowCount > TableValue.mostRows else { return Array(0..<rowCount) }
        return Array(0..<TableValue.edge) + [nil] + Array((rowCount - TableValue.edge)..<rowCount)
    }

    private func line(_ margin: String, _ cells: [String]) -> String {
        var text = ([margin] + cells).joined(separator: TableValue.gap)
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    /// The columns that fit into a width, from both ends; `nil` stands for those left out.
    private static func fitting(_ widths: [Int], in width: Int) -> [Int?] {
        let total = widths.reduce(0) { $0 + $1 + gap.count }
        guard total > width else { return Array(widths.indices) }
        // The last column is often what is to be learnt, so it stays.
        var left = width - (widths.last ?? 0) - 2 * gap.count - 1
        var first: [Int?] = []
        for (index, own) in widths.dropLast().enumerated() {
            left -= own + gap.count
            if left < 0, index > 0 { break }
            first.append(index)
        }
        if first.count >= widths.count - 1 { return Array(widths.indices) }
        return first + [nil, widths.count - 1]
    }

    /// A column's name and shown entries, filled up to one width.
    private struct Column {
        let head: String
        let cells: [String]
        let width: Int

        init(_ name: String, _ column: Value, _ places: [Int?], _ style: NumberStyle) {
            let isText = column.tensor == nil
            let texts = places.map { place -> String in
                guard let place else { return "" }
                return Column.short(style.plain(TableValue.entry(column, place)))
            }
            let head = Column.short(name)
            let width = ([head] + texts).map { displayWidth($0) }.max() ?? 0
            func filled(_ text: String) -> String {
                let blanks = String(repeating: " ", count: width - displayWidth(text))
                return isText ? text + blanks : blanks + text
            }
            self.head = filled(head)
            cells = texts.map(filled)
            self.width = width
        }

        private static func short(_ text: String) -> String {
            let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
            return line.count > widestText ? line.prefix(widestText - 1) + "…" : line
        }
    }
}
