import Kernels
import Tensors


// The nonlinearities of neural networks.

extension Primitive {
    static let activations: [Primitive] = [sigmoid, softplus, relu, gelu, silu, erf]

    package static let sigmoid: Primitive = .unary(
        "sigmoid", GRAD_SIGMOID, summary: "1 / (1 + e^-x): from 0 to 1", examples: ["sigmoid(0)  # 0.5"], rule: "sigmoid",
        reads: .result, derivative: { _, y, g in g * y * (1 - y) })

    package static let softplus: Primitive = .unary(
        "softplus", GRAD_SOFTPLUS, summary: "log(1 + e^x), a smooth relu", examples: ["exp(softplus(0))  # 2"],
        rule: "softplus", reads: .operands, derivative: { x, _, g in g * sigmoid(x) })

    /// At 0 the derivative is 0.
    package static let relu: Primitive = .unary(
        "relu", GRAD_RELU, summary: "x where it is positive, else 0", examples: ["relu([-1, 2])  # [0, 2]"],
        rule: "branch taken", kinks: [0], reads: .operands, derivative: { x, _, g in g * greater(x, x.number(0)) })

    /// Φ(x) + x φ(x), with Φ the normal distribution and φ its density.
    package static let gelu: Primitive = .unary(
        "gelu", GRAD_GELU, summary: "x times the normal distribution at x, x (1 + erf(x / √2)) / 2",
        examples: ["gelu(0)  # 0"], rule: "product rule",
        reads: .operands, derivative: { x, _, g in
            let distribution = 0.5 * (1 + erf(x * 0.5.squareRoot()))
            return g * (distribution + x * exp(-0.5 * (x ^ 2)) * (0.5 / Double.pi).squareRoot())
        })

    package static let silu: Primitive = .unary(
        "silu", GRAD_SILU, summary: "x sigmoid(x)", examples: ["silu(0)  # 0"], rule: "product rule",
        derivative: { x, y, g in
            let s = sigmoid(x)
            return g * (s + y * (1 - s))
        })

    package static let erf: Primitive = .unary(
        "erf", GRAD_ERF, summary: "the error function: twice the integral of e^(-t^2) / √π from 0 to x",
        examples: ["erf(0)  # 0"], rule: "fundamental theorem of calculus",
        reads: .operands, derivative: { x, _, g in g * (exp(-(x ^ 2)) * (2 / Double.pi.squareRoot())) })
}
