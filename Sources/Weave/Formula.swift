import Syntax
package import Wording

/// Grad as mathematics: MathML Core from the syntax tree.
///
/// What is said by layout needs no parentheses: those around a numerator, an exponent or a radicand fall away; all others stay as they
/// were written, so a formula reads in the order of the program.
package struct Formula {
    private let source: Source
    private let language: Language

    /// An expression, a definition (`f(x) = …`) or an update (`w <- …`) as MathML; `nil` for what is none.
    ///
    /// An equation may have anything on its left: `L'(w) = 2(w - 3)`.
    package static func html(_ text: String, isDisplayed: Bool = false, _ language: Language = .english) -> String? {
        guard let body = markup(text, language) ?? equation(text, language) else { return nil }
        return "<math\(isDisplayed ? " display=\"block\"" : "")>\(row(body))</math>"
    }

    private static func equation(_ text: String, _ language: Language) -> String? {
        let tokens = tokens(of: Source(id: SourceID(0), name: "", text: text)).tokens
        let bytes = Array(text.utf8)
        var (sides, start, depth): ([String], Int, Int) = ([], 0, 0)
        for token in tokens {
            switch token.kind {
            case .leftParen, .leftBracket, .leftBrace: depth += 1
            case .rightParen, .rightBracket, .rightBrace: depth -= 1
            case .assign where depth == 0:
                sides.append(String(decoding: bytes[start..<Int(token.start)], as: UTF8.self))
                start = Int(token.end)
            default: break
            }
        }
        sides.append(String(decoding: bytes[start...], as: UTF8.self))
        let set = sides.compactMap { markup($0, language) }
        return sides.count > 1 && set.count == sides.count ? set.joined(separator: sign("=")) : nil
    }

    private static func markup(_ text: String, _ language: Language) -> String? {
        let source = Source(id: SourceID(0), name: "", text: text)
        let result = parse(source)
        guard !result.diagnostics.hasErrors, result.program.comments.isEmpty, result.program.statements.count == 1 else { return nil }
        return Formula(source: source, language: language).statement(result.program.statements[0])
    }

    // MARK: Statements

    private func statement(_ statement: Statement) -> String? {
        switch statement {
        case .expression(let expression, _): return self.expression(expression)
        case .introduce(let name, let value, _, _): return Formula.name(name.text) + Formula.sign("=") + expression(value)
        case .update(let target, let value, _, _): return expression(target) + Formula.sign("←") + expression(value)
        case .define(let function):
            guard let name = function.name, case .expression(let body) = function.body else { return nil }
            return Formula.name(name.text) + Formula.application + parameters(function) + Formula.sign("=") + expression(body)
        default: return nil
        }
    }

    private func parameters(_ function: Function) -> String { Formula.fenced("(", list(function.parameters.map { Formula.name($0.name.text) }), ")") }

    // MARK: Expressions

    private func expression(_ expression: Expression) -> String {
        switch expression {
        case .number(_, let span): return Formula.number(source.text(span))
        case .string(_, let span): return "<mtext>\(escaped(source.text(span)))</mtext>"
        case .boolean(let flag, _): return "<mtext>\(flag)</mtext>"
        case .name(let name): return Formula.name(name.text)
        case .array(let elements, _): return array(elements)
        case .record(let fields, _):
            return Formula.fenced("{", list(fields.map { Formula.name($0.name.text) + Formula.sign(":") + self.expression($0.value) }), "}")
        case .unary(let sign, let operand, _): return Formula.prefixed(sign, self.expression(operand))
        case .binary(let sign, let left, let right, _): return binary(sign, left, right)
        case .call(let callee, let arguments, _): return call(callee, arguments)
        case .index(let base, let items, _): return "<msub>\(Formula.row(self.expression(base)))\(Formula.row(list(items.map(item))))</msub>"
        case .field(let base, let name, _): return field(base, name)
        case .prime(let base, let order, _):
            return "<msup>\(Formula.row(self.expression(base)))<mo lspace=\"0\" rspace=\"0\">\(Formula.primes(order))</mo></msup>"
        case .partial(let function, let name, _):
            let sign = "<mo form=\"prefix\" rspace=\"0\">∂</mo>"
            return "<mfrac>\(Formula.row(sign + self.expression(function)))\(Formula.row(sign + Formula.name(name.text)))</mfrac>"
        case .lambda(let function):
            guard case .expression(let body) = function.body else { return "<mtext>\(escaped(source.text(function.span)))</mtext>" }
            let names = function.parameters.count == 1 ? Formula.name(function.parameters[0].name.text) : parameters(function)
            return names + Formula.sign("↦") + self.expression(body)
        case .conditional: return cases(expression)
        case .range(let low, let high, let isClosed, _):
            return self.expression(low) + "<mo>…</mo>" + (isClosed ? "" : "<mo>&lt;</mo>") + self.expression(high)
        case .explain(let inner, _): return self.expression(inner)
        case .parenthesized(let inner, _): return Formula.fenced("(", self.expression(inner), ")")
        case .invalid: return ""
        }
    }

    /// Without parentheses that the layout makes needless.
    private func bare(_ expression: Expression) -> String {
        if case .parenthesized(let inner, _) = expression { return bare(inner) }
        return Formula.row(self.expression(expression))
    }

    private func list(_ parts: [String]) -> String { parts.joined(separator: "<mo separator=\"true\">,</mo>") }

    private func binary(_ sign: BinaryOperator, _ left: Expression, _ right: Expression) -> String {
        switch sign {
        case .divide: return "<mfrac>\(bare(left))\(bare(right))</mfrac>"
        case .power: return power(left, right)
        case .multiply: return expression(left) + Formula.times(left, right) + expression(right)
        case .juxtapose: return expression(left) + "<mo>\u{2062}</mo>" + expression(right)
        case .matmul: return expression(left) + "<mspace width=\"0.17em\"/>" + expression(right)
        default: return expression(left) + Formula.sign(Formula.signs[sign] ?? sign.rawValue) + expression(right)
        }
    }

    /// `sin(x)^2` is sin² x on paper, but sin(x)² cannot be misread.
    private func power(_ base: Expression, _ exponent: Expression) -> String {
        "<msup>\(Formula.row(expression(base)))\(bare(exponent))</msup>"
    }

    /// Between numbers a cross; before a name the sign is left out, as on paper, where the left is a number; else a dot.
    private static func times(_ left: Expression, _ right: Expression) -> String {
        if right.startsWithNumber { return sign("×") }
        if case .number = left { return "<mo>\u{2062}</mo>" }
        return sign("⋅")
    }

    private func field(_ base: Expression, _ name: Name) -> String {
        if name.text == "T" { return "<msup>\(Formula.row(expression(base)))<mo>⊤</mo></msup>" }
        return expression(base) + "<mo lspace=\"0\" rspace=\"0\">.</mo>" + Formula.name(name.text)
    }

    private func item(_ item: IndexItem) -> String {
        switch item {
        case .at(let place): expression(place)
        case .all: "<mo>:</mo>"
        case .range(let low, let high, let isClosed, _):
            (low.map(expression) ?? "") + "<mo>…</mo>" + (isClosed ? "" : "<mo>&lt;</mo>") + (high.map(expression) ?? "")
        }
    }

    // MARK: Calls

    private func call(_ callee: Expression, _ arguments: [Argument]) -> String {
        if case .name(let name) = callee, let set = special(name.text, arguments) { return set }
        let inside = list(arguments.map { argument in
            (argument.name.map { Formula.name($0.text) + Formula.sign("=") } ?? "") + expression(argument.value)
        })
        let head: String
        if case .name(let name) = callee { head = Formula.function(name.text) } else { head = expression(callee) }
        return head + Formula.application + Formula.fenced("(", inside, ")")
    }

    /// Functions that have a sign of their own.
    private func special(_ name: String, _ arguments: [Argument]) -> String? {
        guard arguments.count == 1, let argument = arguments.first, argument.name == nil else {
            guard arguments.count == 2, arguments.allSatisfy({ $0.name == nil }), name == "dot" else { return nil }
            return expression(arguments[0].value) + Formula.sign("⋅") + expression(arguments[1].value)
        }
        let value = argument.value
        switch name {
        case "sqrt": return "<msqrt>\(bare(value))</msqrt>"
        case "cbrt": return "<mroot>\(bare(value))<mn>3</mn></mroot>"
        case "exp": return "<msup><mi mathvariant=\"normal\">e</mi>\(bare(value))</msup>"
        case "abs": return Formula.fenced("|", bare(value), "|")
        case "norm": return Formula.fenced("‖", bare(value), "‖")
        case "floor": return Formula.fenced("⌊", bare(value), "⌋")
        case "ceil": return Formula.fenced("⌈", bare(value), "⌉")
        case "inv": return "<msup>\(operand(value))<mrow><mo>-</mo><mn>1</mn></mrow></msup>"
        case "transpose": return "<msup>\(operand(value))<mo>⊤</mo></msup>"
        case "sum": return "<mo largeop=\"true\" movablelimits=\"false\">∑</mo>" + operand(value)
        case "prod": return "<mo largeop=\"true\" movablelimits=\"false\">∏</mo>" + operand(value)
        case "grad": return "<mo>∇</mo>" + operand(value)
        default: return nil
        }
    }

    /// What an operator stands before: in parentheses unless it holds together by itself.
    private func operand(_ expression: Expression) -> String {
        switch expression {
        case .binary(let sign, _, _, _) where ![.power, .divide, .juxtapose].contains(sign): Formula.fenced("(", self.expression(expression), ")")
        case .unary, .conditional, .lambda, .range: Formula.fenced("(", self.expression(expression), ")")
        default: Formula.row(self.expression(expression))
        }
    }

    // MARK: Layout

    private func array(_ elements: [Expression]) -> String {
        let rows = elements.map { row -> [Expression]? in if case .array(let row, _) = row { row } else { nil } }
        guard !rows.isEmpty, let width = rows[0]?.count, rows.allSatisfy({ $0?.count == width }) else {
            return Formula.fenced("[", list(elements.map(expression)), "]")
        }
        let table = rows.compactMap { $0 }.map { row in
            element("mtr", row.map { element("mtd", expression($0)) }.joined())
        }
        return Formula.fenced("[", element("mtable", table.joined()), "]")
    }

    private func cases(_ expression: Expression) -> String {
        var rows: [String] = []
        var rest = expression
        while case .conditional(let condition, let value, let other, _) = rest {
            rows.append(caseRow(self.expression(value), "<mtext>\(Words.formulas.condition(language))\u{A0}</mtext>" + self.expression(condition)))
            rest = other
        }
        rows.append(caseRow(self.expression(rest), "<mtext>\(Words.formulas.otherwise(language))</mtext>"))
        return "<mrow><mo stretchy=\"true\">{</mo><mtable columnalign=\"left\">\(rows.joined())</mtable></mrow>"
    }

    private func caseRow(_ value: String, _ condition: String) -> String { element("mtr", element("mtd", value) + element("mtd", condition)) }

    private static func row(_ content: String) -> String { element("mrow", content) }

    private static func fenced(_ open: String, _ content: String, _ close: String) -> String {
        // Around a line of text the plain sign is right; what stretches has room beside it in some fonts.
        let isTall = ["<mfrac", "<mtable", "<msqrt", "<mroot", "largeop"].contains { content.contains($0) }
        let kind = isTall ? "fence=\"true\"" : "fence=\"true\" stretchy=\"false\""
        return "<mrow><mo \(kind)>\(open)</mo>\(content)<mo \(kind)>\(close)</mo></mrow>"
    }

    private static func sign(_ text: String) -> String { "<mo>\(escaped(text))</mo>" }

    private static let application = "<mo>\u{2061}</mo>"

    private static func prefixed(_ sign: UnaryOperator, _ operand: String) -> String {
        switch sign {
        case .minus: "<mo form=\"prefix\">−</mo>" + operand
        case .plus: "<mo form=\"prefix\">+</mo>" + operand
        case .not: "<mo form=\"prefix\">¬</mo>" + operand
        case .nabla: "<mo form=\"prefix\">∇</mo>" + operand
        }
    }

    private static let signs: [BinaryOperator: String] = [
        .subtract: "−", .equal: "=", .notEqual: "≠", .lessOrEqual: "≤", .greaterOrEqual: "≥", .and: "∧", .or: "∨", .pipe: "▷",
    ]

    private static func primes(_ order: Int) -> String {
        order <= 3 ? ["", "′", "″", "‴"][max(order, 0)] : String(repeating: "′", count: min(order, 8))
    }

    // MARK: Names and numbers

    /// As written; `1e-7` as a power of ten.
    private static func number(_ text: String) -> String {
        let parts = text.lowercased().split(separator: "e", maxSplits: 1)
        guard parts.count == 2, !text.lowercased().hasPrefix("0x") else { return "<mn>\(escaped(text))</mn>" }
        let digits = parts[1].hasPrefix("+") ? parts[1].dropFirst() : parts[1]
        let exponent = digits.hasPrefix("-") ? "<mrow><mo>−</mo><mn>\(digits.dropFirst())</mn></mrow>" : "<mn>\(digits)</mn>"
        let power = "<msup><mn>10</mn>\(exponent)</msup>"
        return parts[0] == "1" ? power : "<mn>\(escaped(String(parts[0])))</mn>" + sign("×") + power
    }

    /// A letter is slanted, a word upright; `β1` and `w_out` carry what follows the letter below the line.
    private static func name(_ text: String) -> String {
        if text == "inf" { return "<mi mathvariant=\"normal\">∞</mi>" }
        if text == "pi" || text == "π" { return "<mi mathvariant=\"normal\">π</mi>" }
        guard let first = text.first else { return "" }
        let rest = text.dropFirst()
        if rest.isEmpty { return "<mi>\(escaped(text))</mi>" }
        let below = rest.hasPrefix("_") ? rest.dropFirst() : rest
        if !below.isEmpty, rest.hasPrefix("_") || rest.allSatisfy({ $0.isASCII && $0.isNumber }) {
            let isCount = below.allSatisfy { $0.isASCII && $0.isNumber }
            return "<msub><mi>\(escaped(String(first)))</mi>\(isCount ? "<mn>\(below)</mn>" : "<mi>\(escaped(below))</mi>")</msub>"
        }
        return "<mi>\(escaped(text))</mi>"
    }

    /// The name of what is called stays whole: `log_softmax`.
    private static func function(_ text: String) -> String {
        text.count > 2 && text.dropFirst().contains("_") ? "<mi>\(escaped(text))</mi>" : name(text)
    }
}

extension Expression {
    fileprivate var startsWithNumber: Bool {
        switch self {
        case .number: true
        case .unary(let sign, _, _): sign == .minus || sign == .plus
        case .binary(let sign, let left, _, _): sign == .divide ? false : left.startsWithNumber
        default: false
        }
    }
}
