import Tensors

// Blocks of a tensor: read, replaced, and set into a border.

extension Primitive {
    static let slicing: [Primitive] = [slice, sliceSet, pad]

    package static let slice: Primitive = Primitive(
        "slice", [
            .operand("x"), .attribute("starts", .ints), .attribute("stops", .ints),
            .attribute("axis", .ints, default: Attribute.none),
        ],
        summary: "the block of x from starts up to but not including stops, for the first axes or those given",
        examples: ["slice([1, 2, 3, 4], 1, 3)  # [2, 3]", "slice([[1, 2], [3, 4]], 0, 1, axis: 1)  # [[1], [3]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            if let rows = Slicing.rows(shapes[0], attributes) { return Slicing.shape(shapes[0], rows) }
            return try Slicing.Block(shapes[0], attributes, 0).shape
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let x = operands[0]
            if let rows = Slicing.rows(x.shape, attributes) { return Slicing.copied(x, rows) }
            let block = try Slicing.Block(x.shape, attributes, 0)
            if block.shape == x.shape { return x }
            return x.rearranged(to: block.shape, start: block.offset, steps: x.shape.strides)
        },
        derivative: .each([{ d in
            guard let block = try? Slicing.Block(d.x.shape, d.attributes, 0) else { return nil }
            return pad(d.g, block.borders)
        }]), reads: .nothing, rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([4])], Attributes([.int(1), .int(-1)])),
            TestPoint([Layout.sample([3, 4])], Attributes([.ints([0, 1]), .ints([2, 3])])),
            TestPoint([Layout.sample([2, 4])], Attributes([.int(2), .int(4), .int(-1)])),
            TestPoint([Layout.sample([3])], Attributes([.int(1), .int(1)])),
        ])

    /// The block along one axis, the others whole.
    package static func slice(_ x: Node, axis: Int, _ start: Int, _ stop: Int) -> Node {
        start == 0 && stop == x.shape[axis] ? x : slice(x, attributes: Attributes([.int(start), .int(stop), .int(axis)]))
    }

    /// The block between starts and stops, one of each for every axis.
    package static func slice(_ x: Node, _ starts: [Int], _ stops: [Int]) -> Node {
        stops == x.shape.axes && starts.allSatisfy { $0 == 0 }
            ? x : slice(x, attributes: Attributes([.ints(starts), .ints(stops)]))
    }

    package static let sliceSet: Primitive = Primitive(
        "slice_set", [
            .operand("x"), .operand("v"), .attribute("starts", .ints), .attribute("stops", .ints),
            .attribute("axis", .ints, default: Attribute.none),
        ],
        summary: "x with the block from starts up to stops replaced by v, which broadcasts to it",
        examples: ["slice_set([1, 2, 3, 4], [20, 30], 1, 3)  # [1, 20, 30, 4]", "slice_set([1, 2, 3], 0, 0, 2)  # [0, 0, 3]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            let block = try Slicing.Block(shapes[0], attributes, 0)
            guard Shape.broadcast(shapes[1], block.shape) == block.shape else {
                throw PrimitiveError(
                    "the place to fill has shape \(block.shape), the value \(shapes[1])", operands: [0, 1],
                    hint: "give a value of that shape, or a number for all of it")
            }
            return shapes[0]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let (x, v) = (operands[0], operands[1])
            let block = try Slicing.Block(x.shape, attributes, 0)
            let type = Elementwise.type(x, v)
            let value = Elementwise.expand(v.converted(to: type), to: block.shape)
            return x.converted(to: type).replacing(at: block.starts, with: value)
        },
        derivative: .each([
            { sliceSet($0.g, $0.g.number(0), attributes: $0.attributes) },
            { slice($0.g, attributes: $0.attributes) },
        ]), reads: .nothing, rule: "branch taken",
        points: [
            TestPoint([Layout.sample([4]), Tensor([0.2, -1])], Attributes([.int(1), .int(3)])),
            TestPoint([Layout.sample([4]), Tensor(0.2)], Attributes([.int(0), .int(3)])),
            TestPoint([Layout.sample([3, 3]), Tensor([0.2, 7])], Attributes([.ints([1, 0]), .ints([3, 2])])),
            TestPoint([Layout.sample([3, 3]), Layout.sample([3, 1])], Attributes([.int(-2), .int(3), .int(1)])),
        ])

    package static let pad: Primitive = Primitive(
        "pad", [.operand("x"), .attribute("widths", .ints), .attribute("value", .real, default: .real(0))],
        summary: "x with a border: one width for all sides, or one before and one after each axis",
        examples: ["pad([1, 2], 1)  # [0, 1, 2, 0]", "pad([[1, 2]], [0, 1, 0, 0], value: 9)  # [[1, 2], [9, 9]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            let widths = try Slicing.widths(attributes, shapes[0])
            return try Shape.checked(shapes[0].axes.indices.map { shapes[0][$0] + widths[2 * $0] + widths[2 * $0 + 1] })
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let x = operands[0]
            let widths = try Slicing.widths(attributes, x.shape)
            let shape = Shape(x.shape.axes.indices.map { x.shape[$0] + widths[2 * $0] + widths[2 * $0 + 1] })
            let border = Tensor(repeating: attributes.real(1) ?? 0, shape: shape, type: x.type)
            return border.replacing(at: x.shape.axes.indices.map { widths[2 * $0] }, with: x)
        },
        derivative: .each([{ d in
            guard let widths = try? Slicing.widths(d.attributes, d.x.shape) else { return nil }
            let starts = d.x.shape.axes.indices.map { widths[2 * $0] }
            return slice(d.g, starts, zip(starts, d.x.shape.axes).map { $0 + $1 })
        }]), reads: .nothing, rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([3])], Attributes([.int(1)])),
            TestPoint([Layout.sample([2, 2])], Attributes([.ints([0, 1, 2, 0]), .real(1.5)])),
        ])

    /// A border of zeros, before and after each axis.
    package static func pad(_ x: Node, _ widths: [Int]) -> Node {
        widths.allSatisfy { $0 == 0 } ? x : pad(x, attributes: Attributes([.ints(widths)]))
    }
}

enum Slicing {
    /// A run of the first axis, told by two plain numbers in range: the common `x[i]`, which in a loop had better be fast. `nil` for
    /// all else, faults included.
    static func rows(_ shape: Shape, _ attributes: Attributes) -> Range<Int>? {
        guard case .int(let start) = attributes[0], case .int(let stop) = attributes[1], case .none = attributes[2],
            shape.rank > 0, start >= 0, start <= stop, stop <= shape[0]
        else { return nil }
        return start..<stop
    }

    static func shape(_ shape: Shape, _ rows: Range<Int>) -> Shape {
        var axes = shape.axes
        axes[0] = rows.count
        return Shape(axes)
    }

    /// Rows lie one behind the other.
    static func copied(_ x: Tensor, _ rows: Range<Int>) -> Tensor {
        if rows.count == x.shape[0] { return x }
        let shape = shape(x.shape, rows)
        let bytes = shape.count * x.type.size
        let start = rows.lowerBound * (x.count / x.shape[0]) * x.type.size
        return x.withMemory { source in
            Tensor.filled(shape, x.type) { $0.copyMemory(from: source + start, byteCount: bytes) }
        }
    }

    /// A block as a person gives it: starts and stops for the first axes or for those named, negative from the end.
    struct Block {
        let starts: [Int]
        let shape: Shape
        private let whole: Shape

        /// The attributes from `first` on are starts, stops and axes.
        init(_ whole: Shape, _ attributes: Attributes, _ first: Int) throws(PrimitiveError) {
            let (from, to) = (attributes.ints(first) ?? [], attributes.ints(first + 1) ?? [])
            let axes = attributes.ints(first + 2) ?? Array(from.indices)
            guard from.count == to.count, from.count == axes.count else {
                throw PrimitiveError(
                    "\(from.count) starts, \(to.count) stops and \(axes.count) axes do not make a block", operands: [0],
                    hint: "give one start and one stop for each axis")
            }
            guard from.count <= whole.rank else {
                throw PrimitiveError("a tensor of shape \(whole) has no \(from.count) axes to slice", operands: [0])
            }
            var starts = [Int](repeating: 0, count: whole.rank)
            var lengths = whole.axes
            for (place, given) in axes.enumerated() {
                let axis = try whole.axis(given)
                let start = try Block.place(from[place], axis, whole)
                let stop = try Block.place(to[place], axis, whole)
                guard start <= stop else {
                    throw PrimitiveError("the slice of axis \(axis) starts at \(from[place]), after its end \(to[place])", operands: [0])
                }
                (starts[axis], lengths[axis]) = (start, stop - start)
            }
            (self.starts, self.shape, self.whole) = (starts, Shape(lengths), whole)
        }

        private static func place(_ given: Int, _ axis: Int, _ shape: Shape) throws(PrimitiveError) -> Int {
            let place = given < 0 ? given + shape[axis] : given
            guard place >= 0 && place <= shape[axis] else {
                throw PrimitiveError(
                    "\(given) is out of range for axis \(axis) of length \(shape[axis])", operands: [0],
                    hint: "a slice may run from 0 to \(shape[axis]), or from -\(shape[axis]) counted from the end")
            }
            return place
        }

        /// Where the block's first number lies.
        var offset: Int { zip(starts, whole.strides).reduce(0) { $0 + $1.0 * $1.1 } }

        /// What lies before and after it along each axis.
        var borders: [Int] {
            whole.axes.indices.flatMap { [starts[$0], whole[$0] - shape[$0] - starts[$0]] }
        }
    }

    /// Border widths, before and after each axis.
    static func widths(_ attributes: Attributes, _ shape: Shape) throws(PrimitiveError) -> [Int] {
        let given = attributes.ints(0) ?? []
        for width in given {
            guard width >= 0 else {
                throw PrimitiveError("a border cannot be \(width) wide", hint: "slice takes numbers away")
            }
            _ = try Shape.checked([width])
        }
        if given.count == 1 { return [Int](repeating: given[0], count: 2 * shape.rank) }
        guard given.count == 2 * shape.rank else {
            throw PrimitiveError(
                "\(given.count) widths are not two for each axis of \(shape)", operands: [0],
                hint: "give one width for all sides, or before and after each axis in turn: \(2 * shape.rank) numbers")
        }
        return given
    }
}
