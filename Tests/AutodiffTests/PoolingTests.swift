import Autodiff
import Tensors
import Testing

struct PoolingTests {
    /// All windows of 2 × 2 of these numbers: the largest of each, and what it hands back to those that are largest in equal parts.
    @Test(arguments: [ElementType.f64, .f32]) func pairsWithTiesAndSpecialNumbers(type: ElementType) throws {
        let numbers: [Double] = [1, 2, -3, 0, -0.0, .infinity, -.infinity, .nan]
        var windows: [[Double]] = [[]]
        for _ in 0..<4 { windows = windows.flatMap { window in numbers.map { window + [$0] } } }
        let x = Tensor(windows.flatMap { $0 }, shape: Shape([windows.count, 2, 2])).converted(to: type)
        let g = Tensor(windows.indices.map { Double($0 % 5) - 2 }, shape: Shape([windows.count, 1, 1])).converted(to: type)
        let attributes = Attributes([.ints([2, 2]), Attribute.none, .ints([0, 0])])
        let tape = Tape()
        defer { tape.close() }
        let input = tape.variable(x)
        let largest = try tape.apply(.maxPool2d, [input], attributes)
        let adjoint = try #require(try tape.pullback([(largest, tape.constant(g))], to: [input])[0])
        let (found, back) = (largest.value.numbers, adjoint.value.numbers)
        for (place, window) in windows.enumerated() {
            let hasNaN = window.contains { $0.isNaN }
            let top = hasNaN ? Double.nan : window.max()!
            #expect(found[place] == top || found[place].isNaN && hasNaN, "\(window)")
            let isTop = window.map { hasNaN ? $0.isNaN : $0 == top }
            let share = g.numbers[place] / Double(isTop.count { $0 })
            for k in 0..<4 {
                let expected = isTop[k] ? share : 0
                #expect(abs(back[4 * place + k] - expected) < 1e-6, "\(window)")
            }
        }
    }
}
