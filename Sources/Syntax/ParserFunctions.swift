/// Definitions, lambdas and their parameters.
extension Parser {
    /// At a name or `(`: an arrow follows it.
    var startsLambda: Bool {
        let token = current
        let next = token.kind == .leftParen ? Int(token.match) + 1 : position + 1
        guard kind(at: next) == .arrow, !tokens[next].startsLine else { return false }
        return token.kind == .identifier || token.kind == .leftParen
    }

    mutating func lambda() -> Expression {
        let start = current.start
        var parameters: [Parameter] = []
        var highest = 1
        if kind == .identifier {
            parameters.append(Parameter(name: name(current)))
            advance()
        } else {
            (parameters, highest) = parameterList()
        }
        let sign = current
        advance()
        let outer = inItem
        inItem = false
        let body = self.body(after: sign)
        inItem = outer
        let place = span(from: start)
        let function = Function(name: nil, parameters: parameters, body: body, span: place)
        return grown(max(highest, height), .lambda(function), at: place)
    }

    /// `f(x, k: 2) = …`: the statement at the current token, whose form `isDefinition` has found.
    mutating func definition() -> Statement {
        let start = current
        advance()
        let (parameters, highest) = parameterList()
        let sign = current
        advance()
        let body = self.body(after: sign)
        let place = span(from: start.start)
        height = max(highest, height) + 1
        endStatement()
        return .define(Function(name: name(start), parameters: parameters, body: body, span: place))
    }

    /// What follows `=` of a definition or `->`: a block, or an expression, which a record may be.
    mutating func body(after sign: Token) -> Body {
        if kind == .leftBrace, !isRecord(position) { return .block(block()) }
        guard startsOperand else {
            height = 1
            return .expression(failWithStatement() ?? fail(Message.missingBody(gap, after: span(sign), source)))
        }
        if kind == .keywordIf, isBraceBranch {
            let place = span(current)
            report(Message.braceBranchAsValue(place))
            failed = true
            skipStatement()
            height = 1
            return .expression(.invalid(place))
        }
        return .expression(expression())
    }

    /// `if c {`: on this line a block comes before any `then`.
    private var isBraceBranch: Bool {
        var index = position + 1
        while index < tokens.count, index < position + 200 {
            let token = tokens[index]
            switch token.kind {
            case .leftBrace: return !isRecord(index)
            case .keywordThen, .end, .semicolon, .rightBrace, .rightParen, .rightBracket: return false
            default: if token.startsLine { return false }
            }
            index = token.match >= 0 ? Int(token.match) + 1 : index + 1
        }
        return false
    }

    // MARK: Parameters

    /// From `(` to behind `)`.
    mutating func parameterList() -> ([Parameter], Int) {
        var parameters: [Parameter] = []
        let highest = list { parser in
            parser.height = 1
            if let parameter = parser.parameter() { parameters.append(parameter) }
        }
        checkDuplicates(parameters.lazy.map(\.name), Message.duplicateParameter)
        return (parameters, highest)
    }

    private mutating func parameter() -> Parameter? {
        guard kind == .identifier else {
            fail(kind.isKeyword ? Message.keywordAsName(span(current), text(current)) : Message.badParameter(span(current)))
            return nil
        }
        let name = self.name(current)
        advance()
        var shape: [Expression]?
        if kind == .leftBracket, current.isAdjacent {
            var lengths: [Expression] = []
            let open = span(current)
            _ = list { parser in lengths.append(parser.length()) }
            if lengths.isEmpty { report(Message.emptyShape(open.joined(with: span(from: open.start)))) }
            shape = lengths
        }
        if kind == .assign {
            report(Message.assignInParameter(span(current), name: name, source))
            advance()
            return Parameter(name: name, shape: shape, defaultValue: expression())
        }
        guard accept(.colon) else { return Parameter(name: name, shape: shape) }
        guard startsOperand else {
            fail(Message.missingValue(gap, after: ":"))
            return nil
        }
        return Parameter(name: name, shape: shape, defaultValue: expression())
    }

    /// A declared length: a name, which the call binds, or a count.
    private mutating func length() -> Expression {
        let token = current
        height = 1
        if token.kind == .identifier {
            advance()
            guard kind == .comma || kind == .rightBracket else { return fail(Message.badLength(span(token))) }
            return .name(name(token))
        }
        if token.kind == .number, case .number(let value, let place) = number(), !failed {
            if UInt32(exactly: value) != nil { return .number(value, place) }
            report(Message.badLength(place))
            return .invalid(place)
        }
        return failed ? .invalid(span(token)) : fail(Message.badLength(span(token)))
    }

    // MARK: Blocks

    /// `{ statements }`. The current token is `{`.
    mutating func block() -> Block {
        let open = current
        let close = Int(open.match)
        guard enter() else {
            position = close
            advance()
            failed = false
            height = 1
            return Block([], span(open.start, tokens[close].end))
        }
        defer { leave() }
        let outer = (inHead, inItem)
        (inHead, inItem) = (false, false)
        defer { (inHead, inItem) = outer }
        advance()
        var statements: [Statement] = []
        var highest = 1
        failed = false
        while position < close {
            statement(into: &statements)
            highest = max(highest, height)
        }
        position = close
        advance()
        failed = false
        height = highest + 1
        return Block(statements, span(open.start, tokens[close].end))
    }
}
