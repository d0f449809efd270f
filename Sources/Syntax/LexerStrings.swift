/// Strings. They end on their line; `{…}` inside is an expression, which the tokens between head and tail are.
extension Lexer {
    /// Reads the text of a string from the offset to its end or the next interpolation. `kind` is the token's kind if the string ends here,
    /// `head` if an expression comes first.
    mutating func string(from start: Int, kind: TokenKind, head: TokenKind) {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return push(kind, start, offset)
            case UInt8(ascii: "{"):
                offset += 1
                push(head, start, offset)
                open.append(OpenBracket(token: tokens.count - 1, shape: .interpolation))
                interpolations += 1
                return
            case UInt8(ascii: "\\"):
                flags.insert(.special)
                skipEscape()
            case 10, 13: return unclosed(from: start, kind)
            default: offset += 1
            }
        }
        unclosed(from: start, kind)
    }

    private mutating func skipEscape() {
        let next = peek(1)
        guard next != 10, next != 13 else { return offset += 1 }
        offset += min(2, bytes.count - offset)
        if next == UInt8(ascii: "u"), peek(0) == UInt8(ascii: "{") { offset += 1 }
    }

    private mutating func unclosed(from start: Int, _ kind: TokenKind) {
        report(Message.unclosedString(span(start, offset)))
        // The missing quote is left out of the token's text by `synthetic`.
        flags.insert([.reported, .synthetic])
        push(kind, start, offset)
    }

    /// The line ended inside an interpolated expression: the strings under way end with it.
    mutating func endStringAtLineEnd() {
        guard let outermost = open.firstIndex(where: { $0.shape == .interpolation }) else { return }
        let head = tokens[open[outermost].token]
        let isReported = tokens.last?.flags.contains(.synthetic) ?? false
        if !isReported { report(Message.unclosedString(span(Int(head.start), Int(head.end)))) }
        while open.count > outermost { closeLast() }
        lineStart = tokens.count
    }

    var isInsideString: Bool { interpolations > 0 }

    /// `'` is a derivative behind a function, and otherwise a quote from another language.
    mutating func apostrophe() {
        if followsFunction { take(.prime, 1) } else { singleQuoted(quoteLength: 1) }
    }

    mutating func singleQuoted(quoteLength: Int) {
        let start = offset
        var end = offset + quoteLength
        while end < bytes.count, bytes[end] != 10, bytes[end] != 13 {
            if bytes[end] == UInt8(ascii: "'") { break }
            if let (scalar, length) = decodeScalar(bytes, end), length == 3, scalar == "’" || scalar == "‘" { break }
            end += 1
        }
        guard end < bytes.count, bytes[end] != 10, bytes[end] != 13 else {
            report(Message.strayQuote(span(start, start + quoteLength)))
            flags.insert(.reported)
            return take(.unknown, quoteLength)
        }
        let close = bytes[end] == UInt8(ascii: "'") ? 1 : 3
        offset = end + close
        report(Message.singleQuotes(span(start, offset), source.text(start + quoteLength, end)))
        flags.insert(.reported)
        push(.string, start, offset)
    }

    mutating func curlyString(_ quoteLength: Int) {
        let start = offset
        offset += quoteLength
        while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 {
            if bytes[offset] == UInt8(ascii: "\"") { break }
            if let (scalar, _) = decodeScalar(bytes, offset), scalar == "”" || scalar == "“" || scalar == "»" { break }
            offset += 1
        }
        let end = offset
        if offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 {
            offset += bytes[offset] == UInt8(ascii: "\"") ? 1 : (decodeScalar(bytes, offset)?.length ?? 1)
        }
        report(Message.curlyQuotes(span(start, offset), source.text(start + quoteLength, end)))
        flags.insert(.reported)
        push(.string, start, offset)
    }
}
