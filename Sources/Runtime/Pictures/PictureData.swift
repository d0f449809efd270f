package import Plots
import Syntax
import Tensors

// Arguments of pictures as lists of numbers, intervals and classes.

extension Builtin.Call {
    /// Where an argument of this name was given; `nil` where it was not.
    func place(of name: String) -> Int? {
        builtin.parameters.firstIndex { $0.name == name }.flatMap { has($0) ? $0 : nil }
    }

    /// `-1...7`, or a list of two numbers; the ends may come in any order only as a list.
    package func interval(_ index: Int) throws -> Interval {
        switch self[index] {
        case .range(let range):
            guard range.lower < range.upper, range.lower.isFinite, range.upper.isFinite else {
                let (low, high) = (min(range.lower, range.upper), max(range.lower, range.upper))
                let text = "\(machine.style.format(range.lower))...\(machine.style.format(range.upper))"
                let isOrder = low < high && low.isFinite && high.isFinite
                throw problem(
                    "the interval \(text) is \(isOrder ? "empty" : low.isFinite && high.isFinite ? "a single number" : "without an end")", at: index,
                    hints: isOrder ? ["the smaller end comes first: `\(machine.style.format(low))...\(machine.style.format(high))`"] : [])
            }
            return Interval(range.lower, range.upper)
        case let value where value.outline?.shape == Shape([2]):
            let ends = value.tensor?.numbers ?? []
            if ends[0] != ends[1], ends.allSatisfy(\.isFinite) { return Interval(min(ends[0], ends[1]), max(ends[0], ends[1])) }
            fallthrough
        default:
            throw typeError(index, needs: "an interval", hints: ["an interval is written `-1...7`"])
        }
    }

    /// A vector, a range or a list of numbers.
    func vector(_ index: Int) throws -> [Double] {
        try Builtin.Call.numbers(self[index]).orThrow(typeError(index, needs: "a vector"))
    }

    static func numbers(_ value: Value) -> [Double]? {
        switch value.settled {
        case .range(let range) where range.count <= Double(Machine.mostElements):
            return (0..<Int(range.count)).map { range.lower + Double($0) }
        case .list(let list):
            let numbers = list.elements.compactMap { element -> Double? in
                guard let tensor = element.settled.tensor, tensor.rank == 0 else { return nil }
                return tensor.number
            }
            return numbers.count == list.elements.count ? numbers : nil
        case let value:
            guard let tensor = value.tensor, tensor.rank == 1 || tensor.rank == 2 && tensor.shape.axes.contains(1) else { return nil }
            return tensor.numbers
        }
    }

    static func texts(_ value: Value) -> [String]? {
        switch value.settled {
        case .text(let text): return [text.string]
        case .list(let list):
            let texts = list.elements.compactMap { element -> String? in
                if case .text(let text) = element.settled { text.string } else { nil }
            }
            return texts.count == list.elements.count ? texts : nil
        default: return nil
        }
    }

    /// Columns of a matrix.
    static func columns(_ matrix: Tensor) -> [[Double]] {
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        let numbers = matrix.numbers
        return (0..<columns).map { column in (0..<rows).map { numbers[$0 * columns + column] } }
    }

    static func rows(_ matrix: Tensor) -> [[Double]] {
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        let numbers = matrix.numbers
        return (0..<rows).map { Array(numbers[($0 * columns)..<(($0 + 1) * columns)]) }
    }

    /// What a list or record of curves is made of; `nil` when it is something else.
    static func curves(_ value: Value) -> [(name: String, y: [Double])]? {
        switch value.settled {
        case .record(let record):
            let curves = zip(record.names, record.values).compactMap { name, value in numbers(value).map { (name, $0) } }
            return curves.count == record.names.count ? curves : nil
        case let value where value.outline?.rank == 2 && value.outline?.shape.axes.contains(1) == false:
            return value.tensor.map { rows($0).map { ("", $0) } }
        case let value:
            if let numbers = numbers(value) { return [("", numbers)] }
            guard case .list(let list) = value else { return nil }
            let curves = list.elements.compactMap { numbers($0).map { ("", $0) } }
            return curves.count == list.elements.count ? curves : nil
        }
    }
}

/// The class of each example, and what the classes are called.
package struct Classes {
    /// For each example its class: 0, 1, 2, …
    package let indices: [Int]
    package let names: [String]
    /// The numbers that stand for the classes; empty where strings do.
    package let labels: [Double]

    /// More than these could not be told apart.
    static let most = 20

    /// Of a vector of labels, a list of strings, or rows with one 1 each.
    init(_ value: Value, style: NumberStyle) throws(Problem) {
        if let texts = Builtin.Call.texts(value) {
            names = Array(Set(texts)).sorted()
            labels = []
            let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
            indices = texts.map { places[$0] ?? 0 }
        } else {
            guard let numbers = Classes.numbers(value) else { throw .wrongKind }
            guard numbers.allSatisfy(\.isFinite) else { throw .notFinite }
            labels = Array(Set(numbers)).sorted()
            names = labels.map(style.format)
            let places = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
            indices = numbers.map { places[$0] ?? 0 }
        }
        guard names.count <= Classes.most else { throw .tooMany(names.count) }
    }

    enum Problem: Error {
        case wrongKind
        case notFinite
        case tooMany(Int)

        func diagnostic(_ what: String, _ call: Builtin.Call, at index: Int) -> Diagnostic {
            switch self {
            case .wrongKind: call.typeError(index, needs: "a label for each example in \(what)", hints: ["numbers such as 0, 1, 2, or a list of strings"])
            case .notFinite: call.problem("\(what) has labels that are NaN or infinite", at: index)
            case .tooMany(let count):
                call.problem(
                    "\(what) has \(count) different values; at most \(Classes.most) classes can be told apart", at: index,
                    hints: ["labels are classes, such as 0, 1 and 2, and not measurements"])
            }
        }
    }

    private static func numbers(_ value: Value) -> [Double]? {
        if let tensor = value.settled.tensor, tensor.rank == 2, !tensor.shape.axes.contains(1) {
            return Builtin.Call.rows(tensor).map { Double(largest($0) ?? 0) }
        }
        return Builtin.Call.numbers(value)
    }

    /// Where the largest number is; `nil` where there is none.
    static func largest(_ scores: [Double]) -> Int? {
        scores.indices.filter { !scores[$0].isNaN }.max { scores[$0] < scores[$1] }
    }

    /// The points of each class.
    func split(_ x: [Double], _ y: [Double]) -> [(name: String, x: [Double], y: [Double])] {
        names.indices.map { index in
            let own = indices.indices.filter { indices[$0] == index && $0 < x.count && $0 < y.count }
            return (names[index], own.map { x[$0] }, own.map { y[$0] })
        }
    }
}
