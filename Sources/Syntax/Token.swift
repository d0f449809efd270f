/// What the lexer makes of a piece of text. Brackets always come in pairs: where one is missing the lexer reports it
/// and puts in a `synthetic` token of no length, so that the parser can skip from an opener to its closer.
package enum TokenKind: UInt8, Sendable {
    case end
    case number, string, identifier
    /// `"a {`, `} b {` and `} c"`: the pieces of a string around its interpolated expressions.
    case stringHead, stringMiddle, stringTail
    case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, colon, semicolon, dot, prime, superscript
    /// `=`, `<-`, `->`, and `+=` with its kin, which the language does not have.
    case assign, leftArrow, arrow, compoundAssign
    case plus, minus, star, slash, caret, at
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, pipe
    case closedRange, halfOpenRange
    case nabla, partial, root
    case keywordAnd, keywordOr, keywordNot, keywordIf, keywordThen, keywordElse, keywordFor, keywordIn, keywordWhile
    case keywordBreak, keywordContinue, keywordReturn, keywordImport, keywordExplain, keywordTrue, keywordFalse
    /// Something reported already, which can be part of nothing.
    case unknown

    var isKeyword: Bool { rawValue >= TokenKind.keywordAnd.rawValue && rawValue <= TokenKind.keywordFalse.rawValue }
    var isName: Bool { self == .identifier || isKeyword }
}

package struct Token: Sendable {
    package struct Flags: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let spaceBefore = Flags(rawValue: 1)
        /// A line end that counts stands before: one that is not inside parentheses, brackets or a record.
        package static let newlineBefore = Flags(rawValue: 2)
        /// The lexer has reported this token; an error of the parser at it would only repeat that.
        package static let reported = Flags(rawValue: 4)
        /// A string with escapes, or an identifier that is not plain ASCII.
        package static let special = Flags(rawValue: 8)
        /// Not in the source: put in by the lexer to keep brackets in pairs.
        package static let synthetic = Flags(rawValue: 16)
    }

    package var kind: TokenKind
    package var flags: Flags
    package var start: Int32
    package var end: Int32
    /// For an opening bracket the index of the token that closes it, else -1.
    package var match: Int32 = -1

    package init(_ kind: TokenKind, _ flags: Flags, _ start: Int, _ end: Int) {
        (self.kind, self.flags, self.start, self.end) = (kind, flags, Int32(start), Int32(end))
    }

    var startsLine: Bool { flags.contains(.newlineBefore) }
    /// Nothing stands between this token and the one before.
    var isAdjacent: Bool { flags.isDisjoint(with: [.spaceBefore, .newlineBefore]) }
    var wasReported: Bool { !flags.isDisjoint(with: [.reported, .synthetic]) }
}
