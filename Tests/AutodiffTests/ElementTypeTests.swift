import Autodiff
import Tensors
import Testing

/// Every primitive on f32 operands: values and gradients are those of f64 to the precision of f32.
struct ElementTypeTests {
    @Test(arguments: Primitive.catalogue)
    func f32AgreesWithF64(_ primitive: Primitive) throws {
        for point in primitive.points {
            let operands = point.operands.map { $0.converted(to: .f32) }
            let single = try values(primitive, operands, point)
            let double = try values(primitive, operands.map { $0.converted(to: .f64) }, point)
            for (single, double) in zip(single, double) {
                #expect(single.shape == double.shape)
                #expect(isClose(single, double), "\(primitive.name) at \(operands.map(\.numbers)): \(single.numbers), not \(double.numbers)")
            }
        }
    }

    @Test(arguments: Primitive.catalogue)
    func aGradientHasTheTypeOfItsOperand(_ primitive: Primitive) throws {
        for point in primitive.points {
            let operands = point.operands.map { $0.converted(to: .f32) }
            for gradient in try values(primitive, operands, point).dropFirst() { #expect(gradient.type == .f32) }
        }
    }

    /// The result, then the gradient by each variable.
    private func values(_ primitive: Primitive, _ operands: [Tensor], _ point: TestPoint) throws -> [Tensor] {
        let tape = Tape()
        defer { tape.close() }
        let nodes = operands.indices.map { point.variables.contains($0) ? tape.variable(operands[$0]) : tape.constant(operands[$0]) }
        let result = try tape.apply(primitive, nodes, point.attributes)
        let gradients = try tape.gradient(of: Weights.sum(result, salt: 1), by: point.variables.map { nodes[$0] })
        return [result.value] + gradients.map(\.value)
    }

    private func isClose(_ a: Tensor, _ b: Tensor) -> Bool {
        let scale = b.numbers.filter(\.isFinite).map { abs($0) }.max() ?? 0
        return zip(a.numbers, b.numbers).allSatisfy { a, b in
            a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-4 * abs(b) + 3e-6 * scale + 1e-6
        }
    }
}
