import Tensors

extension Primitive {
    static let softmaxes: [Primitive] = [softmax, logSoftmax]

    package static let softmax: Primitive = .normalizer(
        "softmax", logarithm: false, summary: "exp(x) / sum(exp(x)) along an axis, the last unless told: positive, and of sum 1",
        examples: ["softmax([3, 3])  # [0.5, 0.5]"], rule: "softmax",
        derivative: { $0.y * ($0.g - sum($0.g * $0.y, like: $0)) })

    package static let logSoftmax: Primitive = .normalizer(
        "log_softmax", logarithm: true, summary: "log(softmax(x)) along an axis, the last unless told; exact where softmax would round to 0",
        examples: ["log_softmax([0, -1000])  # [0, -1000]"], rule: "softmax",
        derivative: { $0.g - exp($0.y) * sum($0.g, like: $0) })

    private static func normalizer(
        _ name: String, logarithm: Bool, summary: String, examples: [String], rule: String,
        derivative: @escaping @Sendable (Derivation) -> Node
    ) -> Primitive {
        Primitive(
            name, [.operand("x"), .attribute("axis", .ints, default: .int(-1))], summary: summary, examples: examples,
            shape: { (shapes, given) throws(PrimitiveError) in
                _ = try Axes(given.ints(0), of: shapes[0])
                return shapes[0]
            },
            kernel: { (operands, given) throws(PrimitiveError) in
                let axes = try Axes(given.ints(0), of: operands[0].shape)
                return try Reduction.softmax(operands[0], axes, logarithm: logarithm)
            },
            derivative: .each([{ derivative($0) }]), reads: .result, rule: rule,
            points: reductionPoints(extra: []).filter { !$0.attributes.flag(1) }
                .map { TestPoint($0.operands, Attributes([$0.attributes[0]])) })
    }

    static func softmax(_ x: Node, _ axes: Axes) -> Node { softmax(x, attributes: Attributes([.ints(axes.indices)])) }
}
