import Testing
import Tensors

import Autodiff

/// Graphs of every primitive's gradient and second gradient give what the tape gives, simplified or not.
@Suite struct GraphTests {
    private static let purposes: [GraphPurpose] = [.plain, .plan, .formula]

    /// A tape with a primitive at a point, its gradient and the gradient of that.
    private func recorded(_ primitive: Primitive, _ point: TestPoint) throws -> (tape: Tape, inputs: [Node], outputs: [Node]) {
        let tape = Tape()
        let inputs = point.operands.map { tape.variable($0) }
        let output = try tape.apply(primitive, inputs, point.attributes)
        let total = Primitive.sum(Primitive.tanh(output))
        let variables = point.variables.map { inputs[$0] }
        let first = try tape.gradient(of: total, by: variables)
        let second = try first.isEmpty ? [] : tape.gradient(of: Primitive.sum(first[0] * first[0]), by: variables)
        return (tape, inputs, [output] + first + second)
    }

    @Test func graphsAgreeWithTheTape() throws {
        for primitive in Primitive.catalogue {
            for point in primitive.points {
                let (tape, inputs, outputs) = try recorded(primitive, point)
                for purpose in GraphTests.purposes {
                    let graph = Graph(tape, outputs: outputs, inputs: inputs, for: purpose)
                    let results = try graph.evaluate(inputs.map(\.value))
                    for (result, node) in zip(results, outputs) {
                        #expect(result.shape == node.shape && result.type == node.value.type, "\(primitive.name) for \(purpose)")
                        #expect(agree(result, node.value), "\(primitive.name) for \(purpose): \(result.numbers) and \(node.value.numbers)")
                    }
                }
                tape.close()
            }
        }
    }

    private func agree(_ a: Tensor, _ b: Tensor) -> Bool {
        zip(a.numbers, b.numbers).allSatisfy { a, b in
            a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-11 * max(1, abs(a), abs(b))
        }
    }

    // MARK: Each rule

    /// A tape of x, y [2, 3], of numbers s, t, and the result that a rule is to be seen in.
    private struct Sample: Sendable {
        let rule: String
        let result: @Sendable (_ x: Node, _ y: Node, _ s: Node, _ t: Node) -> Node
        init(_ rule: String, _ result: @escaping @Sendable (_ x: Node, _ y: Node, _ s: Node, _ t: Node) -> Node) {
            (self.rule, self.result) = (rule, result)
        }
    }

    private static func matrix(_ x: Node) -> Node { Primitive.transpose(x) }

    private static let samples: [Sample] = [
        Sample("--x = x") { x, _, _, _ in -(-x) },
        Sample("-(a - b) = b - a") { x, y, _, _ in -(x - y) },
        Sample("-(c x) = (-c) x") { x, _, _, _ in -(3 * x) },
        Sample("a + (-b) = a - b") { x, y, _, _ in x + (-y) },
        Sample("a - (-b) = a + b") { x, y, _, _ in x - (-y) },
        Sample("(-a) b = -(a b)") { x, y, _, _ in (-x) * y + x * (-y) + (-x) / (-y) },
        Sample("(-x)^2 = x^2") { x, _, _, _ in (-x) ^ 4 },
        Sample("even(-x) = even(x)") { x, _, _, _ in Primitive.magnitude(-x) + Primitive.cosh(-x) },
        Sample("x + 0 = x") { x, y, _, _ in Primitive.add(x, x.tape.constant(Tensor(repeating: 0, shape: y.shape))) },
        Sample("x - 0 = x") { x, _, s, _ in Primitive.subtract(s, s.number(0)) - Primitive.subtract(x.number(0), x) },
        Sample("x * 1 = x") { x, _, s, _ in Primitive.multiply(s.number(1), x) + Primitive.multiply(x, s.number(-1)) },
        Sample("x / 1 = x") { x, _, _, _ in Primitive.divide(x, x.number(1)) + Primitive.divide(x, x.number(-1)) },
        Sample("x^1 = x") { x, _, _, _ in Primitive.power(x, x.number(1)) * Primitive.power(x, x.number(0)) },
        Sample("x * 0 = 0") { x, _, _, _ in x * 0 },
        Sample("0 / x = 0") { x, _, _, _ in 0 / x },
        Sample("x - x = 0") { x, _, _, _ in x - x },
        Sample("x / x = 1") { x, _, _, _ in x / x },
        Sample("x + x = 2x") { x, _, _, _ in x + x },
        Sample("x / c = (1/c) x, for powers of two") { x, _, _, _ in x / 8 },
        Sample("c (d x) = (c d) x") { x, _, _, _ in (3 * x) * 0.7 },
        Sample("c x / d = (c / d) x") { x, _, _, _ in (3 * x) / 7 },
        Sample("x * x = x^2") { x, _, _, _ in x * x },
        Sample("sqrt(x)^2 = x") { x, _, _, _ in Primitive.sqrt(x * x) ^ 2 },
        Sample("(x^a)^b = x^(a b), for whole a and b") { x, _, _, _ in (x ^ 3) ^ 2 },
        Sample("log(exp(x)) = x") { x, _, _, _ in Primitive.log(Primitive.exp(x)) },
        Sample("exp(log(x)) = x") { x, _, _, _ in Primitive.exp(Primitive.log(Primitive.magnitude(x))) },
        Sample("exp(log_softmax(x)) = softmax(x)") { x, _, _, _ in Primitive.exp(Primitive.logSoftmax(x, attributes: Attributes([.int(-1)]))) },
        Sample("log(softmax(x)) = log_softmax(x)") { x, _, _, _ in Primitive.log(Primitive.softmax(x, attributes: Attributes([.int(-1)]))) },
        Sample("stop(x) = x, once derivatives are taken") { x, _, _, _ in Primitive.stop(x) },
        Sample("cast(cast(x)) = x") { x, _, _, _ in Primitive.cast(Primitive.cast(Primitive.cast(x, to: .f32), to: .f64), to: .f32) },
        Sample("expand(x) of x's own shape = x") { x, _, _, _ in Primitive.expand(x, to: x.shape) },
        Sample("expand(expand(x)) = expand(x)") { x, _, s, _ in
            Primitive.exp(Primitive.expand(Primitive.expand(s, to: Shape([3])), to: x.shape)) + Primitive.transpose(Primitive.transpose(x))
                + Primitive.reshape(Primitive.expand(Primitive.expand(s, to: Shape([3])), to: Shape([2, 3])), to: x.shape)
        },
        Sample("f(expand(x), y) = f(x, y): broadcasting stretches by itself") { x, _, s, _ in Primitive.expand(s, to: x.shape) * x },
        Sample("reshape(x) to x's own shape = x") { x, _, _, _ in Primitive.reshape(x, attributes: Attributes([.ints(x.shape.axes)])) },
        Sample("reshape(reshape(x)) = reshape(x)") { x, _, _, _ in Primitive.reshape(Primitive.reshape(x, to: Shape([6])), to: Shape([3, 2])) },
        Sample("flatten, squeeze, unsqueeze are reshapes") { x, _, _, _ in Primitive.unsqueeze(x, attributes: Attributes([.int(0)])) },
        Sample("a slice of all of x = x") { x, _, _, _ in
            Primitive.slice(x, attributes: Attributes([.ints([0, 0]), .ints([2, 3])]))
        },
        Sample("swap of a matrix's axes = its transpose") { x, _, _, _ in Primitive.swapLast(x) },
        Sample("transpose(transpose(x)) = x") { x, _, _, _ in matrix(matrix(x)) },
        Sample("transpose(x) of a vector = x") { x, _, _, _ in matrix(Primitive.reshape(x, to: Shape([6]))) },
        Sample("a transposed factor is a flag of the product") { x, y, _, _ in Primitive.matmul(matrix(x), y) },
        Sample("(A B).T = B.T A.T") { x, y, _, _ in matrix(Primitive.matmul(x, y, transposeB: true)) },
        Sample("sum_to of x's own shape = x") { x, _, _, _ in Primitive.sumTo(x, attributes: Attributes([.ints([2, 3])])) },
        Sample("sum_to(x, []) = sum(x)") { x, _, _, _ in Primitive.sumTo(x, .scalar) },
        Sample("sum(-x) = -sum(x)") { x, _, _, _ in Primitive.sum(-x) + Primitive.mean(-x) },
        Sample("sum(c x) = c sum(x)") { x, _, _, _ in Primitive.sum(3 * x) },
        Sample("the sum of A B's rows = (the sum of A's rows) B, and so for columns") { x, y, _, _ in
            let (wide, square) = (Primitive.matmul(x, y, transposeB: true), Primitive.matmul(x, y, transposeA: true))
            let batch = Primitive.matmul(x, Primitive.reshape(y, to: Shape([2, 3, 1])))
            return Primitive.sumTo(wide, Shape([1, 2])) + Primitive.sumTo(wide, Shape([2, 1])) + Primitive.sum(Primitive.exp(Primitive.sumTo(square, Shape([3]))))
                + Primitive.sum(Primitive.exp(Primitive.sumTo(square, Shape([3, 1])))) + Primitive.reshape(Primitive.sumTo(batch, Shape([2, 1, 1])), to: Shape([2, 1]))
        },
        Sample("the sum of one number n times = n x") { x, _, s, _ in Primitive.sum(Primitive.expand(s, to: x.shape)) },
        Sample("mean(x) = sum(x) / n") { x, _, _, _ in Primitive.mean(x) },
        Sample("where(c, x, x) = x") { x, y, _, _ in Primitive.where(Primitive.less(x, y), x, x) },
        Sample("where of a known condition") { x, y, s, _ in
            Primitive.where(Primitive.expand(s.number(1), to: x.shape), x, y)
        },
    ]

    @Test func everyRuleIsUsedAndRight() throws {
        var unseen = Set(Simplification.table.map(\.name))
        #expect(unseen.count == Simplification.table.count, "two rules have one name")
        for sample in GraphTests.samples {
            let tape = Tape()
            let inputs = [
                tape.variable(Tensor([0.3, -1.2, 2.5, 0.9, -0.4, 1.7], shape: Shape([2, 3]))),
                tape.variable(Tensor([1.1, 0.6, -0.8, 2.2, 0.2, -1.5], shape: Shape([2, 3]))),
                tape.variable(Tensor(0.7)), tape.variable(Tensor(-1.9)),
            ]
            let output = sample.result(inputs[0], inputs[1], inputs[2], inputs[3])
            var used: Set<String> = []
            for purpose in GraphTests.purposes {
                let graph = Graph(tape, outputs: [output], inputs: inputs, for: purpose)
                used.formUnion(graph.simplifications)
                let result = try graph.evaluate(inputs.map(\.value))[0]
                #expect(result.shape == output.shape && result.type == output.value.type && agree(result, output.value), "\(sample.rule) for \(purpose)")
            }
            #expect(used.contains(sample.rule), "\(sample.rule) did not apply")
            unseen.remove(sample.rule)
        }
        #expect(unseen.isEmpty, "rules without a sample: \(unseen)")
    }

    // MARK: Structure

    @Test func equalTermsAreOneAndDeadOnesGo() {
        let tape = Tape()
        let x = tape.variable(Tensor([1, 2]))
        _ = Primitive.sin(x)
        let y = Primitive.exp(x * 2) + Primitive.exp(2 * x)
        let graph = Graph(tape, outputs: [y], inputs: [x], for: .plain)
        #expect(graph.terms.map(\.primitive.name) == ["variable", "constant", "multiply", "exp", "add"])
    }

    @Test func constantsFold() {
        let tape = Tape()
        let x = tape.variable(Tensor(1))
        let y = Primitive.exp(tape.variable(Tensor(2))) * x
        let graph = Graph(tape, outputs: [y], inputs: [x], for: .plain)
        #expect(graph.terms.map(\.primitive.name) == ["variable", "constant", "multiply"])
    }

    @Test func anInputIsThereThoughUnused() {
        let tape = Tape()
        let (x, y) = (tape.variable(Tensor(1)), tape.variable(Tensor(2)))
        let graph = Graph(tape, outputs: [y], inputs: [x, y], for: .plan)
        #expect(graph.inputs == [0, 1] && graph.outputs == [1])
    }
}
