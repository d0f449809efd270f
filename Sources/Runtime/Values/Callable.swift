package import Syntax

/// A parameter as a caller sees it.
package struct ParameterInfo: Sendable {
    package let name: String
    package let isRequired: Bool
    /// For help: the default as it is written.
    package let defaultText: String?
    /// Takes all remaining arguments by position.
    package let isVariadic: Bool
    /// Has to be given by name: one of so many options that their order tells nothing.
    package let isNamed: Bool
    /// For help: what an option is for, in one line; empty where the summary says it.
    package let note: String

    package init(
        _ name: String, isRequired: Bool = true, defaultText: String? = nil, isVariadic: Bool = false, isNamed: Bool = false, note: String = ""
    ) {
        self.name = name
        self.isRequired = isRequired
        self.defaultText = defaultText
        self.isVariadic = isVariadic
        self.isNamed = isNamed
        self.note = note
    }
}

/// Anything that can be called.
open class Callable {
    /// As in messages and help; `nil` for one without a name.
    package var name: String? { nil }
    package var parameters: [ParameterInfo] { [] }

    /// A function written in the language. Calls look here first: it is cheaper than a cast.
    final let isClosure: Bool

    init(isClosure: Bool = false) { self.isClosure = isClosure }

    /// The functions that it was made of by Swift, as `grad(f)` was of f.
    var parts: [Callable] { [] }
    /// Whether another does the same with its parts.
    func isLike(_ other: Callable) -> Bool { self === other }
    /// Where plans of its calls are kept; `nil` where there are none.
    var subject: PlanSubject? { nil }

    /// `arguments` in the order of `parameters`, `nil` where none was given; a variadic parameter's come last as a list.
    package func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        .nothing
    }

    /// Its double for another machine; itself where it holds nothing of its own. Closures are carried over by `Transplant` itself.
    func transplanted(by transplant: Transplant) throws -> Callable { throw Transplant.Unmovable() }
}

/// A place in the program where something is computed, with its operands' places for messages.
package final class Site: Sendable {
    package let span: Span
    package let operands: [Span]

    package init(_ span: Span, _ operands: [Span] = []) {
        self.span = span
        self.operands = operands
    }
}

extension Callable {
    /// Itself as a function of the language.
    @inline(__always)
    var asClosure: Closure? { isClosure ? unsafeDowncast(self, to: Closure.self) : nil }
}
