import Autodiff
import Syntax
import Tensors

/// Compares a formula with the tape before it is shown: the text is read back as a program, and run at the point where it was traced and at
/// random ones around.
struct FormulaCheck {
    private let machine: Machine
    private let site: Site

    init(_ machine: Machine, _ site: Site) { (self.machine, self.site) = (machine, site) }

    private static let points = 4
    private static let tolerance = 1e-8
    /// Where numbers of 32 bits took part, with their seven digits.
    private static let looseTolerance = 1e-4

    func check(_ formula: Formula, _ function: Callable, _ arguments: [Value?]) throws {
        let names = zip(function.parameters, arguments).compactMap { $1 == nil ? nil : $0.name }
        guard let program = program(formula, names) else { throw disagreement(formula, "it does not read back") }
        var random = RandomStream(seed: 20)
        let reference = try run(function, arguments)
        var compared = 0
        for point in 0..<FormulaCheck.points {
            var (there, result) = (arguments, reference)
            if point > 0 {
                guard let moved = try moved(function, arguments, reference, &random) else { continue }
                (there, result) = moved
            }
            let values = there.compactMap { $0 } + formula.outside.map(\.value)
            let own = try machine.call(program, values.map(\.settled), names: nil, site).settled
            guard let differs = FormulaCheck.differs(own, result.value, isLoose: result.isLoose) else { continue }
            if differs { throw disagreement(formula, "it gives \(machine.style.describe(own)) where the tape has \(machine.style.describe(result.value))") }
            compared += 1
        }
        if compared == 0 { throw disagreement(formula, "nowhere near is the value finite") }
    }

    private func disagreement(_ formula: Formula, _ why: String) -> Diagnostic {
        Diagnostic(
            "no formula was found that agrees with the tape", at: site.span,
            hints: ["this is a fault of Grad: \(why)", "the formula would have been \(formula.lines.joined(separator: "; "))"])
    }

    /// The formula as a function of everything it names.
    private func program(_ formula: Formula, _ names: [String]) -> Value? {
        let parameters = (names + formula.outside.map(\.name)).joined(separator: ", ")
        let body = formula.lines.joined(separator: "\n    ")
        return machine.defined("formula_(\(parameters)) = {\n    \(body)\n}\n")
    }

    /// A value of the tape, and the branches that it took.
    private struct Result {
        let value: Value
        let path: [Double]
        let isLoose: Bool
    }

    private func run(_ function: Callable, _ arguments: [Value?]) throws -> Result {
        try Unknowns(machine: machine, site: site).trace(function, arguments) { trace in
            let value = trace.value.mapLeaves { leaf -> Value in
                if case .node(let node) = leaf { Value(node.value) } else { leaf }
            }
            return Result(value: value, path: trace.branches.map(\.value.number), isLoose: trace.tape.nodes.contains { $0.value.type == .f32 })
        }
    }

    /// A random point near by whose run takes the same branches.
    private func moved(
        _ function: Callable, _ arguments: [Value?], _ reference: Result, _ random: inout RandomStream
    ) throws -> ([Value?], Result)? {
        var size = 0.3
        for _ in 0..<4 {
            let there = arguments.map { argument in
                argument.map { value in
                    value.mapNumbers { leaf in
                        guard let tensor = leaf.tensor else { return leaf }
                        let noise = random.normal(tensor.shape).numbers
                        let numbers = zip(tensor.numbers, noise).map { $0 + size * $1 * (abs($0) > 1e-3 ? abs($0) : 0.5) }
                        return Value(Tensor(numbers, shape: tensor.shape, type: tensor.type))
                    }
                }
            }
            size /= 4
            guard let result = try? run(function, there), result.path == reference.path else { continue }
            return (there, result)
        }
        return nil
    }

    /// `nil` where there is nothing finite to compare.
    static func differs(_ own: Value, _ other: Value, isLoose: Bool = false) -> Bool? {
        let (a, b) = (own.leaves.compactMap(\.tensor), other.leaves.compactMap(\.tensor))
        guard a.count == b.count, zip(a, b).allSatisfy({ $0.shape == $1.shape }) else { return true }
        var compared = 0
        let tolerance = isLoose ? looseTolerance : tolerance
        for (x, y) in zip(a.flatMap(\.numbers), b.flatMap(\.numbers)) where y.isFinite {
            compared += 1
            let scale = max(1, abs(y))
            if !(abs(x - y) <= tolerance * scale) { return true }
        }
        return compared == 0 && !b.allSatisfy({ $0.count == 0 }) ? nil : false
    }
}
