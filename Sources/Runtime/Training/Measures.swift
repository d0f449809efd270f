import Kernels
import Tensors

/// Numbers that tell how an update went.
enum Measures {
    /// The Euclidean norm over all entries.
    static func norm(_ tensors: [Tensor]) -> Double { dot(tensors, tensors).squareRoot() }

    static func dot(_ a: [Tensor], _ b: [Tensor]) -> Double {
        var sum = 0.0
        for (x, y) in zip(a, b) {
            let count = x.count
            if x.type == .f64 && y.type == .f64 {
                sum += x.withDoubles { x in y.withDoubles { y in (0..<count).reduce(0) { $0 + x[$1] * y[$1] } } }
            } else {
                sum += zip(x.numbers, y.numbers).reduce(0) { $0 + $1.0 * $1.1 }
            }
        }
        return sum
    }

    /// Of the angle between two gradients; NaN where either is zero.
    static func cosine(_ a: [Tensor], _ b: [Tensor]) -> Double { dot(a, b) / (norm(a) * norm(b)) }

    /// The share of entries that are exactly 0.
    static func zeros(_ tensors: [Tensor]) -> Double {
        let count = tensors.reduce(0) { $0 + $1.count }
        let zeros = tensors.reduce(0) { sum, tensor in
            let count = tensor.count
            switch tensor.type {
            case .f64: return sum + tensor.withDoubles { x in (0..<count).reduce(0) { x[$1] == 0 ? $0 + 1 : $0 } }
            case .f32: return sum + tensor.withFloats { x in (0..<count).reduce(0) { x[$1] == 0 ? $0 + 1 : $0 } }
            }
        }
        return count == 0 ? .nan : Double(zeros) / Double(count)
    }

    /// The gradient's norm in the first matrix over that in the last; NaN with fewer than two matrices.
    static func layers(_ gradients: [Tensor]) -> Double {
        let matrices = gradients.filter { $0.rank >= 2 }
        guard let first = matrices.first, let last = matrices.last, matrices.count > 1 else { return .nan }
        return norm([first]) / norm([last])
    }
}

/// How training stands, for whoever shows it.
package struct Progress {
    package let step: Int
    package let steps: Int
    package let stepsPerEpoch: Int
    package let loss: Double
    package let validation: Double?
    package let metric: (name: String, value: Double)?
    package let isDone: Bool

    package var epoch: Int { step / stepsPerEpoch }
    package var epochs: Int { (steps + stepsPerEpoch - 1) / stepsPerEpoch }
}
