import Kernels
import Tensors

extension Primitive {
    static let exponentials: [Primitive] = [exp, log, log1p, expm1, sqrt]

    package static let exp: Primitive = .unary(
        "exp", GRAD_EXP, summary: "e to the power x", examples: ["exp(0)  # 1"], rule: "exponential",
        reads: .result, derivative: { _, y, g in g * y })

    package static let log: Primitive = .unary(
        "log", GRAD_LOG, summary: "the natural logarithm of x", examples: ["log(1)  # 0"], rule: "logarithm",
        at: [0.1, 0.7, 1.5, 4], reads: .operands, derivative: { x, _, g in g / x })

    package static let log1p: Primitive = .unary(
        "log1p", GRAD_LOG1P, summary: "log(1 + x), exact for small x", examples: ["log1p(0)  # 0"], rule: "logarithm",
        at: [-0.6, 0.001, 0.7, 4], reads: .operands, derivative: { x, _, g in g / (1 + x) })

    package static let expm1: Primitive = .unary(
        "expm1", GRAD_EXPM1, summary: "e^x - 1, exact for small x", examples: ["expm1(0)  # 0"], rule: "exponential",
        reads: .result, derivative: { _, y, g in g * (y + 1) })

    /// Infinitely steep at 0.
    package static let sqrt: Primitive = .unary(
        "sqrt", GRAD_SQRT, summary: "the square root of x", examples: ["sqrt(9)  # 3"], rule: "square root",
        at: [0.1, 0.7, 1.5, 4], kinks: [0], reads: .result, derivative: { _, y, g in g / (2 * y) })
}
