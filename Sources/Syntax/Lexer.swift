/// Cuts a source into tokens. It never fails: what it cannot read it reports, and goes on behind it.
///
/// Two decisions are made here, since they depend on text alone: which line ends count (not those inside parentheses,
/// brackets, records), and which bracket belongs to which (see `Brackets.swift`).
struct Lexer {
    let source: Source
    let bytes: [UInt8]
    var offset: Int
    var tokens: [Token] = []
    var comments: [Comment] = []
    var diagnostics: [Diagnostic] = []
    /// What stands before the next token.
    var flags: Token.Flags = .newlineBefore
    var open: [OpenBracket] = []
    /// How many of the open brackets are those of interpolated expressions.
    var interpolations = 0
    /// The index of the first token of the line.
    var lineStart = 0
    /// How many of the diagnostics would vanish if the text went on.
    var endErrors = 0

    /// More diagnostics than these help nobody.
    static let diagnosticLimit = 100

    init(_ source: Source) {
        self.source = source
        bytes = source.bytes
        offset = Int(source.lineStarts[0])
        tokens.reserveCapacity(bytes.count / 4 + 16)
    }

    mutating func run() {
        if let first = source.malformed.first {
            report(Message.malformedText(span(first, first + 1), count: source.malformed.count))
        }
        while offset < bytes.count { step() }
        closeAllAtEnd()
        push(.end, bytes.count, bytes.count)
    }

    // MARK: One token

    private mutating func step() {
        let byte = bytes[offset]
        switch byte {
        case 32, 9, 12, 11:
            offset += 1
            flags.insert(.spaceBefore)
        case 10, 13: lineEnd()
        case 97...122, 65...90, 95: identifier()
        case 48...57: number()
        case UInt8(ascii: "#"): comment()
        case UInt8(ascii: "\""):
            offset += 1
            string(from: offset - 1, kind: .string, head: .stringHead)
        case UInt8(ascii: "'"): apostrophe()
        case UInt8(ascii: "("): openBracket(.leftParen)
        case UInt8(ascii: "["): openBracket(.leftBracket)
        case UInt8(ascii: "{"): openBracket(.leftBrace)
        case UInt8(ascii: ")"): closeBracket(.rightParen)
        case UInt8(ascii: "]"): closeBracket(.rightBracket)
        case UInt8(ascii: "}"): closeBracket(.rightBrace)
        case 0x80...: nonASCII()
        default: sign(byte)
        }
    }

    func span(_ start: Int, _ end: Int) -> Span { Span(source.id, start, min(end, bytes.count)) }

    /// The byte some way ahead; 0 behind the end.
    func peek(_ distance: Int) -> UInt8 {
        let index = offset + distance
        return index < bytes.count ? bytes[index] : 0
    }

    mutating func report(_ diagnostic: Diagnostic) {
        if diagnostics.count < Lexer.diagnosticLimit { diagnostics.append(diagnostic) }
    }

    mutating func push(_ kind: TokenKind, _ start: Int, _ end: Int) {
        tokens.append(Token(kind, flags, start, end))
        flags = []
    }

    /// A token of so many bytes at the offset.
    mutating func take(_ kind: TokenKind, _ length: Int) {
        push(kind, offset, offset + length)
        offset += length
    }

    /// As `take`, for a spelling that was reported; the parser goes on as if it had been written right.
    mutating func take(_ kind: TokenKind, _ length: Int, reporting diagnostic: Diagnostic) {
        report(diagnostic)
        flags.insert(.reported)
        take(kind, length)
    }

    // MARK: Blank space and comments

    private mutating func lineEnd() {
        offset += bytes[offset] == 13 && peek(1) == 10 ? 2 : 1
        flags.insert(.spaceBefore)
        lineStart = tokens.count
        if isInsideString { endStringAtLineEnd() }
        if open.last?.newlinesCount ?? true { flags.insert(.newlineBefore) }
    }

    private mutating func comment() {
        let start = offset
        while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
        var end = offset
        while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
        comments.append(Comment(text: source.text(start, end), span: span(start, end)))
        flags.insert(.spaceBefore)
    }

    // MARK: Names and numbers

    private mutating func identifier() {
        let start = offset
        var index = offset + 1
        while index < bytes.count {
            let byte = bytes[index]
            guard (byte | 0x20) &- 97 < 26 || byte &- 48 < 10 || byte == 95 else { break }
            index += 1
        }
        if index < bytes.count, bytes[index] >= 0x80, decodeScalar(bytes, index)?.scalar.continuesName ?? false { return longIdentifier(from: index) }
        let kind = keyword(start, index) ?? .identifier
        offset = index
        if kind != .identifier { closeBeforeStatement(kind) }
        push(kind, start, index)
    }

    /// An identifier with signs beyond ASCII; those before `index` are known to belong to it.
    mutating func longIdentifier(from index: Int) {
        let start = offset
        var index = index
        while index < bytes.count, let (scalar, length) = decodeScalar(bytes, index), scalar.continuesName {
            index += length
        }
        offset = index
        flags.insert(.special)
        push(.identifier, start, index)
    }

    private func keyword(_ start: Int, _ end: Int) -> TokenKind? {
        let length = end - start
        guard length >= 2, length <= 8 else { return nil }
        func matches(_ word: StaticString) -> Bool {
            guard word.utf8CodeUnitCount == length else { return false }
            return word.withUTF8Buffer { $0.elementsEqual(bytes[start..<end]) }
        }
        switch bytes[start] {
        case UInt8(ascii: "a"): return matches("and") ? .keywordAnd : nil
        case UInt8(ascii: "b"): return matches("break") ? .keywordBreak : nil
        case UInt8(ascii: "c"): return matches("continue") ? .keywordContinue : nil
        case UInt8(ascii: "e"): return matches("else") ? .keywordElse : matches("explain") ? .keywordExplain : nil
        case UInt8(ascii: "f"): return matches("for") ? .keywordFor : matches("false") ? .keywordFalse : nil
        case UInt8(ascii: "i"):
            return matches("in") ? .keywordIn : matches("if") ? .keywordIf : matches("import") ? .keywordImport : nil
        case UInt8(ascii: "n"): return matches("not") ? .keywordNot : nil
        case UInt8(ascii: "o"): return matches("or") ? .keywordOr : nil
        case UInt8(ascii: "r"): return matches("return") ? .keywordReturn : nil
        case UInt8(ascii: "t"): return matches("then") ? .keywordThen : matches("true") ? .keywordTrue : nil
        case UInt8(ascii: "w"): return matches("while") ? .keywordWhile : nil
        default: return nil
        }
    }

    /// `1`, `1.5`, `.5`, `1e-3`, `1_000`. In `1...5` the dots do not belong to the number, in `2e` the letter does not.
    mutating func number() {
        let start = offset
        digits()
        if peek(0) == UInt8(ascii: "."), peek(1) != UInt8(ascii: "."), !startsOperatorOrName(peek(1)) {
            offset += 1
            digits()
        }
        if peek(0) | 0x20 == UInt8(ascii: "e") {
            let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 2 : 1
            if peek(sign) &- 48 < 10 {
                offset += sign
                digits()
            }
        }
        push(.number, start, offset)
    }

    private mutating func digits() {
        while peek(0) &- 48 < 10 || (peek(0) == 95 && peek(1) &- 48 < 10) { offset += 1 }
    }

    /// After `1.`: a letter would be a field, `*` and its like the elementwise signs of other languages.
    private func startsOperatorOrName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 97 < 26 || byte >= 0x80 || byte == 95 || byte == UInt8(ascii: "*") || byte == UInt8(ascii: "^")
            || byte == UInt8(ascii: "/")
    }
}
