import Syntax
import Testing

private let nowhere = Span(SourceID(0), 0, 0)
private func name(_ text: String) -> Expression { .name(Name(text, nowhere)) }
private func number(_ value: Double) -> Expression { .number(value, nowhere) }
private func binary(_ sign: BinaryOperator, _ left: Expression, _ right: Expression) -> Expression {
    .binary(sign, left, right, operatorSpan: nowhere)
}
private func call(_ function: Expression, _ argument: Expression) -> Expression {
    .call(function, [Argument(name: nil, value: argument)], nowhere)
}
private func lambda(_ body: Expression) -> Expression {
    .lambda(Function(name: nil, parameters: [Parameter(name: Name("x", nowhere))], body: .expression(body), span: nowhere))
}

private let x = name("x"), w = name("w")

/// Trees that no one wrote, without parentheses of their own.
private let trees: [(Expression, String)] = [
    (binary(.multiply, binary(.add, x, w), x), "(x + w) * x"),
    (binary(.subtract, x, binary(.subtract, w, x)), "x - (w - x)"),
    (binary(.divide, x, binary(.multiply, w, x)), "x / (w * x)"),
    (binary(.power, binary(.power, x, w), x), "(x^w)^x"),
    (binary(.power, x, binary(.power, w, x)), "x^w^x"),
    (binary(.power, x, .unary(.minus, w, nowhere)), "x^-w"),
    (binary(.power, x, binary(.juxtapose, number(2), w)), "x^(2w)"),
    (binary(.power, number(-2), x), "(-2)^x"),
    (binary(.multiply, number(0.1), number(-6)), "0.1 * -6"),
    (binary(.subtract, x, number(-6)), "x - -6"),
    (binary(.juxtapose, number(2), binary(.subtract, w, number(3))), "2(w - 3)"),
    (binary(.juxtapose, number(2), number(3)), "2 * 3"),
    (binary(.juxtapose, number(-2), x), "-2 * x"),
    (binary(.juxtapose, number(2), name("e1")), "2(e1)"),
    (binary(.juxtapose, number(2), call(name("sin"), x)), "2sin(x)"),
    (binary(.divide, x, binary(.juxtapose, number(2), w)), "x / (2w)"),
    (binary(.matmul, x, binary(.juxtapose, number(2), w)), "x @ (2w)"),
    (binary(.multiply, x, binary(.juxtapose, number(2), w)), "x * 2w"),
    (.unary(.minus, binary(.add, x, w), nowhere), "-(x + w)"),
    (.unary(.minus, binary(.power, x, number(2)), nowhere), "-x^2"),
    (binary(.power, .unary(.minus, x, nowhere), number(2)), "(-x)^2"),
    (.unary(.not, binary(.and, x, w), nowhere), "not (x and w)"),
    (binary(.equal, binary(.less, x, w), x), "(x < w) == x"),
    (call(lambda(x), w), "(x -> x)(w)"),
    (call(.unary(.nabla, name("L"), nowhere), w), "∇L(w)"),
    (call(.unary(.nabla, lambda(x), nowhere), w), "∇(x -> x)(w)"),
    (call(.partial(name("L"), by: Name("w", nowhere), nowhere), w), "∂L/∂w(w)"),
    (call(.partial(.partial(name("L"), by: Name("w", nowhere), nowhere), by: Name("b", nowhere), nowhere), w), "∂(∂L/∂w)/∂b(w)"),
    (.binary(.juxtapose, .number(2, nowhere), call(.partial(.unary(.nabla, name("L"), nowhere), by: Name("w", nowhere), nowhere), w), operatorSpan: nowhere), "2∂(∇L)/∂w(w)"),
    (.field(.unary(.nabla, name("L"), nowhere), Name("w", nowhere), nowhere), "(∇L).w"),
    (.field(binary(.add, x, w), Name("T", nowhere), nowhere), "(x + w).T"),
    (.prime(name("f"), order: 2, nowhere), "f''"),
    (binary(.add, x, .conditional(x, w, x, nowhere)), "x + (if x then w else x)"),
    (binary(.pipe, x, lambda(x)), "x |> x -> x"),
    (binary(.pipe, binary(.pipe, x, lambda(x)), w), "x |> (x -> x) |> w"),
    (.range(number(1), binary(.add, x, w), closed: true, nowhere), "1...x + w"),
    (.string([.text("a\n{\""), .value(x)], nowhere), "\"a\\n\\{\\\"{x}\""),
    (.array([number(1), .record([RecordField(name: Name("a", nowhere), value: x)], nowhere)], nowhere), "[1, {a: x}]"),
]

private let numbers: [(Double, Int?, String)] = [
    (0.1 + 0.2, 10, "0.3"), (0.1 + 0.2, nil, "0.30000000000000004"), (1e-8, nil, "1e-8"), (0.0001, nil, "0.0001"),
    (123_456, 10, "123456"), (1e10, 10, "10000000000"), (12_345_678_901, 10, "1.23456789e10"), (1e15, nil, "1e15"),
    (-0.0, nil, "-0"), (2.0 / 3, 3, "0.667"), (0.99999, 3, "1"), (999.96, 4, "1000"), (1.5e300, nil, "1.5e300"), (5e-324, nil, "5e-324"),
    (3, nil, "3"), (-1.08, 10, "-1.08"), (.infinity, nil, "inf"), (.nan, nil, "nan"), (123_456.789, 3, "1.23e5"),
]

@Suite struct PrinterTests {
    @Test(arguments: trees) func tree(_ tree: Expression, _ expected: String) {
        #expect(Printer.print(tree) == expected)
        #expect(parsed(expected).diagnostics.map(\.message) == [])
    }

    @Test(arguments: numbers) func number(_ value: Double, _ digits: Int?, _ expected: String) {
        #expect(formatNumber(value, digits: digits) == expected)
    }

    @Test func numbersReadBack() {
        var dice = Dice(state: 3)
        for _ in 0..<2000 {
            let bits = UInt64(dice.roll(1 << 31)) << 33 ^ UInt64(dice.roll(1 << 31)) << 3
            let value = Double(bitPattern: bits)
            guard value.isFinite, value >= 0 else { continue }
            guard case .expression(.number(let again, _), _)? = parsed(formatNumber(value)).program.statements.first else {
                Issue.record("\(value)")
                continue
            }
            #expect(again == value)
        }
    }

    @Test(arguments: ["0.1", "123.456", "9007199254740993", "1e23", "0.000001", "123456789012345678", "4.35", "1_0.2_5"]) func literal(_ text: String) {
        guard case .expression(.number(let value, _), _)? = parsed(text).program.statements.first else {
            Issue.record("no number")
            return
        }
        #expect(value == Double(text.filter { $0 != "_" }))
    }
}
