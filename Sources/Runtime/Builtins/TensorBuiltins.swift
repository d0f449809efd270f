import Syntax
import Tensors

extension Builtin {
    static let tensors: [Builtin] = [zeros, ones, shape]

    static let zeros = Builtin(
        "zeros", [.required("shape")], .tensors, summary: "a tensor of zeros", examples: ["zeros([2])  # [0, 0]"]
    ) { call in Value(Tensor(repeating: 0, shape: try shape(call, 0))) }

    static let ones = Builtin(
        "ones", [.required("shape")], .tensors, summary: "a tensor of ones", examples: ["ones([2])  # [1, 1]"]
    ) { call in Value(Tensor(repeating: 1, shape: try shape(call, 0))) }

    static let shape = Builtin(
        "shape", [.required("x")], .tensors, summary: "the lengths of x's axes, as a tensor; [] for a number",
        examples: ["shape([[1, 2, 3]])  # [1, 3]"]
    ) { call in
        guard let shape = call[0].tensor?.shape else {
            throw call.machine.typeError("`shape`", needs: "a number or a tensor", call[0], at: call.span(0))
        }
        return .tensor(TensorValue(Tensor(shape.axes.map(Double.init))))
    }

    /// A shape as an argument: a list of counts, or one count.
    static func shape(_ call: Call, _ index: Int) throws -> Shape {
        let span = call.span(index)
        let axes: [Int]
        if let tensor = call[index].tensor, tensor.rank == 0 {
            axes = [try call.machine.whole(call[index], "a length", at: span)]
        } else {
            axes = try call.machine.elements(of: call[index], Site(span, [span]))
                .map { try call.machine.whole($0, "a length", at: span) }
        }
        do {
            return try Shape.checked(axes, limit: 1 << 31)
        } catch {
            throw call.machine.diagnostic(error, call.site, [])
        }
    }
}
