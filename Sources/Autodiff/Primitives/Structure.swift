import Kernels
package import Tensors

// What the sweep itself needs: summing to a shape and its opposite, and changes of element type.

extension Primitive {
    static let structure: [Primitive] = [expand, sumTo, cast, stop]

    package static let expand: Primitive = Primitive(
        "expand", [.operand("x"), .attribute("shape", .ints)],
        summary: "x stretched to a shape that it broadcasts to", examples: ["expand([1, 2], [2, 2])  # [[1, 2], [1, 2]]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            let target = try Shape.checked(attributes.ints(0) ?? [])
            guard Shape.broadcast(shapes[0], target) == target else {
                throw PrimitiveError("\(shapes[0]) does not stretch to \(target)", operands: [0])
            }
            return target
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            Elementwise.expand(operands[0], to: Shape(attributes.ints(0) ?? []))
        },
        derivative: .each([{ sumTo($0.g, $0.x.shape) }]), reads: .nothing, rule: "sum rule",
        points: [
            TestPoint([Tensor([0.5, -1])], Attributes([.ints([3, 2])])),
            TestPoint([Tensor([0.5, -1], shape: Shape([2, 1]))], Attributes([.ints([2, 3])])),
        ])

    package static func expand(_ x: Node, to shape: Shape) -> Node {
        expand(x, attributes: Attributes([.ints(shape.axes)]))
    }

    /// Summed over the axes that stretch when the result is broadcast back: the opposite of `expand`.
    package static let sumTo: Primitive = Primitive(
        "sum_to", [.operand("x"), .attribute("shape", .ints)],
        summary: "x summed over the axes that broadcasting from a shape would stretch",
        examples: ["sum_to([[1, 2], [3, 4]], [2])  # [4, 6]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            let target = try Shape.checked(attributes.ints(0) ?? [])
            guard Shape.broadcast(target, shapes[0]) == shapes[0] else {
                throw PrimitiveError("\(shapes[0]) does not sum to \(target)", operands: [0])
            }
            return target
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            SumTo.sum(operands[0], to: Shape(attributes.ints(0) ?? []))
        },
        derivative: .each([{ expand($0.g, to: $0.x.shape) }]), reads: .nothing, rule: "sum rule",
        points: [
            TestPoint([Tensor([1, 2, 3, 4, 5, 6], shape: Shape([3, 2]))], Attributes([.ints([2])])),
            TestPoint([Tensor([1, 2, 3, 4, 5, 6], shape: Shape([3, 2]))], Attributes([.ints([3, 1])])),
        ])

    package static func sumTo(_ x: Node, _ shape: Shape) -> Node {
        x.shape == shape ? x : sumTo(x, attributes: Attributes([.ints(shape.axes)]))
    }

    /// The same numbers as f64 or f32.
    package static let cast: Primitive = Primitive(
        "cast", [.operand("x"), .attribute("type", .text)], summary: "x with numbers of another type, \"f32\" or \"f64\"",
        examples: ["cast([0.5, 2], \"f32\")  # f32([0.5, 2])"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            guard attributes.text(0) == "f32" || attributes.text(0) == "f64" else {
                throw PrimitiveError("there is no element type \"\(attributes.text(0) ?? "")\"", hint: "the types are f64 and f32")
            }
            return shapes[0]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            operands[0].converted(to: attributes.text(0) == "f32" ? .f32 : .f64)
        },
        derivative: .each([{ cast($0.g, to: $0.x.type) }]), reads: .nothing, rule: "constant factor",
        points: [TestPoint([Tensor([0.5, -1])], Attributes([.text("f64")]))])

    package static func cast(_ x: Node, to type: ElementType) -> Node {
        x.type == type ? x : cast(x, attributes: Attributes([.text(type.name)]))
    }

    /// The value, through which no derivative passes.
    package static let stop: Primitive = Primitive(
        "stop", [.operand("x")], summary: "x, held constant: no derivative passes through",
        examples: ["grad(x -> stop(x) * x)(3)  # 3"],
        shape: { (shapes, _) throws(PrimitiveError) in shapes[0] },
        kernel: { (operands, _) throws(PrimitiveError) in operands[0] },
        derivative: .zero, points: [TestPoint([Tensor(2)], variables: [])])
}

enum SumTo {
    /// Sums leading axes first, as one reduction, then each stretched axis.
    static func sum(_ x: Tensor, to target: Shape) -> Tensor {
        var result = x
        let missing = x.rank - target.rank
        if missing > 0 {
            let leading = x.shape.axes.prefix(missing).reduce(1, *)
            let rest = Shape(Array(x.shape.axes.dropFirst(missing)))
            result = Reduction.run(GRAD_REDUCE_SUM, result, outer: 1, length: leading, inner: rest.count, shape: rest)
        }
        for axis in target.axes.indices where target[axis] == 1 && result.shape[axis] != 1 {
            let (outer, length, inner) = result.shape.split(at: axis)
            var axes = result.shape.axes
            axes[axis] = 1
            result = Reduction.run(GRAD_REDUCE_SUM, result, outer: outer, length: length, inner: inner, shape: Shape(axes))
        }
        return result
    }
}
