extension Parser {
    // MARK: Lists in brackets

    /// Elements between commas, from the opening bracket (the current token) to behind the closing one; a comma may follow the last.
    /// Returns the greatest height of an element.
    mutating func list(_ element: (inout Parser) -> Void) -> Int {
        let close = Int(current.match)
        let outer = (inHead, inItem)
        (inHead, inItem) = (false, false)
        defer { (inHead, inItem) = outer }
        advance()
        var highest = 1
        while position < close {
            if kind == .comma {
                fail(Message.missingElement(gap))
            } else {
                element(&self)
                highest = max(highest, height)
            }
            if position < close { separator(close) }
        }
        position = close
        failed = false
        advance()
        return highest
    }

    private mutating func separator(_ close: Int) {
        if kind == .comma {
            failed = false
            return advance()
        }
        let before = position
        if !failed, startsOperand, kind.level == 0, !current.wasReported {
            report(Message.missingComma(span(tokens[position - 1]), span(current), source))
            failed = true
            return
        }
        fail(kind == .colon ? Message.unexpected(span(current), source) : junk())
        if kind == .comma {
            failed = false
            advance()
        } else if position == before || position < close {
            position = close
        }
    }

    /// The same name twice in one list.
    mutating func checkDuplicates(_ names: some Collection<Name>, _ message: (Name, Span) -> Diagnostic) {
        guard names.dropFirst().first != nil else { return }
        var first: [String: Span] = [:]
        for name in names {
            if let earlier = first.updateValue(name.span, forKey: name.text) { report(message(name, earlier)) }
        }
    }

    // MARK: Primaries

    /// A value can begin here.
    var startsOperand: Bool {
        switch kind {
        case .number, .string, .stringHead, .identifier, .leftParen, .leftBracket, .leftBrace, .minus, .plus, .nabla, .partial, .root,
            .keywordNot, .keywordIf, .keywordExplain, .keywordTrue, .keywordFalse:
            true
        default: false
        }
    }

    mutating func primary() -> Expression {
        let token = current
        height = 1
        switch token.kind {
        case .number: return number()
        case .identifier: return identifier()
        case .leftParen: return parenthesized()
        case .leftBracket: return array()
        case .leftBrace: return brace()
        case .string, .stringHead: return string()
        case .keywordTrue, .keywordFalse:
            advance()
            return .boolean(token.kind == .keywordTrue, span(token))
        case .nabla: return nabla()
        case .partial: return partial()
        case .root: return root()
        default:
            if let statement = failWithStatement() { return statement }
            return fail(Message.expectedValue(span(token), source))
        }
    }

    mutating func number() -> Expression {
        let token = current
        advance()
        height = 1
        guard let value = decimal(bytes, Int(token.start), Int(token.end)), value.isFinite else {
            report(Message.numberTooLarge(span(token)))
            return .invalid(span(token))
        }
        if kind == .prime, current.isAdjacent { return fail(Message.primeOfNumber(span(current))) }
        return .number(value, span(token))
    }

    private mutating func identifier() -> Expression {
        let token = current
        let first = bytes[Int(token.start)]
        if first == UInt8(ascii: "T") || first == UInt8(ascii: "F") || first == UInt8(ascii: "N"),
            token.end - token.start == 4 || token.end - token.start == 5, let literal = foreignLiteral(token)
        {
            return literal
        }
        advance()
        return .name(name(token))
    }

    private mutating func foreignLiteral(_ token: Token) -> Expression? {
        let word = text(token)
        guard word == "True" || word == "False" || word == "None" else { return nil }
        report(word == "None" ? Message.none(span(token)) : Message.capitalBoolean(span(token), word))
        advance()
        return .boolean(word == "True", span(token))
    }

    private mutating func parenthesized() -> Expression {
        let open = current
        let close = Int(open.match)
        if close == position + 1 { return fail(Message.emptyParentheses(span(open.start, tokens[close].end))) }
        let outer = (inHead, inItem)
        (inHead, inItem) = (false, false)
        defer { (inHead, inItem) = outer }
        advance()
        let value = expression()
        let below = height
        if position != close {
            let isTuple = kind == .comma
            fail(isTuple ? Message.tuple(span(open), span(current), source) : unexpectedInside(open))
            position = close
        }
        failed = false
        advance()
        height = below
        let place = span(open.start, tokens[close].end)
        return grown(below, .parenthesized(value, place), at: place)
    }

    private func unexpectedInside(_ open: Token) -> Diagnostic {
        if kind == .assign { return Message.assignInExpression(span(current)) }
        if kind == .leftArrow { return Message.updateInExpression(span(current)) }
        return junk()
    }

    private mutating func array() -> Expression {
        let open = current
        var elements: [Expression] = []
        let inside = list { parser in elements.append(parser.expression()) }
        let place = span(from: open.start)
        return grown(inside, .array(elements, place), at: place)
    }

    /// `{` opens a record when a name and a colon follow, or nothing.
    func isRecord(_ index: Int) -> Bool {
        let first = kind(at: index + 1)
        if first == .rightBrace { return true }
        return (first.isName || first == .string) && kind(at: index + 2) == .colon
    }

    /// `{w = 3}` on one line, where a value is expected: a record with the wrong sign.
    private var isMisspelledRecord: Bool {
        guard !inHead, kind(at: position + 1).isName, kind(at: position + 2) == .assign, current.match >= 0 else { return false }
        return !tokens[position + 1].startsLine && !tokens[Int(current.match)].startsLine
    }

    private mutating func brace() -> Expression {
        guard isRecord(position) || isMisspelledRecord else {
            let open = current
            let diagnostic = inHead ? Message.expectedValue(span(open), source) : Message.blockAsValue(span(open))
            if inHead { return fail(diagnostic) }
            if !failed { report(diagnostic) }
            skipOne()
            return .invalid(span(from: open.start))
        }
        let open = current
        var fields: [RecordField] = []
        let inside = list { parser in
            if let field = parser.recordField() { fields.append(field) }
        }
        checkDuplicates(fields.lazy.map(\.name), Message.duplicateField)
        let place = span(from: open.start)
        return grown(inside, .record(fields, place), at: place)
    }

    private mutating func recordField() -> RecordField? {
        let token = current
        if token.kind == .string, kind(at: position + 1) == .colon {
            report(Message.quotedField(span(token), source))
        } else if !token.kind.isName {
            fail(Message.missingFieldName(span(token)))
            return nil
        }
        advance()
        if kind == .assign { report(Message.assignInRecord(span(current), name: text(token))) }
        guard accept(.colon) || accept(.assign) else {
            fail(Message.missingFieldColon(gap, name: text(token)))
            return nil
        }
        guard startsOperand else {
            fail(Message.missingValue(gap, after: ":"))
            return nil
        }
        return RecordField(name: name(token), value: expression())
    }

    // MARK: ∇, ∂ and √

    /// `∇L`, `∇p.loss`, `∇(x -> x^2)`, `∇∇L`: binds to a name with its fields or to parentheses, so `∇L(w)` calls `∇L`.
    private mutating func nabla() -> Expression {
        let sign = current
        guard enter() else { return .invalid(span(sign)) }
        defer { leave() }
        advance()
        let operand: Expression
        switch kind {
        case .nabla: operand = nabla()
        case .leftParen: operand = parenthesized()
        case .identifier: operand = namePath()
        case .superscript: return fail(Message.nablaSquared(span(sign.start, current.end)))
        default: return fail(Message.missingNablaOperand(gap))
        }
        let place = span(from: sign.start)
        return grown(height, .unary(.nabla, operand, place), at: place)
    }

    /// `L`, `p.loss`.
    private mutating func namePath() -> Expression {
        let start = current.start
        var value = identifier()
        while kind == .dot, !failed { value = field(value, start) }
        return value
    }

    /// `∂L/∂w`, `∂p.loss/∂w`, `∂(∂L/∂w)/∂b`: one value, so that `∂L/∂w(1, 2)` calls it.
    private mutating func partial() -> Expression {
        let sign = current
        guard enter() else { return .invalid(span(sign)) }
        defer { leave() }
        advance()
        let function: Expression
        switch kind {
        case .leftParen: function = parenthesized()
        case .identifier: function = namePath()
        case .superscript: return fail(Message.partialSquared(span(sign.start, current.end)))
        default: return fail(Message.missingPartialFunction(gap))
        }
        guard !failed else { return .invalid(span(from: sign.start)) }
        let written = source.text(function.span)
        guard accept(.slash), accept(.partial), kind == .identifier else { return fail(Message.missingPartialName(gap, written)) }
        let name = name(current)
        advance()
        if kind == .dot, current.isAdjacent, kind(at: position + 1).isName {
            let field = self.name(tokens[position + 1])
            return fail(Message.partialByField(span(current.start, tokens[position + 1].end), written, name.text, field.text))
        }
        let place = span(from: sign.start)
        return grown(height, .partial(function, by: name, place), at: place)
    }

    /// `√x` is a call of `sqrt`; `√` stands in the source where the name would.
    private mutating func root() -> Expression {
        let sign = current
        guard enter() else { return .invalid(span(sign)) }
        defer { leave() }
        advance()
        guard startsOperand, kind != .minus, kind != .plus else {
            return fail(Message.missingOperand(span(current), after: span(sign), source))
        }
        let number = current
        let operand = postfix()
        if number.kind == .number, kind == .identifier || kind == .leftParen, current.isAdjacent {
            return fail(Message.ambiguousRoot(span(sign.start, current.end), source))
        }
        let place = span(from: sign.start)
        let callee = Expression.name(Name("sqrt", span(sign)))
        return grown(height, .call(callee, [Argument(name: nil, value: operand)], place), at: place)
    }
}

extension Expression {
    /// A number by its form alone, in parentheses: `(w - 3)` before `(w + 3)` was meant to multiply.
    var isSurelyNumber: Bool {
        switch self {
        case .number: true
        case .parenthesized(.binary(let symbol, _, _, _), _): symbol != .pipe
        case .parenthesized(let inner, _): inner.isSurelyNumber
        default: false
        }
    }
}
