import Tensors

extension Tape {
    /// The reverse sweep: adjoints of `outputs` times their derivatives with respect to each of `variables`, appended to this tape.
    /// `nil` for a variable that no output depends on.
    ///
    /// Only nodes between the first variable and the last output that depend on a variable are visited, so an inner
    /// derivative on a long tape costs no more than its own part.
    ///
    /// The last sweep, through whose nodes no other one goes, keeps large values no longer than it needs them: what no rule reads is let
    /// go of before it begins, and what a node's rule has read or made once that has passed.
    package func pullback(
        _ outputs: [(node: Node, adjoint: Node)], to variables: [Node], isLast: Bool = false
    ) throws -> [Node?] {
        guard let first = variables.map(\.index).min(), let last = outputs.map(\.node.index).max(), last >= first else {
            return variables.map { _ in nil }
        }
        firstAdjoint = min(firstAdjoint, nodes.count)
        let active = dependents(of: variables, from: first, through: last)
        let isVariable = Set(variables.map(\.index))
        var adjoints = [Node?](repeating: nil, count: last - first + 1)
        var blocks: [Int: [Block]] = [:]
        for (node, adjoint) in outputs where node.index >= first && active[node.index - first] {
            accumulate(adjoint, into: &adjoints[node.index - first])
        }
        let savedOrigin = origin
        defer { origin = savedOrigin }
        let outer = letsGoFrom
        if isLast { letGoOfUnread(active, first) }
        letsGoFrom = isLast ? nodes.count : nil
        defer { letsGoFrom = outer }
        var (visited, passed, spent) = (0, -1, -1)
        for position in stride(from: last - first, through: 0, by: -1) where active[position] {
            if let made = letsGoFrom, passed >= 0 {
                letGo(of: passed..<passed + 1)
                letGo(of: spent..<spent + 1)
                letGo(of: made..<nodes.count)
                (letsGoFrom, passed) = (nodes.count, -1)
            }
            let node = nodes[first + position]
            if let pending = blocks.removeValue(forKey: position) {
                accumulate(placed(pending, in: node), into: &adjoints[position])
            }
            guard let adjoint = adjoints[position], !isVariable.contains(node.index) else { continue }
            adjoints[position] = nil
            visited += 1
            // Large nodes take as long as many small ones.
            if visited & 255 == 0 || node.shape.count >= leastLetGo {
                try poll?()
                (passed, spent) = (node.index, adjoint.index)
            }
            origin = node.origin
            if node.primitive == .slice, let block = try? Slicing.Block(node.operand(0).shape, node.attributes, 0) {
                // Slices of one tensor wait until it is reached, and are set into zeros together.
                blocks[Int(node.operands[0]) - first, default: []].append(Block(adjoint: adjoint, place: block))
                continue
            }
            try propagate(adjoint, through: node, active: active, first: first, into: &adjoints)
        }
        // A variable made after the output, as the second argument of f(a, b) = a is, has no part in it.
        return variables.map { $0.index <= last ? adjoints[$0.index - first].map(asNumber) : nil }
    }

    /// Values that no rule of the sweep reads, and only the tape holds.
    private func letGoOfUnread(_ active: [Bool], _ first: Int) {
        var isRead = [Bool](repeating: false, count: active.count)
        for position in active.indices where active[position] {
            let node = nodes[first + position]
            if node.primitive.reads.contains(.result) { isRead[position] = true }
            guard node.primitive.reads.contains(.operands) else { continue }
            for place in 0..<Int(node.operands.count) where Int(node.operands[place]) >= first { isRead[Int(node.operands[place]) - first] = true }
        }
        letGo(of: first..<first + active.count) { !isRead[$0 - first] && active[$0 - first] }
    }

    /// The derivative of relu is recorded as `x > 0`, and is a number all the same.
    private func asNumber(_ adjoint: Node) -> Node {
        adjoint.primitive.isPredicate ? Primitive.multiply(adjoint, constant(Tensor(1, type: adjoint.type))) : adjoint
    }

    /// The adjoint of a slice, and where it belongs in the tensor that was sliced.
    private struct Block {
        let adjoint: Node
        let place: Slicing.Block
    }

    private func placed(_ blocks: [Block], in whole: Node) -> Node {
        if blocks.count == 1 { return Primitive.pad(blocks[0].adjoint, blocks[0].place.borders) }
        return Primitive.placeBlocks(
            blocks.map(\.adjoint),
            attributes: Attributes([.ints(whole.shape.axes), .ints(blocks.flatMap(\.place.starts))]))
    }

    /// Which nodes from `first` through `last` depend on a variable.
    private func dependents(of variables: [Node], from first: Int, through last: Int) -> [Bool] {
        var active = [Bool](repeating: false, count: last - first + 1)
        for variable in variables where variable.index <= last { active[variable.index - first] = true }
        for index in first...last {
            let operands = nodes[index].operands
            for position in 0..<Int(operands.count) {
                let operand = Int(operands[position])
                if operand >= first && active[operand - first] { active[index - first] = true }
            }
        }
        return active
    }

    private func propagate(
        _ adjoint: Node, through node: Node, active: [Bool], first: Int, into adjoints: inout [Node?]
    ) throws {
        let positions = 0..<Int(node.operands.count)
        func isNeeded(_ position: Int) -> Bool {
            let operand = Int(node.operands[position])
            return operand >= first && active[operand - first]
        }
        let derivation = Derivation(
            operands: positions.map(node.operand), output: node, adjoint: adjoint, attributes: node.attributes, tape: self)
        let contributions: [Node?]
        switch node.primitive.derivative {
        case .zero: return
        case .each(let rules): contributions = positions.map { isNeeded($0) ? rules[$0](derivation) : nil }
        case .joint(let rule): contributions = rule(derivation)
        }
        if let failure = takeFailure() { throw failure }
        for position in positions where isNeeded(position) {
            guard var contribution = contributions[position] else { continue }
            if hasSelection, node.primitive.operation != nil { contribution = masked(contribution, by: adjoint) }
            contribution = fitted(contribution, to: node.operand(position))
            if let failure = takeFailure() { throw failure }
            accumulate(contribution, into: &adjoints[Int(node.operands[position]) - first])
        }
    }

    /// Zero wherever the adjoint is exactly zero, if anything there is not finite: 0 × ∞ from a branch not taken.
    private func masked(_ contribution: Node, by adjoint: Node) -> Node {
        if contribution.value.isFinite { return contribution }
        let zero = constant(Tensor(0, type: contribution.type))
        return Primitive.where(Primitive.equal(adjoint, zero), zero, contribution)
    }

    /// Summed over the axes that broadcasting stretched, and of the operand's element type.
    private func fitted(_ contribution: Node, to operand: Node) -> Node {
        var result = contribution
        if result.shape != operand.shape {
            result = operand.shape.count > result.shape.count || operand.shape.rank > result.shape.rank
                ? Primitive.expand(result, to: operand.shape) : Primitive.sumTo(result, operand.shape)
        }
        return result.type == operand.type ? result : Primitive.cast(result, to: operand.type)
    }

    private func accumulate(_ contribution: Node, into adjoint: inout Node?) {
        adjoint = adjoint.map { $0 + contribution } ?? contribution
    }

    /// The gradient of one number with respect to each variable; zero, of its shape, where the number does not depend on it.
    package func gradient(of output: Node, by variables: [Node]) throws -> [Node] {
        let one = constant(Tensor(1, type: output.type))
        return zip(try pullback([(output, one)], to: variables), variables).map { adjoint, variable in
            adjoint ?? constant(Tensor(repeating: 0, shape: variable.shape, type: variable.type))
        }
    }
}
