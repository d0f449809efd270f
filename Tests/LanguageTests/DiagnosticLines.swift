import Runtime
import Syntax

/// A diagnostic as the cases write it: all of it, every place with its line and carets.
struct DiagnosticLines {
    let interpreter: Interpreter
    let main: SourceID

    /// Calls shown at each end of a long stack: how deep a recursion gets depends on the platform.
    private static let shownCalls = 3

    func lines(_ diagnostic: Diagnostic) -> [String] {
        var result = ["\(diagnostic.severity.rawValue): \(diagnostic.message)"]
        if let span = diagnostic.span { result += place(span) }
        for label in diagnostic.labels { result += ["label: \(label.text)"] + place(label.span) }
        result += diagnostic.hints.map { "hint: \($0)" }
        let stack = diagnostic.stack
        if stack.count > 20 {
            result += stack.prefix(DiagnosticLines.shownCalls).flatMap(call) + ["more calls"]
            result += stack.suffix(DiagnosticLines.shownCalls).flatMap(call)
        } else {
            result += stack.flatMap(call)
        }
        return result
    }

    private func call(_ call: Diagnostic.Call) -> [String] { ["call \(call.function)"] + place(call.span) }

    /// The line and the carets; of a span over several lines the first, with `…` behind the carets.
    private func place(_ span: Span) -> [String] {
        guard let source = interpreter.source(span.source) else { return ["in an unknown source"] }
        let (line, column) = source.location(of: Int(span.start))
        let range = source.lineRange(line - 1)
        let text = source.text(range.lowerBound, range.upperBound)
        let end = min(Int(span.end), range.upperBound)
        let width = source.location(of: max(end, Int(span.start))).column - column
        let carets = width > 0 ? String(repeating: "^", count: width) : "^ (empty)"
        let isLong = Int(span.end) > range.upperBound
        let number = span.source == main ? "\(line)" : "\(source.name):\(line)"
        let margin = String(repeating: " ", count: number.count)
        return [
            "\(number) | \(text)",
            "\(margin) | " + String(repeating: " ", count: column - 1) + carets + (isLong ? "…" : ""),
        ]
    }
}
