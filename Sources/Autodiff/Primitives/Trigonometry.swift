import Kernels
import Tensors

// Angles are in radians.

extension Primitive {
    static let trigonometry: [Primitive] = [sin, cos, tan, asin, acos, atan, atan2]

    package static let sin: Primitive = .unary(
        "sin", GRAD_SIN, summary: "the sine of x, an angle in radians", examples: ["sin(0)  # 0"], rule: "sine",
        reads: .operands, derivative: { x, _, g in g * cos(x) })

    package static let cos: Primitive = .unary(
        "cos", GRAD_COS, summary: "the cosine of x, an angle in radians", examples: ["cos(0)  # 1"], rule: "cosine",
        reads: .operands, derivative: { x, _, g in -g * sin(x) })

    package static let tan: Primitive = .unary(
        "tan", GRAD_TAN, summary: "the tangent of x, an angle in radians", examples: ["tan(0)  # 0"], rule: "tangent",
        at: [-1.2, -0.4, 0.2, 0.9], reads: .result, derivative: { _, y, g in g * (1 + (y ^ 2)) })

    package static let asin: Primitive = .unary(
        "asin", GRAD_ASIN, summary: "the angle from -π/2 to π/2 whose sine is x; NaN outside -1 to 1",
        examples: ["asin(1) * 2 / asin(1)  # 2"], rule: "arcsine", at: [-0.8, -0.3, 0.1, 0.7],
        reads: .operands, derivative: { x, _, g in g / sqrt(1 - (x ^ 2)) })

    package static let acos: Primitive = .unary(
        "acos", GRAD_ACOS, summary: "the angle from 0 to π whose cosine is x; NaN outside -1 to 1",
        examples: ["acos(1)  # 0"], rule: "arccosine", at: [-0.8, -0.3, 0.1, 0.7],
        reads: .operands, derivative: { x, _, g in -g / sqrt(1 - (x ^ 2)) })

    package static let atan: Primitive = .unary(
        "atan", GRAD_ATAN, summary: "the angle from -π/2 to π/2 whose tangent is x", examples: ["tan(atan(2))  # 2"],
        rule: "arctangent", reads: .operands, derivative: { x, _, g in g / (1 + (x ^ 2)) })

    /// The angle of the point (x, y), in all four quadrants. At the origin the derivative is NaN: no direction is distinguished there.
    package static let atan2: Primitive = .binary(
        "atan2", GRAD_ATAN2, summary: "the angle from -π to π of the point with coordinates x and y; y comes first",
        examples: ["atan2(0, 1)  # 0"], rule: "arctangent", names: ("y", "x"),
        at: [(0.7, 1.3), (-0.4, -2.1), (1.9, -0.8)],
        derivatives: (
            { y, x, _, g in g * x / ((x ^ 2) + (y ^ 2)) },
            { y, x, _, g in -g * y / ((x ^ 2) + (y ^ 2)) }
        ))
}
