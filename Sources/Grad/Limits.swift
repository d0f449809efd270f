import Tensors

extension Session {
    /// What programs may use. A program that goes beyond one is stopped with a ``GradError`` of kind ``GradError/Kind-swift.enum/limit(_:)``
    /// at the place where it did, nothing of what it changed stays, and the session goes on.
    ///
    /// ```swift
    /// var options = Session.Options()
    /// options.limits = .untrusted
    /// options.limits.time = .milliseconds(500)
    /// let session = Session(options: options)
    /// ```
    public struct Limits: Sendable, Equatable {
        /// How long one run, or one call from Swift, may take. A long operation on tensors is stopped in its midst.
        public var time: Duration?
        /// Turns of loops, calls of functions, and thousands of numbers computed, in one run.
        public var steps: Int?
        /// Bytes of tensors, tapes, plans, lists and strings that programs of the session hold at once. What would go beyond is refused before
        /// any memory is taken. Without a number of your own, as much as the machine has.
        public var memory: Int?
        /// Calls within calls.
        public var callDepth: Int?
        /// Bytes that one run may print.
        public var output: Int?
        /// Bytes of one program, and of one file that it imports.
        public var source: Int?
        /// Axes of one tensor.
        public var rank: Int?
        /// Numbers in one tensor.
        public var elements: Int?

        /// None but what the machine has.
        public init() {}

        /// For programs of people you do not know: 10 seconds, 100 million steps, 256 MB, 1000 calls within calls, 1 MB of output and of
        /// source, tensors of rank 8 and 10 million numbers.
        public static var untrusted: Limits { Limits(.untrusted) }
    }

    /// Which of the ``Limits`` a program ran into.
    public enum Limit: String, Sendable, CaseIterable {
        /// ``Limits/time``
        case time
        /// ``Limits/steps``
        case steps
        /// ``Limits/memory``
        case memory
        /// ``Limits/callDepth``
        case callDepth
        /// ``Limits/output``
        case output
        /// ``Limits/source``
        case source
        /// ``Limits/rank``
        case rank
        /// ``Limits/elements``
        case elements

        init?(_ name: String) {
            if name == Tensors.Limit.depth.rawValue { self = .callDepth } else { self.init(rawValue: name) }
        }
    }
}

extension Session.Limits {
    private init(_ limits: Tensors.Limits) {
        func number(_ count: Int) -> Int? { count == .max ? nil : count }
        time = limits.seconds.isFinite ? .seconds(limits.seconds) : nil
        (steps, memory, callDepth) = (number(limits.steps), number(limits.memory), number(limits.depth))
        (output, source) = (number(limits.output), number(limits.source))
        (rank, elements) = (number(limits.rank), number(limits.elements))
    }

    /// As the layers below have them.
    var lowered: Tensors.Limits {
        var limits = Tensors.Limits.ofMachine
        if let time { limits.seconds = time / .seconds(1) }
        limits.steps = steps ?? limits.steps
        limits.memory = memory ?? limits.memory
        limits.depth = callDepth ?? limits.depth
        limits.output = output ?? limits.output
        limits.source = source ?? limits.source
        limits.rank = rank ?? limits.rank
        limits.elements = elements ?? limits.elements
        return limits
    }
}
