import Kernels
import Tensors

extension Primitive {
    static let absolute: [Primitive] = [magnitude, sign, clamp]

    /// At 0 the derivative is 0. Not named `abs` here, which would hide Swift's own from every declaration.
    package static let magnitude: Primitive = .unary(
        "abs", GRAD_ABS, summary: "the size of x, without its sign", examples: ["abs(-3)  # 3"], rule: "branch taken",
        kinks: [0], reads: .operands, derivative: { x, _, g in g * sign(x) })

    package static let sign: Primitive = .unary(
        "sign", GRAD_SIGN, summary: "-1, 0 or 1 as x is negative, zero or positive", examples: ["sign([-2, 0])  # [-1, 0]"],
        rule: "piecewise constant", kinks: [0], derivative: nil)

    /// At a bound the value is x's own branch, so the derivative is x's there. Where `low` exceeds `high`, `high` wins.
    package static let clamp: Primitive = Primitive(
        "clamp", [.operand("x"), .operand("low"), .operand("high")],
        summary: "x held within low and high, elementwise: min(max(x, low), high)",
        examples: ["clamp([-2, 0.5, 7], 0, 1)  # [0, 0.5, 1]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            try Elementwise.broadcast(try Elementwise.broadcast(shapes[0], shapes[1]), shapes[2])
        },
        kernel: { (operands, _) throws(PrimitiveError) in
            Elementwise.binary(GRAD_MIN, Elementwise.binary(GRAD_MAX, operands[0], operands[1]), operands[2])
        },
        derivative: .each([
            { $0.g * (lessOrEqual($0.operands[1], $0.x) * lessOrEqual($0.x, $0.operands[2])) },
            { $0.g * (less($0.x, $0.operands[1]) * lessOrEqual($0.operands[1], $0.operands[2])) },
            { $0.g * logicalOr(greater($0.x, $0.operands[2]), greater($0.operands[1], $0.operands[2])) },
        ]),
        rule: "branch taken",
        points: [
            TestPoint([Tensor(0.3), Tensor(-1), Tensor(2)]), TestPoint([Tensor(-1.4), Tensor(-1), Tensor(2)]),
            TestPoint([Tensor([-1.7, 0.4, 2.6]), Tensor(-1), Tensor(2)]),
            TestPoint([Tensor([-1.7, 0.4, 2.6]), Tensor([-1, 0.5, 1]), Tensor([2, 3, 1.5])]),
            TestPoint([Tensor([0.5, 3]), Tensor(2), Tensor(1)]),
            TestPoint([Tensor([-1, 2]), Tensor(-1), Tensor(2)], isSmooth: false),
        ])
}
