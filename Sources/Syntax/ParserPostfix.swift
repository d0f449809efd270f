extension Parser {
    /// A value with the calls, indices, fields and primes behind it.
    mutating func postfix() -> Expression {
        let start = current.start
        let callee = position
        return postfixRest(primary(), start, callee)
    }

    private mutating func postfixRest(_ first: Expression, _ start: Int32, _ calleeToken: Int) -> Expression {
        var value = first
        while true {
            let token = current
            guard token.kind == .dot ? !token.startsLine : token.isAdjacent else { return value }
            switch token.kind {
            case .leftParen: value = call(value, start)
            case .leftBracket: value = index(value, start)
            case .dot: value = field(value, start)
            case .prime: value = prime(value, start)
            default: return value
            }
        }
    }

    private mutating func call(_ callee: Expression, _ start: Int32) -> Expression {
        let below = height
        let opener = span(current)
        if callee.isSurelyNumber, !failed { report(Message.callOfNumber(callee.span, opener, source)) }
        var arguments: [Argument] = []
        let inside = list { parser in
            if let argument = parser.argument() { arguments.append(argument) }
        }
        checkDuplicates(arguments.lazy.compactMap(\.name), Message.duplicateArgument)
        let place = span(from: start)
        return grown(max(below, inside), .call(callee, arguments, place), at: place)
    }

    private mutating func argument() -> Argument? {
        if kind.isName, kind(at: position + 1) == .colon {
            let name = self.name(current)
            advance()
            advance()
            guard startsOperand else {
                fail(Message.missingValue(gap, after: ":"))
                return nil
            }
            return Argument(name: name, value: expression())
        }
        if kind == .identifier, kind(at: position + 1) == .assign {
            report(Message.assignInCall(span(tokens[position + 1]), name: text(current)))
            advance()
            advance()
        }
        return Argument(name: nil, value: expression())
    }

    private mutating func index(_ value: Expression, _ start: Int32) -> Expression {
        let below = height
        if case .number(_, let place) = value, !failed { report(Message.indexOfNumber(place, span(current))) }
        if kind(at: position + 1) == .rightBracket {
            report(Message.emptyIndex(span(current.start, tokens[position + 1].end)))
        }
        var items: [IndexItem] = []
        let inside = list { parser in
            let outer = parser.inItem
            parser.inItem = true
            items.append(parser.item())
            parser.inItem = outer
        }
        let place = span(from: start)
        return grown(max(below, inside), .index(value, items, place), at: place)
    }

    private mutating func item() -> IndexItem {
        let start = current
        height = 1
        if start.kind == .colon {
            advance()
            if kind != .comma, kind != .rightBracket { return .at(fail(Message.colonInIndex(span(start)))) }
            return .all(span(start))
        }
        if start.kind == .closedRange || start.kind == .halfOpenRange { return rangeItem(nil, start.start) }
        // A bound of a range is a sum, so that the range is seen here, where it may lack an end.
        let first = binaryRest(prefix(Level.pipe), start.start, Level.sum)
        if kind == .closedRange || kind == .halfOpenRange { return rangeItem(first, start.start) }
        let whole = binaryRest(first, start.start, Level.pipe)
        if kind == .colon { return .at(fail(Message.colonInIndex(span(current)))) }
        return .at(whole)
    }

    private mutating func rangeItem(_ first: Expression?, _ start: Int32) -> IndexItem {
        let closed = kind == .closedRange
        let below = height
        advance()
        let hasEnd = kind != .comma && kind != .rightBracket
        let last = hasEnd ? binary(Level.sum) : nil
        height = max(below, height)
        return .range(first, last, closed: closed, span(from: start))
    }

    mutating func field(_ value: Expression, _ start: Int32) -> Expression {
        let below = height
        advance()
        guard kind.isName, !current.startsLine else { return fail(Message.missingField(gap)) }
        let name = self.name(current)
        advance()
        let place = span(from: start)
        return grown(below, .field(value, name, place), at: place)
    }

    private mutating func prime(_ value: Expression, _ start: Int32) -> Expression {
        let below = height
        var order = 0
        while kind == .prime, current.isAdjacent {
            order += text(current) == "″" ? 2 : 1
            advance()
        }
        let place = span(from: start)
        return grown(below, .prime(value, order: order, place), at: place)
    }
}
