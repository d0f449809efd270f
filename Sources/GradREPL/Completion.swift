/// What may come next at the cursor.
package enum Completion {
    /// The line as it stands, further lines behind as many blanks as the prompt is wide. `cursor` is a UTF-8 offset into `text`.
    package struct Request: Sendable, Equatable {
        package let text: String
        package let cursor: Int

        package init(text: String, cursor: Int) {
            self.text = text
            self.cursor = cursor
        }

        /// What stands before the cursor.
        package var before: String { String(decoding: text.utf8.prefix(cursor), as: UTF8.self) }
    }

    package struct Candidate: Sendable, Equatable {
        /// What replaces the word.
        package let text: String
        /// What the list shows.
        package let label: String

        package init(_ text: String, label: String? = nil) {
            self.text = text
            self.label = label ?? text
        }
    }

    /// The candidates for the word that begins at `start`, a UTF-8 offset, and ends at the cursor.
    package struct Result: Sendable, Equatable {
        package let start: Int
        package let candidates: [Candidate]

        package init(start: Int, candidates: [Candidate]) {
            self.start = start
            self.candidates = candidates
        }

        package static let none = Result(start: 0, candidates: [])
    }

    /// What all candidates begin with.
    static func commonPrefix(_ candidates: [Candidate]) -> String {
        guard var prefix = candidates.first.map({ Array($0.text) }) else { return "" }
        for candidate in candidates.dropFirst() {
            prefix = zip(prefix, candidate.text).prefix { $0 == $1 }.map(\.0)
        }
        return String(prefix)
    }

    /// Labels in columns, read downwards as `ls` has them, in rows of at most `width` columns. Beyond `rows` rows the
    /// last row says how many were left out.
    static func columns(_ labels: [String], width: Int, rows limit: Int) -> [String] {
        let gap = 2
        let cell = (labels.map { Layout.columns($0) }.max() ?? 0) + gap
        let across = max(1, (width - 1 + gap) / cell)
        let needed = (labels.count + across - 1) / across
        if needed <= limit { return rows(labels, count: needed, cell: cell) }
        let shown = labels.prefix(max(1, limit - 1) * across)
        let rest = labels.count - shown.count
        return rows(Array(shown), count: max(1, limit - 1), cell: cell) + ["and \(rest) more"]
    }

    private static func rows(_ labels: [String], count: Int, cell: Int) -> [String] {
        (0..<count).map { row in
            var line = ""
            var pending = 0
            for index in stride(from: row, to: labels.count, by: count) {
                line += String(repeating: " ", count: pending) + labels[index]
                pending = cell - Layout.columns(labels[index])
            }
            return line
        }
    }
}
