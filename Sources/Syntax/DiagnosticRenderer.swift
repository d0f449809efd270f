/// Turns a diagnostic into text: the one place that does.
///
///     error: the shapes do not match: X @ w is [3], y is [3, 1]
///       --> line.grad:7:9
///        |
///      7 |     e = X @ w - y
///        |         ^^^^^   ^
///        |
///        = hint: …
///
/// The primary place and labels without words are marked `^`; a label with words has a row of its own, marked `-`.
package struct DiagnosticRenderer {
    private let usesColor: Bool
    private let width: Int
    private let lookup: (SourceID) -> Source?

    /// `width` is that of the terminal; longer source lines are shown around the place in question.
    package init(color: Bool, width: Int = 100, lookup: @escaping (SourceID) -> Source?) {
        usesColor = color
        self.width = max(width, 40)
        self.lookup = lookup
    }

    /// The text, with a line end behind each line.
    package func render(_ diagnostic: Diagnostic) -> String {
        let color = Color(of: diagnostic.severity)
        var text = paint("\(diagnostic.severity.rawValue):", color) + paint(" " + visibleText(diagnostic.message), .bold) + "\n"
        let gutter = gutterWidth(diagnostic)
        if let span = diagnostic.span {
            text += place(span, gutter) + excerpt(diagnostic, span, gutter, color)
        }
        for hint in diagnostic.hints {
            text += String(repeating: " ", count: gutter + 1) + paint("= ", .blue) + paint("hint:", .green) + " " + visibleText(hint) + "\n"
        }
        return text + stack(diagnostic.stack)
    }

    private func place(_ span: Span, _ gutter: Int) -> String {
        String(repeating: " ", count: gutter) + paint("--> ", .blue) + position(span) + "\n"
    }

    private func position(_ span: Span) -> String {
        guard let source = lookup(span.source) else { return "a source that is gone" }
        let (line, column) = source.location(of: Int(span.start))
        return "\(visibleText(source.name)):\(line):\(column)"
    }

    // MARK: The source lines

    private struct Mark {
        let span: Span
        let text: String
        let isPrimary: Bool
    }

    private func excerpt(_ diagnostic: Diagnostic, _ span: Span, _ gutter: Int, _ color: Color) -> String {
        var text = ""
        let marks = [Mark(span: span, text: "", isPrimary: true)] + diagnostic.labels.map { Mark(span: $0.span, text: $0.text, isPrimary: $0.text.isEmpty) }
        var sources = [span.source]
        for mark in marks where !sources.contains(mark.span.source) { sources.append(mark.span.source) }
        for (index, id) in sources.enumerated() {
            guard let source = lookup(id) else { continue }
            let own = marks.filter { $0.span.source == id }
            if index > 0, let first = own.first { text += place(first.span, gutter) }
            text += bar("", gutter) + "\n" + lines(source, own, gutter, color)
        }
        if !diagnostic.hints.isEmpty, !text.isEmpty { text += bar("", gutter) + "\n" }
        return text
    }

    private func lines(_ source: Source, _ marks: [Mark], _ gutter: Int, _ color: Color) -> String {
        var text = ""
        var previous: Int?
        for line in linesShown(source, marks) {
            if let previous, line == previous + 2 {
                text += numbered(source, previous + 1, marks: [], gutter, color)
            } else if let previous, line > previous + 1 {
                text += String(repeating: " ", count: gutter - 1) + paint("...", .blue) + "\n"
            }
            text += numbered(source, line, marks: marks, gutter, color)
            previous = line
        }
        return text
    }

    /// The first and last lines of each mark, counted from 0.
    private func linesShown(_ source: Source, _ marks: [Mark]) -> [Int] {
        var lines: Set<Int> = []
        for mark in marks {
            lines.insert(source.lineIndex(of: Int(mark.span.start)))
            lines.insert(source.lineIndex(of: max(Int(mark.span.start), Int(mark.span.end) - 1)))
        }
        return lines.sorted()
    }

    private func numbered(_ source: Source, _ line: Int, marks: [Mark], _ gutter: Int, _ color: Color) -> String {
        let own = marks.filter { mark in
            source.lineIndex(of: Int(mark.span.start)) <= line
                && line <= source.lineIndex(of: max(Int(mark.span.start), Int(mark.span.end) - 1))
        }
        let center = own.first.map { Int($0.span.start) } ?? 0
        let excerpt = LineExcerpt(source, line, around: center, width: width - gutter - 4)
        var text = bar("\(line + 1)", gutter) + " " + excerpt.text + "\n"
        let primary = excerpt.underline(own.filter(\.isPrimary).map(\.span), "^")
        if !primary.isEmpty { text += bar("", gutter) + " " + paint(primary, color) + "\n" }
        for mark in own where !mark.isPrimary && line == source.lineIndex(of: Int(mark.span.start)) {
            let row = excerpt.underline([mark.span], "-")
            text += bar("", gutter) + " " + paint(row + " " + visibleText(mark.text), .cyan) + "\n"
        }
        return text
    }

    private func bar(_ number: String, _ gutter: Int) -> String {
        paint(String(repeating: " ", count: max(0, gutter - number.count)) + number + " |", .blue)
    }

    private func gutterWidth(_ diagnostic: Diagnostic) -> Int {
        let spans = [diagnostic.span].compactMap { $0 } + diagnostic.labels.map(\.span)
        let last = spans.map { span in lookup(span.source).map { $0.lineIndex(of: Int(span.end)) + 1 } ?? 0 }.max() ?? 0
        return max(2, "\(last)".count + 1)
    }

    // MARK: The calls

    /// More calls than this are folded: the first few and the last few are shown.
    private static let shownCalls = (first: 6, last: 2)

    private func stack(_ calls: [Diagnostic.Call]) -> String {
        let (first, last) = DiagnosticRenderer.shownCalls
        guard calls.count > first + last + 1 else { return calls.map(call).joined() }
        let hidden = calls.count - first - last
        return calls.prefix(first).map(call).joined() + paint("  … \(hidden) more calls\n", .blue) + calls.suffix(last).map(call).joined()
    }

    private func call(_ call: Diagnostic.Call) -> String {
        let head = paint("  in ", .blue) + call.function + paint(", called at \(position(call.span))", .blue) + "\n"
        guard let source = lookup(call.span.source) else { return head }
        let line = source.lineIndex(of: Int(call.span.start))
        let excerpt = LineExcerpt(source, line, around: Int(call.span.start), width: width - 8)
        return head + "      " + excerpt.text.drop { $0 == " " } + "\n"
    }

    // MARK: Colour

    private enum Color: String {
        case red = "1;31", yellow = "1;33", magenta = "1;35", blue = "34", cyan = "36", green = "32", bold = "1"

        init(of severity: Diagnostic.Severity) {
            switch severity {
            case .error: self = .red
            case .warning: self = .yellow
            case .note: self = .magenta
            }
        }
    }

    private func paint(_ text: String, _ color: Color) -> String {
        usesColor && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}
