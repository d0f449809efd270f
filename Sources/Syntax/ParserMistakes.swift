/// What people bring from other languages.
extension Parser {
    /// A word at the start of a statement with something behind it on the line that no operator joins; `nil` when it is nothing known.
    mutating func wordStatement(_ next: TokenKind) -> Statement? {
        switch next {
        case .identifier, .number, .string, .stringHead, .leftBrace, .keywordTrue, .keywordFalse, .nabla, .partial, .colon, .keywordNot, .keywordIf:
            break
        case .leftParen, .leftBracket:
            if tokens[position + 1].isAdjacent { return nil }
        default: return nil
        }
        let word = text(current)
        switch word {
        case "rule" where next == .identifier: return rule()
        case "let", "var", "const", "val", "local", "global", "auto", "mut":
            guard next == .identifier else { return nil }
            report(Message.declarationWord(span(current), word))
            advance()
            return statement()
        case "def", "fn", "func", "fun", "function":
            return foreignFunction(word)
        case "lambda" where next == .identifier || next == .colon:
            fail(Message.lambdaWord(span(current)))
            return finishInvalid()
        case "print", "println", "echo", "puts":
            fail(Message.printWord(span(current), word))
            return finishInvalid()
        case "elif", "elseif", "elsif":
            fail(Message.elif(span(current), word))
            return finishInvalid()
        default: return nil
        }
    }

    /// `def f(x): …`, `function f(x) … end`, `fn f(x) { … }`.
    private mutating func foreignFunction(_ word: String) -> Statement? {
        guard kind(at: position + 1) == .identifier || kind(at: position + 1) == .leftParen else { return nil }
        let next = kind(at: position + 1) == .identifier ? text(tokens[position + 1]) : nil
        fail(Message.functionWord(span(current), word, name: next))
        return finishInvalid()
    }

    /// What to say of the current token, which stands behind a whole expression and joins nothing.
    func junk() -> Diagnostic {
        let token = current
        let place = span(token)
        let before = position > 0 ? tokens[position - 1] : token
        if token.kind == .identifier, kind(at: position + 1) == .assign || kind(at: position + 1) == .leftArrow {
            return Message.secondStatement(place)
        }
        switch token.kind {
        case .assign: return Message.badAssign(place)
        case .leftArrow: return Message.updateInExpression(place)
        case .compoundAssign: return Message.compoundInExpression(place)
        case .arrow: return Message.strayArrow(place)
        case .colon: return Message.strayColon(place)
        case .comma: return Message.strayComma(place)
        case .superscript: return Message.detachedSuperscript(place)
        case .keywordElse: return Message.strayElse(place)
        case .keywordThen: return Message.strayThen(place)
        case .keywordFor: return Message.comprehension(place)
        case .keywordIn: return Message.strayIn(place)
        case .leftParen where before.kind.endsValue && !token.isAdjacent: return Message.detachedCall(span(before), place, source)
        case .leftBracket where before.kind.endsValue && !token.isAdjacent: return Message.detachedIndex(span(before), place, source)
        case .leftBrace: return Message.strayBrace(place)
        default: break
        }
        if before.kind.endsValue, token.kind.beginsValue { return adjacentValues(before, token) }
        return Message.unexpected(place, source)
    }

    /// Two values side by side.
    private func adjacentValues(_ before: Token, _ token: Token) -> Diagnostic {
        let word = text(before)
        if before.kind == .identifier, word == "print" || word == "println" { return Message.printWord(span(before), word) }
        if before.kind == .identifier, word == "lambda" { return Message.lambdaWord(span(before)) }
        if token.kind == .identifier, text(token) == "for" || text(token) == "end" { return Message.unexpected(span(token), source) }
        return Message.missingOperator(span(before), span(token), isNumeral: before.kind == .number, source)
    }
}

extension TokenKind {
    var beginsValue: Bool {
        switch self {
        case .number, .string, .stringHead, .identifier, .nabla, .partial, .root, .keywordTrue, .keywordFalse, .leftParen, .leftBracket: true
        default: false
        }
    }
}
