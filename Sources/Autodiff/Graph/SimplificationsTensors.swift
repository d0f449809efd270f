import Tensors

// Stretching, shapes, transposes, sums and choices.

extension Simplification {
    private static let elementwise: [Primitive] = Primitive.catalogue.filter { $0.operation != nil }

    static let stretching: [Simplification] = [
        Simplification("expand(x) of x's own shape = x", .exact, [.expand]) { graph, term in
            graph[term.operands[0]].shape == term.shape ? term.operands[0] : nil
        },
        Simplification("expand(expand(x)) = expand(x)", .exact, [.expand]) { graph, term in
            guard let inner = graph.parts(term.operands[0], of: .expand),
                Shape.broadcast(graph[inner[0]].shape, term.shape) == term.shape
            else { return nil }
            return graph.stretched(inner[0], to: term.shape)
        },
        Simplification("f(expand(x), y) = f(x, y): broadcasting stretches by itself", .exact, elementwise) { graph, term in
            guard term.operands.contains(where: { graph[$0].primitive === Primitive.expand }) else { return nil }
            var operands = term.operands
            var changed = false
            for index in operands.indices where graph[operands[index]].primitive === Primitive.expand {
                var without = operands
                without[index] = graph.unstretched(operands[index])
                guard graph[without[index]].type == graph[operands[index]].type, keepsType(graph, operands, without),
                    graph.broadcastShape(without).map({ Shape.broadcast($0, term.shape) == term.shape }) ?? false
                else { continue }
                (operands, changed) = (without, true)
            }
            guard changed, let shape = graph.broadcastShape(operands) else { return nil }
            return graph.term(term.primitive, operands, term.attributes, shape: shape, type: term.type, origin: term.origin)
        },
    ]

    /// A tensor turned into a number no longer decides the type.
    private static func keepsType(_ graph: GraphBuilder, _ before: [Int], _ after: [Int]) -> Bool {
        func type(_ operands: [Int]) -> ElementType {
            let tensors = operands.filter { graph[$0].shape.rank > 0 }
            return (tensors.isEmpty ? operands : tensors).allSatisfy { graph[$0].type == .f32 } ? .f32 : .f64
        }
        return type(before) == type(after)
    }

    static let layout: [Simplification] = [
        Simplification("reshape(x) to x's own shape = x", .exact, [.reshape]) { graph, term in
            graph[term.operands[0]].shape == term.shape ? term.operands[0] : nil
        },
        Simplification("reshape(reshape(x)) = reshape(x)", .exact, [.reshape]) { graph, term in
            let inner = graph[term.operands[0]]
            guard relabelling.contains(inner.primitive) else { return nil }
            return graph.reshaped(inner.operands[0], to: term.shape)
        },
        Simplification("flatten, squeeze, unsqueeze are reshapes", .lowering, [.flatten, .squeeze, .unsqueeze]) { graph, term in
            graph.reshaped(term.operands[0], to: term.shape)
        },
        Simplification("a slice of all of x = x", .exact, [.slice, .pad]) { graph, term in
            graph[term.operands[0]].shape == term.shape ? term.operands[0] : nil
        },
        Simplification("swap of a matrix's axes = its transpose", .exact, [.swap]) { graph, term in
            guard graph[term.operands[0]].shape.rank == 2, term.shape.axes == graph[term.operands[0]].shape.axes.reversed(),
                graph.exchanges(term)
            else { return nil }
            return graph.make(.transpose, term.operands)
        },
        Simplification("transpose(transpose(x)) = x", .exact, [.transpose]) { graph, term in
            guard term.attributes.ints(0) == nil, graph[term.operands[0]].attributes.ints(0) == nil else { return nil }
            return graph.parts(term.operands[0], of: .transpose)?[0]
        },
        Simplification("transpose(x) of a vector = x", .exact, [.transpose]) { _, term in
            term.shape.rank < 2 ? term.operands[0] : nil
        },
    ]

    private static let relabelling: Set<Primitive> = [.reshape, .flatten, .squeeze, .unsqueeze]

    static let matrices: [Simplification] = [
        Simplification("a transposed factor is a flag of the product", .lowering, [.matmul]) { graph, term in
            var operands = term.operands
            var flags = [term.attributes.flag(0), term.attributes.flag(1)]
            var changed = false
            for side in 0..<2 {
                let factor = graph[operands[side]]
                guard factor.primitive === Primitive.transpose, factor.attributes.ints(0) == nil, factor.shape.rank == 2 else { continue }
                operands[side] = factor.operands[0]
                flags[side].toggle()
                changed = true
            }
            guard changed else { return nil }
            return graph.term(
                .matmul, operands, Attributes(flags.map(Attribute.flag)), shape: term.shape, type: term.type, origin: term.origin)
        },
        Simplification("(A B).T = B.T A.T", .lowering, [.transpose]) { graph, term in
            let product = graph[term.operands[0]]
            guard product.primitive === Primitive.matmul, product.shape.rank == 2, term.attributes.ints(0) == nil,
                product.operands.allSatisfy({ graph[$0].shape.rank == 2 })
            else { return nil }
            let flags = [!product.attributes.flag(1), !product.attributes.flag(0)]
            return graph.term(
                .matmul, product.operands.reversed(), Attributes(flags.map(Attribute.flag)), shape: term.shape, type: term.type,
                origin: product.origin)
        },
    ]

    static let sums: [Simplification] = [
        Simplification("sum_to of x's own shape = x", .exact, [.sumTo]) { graph, term in
            graph[term.operands[0]].shape == term.shape ? term.operands[0] : nil
        },
        Simplification("sum_to(x, []) = sum(x)", .exact, [.sumTo]) { graph, term in
            term.shape.rank == 0 ? graph.make(.sum, term.operands, Attributes([.none, .flag(false)])) : nil
        },
        Simplification("sum(-x) = -sum(x)", .exact, [.sum, .sumTo, .mean]) { graph, term in
            guard let inner = graph.parts(term.operands[0], of: .negate) else { return nil }
            let sum = graph.term(term.primitive, inner, term.attributes, shape: term.shape, type: term.type, origin: term.origin)
            return graph.term(.negate, [sum], shape: term.shape, type: term.type, origin: term.origin)
        },
        Simplification("sum(c x) = c sum(x)", .rounding, [.sum, .sumTo]) { graph, term in
            guard let parts = graph.parts(term.operands[0], of: .multiply) else { return nil }
            for (c, x) in [(parts[0], parts[1]), (parts[1], parts[0])] {
                guard let number = graph[c].number, number.magnitude < 1e3, number.magnitude > 1e-9,
                    graph[x].shape == graph[term.operands[0]].shape, graph[x].type == graph[term.operands[0]].type
                else { continue }
                let sum = graph.term(term.primitive, [x], term.attributes, shape: term.shape, type: term.type, origin: term.origin)
                return graph.term(.multiply, [c, sum], shape: term.shape, type: term.type, origin: term.origin)
            }
            return nil
        },
        Simplification("the sum of A B's rows = (the sum of A's rows) B, and so for columns", .lowering, [.sumTo]) { graph, term in
            let product = graph[term.operands[0]]
            guard product.primitive === Primitive.matmul, product.operands.allSatisfy({ graph[$0].shape.rank >= 2 && graph[$0].type == term.type }) else {
                return nil
            }
            // The axis that is summed may be gone, where nothing is before it.
            let rank = product.shape.rank
            let kept = Shape(Array(repeating: 1, count: rank - term.shape.rank) + term.shape.axes)
            guard let axis = (rank - 2..<rank).first(where: { product.shape.replacing($0, by: 1) == kept && product.shape[$0] > 1 }) else { return nil }
            let side = axis == rank - 2 ? 0 : 1
            let factor = graph[product.operands[side]]
            // A transposed factor has its rows along the other axis.
            let own = factor.shape.rank - (product.attributes.flag(side) == (side == 0) ? 1 : 2)
            // Where others read the product as well, this is no more work than to add up its rows, or not much.
            guard factor.shape.count <= 2 * product.shape.count else { return nil }
            let shape = factor.shape.replacing(own, by: 1)
            var operands = product.operands
            operands[side] = graph.term(.sumTo, [operands[side]], Attributes([.ints(shape.axes)]), shape: shape, type: factor.type, origin: term.origin)
            let sum = graph.term(.matmul, operands, product.attributes, shape: kept, type: term.type, origin: term.origin)
            return graph.reshaped(sum, to: term.shape)
        },
        Simplification("the sum of one number n times = n x", .rounding, [.sum]) { graph, term in
            guard let inner = graph.parts(term.operands[0], of: .expand), term.shape.rank == 0, graph[inner[0]].shape.rank == 0 else {
                return nil
            }
            let count = graph.number(Double(graph[term.operands[0]].shape.count), graph[inner[0]].type)
            return graph.term(.multiply, [count, inner[0]], shape: .scalar, type: term.type, origin: term.origin)
        },
        Simplification("mean(x) = sum(x) / n", .lowering, [.mean]) { graph, term in
            let x = graph[term.operands[0]]
            guard term.shape.count > 0, let sum = graph.make(.sum, term.operands, term.attributes) else { return nil }
            let count = graph.number(Double(x.shape.count / term.shape.count))
            return graph.term(.divide, [sum, count], shape: term.shape, type: term.type, origin: term.origin)
        },
    ]

    static let choices: [Simplification] = [
        Simplification("where(c, x, x) = x", .exact, [.where]) { _, term in
            term.operands[1] == term.operands[2] ? term.operands[1] : nil
        },
        Simplification("where of a known condition", .exact, [.where]) { graph, term in
            graph.number(of: term.operands[0]).map { $0 != 0 ? term.operands[1] : term.operands[2] }
        },
    ]
}

extension GraphBuilder {
    /// The shape that all of them broadcast to.
    fileprivate func broadcastShape(_ operands: [Int]) -> Shape? {
        var shape = Shape.scalar
        for operand in operands {
            guard let wider = Shape.broadcast(shape, self[operand].shape) else { return nil }
            shape = wider
        }
        return shape
    }

    /// Whether a swap of a matrix exchanges two different axes.
    fileprivate func exchanges(_ swap: Term) -> Bool {
        let axes = [swap.attributes.int(0) ?? -2, swap.attributes.int(1) ?? -1].map { $0 < 0 ? $0 + 2 : $0 }
        return axes[0] != axes[1]
    }
}
