extension Parser {
    /// A string: one token, or the pieces around its interpolated expressions.
    mutating func string() -> Expression {
        let start = current
        if start.kind == .string {
            advance()
            let quote = openingQuote(start)
            let (low, high) = (Int(start.start) + quote.before, Int(start.end) - quote.behind)
            let text = contents(low, max(low, high), start.flags.contains(.special))
            return .string(text.isEmpty ? [] : [.text(text)], span(start))
        }
        var parts: [StringPart] = []
        var highest = 1
        let outer = (inHead, inItem)
        (inHead, inItem) = (false, false)
        defer { (inHead, inItem) = outer }
        while kind == .stringHead || kind == .stringMiddle {
            let piece = current
            add(contents(Int(piece.start) + 1, Int(piece.end) - 1, piece.flags.contains(.special)), to: &parts)
            let close = Int(piece.match)
            advance()
            parts.append(.value(interpolated(close, opener: piece)))
            highest = max(highest, height)
            position = close
        }
        let tail = current
        if !tail.flags.contains(.synthetic) {
            add(contents(Int(tail.start) + 1, Int(tail.end) - 1, tail.flags.contains(.special)), to: &parts)
        } else if tail.end > tail.start {
            add(contents(Int(tail.start) + 1, Int(tail.end), tail.flags.contains(.special)), to: &parts)
        }
        advance()
        let place = span(from: start.start)
        return grown(highest, .string(parts, place), at: place)
    }

    private func add(_ text: String, to parts: inout [StringPart]) {
        if !text.isEmpty { parts.append(.text(text)) }
    }

    private mutating func interpolated(_ close: Int, opener: Token) -> Expression {
        if position == close {
            if !current.wasReported { report(Message.emptyInterpolation(span(opener.end - 1, current.start + 1))) }
            height = 1
            return .invalid(span(opener.end, opener.end))
        }
        let value = expression()
        if position != close {
            fail(kind == .colon ? Message.formatInString(span(current)) : junk())
        }
        failed = false
        return value
    }

    /// How many bytes the quotes of a string take; other quotes than `"` have been reported.
    private func openingQuote(_ token: Token) -> (before: Int, behind: Int) {
        guard token.flags.contains(.reported) else { return (1, 1) }
        let before = decodeScalar(source.bytes, Int(token.start))?.length ?? 1
        if token.flags.contains(.synthetic) { return (before, 0) }
        return (before, before)
    }

    /// The text between two offsets with its escapes resolved.
    private mutating func contents(_ start: Int, _ end: Int, _ hasEscapes: Bool) -> String {
        guard start < end else { return "" }
        if !hasEscapes { return source.text(start, end) }
        var text: [UInt8] = []
        var offset = start
        while offset < end {
            let byte = source.bytes[offset]
            guard byte == UInt8(ascii: "\\"), offset + 1 < end else {
                text.append(byte)
                offset += 1
                continue
            }
            offset = escape(offset, end, &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends what an escape stands for; the offset behind it.
    private mutating func escape(_ offset: Int, _ end: Int, _ text: inout [UInt8]) -> Int {
        let sign = source.bytes[offset + 1]
        switch sign {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "'"): text.append(sign)
        case UInt8(ascii: "u"): return unicodeEscape(offset, end, &text)
        default:
            let length = decodeScalar(source.bytes, offset + 1)?.length ?? 1
            report(Message.unknownEscape(Span(source.id, offset, min(offset + 1 + length, end)), source))
        }
        return offset + 2
    }

    private mutating func unicodeEscape(_ offset: Int, _ end: Int, _ text: inout [UInt8]) -> Int {
        var index = offset + 2
        var value: UInt32 = 0
        var digits = 0
        if index < end, source.bytes[index] == UInt8(ascii: "{") {
            index += 1
            while index < end, digits < 8, let digit = Character(Unicode.Scalar(source.bytes[index])).hexDigitValue {
                value = value << 4 | UInt32(digit)
                digits += 1
                index += 1
            }
            if digits > 0, digits <= 6, index < end, source.bytes[index] == UInt8(ascii: "}"),
                let scalar = Unicode.Scalar(value)
            {
                text.append(contentsOf: String(Character(scalar)).utf8)
                return index + 1
            }
        }
        report(Message.badUnicodeEscape(Span(source.id, offset, min(max(index, offset + 2), end))))
        return max(index, offset + 2)
    }
}
