import Kernels
import Tensors

// Piecewise constant: the derivative is zero everywhere, at the steps too.

extension Primitive {
    static let rounding: [Primitive] = [floor, ceil, round]

    package static let floor: Primitive = .unary(
        "floor", GRAD_FLOOR, summary: "the largest whole number not above x", examples: ["floor(-1.5)  # -2"],
        rule: "piecewise constant", derivative: nil)

    package static let ceil: Primitive = .unary(
        "ceil", GRAD_CEIL, summary: "the smallest whole number not below x", examples: ["ceil(-1.5)  # -1"],
        rule: "piecewise constant", derivative: nil)

    package static let round: Primitive = .unary(
        "round", GRAD_ROUND, summary: "the nearest whole number; from halfway the even one",
        examples: ["round([0.5, 1.5, 2.6])  # [0, 2, 3]"], rule: "piecewise constant", derivative: nil)
}
