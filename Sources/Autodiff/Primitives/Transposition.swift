import Tensors

extension Primitive {
    static let transposition: [Primitive] = [transpose, swap]

    package static let transpose: Primitive = Primitive(
        "transpose", [.operand("x"), .attribute("axes", .ints, default: Attribute.none)],
        summary: "x with its axes in reverse order, or in the order given: `A.T` for a matrix",
        examples: [
            "transpose([[1, 2], [3, 4]])  # [[1, 3], [2, 4]]", "shape(transpose(zeros([2, 3, 4]), axes: [1, 0, 2]))  # [3, 2, 4]",
        ],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            Shape(try Transposition.order(attributes, shapes[0]).map { shapes[0][$0] })
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            Transposition.permuted(operands[0], try Transposition.order(attributes, operands[0].shape))
        },
        derivative: .each([{ transpose($0.g, Transposition.inverse($0.attributes, $0.x.shape)) }]), reads: .nothing,
        notation: .call, rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([2, 3])]), TestPoint([Layout.sample([4])]), TestPoint([Layout.sample([2, 1, 3])]),
            TestPoint([Layout.sample([2, 2, 3])], Attributes([.ints([1, 2, 0])])),
            TestPoint([Layout.sample([2, 2, 3])], Attributes([.ints([-2, 0, -1])])),
        ])

    private static func transpose(_ x: Node, _ attributes: Attributes) -> Node { transpose(x, attributes: attributes) }

    package static let swap: Primitive = Primitive(
        "swap", [.operand("x"), .attribute("axis1", .int, default: .int(-2)), .attribute("axis2", .int, default: .int(-1))],
        summary: "x with two axes exchanged, the last two unless others are given",
        examples: ["swap([[1, 2], [3, 4]])  # [[1, 3], [2, 4]]", "shape(swap(zeros([2, 3, 4]), 0, 1))  # [3, 2, 4]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            Shape(try Transposition.exchange(attributes, shapes[0]).map { shapes[0][$0] })
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            Transposition.permuted(operands[0], try Transposition.exchange(attributes, operands[0].shape))
        },
        derivative: .each([{ swap($0.g, attributes: $0.attributes) }]), reads: .nothing, rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([2, 3])], Attributes([.int(-2), .int(-1)])),
            TestPoint([Layout.sample([2, 3, 2])], Attributes([.int(0), .int(2)])),
        ])

    /// The last two axes exchanged.
    package static func swapLast(_ x: Node) -> Node { swap(x, attributes: Attributes([.int(-2), .int(-1)])) }
}

enum Transposition {
    /// For each axis of the result, the axis of the operand it comes from.
    static func order(_ attributes: Attributes, _ shape: Shape) throws(PrimitiveError) -> [Int] {
        guard let given = attributes.ints(0) else { return shape.axes.indices.reversed() }
        var order: [Int] = []
        for axis in given { order.append(try shape.axis(axis)) }
        guard order.count == shape.rank, Set(order).count == order.count else {
            throw PrimitiveError(
                "the axes \(Shape(given)) are not an order of the axes of \(shape)", operands: [0],
                hint: shape.rank == 0 ? "a number has no axes" : "each of 0 to \(shape.rank - 1) is wanted once")
        }
        return order
    }

    /// The attributes that undo a transposition.
    static func inverse(_ attributes: Attributes, _ shape: Shape) -> Attributes {
        guard attributes.ints(0) != nil, let order = try? order(attributes, shape) else { return .none }
        var inverse = order
        for (place, axis) in order.enumerated() { inverse[axis] = place }
        return Attributes([.ints(inverse)])
    }

    static func exchange(_ attributes: Attributes, _ shape: Shape) throws(PrimitiveError) -> [Int] {
        guard shape.rank >= 2 else {
            throw PrimitiveError(
                "there are no two axes to exchange in a tensor of shape \(shape)", operands: [0],
                hint: shape.rank == 1 ? "a row is reshape(x, [1, \(shape[0])]), a column reshape(x, [\(shape[0]), 1])" : nil)
        }
        var order = Array(shape.axes.indices)
        order.swapAt(try shape.axis(attributes.int(0) ?? -2), try shape.axis(attributes.int(1) ?? -1))
        return order
    }

    static func permuted(_ x: Tensor, _ order: [Int]) -> Tensor {
        let strides = x.shape.strides
        let shape = Shape(order.map { x.shape[$0] })
        // Where only axes of length 1 move, the numbers stay where they are.
        let moving = order.filter { x.shape[$0] != 1 }
        if moving == moving.sorted() { return x.reshaped(to: shape) }
        return x.rearranged(to: shape, steps: order.map { strides[$0] })
    }
}
