import Tensors

// Pools over windows of the last one or two axes, any axes before them apart, with PyTorch's arithmetic except at ties: equal largest numbers
// share the derivative, as in `max`, where PyTorch gives all of it to the first. What spreads to the windows and what collects from
// them are each other's adjoints, so that the rules close at every order.

extension Primitive {
    static let pooling: [Primitive] = [
        maxPool1d, maxPool1dInput, maxPool1dCollect, meanPool1d, meanPool1dInput, maxPool2d, maxPool2dInput, maxPool2dCollect,
        meanPool2d, meanPool2dInput,
    ]

    package static let maxPool1d: Primitive = .maxPool("max_pool1d", axes: 1)
    static let maxPool1dInput: Primitive = .maxPoolInput("max_pool1d_input", axes: 1)
    static let maxPool1dCollect: Primitive = .maxPoolCollect("max_pool1d_collect", axes: 1)
    package static let meanPool1d: Primitive = .meanPool("mean_pool1d", axes: 1)
    static let meanPool1dInput: Primitive = .meanPoolInput("mean_pool1d_input", axes: 1)
    package static let maxPool2d: Primitive = .maxPool("max_pool2d", axes: 2)
    static let maxPool2dInput: Primitive = .maxPoolInput("max_pool2d_input", axes: 2)
    static let maxPool2dCollect: Primitive = .maxPoolCollect("max_pool2d_collect", axes: 2)
    package static let meanPool2d: Primitive = .meanPool("mean_pool2d", axes: 2)
    static let meanPool2dInput: Primitive = .meanPoolInput("mean_pool2d_input", axes: 2)

    private static let walk: [Parameter] = [
        .attribute("window", .ints), .attribute("stride", .ints, default: Attribute.none),
        .attribute("padding", .ints, default: .int(0)),
    ]

    private static func maxPool(_ name: String, axes: Int) -> Primitive {
        Primitive(
            name, [.operand("x")] + walk,
            summary: "the largest number in each window of the last \(axes == 1 ? "axis" : "two axes"); stride is the window unless given",
            examples: axes == 1
                ? ["max_pool1d([1, 3, 2, 5], 2)  # [3, 5]"] : ["max_pool2d([[1, 2], [3, 4]], 2)  # [[4]]"],
            shape: { (shapes, attributes) throws(PrimitiveError) in try PoolShapes(name, axes, shapes[0], attributes).output },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let form = try PoolShapes(name, axes, operands[0].shape, attributes)
                return form.run(operands[0], form.output, { $0.largest($1, into: $2) }, { $0.largest($1, into: $2) })
            },
            derivative: .each([{ (axes == 1 ? maxPool1dInput : maxPool2dInput)($0.x, $0.g, attributes: $0.attributes) }]),
            rule: "branch taken",
            points: walks(axes).map { TestPoint([uneven($0.input)], $0.attributes) } + [
                TestPoint([Tensor(repeating: 1, shape: Shape([2, 2]))], walks(axes)[0].attributes, isSmooth: false)
            ])
    }

    /// Each number of g shared by the largest numbers of its window in x.
    private static func maxPoolInput(_ name: String, axes: Int) -> Primitive {
        Primitive(
            name, [.operand("x"), .operand("g")] + walk, summary: "the adjoint of max_pool\(axes)d",
            shape: { (shapes, attributes) throws(PrimitiveError) in
                try PoolShapes(name, axes, shapes[0], attributes).check(shapes[1], isOutput: true)
                return shapes[0]
            },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let form = try PoolShapes(name, axes, operands[0].shape, attributes)
                return form.run(
                    operands[0], operands[1], operands[0].shape, { $0.shared($1, $2, into: $3) }, { $0.shared($1, $2, into: $3) })
            },
            derivative: .each([
                { _ in nil },
                { (axes == 1 ? maxPool1dCollect : maxPool2dCollect)($0.x, $0.g, attributes: $0.attributes) },
            ]), rule: "branch taken",
            points: walks(axes).map { TestPoint([uneven($0.input), uneven($0.output)], $0.attributes, variables: [1]) },
            isHidden: true)
    }

    /// The mean of u over the places where x is largest, for each window.
    private static func maxPoolCollect(_ name: String, axes: Int) -> Primitive {
        Primitive(
            name, [.operand("x"), .operand("u")] + walk, summary: "u where x is largest in its window: the adjoint of max_pool\(axes)d_input",
            shape: { (shapes, attributes) throws(PrimitiveError) in
                let form = try PoolShapes(name, axes, shapes[0], attributes)
                try form.check(shapes[1], isOutput: false)
                return form.output
            },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let form = try PoolShapes(name, axes, operands[0].shape, attributes)
                return form.run(
                    operands[0], operands[1], form.output, { $0.collected($1, $2, into: $3) }, { $0.collected($1, $2, into: $3) })
            },
            derivative: .each([
                { _ in nil },
                { (axes == 1 ? maxPool1dInput : maxPool2dInput)($0.x, $0.g, attributes: $0.attributes) },
            ]), rule: "branch taken",
            points: walks(axes).map { TestPoint([uneven($0.input), uneven($0.input)], $0.attributes, variables: [1]) },
            isHidden: true)
    }

    private static func meanPool(_ name: String, axes: Int) -> Primitive {
        Primitive(
            name, [.operand("x")] + walk,
            summary: "the mean of each window of the last \(axes == 1 ? "axis" : "two axes"), padding counted as zeros; stride is the window unless given",
            examples: axes == 1
                ? ["mean_pool1d([1, 3, 2, 5], 2)  # [2, 3.5]"] : ["mean_pool2d([[1, 2], [3, 4]], 2)  # [[2.5]]"],
            shape: { (shapes, attributes) throws(PrimitiveError) in try PoolShapes(name, axes, shapes[0], attributes).output },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let form = try PoolShapes(name, axes, operands[0].shape, attributes)
                return form.run(operands[0], form.output, { $0.mean($1, into: $2) }, { $0.mean($1, into: $2) })
            },
            derivative: .each([{ d in
                let size = Attribute.ints(Array(d.x.shape.axes.suffix(axes)))
                return (axes == 1 ? meanPool1dInput : meanPool2dInput)(
                    d.g, attributes: Attributes([d.attributes[0], d.attributes[1], d.attributes[2], size]))
            }]), rule: "sum rule", points: walks(axes).map { TestPoint([uneven($0.input)], $0.attributes) })
    }

    private static func meanPoolInput(_ name: String, axes: Int) -> Primitive {
        Primitive(
            name, [.operand("g")] + walk + [.attribute("size", .ints)], summary: "the adjoint of mean_pool\(axes)d, of the given size",
            shape: { (shapes, attributes) throws(PrimitiveError) in
                let shape = try Shape.checked(shapes[0].axes.dropLast(axes) + (attributes.ints(3) ?? []))
                try PoolShapes(name, axes, shape, attributes).check(shapes[0], isOutput: true)
                return shape
            },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let shape = Shape(operands[0].shape.axes.dropLast(axes) + (attributes.ints(3) ?? []))
                let form = try PoolShapes(name, axes, shape, attributes)
                return form.run(operands[0], shape, { $0.spread($1, into: $2) }, { $0.spread($1, into: $2) })
            },
            derivative: .each([{
                (axes == 1 ? meanPool1d : meanPool2d)($0.g, attributes: Attributes(Array($0.attributes.values.prefix(3))))
            }]), rule: "sum rule",
            points: walks(axes).map { walk in
                TestPoint([uneven(walk.output)], Attributes(walk.attributes.values + [.ints(Array(walk.input.suffix(axes)))]))
            }, isHidden: true)
    }

    private static func walks(_ axes: Int) -> [(input: [Int], output: [Int], attributes: Attributes)] {
        axes == 1
            ? [
                ([2, 4], [2, 2], Attributes([.int(2), .none, .int(0)])), ([5], [3], Attributes([.int(3), .int(2), .int(1)])),
                ([1, 2, 4], [1, 2, 3], Attributes([.int(2), .int(1), .int(0)])),
            ]
            : [
                ([2, 2, 4], [2, 1, 2], Attributes([.int(2), .none, .int(0)])),
                ([3, 4], [2, 3], Attributes([.ints([3, 2]), .ints([2, 1]), .ints([1, 0])])),
                ([1, 2, 3, 3], [1, 2, 2, 2], Attributes([.int(2), .int(1), .int(0)])),
            ]
    }

    /// Numbers all different.
    private static func uneven(_ axes: [Int]) -> Tensor {
        let shape = Shape(axes)
        return Tensor((0..<shape.count).map { (0.3 + Double($0) * 0.6180339887).truncatingRemainder(dividingBy: 1) }, shape: shape)
    }
}

/// Shapes of a pool, checked.
private struct PoolShapes {
    let output: Shape
    private let input: Shape
    private let pool: Pool

    init(_ name: String, _ axes: Int, _ x: Shape, _ attributes: Attributes) throws(PrimitiveError) {
        guard x.rank >= axes else {
            throw PrimitiveError("\(name) needs \(axes == 1 ? "an axis" : "two axes") to walk over", operands: [0])
        }
        let window = try Windows.lengths(attributes.ints(0), axes, "window", default: [1, 1])
        let padding = try Windows.lengths(attributes.ints(2), axes, "padding", default: [0, 0])
        for (window, padding) in zip(window, padding) where padding > window / 2 {
            throw PrimitiveError("a padding is at most half of the window of \(window), not \(padding)")
        }
        let windows = try Windows(
            axes: axes, input: Array(x.axes.suffix(axes)), window: window,
            stride: try Windows.lengths(attributes.ints(1), axes, "stride", default: window), padding: padding)
        input = x
        output = try Shape.checked(x.axes.dropLast(axes) + windows.output(axes: axes))
        pool = Pool(windows: windows, planes: x.axes.dropLast(axes).reduce(1, *))
    }

    func check(_ other: Shape, isOutput: Bool) throws(PrimitiveError) {
        guard other == (isOutput ? output : input) else {
            throw PrimitiveError("an operand is to have the shape \(isOutput ? output : input) of the pool", operands: [0, 1])
        }
    }

    /// One kernel for each element type, said twice because closures are not generic.
    func run(
        _ x: Tensor, _ shape: Shape, _ doubles: (Pool, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void,
        _ floats: (Pool, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor {
        switch x.type {
        case .f64: x.with(Double.self) { x in Tensor.make(Double.self, shape) { doubles(pool, x, $0) } }
        case .f32: x.with(Float.self) { x in Tensor.make(Float.self, shape) { floats(pool, x, $0) } }
        }
    }

    func run(
        _ a: Tensor, _ b: Tensor, _ shape: Shape,
        _ doubles: (Pool, UnsafePointer<Double>, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void,
        _ floats: (Pool, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor {
        let type = Elementwise.type(a, b)
        let (a, b) = (a.converted(to: type), b.converted(to: type))
        switch type {
        case .f64:
            return a.with(Double.self) { a in b.with(Double.self) { b in Tensor.make(Double.self, shape) { doubles(pool, a, b, $0) } } }
        case .f32:
            return a.with(Float.self) { a in b.with(Float.self) { b in Tensor.make(Float.self, shape) { floats(pool, a, b, $0) } } }
        }
    }
}
