import Kernels
import Tensors

// Each result depends on the numbers before it along an axis; with `reverse`, on those after it.

extension Primitive {
    static let scans: [Primitive] = [cumsum, cumprod, recurrence, shift]

    package static let cumsum: Primitive = .scan(
        "cumsum", GRAD_ADD, summary: "the sums of x up to each place along an axis", examples: ["cumsum([1, 2, 3])  # [1, 3, 6]"],
        rule: "sum rule",
        derivative: { step, axis, reverse in
            cumsum(step.g, attributes: Attributes([.int(axis), .flag(!reverse)]))
        })

    /// By each number: the product of those before it, times what g collects from there on, Σ gⱼ · (the factors between). No division,
    /// so that zeros are right too.
    package static let cumprod: Primitive = .scan(
        "cumprod", GRAD_MUL, summary: "the products of x up to each place along an axis",
        examples: ["cumprod([1, 2, 3])  # [1, 2, 6]"], rule: "product rule",
        derivative: { step, axis, reverse in
            let forward = reverse ? -1 : 1
            let before = shift(step.y, by: forward, axis: axis, fill: 1)
            let after = shift(step.x, by: -forward, axis: axis, fill: 0)
            return before * recurrence(after, step.g, axis: axis, reverse: !reverse)
        },
        points: [
            TestPoint([Tensor([0.5, 0, 2, -1.5])], Attributes([.int(0), .flag(false)])),
            TestPoint([Tensor([0, 1.5, 0, 2])], Attributes([.int(0), .flag(true)])),
        ])

    static func cumprod(_ x: Node, _ axis: Int, reverse: Bool = false) -> Node {
        cumprod(x, attributes: Attributes([.int(axis), .flag(reverse)]))
    }

    /// A linear recurrence from 0; a moving average is one with constant a. Its derivative runs backwards.
    package static let recurrence: Primitive = Primitive(
        "recurrence", [.operand("a"), .operand("b")] + scanAttributes,
        summary: "y[k] = a[k] * y[k - 1] + b[k] along an axis, from y = 0; with reverse, from the end",
        examples: ["recurrence([2, 2, 2], [1, 1, 1])  # [1, 3, 7]"],
        shape: { (shapes, given) throws(PrimitiveError) in
            guard shapes[0] == shapes[1] else { throw PrimitiveError("the shapes differ", operands: [0, 1]) }
            _ = try singleAxis(given.int(0), of: shapes[0], "recurrence")
            return shapes[0]
        },
        kernel: { (operands, given) throws(PrimitiveError) in
            let axis = try singleAxis(given.int(0), of: operands[0].shape, "recurrence")
            return Scan.recurrence(operands[0], operands[1], axis: axis, reverse: given.flag(1))
        },
        derivative: .joint({ step in
            let (axis, reverse) = (step.attributes.int(0) ?? 0, step.attributes.flag(1))
            let forward = reverse ? -1 : 1
            let b = recurrence(shift(step.x, by: -forward, axis: axis, fill: 0), step.g, axis: axis, reverse: !reverse)
            return [b * shift(step.y, by: forward, axis: axis, fill: 0), b]
        }),
        rule: "product rule",
        points: [
            TestPoint([Tensor([0.4, -1.2, 2, 0.3]), Tensor([1, 0.5, -2, 0.7])]),
            TestPoint(
                [Tensor([0.4, -1.2, 2, 0.3], shape: Shape([2, 2])), Tensor([1, 0.5, -2, 0.7], shape: Shape([2, 2]))],
                Attributes([.int(-1), .flag(true)])),
        ])

    static func recurrence(_ a: Node, _ b: Node, axis: Int, reverse: Bool) -> Node {
        recurrence(a, b, attributes: Attributes([.int(axis), .flag(reverse)]))
    }

    package static let shift: Primitive = Primitive(
        "shift",
        [
            .operand("x"), .attribute("by", .int, default: .int(1)), .attribute("axis", .int, default: Attribute.none),
            .attribute("fill", .real, default: .int(0)),
        ],
        summary: "x moved along an axis, what falls off the end lost, the gap filled with a number",
        examples: ["shift([1, 2, 3])  # [0, 1, 2]", "shift([1, 2, 3], -1, fill: 9)  # [2, 3, 9]"],
        shape: { (shapes, given) throws(PrimitiveError) in
            _ = try singleAxis(given.int(1), of: shapes[0], "shift")
            return shapes[0]
        },
        kernel: { (operands, given) throws(PrimitiveError) in
            let axis = try singleAxis(given.int(1), of: operands[0].shape, "shift")
            return Scan.shift(operands[0], by: given.int(0) ?? 1, axis: axis, fill: given.real(2) ?? 0)
        },
        derivative: .each([{ step in
            let by = step.attributes.int(0) ?? 1
            // The one number without an opposite is beyond any length anyway.
            return shift(step.g, by: by == .min ? .max : -by, axis: step.attributes.int(1) ?? 0, fill: 0)
        }]),
        rule: "sum rule",
        points: [
            TestPoint([Tensor([0.4, -1.2, 2])]), TestPoint([Tensor([0.4, -1.2, 2])], Attributes([.int(-2), .none, .int(1)])),
            TestPoint([Tensor([0.4, -1.2, 2, 0.3], shape: Shape([2, 2]))], Attributes([.int(1), .int(1), .int(0)])),
            TestPoint([Tensor([0.4, -1.2, 2, 0.3], shape: Shape([2, 2]))], Attributes([.int(5), .int(0), .int(0)])),
        ])

    static func shift(_ x: Node, by: Int, axis: Int, fill: Double) -> Node {
        shift(x, attributes: Attributes([.int(by), .int(axis), .real(fill)]))
    }

    private static let scanAttributes: [Parameter] = [
        .attribute("axis", .int, default: Attribute.none), .attribute("reverse", .flag, default: .flag(false)),
    ]

    private static func scan(
        _ name: String, _ operation: grad_operation, summary: String, examples: [String], rule: String,
        derivative: @escaping @Sendable (_ step: Derivation, _ axis: Int, _ reverse: Bool) -> Node, points: [TestPoint] = []
    ) -> Primitive {
        let vector = Tensor([0.4, -1.2, 2, 0.3])
        let block = Tensor([0.7, -1.3, 2.1, 1.6, 0.4, -0.9, 1.1, -0.3], shape: Shape([2, 2, 2]))
        let shapes = [(vector, Attribute.none), (block, .int(0)), (block, .int(1)), (block, .int(-1))]
        return Primitive(
            name, [.operand("x")] + scanAttributes, summary: summary + "; with reverse, from there to the end", examples: examples,
            shape: { (shapes, given) throws(PrimitiveError) in
                _ = try singleAxis(given.int(0), of: shapes[0], name)
                return shapes[0]
            },
            kernel: { (operands, given) throws(PrimitiveError) in
                let axis = try singleAxis(given.int(0), of: operands[0].shape, name)
                return Scan.run(operation, operands[0], axis: axis, reverse: given.flag(1))
            },
            derivative: .each([{ derivative($0, $0.attributes.int(0) ?? 0, $0.attributes.flag(1)) }]), rule: rule,
            points: shapes.flatMap { operand, axis in
                [false, true].map { TestPoint([operand], Attributes([axis, .flag($0)])) }
            } + points)
    }
}
