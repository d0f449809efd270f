import Tensors
import Testing

import Autodiff

/// Plans of small tensors are register programs, and give what the kernels give.
@Suite struct RegisterPlanTests {
    private func plan(_ outputs: [Node], _ inputs: [Node], inRegisters: Bool = true) throws -> Plan {
        let tape = try #require(inputs.first).tape
        return try #require(Plan(Graph(tape, outputs: outputs, inputs: inputs, for: .plan), results: outputs.count, inRegisters: inRegisters))
    }

    /// What moves and adds numbers, by the primitive's own test points: each is a program, and its numbers are the kernel's.
    @Test(arguments: [
        Primitive.reshape, .flatten, .squeeze, .unsqueeze, .transpose, .swap, .slice, .sliceSet, .pad, .expand, .concat, .stack, .tile, .repeat, .flip,
        .roll, .tril, .triu, .diag, .placeBlocks, .sum, .mean, .sumTo, .matmul,
    ]) func movementIsAMappingOfNumbers(_ primitive: Primitive) throws {
        var programs = 0
        for point in primitive.points where point.operands.allSatisfy({ $0.count <= 16 }) {
            let tape = Tape()
            defer { tape.close() }
            let inputs = point.operands.map { tape.variable($0) }
            let output = try tape.apply(primitive, inputs, point.attributes)
            guard output.shape.count <= 16 else { continue }
            let plan = try plan([output], inputs)
            #expect(plan.passes == 0 && plan.kernelRuns == 0, "\(primitive.name)")
            programs += plan.isProgram ? 1 : 0
            for scale in [1.0, -3.5] {
                let values = point.operands.map { operand in
                    Tensor((0..<operand.count).map { (place: Int) -> Double in scale * (Double(place * 7 % 5) - 1.3) }, shape: operand.shape)
                }
                let expected = try primitive.evaluate(values, point.attributes)
                let result = try #require(try plan.evaluate(values)?.first)
                #expect(result.shape == expected.shape, "\(primitive.name)")
                #expect(zip(result.numbers, expected.numbers).allSatisfy { abs($0 - $1) <= 1e-14 * max(1, abs($1)) }, "\(primitive.name)")
            }
        }
        #expect(programs > 0, "\(primitive.name)")
    }

    /// Places that are known are no operands: a gather by them, and its adjoint, are mappings.
    @Test func aGatherByKnownPlacesIsAMapping() throws {
        let tape = Tape()
        let x = tape.variable(Tensor([1, -2, 3, 4]))
        let taken = try tape.apply(.take, [x, tape.constant(Tensor([2, 0, 2, -1]))], Attributes([.int(0)]))
        let loss = Primitive.sum(Primitive.sin(taken))
        let gradient = try tape.gradient(of: loss, by: [x])[0]
        let plan = try plan([taken, gradient], [x])
        #expect(plan.isProgram)
        let results = try #require(try plan.evaluate([x.value]))
        #expect(results[0].isIdentical(to: taken.value))
        #expect(zip(results[1].numbers, gradient.value.numbers).allSatisfy { abs($0 - $1) < 1e-15 })
        // By places that are not known it stays a pass over memory.
        let places = tape.variable(Tensor([2, 0, 2, -1]))
        let free = try tape.apply(.take, [x, places], Attributes([.int(0)]))
        #expect(try !self.plan([free], [x, places]).isProgram)
    }

    /// Sums associate as the kernels do.
    @Test(arguments: 1...16, [ElementType.f64, .f32]) func sumsHaveTheBitsOfTheKernels(_ count: Int, _ type: ElementType) throws {
        let numbers = (0..<count).map { (place: Int) -> Double in Double(place * 5 % 7 - 3) / (Double(place) + 0.37) }
        let value = Tensor(numbers, shape: Shape([count]), type: type)
        let tape = Tape()
        let x = tape.variable(value)
        let column = try tape.apply(.reshape, [x], Attributes([.ints([count, 1])]))
        let outputs = [Primitive.sum(x), try tape.apply(.sum, [column], Attributes([.int(0), .flag(false)]))]
        let plan = try plan(outputs, [x])
        #expect(plan.isProgram)
        let results = try #require(try plan.evaluate([value]))
        for (result, node) in zip(results, outputs) { #expect(result.isIdentical(to: node.value), "\(count)") }
    }

    /// A magnitude of one number is linear for numbers above zero, and none the less no movement.
    @Test func whatIsLinearOnOneSideIsNoMovement() throws {
        let tape = Tape()
        let x = tape.variable(Tensor([2], shape: Shape([1])))
        let norm = try tape.apply(.norm, [x], Attributes([.real(2), .none, .flag(false)]))
        let plan = try plan([norm], [x])
        #expect(try plan.evaluate([Tensor([-3], shape: Shape([1]))])?.first?.number == 3)
    }

    @Test func largeTensorsStayInMemory() throws {
        let tape = Tape()
        let (small, large) = (tape.variable(Tensor([1, 2])), tape.variable(Tensor((0..<17).map(Double.init))))
        #expect(try plan([Primitive.sin(small)], [small]).isProgram)
        #expect(try !plan([Primitive.sin(large)], [large]).isProgram)
        #expect(try !plan([Primitive.sin(small)], [small], inRegisters: false).isProgram)
        // One that nothing needs does not matter.
        let plan = try plan([Primitive.sin(small)], [small, large])
        #expect(plan.isProgram)
        #expect(try plan.evaluate([Tensor([0, 1]), large.value])?.first?.numbers[0] == 0)
    }

    /// A product that only one sum reads is part of it, with the same bits.
    @Test func productsJoinTheirSums() throws {
        let tape = Tape()
        let inputs = [0.1, 0.7, -1.3].map { tape.variable(Tensor($0)) }
        let (a, b, c) = (inputs[0], inputs[1], inputs[2])
        let outputs = [a * b + c, a * c - b, c - a * c * b, (a + b) * c + (a + b) * a]
        let plan = try plan(outputs, inputs)
        let results = try #require(try plan.evaluate(inputs.map(\.value)))
        for (result, node) in zip(results, outputs) { #expect(result.number == node.value.number) }
        #expect(plan.flops < 10)
    }

    /// Of a loop what never changes is computed before it, and what goes by the counter alone for many turns at once.
    @Test func aLoopComputesAtEachTurnWhatItMust() throws {
        let tape = Tape()
        let (x, base, t) = (tape.variable(Tensor([0.5, -0.25])), tape.variable(Tensor(0.9)), tape.variable(Tensor(1)))
        // Before: cos; counted: the power and what is left of 1; at each turn: sin and the sum, for both numbers.
        let next = Primitive.sin(x * (t.number(1) - Primitive.power(base, t))) + Primitive.cos(base)
        let plan = try plan([next], [x, base, t])
        let loop = try #require(plan.loop(carrying: [(0, 0)], counter: 2, recording: [0], inputs: []))
        #expect(loop.instructionCounts == (6, 2))
        plan.set(0, x.value)
        plan.setNumber(1, 0.9)
        plan.setNumber(2, 1)
        #expect(loop.begin())
        var records = [Double](repeating: 0, count: 200)
        #expect(loop.run(100, records: &records) == 100)
        var value = x.value
        for turn in 0..<100 {
            value = try #require(try plan.evaluate([value, Tensor(0.9), Tensor(Double(turn + 1))])?.first)
            #expect(value.numbers == Array(records[2 * turn..<2 * turn + 2]))
        }
    }
}
