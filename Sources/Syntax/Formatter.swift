/// Source in the canonical form: four spaces a level, one space around operators, lines of about a hundred columns. Comments, single blank
/// lines and the spelling of names, numbers and signs stay. `nil` when the source has errors.
///
/// Formatting what is formatted changes nothing, and the text parses to the same tree.
package func format(_ source: Source, width: Int = 100) -> String? {
    let result = parse(source)
    guard result.diagnostics.isEmpty else { return nil }
    var printer = Printer(formatting: source, result.program.comments)
    let layout = printer.layout(result.program.statements, in: nil)
    var renderer = LayoutRenderer(width: width)
    renderer.render(layout)
    let text = renderer.text()
    return text == "\n" ? "" : text
}

/// The comments not printed yet, in order of position.
struct CommentCursor {
    private let comments: [Comment]
    private var next = 0

    init(_ comments: [Comment]) { self.comments = comments }

    mutating func takeSpans(before position: Int32) -> [Comment] {
        let start = next
        drop(before: position)
        return Array(comments[start..<next])
    }

    mutating func take(before position: Int32) -> [String] { takeSpans(before: position).map(\.text) }

    mutating func drop(before position: Int32) {
        while next < comments.count, comments[next].span.start < position { next += 1 }
    }

    /// The next comment if it begins on the line where `position` is, before `limit`.
    mutating func takeTrailing(after position: Int32, before limit: Int32, _ source: Source?) -> String? {
        guard let source, next < comments.count else { return nil }
        let comment = comments[next]
        guard comment.span.start >= position, comment.span.start < limit,
            source.lineIndex(of: Int(comment.span.start)) == source.lineIndex(of: max(0, Int(position) - 1))
        else { return nil }
        next += 1
        return comment.text
    }

    /// Whether a comment in the span is still to be printed, at a place that passes.
    func contains(in span: Span, where passes: (Int32) -> Bool) -> Bool {
        var index = next
        while index < comments.count, comments[index].span.start < span.end {
            if comments[index].span.start >= span.start, passes(comments[index].span.start) { return true }
            index += 1
        }
        return false
    }
}
