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
    /// The name of the session's limit that was hit, if that is what is wrong.
    package var limit: String?
    private var calls = CallChain()

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

    /// The calls that were under way, innermost first.
    package var stack: [Call] {
        get { calls.array }
        set {
            calls = CallChain()
            for call in newValue { calls.append(call) }
        }
    }

    /// Notes one more call, around those that are known, in constant time however many there are.
    package mutating func rise(through call: Call) { calls.append(call) }

    /// An error.
    package init(
        _ message: String, at span: Span?, labels: [Label] = [], hints: [String] = [], stack: [Call] = []
    ) {
        self.init(.error, message, at: span, labels: labels, hints: hints, stack: stack)
    }
}

/// Calls from the innermost out. An error passes through a million of them where recursion has no end; as an array it would be copied at each.
private struct CallChain: Sendable {
    private final class Link: Sendable {
        let call: Diagnostic.Call
        // Sendable although variable: it changes only in `deinit`, when nobody else can see it.
        nonisolated(unsafe) var inner: Link?

        init(_ call: Diagnostic.Call, _ inner: Link?) { (self.call, self.inner) = (call, inner) }

        /// Takes the chain apart in a loop: link by link would use as much stack as the recursion did.
        deinit {
            var next = inner
            inner = nil
            while isKnownUniquelyReferenced(&next) {
                let after = next?.inner
                next?.inner = nil
                next = after
            }
        }
    }

    private var outermost: Link?
    private var count = 0

    mutating func append(_ call: Diagnostic.Call) {
        outermost = Link(call, outermost)
        count += 1
    }

    var array: [Diagnostic.Call] {
        var result: [Diagnostic.Call] = []
        result.reserveCapacity(count)
        var link = outermost
        while let current = link {
            result.append(current.call)
            link = current.inner
        }
        result.reverse()
        return result
    }
}

extension [Diagnostic] {
    /// Whether any of them keeps the program from running.
    package var hasErrors: Bool { contains { $0.severity == .error } }
}
