import Kernels
import Tensors

/// Reads nodes of a tape number by number: each entry of a small tensor is a formula of its own, `2x[0] * x[1]`. For what has no short form as a
/// whole: slices, Jacobians, Hessians.
package struct EntryTerms {
    package let algebra: Algebra
    private var known: [Int: [FormulaTerm]] = [:]

    package init(_ algebra: Algebra) { self.algebra = algebra }

    private static let mostEntries = 64

    /// A node that is called by a name: its entries are `x[0]`, `A[1, 0]`.
    package mutating func name(_ node: Node, _ name: String) {
        guard node.shape.rank > 0 else {
            known[node.index] = [algebra.symbol(name)]
            return
        }
        guard node.shape.count <= EntryTerms.mostEntries else { return }
        let strides = node.shape.strides
        known[node.index] = (0..<node.shape.count).map { place in
            var rest = place
            let indices = strides.map { stride -> String in
                defer { rest %= max(1, stride) }
                return "\(rest / max(1, stride))"
            }
            return algebra.symbol("\(name)[\(indices.joined(separator: ", "))]")
        }
    }

    /// `nil` where some operation has no form of its own for single entries.
    package mutating func entries(_ output: Node) -> [FormulaTerm]? {
        for node in output.tape.origins(of: output) where known[node.index] == nil {
            guard node.shape.count <= EntryTerms.mostEntries, let entries = made(node), entries.count == node.shape.count else { continue }
            known[node.index] = entries
        }
        return known[output.index]
    }

    private func made(_ node: Node) -> [FormulaTerm]? {
        if node.isConstant {
            return node.isCount ? [algebra.count(Int(node.value.number))] : node.value.numbers.map(algebra.number)
        }
        let operands = (0..<Int(node.operands.count)).map(node.operand)
        let parts = operands.map { known[$0.index] }
        guard parts.allSatisfy({ $0 != nil }), !operands.isEmpty else { return nil }
        let terms = parts.compactMap { $0 }
        switch node.primitive {
        case .variable, .stop, .cast: return terms[0]
        case .matmul: return product(operands, terms, node)
        case .softmax where operands[0].shape.rank == 1:
            let exponentials = terms[0].map { algebra.apply(.exp, [$0], .none, .scalar) }
            return exponentials.map { algebra.divide($0, algebra.add(exponentials)) }
        case .logSoftmax where operands[0].shape.rank == 1:
            let sum = algebra.add(terms[0].map { algebra.apply(.exp, [$0], .none, .scalar) })
            return terms[0].map { algebra.subtract($0, algebra.apply(.log, [sum], .none, .scalar)) }
        case .logsumexp where node.shape.rank == 0:
            return [algebra.apply(.log, [algebra.add(terms[0].map { algebra.apply(.exp, [$0], .none, .scalar) })], .none, .scalar)]
        case .norm where node.shape.rank == 0 && (node.attributes.real(0) ?? 2) == 2:
            return [algebra.power(algebra.add(terms[0].map { algebra.power($0, 2) }), 0.5)]
        case .prod where node.shape.rank == 0: return [algebra.multiply(terms[0])]
        default: break
        }
        if node.primitive.operation != nil || node.primitive == .ratio { return elementwise(operands, terms, node) }
        return linear(operands, terms, node)
    }

    private func elementwise(_ operands: [Node], _ terms: [[FormulaTerm]], _ node: Node) -> [FormulaTerm]? {
        let places = operands.map { operand -> [Double] in
            let own = Tensor((0..<operand.shape.count).map(Double.init), shape: operand.shape)
            return Elementwise.expand(own, to: node.shape).numbers
        }
        return (0..<node.shape.count).map { place in
            let parts = zip(terms, places).map { $0[Int($1[place])] }
            return algebra.apply(node.primitive, parts, node.attributes, .scalar)
        }
    }

    private func product(_ operands: [Node], _ terms: [[FormulaTerm]], _ node: Node) -> [FormulaTerm]? {
        let (a, b) = (operands[0].shape, operands[1].shape)
        guard let product = try? Product(a, b, node.attributes.flag(0), node.attributes.flag(1)) else { return nil }
        return product.factors(a, b).map { pairs in algebra.add(pairs.map { algebra.multiply([terms[0][$0.a], terms[1][$0.b]]) }) }
    }

    /// What moves and adds numbers. `nil` for what is not linear.
    private func linear(_ operands: [Node], _ terms: [[FormulaTerm]], _ node: Node) -> [FormulaTerm]? {
        let fixed = operands.map { $0.isConstant ? $0.value : nil }
        guard let entries = LinearEntries(node.primitive, node.attributes, operands.map(\.shape), fixed: fixed) else { return nil }
        return zip(entries.origin, entries.addends).map { origin, addends in
            algebra.sum([Addend(coefficient: origin, term: algebra.one)]
                + addends.map { Addend(coefficient: $0.coefficient, term: terms[$0.operand][$0.place]) })
        }
    }
}
