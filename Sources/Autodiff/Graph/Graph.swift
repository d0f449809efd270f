package import Tensors

// A tape as mathematics: what plans are compiled from and formulas are printed from.
//
//     let graph = Graph(tape, outputs: gradients, inputs: variables, for: .plan)     or `for: .formula`
//     for term in graph.terms { … term.primitive, term.operands, term.shape … }
//     graph.outputs.map { graph[$0] }
//
// Terms stand in an order in which operands come before what uses them; a term is named by its place. Equal terms are one term,
// those that no output needs are gone, what is known is a constant, and the table of simplifications (Simplification.swift) has
// been applied until nothing changes. `.formula` uses every rule; `.plan` only those whose results agree to rounding for every
// number, NaN and infinities included, and rules that bring a term into the form that plans run.
//
// To build a graph by hand, or to go on from one, use `GraphBuilder`: `input`, `constant`, `term`, then `finish(outputs:)`.

/// An immutable graph of terms without cycles.
package struct Graph: Sendable {
    package let terms: [Term]
    /// The places of the inputs, in the order in which they were given. An input that no output needs is there too.
    package let inputs: [Int]
    /// The places of the outputs, in the order in which they were given; several may be one place.
    package let outputs: [Int]
    /// The names of the simplifications that made it what it is.
    package let simplifications: Set<String>

    package subscript(place: Int) -> Term { terms[place] }

    /// For each term, how many operands of other terms, and outputs, it is.
    package var useCounts: [Int] {
        var counts = [Int](repeating: 0, count: terms.count)
        for term in terms { for operand in term.operands { counts[operand] += 1 } }
        for output in outputs { counts[output] += 1 }
        return counts
    }
}

extension Graph {
    /// What these terms need and nothing else; all inputs stay.
    package init(needing outputs: [Int], inputs: [Int], of terms: [Term], simplifications: Set<String>) {
        var isNeeded = [Bool](repeating: false, count: terms.count)
        for place in outputs + inputs { isNeeded[place] = true }
        for place in terms.indices.reversed() where isNeeded[place] {
            for operand in terms[place].operands { isNeeded[operand] = true }
        }
        var moved = [Int](repeating: -1, count: terms.count)
        var kept: [Term] = []
        for place in terms.indices where isNeeded[place] {
            moved[place] = kept.count
            kept.append(terms[place].moved { moved[$0] })
        }
        self.init(terms: kept, inputs: inputs.map { moved[$0] }, outputs: outputs.map { moved[$0] }, simplifications: simplifications)
    }
}

extension Graph {
    /// The values of the outputs for values of the inputs, term by term: what plans and formulas are checked against.
    package func evaluate(_ values: [Tensor]) throws(PrimitiveError) -> [Tensor] {
        var results = [Tensor](repeating: Tensor(.nan), count: terms.count)
        for (input, value) in zip(inputs, values) { results[input] = value }
        for (place, term) in terms.enumerated() where !term.isInput {
            if let value = term.value { results[place] = value; continue }
            results[place] = try term.primitive.evaluate(term.operands.map { results[$0] }, term.attributes).converted(to: term.type)
        }
        return outputs.map { results[$0] }
    }
}

/// One operation of a graph, or one of its leaves.
package struct Term: Sendable {
    /// `Primitive.variable` for an input, `Primitive.constant` for a constant.
    package let primitive: Primitive
    package let attributes: Attributes
    /// Places of the operands.
    package let operands: [Int]
    package let shape: Shape
    package let type: ElementType
    /// The value of a constant; `nil` for all else.
    package let value: Tensor?
    /// Where in the source it was made, as far as that is known.
    package let origin: Origin

    package var isInput: Bool { primitive === Primitive.variable }
    package var isConstant: Bool { primitive === Primitive.constant }

    /// With operands at other places.
    fileprivate func moved(_ move: (Int) -> Int) -> Term {
        Term(
            primitive: primitive, attributes: attributes, operands: operands.map(move), shape: shape, type: type, value: value,
            origin: origin)
    }

    /// The number of a constant of rank 0.
    package var number: Double? {
        guard let value, value.rank == 0 else { return nil }
        return value.number
    }
}

/// What a graph is simplified for.
package enum GraphPurpose: Sendable {
    case plan
    case formula
    /// Nothing but sharing, dead terms dropped and constants folded: to compare the others with.
    case plain
}

extension Graph {
    /// What outputs of a tape are in terms of inputs, which are variables of it. Variables that are none of the inputs stand for the
    /// node that they were made from, or else for their value.
    package init(_ tape: Tape, outputs: [Node], inputs: [Node], for purpose: GraphPurpose) {
        var builder = GraphBuilder(for: purpose)
        // Of tape positions, the places of their terms.
        var places = [Int](repeating: -1, count: tape.nodes.count)
        for input in inputs { places[input.index] = builder.input(input.shape, input.type, origin: input.origin) }
        for index in Graph.needed(tape, outputs, known: places) where places[index] < 0 {
            let node = tape.nodes[index]
            let operands = (0..<Int(node.operands.count)).map { places[Int(node.operands[$0])] }
            if node.primitive === Primitive.variable {
                places[index] = operands.first ?? builder.constant(node.value)
            } else if node.primitive.isTransparent, let last = operands.last {
                places[index] = last
            } else if node.isConstant {
                places[index] = builder.constant(node.value, origin: node.origin)
            } else {
                places[index] = builder.term(
                    node.primitive, operands, node.attributes, shape: node.shape, type: node.type, origin: node.origin)
            }
        }
        self = builder.finish(outputs: outputs.map { places[$0.index] })
    }

    /// Positions that the outputs depend on, in ascending order; nothing below a known one is looked for.
    private static func needed(_ tape: Tape, _ outputs: [Node], known: [Int]) -> [Int] {
        var isNeeded = [Bool](repeating: false, count: tape.nodes.count)
        for output in outputs { isNeeded[output.index] = true }
        for index in tape.nodes.indices.reversed() where isNeeded[index] && known[index] < 0 {
            let operands = tape.nodes[index].operands
            for position in 0..<Int(operands.count) { isNeeded[Int(operands[position])] = true }
        }
        return isNeeded.indices.filter { isNeeded[$0] }
    }
}
