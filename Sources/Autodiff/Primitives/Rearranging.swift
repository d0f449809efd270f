import Tensors

extension Primitive {
    static let rearranging: [Primitive] = [flip, roll, tril, triu, diag]

    package static let flip: Primitive = Primitive(
        "flip", [.operand("x"), .attribute("axis", .ints, default: Attribute.none)],
        summary: "x in reverse order along an axis, several or all", examples: ["flip([1, 2, 3])  # [3, 2, 1]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            for axis in attributes.ints(0) ?? [] { _ = try shapes[0].axis(axis) }
            return shapes[0]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let x = operands[0]
            var steps = x.shape.strides
            var start = 0
            var axes = Set(x.shape.axes.indices)
            if let given = attributes.ints(0) {
                axes = []
                for axis in given { axes.insert(try x.shape.axis(axis)) }
            }
            for axis in axes {
                start += (x.shape[axis] - 1) * steps[axis]
                steps[axis] = -steps[axis]
            }
            return x.rearranged(to: x.shape, start: start, steps: steps)
        },
        derivative: .each([{ flip($0.g, attributes: $0.attributes) }]), reads: .nothing, rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([3])]), TestPoint([Layout.sample([2, 3])], Attributes([.int(-1)])),
            TestPoint([Layout.sample([2, 3])], Attributes([.ints([0, 1])])),
        ])

    package static let roll: Primitive = Primitive(
        "roll", [.operand("x"), .attribute("shift", .int), .attribute("axis", .int, default: Attribute.none)],
        summary: "x shifted along an axis, what leaves at the end coming in at the start; without an axis, of x in order",
        examples: ["roll([1, 2, 3, 4], 1)  # [4, 1, 2, 3]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            if let axis = attributes.int(1) { _ = try shapes[0].axis(axis) }
            return shapes[0]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in try Rearranging.rolled(operands[0], attributes) },
        derivative: .each([{ d in
            // Back by the shift is forward by what is left of the axis; this way no shift is too large to be turned round.
            let length = d.attributes.int(1).flatMap { try? d.x.shape.axis($0) }.map { d.x.shape[$0] } ?? d.x.shape.count
            let back = length > 0 ? -((d.attributes.int(0) ?? 0) % length) : 0
            return roll(d.g, attributes: Attributes([.int(back), d.attributes[1]]))
        }]), rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([4])], Attributes([.int(1)])), TestPoint([Layout.sample([2, 3])], Attributes([.int(-2)])),
            TestPoint([Layout.sample([2, 3])], Attributes([.int(4), .int(1)])),
        ])

    package static let tril: Primitive = .triangle(
        "tril", summary: "the matrix with zeros above a diagonal", examples: ["tril([[1, 2], [3, 4]])  # [[1, 0], [3, 4]]"],
        isLower: true)
    package static let triu: Primitive = .triangle(
        "triu", summary: "the matrix with zeros below a diagonal", examples: ["triu([[1, 2], [3, 4]])  # [[1, 2], [0, 4]]"],
        isLower: false)

    private static func triangle(_ name: String, summary: String, examples: [String], isLower: Bool) -> Primitive {
        Primitive(
            name, [.operand("x"), .attribute("diagonal", .int, default: .int(0))], summary: summary, examples: examples,
            shape: { (shapes, _) throws(PrimitiveError) in
                guard shapes[0].rank >= 2 else {
                    throw PrimitiveError("\(name) is for matrices, not for a tensor of shape \(shapes[0])", operands: [0])
                }
                return shapes[0]
            },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                Rearranging.triangle(operands[0], diagonal: attributes.int(0) ?? 0, isLower: isLower)
            },
            derivative: .each([{ (isLower ? tril : triu)($0.g, attributes: $0.attributes) }]), reads: .nothing, rule: "rearrangement",
            points: [
                TestPoint([Layout.sample([3, 3])], Attributes([.int(0)])), TestPoint([Layout.sample([2, 3])], Attributes([.int(1)])),
                TestPoint([Layout.sample([2, 3, 2])], Attributes([.int(-1)])),
            ])
    }

    package static let diag: Primitive = Primitive(
        "diag", [.operand("x"), .attribute("diagonal", .int, default: .int(0))],
        summary: "the matrix with x on a diagonal, or the diagonal of the matrix x",
        examples: ["diag([1, 2])  # [[1, 0], [0, 2]]", "diag([[1, 2], [3, 4]])  # [1, 4]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            try Rearranging.diagonal(shapes[0], attributes.int(0) ?? 0)
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let (x, diagonal) = (operands[0], attributes.int(0) ?? 0)
            let shape = try Rearranging.diagonal(x.shape, diagonal)
            if x.rank == 1 {
                return Rearranging.onDiagonal(x, diagonal, shape)
            }
            let start = diagonal >= 0 ? diagonal : -diagonal * x.shape[1]
            return x.rearranged(to: shape, start: shape.count == 0 ? 0 : start, steps: [x.shape[1] + 1])
        },
        derivative: .each([{ d in
            let back = diag(d.g, attributes: d.attributes)
            return d.x.shape.rank == 1 ? back : fitted(back, d.x.shape)
        }]), rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([3])], Attributes([.int(0)])), TestPoint([Layout.sample([2])], Attributes([.int(-1)])),
            TestPoint([Layout.sample([3, 3])], Attributes([.int(0)])), TestPoint([Layout.sample([3, 3])], Attributes([.int(2)])),
            TestPoint([Layout.sample([2, 4])], Attributes([.int(1)])), TestPoint([Layout.sample([4, 2])], Attributes([.int(-1)])),
            TestPoint([Layout.sample([4, 2])], Attributes([.int(1)])),
        ])

    /// A square matrix cut or filled up with zeros at its right and lower edge.
    private static func fitted(_ square: Node, _ shape: Shape) -> Node {
        let kept = zip(square.shape.axes, shape.axes).map { min($0, $1) }
        return pad(slice(square, [0, 0], kept), [0, shape[0] - kept[0], 0, shape[1] - kept[1]])
    }
}

enum Rearranging {
    static func rolled(_ x: Tensor, _ attributes: Attributes) throws(PrimitiveError) -> Tensor {
        let (outer, length, inner) =
            try attributes.int(1).map { (axis) throws(PrimitiveError) in x.shape.split(at: try x.shape.axis(axis)) } ?? (1, x.count, 1)
        if x.count == 0 || length == 0 { return x }
        let remainder = (attributes.int(0) ?? 0) % length
        let shift = remainder < 0 ? remainder + length : remainder
        if shift == 0 { return x }
        let row = length * inner
        let (head, tail) = ((length - shift) * inner, shift * inner)
        return x.withMemory { source in
            Tensor.filled(x.shape, x.type) { target in
                StridedCopy([outer, head], to: [row, 1], from: [row, 1]).run(x.type, from: source, to: target, at: tail)
                StridedCopy([outer, tail], to: [row, 1], from: [row, 1]).run(x.type, from: source, start: head, to: target)
            }
        }
    }

    /// Row by row, what stays is copied and the rest zeroed.
    static func triangle(_ x: Tensor, diagonal: Int, isLower: Bool) -> Tensor {
        let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
        let (size, count) = (x.type.size, x.count)
        if count == 0 { return x }
        return x.withMemory { source in
            Tensor.filled(x.shape, x.type) { target in
                target.initializeMemory(as: UInt8.self, repeating: 0, count: count * size)
                for row in 0..<(count / columns) {
                    // The first column right of the diagonal, for a diagonal however far off.
                    let place = row % rows
                    let (sum, overflow) = place.addingReportingOverflow(diagonal)
                    let edge = overflow ? columns : min(max(isLower ? sum + (sum < columns ? 1 : 0) : sum, 0), columns)
                    let kept = isLower ? 0..<edge : edge..<columns
                    let at = (row * columns + kept.lowerBound) * size
                    (target + at).copyMemory(from: source + at, byteCount: kept.count * size)
                }
            }
        }
    }

    static func diagonal(_ shape: Shape, _ diagonal: Int) throws(PrimitiveError) -> Shape {
        guard diagonal.magnitude <= UInt(Shape.largestCount) else {
            throw PrimitiveError("there is no diagonal \(diagonal)")
        }
        switch shape.rank {
        case 1:
            let side = shape[0] + abs(diagonal)
            return try Shape.checked([side, side])
        case 2:
            guard diagonal > -max(shape[0], 1), diagonal < max(shape[1], 1) else {
                throw PrimitiveError(
                    "a matrix of shape \(shape) has no diagonal \(diagonal)", operands: [0],
                    hint: "0 is the main one, 1 the one above it, -1 the one below")
            }
            return Shape([max(0, min(shape[0] + min(diagonal, 0), shape[1] - max(diagonal, 0)))])
        default:
            throw PrimitiveError(
                "diag takes a vector or a matrix, not a tensor of shape \(shape)", operands: [0])
        }
    }

    /// Zeros with a vector on a diagonal.
    static func onDiagonal(_ x: Tensor, _ diagonal: Int, _ shape: Shape) -> Tensor {
        let side = shape[0]
        let start = diagonal >= 0 ? diagonal : -diagonal * side
        let copy = StridedCopy([x.count], to: [side + 1], from: [1])
        return x.withMemory { source in
            Tensor.filled(shape, x.type) { target in
                target.initializeMemory(as: UInt8.self, repeating: 0, count: shape.count * x.type.size)
                copy.run(x.type, from: source, to: target, at: start)
            }
        }
    }
}
