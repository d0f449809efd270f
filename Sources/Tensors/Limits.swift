import Kernels

/// What a session's programs may use.
package struct Limits: Sendable, Equatable {
    /// Seconds that one run may take.
    package var seconds = Double.infinity
    /// Turns of loops, calls, and thousands of numbers computed, in one run.
    package var steps = Int.max
    /// Bytes of tensors, tapes, plans, lists and strings held at once.
    package var memory = Int.max
    /// Calls within calls.
    package var depth = Int.max
    /// Bytes that one run may print.
    package var output = Int.max
    /// Bytes of one program, and of one file that it imports.
    package var source = Int.max
    /// Axes of one tensor.
    package var rank = Int.max
    /// Numbers in one tensor.
    package var elements = Int.max

    package init() {}

    /// For programs of people that one does not know.
    package static var untrusted: Limits {
        var limits = Limits()
        limits.seconds = 10
        limits.steps = 100_000_000
        limits.memory = min(256_000_000, Int(grad_memory_of_machine()))
        limits.depth = 1000
        limits.output = 1_000_000
        limits.source = 1_000_000
        limits.rank = 8
        limits.elements = 10_000_000
        return limits
    }

    /// None but what the machine has.
    package static var ofMachine: Limits {
        var limits = Limits()
        limits.memory = Int(grad_memory_of_machine())
        return limits
    }
}

/// A limit by its name.
package enum Limit: String, Sendable, CaseIterable {
    case time, steps, memory, depth, output, source, rank, elements
}

extension Limits {
    /// One limit, with its number in its own unit: seconds, bytes, or a plain count.
    package subscript(limit: Limit) -> Double {
        get {
            switch limit {
            case .time: seconds
            case .steps: Limits.number(steps)
            case .memory: Limits.number(memory)
            case .depth: Limits.number(depth)
            case .output: Limits.number(output)
            case .source: Limits.number(source)
            case .rank: Limits.number(rank)
            case .elements: Limits.number(elements)
            }
        }
        set {
            let count = newValue < 9e18 ? Int(max(0, newValue)) : .max
            switch limit {
            case .time: seconds = newValue
            case .steps: steps = count
            case .memory: memory = count
            case .depth: depth = count
            case .output: output = count
            case .source: source = count
            case .rank: rank = count
            case .elements: elements = count
            }
        }
    }

    private static func number(_ count: Int) -> Double { count == .max ? .infinity : Double(count) }
}

extension Limit {
    /// How its number is given: "10 s", "256 MB", "1000".
    package enum Unit: Sendable { case seconds, bytes, count }

    package var unit: Unit {
        switch self {
        case .time: .seconds
        case .memory, .output, .source: .bytes
        case .steps, .depth, .rank, .elements: .count
        }
    }

    /// What was hit, in a sentence without its end.
    package func message(_ limits: Limits) -> String {
        let number = shown(limits[self])
        return switch self {
        case .time: "the program ran into its time limit of \(number)"
        case .steps: "the program made more steps than its limit of \(number)"
        case .memory: "the program holds more memory than its limit of \(number)"
        case .depth: "the calls nest deeper than the limit of \(number)"
        case .output: "the program printed more than its limit of \(number)"
        case .source: "the program is longer than the limit of \(number)"
        case .rank: "the limit on the rank of a tensor is \(number)"
        case .elements: "the limit on the numbers in a tensor is \(number)"
        }
    }

    package var hint: String? {
        switch self {
        case .steps: "a step is a turn of a loop, a call, or a thousand numbers computed"
        case .depth: "does the recursion have a case in which it ends?"
        case .memory: "what no name holds any more is given back"
        default: nil
        }
    }

    /// A number in the limit's unit.
    package func shown(_ number: Double) -> String {
        switch unit {
        case .seconds: "\(Limit.short(number)) s"
        case .bytes: Limit.bytes(number)
        case .count: number < 9e15 ? "\(Int(number))" : "\(number)"
        }
    }

    /// A number of the limit's unit as a person writes it: "1e6", "10", "10s", "256MB"; `nil` for anything else, and for what is not above 0.
    package func number(_ text: String) -> Double? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || ".eE+-".contains($0)) }
        guard let number = Double(digits), number > 0 else { return nil }
        let suffix = text.dropFirst(digits.count).uppercased()
        switch unit {
        case .seconds: return suffix.isEmpty || suffix == "S" ? number : nil
        case .count: return suffix.isEmpty ? number : nil
        case .bytes:
            if suffix.isEmpty { return number }
            guard let power = Limit.units.firstIndex(of: suffix) else { return nil }
            return (0..<power).reduce(number) { product, _ in product * 1000 }
        }
    }

    /// "256 MB": powers of a thousand, three digits.
    package static func bytes(_ count: Double) -> String {
        var (number, unit) = (count, 0)
        while number >= 999.5 && unit < units.count - 1 { (number, unit) = (number / 1000, unit + 1) }
        return "\(short(number)) \(units[unit])"
    }

    private static let units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"]

    /// Three significant digits at most, without zeros behind them.
    private static func short(_ number: Double) -> String {
        let scale: Double = number < 10 ? 100 : number < 100 ? 10 : 1
        let rounded = (number * scale).rounded() / scale
        return rounded == rounded.rounded() && rounded < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
