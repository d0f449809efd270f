import Tensors

// Signs, neutral elements, constants, powers and inverse functions.

extension Simplification {
    static let signs: [Simplification] = [
        Simplification("--x = x", .exact, [.negate]) { graph, term in
            graph.parts(term.operands[0], of: .negate)?[0]
        },
        Simplification("-(a - b) = b - a", .exact, [.negate]) { graph, term in
            guard let parts = graph.parts(term.operands[0], of: .subtract) else { return nil }
            return graph.apply(.subtract, parts[1], parts[0])
        },
        Simplification("-(c x) = (-c) x", .exact, [.negate]) { graph, term in
            guard let parts = graph.parts(term.operands[0], of: .multiply) else { return nil }
            for (c, x) in [(parts[0], parts[1]), (parts[1], parts[0])] {
                if let number = graph[c].number { return graph.apply(.multiply, graph.number(-number, graph[c].type), x) }
            }
            return nil
        },
        Simplification("a + (-b) = a - b", .exact, [.add]) { graph, term in
            if let inner = graph.parts(term.operands[1], of: .negate) { return graph.apply(.subtract, term.operands[0], inner[0]) }
            if let inner = graph.parts(term.operands[0], of: .negate) { return graph.apply(.subtract, term.operands[1], inner[0]) }
            return nil
        },
        Simplification("a - (-b) = a + b", .exact, [.subtract]) { graph, term in
            graph.parts(term.operands[1], of: .negate).flatMap { graph.apply(.add, term.operands[0], $0[0]) }
        },
        Simplification("(-a) b = -(a b)", .exact, [.multiply, .divide]) { graph, term in
            let (left, right) = (graph.parts(term.operands[0], of: .negate), graph.parts(term.operands[1], of: .negate))
            if let left, let right { return graph.apply(term.primitive, left[0], right[0]) }
            if let left { return graph.negated(graph.apply(term.primitive, left[0], term.operands[1])) }
            if let right { return graph.negated(graph.apply(term.primitive, term.operands[0], right[0])) }
            return nil
        },
        Simplification("(-x)^2 = x^2", .exact, [.power]) { graph, term in
            guard let inner = graph.parts(term.operands[0], of: .negate), let exponent = graph.number(of: term.operands[1]),
                exponent.truncatingRemainder(dividingBy: 2) == 0
            else { return nil }
            return graph.apply(.power, inner[0], term.operands[1])
        },
        Simplification("even(-x) = even(x)", .exact, [.magnitude, .cosh]) { graph, term in
            graph.parts(term.operands[0], of: .negate).flatMap { graph.make(term.primitive, [$0[0]]) }
        },
    ]

    static let units: [Simplification] = [
        Simplification("x + 0 = x", .exact, [.add]) { graph, term in
            for (x, zero) in [(term.operands[0], term.operands[1]), (term.operands[1], term.operands[0])]
            where graph.number(of: zero) == 0 { return x }
            return nil
        },
        Simplification("x - 0 = x", .exact, [.subtract]) { graph, term in
            if graph.number(of: term.operands[1]) == 0 { return term.operands[0] }
            return graph.number(of: term.operands[0]) == 0 ? graph.apply(.negate, term.operands[1]) : nil
        },
        Simplification("x * 1 = x", .exact, [.multiply]) { graph, term in
            for (x, one) in [(term.operands[0], term.operands[1]), (term.operands[1], term.operands[0])] {
                if graph.number(of: one) == 1 { return x }
                if graph.number(of: one) == -1 { return graph.apply(.negate, x) }
            }
            return nil
        },
        Simplification("x / 1 = x", .exact, [.divide]) { graph, term in
            let number = graph.number(of: term.operands[1])
            if number == 1 { return term.operands[0] }
            return number == -1 ? graph.apply(.negate, term.operands[0]) : nil
        },
        Simplification("x^1 = x", .exact, [.power]) { graph, term in
            let exponent = graph.number(of: term.operands[1])
            if exponent == 1 { return term.operands[0] }
            return exponent == 0 ? graph.number(1, term.type) : nil
        },
        Simplification("x * 0 = 0", .real, [.multiply]) { graph, term in
            term.operands.contains { graph.number(of: $0) == 0 } ? graph.number(0, term.type) : nil
        },
        Simplification("0 / x = 0", .real, [.divide]) { graph, term in
            graph.number(of: term.operands[0]) == 0 ? graph.number(0, term.type) : nil
        },
        Simplification("x - x = 0", .real, [.subtract]) { graph, term in
            term.operands[0] == term.operands[1] ? graph.number(0, term.type) : nil
        },
        Simplification("x / x = 1", .real, [.divide]) { graph, term in
            term.operands[0] == term.operands[1] ? graph.number(1, term.type) : nil
        },
    ]

    static let constants: [Simplification] = [
        Simplification("x + x = 2x", .exact, [.add]) { graph, term in
            term.operands[0] == term.operands[1] ? graph.apply(.multiply, graph.number(2, term.type), term.operands[0]) : nil
        },
        Simplification("x / c = (1/c) x, for powers of two", .lowering, [.divide]) { graph, term in
            guard let c = graph.number(of: term.operands[1]), c.isNormal, c.significand == 1, (1 / c).isNormal else { return nil }
            return graph.apply(.multiply, graph.number(1 / c, graph[term.operands[1]].type), term.operands[0])
        },
        Simplification("c (d x) = (c d) x", .rounding, [.multiply]) { graph, term in
            for (c, product) in [(term.operands[0], term.operands[1]), (term.operands[1], term.operands[0])] {
                guard let outer = graph.number(of: c), let parts = graph.parts(product, of: .multiply) else { continue }
                for (d, x) in [(parts[0], parts[1]), (parts[1], parts[0])] {
                    guard let inner = graph.number(of: d), (outer * inner).isSafeFactor else { continue }
                    return graph.apply(.multiply, graph.number(outer * inner, graph[d].type), x)
                }
            }
            return nil
        },
        Simplification("c x / d = (c / d) x", .rounding, [.divide]) { graph, term in
            guard let d = graph.number(of: term.operands[1]), let parts = graph.parts(term.operands[0], of: .multiply) else { return nil }
            for (c, x) in [(parts[0], parts[1]), (parts[1], parts[0])] {
                guard let number = graph.number(of: c), (number / d).isSafeFactor else { continue }
                return graph.apply(.multiply, graph.number(number / d, graph[c].type), x)
            }
            return nil
        },
    ]

    static let powers: [Simplification] = [
        Simplification("x * x = x^2", .exact, [.multiply]) { graph, term in
            term.operands[0] == term.operands[1] ? graph.apply(.power, term.operands[0], graph.number(2, term.type)) : nil
        },
        Simplification("sqrt(x)^2 = x", .real, [.power]) { graph, term in
            guard graph.number(of: term.operands[1]) == 2 else { return nil }
            return graph.parts(term.operands[0], of: .sqrt)?[0]
        },
        Simplification("(x^a)^b = x^(a b), for whole a and b", .real, [.power]) { graph, term in
            guard let parts = graph.parts(term.operands[0], of: .power), let a = graph.number(of: parts[1]),
                let b = graph.number(of: term.operands[1]), a == a.rounded(), b == b.rounded()
            else { return nil }
            return graph.apply(.power, parts[0], graph.number(a * b, term.type))
        },
    ]

    static let inverses: [Simplification] = [
        Simplification("log(exp(x)) = x", .real, [.log]) { graph, term in graph.parts(term.operands[0], of: .exp)?[0] },
        Simplification("exp(log(x)) = x", .real, [.exp]) { graph, term in graph.parts(term.operands[0], of: .log)?[0] },
        Simplification("exp(log_softmax(x)) = softmax(x)", .rounding, [.exp]) { graph, term in
            let inner = graph[term.operands[0]]
            guard inner.primitive === Primitive.logSoftmax else { return nil }
            return graph.term(.softmax, inner.operands, inner.attributes, shape: inner.shape, type: inner.type, origin: inner.origin)
        },
        Simplification("log(softmax(x)) = log_softmax(x)", .real, [.log]) { graph, term in
            let inner = graph[term.operands[0]]
            guard inner.primitive === Primitive.softmax else { return nil }
            return graph.term(.logSoftmax, inner.operands, inner.attributes, shape: inner.shape, type: inner.type, origin: inner.origin)
        },
        Simplification("stop(x) = x, once derivatives are taken", .exact, [.stop]) { _, term in term.operands[0] },
        Simplification("cast(cast(x)) = x", .exact, [.cast]) { graph, term in
            let inner = graph[term.operands[0]]
            if inner.type == term.type { return term.operands[0] }
            // Through f64 and back nothing is lost.
            guard inner.primitive === Primitive.cast, inner.type == .f64 else { return nil }
            return graph.cast(inner.operands[0], to: term.type)
        },
    ]
}

extension Double {
    /// Neither so large nor so small that to multiply by it early could overflow or vanish.
    fileprivate var isSafeFactor: Bool { self == 0 ? false : magnitude < 1e18 && magnitude > 1e-18 }
}
