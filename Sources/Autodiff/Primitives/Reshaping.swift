package import Tensors

// The same numbers in the same order under another shape: no memory moves.

extension Primitive {
    static let reshaping: [Primitive] = [reshape, flatten, squeeze, unsqueeze]

    package static let reshape: Primitive = .relabelling(
        "reshape", .attribute("shape", .ints), summary: "the numbers of x in their order, under another shape; one length may be -1",
        examples: ["reshape([1, 2, 3, 4], [2, 2])  # [[1, 2], [3, 4]]", "reshape([1, 2, 3, 4], [2, -1])  # [[1, 2], [3, 4]]"],
        points: [([2, 3], .ints([3, -1])), ([6], .ints([1, 2, 3])), ([1, 1], .ints([])), ([], .int(1))]
    ) { (shape, given) throws(PrimitiveError) in
        try Layout.reshaped(shape, to: given.ints(0) ?? [])
    }

    package static let flatten: Primitive = .relabelling(
        "flatten", .attribute("axis", .int, default: .int(0)), summary: "x with all axes from the given one on joined into one",
        examples: ["flatten([[1, 2], [3, 4]])  # [1, 2, 3, 4]"],
        points: [([2, 3], .int(0)), ([2, 1, 3], .int(1)), ([2, 3], .int(-1)), ([], .int(0))]
    ) { (shape, given) throws(PrimitiveError) in
        if shape.rank == 0 { return Shape([1]) }
        let axis = try shape.axis(given.int(0) ?? 0)
        return Shape(shape.axes[..<axis] + [shape.axes[axis...].reduce(1, *)])
    }

    package static let squeeze: Primitive = .relabelling(
        "squeeze", .attribute("axis", .ints, default: Attribute.none), summary: "x without its axes of length 1, or without those given",
        examples: ["squeeze([[1, 2, 3]])  # [1, 2, 3]"],
        points: [([1, 3, 1], .none), ([1, 3, 1], .int(-1)), ([1, 2, 1], .ints([0, 2]))]
    ) { (shape, given) throws(PrimitiveError) in
        guard let axes = given.ints(0) else { return Shape(shape.axes.filter { $0 != 1 }) }
        var dropped = Set<Int>()
        for axis in axes {
            let index = try shape.axis(axis)
            guard shape[index] == 1 else {
                throw PrimitiveError(
                    "axis \(axis) of \(shape) has length \(shape[index]), so it cannot be dropped", operands: [0],
                    hint: "squeeze drops axes of length 1; an index such as x[0] picks one of several")
            }
            dropped.insert(index)
        }
        return Shape(shape.axes.indices.filter { !dropped.contains($0) }.map { shape[$0] })
    }

    package static let unsqueeze: Primitive = .relabelling(
        "unsqueeze", .attribute("axis", .int), summary: "x with a new axis of length 1 at the given place of the result",
        examples: ["unsqueeze([1, 2], 0)  # [[1, 2]]", "unsqueeze([1, 2], -1)  # [[1], [2]]"],
        points: [([2], .int(0)), ([2, 3], .int(1)), ([2, 3], .int(-1)), ([], .int(0))]
    ) { (shape, given) throws(PrimitiveError) in
        let axis = try Layout.newAxis(given.int(0) ?? 0, in: shape)
        return Shape(shape.axes[..<axis] + [1] + shape.axes[axis...])
    }

    /// A primitive of one operand and one attribute that changes nothing but the shape.
    private static func relabelling(
        _ name: String, _ attribute: Parameter, summary: String, examples: [String], points: [([Int], Attribute)],
        shape: @escaping @Sendable (Shape, Attributes) throws(PrimitiveError) -> Shape
    ) -> Primitive {
        Primitive(
            name, [.operand("x"), attribute], summary: summary, examples: examples,
            shape: { (shapes, attributes) throws(PrimitiveError) in try shape(shapes[0], attributes) },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                operands[0].reshaped(to: try shape(operands[0].shape, attributes))
            },
            derivative: .each([{ reshape($0.g, to: $0.x.shape) }]), reads: .nothing, rule: "rearrangement",
            points: points.map { TestPoint([Layout.sample($0.0)], Attributes([$0.1])) })
    }

    package static func reshape(_ x: Node, to shape: Shape) -> Node {
        x.shape == shape ? x : reshape(x, attributes: Attributes([.ints(shape.axes)]))
    }
}

/// Shapes and axes as people give them, for the primitives that arrange numbers.
enum Layout {
    /// The shape asked for, one length of which may be -1: whatever fills it.
    static func reshaped(_ shape: Shape, to axes: [Int]) throws(PrimitiveError) -> Shape {
        let unknown = axes.indices.filter { axes[$0] == -1 }
        guard unknown.count <= 1 else {
            throw PrimitiveError("only one length may be -1, as in \(Shape(axes))", hint: "-1 stands for whatever length fits")
        }
        let known = try Shape.checked(axes.filter { $0 != -1 })
        guard let place = unknown.first else {
            if known.count == shape.count { return known }
            throw PrimitiveError(
                "\(numbers(shape.count)) cannot take the shape \(known), which holds \(known.count)", operands: [0],
                hint: "the product of the lengths must stay \(shape.count)")
        }
        guard known.count > 0, shape.count % known.count == 0 else {
            throw PrimitiveError(
                "no length in place of -1 makes \(Shape(axes)) hold \(numbers(shape.count))", operands: [0],
                hint: known.count > 0 ? "\(shape.count) is not a multiple of \(known.count)" : "next to a length of 0 any length would do")
        }
        var filled = axes
        filled[place] = shape.count / known.count
        return Shape(filled)
    }

    private static func numbers(_ count: Int) -> String { count == 1 ? "1 number" : "\(count) numbers" }

    /// Where a new axis goes: one more place than there are axes.
    static func newAxis(_ given: Int, in shape: Shape) throws(PrimitiveError) -> Int {
        let axis = given < 0 ? given + shape.rank + 1 : given
        guard axis >= 0 && axis <= shape.rank else {
            throw PrimitiveError(
                "there is no place \(given) for a new axis in a tensor of shape \(shape)", operands: [0],
                hint: "the places are 0 to \(shape.rank), or -\(shape.rank + 1) to -1 from the end")
        }
        return axis
    }

    /// An axis attribute of an operand, as an index from 0.
    static func axis(
        _ attributes: Attributes, _ index: Int, of shape: Shape, default: Int = 0
    ) throws(PrimitiveError) -> Int {
        try shape.axis(attributes.int(index) ?? `default`)
    }

    /// Distinct numbers for test points.
    static func sample(_ axes: [Int], from start: Double = 0.3) -> Tensor {
        let shape = Shape(axes)
        let numbers = (0..<shape.count).map { place -> Double in
            let scrambled = place * 5 % 7
            return start + 0.7 * Double(scrambled) - 0.11 * Double(place)
        }
        return Tensor(numbers, shape: shape)
    }
}
