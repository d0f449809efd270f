import Testing
import Tensors

import Autodiff

/// Compiled plans give what the tape gives.
@Suite struct PlanTests {
    /// A tape with a primitive at a point, its gradient and the gradient of that.
    private func recorded(_ primitive: Primitive, _ point: TestPoint, _ type: ElementType) throws -> (tape: Tape, inputs: [Node], outputs: [Node]) {
        let tape = Tape()
        let inputs = point.operands.map { tape.variable($0.converted(to: type)) }
        let output = try tape.apply(primitive, inputs, point.attributes)
        let total = Primitive.sum(Primitive.tanh(output))
        let variables = point.variables.map { inputs[$0] }
        let first = try tape.gradient(of: total, by: variables)
        let second = try first.isEmpty ? [] : tape.gradient(of: Primitive.sum(first[0] * first[0]), by: variables)
        return (tape, inputs, [output] + first + second)
    }

    @Test(arguments: [ElementType.f64, .f32], [true, false]) func plansAgreeWithTheTape(_ type: ElementType, _ inRegisters: Bool) throws {
        for primitive in Primitive.catalogue {
            for point in primitive.points {
                let (tape, inputs, outputs) = try recorded(primitive, point, type)
                defer { tape.close() }
                let graph = Graph(tape, outputs: outputs, inputs: inputs, for: .plan)
                let plan = try #require(Plan(graph, results: outputs.count, inRegisters: inRegisters))
                #expect(inRegisters || !plan.isProgram || outputs.allSatisfy { $0.shape.rank == 0 }, "\(primitive.name)")
                // Twice, since memory is used again.
                for _ in 0..<2 {
                    let results = try #require(try plan.evaluate(inputs.map(\.value)))
                    for (index, (result, node)) in zip(results, outputs).enumerated() {
                        #expect(result.shape == node.shape && result.type == node.value.type, "\(primitive.name)")
                        #expect(
                            agree(result, node.value, type), "\(primitive.name) \(type), output \(index): \(result.numbers) and \(node.value.numbers)")
                    }
                }
            }
        }
    }

    private func agree(_ a: Tensor, _ b: Tensor, _ type: ElementType) -> Bool {
        let tolerance = type == .f64 ? 1e-11 : 2e-3
        let largest = b.numbers.reduce(1) { $1.isFinite ? max($0, abs($1)) : $0 }
        return zip(a.numbers, b.numbers).allSatisfy { a, b in
            a == b || a.isNaN && b.isNaN || abs(a - b) <= tolerance * largest
        }
    }

    /// The values used are not those that it was compiled with.
    @Test func aPlanComputesForOtherInputs() throws {
        let tape = Tape()
        let (x, w) = (tape.variable(Tensor([1, 2, 3, 4, 5, 6], shape: Shape([2, 3]))), tape.variable(Tensor([0.1, -0.2, 0.3])))
        let loss = Primitive.mean((Primitive.tanh(Primitive.matmul(x, w)) - 0.5) ^ 2)
        let gradient = try tape.gradient(of: loss, by: [w])[0]
        let plan = try #require(Plan(Graph(tape, outputs: [loss, gradient], inputs: [x, w], for: .plan), results: 2))
        for scale in [1.0, -0.7, 2.5] {
            let (xs, ws) = (Tensor([1, 2, 3, 4, 5, 6].map { $0 * scale }, shape: Shape([2, 3])), Tensor([0.4, scale, -0.1]))
            let other = Tape()
            let (x, w) = (other.variable(xs), other.variable(ws))
            let loss = Primitive.mean((Primitive.tanh(Primitive.matmul(x, w)) - 0.5) ^ 2)
            let gradient = try other.gradient(of: loss, by: [w])[0]
            let results = try #require(try plan.evaluate([xs, ws]))
            #expect(agree(results[0], loss.value, .f64) && agree(results[1], gradient.value, .f64))
        }
        #expect(plan.kernelRuns == 0)
    }

    @Test func guardsHoldOrNot() throws {
        let tape = Tape()
        let x = tape.variable(Tensor(2))
        let condition = Primitive.greater(x, x.number(1))
        let graph = Graph(tape, outputs: [x * 3, condition], inputs: [x], for: .plan)
        let plan = try #require(Plan(graph, results: 1, expected: [(condition.value, true)]))
        #expect(try plan.evaluate([Tensor(5)])?[0].number == 15)
        #expect(try plan.evaluate([Tensor(0.5)]) == nil)
    }

    /// An elementwise chain with its sum is one pass, whatever its length.
    @Test func aChainIsOnePass() throws {
        let tape = Tape()
        let x = tape.variable(Tensor((0..<5000).map { Double($0) * 1e-3 }))
        var y = x
        for k in 1...10 { y = Primitive.sin(y * 0.9 + Double(k)) }
        let sum = Primitive.sum(y)
        let plan = try #require(Plan(Graph(tape, outputs: [y, sum], inputs: [x], for: .plan), results: 2))
        #expect(plan.passes == 1)
        let results = try #require(try plan.evaluate([x.value]))
        #expect(results[0].isIdentical(to: y.value))
        #expect(agree(results[1], sum.value, .f64))
        #expect(plan.kernelRuns == 0)
    }

    /// A long pass is shared by the processors in parts that are summed as the whole is, to the bit.
    @Test(arguments: [ElementType.f64, .f32]) func aLongPassHasTheSumsOfAShortOne(_ type: ElementType) throws {
        let tape = Tape()
        let x = tape.variable(Tensor((0..<1_234_567).map { Double($0 * 7 % 1001) / 1001 - 0.3 }, shape: Shape([1_234_567]), type: type))
        let inner: Node = x * 2 + 1
        let outer: Node = inner * x - 3
        let y: Node = outer * x + 5
        let results = [y, Primitive.sum(y), Primitive.sum(y * x)]
        let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x], for: .plan), results: 3))
        #expect(plan.passes == 1)
        let values = try #require(try plan.evaluate([x.value]))
        for (value, node) in zip(values, results) { #expect(value.isIdentical(to: node.value)) }
    }

    /// Slices in one piece, which only passes read, are no copies; one that is a result is, and columns are.
    @Test(arguments: [ElementType.f64, .f32]) func slicesAreReadInPlace(_ type: ElementType) throws {
        let tape = Tape()
        let x = tape.variable(Tensor((0..<1000).map { Double($0 * 7 % 1001) / 1001 - 0.3 }, shape: Shape([1000]), type: type))
        let m = tape.variable(Tensor((0..<600).map { Double($0 * 11 % 601) / 601 }, shape: Shape([20, 30]), type: type))
        func slice(_ x: Node, _ starts: [Int], _ stops: [Int]) throws -> Node {
            try tape.apply(Primitive.slice, [x], Attributes([.ints(starts), .ints(stops)]))
        }
        let (left, right) = (try slice(x, [0], [999]), try slice(x, [1], [1000]))
        let rows = try slice(m, [3], [7]) * 2 + 1, part = try slice(m, [5, 4], [6, 29]) * 3, columns = try slice(m, [0, 3], [20, 7]) * 2 + 1
        for (results, passes) in [
            ([Primitive.sum(((right - (left ^ 2)) ^ 2) * 100 + ((left * -1 + 1) ^ 2))], 1), ([rows], 1), ([part], 1), ([columns], 2), ([left, left * 2], 2),
        ] {
            let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x, m], for: .plan), results: results.count))
            #expect(plan.passes == passes)
            let values = try #require(try plan.evaluate([x.value, m.value]))
            for (value, node) in zip(values, results) { #expect(agree(value, node.value, type)) }
        }
    }

    /// An update behind a product is one pass: what could be computed before it, and measures of what it reads, are computed on the way.
    @Test(arguments: [ElementType.f64, .f32]) func anUpdateIsOnePass(_ type: ElementType) throws {
        let tape = Tape()
        func tensor(_ start: Double) -> Tensor {
            Tensor((0..<900).map { start + Double($0 * 7 % 11) / 11 }, shape: Shape([30, 30]), type: type)
        }
        let (a, b, w, m) = (tape.variable(tensor(0.1)), tape.variable(tensor(-0.4)), tape.variable(tensor(0.3)), tape.variable(tensor(0)))
        let g = Primitive.matmul(a, b)
        let moved = m * 0.9 + g * 0.1
        let next = w * 0.99 - moved * 0.01
        let results = [next, moved, Primitive.sum(w * w), Primitive.sum(g * m), Primitive.sum((next - w) * (next - w))]
        let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [a, b, w, m], for: .plan), results: results.count))
        #expect(plan.passes == 2)
        let values = try #require(try plan.evaluate([a, b, w, m].map(\.value)))
        for (value, node) in zip(values, results) { #expect(agree(value, node.value, type)) }
    }

    /// A softmax and its logarithm, as a loss and its gradient ask for, take the exponentials once.
    @Test(arguments: [ElementType.f64, .f32]) func aSoftmaxAndItsLogarithmAreOneStep(_ type: ElementType) throws {
        let tape = Tape()
        let x = tape.variable(Tensor((0..<510).map { Double($0 * 13 % 29) / 3 - 4 }, shape: Shape([30, 17]), type: type))
        let last = Attributes([.int(-1)])
        let results = [Primitive.logSoftmax(x, attributes: last), Primitive.softmax(x, attributes: last)]
        let plan = try #require(Plan(Graph(tape, outputs: results, inputs: [x], for: .plan), results: 2))
        #expect(plan.stepCount == 1)
        let values = try #require(try plan.evaluate([x.value]))
        for (value, node) in zip(values, results) { #expect(value.isIdentical(to: node.value)) }
    }

    /// A loss over all rows is computed for so many of them at a time: it needs memory for no more.
    @Test(arguments: [ElementType.f64, .f32]) func aLossOverAllRowsGoesByBlocks(_ type: ElementType) throws {
        let tape = Tape()
        func tensor(_ axes: [Int], _ scale: Double) -> Tensor {
            let shape = Shape(axes)
            return Tensor((0..<shape.count).map { (Double($0 * 7 % 23) / 23 - 0.4) * scale }, shape: shape, type: type)
        }
        let (x, w, b, v) = (
            tape.variable(tensor([3001, 20], 1)), tape.variable(tensor([20, 64], 0.7)), tape.variable(tensor([64], 0.3)),
            tape.variable(tensor([64, 5], 1.3)))
        let labels = tape.variable(Tensor((0..<3001).map { Double($0 * 3 % 5) }))
        let scale = tape.variable(Tensor(0.9, type: type))
        let hidden = Primitive.tanh(Primitive.matmul(x, w) * scale + b)
        let scores = Primitive.logSoftmax(Primitive.matmul(hidden, v), attributes: Attributes([.int(-1)]))
        let picked = Primitive.gather(scores, Primitive.reshape(labels, attributes: Attributes([.ints([3001, 1])])), axis: -1)
        let results = [-Primitive.mean(picked), Primitive.sum(hidden)]
        let inputs = [x, w, b, v, labels, scale]
        let plan = try #require(Plan(Graph(tape, outputs: results, inputs: inputs, for: .plan), results: 2))
        #expect(plan.passes == 1)
        #expect(plan.byteCount < 3001 * 64 * type.size)
        for _ in 0..<2 {
            let values = try #require(try plan.evaluate(inputs.map(\.value)))
            for (value, node) in zip(values, results) { #expect(agree(value, node.value, type)) }
        }
        #expect(plan.kernelRuns == 0)
        var wrong = inputs.map(\.value)
        wrong[4] = Tensor((0..<3001).map { $0 == 2999 ? 5 : 0 })
        #expect(throws: PrimitiveError.self) { _ = try plan.evaluate(wrong) }
    }

    /// What mixes rows is computed for all of them at once.
    @Test func rowsThatMeetAreNotDivided() throws {
        let tape = Tape()
        let x = tape.variable(Tensor((0..<90_000).map { Double($0 * 7 % 23) / 23 - 0.4 }, shape: Shape([3000, 30])))
        let mean: Node = Primitive.mean(x, attributes: Attributes([.int(0), .flag(true)]))
        let centred: Node = x - mean
        let running: Node = Primitive.cumsum(x, attributes: Attributes([.int(0)]))
        let sums: [Node] = [Primitive.sum(centred * centred), Primitive.sum(running * running)]
        for result in sums {
            let plan = try #require(Plan(Graph(tape, outputs: [result], inputs: [x], for: .plan), results: 1))
            #expect(plan.passes > 1)
            #expect(agree(try #require(try plan.evaluate([x.value]))[0], result.value, .f64))
        }
    }

    /// A network's step allocates nothing: no primitive in it runs by its own kernel.
    @Test(arguments: [ElementType.f64, .f32]) func aNetworkHasStepsForAll(_ type: ElementType) throws {
        let tape = Tape()
        func tensor(_ axes: [Int]) -> Tensor {
            let shape = Shape(axes)
            return Tensor((0..<shape.count).map { Double($0 * 7 % 11) / 11 - 0.4 }, shape: shape, type: type)
        }
        let (x, w, b, v) = (tape.variable(tensor([6, 4])), tape.variable(tensor([4, 5])), tape.variable(tensor([5])), tape.variable(tensor([5, 3])))
        let labels = tape.variable(Tensor([0, 2, 1, 1, 0, 2], shape: Shape([6, 1])))
        let hidden = Primitive.tanh(Primitive.matmul(x, w) + b)
        let scores = Primitive.logSoftmax(Primitive.matmul(hidden, v), attributes: Attributes([.int(-1)]))
        let loss = -Primitive.mean(Primitive.gather(scores, labels, axis: -1))
        let gradients = try tape.gradient(of: loss, by: [w, b, v])
        let graph = Graph(tape, outputs: [loss] + gradients, inputs: [x, w, b, v, labels], for: .plan)
        let plan = try #require(Plan(graph, results: 4))
        let results = try #require(try plan.evaluate([x, w, b, v, labels].map(\.value)))
        for (result, node) in zip(results, [loss] + gradients) { #expect(agree(result, node.value, type)) }
        #expect(plan.kernelRuns == 0)
    }
}
