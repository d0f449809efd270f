/// Levels of binding, loosest first. An operator takes operands that bind tighter than itself.
enum Level {
    static let pipe = 1
    static let or = 2
    static let and = 3
    static let not = 4
    static let comparison = 5
    static let range = 6
    static let sum = 7
    static let product = 8
    static let unary = 9
    static let power = 10
    static let postfix = 11
}

extension TokenKind {
    /// The level of a binary operator, 0 for anything else.
    var level: Int {
        switch self {
        case .pipe: Level.pipe
        case .keywordOr: Level.or
        case .keywordAnd: Level.and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: Level.comparison
        case .closedRange, .halfOpenRange: Level.range
        case .plus, .minus: Level.sum
        case .star, .slash, .at: Level.product
        default: 0
        }
    }

    var binaryOperator: BinaryOperator {
        switch self {
        case .pipe: .pipe
        case .keywordOr: .or
        case .keywordAnd: .and
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .plus: .add
        case .minus: .subtract
        case .slash: .divide
        case .at: .matmul
        case .caret: .power
        default: .multiply
        }
    }
}

extension Parser {
    mutating func expression() -> Expression { binary(Level.pipe) }

    /// An expression of operators at this level or tighter.
    mutating func binary(_ minimum: Int) -> Expression {
        let start = current.start
        let left = prefix(minimum)
        return binaryRest(left, start, minimum)
    }

    /// What follows a left operand that has been read (whose height is `height`).
    mutating func binaryRest(_ first: Expression, _ start: Int32, _ minimum: Int) -> Expression {
        var left = first
        while true {
            let sign = current
            let level = sign.kind.level
            guard level >= minimum, level > 0, !sign.startsLine || sign.kind == .pipe else { return left }
            if sign.kind == .closedRange || sign.kind == .halfOpenRange, isOpenEnd(position + 1) { return left }
            let below = height
            advance()
            let right = operand(level, after: sign)
            let place = span(from: start)
            left = combine(left, right, sign, place, max(below, height))
            if level == Level.comparison || level == Level.range { checkChain(sign, level, start) }
        }
    }

    /// In `x[2...]` no operand follows the range.
    private func isOpenEnd(_ index: Int) -> Bool {
        let kind = kind(at: index)
        return inItem && (kind == .comma || kind == .rightBracket)
    }

    private mutating func operand(_ level: Int, after sign: Token) -> Expression {
        if !startsOperand || startsIntroduction { return fail(Message.missingOperand(span(current), after: span(sign), source)) }
        if sign.kind == .pipe, kind == .identifier || kind == .leftParen || kind == .keywordIf, startsLambda {
            return prefix(Level.pipe)
        }
        return binary(level + 1)
    }

    private mutating func combine(
        _ left: Expression, _ right: Expression, _ sign: Token, _ place: Span, _ below: Int
    ) -> Expression {
        switch sign.kind {
        case .closedRange, .halfOpenRange:
            return grown(below, .range(left, right, closed: sign.kind == .closedRange, place), at: place)
        case .slash where right.isBareProduct, .at where right.isBareProduct:
            if !failed { report(Message.ambiguousProduct(left.span, span(sign), right, source)) }
        default: break
        }
        let symbol = sign.kind.binaryOperator
        return grown(below, .binary(symbol, left, right, operatorSpan: span(sign)), at: place)
    }

    /// `0 < x < 1` and `1...2...3` have no meaning.
    private mutating func checkChain(_ sign: Token, _ level: Int, _ start: Int32) {
        guard kind.level == level, !current.startsLine, !failed else { return }
        let middleStart = sign.end
        let next = current
        let before = span(from: start)
        advance()
        let right = binary(level + 1)
        if level == Level.range {
            report(Message.chainedRange(span(next)))
        } else {
            let middle = source.text(Int(middleStart), Int(next.start))
            report(Message.chainedComparison(span(sign), span(next), before, middle, right.span, source))
        }
        while kind.level == level, !current.startsLine {
            advance()
            _ = binary(level + 1)
        }
    }

    // MARK: Before an operand

    /// An operand with the signs before it; `minimum` tells which operator it stands behind.
    mutating func prefix(_ minimum: Int) -> Expression {
        guard enter() else {
            height = 1
            return .invalid(span(current))
        }
        defer { leave() }
        let token = current
        switch token.kind {
        case .minus: return unary(.minus, Level.unary)
        case .plus: return unary(.plus, Level.unary)
        case .keywordNot:
            needsParentheses(minimum > Level.not, token)
            return unary(.not, Level.not)
        case .keywordIf:
            needsParentheses(minimum > Level.pipe, token)
            return conditional()
        case .keywordExplain:
            needsParentheses(minimum > Level.pipe, token)
            return explain()
        case .identifier, .leftParen:
            if startsLambda {
                needsParentheses(minimum > Level.pipe, token)
                return lambda()
            }
            return power()
        case .number: return numeral()
        default: return power()
        }
    }

    private mutating func needsParentheses(_ isTight: Bool, _ token: Token) {
        if isTight, !failed { report(Message.needsParentheses(span(token), source)) }
    }

    private mutating func unary(_ symbol: UnaryOperator, _ level: Int) -> Expression {
        let start = current
        advance()
        if symbol == .plus, kind == .plus, current.isAdjacent, !failed { report(Message.increment(span(start.start, current.end), source)) }
        guard startsOperand else { return fail(missingAfterSign(start)) }
        let operand = symbol == .not ? binary(level) : prefix(level)
        let place = span(from: start.start)
        return grown(height, .unary(symbol, operand, place), at: place)
    }

    private func missingAfterSign(_ sign: Token) -> Diagnostic {
        let before = position >= 2 ? tokens[position - 2] : sign
        if before.kind == sign.kind, before.end == sign.start, sign.kind != .keywordNot {
            return Message.increment(span(before.start, sign.end), source)
        }
        return Message.missingOperand(span(current), after: span(sign), source)
    }

    /// A number, and what it multiplies if that stands directly behind: `2x`, `2(w - 3)`, `2x^2`.
    private mutating func numeral() -> Expression {
        let token = current
        guard startsFactor(kind(at: position + 1)), tokens[position + 1].isAdjacent else { return power() }
        if isForeignNumeral { return fail(Message.foreignNumeral(span(token.start, tokens[position + 1].end), source)) }
        let number = self.number()
        let right = power()
        let place = span(from: token.start)
        let between = span(token.end, token.end)
        return grown(height, .binary(.juxtapose, number, right, operatorSpan: between), at: place)
    }

    private func startsFactor(_ kind: TokenKind) -> Bool {
        kind == .identifier || kind == .leftParen || kind == .nabla || kind == .partial || kind == .root
    }

    /// `0x1F`, which would be 0 times `x1F`.
    private var isForeignNumeral: Bool {
        let (number, name) = (current, tokens[position + 1])
        guard number.end - number.start == 1, source.bytes[Int(number.start)] == UInt8(ascii: "0"),
            name.kind == .identifier, name.end - name.start >= 2
        else { return false }
        return "xXbBoO".utf8.contains(source.bytes[Int(name.start)])
    }

    private mutating func explain() -> Expression {
        let start = current.start
        advance()
        guard startsOperand else { return fail(Message.missingExplained(gap)) }
        let value = expression()
        let place = span(from: start)
        return grown(height, .explain(value, place), at: place)
    }

    /// `if c then a else b`, as a value.
    mutating func conditional() -> Expression {
        let start = current.start
        advance()
        let condition = self.condition()
        return conditionalRest(condition, start)
    }

    /// From `then` on; the height of the condition is `height`.
    mutating func conditionalRest(_ condition: Expression, _ start: Int32) -> Expression {
        var below = height
        guard accept(.keywordThen) else { return fail(Message.missingThen(gap, source)) }
        let first = branchValue(after: "then")
        below = max(below, height)
        guard accept(.keywordElse) else { return fail(Message.missingElse(gap, start: span(start, start + 2))) }
        let second = branchValue(after: "else")
        let place = span(from: start)
        return grown(max(below, height), .conditional(condition, first, second, place), at: place)
    }

    private mutating func branchValue(after word: String) -> Expression {
        if kind == .leftBrace, !isRecord(position) { return fail(Message.blockAfterThen(span(current))) }
        guard startsOperand else { return failWithStatement() ?? fail(Message.missingValue(gap, after: word)) }
        let value = expression()
        if kind == .leftArrow || kind == .assign || kind == .compoundAssign, !current.startsLine {
            return fail(Message.statementAsValue(span(current), source))
        }
        return value
    }

    /// `return`, `break` and their kin where a value should stand.
    mutating func failWithStatement() -> Expression? {
        switch kind {
        case .keywordReturn, .keywordBreak, .keywordContinue, .keywordFor, .keywordWhile, .keywordImport:
            fail(Message.statementAsValue(span(current), source))
        default: nil
        }
    }

    /// The condition of `if` and `while`; `=` in it is taken for `==`.
    mutating func condition() -> Expression {
        guard startsOperand, kind != .leftBrace || isRecord(position) else {
            return fail(Message.missingCondition(gap))
        }
        let start = current.start
        var condition = expression()
        while kind == .assign, !current.startsLine, !failed {
            report(Message.assignInCondition(span(current)))
            let below = height
            let sign = span(current)
            advance()
            let right = expression()
            let place = span(from: start)
            condition = grown(max(below, height), .binary(.equal, condition, right, operatorSpan: sign), at: place)
        }
        return condition
    }

    // MARK: Powers

    mutating func power() -> Expression {
        let start = current.start
        let base = postfix()
        if kind == .superscript, current.isAdjacent { return superscript(base, start) }
        guard kind == .caret, !current.startsLine else { return base }
        let below = height
        let sign = current
        advance()
        guard startsOperand else { return fail(Message.missingOperand(span(current), after: span(sign), source)) }
        let exponent = prefix(Level.unary)
        if exponent.isBareProduct, !failed { report(Message.ambiguousProduct(base.span, span(sign), exponent, source)) }
        let place = span(from: start)
        return grown(max(below, height), .binary(.power, base, exponent, operatorSpan: span(sign)), at: place)
    }

    private mutating func superscript(_ base: Expression, _ start: Int32) -> Expression {
        let token = current
        let below = height
        let between = span(token.start, token.start)
        guard let exponent = superscriptValue(token) else { return fail(Message.badSuperscript(span(token))) }
        advance()
        if kind == .caret, !current.startsLine { return fail(Message.powerOfPower(span(current))) }
        let place = span(from: start)
        return grown(max(below, 2), .binary(.power, base, exponent, operatorSpan: between), at: place)
    }

    private func superscriptValue(_ token: Token) -> Expression? {
        var value = 0.0
        var isNegative = false
        for (index, scalar) in text(token).unicodeScalars.enumerated() {
            guard let digit = scalar.superscriptValue, digit >= 0 || index == 0 else { return nil }
            if digit < 0 { isNegative = true } else { value = value * 10 + Double(digit) }
        }
        let place = span(token)
        guard isNegative else { return .number(value, place) }
        return text(token).unicodeScalars.count > 1 ? .unary(.minus, .number(value, place), place) : nil
    }
}

extension Expression {
    /// A product by juxtaposition that no parentheses enclose, perhaps with a sign: `2x`, `-2x`.
    var isBareProduct: Bool {
        switch self {
        case .binary(.juxtapose, _, _, _): true
        case .unary(.minus, let operand, _), .unary(.plus, let operand, _): operand.isBareProduct
        default: false
        }
    }
}
