import Tensors

/// Reads nodes of a tape as terms.
package struct TapeTerms {
    package let algebra: Algebra
    private var known: [Int: FormulaTerm] = [:]
    /// From here on, nodes were recorded by a reverse sweep.
    package var firstAdjoint = Int.max
    /// Terms that stand for a node, by what the program calls it.
    package private(set) var labelled: [(term: FormulaTerm, name: String)] = []
    /// Terms that are adjoints.
    package private(set) var adjoints: [FormulaTerm] = []
    private let label: (Node) -> String?

    /// - Parameter label: The name that the program gives to a node's value.
    package init(_ algebra: Algebra, label: @escaping (Node) -> String? = { _ in nil }) {
        (self.algebra, self.label) = (algebra, label)
    }

    /// A node that the formula calls by a name.
    package mutating func name(_ node: Node, _ term: FormulaTerm) { known[node.index] = term }

    package mutating func term(_ node: Node) -> FormulaTerm {
        var stack = [node]
        while let top = stack.last {
            if known[top.index] != nil {
                stack.removeLast()
                continue
            }
            let open = (0..<Int(top.operands.count)).map(top.operand).filter { known[$0.index] == nil }
            if !open.isEmpty {
                stack += open
                continue
            }
            stack.removeLast()
            let term = made(top)
            known[top.index] = term
            guard !term.parts.isEmpty else { continue }
            if top.index >= firstAdjoint { adjoints.append(term) } else if let name = label(top) { labelled.append((term, name)) }
        }
        return known[node.index] ?? algebra.constant(node.value)
    }

    private func made(_ node: Node) -> FormulaTerm {
        if node.isConstant {
            return node.isCount ? algebra.count(Int(node.value.number)) : algebra.constant(node.value)
        }
        let operands = (0..<Int(node.operands.count)).compactMap { known[Int(node.operands[$0])] }
        guard let first = operands.first else { return algebra.constant(node.value) }
        if node.primitive == .variable { return first }
        return algebra.apply(node.primitive, operands, node.attributes, node.shape)
    }
}

extension Node {
    /// How many numbers something holds, which a formula may call by a name: a constant otherwise.
    package func count(_ count: Int) -> Node {
        tape.constant(Tensor(Double(count), type: type == .f32 ? .f32 : .f64), isCount: true)
    }

    var isCount: Bool { isConstant && attributes.flag(0) }
}
