import Kernels
import Tensors

// Entries picked by tensors of indices: whole numbers, negative from the end. No derivative passes to the indices.

extension Primitive {
    static let indexing: [Primitive] = [take, takeAdd, gather, scatterAdd]

    package static let take: Primitive = Primitive(
        "take", [.operand("x"), .operand("indices"), .attribute("axis", .int, default: .int(0))],
        summary: "the entries of x at the indices along an axis: rows, unless another axis is given",
        examples: ["take([10, 20, 30], [2, 0, 2])  # [30, 10, 30]", "take([[1, 2], [3, 4]], [1], axis: 1)  # [[2], [4]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in try Indexing.taken(shapes, attributes) },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let x = operands[0]
            let axis = try Layout.axis(attributes, 0, of: x.shape)
            return Indexing.take(
                x, try Indexing.read(operands[1], below: x.shape[axis], axis: axis), axis: axis,
                shape: try Indexing.taken(operands.map(\.shape), attributes))
        },
        derivative: .each([
            { d in
                guard let axis = try? Layout.axis(d.attributes, 0, of: d.x.shape) else { return nil }
                return takeAdd(d.g, d.operands[1], axis: axis, length: d.x.shape[axis])
            },
            { _ in nil },
        ]), rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([4]), Tensor([2, 0, -2])], Attributes([.int(0)]), variables: [0]),
            TestPoint([Layout.sample([3, 2]), Tensor([2, 0, 2, 1], shape: Shape([2, 2]))], Attributes([.int(0)]), variables: [0]),
            TestPoint([Layout.sample([2, 3]), Tensor([1, 1])], Attributes([.int(-1)]), variables: [0]),
            TestPoint([Layout.sample([2, 3]), Tensor(1)], Attributes([.int(1)]), variables: [0]),
        ])

    package static func take(_ x: Node, _ indices: Node, axis: Int) -> Node {
        take(x, indices, attributes: Attributes([.int(axis)]))
    }

    /// The adjoint of `take`: entries added up at the indices along an axis of the given length.
    package static let takeAdd: Primitive = Primitive(
        "take_add", [.operand("x"), .operand("indices"), .attribute("axis", .int), .attribute("length", .int)],
        summary: "zeros to which the entries of x are added at the indices along an axis",
        examples: ["take_add([1, 2, 3], [0, 2, 0], 0, 4)  # [4, 0, 2, 0]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in try Indexing.added(shapes, attributes) },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let axis = attributes.int(0) ?? 0
            return Indexing.takeAdd(
                operands[0], try Indexing.read(operands[1], below: attributes.int(1) ?? 0, axis: axis), axis: axis,
                shape: try Indexing.added(operands.map(\.shape), attributes))
        },
        derivative: .each([
            { take($0.g, $0.operands[1], attributes: Attributes([.int($0.attributes.int(0) ?? 0)])) }, { _ in nil },
        ]), rule: "rearrangement",
        points: [
            TestPoint([Tensor([0.3, 2, -1]), Tensor([2, 0, 2])], Attributes([.int(0), .int(4)]), variables: [0]),
            TestPoint([Layout.sample([2, 2, 2]), Tensor([2, 0, 2, 1], shape: Shape([2, 2]))], Attributes([.int(0), .int(3)]), variables: [0]),
            TestPoint([Layout.sample([2, 3]), Tensor([1, 1, 0])], Attributes([.int(1), .int(2)]), variables: [0]),
        ], isHidden: true)

    package static func takeAdd(_ x: Node, _ indices: Node, axis: Int, length: Int) -> Node {
        takeAdd(x, indices, attributes: Attributes([.int(axis), .int(length)]))
    }

    /// As torch.gather: y[i, j] = x[indices[i, j], j] for axis 0, y[i, j] = x[i, indices[i, j]] for axis 1, and so on.
    package static let gather: Primitive = Primitive(
        "gather", [.operand("x"), .operand("indices"), .attribute("axis", .int, default: .int(-1))],
        summary: "for each place of the indices, the number of x whose place differs only along the axis, where the index tells it",
        examples: ["gather([[1, 2], [3, 4]], [[1], [0]])  # [[2], [3]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            try Indexing.checkGather(shapes[0], shapes[1], attributes)
            return shapes[1]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let axis = try Layout.axis(attributes, 0, of: operands[0].shape, default: -1)
            return Indexing.gather(operands[0], try Indexing.places(operands[1], in: operands[0].shape, axis: axis), operands[1].shape)
        },
        derivative: .each([
            { d in
                let zeros = d.tape.constant(Tensor(repeating: 0, shape: d.x.shape, type: d.x.type))
                return scatterAdd(zeros, d.operands[1], d.g, attributes: d.attributes)
            },
            { _ in nil },
        ]), rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([4]), Tensor([2, 0, -2])], Attributes([.int(0)]), variables: [0]),
            TestPoint([Layout.sample([3, 3]), Tensor([2, 0, 2, 1], shape: Shape([2, 2]))], Attributes([.int(0)]), variables: [0]),
            TestPoint([Layout.sample([2, 3]), Tensor([1, 2], shape: Shape([2, 1]))], Attributes([.int(-1)]), variables: [0]),
        ])

    package static func gather(_ x: Node, _ indices: Node, axis: Int) -> Node {
        gather(x, indices, attributes: Attributes([.int(axis)]))
    }

    /// As torch.scatter_add: x[indices[i, j], j] += source[i, j] for axis 0, and so on.
    package static let scatterAdd: Primitive = Primitive(
        "scatter_add", [
            .operand("x"), .operand("indices"), .operand("source"), .attribute("axis", .int, default: .int(-1)),
        ],
        summary: "x with each number of the source added at the place that differs only along the axis, where the index tells it",
        examples: ["scatter_add([0, 0, 0], [2, 0, 2], [1, 2, 3])  # [2, 0, 4]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            try Indexing.checkGather(shapes[0], shapes[1], attributes)
            guard shapes[2] == shapes[1] else {
                throw PrimitiveError("there must be one index for each number of the source", operands: [1, 2])
            }
            return shapes[0]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let axis = try Layout.axis(attributes, 0, of: operands[0].shape, default: -1)
            return Indexing.scatterAdd(
                operands[0], try Indexing.places(operands[1], in: operands[0].shape, axis: axis), operands[2])
        },
        derivative: .each([
            { $0.g }, { _ in nil }, { gather($0.g, $0.operands[1], attributes: $0.attributes) },
        ]), rule: "sum rule",
        points: [
            TestPoint([Layout.sample([4]), Tensor([2, 0, 2]), Tensor([0.4, 1, 3])], Attributes([.int(0)]), variables: [0, 2]),
            TestPoint(
                [Layout.sample([2, 3]), Tensor([1, 2], shape: Shape([2, 1])), Layout.sample([2, 1])], Attributes([.int(1)]),
                variables: [0, 2]),
        ])
}

enum Indexing {
    /// The shape of `take`: the axis replaced by those of the indices.
    static func taken(_ shapes: [Shape], _ attributes: Attributes) throws(PrimitiveError) -> Shape {
        let axis = try Layout.axis(attributes, 0, of: shapes[0])
        return try Shape.checked(shapes[0].axes[..<axis] + shapes[1].axes + shapes[0].axes[(axis + 1)...])
    }

    /// The shape of `take_add`: the axes of the indices, from `axis` on, replaced by one.
    static func added(_ shapes: [Shape], _ attributes: Attributes) throws(PrimitiveError) -> Shape {
        let (axis, length) = (attributes.int(0) ?? 0, attributes.int(1) ?? 0)
        guard axis >= 0, axis + shapes[1].rank <= shapes[0].rank,
            shapes[0].axes[axis..<(axis + shapes[1].rank)].elementsEqual(shapes[1].axes)
        else {
            throw PrimitiveError("there must be one entry for each index", operands: [0, 1])
        }
        return try Shape.checked(shapes[0].axes[..<axis] + [length] + shapes[0].axes[(axis + shapes[1].rank)...])
    }

    static func checkGather(_ x: Shape, _ indices: Shape, _ attributes: Attributes) throws(PrimitiveError) {
        let axis = try Layout.axis(attributes, 0, of: x, default: -1)
        guard x.rank == indices.rank else {
            throw PrimitiveError(
                "the indices must have as many axes as the tensor", operands: [0, 1],
                hint: "take(x, indices) picks whole rows; unsqueeze(indices, -1) adds an axis")
        }
        for place in x.axes.indices where place != axis && indices[place] > x[place] {
            throw PrimitiveError("the indices are longer than the tensor along axis \(place)", operands: [0, 1])
        }
    }

    /// The indices as whole numbers from 0 below `length`; refuses any that is not whole or out of range, and says where it stands.
    static func read(_ indices: Tensor, below length: Int, axis: Int) throws(PrimitiveError) -> [Int] {
        let count = indices.count
        let limit = Double(length)
        var wrong = -1
        let read = indices.converted(to: .f64).withDoubles { given in
            [Int](unsafeUninitializedCapacity: count) { result, filled in
                for i in 0..<count {
                    // Nothing may be read by places that were not written.
                    if i & looks == looks, Account.shouldStop() { return }
                    let place = given[i] < 0 ? given[i] + limit : given[i]
                    guard place >= 0 && place < limit && place.rounded(.towardZero) == place else {
                        wrong = i
                        return
                    }
                    result[i] = Int(place)
                    filled = i + 1
                }
            }
        }
        if wrong >= 0 { throw refusal(indices, wrong, length, axis) }
        if read.count < count { try Account.checkStop() }
        return read
    }

    /// Between two looks at whether to stop.
    private static let looks = 1 << 20 - 1

    private static func refusal(_ indices: Tensor, _ wrong: Int, _ length: Int, _ axis: Int) -> PrimitiveError {
        let value = indices[wrong]
        let shown = value.rounded() == value && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
        var rest = wrong
        let place = Shape(indices.shape.strides.map { stride in
            defer { rest %= max(stride, 1) }
            return rest / max(stride, 1)
        })
        let subject = indices.rank == 0 ? "the index \(shown)" : "the index \(shown), at \(place) of the indices,"
        if value.rounded() != value || !value.isFinite {
            return PrimitiveError("\(subject) is not a whole number", hint: "floor or round makes whole numbers")
        }
        return PrimitiveError(
            "\(subject) is out of range for axis \(axis) of length \(length)",
            hint: length == 0 ? "the axis is empty" : "indices run from 0 to \(length - 1), or from -\(length) to -1 counted from the end")
    }

    /// Entries of the middle axis of `[outer, length, inner]`.
    static func take(_ x: Tensor, _ indices: [Int], axis: Int, shape: Shape) -> Tensor {
        let (outer, length, inner) = x.shape.split(at: axis)
        switch x.type {
        case .f64:
            return x.withDoubles { x in
                Tensor(f64: shape) { copyEntries(indices, outer, length, inner, x, $0.baseAddress) }
            }
        case .f32:
            return x.withFloats { x in
                Tensor(f32: shape) { copyEntries(indices, outer, length, inner, x, $0.baseAddress) }
            }
        }
    }

    @_specialize(where T == Double)
    @_specialize(where T == Float)
    private static func copyEntries<T: BitwiseCopyable>(
        _ indices: [Int], _ outer: Int, _ length: Int, _ inner: Int, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>?
    ) {
        guard var y, inner > 0 else { return }
        indices.withUnsafeBufferPointer { indices in
            for block in 0..<outer {
                let rows = x + block * length * inner
                if inner == 1 {
                    let to = y
                    Account.forEachBlock(indices.count, cost: 8) { at, count in
                        for i in at..<at + count { to[i] = rows[indices[i]] }
                    }
                    y += indices.count
                } else {
                    let to = y
                    Account.forEachBlock(indices.count, cost: inner) { at, count in
                        for i in at..<at + count { (to + i * inner).update(from: rows + indices[i] * inner, count: inner) }
                    }
                    y += indices.count * inner
                }
            }
        }
    }

    /// Entries added up along the middle axis of the result's `[outer, length, inner]`, in the order of the indices.
    static func takeAdd(_ x: Tensor, _ indices: [Int], axis: Int, shape: Shape) -> Tensor {
        let (outer, length, inner) = shape.split(at: axis)
        switch x.type {
        case .f64:
            return x.withDoubles { x in
                Tensor(f64: shape) { addEntries(indices, outer, length, inner, x, $0) { grad_binary_f64(GRAD_ADD, inner, $1, 1, $0, 1, $1) } }
            }
        case .f32:
            return x.withFloats { x in
                Tensor(f32: shape) { addEntries(indices, outer, length, inner, x, $0) { grad_binary_f32(GRAD_ADD, inner, $1, 1, $0, 1, $1) } }
            }
        }
    }

    @inline(__always)
    private static func addEntries<T: FloatingPoint>(
        _ indices: [Int], _ outer: Int, _ length: Int, _ inner: Int, _ x: UnsafePointer<T>, _ result: UnsafeMutableBufferPointer<T>,
        add: (UnsafePointer<T>, UnsafeMutablePointer<T>) -> Void
    ) {
        result.update(repeating: 0)
        guard let y = result.baseAddress else { return }
        var entry = x
        for block in 0..<outer {
            let rows = y + block * length * inner
            Account.forEachBlock(indices.count, cost: 8 + inner) { start, count in
                for at in start..<start + count {
                    let row = rows + indices[at] * inner
                    // A call of a kernel pays from some dozen numbers on.
                    if inner < 16 {
                        for i in 0..<inner { row[i] += entry[i] }
                    } else {
                        add(entry, row)
                    }
                    entry += inner
                }
            }
            if Account.isStopping { return }
        }
    }

    /// For each index, the place in a tensor of `shape` that differs from its own only along the axis.
    static func places(_ indices: Tensor, in shape: Shape, axis: Int) throws(PrimitiveError) -> [Int] {
        var places = try read(indices, below: shape[axis], axis: axis)
        let strides = shape.strides
        let last = indices.rank - 1
        let length = indices.shape[last]
        if places.isEmpty { return places }
        let step = strides[axis]
        var counter = [Int](repeating: 0, count: last)
        places.withUnsafeMutableBufferPointer { places in
            for row in 0..<(places.count / length) {
                if row > 0, row % max(1, looks / max(1, length)) == 0, Account.shouldStop() { return }
                var base = 0
                for place in 0..<last where place != axis { base += counter[place] * strides[place] }
                let start = row * length
                let inner = axis == last ? 0 : 1
                for i in 0..<length { places[start + i] = base + places[start + i] * step + i * inner }
                for place in stride(from: last - 1, through: 0, by: -1) {
                    counter[place] += 1
                    if counter[place] < indices.shape[place] { break }
                    counter[place] = 0
                }
            }
        }
        try Account.checkStop()
        return places
    }

    /// Calls `body` with the number of each place and the place, with looks at whether to stop between.
    @inline(__always)
    private static func each(_ places: [Int], _ body: (Int, Int) -> Void) {
        Account.forEachBlock(places.count, cost: 8) { start, count in
            for i in start..<start + count { body(i, places[i]) }
        }
    }

    static func gather(_ x: Tensor, _ places: [Int], _ shape: Shape) -> Tensor {
        switch x.type {
        case .f64: x.withDoubles { x in Tensor(f64: shape) { y in each(places) { y[$0] = x[$1] } } }
        case .f32: x.withFloats { x in Tensor(f32: shape) { y in each(places) { y[$0] = x[$1] } } }
        }
    }

    static func scatterAdd(_ x: Tensor, _ places: [Int], _ source: Tensor) -> Tensor {
        let type = Elementwise.type(x, source)
        let (x, source) = (x.converted(to: type), source.converted(to: type))
        let (shape, count) = (x.shape, x.count)
        switch type {
        case .f64:
            return x.withDoubles { x in source.withDoubles { source in
                Tensor(f64: shape) { y in
                    y.baseAddress?.update(from: x, count: count)
                    each(places) { y[$1] += source[$0] }
                }
            } }
        case .f32:
            return x.withFloats { x in source.withFloats { source in
                Tensor(f32: shape) { y in
                    y.baseAddress?.update(from: x, count: count)
                    each(places) { y[$1] += source[$0] }
                }
            } }
        }
    }
}
