import Kernels
import Tensors

// Many numbers become one, along one axis, several or all. With `keep` the axes stay, with length 1, so that the result
// broadcasts against what it came from.

extension Primitive {
    static let reductions: [Primitive] = [sum, mean, prod, largest, smallest, `any`, all, argmax, argmin, logsumexp]

    package static let sum: Primitive = .reduction(
        "sum", summary: "the sum of x along an axis, several or all",
        examples: ["sum([1, 2, 3])  # 6", "sum([[1, 2], [3, 4]], axis: 0)  # [4, 6]"], rule: "sum rule",
        kernel: { Reduction.run(GRAD_REDUCE_SUM, $0, $1, keep: $2) },
        reads: .nothing, derivative: { $0.axes.stretched($0.g, to: $0.x) })

    package static let mean: Primitive = .reduction(
        "mean", summary: "the mean of x along an axis, several or all: sum(x) / n",
        examples: ["mean([1, 2, 6])  # 3", "mean([[1, 2], [3, 4]], axis: 1)  # [1.5, 3.5]"], rule: "sum rule", emptyIs: "the mean",
        kernel: { Reduction.mean($0, $1, keep: $2) },
        reads: .nothing, derivative: { $0.axes.stretched($0.g / $0.g.count($0.axes.count(in: $0.x.shape)), to: $0.x) })

    /// By each number, the product of all the others: of those before it and those after it, which holds with zeros among them too.
    package static let prod: Primitive = .reduction(
        "prod", summary: "the product of x along an axis, several or all", examples: ["prod([2, 3, 4])  # 24"],
        rule: "product rule",
        kernel: { Reduction.run(GRAD_REDUCE_PROD, $0, $1, keep: $2) },
        derivative: { $0.axes.aligned($0.g, with: $0.x) * productOfOthers($0.x, $0.axes) },
        points: [TestPoint([Tensor([0.5, 0, 2])]), TestPoint([Tensor([0, 1.5, 0])]), TestPoint([Tensor([0, 0, 0, 2])])])

    private static func productOfOthers(_ x: Node, _ axes: Axes) -> Node {
        var partial = x
        var product = x.number(1)
        for axis in axes.indices {
            let before = shift(cumprod(partial, axis), by: 1, axis: axis, fill: 1)
            let after = shift(cumprod(partial, axis, reverse: true), by: -1, axis: axis, fill: 1)
            product = product * (before * after)
            if axis != axes.indices.last { partial = prod(partial, attributes: Attributes([.int(axis), .flag(true)])) }
        }
        return product
    }

    // Not named `max` and `min` here, which would hide Swift's own from every declaration.
    package static let largest: Primitive = .extremum("max", GRAD_REDUCE_MAX, "largest", examples: ["max([2, 7, 5])  # 7"])
    package static let smallest: Primitive = .extremum("min", GRAD_REDUCE_MIN, "smallest", examples: ["min([2, 7, 5])  # 2"])

    /// Numbers that tie share the derivative equally.
    private static func extremum(
        _ name: String, _ operation: grad_reduction, _ adjective: String, examples: [String]
    ) -> Primitive {
        .reduction(
            name, summary: "the \(adjective) number of x along an axis, several or all; NaN where there is one",
            examples: examples, rule: "branch taken", emptyIs: "the \(adjective)",
            kernel: { Reduction.run(operation, $0, $1, keep: $2) },
            derivative: { step in
                let wins = equal(step.x, step.axes.aligned(step.y, with: step.x))
                return step.axes.aligned(step.g, with: step.x) * wins / sum(wins, like: step)
            },
            points: [TestPoint([Tensor([2, 7, 7])], isSmooth: false)])
    }

    package static let `any`: Primitive = .reduction(
        "any", summary: "1 where some number of x along the axes is not 0, else 0", examples: ["any([0, 3])  # true"],
        rule: "piecewise constant",
        kernel: { Reduction.hold(GRAD_REDUCE_ANY, $0, $1, keep: $2) }, derivative: nil, isPredicate: true)

    package static let all: Primitive = .reduction(
        "all", summary: "1 where no number of x along the axes is 0, else 0", examples: ["all([0, 3])  # false"],
        rule: "piecewise constant",
        kernel: { Reduction.hold(GRAD_REDUCE_ALL, $0, $1, keep: $2) }, derivative: nil, isPredicate: true)

    package static let argmax: Primitive = .position("argmax", GRAD_REDUCE_ARGMAX, "largest", "argmax([2, 7, 5])  # 1")
    package static let argmin: Primitive = .position("argmin", GRAD_REDUCE_ARGMIN, "smallest", "argmin([2, 7, 5])  # 0")

    private static func position(
        _ name: String, _ operation: grad_reduction, _ adjective: String, _ example: String
    ) -> Primitive {
        Primitive(
            name, [.operand("x"), .attribute("axis", .int, default: Attribute.none), .attribute("keep", .flag, default: .flag(false))],
            summary: "the index of the \(adjective) number of x along an axis, the first if several tie; without an axis, in x flattened",
            examples: [example],
            shape: { (shapes, given) throws(PrimitiveError) in
                let axes = try Axes(given.ints(0), of: shapes[0])
                if axes.count(in: shapes[0]) == 0 { throw empty("the \(adjective)") }
                return axes.reduced(shapes[0], keep: given.flag(1))
            },
            kernel: { (operands, given) throws(PrimitiveError) in
                if operands[0].rank == 0 { return Tensor(0) }
                // An index needs more digits than an f32 has from 2^24 on.
                let x = operands[0].count < 1 << 24 ? operands[0] : operands[0].converted(to: .f64)
                let axes = try Axes(given.ints(0), of: x.shape)
                return Reduction.run(operation, x, axes, keep: given.flag(1)).converted(to: .f64)
            },
            derivative: .zero, rule: "piecewise constant",
            points: reductionPoints(extra: []).filter { ($0.attributes.ints(0)?.count ?? 1) == 1 })
    }

    /// log(Σ e^x) computed without overflow.
    package static let logsumexp: Primitive = .reduction(
        "logsumexp", summary: "log(sum(exp(x))) along an axis, several or all, safe for large x",
        examples: ["logsumexp([1000, -1000])  # 1000"], rule: "chain rule",
        kernel: { Reduction.logSumExp($0, $1, keep: $2) },
        reads: .operands, derivative: { $0.axes.aligned($0.g, with: $0.x) * softmax($0.x, $0.axes) })
}

extension Primitive {
    /// A reduction of `x` with `axis` and `keep`. `emptyIs` names what there is none of where nothing is reduced, "the mean", if that is
    /// to be an error.
    static func reduction(
        _ name: String, summary: String, examples: [String], rule: String, emptyIs: String? = nil,
        kernel: @escaping @Sendable (_ x: Tensor, _ axes: Axes, _ keep: Bool) -> Tensor, reads: Reads = .everything,
        derivative: (@Sendable (Derivation) -> Node)?, points: [TestPoint] = [], isPredicate: Bool = false
    ) -> Primitive {
        Primitive(
            name, [.operand("x"), .attribute("axis", .ints, default: Attribute.none), .attribute("keep", .flag, default: .flag(false))],
            summary: summary, examples: examples,
            shape: { (shapes, given) throws(PrimitiveError) in
                let axes = try Axes(given.ints(0), of: shapes[0])
                if let emptyIs, axes.count(in: shapes[0]) == 0 { throw empty(emptyIs) }
                return axes.reduced(shapes[0], keep: given.flag(1))
            },
            kernel: { (operands, given) throws(PrimitiveError) in
                kernel(operands[0], try Axes(given.ints(0), of: operands[0].shape), given.flag(1))
            },
            derivative: derivative.map { rule in .each([{ rule($0) }]) } ?? .zero, reads: reads, rule: rule,
            points: reductionPoints(extra: points), isPredicate: isPredicate)
    }

    static func empty(_ what: String) -> PrimitiveError { PrimitiveError("\(what) of no numbers does not exist", operands: [0]) }

    /// A vector, a matrix along each axis, and several axes of a block, kept and not; `tail` are attributes after those two.
    static func reductionPoints(extra: [TestPoint], tail: [Attribute] = []) -> [TestPoint] {
        let vector = Tensor([0.7, -1.3, 2.1])
        let matrix = Tensor([0.7, -1.3, 2.1, 1.6, 0.4, -0.9], shape: Shape([2, 3]))
        let block = Tensor([0.7, -1.3, 2.1, 1.6, 0.4, -0.9, 1.1, -0.3], shape: Shape([2, 2, 2]))
        let cases: [(Tensor, Attribute, Bool)] = [
            (vector, .none, false), (matrix, .int(0), false), (matrix, .int(1), false), (matrix, .int(-1), true),
            (matrix, .none, true), (block, .ints([0, 2]), false), (block, .ints([-1, 1]), false), (block, .int(1), false),
        ]
        return cases.map { TestPoint([$0], Attributes([$1, .flag($2)] + tail)) } + extra
    }

    /// `sum` along the axes of a reduction under way, kept.
    static func sum(_ x: Node, like step: Derivation) -> Node { sum(x, attributes: Attributes([step.attributes[0], .flag(true)])) }
}

extension Derivation {
    /// The axes of a primitive whose first attribute is `axis`.
    var axes: Axes { Axes(accepted: attributes.ints(0), of: x.shape) }
}
