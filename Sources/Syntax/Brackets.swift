/// A bracket not closed yet.
struct OpenBracket {
    enum Shape { case paren, bracket, brace, record, interpolation }
    let token: Int
    var shape: Shape

    /// Line ends count between the braces of a block alone.
    var newlinesCount: Bool { shape == .brace }

    var closer: TokenKind {
        switch shape {
        case .paren: .rightParen
        case .bracket: .rightBracket
        case .brace, .record: .rightBrace
        case .interpolation: .stringTail
        }
    }
}

/// Pairs brackets. Whatever is written, the tokens that come out are balanced.
extension Lexer {
    /// How far back a closer looks for its opener past others left open.
    private static let reach = 64

    mutating func openBracket(_ kind: TokenKind) {
        let shape: OpenBracket.Shape =
            switch kind {
            case .leftParen: .paren
            case .leftBracket: .bracket
            default: .brace
            }
        open.append(OpenBracket(token: tokens.count, shape: shape))
        take(kind, 1)
    }

    mutating func closeBracket(_ kind: TokenKind) {
        if let last = open.last, last.closer == kind { return closeLast(with: kind) }
        if kind == .rightBrace, open.last?.shape == .interpolation { return continueString() }
        if let index = opener(for: kind) {
            report(Message.unclosedBracket(bracketSpan(open.count - 1), at: span(offset, offset + 1), source))
            while open.count > index + 1 { closeLast() }
            if open[index].shape == .interpolation { return continueString() }
            return closeLast(with: kind)
        }
        guard let last = open.last, last.shape != .interpolation, last.shape != .brace else {
            report(Message.strayCloser(span(offset, offset + 1), source))
            offset += 1
            flags.insert([.spaceBefore, .reported])
            return
        }
        report(Message.wrongCloser(span(offset, offset + 1), opener: bracketSpan(open.count - 1), source))
        closeLast(with: last.closer)
    }

    private func opener(for kind: TokenKind) -> Int? {
        for index in open.indices.reversed().prefix(Lexer.reach) {
            if open[index].closer == kind { return index }
            if open[index].shape == .interpolation { return kind == .rightBrace ? index : nil }
        }
        return nil
    }

    func bracketSpan(_ index: Int) -> Span {
        let token = tokens[open[index].token]
        return span(Int(token.start), Int(token.end))
    }

    private mutating func closeLast(with kind: TokenKind) {
        guard let last = open.popLast() else { return }
        tokens[last.token].match = Int32(tokens.count)
        take(kind, 1)
    }

    /// Closes the innermost bracket with a token that is not in the source.
    mutating func closeLast() {
        guard let last = open.popLast() else { return }
        if last.shape == .interpolation { interpolations -= 1 }
        tokens[last.token].match = Int32(tokens.count)
        let kept = flags
        flags = .synthetic
        push(last.closer, offset, offset)
        flags = kept
    }

    /// The `}` behind an interpolated expression: the string goes on.
    private mutating func continueString() {
        guard let last = open.popLast() else { return }
        interpolations -= 1
        tokens[last.token].match = Int32(tokens.count)
        offset += 1
        string(from: offset - 1, kind: .stringTail, head: .stringMiddle)
    }

    /// At a `:` directly behind the first word in braces: they are those of a record.
    mutating func markRecord() {
        guard let last = open.last, last.shape == .brace, tokens.count == last.token + 2 else { return }
        open[open.count - 1].shape = .record
    }

    /// One report for all that is open at the end: the innermost, where the text would go on.
    mutating func closeAllAtEnd() {
        if isInsideString { endStringAtLineEnd() }
        guard !open.isEmpty else { return }
        report(Message.unclosedBracket(bracketSpan(open.count - 1), at: nil, source))
        endErrors += 1
        while !open.isEmpty { closeLast() }
    }

    // MARK: A statement begins while a bracket is open

    /// Before `=` and `<-`: a line `name = …` or `f(x) = …` cannot be inside parentheses, so the one above was never closed.
    mutating func closeBeforeAssignment() {
        let count = tokens.count
        guard lineStart < count, tokens[lineStart].kind == .identifier, isLikelyUnclosed(lineStart) else { return }
        let isName = count == lineStart + 1
        let isFunction =
            count > lineStart + 2 && tokens[lineStart + 1].kind == .leftParen && Int(tokens[lineStart + 1].match) == count - 1
        if isName || isFunction { closeBeforeLine() }
    }

    /// Before a keyword that only begins statements, at the start of a line.
    mutating func closeBeforeStatement(_ keyword: TokenKind) {
        switch keyword {
        case .keywordFor, .keywordWhile, .keywordReturn, .keywordBreak, .keywordContinue, .keywordImport: break
        default: return
        }
        if tokens.count == lineStart, isLikelyUnclosed(lineStart), peek(0) != UInt8(ascii: ":") { closeBeforeLine() }
    }

    /// Parentheses or brackets are open that began on an earlier line, and the line before ended with a value.
    private func isLikelyUnclosed(_ line: Int) -> Bool {
        guard let last = open.last, last.shape == .paren || last.shape == .bracket else { return false }
        return line > 0 && last.token < line && tokens[line - 1].kind.endsValue
    }

    private mutating func closeBeforeLine() {
        let moved = Array(tokens[lineStart...])
        tokens.removeSubrange(lineStart...)
        let kept = (flags, offset)
        offset = tokens.last.map { Int($0.end) } ?? 0
        report(Message.unclosedBracket(bracketSpan(open.count - 1), at: span(offset, offset), source))
        while let last = open.last, last.shape == .paren || last.shape == .bracket { closeLast() }
        let shift = Int32(tokens.count - lineStart)
        lineStart = tokens.count
        for token in moved {
            var token = token
            if token.match >= 0 { token.match += shift }
            tokens.append(token)
        }
        (flags, offset) = kept
        let counts = open.last?.newlinesCount ?? true
        guard counts else { return }
        if moved.isEmpty { flags.insert(.newlineBefore) } else { tokens[lineStart].flags.insert(.newlineBefore) }
    }
}
