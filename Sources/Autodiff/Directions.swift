import Tensors

// Many directions at once: what one pullback recorded is recorded again for a whole batch of adjoints, along a new first axis. A Jacobian's rows
// are then one pass of matrix products instead of a pass for each.

extension Tape {
    /// The pullbacks of `output` along every unit vector of its shape, for each variable of shape [count of the output, variable...]; `nil` for one
    /// that it does not depend on. `nil` as a whole where something has no form for batches: then each has to be taken by itself.
    package func pullbackOfUnits(_ output: Node, to variables: [Node]) throws -> [Node?]? {
        let count = output.shape.count
        // A rule of a program's own may go by the adjoint's value.
        guard count > 1, !isForFormula, isOfCatalogue(from: variables, to: output) else { return nil }
        let seed = variable(Tensor(repeating: 1, shape: output.shape, type: output.type))
        let single = try pullback([(output, seed)], to: variables)
        var units = Tensor(repeating: 0, shape: Shape([count, count]), type: output.type)
        for position in 0..<count { units.set(position * (count + 1), to: 1) }
        let batch = constant(units.reshaped(to: Shape([count] + output.shape.axes)))
        var directions = Directions(self, count: count, seed: seed, batch: batch, through: nodes.count)
        guard let found = directions.run(single) else {
            if let failure = takeFailure() { throw failure }
            return nil
        }
        if let failure = takeFailure() { throw failure }
        return found
    }

    private func isOfCatalogue(from variables: [Node], to output: Node) -> Bool {
        guard let first = variables.map(\.index).min(), first <= output.index else { return true }
        return nodes[first...output.index].allSatisfy { $0.isConstant || $0.primitive === Primitive.variable || Primitive.ours.contains($0.primitive) }
    }
}

extension Primitive {
    fileprivate static let ours = Set(catalogue)
}

/// The nodes behind a seed, once more for a batch of seeds.
private struct Directions {
    private let tape: Tape
    private let count: Int
    private let seed: Node
    private let end: Int
    /// By index, of the nodes that depend on the seed: their values for the whole batch.
    private var batched: [Int: Node]
    private let batch: Node

    init(_ tape: Tape, count: Int, seed: Node, batch: Node, through end: Int) {
        (self.tape, self.count, self.seed, self.batch, self.end) = (tape, count, seed, batch, end)
        batched = [seed.index: batch]
    }

    mutating func run(_ outputs: [Node?]) -> [Node?]? {
        var isNeeded = [Bool](repeating: false, count: end - seed.index)
        for case let output? in outputs where output.index >= seed.index { isNeeded[output.index - seed.index] = true }
        for index in (seed.index..<end).reversed() where isNeeded[index - seed.index] {
            let operands = tape.nodes[index].operands
            for position in 0..<Int(operands.count) where Int(operands[position]) >= seed.index { isNeeded[Int(operands[position]) - seed.index] = true }
        }
        let origin = tape.origin
        defer { tape.origin = origin }
        for index in seed.index + 1..<end where isNeeded[index - seed.index] {
            let node = tape.nodes[index]
            let operands = (0..<Int(node.operands.count)).map(node.operand)
            guard operands.contains(where: { batched[$0.index] != nil }) else { continue }
            tape.origin = node.origin
            guard let made = made(node, operands), made.shape == shape(node.shape) else { return nil }
            batched[index] = made.type == node.type ? made : Primitive.cast(made, to: node.type)
        }
        return outputs.map { output in output.map { batched[$0.index] ?? repeated($0) } }
    }

    private func shape(_ own: Shape) -> Shape { Shape([count] + own.axes) }

    private func viewed(_ node: Node, _ axes: [Int]) -> Node {
        node.shape.axes == axes ? node : Primitive.reshape(node, attributes: Attributes([.ints(axes)]))
    }

    /// The same for all directions.
    private func repeated(_ node: Node) -> Node { Primitive.expand(node, to: shape(node.shape)) }

    private func whole(_ node: Node) -> Node { batched[node.index] ?? repeated(node) }

    /// Operands with their own axes at the end and the batch's before them. Broadcasting takes what is the same for all directions as it is, if
    /// those that are not have all axes of the result.
    private func aligned(_ operands: [Node], _ result: Shape) -> [Node] {
        let isWhole = operands.allSatisfy { batched[$0.index] == nil || $0.shape == result }
        return operands.map { operand in
            let ones = [Int](repeating: 1, count: result.rank - operand.shape.rank)
            if let batch = batched[operand.index] { return viewed(batch, [count] + ones + operand.shape.axes) }
            let fits = isWhole && operand.shape.axes == Array(result.axes.suffix(operand.shape.rank))
            return operand.shape.rank == 0 || fits ? operand : viewed(operand, [1] + ones + operand.shape.axes)
        }
    }

    private func made(_ node: Node, _ operands: [Node]) -> Node? {
        let (primitive, attributes) = (node.primitive, node.attributes)
        if primitive.operation != nil {
            return primitive(aligned(operands, node.shape), attributes: attributes)
        }
        guard let x = operands.first else { return nil }
        switch primitive {
        case .matmul: return product(operands[0], operands[1], attributes)
        case .sum, .mean:
            guard let axes = try? Axes(attributes.ints(0), of: x.shape), let batch = batched[x.index] else { return nil }
            if x.shape.rank == 0 { return batch }
            let own = attributes.ints(0) == nil ? Array(x.shape.axes.indices) : axes.indices
            return primitive(batch, attributes: Attributes([.ints(own.map { $0 + 1 }), attributes[1]]))
        case .expand:
            let ones = [Int](repeating: 1, count: node.shape.rank - x.shape.rank)
            return batched[x.index].map { Primitive.expand(viewed($0, [count] + ones + x.shape.axes), to: shape(node.shape)) }
        case .sumTo:
            let ones = [Int](repeating: 1, count: x.shape.rank - node.shape.rank)
            return batched[x.index].map { viewed(Primitive.sumTo($0, Shape([count] + ones + node.shape.axes)), [count] + node.shape.axes) }
        case .reshape, .flatten, .squeeze, .unsqueeze: return batched[x.index].map { viewed($0, [count] + node.shape.axes) }
        case .cast: return batched[x.index].map { Primitive.cast($0, to: node.type) }
        case .transpose: return rearranged(x, try? Transposition.order(attributes, x.shape))
        case .swap: return rearranged(x, try? Transposition.exchange(attributes, x.shape))
        case .slice:
            guard let block = try? Slicing.Block(x.shape, attributes, 0), let batch = batched[x.index] else { return nil }
            return Primitive.slice(batch, [0] + block.starts, [count] + zip(block.starts, block.shape.axes).map { $0 + $1 })
        case .pad:
            guard let widths = try? Slicing.widths(attributes, x.shape), let batch = batched[x.index] else { return nil }
            return primitive(batch, attributes: Attributes([.ints([0, 0] + widths), attributes[1]]))
        case .placeBlocks:
            let rank = node.shape.rank
            let starts = attributes.ints(1) ?? []
            let own = operands.indices.flatMap { [0] + starts[$0 * rank..<($0 + 1) * rank] }
            return primitive(operands.map(whole), attributes: Attributes([.ints([count] + node.shape.axes), .ints(own)]))
        case .concat: return (try? Layout.axis(attributes, 0, of: node.shape)).map { Primitive.concat(operands.map(whole), axis: $0 + 1) }
        case .stack: return (try? Layout.newAxis(attributes.int(0) ?? 0, in: x.shape)).map { Primitive.stack(operands.map(whole), axis: $0 + 1) }
        case .take:
            guard batched[operands[1].index] == nil, let batch = batched[x.index], let axis = try? Layout.axis(attributes, 0, of: x.shape) else { return nil }
            return Primitive.take(batch, operands[1], axis: axis + 1)
        case .takeAdd:
            guard batched[operands[1].index] == nil, let batch = batched[x.index] else { return nil }
            return Primitive.takeAdd(batch, operands[1], axis: (attributes.int(0) ?? 0) + 1, length: attributes.int(1) ?? 0)
        default: return nil
        }
    }

    private func rearranged(_ x: Node, _ order: [Int]?) -> Node? {
        guard let order, let batch = batched[x.index] else { return nil }
        return Primitive.transpose(batch, attributes: Attributes([.ints([0] + order.map { $0 + 1 })]))
    }

    /// Vectors of a batch are the rows of a matrix. What a matrix makes of all unit vectors is the matrix itself.
    private func product(_ a: Node, _ b: Node, _ attributes: Attributes) -> Node? {
        let (transposeA, transposeB) = (attributes.flag(0) && a.shape.rank > 1, attributes.flag(1) && b.shape.rank > 1)
        guard a.shape.rank <= 2, b.shape.rank <= 2 else { return nil }
        switch (batched[a.index], batched[b.index]) {
        case (nil, let rows?) where b.shape.rank == 1 && a.shape.rank == 2:
            if rows === batch { return transposeA ? a : Primitive.transpose(a) }
            return Primitive.matmul(rows, a, transposeB: !transposeA)
        case (nil, let rows?) where b.shape.rank == 1: return Primitive.matmul(rows, a)
        case (let rows?, nil) where a.shape.rank == 1 && b.shape.rank == 2:
            if rows === batch { return transposeB ? Primitive.transpose(b) : b }
            return Primitive.matmul(rows, b, transposeB: transposeB)
        case (let rows?, nil) where a.shape.rank == 1: return Primitive.matmul(rows, b)
        case (nil, let matrices?): return Primitive.matmul(a, matrices, transposeA: transposeA, transposeB: transposeB)
        case (let matrices?, nil): return Primitive.matmul(matrices, b, transposeA: transposeA, transposeB: transposeB)
        case (let left?, let right?):
            if a.shape.rank == 1 && b.shape.rank == 1 { return Primitive.sum(left * right, attributes: Attributes([.ints([1]), .flag(false)])) }
            let row = a.shape.rank == 1 ? viewed(left, [count, 1, a.shape[0]]) : left
            let column = b.shape.rank == 1 ? viewed(right, [count, b.shape[0], 1]) : right
            let product = Primitive.matmul(row, column, transposeA: transposeA, transposeB: transposeB)
            let (rows, columns) = (a.shape.rank > 1 ? [product.shape[1]] : [], b.shape.rank > 1 ? [product.shape[2]] : [])
            return viewed(product, [count] + rows + columns)
        case (nil, nil): return nil
        }
    }
}
