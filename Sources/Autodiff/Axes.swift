package import Tensors

/// The axes along which a reduction or a scan goes, in ascending order.
package struct Axes {
    package let indices: [Int]

    /// From axes as a person gave them, negative ones from the end; all axes if none were given.
    package init(_ given: [Int]?, of shape: Shape) throws(PrimitiveError) {
        guard let given else {
            indices = Array(shape.axes.indices)
            return
        }
        var found: [Int] = []
        for axis in given {
            let index = try shape.axis(axis)
            guard !found.contains(index) else {
                throw PrimitiveError("axis \(axis) is given twice", hint: "\(axis) of a tensor of shape \(shape) is axis \(index)")
            }
            found.append(index)
        }
        indices = found.sorted()
    }

    /// From axes that a shape rule has accepted already.
    package init(accepted given: [Int]?, of shape: Shape) {
        indices = given?.map { $0 < 0 ? $0 + shape.rank : $0 }.sorted() ?? Array(shape.axes.indices)
    }

    /// How many numbers become one.
    package func count(in shape: Shape) -> Int { indices.reduce(1) { $0 * shape[$1] } }

    /// The shape of a result: these axes gone, or of length 1 if kept.
    package func reduced(_ shape: Shape, keep: Bool) -> Shape {
        let lengths = shape.axes.indices.compactMap { axis in
            indices.contains(axis) ? (keep ? 1 : nil) : shape[axis]
        }
        return Shape(lengths)
    }

    /// Neighbouring axes together, since a kernel reduces such a block in one call.
    package var blocks: [Range<Int>] {
        var blocks: [Range<Int>] = []
        for axis in indices {
            if let last = blocks.last, last.upperBound == axis {
                blocks[blocks.count - 1] = last.lowerBound..<axis + 1
            } else {
                blocks.append(axis..<axis + 1)
            }
        }
        return blocks
    }

    /// A reduction's result, or its adjoint, in a form that broadcasts against the operand: with axes of length 1 where it lost axes,
    /// unless broadcasting puts them there by itself.
    func aligned(_ node: Node, with operand: Node) -> Node {
        let isLeading = indices == Array(indices.indices)
        if node.shape.rank == operand.shape.rank || node.shape.rank == 0 || isLeading { return node }
        return indices.reduce(node) { Primitive.unsqueeze($0, attributes: Attributes([.int($1)])) }
    }

    /// `aligned`, and copied out to the operand's shape.
    func stretched(_ node: Node, to operand: Node) -> Node {
        let aligned = aligned(node, with: operand)
        return aligned.shape == operand.shape ? aligned : Primitive.expand(aligned, to: operand.shape)
    }
}

extension Primitive {
    /// The one axis of a primitive that goes along one: it may be left out where there is only one.
    static func singleAxis(_ given: Int?, of shape: Shape, _ name: String) throws(PrimitiveError) -> Int {
        if let given { return try shape.axis(given) }
        guard shape.rank <= 1 else {
            throw PrimitiveError(
                "\(name) goes along one axis, and there are \(shape.rank)", operands: [0],
                hint: "say which: axis: 0 is the outermost, axis: -1 the innermost")
        }
        return try shape.axis(0)
    }
}
