import Kernels
import Tensors

extension Primitive {
    static let exponentials: [Primitive] = [exp, log]

    package static let exp: Primitive = .unary(
        "exp", GRAD_EXP, summary: "e to the power x", examples: ["exp(0)  # 1"], rule: "exponential",
        derivative: { _, y, g in g * y })

    package static let log: Primitive = .unary(
        "log", GRAD_LOG, summary: "the natural logarithm of x", examples: ["log(1)  # 0"], rule: "logarithm",
        at: [0.1, 0.7, 1.5, 4], derivative: { x, _, g in g / x })
}
