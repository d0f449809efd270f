/// Operators, in both spellings, and the signs that people bring from other languages.
extension Lexer {
    mutating func sign(_ byte: UInt8) {
        let next = peek(1)
        switch byte {
        case UInt8(ascii: ","): take(.comma, 1)
        case UInt8(ascii: ";"): take(.semicolon, 1)
        case UInt8(ascii: "+"): next == UInt8(ascii: "=") ? take(.compoundAssign, 2) : take(.plus, 1)
        case UInt8(ascii: "-"): minus(next)
        case UInt8(ascii: "*"): star(next)
        case UInt8(ascii: "/"): slash(next)
        case UInt8(ascii: "^"): next == UInt8(ascii: "=") ? take(.compoundAssign, 2) : take(.caret, 1)
        case UInt8(ascii: "@"): next == UInt8(ascii: "=") ? take(.compoundAssign, 2) : take(.at, 1)
        case UInt8(ascii: "="): equals(next)
        case UInt8(ascii: "<"): less(next)
        case UInt8(ascii: ">"): next == UInt8(ascii: "=") ? take(.greaterOrEqual, 2) : take(.greater, 1)
        case UInt8(ascii: "!"): bang(next)
        case UInt8(ascii: "|"): bar(next)
        case UInt8(ascii: "."): dot(next)
        case UInt8(ascii: ":"): colon(next)
        case UInt8(ascii: "&"):
            let length = next == UInt8(ascii: "&") ? 2 : 1
            take(.keywordAnd, length, reporting: Message.spelledAnd(span(offset, offset + length), source))
        case UInt8(ascii: "%"): take(.slash, 1, reporting: Message.percent(span(offset, offset + 1)))
        case UInt8(ascii: "?"): take(.unknown, 1, reporting: Message.questionMark(span(offset, offset + 1)))
        case UInt8(ascii: "\\"): take(.unknown, 1, reporting: Message.backslash(span(offset, offset + 1)))
        default: unknown()
        }
    }

    private mutating func minus(_ next: UInt8) {
        switch next {
        case UInt8(ascii: ">"): take(.arrow, 2)
        case UInt8(ascii: "="): take(.compoundAssign, 2)
        default: take(.minus, 1)
        }
    }

    private mutating func star(_ next: UInt8) {
        switch next {
        case UInt8(ascii: "*"): take(.caret, 2, reporting: Message.doubleStar(span(offset, offset + 2)))
        case UInt8(ascii: "="): take(.compoundAssign, 2)
        default: take(.star, 1)
        }
    }

    private mutating func slash(_ next: UInt8) {
        let atLineStart = tokens.count == lineStart
        switch next {
        case UInt8(ascii: "/") where atLineStart, UInt8(ascii: "*"):
            report(Message.foreignComment(span(offset, offset + 2)))
            while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
        case UInt8(ascii: "/"):
            take(.slash, 2, reporting: Message.doubleSlash(span(offset, offset + 2)))
            guard open.isEmpty else { break }
            // As likely as not the rest is a comment; it has no part in the program.
            tokens.removeLast()
            while offset < bytes.count, bytes[offset] != 10, bytes[offset] != 13 { offset += 1 }
        case UInt8(ascii: "="): take(.compoundAssign, 2)
        default: take(.slash, 1)
        }
    }

    private mutating func equals(_ next: UInt8) {
        switch next {
        case UInt8(ascii: "=") where peek(2) == UInt8(ascii: "="):
            take(.equal, 3, reporting: Message.tripleEqual(span(offset, offset + 3)))
        case UInt8(ascii: "="): take(.equal, 2)
        case UInt8(ascii: ">"): take(.arrow, 2, reporting: Message.fatArrow(span(offset, offset + 2)))
        default:
            closeBeforeAssignment()
            take(.assign, 1)
        }
    }

    private mutating func less(_ next: UInt8) {
        switch next {
        case UInt8(ascii: "="): take(.lessOrEqual, 2)
        case UInt8(ascii: ">"): take(.notEqual, 2, reporting: Message.spelledNotEqual(span(offset, offset + 2)))
        case UInt8(ascii: "-"):
            closeBeforeAssignment()
            take(.leftArrow, 2)
        default: take(.less, 1)
        }
    }

    private mutating func bang(_ next: UInt8) {
        if next == UInt8(ascii: "=") {
            let triple = peek(2) == UInt8(ascii: "=")
            if triple {
                take(.notEqual, 3, reporting: Message.tripleEqual(span(offset, offset + 3)))
            } else {
                take(.notEqual, 2)
            }
            return
        }
        let follows = tokens.last.map { Int($0.end) == offset && $0.kind.endsValue } ?? false
        let place = span(offset, offset + 1)
        if follows {
            take(.unknown, 1, reporting: Message.factorial(place))
        } else {
            take(.keywordNot, 1, reporting: Message.spelledNot(place))
        }
    }

    private mutating func bar(_ next: UInt8) {
        if next == UInt8(ascii: ">") { return take(.pipe, 2) }
        let length = next == UInt8(ascii: "|") ? 2 : 1
        take(.keywordOr, length, reporting: Message.spelledOr(span(offset, offset + length), source))
    }

    private mutating func dot(_ next: UInt8) {
        switch next {
        case UInt8(ascii: ".") where peek(2) == UInt8(ascii: "."): take(.closedRange, 3)
        case UInt8(ascii: ".") where peek(2) == UInt8(ascii: "<"): take(.halfOpenRange, 3)
        case UInt8(ascii: "."):
            let length = peek(2) == UInt8(ascii: "=") ? 3 : 2
            take(.closedRange, length, reporting: Message.twoDots(span(offset, offset + length)))
        case 48...57: number()
        case UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "^"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            report(Message.dottedOperator(span(offset, offset + 2), source))
            offset += 1
        default: take(.dot, 1)
        }
    }

    private mutating func colon(_ next: UInt8) {
        if next == UInt8(ascii: "=") {
            take(.assign, 2, reporting: Message.colonEquals(span(offset, offset + 2)))
        } else {
            markRecord()
            take(.colon, 1)
        }
    }

    // MARK: Beyond ASCII

    mutating func nonASCII() {
        guard let (scalar, length) = decodeScalar(bytes, offset) else {
            // Reported once for the whole source.
            offset += 1
            flags.insert(.spaceBefore)
            return
        }
        if scalar.startsName {
            longIdentifier(from: offset)
        } else if scalar.superscriptValue != nil {
            superscript()
        } else if let kind = symbols[scalar] {
            if kind == .leftArrow { closeBeforeAssignment() }
            take(kind, length)
        } else if scalar.properties.isWhitespace || scalar.value == 0xFEFF || scalar.value == 0x200B {
            offset += length
            flags.insert(.spaceBefore)
        } else {
            curious(scalar, length)
        }
    }

    private mutating func curious(_ scalar: Unicode.Scalar, _ length: Int) {
        switch scalar {
        case "“", "”", "„", "«": curlyString(length)
        case "‘", "’", "‚":
            if followsFunction {
                take(.prime, length, reporting: Message.curlyPrime(span(offset, offset + length)))
            } else {
                singleQuoted(quoteLength: length)
            }
        default: unknown()
        }
    }

    private mutating func superscript() {
        let start = offset
        while offset < bytes.count, let (scalar, length) = decodeScalar(bytes, offset), scalar.superscriptValue != nil {
            offset += length
        }
        push(.superscript, start, offset)
    }

    /// Signs that mean nothing, one report for a run of them.
    mutating func unknown() {
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte < 0x80 {
                guard !isKnown(byte) else { break }
                offset += 1
                continue
            }
            guard let (scalar, length) = decodeScalar(bytes, offset), !scalar.startsName, symbols[scalar] == nil,
                scalar.superscriptValue == nil, !scalar.properties.isWhitespace
            else { break }
            offset += length
        }
        offset = max(offset, start + 1)
        report(Message.unknownCharacter(span(start, offset), source))
        flags.insert([.spaceBefore, .reported])
    }

    private func isKnown(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...8, 14...31, 127, UInt8(ascii: "$"), UInt8(ascii: "~"), UInt8(ascii: "`"): false
        default: true
        }
    }

    /// `f` of `f'`: what a prime can follow.
    var followsFunction: Bool {
        guard let last = tokens.last, Int(last.end) == offset, !last.flags.contains(.synthetic) else { return false }
        return last.kind == .identifier || last.kind == .rightParen || last.kind == .rightBracket || last.kind == .prime
    }
}

extension TokenKind {
    /// A value may end here, so that what follows cannot be its beginning.
    var endsValue: Bool {
        switch self {
        case .number, .string, .stringTail, .identifier, .rightParen, .rightBracket, .rightBrace, .prime, .superscript,
            .keywordTrue, .keywordFalse:
            true
        default: false
        }
    }
}

private let symbols: [Unicode.Scalar: TokenKind] = [
    "←": .leftArrow, "→": .arrow, "·": .star, "⋅": .star, "×": .star, "÷": .slash, "−": .minus, "≤": .lessOrEqual,
    "≥": .greaterOrEqual, "≠": .notEqual, "∇": .nabla, "∂": .partial, "√": .root, "′": .prime, "″": .prime, "…": .closedRange,
]
