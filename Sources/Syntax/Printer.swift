/// Prints trees as source, in the canonical form: the one printer, for formulas that the program made and for the formatter.
///
/// Parentheses are put in where the tree needs them, so a tree without `.parenthesized` reads back as itself.
package struct Printer {
    /// Where names, numerals and signs are taken from as they were written; `nil` for trees that no one wrote.
    let source: Source?
    /// Significant digits of numbers; `nil` for as many as they need.
    let digits: Int?
    var comments: CommentCursor

    package init(digits: Int? = nil) {
        source = nil
        self.digits = digits
        comments = CommentCursor([])
    }

    init(formatting source: Source, _ comments: [Comment]) {
        self.source = source
        digits = nil
        self.comments = CommentCursor(comments)
    }

    /// An expression on one line.
    package static func print(_ expression: Expression, digits: Int? = nil) -> String {
        text(width: .max, { $0.layout(expression) }, digits: digits)
    }

    /// A statement; blocks take several lines.
    package static func print(_ statement: Statement, width: Int = 100, digits: Int? = nil) -> String {
        text(width: width, { $0.layout(statement) }, digits: digits)
    }

    package static func print(_ program: Program, width: Int = 100, digits: Int? = nil) -> String {
        text(width: width, { $0.layout(program.statements, in: nil) }, digits: digits) + "\n"
    }

    private static func text(width: Int, _ layout: (inout Printer) -> Layout, digits: Int?) -> String {
        var printer = Printer(digits: digits)
        var renderer = LayoutRenderer(width: width)
        renderer.render(layout(&printer))
        return String(renderer.text().dropLast())
    }

    // MARK: Expressions

    mutating func layout(_ expression: Expression) -> Layout {
        switch expression {
        case .number(let value, let span): .text(written(span) ?? number(value))
        case .string(let parts, let span): .text(written(span) ?? string(parts))
        case .boolean(let value, _): .text(value ? "true" : "false")
        case .name(let name): .text(text(name))
        case .array(let elements, let span): array(elements, span)
        case .record(let fields, let span): record(fields, span)
        case .unary(let sign, let operand, let span): unary(sign, operand, span)
        case .binary: binary(expression)
        case .call(let callee, let arguments, let span): call(callee, arguments, span)
        case .index(let value, let items, let span): index(value, items, span)
        case .field(let value, let name, _): fieldBase(value) + .text(".\(text(name))")
        case .prime(let value, let order, let span): prime(value, order, span)
        case .partial(let function, let name, _): .text("∂") + operand(function, function.isPath ? 0 : .max) + .text("/∂\(text(name))")
        case .lambda(let function): lambda(function)
        case .conditional(let condition, let first, let second, _): conditional(condition, first, second)
        case .range(let first, let last, let closed, let span):
            operand(first, Level.sum) + .text(rangeSign(closed, first.span.end, span)) + operand(last, Level.sum)
        case .explain(let value, _): .text("explain ") + layout(value)
        case .parenthesized(let value, let span): parenthesized(value, span)
        case .invalid(let span): .text(written(span) ?? "<invalid>")
        }
    }

    /// As an operand of an operator of this level.
    mutating func operand(_ expression: Expression, _ level: Int) -> Layout {
        let inner = layout(expression)
        return expression.level >= level ? inner : .text("(") + inner + .text(")")
    }

    /// `∇f.x` would be `∇(f.x)`.
    private mutating func fieldBase(_ value: Expression) -> Layout {
        if case .unary(.nabla, let function, _) = value {
            if case .parenthesized = function { return layout(value) }
            return .text("(") + layout(value) + .text(")")
        }
        return operand(value, Level.postfix)
    }

    private func number(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        return formatNumber(value, digits: digits)
    }

    func text(_ name: Name) -> String { written(name.span) ?? name.text }

    /// The text of a span as it was written.
    func written(_ span: Span) -> String? {
        guard let source, span.end > span.start else { return nil }
        return source.text(span)
    }

    private func rangeSign(_ closed: Bool, _ start: Int32, _ span: Span) -> String {
        if closed, let source, source.text(Span(span.source, Int(start), Int(span.end))).contains("…") { return "…" }
        return closed ? "..." : "..<"
    }

    private mutating func unary(_ sign: UnaryOperator, _ operand: Expression, _ span: Span) -> Layout {
        switch sign {
        case .not: return .text("not ") + self.operand(operand, Level.not)
        case .nabla: return .text("∇") + self.operand(operand, operand.isNablaOperand ? 0 : .max)
        case .minus, .plus:
            let text = written(Span(span.source, Int(span.start), Int(span.start) + signLength(span))) ?? sign.rawValue
            // Two signs side by side are no sign.
            let gap = if sign == .plus, case .unary(.plus, _, _) = operand { " " } else { "" }
            return .text(text + gap) + (operand.isBareProduct ? layout(operand) : self.operand(operand, Level.unary))
        }
    }

    /// `−` takes three bytes.
    private func signLength(_ span: Span) -> Int {
        guard let source, Int(span.start) < source.bytes.count else { return 0 }
        return decodeScalar(source.bytes, Int(span.start))?.length ?? 1
    }

    private mutating func prime(_ value: Expression, _ order: Int, _ span: Span) -> Layout {
        let inner = operand(value, Level.postfix)
        let primes = written(Span(span.source, Int(value.span.end), Int(max(span.end, value.span.end))))
        return inner + .text(primes?.filter { $0 != " " } ?? String(repeating: "'", count: max(1, order)))
    }

    private mutating func conditional(_ condition: Expression, _ first: Expression, _ second: Expression) -> Layout {
        let head = Layout.text("if ") + layout(condition) + .text(" then ")
        return .groupOfOperands(head + layout(first) + .indented(.line + .text("else ") + layout(second)))
    }

    private mutating func parenthesized(_ value: Expression, _ span: Span) -> Layout {
        .groupOfOperands(.text("(") + .indented(.softline + layout(value)) + .softline + .text(")"))
    }
}
