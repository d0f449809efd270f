import Kernels
import Tensors

extension Primitive {
    static let arithmetic: [Primitive] = [add, subtract, multiply, divide, power, negate, mod, minimum, maximum]

    package static let add: Primitive = .binary(
        "add", GRAD_ADD, summary: "a + b, elementwise", examples: ["1 + 2  # 3"], rule: "sum rule", notation: .infix("+"),
        reads: .nothing, derivatives: ({ _, _, _, g in g }, { _, _, _, g in g }))

    package static let subtract: Primitive = .binary(
        "subtract", GRAD_SUB, summary: "a - b, elementwise", examples: ["3 - 1  # 2"], rule: "sum rule",
        notation: .infix("-"),
        reads: .nothing, derivatives: ({ _, _, _, g in g }, { _, _, _, g in -g }))

    package static let multiply: Primitive = .binary(
        "multiply", GRAD_MUL, summary: "a * b, elementwise", examples: ["[1, 2] * 3  # [3, 6]"], rule: "product rule",
        notation: .infix("*"),
        reads: .operands, derivatives: ({ _, b, _, g in g * b }, { a, _, _, g in g * a }))

    package static let divide: Primitive = .binary(
        "divide", GRAD_DIV, summary: "a / b, elementwise", examples: ["1 / 4  # 0.25"], rule: "quotient rule",
        notation: .infix("/"),
        derivatives: ({ _, b, _, g in g / b }, { _, b, y, g in -g * y / b }))

    /// a ^ b. By the exponent: yˑln a, and 0 where a = 0, as the limit for b > 0.
    package static let power: Primitive = .binary(
        "pow", GRAD_POW, summary: "a ^ b, elementwise", examples: ["2 ^ 10  # 1024", "-2 ^ 2  # -4"], rule: "power rule",
        notation: .infix("^"), at: [(0.7, 1.3), (1.4, 2), (1.9, -0.8), (2.2, 3)],
        derivatives: (
            { a, b, y, g in powerRule(a, b, g) },
            { a, _, y, g in
                let zero = a.number(0)
                return g * Primitive.where(equal(a, zero), zero, y * log(a))
            }
        ))

    /// g · b a^(b - 1), written without the exponents that need no power: a constant 2 gives 2a.
    private static func powerRule(_ a: Node, _ b: Node, _ g: Node) -> Node {
        guard b.isConstant, b.value.rank == 0 else {
            // Where b = 0 the power is constant: 0 rather than 0 · a^-1, which is NaN at a = 0.
            let zero = b.number(0)
            return g * Primitive.where(equal(b, zero), zero, b * power(a, b - 1))
        }
        switch b.value.number {
        case 0: return g * 0
        case 1: return g
        case 2: return g * (2 * a)
        default: return g * (b * (a ^ (b.value.number - 1)))
        }
    }

    package static let negate: Primitive = .unary(
        "negate", GRAD_NEG, summary: "-x", examples: ["-(3)  # -3"], rule: "constant factor", notation: .prefix("-"),
        reads: .nothing, derivative: { _, _, g in -g })

    /// The remainder with the sign of the divisor, as in Python: a - b·floor(a / b).
    package static let mod: Primitive = .binary(
        "mod", GRAD_MOD, summary: "the remainder of a / b, with the sign of b", examples: ["mod(-1, 3)  # 2"],
        rule: "remainder", at: [(0.7, 1.3), (-0.4, 2.1), (7.5, 2)],
        reads: .operands, derivatives: ({ _, _, _, g in g }, { a, b, _, g in -g * floor(a / b) }))

    /// A tie shares the derivative equally.
    package static let minimum: Primitive = .binary(
        "minimum", GRAD_MIN, summary: "the smaller of a and b, elementwise; NaN where either is",
        examples: ["minimum(2, 5)  # 2"], rule: "branch taken",
        reads: .operands, derivatives: ({ a, b, _, g in g * share(a, b, less) }, { a, b, _, g in g * share(b, a, less) }))

    package static let maximum: Primitive = .binary(
        "maximum", GRAD_MAX, summary: "the larger of a and b, elementwise; NaN where either is",
        examples: ["maximum(2, 5)  # 5"], rule: "branch taken",
        reads: .operands, derivatives: ({ a, b, _, g in g * share(a, b, greater) }, { a, b, _, g in g * share(b, a, greater) }))

    /// 1 where `a` wins, ½ at a tie.
    private static func share(_ a: Node, _ b: Node, _ wins: Primitive) -> Node { wins(a, b) + 0.5 * equal(a, b) }
}
