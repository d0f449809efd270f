import Tensors

// What derivative rules are written in: primitives applied to nodes, and the operators. Products with one and sums with zero
// vanish here, so that neither tape nor formula carries them.

extension Primitive {
    package func callAsFunction(_ operands: Node..., attributes: Attributes = .none) -> Node {
        operands[0].tape.applied(self, operands, attributes)
    }

    package func callAsFunction(_ operands: [Node], attributes: Attributes = .none) -> Node {
        operands[0].tape.applied(self, operands, attributes)
    }
}

extension Node {
    /// A constant number of this node's element type, on its tape.
    package func number(_ value: Double) -> Node { tape.constant(Tensor(value, type: value.isFinite && type == .f32 ? .f32 : .f64)) }

    fileprivate func isConstant(_ value: Double) -> Bool {
        isConstant && self.value.rank == 0 && self.value.number == value
    }

    package static func + (a: Node, b: Node) -> Node {
        if a.isConstant(0) { return b }
        if b.isConstant(0) { return a }
        return Primitive.add(a, b)
    }
    package static func - (a: Node, b: Node) -> Node {
        if b.isConstant(0) { return a }
        return a.isConstant(0) ? -b : Primitive.subtract(a, b)
    }
    package static func * (a: Node, b: Node) -> Node {
        if a.isConstant(1) { return b }
        if b.isConstant(1) { return a }
        return Primitive.multiply(a, b)
    }
    package static func / (a: Node, b: Node) -> Node { b.isConstant(1) ? a : Primitive.divide(a, b) }
    package static prefix func - (a: Node) -> Node { Primitive.negate(a) }

    package static func + (a: Node, b: Double) -> Node { a + a.number(b) }
    package static func + (a: Double, b: Node) -> Node { b.number(a) + b }
    package static func - (a: Node, b: Double) -> Node { a - a.number(b) }
    package static func - (a: Double, b: Node) -> Node { b.number(a) - b }
    package static func * (a: Double, b: Node) -> Node { b.number(a) * b }
    package static func * (a: Node, b: Double) -> Node { a * a.number(b) }
    package static func / (a: Node, b: Double) -> Node { a / a.number(b) }
    package static func / (a: Double, b: Node) -> Node { b.number(a) / b }
    package static func ^ (a: Node, b: Double) -> Node {
        b == 1 ? a : Primitive.power(a, a.number(b))
    }
}
