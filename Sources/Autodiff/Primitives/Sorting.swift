import Tensors

// Order along an axis: stable, NaN last in both directions. Places carry no derivative; where they lead does.

extension Primitive {
    static let sorting: [Primitive] = [sort, argsort, argtopk, searchsorted]

    package static let sort: Primitive = Primitive(
        "sort", [.operand("x"), .attribute("axis", .int, default: .int(-1)), .attribute("descending", .flag, default: .flag(false))],
        summary: "the numbers of x in order along an axis, the last unless another is given; NaN last",
        examples: ["sort([3, 1, 2])  # [1, 2, 3]", "sort([3, 1, 2], descending: true)  # [3, 2, 1]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            _ = try Layout.axis(attributes, 0, of: shapes[0], default: -1)
            return shapes[0]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            Ordering.sorted(
                operands[0], axis: try Layout.axis(attributes, 0, of: operands[0].shape, default: -1),
                descending: attributes.flag(1))
        },
        derivative: .each([{ d in
            let zeros = d.tape.constant(Tensor(repeating: 0, shape: d.x.shape, type: d.x.type))
            let axis = Attributes([.int(d.attributes.int(0) ?? -1)])
            return scatterAdd(zeros, argsort(d.x, attributes: d.attributes), d.g, attributes: axis)
        }]), rule: "branch taken",
        points: [
            TestPoint([Tensor([3, 1, 2])], Attributes([.int(-1), .flag(false)])),
            TestPoint([Layout.sample([2, 3])], Attributes([.int(-1), .flag(true)])),
            TestPoint([Layout.sample([3, 2])], Attributes([.int(0), .flag(false)])),
            TestPoint([Tensor([2, 1, 2])], Attributes([.int(-1), .flag(false)]), isSmooth: false),
        ], workspace: 4)

    package static let argsort: Primitive = Primitive(
        "argsort", [.operand("x"), .attribute("axis", .int, default: .int(-1)), .attribute("descending", .flag, default: .flag(false))],
        summary: "the places of the numbers of x in order along an axis; equal numbers keep their order, NaN last",
        examples: ["argsort([3, 1, 2])  # [1, 2, 0]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            _ = try Layout.axis(attributes, 0, of: shapes[0], default: -1)
            return shapes[0]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let axis = try Layout.axis(attributes, 0, of: operands[0].shape, default: -1)
            return Ordering.places(operands[0], axis: axis, descending: attributes.flag(1), first: operands[0].shape[axis])
        },
        derivative: .zero, rule: "constant", points: [TestPoint([Tensor([3, 1, 2])], Attributes([.int(-1), .flag(false)]))],
        workspace: 4)

    package static let argtopk: Primitive = Primitive(
        "argtopk", [
            .operand("x"), .attribute("k", .int), .attribute("axis", .int, default: .int(-1)),
            .attribute("descending", .flag, default: .flag(true)),
        ],
        summary: "the places of the k largest numbers of x along an axis, largest first; of the smallest with descending: false",
        examples: ["argtopk([3, 9, 1, 5], 2)  # [1, 3]"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            let axis = try Layout.axis(attributes, 1, of: shapes[0], default: -1)
            let k = attributes.int(0) ?? 1
            guard k >= 0 && k <= shapes[0][axis] else {
                throw PrimitiveError(
                    "k is \(k), but axis \(axis) of \(shapes[0]) holds \(shapes[0][axis]) numbers", operands: [0],
                    hint: "k may be 0 to \(shapes[0][axis])")
            }
            var axes = shapes[0].axes
            axes[axis] = k
            return Shape(axes)
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            Ordering.places(
                operands[0], axis: try Layout.axis(attributes, 1, of: operands[0].shape, default: -1),
                descending: attributes.flag(2), first: attributes.int(0) ?? 1)
        },
        derivative: .zero, rule: "constant",
        points: [TestPoint([Tensor([3, 1, 2])], Attributes([.int(2), .int(-1), .flag(true)]))])

    package static let searchsorted: Primitive = Primitive(
        "searchsorted", [.operand("sorted"), .operand("values"), .attribute("right", .flag, default: .flag(false))],
        summary: "where each value goes into a sorted vector that keeps it in order: before equal numbers, or after with right: true",
        examples: ["searchsorted([1, 3, 5], [0, 3, 9])  # [0, 1, 3]", "searchsorted([1, 3, 5], 3, right: true)  # 2"],
        shape: { (shapes, _) throws(PrimitiveError) in
            guard shapes[0].rank == 1 else {
                throw PrimitiveError("the sorted numbers must be a vector", operands: [0], hint: "flatten makes one")
            }
            return shapes[1]
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            Ordering.insertionPlaces(of: operands[1], in: operands[0], right: attributes.flag(0))
        },
        derivative: .zero, rule: "constant",
        points: [TestPoint([Tensor([1, 3, 5]), Tensor([0.5, 3.2, 9])], Attributes([.flag(false)]))])
}
