import Kernels
import Tensors

// Comparisons give 1 or 0 for each number; for two plain numbers the language shows true or false.

extension Primitive {
    static let comparisons: [Primitive] = [
        equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, logicalAnd, logicalOr, logicalNot, `where`,
    ]

    package static let equal: Primitive = .comparison("equal", "==", GRAD_EQ, "1 where a equals b, else 0", "[1, 2] == 2  # [0, 1]")
    package static let notEqual: Primitive = .comparison("not_equal", "!=", GRAD_NE, "1 where a differs from b, else 0", "1 != 2  # true")
    package static let less: Primitive = .comparison("less", "<", GRAD_LT, "1 where a is below b, else 0", "[1, 2] < 2  # [1, 0]")
    package static let lessOrEqual: Primitive = .comparison("less_equal", "<=", GRAD_LE, "1 where a is at most b, else 0", "[1, 2] <= 1  # [1, 0]")
    package static let greater: Primitive = .comparison("greater", ">", GRAD_GT, "1 where a is above b, else 0", "2 > 1  # true")
    package static let greaterOrEqual: Primitive = .comparison(
        "greater_equal", ">=", GRAD_GE, "1 where a is at least b, else 0", "[1, 2] >= 2  # [0, 1]")
    package static let logicalAnd: Primitive = .comparison("logical_and", "and", GRAD_AND, "1 where both are not 0, else 0", "logical_and([1, 0], [1, 1])  # [1, 0]")
    package static let logicalOr: Primitive = .comparison("logical_or", "or", GRAD_OR, "1 where either is not 0, else 0", "logical_or([1, 0], [0, 0])  # [1, 0]")

    package static let logicalNot: Primitive = Primitive(
        "logical_not", [.operand("x")], summary: "1 where x is 0, else 0", examples: ["logical_not([0, 2])  # [1, 0]"],
        shape: { (shapes, _) throws(PrimitiveError) in shapes[0] },
        kernel: { (operands, _) throws(PrimitiveError) in Elementwise.unary(GRAD_NOT, operands[0]) },
        derivative: .zero, operation: GRAD_NOT, points: [TestPoint([Tensor([0, 2])], variables: [])], isPredicate: true)

    private static func comparison(
        _ name: String, _ sign: String, _ operation: grad_operation, _ summary: String, _ example: String
    ) -> Primitive {
        .binary(
            name, operation, summary: summary, examples: [example], notation: .infix(sign), isPredicate: true, derivatives: nil)
    }

    /// Where the condition is 0 or 1 elementwise. NaN and infinity from the branch not taken do not reach a gradient.
    package static let `where`: Primitive = Primitive(
        "where", [.operand("condition"), .operand("a"), .operand("b")],
        summary: "a where the condition holds, else b, elementwise",
        examples: ["where([1, -1] > 0, 10, 20)  # [10, 20]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            try Elementwise.broadcast(shapes[0], try Elementwise.broadcast(shapes[1], shapes[2]))
        },
        kernel: { (operands, _) throws(PrimitiveError) in
            let shape = try Elementwise.broadcast(
                operands[0].shape, try Elementwise.broadcast(operands[1].shape, operands[2].shape))
            return Elementwise.choose(operands[0], operands[1], operands[2], shape: shape)
        },
        derivative: .each([
            { _ in nil },
            { $0.tape.chosen($0.operands[0], $0.g, $0.g.number(0)) },
            { $0.tape.chosen($0.operands[0], $0.g.number(0), $0.g) },
        ]),
        reads: .operands, operation: GRAD_WHERE, rule: "branch taken",
        points: [
            TestPoint([Tensor([1, 0, 1]), Tensor([0.3, 0.5, -2]), Tensor([4, 5, 6])], variables: [1, 2]),
            TestPoint([Tensor([1, 0, 1]), Tensor(0.3), Tensor([4, 5, 6])], variables: [1, 2]),
        ])
}

extension Tape {
    func chosen(_ condition: Node, _ a: Node, _ b: Node) -> Node { applied(.where, [condition, a, b]) }
}
