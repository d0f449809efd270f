import Tensors

// Convolutions as PyTorch has them (cross-correlation): y[n, o, i] is the sum over c and k of x[n, c, stride · i + k - padding] w[o, c, k]. With the
// sum over a given y too this is a form linear in each of x, w and y; a convolution and its two adjoints are its three derivatives, so that
// each one's rule is said in the other two.

extension Primitive {
    static let convolutions: [Primitive] = [
        conv1d, conv1dInput, conv1dWeights, conv2d, conv2dInput, conv2dWeights,
    ]

    package static let conv1d: Primitive = .convolution("conv1d", axes: 1)
    static let conv1dInput: Primitive = .convolutionInput("conv1d_input", axes: 1)
    static let conv1dWeights: Primitive = .convolutionWeights("conv1d_weights", axes: 1)
    package static let conv2d: Primitive = .convolution("conv2d", axes: 2)
    static let conv2dInput: Primitive = .convolutionInput("conv2d_input", axes: 2)
    static let conv2dWeights: Primitive = .convolutionWeights("conv2d_weights", axes: 2)

    private static let walk: [Parameter] = [
        .attribute("stride", .ints, default: .int(1)), .attribute("padding", .ints, default: .int(0)),
    ]

    private static func convolution(_ name: String, axes: Int) -> Primitive {
        let letters = axes == 1 ? "l" : "h, w"
        return Primitive(
            name, [.operand("x"), .operand("weights")] + walk,
            summary: "windows of x[n, c, \(letters)] times weights[o, c, \(axes == 1 ? "k" : "kh, kw")], summed: the result is [n, o, …]",
            examples: axes == 1
                ? ["conv1d([[[1, 2, 3, 4]]], [[[1, -1]]])  # [[[-1, -1, -1]]]"]
                : ["conv2d(ones([1, 1, 3, 3]), ones([1, 1, 2, 2]))  # [[[[4, 4], [4, 4]]]]"],
            shape: { (shapes, attributes) throws(PrimitiveError) in
                let form = try ConvolutionShapes(name, axes, shapes[0], weights: shapes[1], attributes)
                return try Shape.checked([shapes[0][0], shapes[1][0]] + form.windows.output(axes: axes))
            },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let (x, w) = (operands[0], operands[1])
                let form = try ConvolutionShapes(name, axes, x.shape, weights: w.shape, attributes)
                let shape = Shape([x.shape[0], w.shape[0]] + form.windows.output(axes: axes))
                return form.run(x, w, shape, { $0.forward($1, $2, into: $3) }, { $0.forward($1, $2, into: $3) })
            },
            derivative: .each([
                { inputAdjoint($0.g, $0.operands[1], like: $0.x, $0.attributes, axes) },
                { weightsAdjoint($0.x, $0.g, like: $0.operands[1], $0.attributes, axes) },
            ]), reads: .operands, rule: "product rule", points: points(axes) { x, w, _ in ([x, w], []) })
    }

    /// By x: from an adjoint of the result and the weights; a transposed convolution.
    private static func convolutionInput(_ name: String, axes: Int) -> Primitive {
        Primitive(
            name, [.operand("y"), .operand("weights")] + walk + [.attribute("size", .ints)],
            summary: "the adjoint of conv\(axes)d by its input, of the given size",
            shape: { (shapes, attributes) throws(PrimitiveError) in
                let shape = try adjointShape(shapes[0], 0, shapes[1], 1, axes, attributes)
                try ConvolutionShapes(name, axes, shape, weights: shapes[1], attributes).check(shapes[0], at: 0)
                return shape
            },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let (y, w) = (operands[0], operands[1])
                let shape = Shape([y.shape[0], w.shape[1]] + (attributes.ints(2) ?? []))
                let form = try ConvolutionShapes(name, axes, shape, weights: w.shape, attributes)
                return form.run(y, w, shape, { $0.input($1, $2, into: $3) }, { $0.input($1, $2, into: $3) })
            },
            derivative: .each([
                { forward($0.g, $0.operands[1], $0.attributes, axes) },
                { weightsAdjoint($0.g, $0.x, like: $0.operands[1], $0.attributes, axes) },
            ]), rule: "product rule",
            points: points(axes) { x, w, y in ([y, w], Array(x.shape.axes.dropFirst(2))) }, isHidden: true)
    }

    /// By the weights: from the input and an adjoint of the result.
    private static func convolutionWeights(_ name: String, axes: Int) -> Primitive {
        Primitive(
            name, [.operand("x"), .operand("y")] + walk + [.attribute("size", .ints)],
            summary: "the adjoint of conv\(axes)d by its weights, of the given size",
            shape: { (shapes, attributes) throws(PrimitiveError) in
                let shape = try adjointShape(shapes[1], 1, shapes[0], 1, axes, attributes)
                try ConvolutionShapes(name, axes, shapes[0], weights: shape, attributes).check(shapes[1], at: 1)
                return shape
            },
            kernel: { (operands, attributes) throws(PrimitiveError) in
                let (x, y) = (operands[0], operands[1])
                let shape = Shape([y.shape[1], x.shape[1]] + (attributes.ints(2) ?? []))
                let form = try ConvolutionShapes(name, axes, x.shape, weights: shape, attributes)
                return form.run(x, y, shape, { $0.weights($1, $2, into: $3) }, { $0.weights($1, $2, into: $3) })
            },
            derivative: .each([
                { inputAdjoint($0.operands[1], $0.g, like: $0.x, $0.attributes, axes) },
                { forward($0.x, $0.g, $0.attributes, axes) },
            ]), rule: "product rule",
            points: points(axes) { x, w, y in ([x, y], Array(w.shape.axes.dropFirst(2))) }, isHidden: true)
    }

    /// One axis of each operand, then the size given.
    private static func adjointShape(
        _ a: Shape, _ axisA: Int, _ b: Shape, _ axisB: Int, _ axes: Int, _ attributes: Attributes
    ) throws(PrimitiveError) -> Shape {
        guard a.rank == axes + 2, b.rank == axes + 2, let size = attributes.ints(2), size.count == axes else {
            throw PrimitiveError("both operands and the size are to be those of a convolution", operands: [0, 1])
        }
        return try Shape.checked([a[axisA], b[axisB]] + size)
    }

    private static func forward(_ x: Node, _ w: Node, _ attributes: Attributes, _ axes: Int) -> Node {
        (axes == 1 ? conv1d : conv2d)(x, w, attributes: Attributes(Array(attributes.values.prefix(2))))
    }

    private static func inputAdjoint(_ y: Node, _ w: Node, like x: Node, _ attributes: Attributes, _ axes: Int) -> Node {
        (axes == 1 ? conv1dInput : conv2dInput)(y, w, attributes: sized(attributes, x))
    }

    private static func weightsAdjoint(_ x: Node, _ y: Node, like w: Node, _ attributes: Attributes, _ axes: Int) -> Node {
        (axes == 1 ? conv1dWeights : conv2dWeights)(x, y, attributes: sized(attributes, w))
    }

    private static func sized(_ attributes: Attributes, _ target: Node) -> Attributes {
        let walk = [attributes.ints(0) ?? [1], attributes.ints(1) ?? [0]]
        return Attributes(walk.map { .ints($0) } + [.ints(Array(target.shape.axes.dropFirst(2)))])
    }

    /// Points with and without stride and padding; `choose` takes the operands and the size from x, w and y.
    private static func points(
        _ axes: Int, _ choose: (_ x: Tensor, _ w: Tensor, _ y: Tensor) -> (operands: [Tensor], size: [Int])
    ) -> [TestPoint] {
        let walks: [(x: [Int], w: [Int], y: [Int], stride: Int, padding: Int)] =
            axes == 1
            ? [
                ([2, 2, 4], [3, 2, 2], [2, 3, 3], 1, 0), ([1, 2, 5], [2, 2, 3], [1, 2, 3], 2, 1),
                ([1, 1, 4], [1, 1, 2], [1, 1, 1], 3, 0),
            ]
            : [
                ([2, 1, 3, 3], [2, 1, 2, 2], [2, 2, 2, 2], 1, 0), ([1, 2, 3, 2], [1, 2, 2, 1], [1, 1, 2, 2], 2, 1),
            ]
        return walks.map { walk in
            let (operands, size) = choose(sample(walk.x, 0.2), sample(walk.w, 0.7), sample(walk.y, 1.1))
            return TestPoint(
                operands, Attributes([.int(walk.stride), .int(walk.padding)] + (size.isEmpty ? [] : [.ints(size)])))
        }
    }

    private static func sample(_ axes: [Int], _ start: Double) -> Tensor {
        let shape = Shape(axes)
        return Tensor((0..<shape.count).map { (start + Double($0) * 0.37).truncatingRemainder(dividingBy: 1.7) - 0.6 }, shape: shape)
    }
}

/// Shapes of a convolution, checked.
private struct ConvolutionShapes {
    let windows: Windows
    private let convolution: Convolution

    init(_ name: String, _ axes: Int, _ x: Shape, weights: Shape, _ attributes: Attributes) throws(PrimitiveError) {
        guard x.rank == axes + 2 else {
            throw PrimitiveError(
                "\(name) takes x with axes [images, channels, \(axes == 1 ? "length" : "height, width")]", operands: [0],
                hint: x.rank == axes ? "for one image of one channel, reshape x to [1, 1, …]" : nil)
        }
        guard weights.rank == axes + 2 else {
            throw PrimitiveError(
                "\(name) takes weights with axes [outputs, channels, \(axes == 1 ? "length" : "height, width")]", operands: [1])
        }
        guard x[1] == weights[1] else {
            throw PrimitiveError("the channels, axis 1 of both, do not match", operands: [0, 1])
        }
        windows = try Windows(
            axes: axes, input: Array(x.axes.dropFirst(2)), window: Array(weights.axes.dropFirst(2)),
            stride: try Windows.lengths(attributes.ints(0), axes, "stride", default: [1, 1]),
            padding: try Windows.lengths(attributes.ints(1), axes, "padding", default: [0, 0]))
        let depth = try Shape.checked([weights[1], windows.windowCount]).count
        let places = try Shape.checked(windows.output(axes: axes)).count
        guard BLAS.fits(depth), BLAS.fits(places), BLAS.fits(weights[0]) else {
            throw PrimitiveError("\(name) takes up to \(Int32.max) places, outputs, and numbers in a window", operands: [0, 1])
        }
        convolution = Convolution(windows: windows, images: x[0], channels: x[1], outputs: weights[0])
    }

    /// Refuses a `y` that is not a result of this convolution.
    func check(_ y: Shape, at position: Int) throws(PrimitiveError) {
        let expected = [convolution.images, convolution.outputs] + windows.output(axes: y.rank - 2)
        guard y.axes == expected else {
            throw PrimitiveError("y is to have the shape \(Shape(expected)) of the convolution's result", operands: [position])
        }
    }

    /// One kernel for each element type, said twice because closures are not generic.
    func run(
        _ a: Tensor, _ b: Tensor, _ shape: Shape,
        _ doubles: (Convolution, UnsafePointer<Double>, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void,
        _ floats: (Convolution, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor {
        let type = Elementwise.type(a, b)
        // Nothing to sum, or nothing to sum it for.
        if a.count == 0 || b.count == 0 || shape.count == 0 { return Tensor(repeating: 0, shape: shape, type: type) }
        let (a, b) = (a.converted(to: type), b.converted(to: type))
        switch type {
        case .f64:
            return a.with(Double.self) { a in b.with(Double.self) { b in
                Tensor.make(Double.self, shape) { doubles(convolution, a, b, $0) }
            } }
        case .f32:
            return a.with(Float.self) { a in b.with(Float.self) { b in
                Tensor.make(Float.self, shape) { floats(convolution, a, b, $0) }
            } }
        }
    }
}
