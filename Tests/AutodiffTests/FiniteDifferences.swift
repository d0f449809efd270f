import Autodiff
import Tensors

/// Checks of a primitive's derivatives against central differences.
enum FiniteDifferences {
    /// The largest disagreement, relative to 1 + the size of the derivative, of the gradient of a weighted sum of `primitive`'s
    /// results, over every number of every variable of a test point; `order` 2 checks the gradient of the gradient.
    static func largestError(_ primitive: Primitive, at point: TestPoint, order: Int) throws -> Double {
        let f = { (operands: [Tensor]) in try weighted(primitive, operands, point, order: order) }
        let (_, gradients) = try f(point.operands)
        var worst = 0.0
        for variable in point.variables {
            let operand = point.operands[variable]
            for position in 0..<operand.count {
                // The step balances truncation, h², against rounding, ε/h.
                let h = 6e-6 * max(1, abs(operand[position]))
                func moved(_ by: Double) throws -> Double {
                    var operands = point.operands
                    operands[variable].set(position, to: operand[position] + by)
                    return try f(operands).value
                }
                let difference = (try moved(h) - moved(-h)) / (2 * h)
                let exact = gradients[variable]?[position] ?? 0
                let error = abs(difference - exact) / (1 + abs(exact))
                worst = error.isNaN ? .infinity : max(worst, error)
            }
        }
        return worst
    }

    /// The function whose derivative is compared, and its gradient by the tape: for order 1 the results times fixed weights, summed; for
    /// order 2 the gradient of that, times other weights, summed.
    private static func weighted(
        _ primitive: Primitive, _ operands: [Tensor], _ point: TestPoint, order: Int
    ) throws -> (value: Double, gradients: [Int: Tensor]) {
        let tape = Tape()
        defer { tape.close() }
        let nodes = operands.indices.map { i in
            point.variables.contains(i) ? tape.variable(operands[i]) : tape.constant(operands[i])
        }
        let variables = point.variables.map { nodes[$0] }
        let result = try tape.apply(primitive, nodes, point.attributes)
        var output = Weights.sum(result, salt: 1)
        if order == 2 {
            let inner = try tape.gradient(of: output, by: variables)
            output = inner.enumerated().map { Weights.sum($1, salt: 2 + $0) }.reduce(tape.constant(Tensor(0)), +)
        }
        let gradients = try tape.gradient(of: output, by: variables)
        return (
            output.value.number, Dictionary(uniqueKeysWithValues: zip(point.variables, gradients.map(\.value)))
        )
    }
}
