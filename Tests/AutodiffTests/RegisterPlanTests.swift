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

    /// Of a loop what never changes is computed before it; for many turns at once, before them what goes by the counter alone, and after them what no other
    /// turn reads, of those turns that are asked for.
    @Test func aLoopComputesAtEachTurnWhatItMust() throws {
        let tape = Tape()
        let (x, base, t) = (tape.variable(Tensor([0.5, -0.25])), tape.variable(Tensor(0.9)), tape.variable(Tensor(1)))
        // Before: cos; counted: the power and what is left of 1; at each turn: the product, sin and the sum, for both numbers. Watched: the sum of the old and
        // the new numbers; told: their product.
        let next = Primitive.sin(x * (t.number(1) - Primitive.power(base, t))) + Primitive.cos(base)
        let (sum, product) = (Primitive.sum(next + x), Primitive.sum(next * x))
        let plan = try plan([next, sum, product], [x, base, t])
        let loop = try #require(plan.loop(carrying: [(0, 0)], counter: 2, recording: [1, 2, 0], inputs: [0]))
        #expect(loop.instructionCounts == (6, 2, 3, 2))
        plan.set(0, x.value)
        plan.setNumber(1, 0.9)
        plan.setNumber(2, 1)
        #expect(loop.begin())
        var value = x.value
        let places = [0, 3, 29]
        for start in stride(from: 0, to: 90, by: 30) {
            #expect(loop.run(30, counter: start + 1) == 30 && loop.areBelow(10, 30) && !loop.areBelow(0.1, 30))
            var expected: [[Double]] = []
            for turn in 0..<30 {
                let made = try #require(try plan.evaluate([value, Tensor(0.9), Tensor(Double(start + turn + 1))]))
                expected.append([made[1].number, made[2].number] + made[0].numbers + value.numbers)
                value = made[0]
            }
            // The plan's registers are those of the loop.
            for turn in 0..<30 { #expect(loop.watched(at: turn) == expected[turn][0] && loop.number(5, at: turn) == expected[turn][5]) }
            let some = loop.tell(30, at: places)
            #expect(some.count == 3)
            for (index, place) in places.enumerated() { #expect((0..<6).allSatisfy { some[$0, index] == expected[place][$0] }) }
            let all = loop.tell(30, at: nil)
            for turn in 0..<30 { #expect((0..<6).allSatisfy { all[$0, turn] == expected[turn][$0] }) }
            loop.restore(value.numbers)
        }
    }

    /// Two parts of a state that are handed the same number are kept apart: they may have begun at different ones.
    @Test func theSameResultMayBeHandedToTwoInputs() throws {
        let tape = Tape()
        let (x, y, t) = (tape.variable(Tensor(1)), tape.variable(Tensor(5)), tape.variable(Tensor(1)))
        let next = x * t.number(2)
        let plan = try plan([next, next, x + y], [x, y, t])
        let loop = try #require(plan.loop(carrying: [(0, 0), (1, 1)], counter: 2, recording: [2], inputs: [0, 1]))
        for (input, number) in [1.0, 5, 1].enumerated() { plan.setNumber(input, number) }
        #expect(loop.begin() && loop.run(3, counter: 1) == 3)
        let told = loop.tell(3, at: nil)
        #expect((0..<3).map { turn in (0..<3).map { told[$0, turn] } } == [[6, 1, 5], [4, 2, 2], [8, 4, 4]])
    }
}
