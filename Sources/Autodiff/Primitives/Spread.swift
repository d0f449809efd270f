import Kernels
import Tensors

// How far numbers lie from each other and from 0.

extension Primitive {
    static let spread: [Primitive] = [`var`, std, norm, ratio]

    package static let `var`: Primitive = .deviation(
        "var", summary: "the variance of x along an axis, several or all: sum((x - mean(x))^2) / (n - ddof)",
        examples: ["var([1, 3])  # 1", "var([1, 3], ddof: 1)  # 2"],
        kernel: { $0 },
        derivative: { step, centered, divisor in step.axes.aligned(step.g, with: step.x) * (2 / divisor) * centered })

    /// Where the data are constant the derivative is 0.
    package static let std: Primitive = .deviation(
        "std", summary: "the standard deviation of x along an axis, several or all: sqrt(var(x))",
        examples: ["std([1, 3])  # 1", "std([1, 3], ddof: 1)^2  # 2"],
        kernel: { Elementwise.unary(GRAD_SQRT, $0) },
        derivative: { step, centered, divisor in
            let g = step.axes.aligned(step.g, with: step.x)
            return ratio(g * centered, divisor * step.axes.aligned(step.y, with: step.x))
        })

    /// `ddof` is taken off the count of numbers that is divided by: 0 as in NumPy, where torch takes off 1 unless told otherwise
    /// (its `correction`).
    private static func deviation(
        _ name: String, summary: String, examples: [String], kernel: @escaping @Sendable (_ variance: Tensor) -> Tensor,
        derivative: @escaping @Sendable (_ step: Derivation, _ centered: Node, _ divisor: Double) -> Node
    ) -> Primitive {
        Primitive(
            name,
            [
                .operand("x"), .attribute("axis", .ints, default: Attribute.none), .attribute("keep", .flag, default: .flag(false)),
                .attribute("ddof", .int, default: .int(0)),
            ],
            summary: summary + "; ddof is 0 as in NumPy, 1 gives torch's default", examples: examples,
            shape: { (shapes, given) throws(PrimitiveError) in
                let axes = try Axes(given.ints(0), of: shapes[0])
                try checkDivisor(axes.count(in: shapes[0]), given.int(2) ?? 0)
                return axes.reduced(shapes[0], keep: given.flag(1))
            },
            kernel: { (operands, given) throws(PrimitiveError) in
                let axes = try Axes(given.ints(0), of: operands[0].shape)
                let divisor = Double(axes.count(in: operands[0].shape) - (given.int(2) ?? 0))
                let sum = Reduction.squaredDistances(operands[0], axes, keep: given.flag(1))
                return kernel(Elementwise.binary(GRAD_DIV, sum, Tensor(divisor, type: sum.type)))
            },
            derivative: .each([{ step in
                let mean = mean(step.x, attributes: Attributes([step.attributes[0], .flag(true)]))
                let divisor = Double(step.axes.count(in: step.x.shape) - (step.attributes.int(2) ?? 0))
                return derivative(step, step.x - mean, divisor)
            }]),
            rule: "chain rule",
            points: reductionPoints(extra: [], tail: [.int(0)])
                + [TestPoint([Tensor([0.7, -1.3, 2.1])], Attributes([.none, .flag(false), .int(1)]))])
    }

    private static func checkDivisor(_ count: Int, _ ddof: Int) throws(PrimitiveError) {
        if count == 0 { throw empty("the variance") }
        guard ddof >= 0 else { throw PrimitiveError("ddof is \(ddof), and nothing below 0 can be taken off the count") }
        guard ddof < count else {
            throw PrimitiveError(
                "the variance of \(count) number\(count == 1 ? "" : "s") with ddof: \(ddof) has nothing left to divide by", operands: [0],
                hint: "ddof must be less than the count of numbers")
        }
    }

    /// The numbers along the axes are one vector, of a matrix too: then `ord` 2 is the Frobenius norm. Where the norm is 0 the
    /// derivative is 0; numbers that tie for the largest share it equally.
    package static let norm: Primitive = Primitive(
        "norm",
        [
            .operand("x"), .attribute("ord", .real, default: .int(2)), .attribute("axis", .ints, default: Attribute.none),
            .attribute("keep", .flag, default: .flag(false)),
        ],
        summary: "the length of x as a vector: sqrt(sum(x^2)); ord: 1 for sum(abs(x)), ord: inf for max(abs(x))",
        examples: ["norm([3, -4])  # 5", "norm([3, -4], ord: 1)  # 7", "norm([3, -4], ord: inf)  # 4"],
        shape: { (shapes, given) throws(PrimitiveError) in
            let ord = given.real(0) ?? 2
            guard [1, 2, .infinity].contains(ord) else {
                throw PrimitiveError("there is no norm of ord \(ord) here", hint: "ord is 1, 2 or inf")
            }
            return try Axes(given.ints(1), of: shapes[0]).reduced(shapes[0], keep: given.flag(2))
        },
        kernel: { (operands, given) throws(PrimitiveError) in
            let axes = try Axes(given.ints(1), of: operands[0].shape)
            return length(operands[0], given.real(0) ?? 2, axes, keep: given.flag(2))
        },
        derivative: .each([{ step in
            let axes = Axes(accepted: step.attributes.ints(1), of: step.x.shape)
            let g = axes.aligned(step.g, with: step.x)
            let y = axes.aligned(step.y, with: step.x)
            switch step.attributes.real(0) ?? 2 {
            case 1: return g * sign(step.x)
            case 2: return ratio(g * step.x, y)
            default:
                let wins = equal(magnitude(step.x), y)
                return g * sign(step.x) * wins / sum(wins, attributes: Attributes([step.attributes[1], .flag(true)]))
            }
        }]),
        rule: "chain rule",
        points: [1, 2, .infinity].flatMap { ord in
            reductionPoints(extra: []).map { TestPoint($0.operands, Attributes([.real(ord)] + $0.attributes.values)) }
        } + [TestPoint([Tensor([0, 0])], Attributes([.int(2)]), isSmooth: false)])

    private static func length(_ x: Tensor, _ ord: Double, _ axes: Axes, keep: Bool) -> Tensor {
        let sizes = Elementwise.unary(GRAD_ABS, x)
        if ord == 1 { return Reduction.run(GRAD_REDUCE_SUM, sizes, axes, keep: keep) }
        if axes.count(in: x.shape) == 0 { return Reduction.run(GRAD_REDUCE_SUM, x, axes, keep: keep) }
        if ord == .infinity { return Reduction.run(GRAD_REDUCE_MAX, sizes, axes, keep: keep) }
        let squares = Reduction.run(GRAD_REDUCE_SUM, Elementwise.unary(GRAD_SQUARE, x), axes, keep: keep)
        return Elementwise.unary(GRAD_SQRT, squares)
    }

    /// a / b, and 0 where b is 0: for derivatives that are 0 there by agreement.
    static let ratio: Primitive = Primitive(
        "ratio", [.operand("a"), .operand("b")], summary: "a / b, and 0 where b is 0",
        shape: { (shapes, _) throws(PrimitiveError) in try Elementwise.broadcast(shapes[0], shapes[1]) },
        kernel: { (operands, _) throws(PrimitiveError) in
            let quotient = Elementwise.binary(GRAD_DIV, operands[0], operands[1])
            return Elementwise.choose(operands[1], quotient, Tensor(0, type: quotient.type), shape: quotient.shape)
        },
        derivative: .each([
            { ratio($0.g, $0.operands[1]) },
            { -ratio($0.g * $0.y, $0.operands[1]) },
        ]),
        notation: .infix("/"), rule: "quotient rule",
        points: [
            TestPoint([Tensor(0.7), Tensor(-1.3)]), TestPoint([Tensor([0.7, 2, 3]), Tensor([-1.3, 0.4, 1])]),
            TestPoint([Tensor([0.7, 2, 3]), Tensor([1.5, 0, 1])], variables: [0]),
        ], isHidden: true)
}
