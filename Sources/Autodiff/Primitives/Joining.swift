import Tensors

// Several tensors into one, or one several times over.

extension Primitive {
    static let joining: [Primitive] = [concat, stack, tile, `repeat`]

    package static let concat: Primitive = Primitive(
        "concat", [.operands("tensors"), .attribute("axis", .int, default: .int(0))],
        summary: "the tensors one after another along an axis they have",
        examples: ["concat([[1, 2], [3]])  # [1, 2, 3]", "concat([[[1], [2]], [[3], [4]]], axis: 1)  # [[1, 3], [2, 4]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in try Joining.concat(shapes, attributes) },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let shape = try Joining.concat(operands.map(\.shape), attributes)
            return Joining.joined(operands, shape, axis: try Layout.axis(attributes, 0, of: shape))
        },
        derivative: .joint({ d in
            let axis = try? Layout.axis(d.attributes, 0, of: d.y.shape)
            var start = 0
            return d.operands.map { operand in
                defer { start += operand.shape[axis ?? 0] }
                return operand.isConstant ? nil : slice(d.g, axis: axis ?? 0, start, start + operand.shape[axis ?? 0])
            }
        }), reads: .nothing, rule: "rearrangement",
        points: [
            TestPoint([Tensor([0.5, 1]), Tensor([2, -1, 3])], Attributes([.int(0)])),
            TestPoint([Layout.sample([2, 1]), Layout.sample([2, 2]), Layout.sample([2, 3])], Attributes([.int(-1)])),
        ])

    package static func concat(_ pieces: [Node], axis: Int) -> Node { concat(pieces, attributes: Attributes([.int(axis)])) }

    package static let stack: Primitive = Primitive(
        "stack", [.operands("tensors"), .attribute("axis", .int, default: .int(0))],
        summary: "tensors of one shape side by side along a new axis",
        examples: ["stack([[1, 2], [3, 4]])  # [[1, 2], [3, 4]]", "stack([[1, 2], [3, 4]], axis: 1)  # [[1, 3], [2, 4]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            var axes = try Joining.common(shapes).axes
            axes.insert(shapes.count, at: try Layout.newAxis(attributes.int(0) ?? 0, in: shapes[0]))
            return try Shape.checked(axes)
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let axis = try Layout.newAxis(attributes.int(0) ?? 0, in: operands[0].shape)
            var axes = operands[0].shape.axes
            axes.insert(operands.count, at: axis)
            return Joining.joined(operands, Shape(axes), axis: axis)
        },
        derivative: .joint({ d in
            let axis = (try? Layout.newAxis(d.attributes.int(0) ?? 0, in: d.x.shape)) ?? 0
            return d.operands.enumerated().map { place, operand in
                operand.isConstant ? nil : reshape(slice(d.g, axis: axis, place, place + 1), to: operand.shape)
            }
        }), reads: .nothing, rule: "rearrangement",
        points: [
            TestPoint([Tensor([0.5, 1]), Tensor([2, -1])], Attributes([.int(0)])),
            TestPoint([Layout.sample([2, 2]), Layout.sample([2, 2], from: 1)], Attributes([.int(-1)])),
            TestPoint([Tensor(0.5), Tensor(2), Tensor(3)], Attributes([.int(0)])),
        ])

    package static func stack(_ pieces: [Node], axis: Int) -> Node { stack(pieces, attributes: Attributes([.int(axis)])) }

    package static let tile: Primitive = Primitive(
        "tile", [.operand("x"), .attribute("counts", .ints)],
        summary: "x laid side by side, as many times along each axis as told; fewer counts are for the last axes",
        examples: ["tile([1, 2], 2)  # [1, 2, 1, 2]", "tile([1, 2], [2, 1])  # [[1, 2], [1, 2]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in try Joining.Tiling(shapes[0], attributes).result },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let tiling = try Joining.Tiling(operands[0].shape, attributes)
            return Elementwise.expand(operands[0].reshaped(to: tiling.single), to: tiling.repeated).reshaped(to: tiling.result)
        },
        derivative: .each([{ d in
            guard let tiling = try? Joining.Tiling(d.x.shape, d.attributes) else { return nil }
            return reshape(sumTo(reshape(d.g, to: tiling.repeated), tiling.single), to: d.x.shape)
        }]), rule: "sum rule",
        points: [
            TestPoint([Tensor([0.5, -1])], Attributes([.int(3)])), TestPoint([Tensor([0.5, -1])], Attributes([.ints([2, 2])])),
            TestPoint([Layout.sample([2, 2])], Attributes([.int(2)])), TestPoint([Tensor(0.5)], Attributes([.ints([2, 3])])),
        ])

    package static let `repeat`: Primitive = Primitive(
        "repeat", [.operand("x"), .attribute("counts", .ints), .attribute("axis", .int, default: Attribute.none)],
        summary: "each entry of x along an axis several times in a row; without an axis, of x flattened",
        examples: ["repeat([1, 2], 2)  # [1, 1, 2, 2]", "repeat([[1], [2]], [1, 2], axis: 0)  # [[1], [2], [2]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            let (flat, axis) = try Joining.repeated(shapes[0], attributes)
            return try Shape.checked(Joining.replacing(flat, axis, try Joining.total(flat[axis], attributes)))
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let (flat, axis) = try Joining.repeated(operands[0].shape, attributes)
            let total = try Joining.total(flat[axis], attributes)
            let shape = Shape(Joining.replacing(flat, axis, total))
            try Account.admit(shape.axes, workspace: 8 * total)
            return Indexing.take(operands[0].reshaped(to: flat), Joining.places(flat[axis], total, attributes), axis: axis, shape: shape)
        },
        derivative: .each([{ d in
            guard let (flat, axis) = try? Joining.repeated(d.x.shape, d.attributes) else { return nil }
            guard let total = try? Joining.total(flat[axis], d.attributes) else { return nil }
            let places = d.tape.constant(Tensor(Joining.places(flat[axis], total, d.attributes).map(Double.init)))
            return reshape(takeAdd(d.g, places, axis: axis, length: flat[axis]), to: d.x.shape)
        }]), rule: "sum rule",
        points: [
            TestPoint([Tensor([0.5, -1])], Attributes([.int(3)])), TestPoint([Layout.sample([2, 2])], Attributes([.int(2)])),
            TestPoint([Layout.sample([2, 3])], Attributes([.ints([2, 0, 1]), .int(1)])),
            TestPoint([Layout.sample([2, 3])], Attributes([.int(2), .int(-2)])),
        ])
}

enum Joining {
    /// The one shape of all, or an error that names the first that differs.
    static func common(_ shapes: [Shape]) throws(PrimitiveError) -> Shape {
        guard let first = shapes.first else { throw PrimitiveError("there are no tensors to put together") }
        if let other = shapes.firstIndex(where: { $0 != first }) {
            throw PrimitiveError(
                "tensors of shapes \(first) and \(shapes[other]) do not stack", operands: [0, other],
                hint: "stack wants one shape for all; concat joins along an axis that is there")
        }
        return first
    }

    static func concat(_ shapes: [Shape], _ attributes: Attributes) throws(PrimitiveError) -> Shape {
        guard let first = shapes.first else { throw PrimitiveError("there are no tensors to put together") }
        if let number = shapes.firstIndex(where: { $0.rank == 0 }) {
            throw PrimitiveError(
                "a number has no axis to be joined along", operands: [number], hint: "stack makes a vector of numbers")
        }
        let axis = try Layout.axis(attributes, 0, of: first)
        var length = 0
        for (place, shape) in shapes.enumerated() {
            guard shape.rank == first.rank, shape.axes.indices.allSatisfy({ $0 == axis || shape[$0] == first[$0] }) else {
                throw PrimitiveError(
                    "tensors of shapes \(first) and \(shape) do not join along axis \(axis)", operands: [0, place],
                    hint: "all lengths but that of axis \(axis) must be the same")
            }
            length += shape[axis]
        }
        return try Shape.checked(replacing(first, axis, length))
    }

    static func replacing(_ shape: Shape, _ axis: Int, _ length: Int) -> [Int] {
        var axes = shape.axes
        axes[axis] = length
        return axes
    }

    /// Each piece is a run of every row that the axis lies in.
    static func joined(_ pieces: [Tensor], _ shape: Shape, axis: Int) -> Tensor {
        let type = type(of: pieces)
        let outer = shape.axes[..<axis].reduce(1, *)
        let row = shape.axes[axis...].reduce(1, *)
        return Tensor.filled(shape, type) { target in
            var start = 0
            for piece in pieces where piece.count > 0 {
                let length = piece.count / outer
                let copy = StridedCopy([outer, length], to: [row, 1], from: [length, 1])
                piece.converted(to: type).withMemory { copy.run(type, from: $0, to: target, at: start) }
                start += length
            }
        }
    }

    /// As elementwise: numbers take the type of the tensors, and f64 wins.
    private static func type(of pieces: [Tensor]) -> ElementType {
        let tensors = pieces.filter { $0.rank > 0 }
        return (tensors.isEmpty ? pieces : tensors).allSatisfy { $0.type == .f32 } ? .f32 : .f64
    }

    /// A tensor tiled: an axis of 1 before each of its own, stretched to the count, then joined with it.
    struct Tiling {
        let single: Shape
        let repeated: Shape
        let result: Shape

        init(_ shape: Shape, _ attributes: Attributes) throws(PrimitiveError) {
            let given = attributes.ints(0) ?? []
            guard given.allSatisfy({ $0 >= 0 }) else {
                throw PrimitiveError("a tensor cannot be repeated \(given.first { $0 < 0 } ?? 0) times")
            }
            let rank = max(given.count, shape.rank)
            let counts = [Int](repeating: 1, count: rank - given.count) + given
            let axes = [Int](repeating: 1, count: rank - shape.rank) + shape.axes
            single = Shape(axes.flatMap { [1, $0] })
            repeated = try Shape.checked(zip(counts, axes).flatMap { [$0, $1] })
            result = Shape(zip(counts, axes).map { $0 &* $1 })
        }
    }

    /// The shape that is repeated along an axis: the operand's own, or flat.
    static func repeated(_ shape: Shape, _ attributes: Attributes) throws(PrimitiveError) -> (Shape, Int) {
        guard attributes.int(1) != nil else { return (Shape([shape.count]), 0) }
        return (shape, try Layout.axis(attributes, 1, of: shape))
    }

    /// How long the repeated axis becomes.
    static func total(_ length: Int, _ attributes: Attributes) throws(PrimitiveError) -> Int {
        let counts = attributes.ints(0) ?? []
        guard counts.allSatisfy({ $0 >= 0 }) else {
            throw PrimitiveError("an entry cannot be repeated \(counts.first { $0 < 0 } ?? 0) times")
        }
        guard counts.count == 1 || counts.count == length else {
            throw PrimitiveError(
                "there are \(counts.count) counts for the \(length) entries of the axis", operands: [0],
                hint: "give one count for all, or one for each")
        }
        // Each count alone within the limit keeps sums and products in range.
        for count in counts { _ = try Shape.checked([count]) }
        return try Shape.checked(counts.count == 1 ? [length, counts[0]] : [counts.reduce(0) { min($0 + $1, Shape.largestCount + 1) }]).count
    }

    /// For each of the `total` entries of the result, the entry it repeats.
    static func places(_ length: Int, _ total: Int, _ attributes: Attributes) -> [Int] {
        let counts = attributes.ints(0) ?? [1]
        var places: [Int] = []
        places.reserveCapacity(total)
        for entry in 0..<length { places.append(contentsOf: repeatElement(entry, count: counts.count == 1 ? counts[0] : counts[entry])) }
        return places
    }
}
