extension Expression {
    /// How tightly the expression holds together, among the levels of the grammar.
    var level: Int {
        switch self {
        case .number(let value, _): value < 0 || value.isInfinite && value < 0 || (value == 0 && value.sign == .minus) ? Level.unary : Level.postfix
        case .lambda, .conditional, .explain: 0
        case .unary(.not, _, _): Level.not
        // `∇f` stands where a name may, since a call binds looser.
        case .unary(.nabla, _, _): Level.postfix
        case .unary: Level.unary
        case .binary(let sign, _, _, _): sign.level
        case .range: Level.range
        default: Level.postfix
        }
    }

    var isNablaOperand: Bool {
        switch self {
        case .unary(.nabla, _, _): true
        default: isPath
        }
    }

    /// What `∂` stands before without parentheses of its own.
    var isPath: Bool {
        switch self {
        case .name, .parenthesized: true
        case .field(let base, _, _): base.isNamePath
        default: false
        }
    }

    private var isNamePath: Bool {
        switch self {
        case .name: true
        case .field(let base, _, _): base.isNamePath
        default: false
        }
    }
}

extension BinaryOperator {
    var level: Int {
        switch self {
        case .pipe: Level.pipe
        case .or: Level.or
        case .and: Level.and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: Level.comparison
        case .add, .subtract: Level.sum
        case .multiply, .divide, .matmul: Level.product
        // Tighter than a product on its left, looser than a power.
        case .juxtapose: Level.product
        case .power: Level.power
        }
    }
}

extension Printer {
    mutating func binary(_ expression: Expression) -> Layout {
        guard case .binary(let sign, let left, let right, let place) = expression else { return .text("") }
        switch sign {
        case .juxtapose: return juxtaposed(left, right)
        case .power: return power(left, right, place)
        default: return chain(expression, sign.level)
        }
    }

    /// `a + b - c`: one line, or a break behind each sign (before each `|>`).
    private mutating func chain(_ expression: Expression, _ level: Int) -> Layout {
        var rest: [(String, Expression)] = []
        var first = expression
        while case .binary(let sign, let left, let right, let place) = first, sign.level == level, sign != .juxtapose {
            rest.append((written(place) ?? sign.rawValue, right))
            first = left
            // Comparisons do not chain: a comparison on the left is an operand in parentheses.
            if level == Level.comparison { break }
        }
        let head = operand(first, level == Level.comparison ? level + 1 : level)
        var tail: [Layout] = []
        for (index, (sign, right)) in rest.enumerated().reversed() {
            if level == Level.pipe {
                tail += [.line, .text("\(sign) "), pipeOperand(right, isLast: index == 0)]
            } else {
                tail += [.text(" \(sign)"), .line, rightOperand(right, sign, level)]
            }
        }
        return .groupOfOperands(head + .indented(.sequence(tail)))
    }

    /// A function takes all that follows, so it needs parentheses unless it is last.
    private mutating func pipeOperand(_ right: Expression, isLast: Bool) -> Layout {
        if isLast, case .lambda = right { return layout(right) }
        return operand(right, Level.or)
    }

    private mutating func rightOperand(_ right: Expression, _ sign: String, _ level: Int) -> Layout {
        // `a * 2x` is read as it is written; after `/` and `@` it would have two readings.
        if right.isBareProduct, level == Level.product { return sign == "/" || sign == "@" || sign == "÷" ? enclosed(right) : layout(right) }
        return operand(right, level + 1)
    }

    private mutating func enclosed(_ expression: Expression) -> Layout { .text("(") + layout(expression) + .text(")") }

    /// `2x`, `2(w - 3)`: only where it reads back so; else with a sign.
    private mutating func juxtaposed(_ left: Expression, _ right: Expression) -> Layout {
        let factor = operand(right, Level.power)
        guard case .number(let value, _) = left, value >= 0, value.isFinite, right.startsFactor else {
            return operand(left, Level.product) + .text(" * ") + operand(right, Level.product + 1)
        }
        let number = layout(left)
        let needsSign = source == nil && right.firstName.map { clashes(number, $0) } ?? false
        return needsSign ? number + enclosed(right) : number + factor
    }

    /// `2e1` would be twenty, `0x1` is no product.
    private func clashes(_ number: Layout, _ name: String) -> Bool {
        guard case .text(let digits) = number, let first = name.unicodeScalars.first else { return true }
        let second = name.unicodeScalars.dropFirst().first
        if first == "e" || first == "E" { return second?.isDigit ?? false }
        if first == "_" { return second?.isDigit ?? false }
        return digits == "0" && "xXbBoO".unicodeScalars.contains(first)
    }

    private mutating func power(_ base: Expression, _ exponent: Expression, _ place: Span) -> Layout {
        let left = operand(base, Level.postfix)
        if source != nil, place.end == place.start, let superscript = written(exponent.span) { return left + .text(superscript) }
        let isPlain = exponent.level >= Level.unary && !exponent.isBareProduct
        return left + .text("^") + (isPlain ? layout(exponent) : enclosed(exponent))
    }
}

extension Expression {
    /// Can stand directly behind a numeral.
    fileprivate var startsFactor: Bool {
        switch self {
        case .name, .parenthesized, .partial, .unary(.nabla, _, _): true
        case .call(let base, _, _), .index(let base, _, _), .field(let base, _, _), .prime(let base, _, _),
            .binary(.power, let base, _, _):
            base.startsFactor || base.level < Level.postfix
        // What needs parentheses begins with one.
        default: level < Level.power
        }
    }

    /// The name that the printed expression begins with.
    fileprivate var firstName: String? {
        switch self {
        case .name(let name): name.text
        case .call(let base, _, _), .index(let base, _, _), .field(let base, _, _), .prime(let base, _, _),
            .binary(.power, let base, _, _):
            base.firstName
        default: nil
        }
    }
}
