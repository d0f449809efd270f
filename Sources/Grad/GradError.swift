import Runtime
import Syntax

/// Why a program did not run, or did not run to its end.
public struct GradError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Sendable, Equatable {
        /// The program does not parse, or uses names that nobody introduced; nothing of it ran.
        case rejected
        /// It stopped at an error while it ran, or a call could not be made.
        case failed
        /// The host stopped it.
        case cancelled
        /// It went beyond one of the session's ``Session/Limits``.
        case limit(Session.Limit)
        /// A value is not what was asked for: a string where a number was wanted, say.
        case conversion
    }

    /// What kind of failure it is.
    public let kind: Kind
    /// All that is wrong; several for a program that is rejected, otherwise one. Never empty.
    public let diagnostics: [Diagnostic]

    /// The first sentence of what is wrong.
    public var message: String { diagnostics.first?.message ?? "" }

    /// All that is wrong as text of several lines, with places and hints.
    public var description: String { diagnostics.map(\.description).joined(separator: "\n") }

    init(_ kind: Kind, message: String) {
        self.kind = kind
        diagnostics = [Diagnostic(message: message)]
    }

    init(_ kind: Kind, _ diagnostics: [Syntax.Diagnostic], in interpreter: Interpreter) {
        // A program that is too long, or imports one, is rejected for it before it runs.
        let limit = diagnostics.lazy.compactMap(\.limit).first.flatMap { Session.Limit($0) }
        self.kind = limit.map(Kind.limit) ?? kind
        self.diagnostics = diagnostics.map { Diagnostic($0, in: interpreter) }
    }
}
