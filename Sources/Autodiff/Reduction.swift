import Kernels
import Tensors

/// Kernels over some axes of a tensor.
enum Reduction {
    /// Reduces the middle axis of `[outer, length, inner]`; `shape` is the result's, of `outer * inner` numbers.
    static func run(
        _ operation: grad_reduction, _ x: Tensor, outer: Int, length: Int, inner: Int, shape: Shape
    ) -> Tensor {
        switch x.type {
        case .f64:
            x.withDoubles { x in
                Tensor(f64: shape) { grad_reduce_f64(operation, outer, length, inner, x, $0.baseAddress) }
            }
        case .f32:
            x.withFloats { x in
                Tensor(f32: shape) { grad_reduce_f32(operation, outer, length, inner, x, $0.baseAddress) }
            }
        }
    }

    /// Reduces axes one block after another, the innermost first; not for arg reductions of several blocks.
    static func run(_ operation: grad_reduction, _ x: Tensor, _ axes: Axes, keep: Bool) -> Tensor {
        var lengths = x.shape.axes
        var result = x
        for block in axes.blocks.reversed() {
            let outer = lengths[..<block.lowerBound].reduce(1, *)
            let length = lengths[block].reduce(1, *)
            let inner = lengths[block.upperBound...].reduce(1, *)
            for axis in block { lengths[axis] = 1 }
            result = run(operation, result, outer: outer, length: length, inner: inner, shape: Shape(lengths))
        }
        return result.reshaped(to: axes.reduced(x.shape, keep: keep))
    }

    /// Whether any or all hold: 1 or 0 even where nothing is reduced.
    static func hold(_ operation: grad_reduction, _ x: Tensor, _ axes: Axes, keep: Bool) -> Tensor {
        axes.indices.isEmpty ? Elementwise.binary(GRAD_NE, x, Tensor(0, type: x.type)) : run(operation, x, axes, keep: keep)
    }

    static func mean(_ x: Tensor, _ axes: Axes, keep: Bool) -> Tensor {
        Elementwise.binary(GRAD_DIV, run(GRAD_REDUCE_SUM, x, axes, keep: keep), Tensor(Double(axes.count(in: x.shape))))
    }

    /// The sum of squared distances from the mean, in two passes. Distances are measured from the smallest number first, so that
    /// constant data gives exactly 0, however their mean rounds.
    static func squaredDistances(_ x: Tensor, _ axes: Axes, keep: Bool) -> Tensor {
        let above = Elementwise.binary(GRAD_SUB, x, run(GRAD_REDUCE_MIN, x, axes, keep: true))
        let distances = Elementwise.binary(GRAD_SUB, above, mean(above, axes, keep: true))
        return run(GRAD_REDUCE_SUM, Elementwise.unary(GRAD_SQUARE, distances), axes, keep: keep)
    }

    /// The largest number, kept, where it is finite, else 0: what is taken off before `exp`, so that it cannot overflow.
    static func finiteMaximum(_ x: Tensor, _ axes: Axes) -> Tensor {
        if x.count == 0 { return Tensor(repeating: 0, shape: axes.reduced(x.shape, keep: true), type: x.type) }
        let largest = run(GRAD_REDUCE_MAX, x, axes, keep: true)
        let isFinite = Elementwise.binary(GRAD_LT, Elementwise.unary(GRAD_ABS, largest), Tensor(.infinity, type: x.type))
        return Elementwise.choose(isFinite, largest, Tensor(0, type: x.type), shape: largest.shape)
    }

    /// log(Σ e^x), without overflow.
    static func logSumExp(_ x: Tensor, _ axes: Axes, keep: Bool) -> Tensor {
        let largest = finiteMaximum(x, axes)
        let exponentials = Elementwise.unary(GRAD_EXP, Elementwise.binary(GRAD_SUB, x, largest))
        let sum = Elementwise.unary(GRAD_LOG, run(GRAD_REDUCE_SUM, exponentials, axes, keep: true))
        return Elementwise.binary(GRAD_ADD, sum, largest).reshaped(to: axes.reduced(x.shape, keep: keep))
    }

    /// Over axes that are apart there is no block of memory to go along, and it is said with the other kernels.
    static func softmax(_ x: Tensor, _ axes: Axes, logarithm: Bool) throws(PrimitiveError) -> Tensor {
        if axes.indices.isEmpty { return Tensor(repeating: logarithm ? 0 : 1, shape: x.shape, type: x.type) }
        if x.count == 0 { return x }
        let blocks = axes.blocks
        guard blocks.count == 1 else {
            let log = Elementwise.binary(GRAD_SUB, x, logSumExp(x, axes, keep: true))
            return logarithm ? log : Elementwise.unary(GRAD_EXP, log)
        }
        let lengths = x.shape.axes
        let outer = lengths[..<blocks[0].lowerBound].reduce(1, *)
        let length = lengths[blocks[0]].reduce(1, *)
        let inner = lengths[blocks[0].upperBound...].reduce(1, *)
        let shape = x.shape
        try Account.admit(bytes: 2 * outer * inner * x.type.size)
        switch x.type {
        case .f64:
            return x.withDoubles { x in Tensor(f64: shape) { y in
                withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * outer * inner) {
                    grad_softmax_f64(outer, length, inner, x, logarithm ? nil : y.baseAddress, logarithm ? y.baseAddress : nil, $0.baseAddress)
                }
            } }
        case .f32:
            return x.withFloats { x in Tensor(f32: shape) { y in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * outer * inner) {
                    grad_softmax_f32(outer, length, inner, x, logarithm ? nil : y.baseAddress, logarithm ? y.baseAddress : nil, $0.baseAddress)
                }
            } }
        }
    }
}
