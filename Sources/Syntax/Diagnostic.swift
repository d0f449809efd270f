/// Something to tell a person about their program: one sentence with its place, and what to do about it.
/// Every stage makes these; `DiagnosticRenderer` alone turns them into text.
package struct Diagnostic: Error, Sendable {
    package enum Severity: String, Sendable {
        case error, warning, note
    }

    package var severity: Severity
    /// One plain sentence, without a full stop, in the terms of the language.
    package var message: String
    /// Where the carets go; `nil` when there is no place (a missing file, say).
    package var span: Span?
    /// Further places with a few words each: "`w` was introduced here".
    package var labels: [Label]
    /// What to try, a sentence each: "did you mean `sum`?".
    package var hints: [String]
    /// The calls that were under way, innermost first.
    package var stack: [Call]

    package struct Label: Sendable {
        package let span: Span
        package let text: String
        package init(_ span: Span, _ text: String) { (self.span, self.text) = (span, text) }
    }

    package struct Call: Sendable {
        /// The function's name; "a function" where it has none.
        package let function: String
        /// Where it was called.
        package let span: Span
        package init(function: String, span: Span) { (self.function, self.span) = (function, span) }
    }

    package init(
        _ severity: Severity, _ message: String, at span: Span?, labels: [Label] = [], hints: [String] = [],
        stack: [Call] = []
    ) {
        self.severity = severity
        self.message = message
        self.span = span
        self.labels = labels
        self.hints = hints
        self.stack = stack
    }

    /// An error.
    package init(
        _ message: String, at span: Span?, labels: [Label] = [], hints: [String] = [], stack: [Call] = []
    ) {
        self.init(.error, message, at: span, labels: labels, hints: hints, stack: stack)
    }
}

extension [Diagnostic] {
    /// Whether any of them keeps the program from running.
    package var hasErrors: Bool { contains { $0.severity == .error } }
}
