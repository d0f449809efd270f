import Testing
import Tensors

import Autodiff

/// Plans whose passes go by rows: sums of rows, operands that are read in runs, factors that are turned.
@Suite struct RowPlanTests {
    private func tensor(_ axes: [Int], _ type: ElementType, _ start: Double = 0.1) -> Tensor {
        let shape = Shape(axes)
        return Tensor((0..<shape.count).map { start + Double($0 * 7 % 23) / 23 - 0.5 }, shape: shape, type: type)
    }

    private func last(_ x: Node) -> Node { Primitive.sum(x, attributes: Attributes([.ints([-1]), .flag(false)])) }

    /// The sums of what a pass makes are taken in it, where its blocks hold whole rows, and have the bits of the sums on the tape.
    @Test(arguments: [ElementType.f64, .f32]) func sumsOfRowsAreTakenInThePass(_ type: ElementType) throws {
        let block = type == .f64 ? 512 : 1024
        for length in [2, 3, 7, 8, 16, 20, 31, 32, 33, 64, 100, 128, 500, 512, 513, 1000, 1024, 1025] {
            let tape = Tape()
            let (x, m) = (tape.variable(tensor([3, 41, length], type)), tape.variable(tensor([3, 1, length], type, 0.4)))
            let z: Node = x - m
            let results = [last(z * z), Primitive.sumTo(Primitive.tanh(z), Shape([3, 41, 1])), z]
            let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x, m], for: .plan), results: 3))
            #expect(plan.stepCount == (length <= block ? 1 : 3), "rows of \(length)")
            for _ in 0..<2 {
                let values = try #require(try plan.evaluate([x.value, m.value]))
                for (value, node) in zip(values, results) { #expect(value.isIdentical(to: node.value), "rows of \(length)") }
            }
        }
    }

    /// Sums of all numbers go by blocks of their own, which must hold whole rows as well.
    @Test(arguments: [20, 64]) func sumsOfRowsAndOfAll(_ length: Int) throws {
        let tape = Tape()
        let x = tape.variable(tensor([70, length], .f64))
        let y: Node = x * x + 1
        let results = [last(y), Primitive.sum(y)]
        let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x], for: .plan), results: 2))
        #expect(plan.stepCount == (length == 64 ? 1 : 2))
        let values = try #require(try plan.evaluate([x.value]))
        for (value, node) in zip(values, results) { #expect(value.isIdentical(to: node.value)) }
    }

    /// The parts of a long pass begin with a row.
    @Test(arguments: [ElementType.f64, .f32], [7, 20, 60]) func aLongPassSumsWholeRows(_ type: ElementType, _ length: Int) throws {
        let tape = Tape()
        let rows = 2_500_000 / length
        let (x, m) = (tape.variable(tensor([2, rows, length], type)), tape.variable(tensor([2, 1, length], type, 0.4)))
        let z: Node = x * 0.5 - m
        let results = [last(z * z), z]
        let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x, m], for: .plan), results: 2))
        #expect(plan.passes == 1)
        let values = try #require(try plan.evaluate([x.value, m.value]))
        for (value, node) in zip(values, results) { #expect(value.isIdentical(to: node.value)) }
    }

    /// What reads the sums of its own rows waits for them.
    @Test func rowsLessTheirSums() throws {
        let tape = Tape()
        let x = tape.variable(tensor([50, 12], .f64))
        let y = Primitive.exp(x)
        let results = [Primitive.divide(y, Primitive.sumTo(y, Shape([50, 1])))]
        let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x], for: .plan), results: 1))
        let value = try #require(try plan.evaluate([x.value]))[0]
        #expect(value.isIdentical(to: results[0].value))
    }

    /// Operands that stretch along an axis in the middle, at the front, at the end, in runs longer than a block and shorter.
    @Test(arguments: [ElementType.f64, .f32]) func operandsThatAreReadInRuns(_ type: ElementType) throws {
        let shapes: [([Int], [Int])] = [
            ([5, 70, 3], [5, 1, 3]), ([5, 70, 3], [1, 70, 3]), ([5, 70, 3], [5, 70, 1]), ([5, 70, 3], [70, 1]), ([2, 9, 700], [2, 1, 700]),
            ([2, 9, 2100], [2, 1, 2100]), ([4, 3, 8, 6], [4, 1, 1, 6]), ([4, 3, 8, 6], [4, 1, 8, 6]), ([4, 3, 8, 6], [3, 1, 6]),
            ([4, 3, 8, 6], [4, 1, 8, 1]), ([4, 3, 8, 6], [1, 3, 1, 6]), ([2, 1, 300, 5], [2, 1, 1, 5]),
        ]
        for (whole, part) in shapes {
            let tape = Tape()
            let (x, m) = (tape.variable(tensor(whole, type)), tape.variable(tensor(part, type, 0.4)))
            let results = [Primitive.add(Primitive.multiply(x, m), m), Primitive.sum(Primitive.subtract(x, m))]
            let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x, m], for: .plan), results: 2))
            let values = try #require(try plan.evaluate([x.value, m.value]))
            #expect(values[0].isIdentical(to: results[0].value), "\(part) in \(whole)")
            #expect(values[1].isIdentical(to: results[1].value), "\(part) in \(whole)")
        }
    }

    /// A transposed right factor is turned once for all products that read it, where that is faster.
    @Test(arguments: [ElementType.f64, .f32]) func rightFactorsAreTurned(_ type: ElementType) throws {
        // Rows, inner length, columns, products; how many steps it takes.
        for (n, k, m, products, steps) in [(128, 10, 64, 1, 2), (8, 10, 30, 3, 4), (8, 64, 64, 1, 1), (8, 64, 64, 4, 5), (4, 600, 600, 4, 4)] {
            let tape = Tape()
            let w = tape.variable(tensor([m, k], type))
            let xs = (0..<products).map { tape.variable(tensor([n, k], type, Double($0))) }
            let results = xs.map { Primitive.matmul($0, w, transposeB: true) }
            let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [w] + xs, for: .plan), results: products))
            #expect(plan.stepCount == steps && plan.kernelRuns == 0, "\(n), \(k), \(m)")
            let values = try #require(try plan.evaluate([w.value] + xs.map(\.value)))
            for (value, node) in zip(values, results) {
                #expect(zip(value.numbers, node.value.numbers).allSatisfy { abs($0 - $1) < (type == .f64 ? 1e-12 : 1e-3) })
            }
        }
    }

    /// Many matrices at once, and both factors transposed.
    @Test func turnedFactorsOfManyMatrices() throws {
        let tape = Tape()
        let (a, b) = (tape.variable(tensor([3, 5, 50], .f64)), tape.variable(tensor([3, 7, 5], .f64)))
        let result = Primitive.matmul(a, b, transposeA: true, transposeB: true)
        let plan = try #require(Plan(Graph(tape, outputs: [result], inputs: [a, b], for: .plan), results: 1))
        #expect(plan.stepCount == 2)
        let value = try #require(try plan.evaluate([a.value, b.value]))[0]
        #expect(value.shape == Shape([3, 50, 7]) && zip(value.numbers, result.value.numbers).allSatisfy { abs($0 - $1) < 1e-12 })
    }
}
