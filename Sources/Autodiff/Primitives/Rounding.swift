import Kernels
import Tensors

// Piecewise constant: the derivative is zero everywhere, at the steps too.

extension Primitive {
    static let rounding: [Primitive] = [floor]

    package static let floor: Primitive = .unary(
        "floor", GRAD_FLOOR, summary: "the largest whole number not above x", examples: ["floor(-1.5)  # -2"],
        derivative: nil)
}
