package import Tensors

extension Tape {
    /// The derivatives of a node by each of its operands, as nodes: what its primitive's rule gives for an adjoint of 1.
    package func localDerivatives(of node: Node) throws -> [Node?] {
        let positions = 0..<Int(node.operands.count)
        let one = constant(Tensor(repeating: 1, shape: node.shape, type: node.type))
        let derivation = Derivation(
            operands: positions.map(node.operand), output: node, adjoint: one, attributes: node.attributes, tape: self)
        let result: [Node?]
        switch node.primitive.derivative {
        case .zero: result = positions.map { _ in nil }
        case .each(let rules): result = positions.map { rules[$0](derivation) }
        case .joint(let rule): result = rule(derivation)
        }
        if let failure = takeFailure() { throw failure }
        return result
    }

    /// What a change of each node does to a number that was computed from it; `nil` where nothing.
    package func adjoints(of output: Node, at nodes: [Node]) throws -> [Tensor?] {
        try nodes.map { node in
            try pullback([(output, constant(Tensor(1, type: output.type)))], to: [node])[0]?.value
        }
    }

    /// For each node up to `last`, whether it depends on one of the variables.
    package func dependents(of variables: [Node], through last: Int) -> [Bool] {
        var active = [Bool](repeating: false, count: last + 1)
        for variable in variables where variable.index <= last { active[variable.index] = true }
        for index in 0...last {
            let operands = nodes[index].operands
            for position in 0..<Int(operands.count) where active[Int(operands[position])] { active[index] = true }
        }
        return active
    }

    /// Nodes that an output was computed from, itself included, in the order of the tape.
    package func origins(of output: Node) -> [Node] {
        var isWanted = [Bool](repeating: false, count: output.index + 1)
        isWanted[output.index] = true
        for index in stride(from: output.index, through: 0, by: -1) where isWanted[index] {
            let operands = nodes[index].operands
            for position in 0..<Int(operands.count) { isWanted[Int(operands[position])] = true }
        }
        return isWanted.indices.filter { isWanted[$0] }.map { nodes[$0] }
    }
}
