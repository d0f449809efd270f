extension Parser {
    /// Parses one statement; always passes at least one token.
    mutating func statement(into statements: inout [Statement]) {
        let (before, known) = (position, diagnostics.count)
        failed = false
        height = 1
        if kind == .semicolon {
            report(Message.strayTerminator(span(current)))
            return advance()
        }
        let start = current
        let statement = self.statement()
        if height > Parser.heightLimit {
            report(Message.tooDeep(span(start)))
            height = 1
            statements.append(.invalid(span(start)))
        } else {
            statements.append(statement)
        }
        if position == before {
            if diagnostics.count == known, !current.wasReported { report(Message.unexpected(span(current), source)) }
            skipOne()
            skipStatement()
        }
    }

    mutating func statement() -> Statement {
        if kind.isKeyword, kind(at: position + 1) == .assign {
            fail(Message.keywordAsName(span(current), text(current)))
            return finishInvalid()
        }
        switch kind {
        case .identifier: return nameStatement()
        case .keywordIf: return ifStatement()
        case .keywordFor: return forLoop()
        case .keywordWhile: return whileLoop()
        case .keywordBreak, .keywordContinue: return leaveLoop()
        case .keywordReturn: return returnStatement()
        case .keywordImport: return importStatement()
        case .keywordElse:
            fail(Message.strayElse(span(current)))
            return finishInvalid()
        default: return expressionStatement()
        }
    }

    /// What a name at the start of a line may begin; mistakes from other languages too.
    private mutating func nameStatement() -> Statement {
        let next = kind(at: position + 1)
        switch next {
        case .assign where !tokens[position + 1].startsLine: return introduction()
        case .leftParen where tokens[position + 1].isAdjacent:
            let behind = Int(tokens[position + 1].match) + 1
            if !(tokens[min(behind, tokens.count - 1)].startsLine) {
                switch kind(at: behind) {
                case .assign: return definition()
                case .arrow:
                    if !tokens[behind].wasReported { report(Message.arrowInDefinition(span(tokens[behind]), text(current))) }
                    return definition()
                case .leftBrace:
                    report(Message.definitionWithoutSign(span(tokens[behind]), text(current)))
                    return definitionWithoutSign()
                default: break
                }
            }
        default:
            if isWord("end"), tokens[position + 1].startsLine || next == .end || next == .rightBrace {
                report(Message.endWord(span(current)))
                advance()
                return .invalid(span(tokens[position - 1]))
            }
            if !tokens[position + 1].startsLine, let statement = wordStatement(next) { return statement }
        }
        return expressionStatement()
    }

    private mutating func definitionWithoutSign() -> Statement {
        let start = current
        advance()
        let (parameters, _) = parameterList()
        let body = block()
        endStatement()
        return .define(Function(name: name(start), parameters: parameters, body: .block(body), span: span(from: start.start)))
    }

    private mutating func introduction() -> Statement {
        let start = current
        let sign = tokens[position + 1]
        advance()
        advance()
        let value = assignedValue(sign)
        if kind == .assign, !current.startsLine, !failed { fail(Message.chainedAssign(span(current))) }
        let place = span(from: start.start)
        height += 1
        return .introduce(name(start), value, muted: endStatement(), place)
    }

    private mutating func assignedValue(_ sign: Token) -> Expression {
        if kind == .keywordIf, case .expression(let invalid) = body(after: sign) { return invalid }
        guard startsOperand, !startsIntroduction else {
            height = 1
            return failWithStatement() ?? fail(Message.missingValue(gap, after: text(sign)))
        }
        return expression()
    }

    private mutating func expressionStatement() -> Statement {
        let start = current
        guard startsOperand else {
            fail(Message.expectedStatement(span(start), source))
            return finishInvalid()
        }
        let value = expression()
        return finishExpression(value, start)
    }

    /// An expression has been read that begins a statement.
    private mutating func finishExpression(_ value: Expression, _ start: Token) -> Statement {
        switch kind {
        case .leftArrow where !current.startsLine && !failed: return update(value, start)
        case .compoundAssign where !current.startsLine && !failed: return compoundAssign(value, start)
        default:
            let muted = endStatement()
            height += 1
            return .expression(value, muted: muted)
        }
    }

    private mutating func update(_ target: Expression, _ start: Token) -> Statement {
        let sign = current
        let below = height
        if !target.isTarget { report(Message.badTarget(target.span)) }
        advance()
        let value = assignedValue(sign)
        let place = span(from: start.start)
        height = max(below, height) + 1
        return .update(target, value, muted: endStatement(), place)
    }

    private mutating func compoundAssign(_ target: Expression, _ start: Token) -> Statement {
        let sign = current
        advance()
        let valueStart = current.start
        guard startsOperand else {
            fail(Message.missingValue(gap, after: text(sign)))
            return finishInvalid()
        }
        let value = expression()
        let valueSpan = value.span
        report(Message.compoundAssign(span(sign), target.span, span(valueStart, max(valueStart, valueSpan.end)), source))
        endStatement()
        return .invalid(span(from: start.start))
    }

    // MARK: Ends

    /// The end of a statement: a line end, `;` (then the statement is muted), or the end of the block.
    @discardableResult
    mutating func endStatement() -> Bool {
        if failed { skipStatement() }
        if !atStatementEnd {
            let diagnostic = junk()
            let kept = height
            fail(diagnostic)
            height = kept
            skipStatement()
        }
        failed = false
        guard kind == .semicolon, !current.startsLine else { return false }
        advance()
        return true
    }

    mutating func finishInvalid() -> Statement {
        let place = span(current)
        failed = true
        endStatement()
        height = 1
        return .invalid(place)
    }

    // MARK: Control

    private mutating func ifStatement() -> Statement {
        let start = current.start
        advance()
        let condition = head { $0.condition() }
        let below = height
        if kind == .keywordThen {
            let value = conditionalRest(condition, start)
            let whole = binaryRest(value, start, Level.pipe)
            height = max(below, height)
            return finishExpression(whole, tokens[0])
        }
        guard let block = controlBlock("if") else { return finishInvalid() }
        var highest = max(below, height)
        let otherwise = elseBranch()
        highest = max(highest, height)
        let place = span(from: start)
        endStatement()
        height = highest + 1
        return .branch(condition, block, else: otherwise, place)
    }

    private mutating func elseBranch() -> ElseBranch? {
        if kind == .identifier, isWord("elif") || isWord("elseif") || isWord("elsif") {
            report(Message.elif(span(current), text(current)))
            return .branch(nestedIf())
        }
        guard accept(.keywordElse) else { return nil }
        if kind == .keywordIf { return .branch(nestedIf()) }
        guard kind == .leftBrace else {
            fail(Message.missingBlock(gap, after: "else"))
            return nil
        }
        return .block(block())
    }

    /// The `if` behind an `else`; its end is the end of the whole.
    private mutating func nestedIf() -> Statement {
        guard enter() else { return .invalid(span(current)) }
        defer { leave() }
        let start = current.start
        advance()
        let condition = head { $0.condition() }
        let below = height
        guard let block = controlBlock("if") else { return .invalid(span(from: start)) }
        var highest = max(below, height)
        let otherwise = elseBranch()
        highest = max(highest, height)
        height = highest + 1
        return .branch(condition, block, else: otherwise, span(from: start))
    }

    /// The part of a control statement before its block.
    private mutating func head(_ parse: (inout Parser) -> Expression) -> Expression {
        let outer = inHead
        inHead = true
        defer { inHead = outer }
        return parse(&self)
    }

    /// The block of a control statement, `nil` with a report when there is none. It may begin on the next line.
    private mutating func controlBlock(_ word: String) -> Block? {
        if kind == .leftBrace { return block() }
        if kind == .colon {
            fail(Message.colonBeforeBlock(span(current), word))
        } else if kind == .assign || kind == .leftArrow || kind == .compoundAssign {
            fail(Message.assignInExpression(span(current)))
        } else if !atStatementEnd, !startsOperand, kind.level == 0 {
            fail(junk())
        } else {
            fail(Message.missingBlock(gap, after: word))
        }
        return kind == .leftBrace ? block() : nil
    }

    private mutating func forLoop() -> Statement {
        let start = current.start
        advance()
        if kind == .leftParen, Int(current.match) > position + 2, kind(at: position + 2) == .keywordIn || kind(at: position + 2) == .assign {
            fail(Message.parenthesesInFor(span(current), source))
            return skipLoop()
        }
        guard kind == .identifier else {
            fail(Message.missingLoopName(gap))
            return skipLoop()
        }
        let name = self.name(current)
        advance()
        if kind == .assign || kind == .comma {
            fail(kind == .assign ? Message.assignInFor(span(current)) : Message.twoLoopNames(span(current)))
            return skipLoop()
        }
        guard accept(.keywordIn) else {
            fail(Message.missingIn(gap))
            return skipLoop()
        }
        guard startsOperand else {
            fail(Message.missingValue(gap, after: "in"))
            return skipLoop()
        }
        let values = head { $0.expression() }
        let below = height
        guard let block = controlBlock("for") else { return finishInvalid() }
        let place = span(from: start)
        let highest = max(below, height)
        endStatement()
        height = highest + 1
        return .forLoop(name, values, block, place)
    }

    /// After a broken head: the block is still read for its own mistakes.
    private mutating func skipLoop() -> Statement {
        let place = span(current)
        while !atStatementEnd, kind != .leftBrace { skipOne() }
        if kind == .leftBrace { _ = block() }
        failed = true
        endStatement()
        height = 1
        return .invalid(place)
    }

    private mutating func whileLoop() -> Statement {
        let start = current.start
        advance()
        let condition = head { $0.condition() }
        let below = height
        guard let block = controlBlock("while") else { return finishInvalid() }
        let place = span(from: start)
        let highest = max(below, height)
        endStatement()
        height = highest + 1
        return .whileLoop(condition, block, place)
    }

    private mutating func leaveLoop() -> Statement {
        let token = current
        advance()
        endStatement()
        return token.kind == .keywordBreak ? .breakLoop(span(token)) : .continueLoop(span(token))
    }

    private mutating func returnStatement() -> Statement {
        let start = current.start
        advance()
        var value: Expression?
        if !atStatementEnd {
            guard startsOperand else {
                fail(junk())
                return finishInvalid()
            }
            value = expression()
        }
        let place = span(from: start)
        endStatement()
        height += 1
        return .returnValue(value, place)
    }

    private mutating func importStatement() -> Statement {
        let start = current.start
        advance()
        guard kind == .string, !current.startsLine, case .string(let parts, _) = string() else {
            fail(Message.importWithoutString(span(current), source))
            return finishInvalid()
        }
        let place = span(from: start)
        endStatement()
        guard case .text(let path)? = parts.first else {
            report(Message.emptyImport(place))
            return .invalid(place)
        }
        return .importFile(path, place)
    }

    func isWord(_ word: StaticString) -> Bool {
        let token = current
        guard Int(token.end - token.start) == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { $0.elementsEqual(source.bytes[Int(token.start)..<Int(token.end)]) }
    }
}

extension Expression {
    /// A name, or a field or an index of one.
    fileprivate var isTarget: Bool {
        switch self {
        case .name, .invalid: true
        case .field(let base, _, _), .index(let base, _, _): base.isTarget
        default: false
        }
    }
}
