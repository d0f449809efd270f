import Testing
import Tensors

import Autodiff

/// The last sweep of a tape keeps values no longer than its rules read them.
@Suite struct LettingGoTests {
    /// Each primitive says truly what its derivative reads: the last sweep gives the same bits, and computes nothing again.
    @Test func everyPrimitiveSaysWhatItReads() throws {
        for primitive in Primitive.catalogue {
            for point in primitive.points where !point.variables.isEmpty {
                var results: [[Tensor?]] = []
                for isLast in [false, true] {
                    let tape = Tape()
                    defer { tape.close() }
                    tape.leastLetGo = 1
                    let inputs = point.operands.map { tape.variable($0) }
                    // What comes before and behind reads nothing, so that it is the primitive alone that keeps its operands and its result.
                    let output = try tape.apply(primitive, inputs.map { $0 + 0.0 }, point.attributes) + 0.0
                    let adjoint = tape.constant(Tensor((0..<output.shape.count).map { 1 + Double($0) / 8 }, shape: output.shape, type: output.type))
                    results.append(try tape.pullback([(output, adjoint)], to: point.variables.map { inputs[$0] }, isLast: isLast).map { $0?.value })
                    #expect(tape.recomputed == 0, "\(primitive.name) reads more than \(primitive.reads)")
                }
                for (one, other) in zip(results[0], results[1]) {
                    #expect(one.map { one in other.map { one.isIdentical(to: $0) } ?? false } ?? (other == nil), "\(primitive.name)")
                }
            }
        }
    }

    /// Of many layers, what one of them needs and the results of tanh stay; a value held outside of the tape stays too.
    @Test func layersAreLetGoOf() throws {
        let tape = Tape()
        let w = tape.variable(Tensor((0..<1000).map { Double($0) / 1000 }))
        var (x, held) = (w, [Node]())
        for layer in 0..<20 {
            let inner = x * 0.5 + 0.1
            if layer == 7 { held.append(inner) }
            x = Primitive.tanh(inner)
        }
        let before = held[0].value
        let loss = Primitive.sum(x)
        let gradient = try tape.pullback([(loss, tape.constant(Tensor(1)))], to: [w], isLast: true)[0]
        #expect(gradient?.value.count == 1000 && gradient?.isHollow == false)
        #expect(!held[0].isHollow && held[0].value.isIdentical(to: before))
        // Three nodes for each layer, of which one is held, and what the rules made.
        #expect(tape.nodes.count { $0.isHollow } >= 58 + 20 * 3)
        #expect(tape.recomputed == 0)
        // Whoever asks for one nevertheless gets it.
        let first = try #require(tape.nodes.first { $0.isHollow })
        #expect(first.value.isIdentical(to: (w * 0.5).value) && tape.recomputed == 1)
    }

    /// Leaves cannot be computed again, and a plan reads the constants that rules made.
    @Test func leavesStay() throws {
        let tape = Tape()
        let (x, places) = (tape.variable(Tensor((0..<600).map(Double.init))), tape.constant(Tensor((0..<300).map { Double($0 * 2) })))
        let taken = Primitive.take(x * 1.5, places, attributes: Attributes([.int(0)]))
        let gradient = try #require(try tape.pullback([(Primitive.sum(taken * taken), tape.constant(Tensor(1)))], to: [x], isLast: true)[0])
        #expect(!tape.nodes.contains { ($0.isConstant || $0.primitive == .variable) && $0.isHollow })
        let plan = try #require(Plan(Graph(tape, outputs: [gradient], inputs: [x], for: .plan), results: 1))
        #expect(try plan.evaluate([x.value])?[0].isIdentical(to: gradient.value) == true)
        #expect(tape.recomputed == 0)
    }

    /// A sweep that others follow keeps all.
    @Test func othersKeepAll() throws {
        let tape = Tape()
        let w = tape.variable(Tensor((0..<1000).map { Double($0) / 1000 }))
        let loss = Primitive.sum(Primitive.tanh(w * 2 + 1))
        _ = try tape.pullback([(loss, tape.constant(Tensor(1)))], to: [w])
        #expect(!tape.nodes.contains { $0.isHollow })
    }
}
