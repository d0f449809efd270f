import Kernels
import Tensors

extension Primitive {
    static let hyperbolic: [Primitive] = [sinh, cosh, tanh, asinh, acosh, atanh]

    package static let sinh: Primitive = .unary(
        "sinh", GRAD_SINH, summary: "the hyperbolic sine, (e^x - e^-x) / 2", examples: ["sinh(0)  # 0"],
        rule: "hyperbolic sine", reads: .operands, derivative: { x, _, g in g * cosh(x) })

    package static let cosh: Primitive = .unary(
        "cosh", GRAD_COSH, summary: "the hyperbolic cosine, (e^x + e^-x) / 2", examples: ["cosh(0)  # 1"],
        rule: "hyperbolic cosine", reads: .operands, derivative: { x, _, g in g * sinh(x) })

    package static let tanh: Primitive = .unary(
        "tanh", GRAD_TANH, summary: "the hyperbolic tangent, sinh(x) / cosh(x): from -1 to 1", examples: ["tanh(0)  # 0"],
        rule: "hyperbolic tangent", reads: .result, derivative: { _, y, g in g * (1 - (y ^ 2)) })

    package static let asinh: Primitive = .unary(
        "asinh", GRAD_ASINH, summary: "the number whose hyperbolic sine is x", examples: ["asinh(0)  # 0"],
        rule: "inverse hyperbolic sine", reads: .operands, derivative: { x, _, g in g / sqrt((x ^ 2) + 1) })

    package static let acosh: Primitive = .unary(
        "acosh", GRAD_ACOSH, summary: "the number from 0 up whose hyperbolic cosine is x; NaN below 1",
        examples: ["acosh(1)  # 0"], rule: "inverse hyperbolic cosine", at: [1.1, 1.7, 4],
        reads: .operands, derivative: { x, _, g in g / sqrt((x ^ 2) - 1) })

    package static let atanh: Primitive = .unary(
        "atanh", GRAD_ATANH, summary: "the number whose hyperbolic tangent is x; NaN outside -1 to 1",
        examples: ["atanh(0)  # 0"], rule: "inverse hyperbolic tangent", at: [-0.8, -0.3, 0.1, 0.7],
        reads: .operands, derivative: { x, _, g in g / (1 - (x ^ 2)) })
}
