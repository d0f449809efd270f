import Runtime
import Syntax

/// Something to tell about a program, with its place.
public struct Diagnostic: Sendable, Equatable, CustomStringConvertible {
    /// How much it matters.
    public enum Severity: String, Sendable {
        /// The program cannot run, or could not go on.
        case error
        /// It runs, but hardly as it was meant.
        case warning
        /// Something worth knowing.
        case note
    }

    /// A position in a program's text.
    public struct Position: Sendable, Equatable {
        /// The line, counted from 1.
        public let line: Int
        /// The column, counted from 1 in characters as a person sees them.
        public let column: Int
        /// How many bytes of UTF-8 stand before it.
        public let utf8Offset: Int
    }

    /// A part of a program's text.
    public struct Location: Sendable, Equatable {
        /// The program's name, as given to ``Session/run(_:name:)``.
        public let source: String
        /// Where it begins.
        public let start: Position
        /// Where it ends: the position behind its last character.
        public let end: Position
    }

    /// A further place, with a few words.
    public struct Label: Sendable, Equatable {
        /// The place.
        public let location: Location
        /// What is to be said of it; may be empty.
        public let text: String
    }

    /// A call that was under way.
    public struct Call: Sendable, Equatable {
        /// The function's name.
        public let function: String
        /// Where it was called; `nil` where that is no place in a program.
        public let location: Location?
    }

    /// How much it matters.
    public let severity: Severity
    /// One sentence, without a full stop.
    public let message: String
    /// What it is about; `nil` where that is no place in a program.
    public let location: Location?
    /// Further places.
    public let labels: [Label]
    /// What to try, a sentence each.
    public let hints: [String]
    /// The calls that were under way, innermost first.
    public let calls: [Call]
    /// All of it as text of several lines, with the program's lines and carets below the places.
    public let description: String
}

extension Diagnostic {
    /// At most this many of the calls are kept from each end: recursion without end has a million.
    private static let mostCalls = 100

    init(_ diagnostic: Syntax.Diagnostic, in interpreter: Interpreter) {
        severity = Severity(rawValue: diagnostic.severity.rawValue) ?? .error
        message = diagnostic.message
        location = diagnostic.span.flatMap { Location($0, in: interpreter) }
        labels = diagnostic.labels.compactMap { label in
            Location(label.span, in: interpreter).map { Label(location: $0, text: label.text) }
        }
        hints = diagnostic.hints
        let stack = diagnostic.stack
        let kept = stack.count > 2 * Diagnostic.mostCalls
            ? Array(stack.prefix(Diagnostic.mostCalls) + stack.suffix(Diagnostic.mostCalls)) : stack
        calls = kept.map { Call(function: $0.function, location: Location($0.span, in: interpreter)) }
        description = DiagnosticRenderer(color: false) { interpreter.source($0) }.render(diagnostic)
    }

    /// About no place in a program.
    init(message: String) {
        severity = .error
        self.message = message
        location = nil
        labels = []
        hints = []
        calls = []
        description = "error: \(message)\n"
    }
}

extension Diagnostic.Location {
    init?(_ span: Span, in interpreter: Interpreter) {
        guard let text = interpreter.source(span.source) else { return nil }
        source = text.name
        start = Diagnostic.Position(Int(span.start), in: text)
        end = Diagnostic.Position(Int(span.end), in: text)
    }
}

extension Diagnostic.Position {
    fileprivate init(_ offset: Int, in source: Source) {
        (line, column) = source.location(of: offset)
        utf8Offset = offset
    }
}
