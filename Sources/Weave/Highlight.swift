import Syntax

/// A program in colours: each token of the real lexer in a `span` of its class.
///
/// `k` keywords, `n` numbers, `s` strings, `f` names that are called or defined, `o` operators, `c` comments.
struct Highlighter {
    private let source: Source
    private var pieces: [(start: Int, end: Int, kind: String)] = []

    init(_ source: Source) {
        self.source = source
        let (tokens, comments) = tokens(of: source)
        for (index, token) in tokens.enumerated() {
            let next = index + 1 < tokens.count ? tokens[index + 1].kind : .end
            // `rule` is a word of the language only before a name.
            let isRule = token.kind == .identifier && next == .identifier && source.text(Int(token.start), Int(token.end)) == "rule"
            guard let kind = isRule ? "k" : Highlighter.kind(token.kind, next), token.end > token.start else { continue }
            pieces.append((Int(token.start), Int(token.end), kind))
        }
        pieces += comments.map { (Int($0.span.start), Int($0.span.end), "c") }
        pieces.sort { $0.start < $1.start }
    }

    /// Of text that is a program of its own.
    static func html(_ text: String) -> String {
        let source = Source(id: SourceID(0), name: "", text: text)
        return Highlighter(source).html(0, source.bytes.count)
    }

    /// Of the bytes from `start` to `end`.
    func html(_ start: Int, _ end: Int) -> String {
        var result = ""
        var position = start
        for piece in pieces where piece.start >= start && piece.end <= end && piece.start >= position {
            result += escaped(source.text(position, piece.start))
            result += element("span", escaped(source.text(piece.start, piece.end)), class: piece.kind)
            position = piece.end
        }
        return result + escaped(source.text(position, end))
    }

    private static func kind(_ token: TokenKind, _ next: TokenKind) -> String? {
        switch token {
        case .number: "n"
        case .string, .stringHead, .stringMiddle, .stringTail: "s"
        case .identifier: next == .leftParen || next == .prime ? "f" : nil
        case .keywordAnd, .keywordOr, .keywordNot, .keywordIf, .keywordThen, .keywordElse, .keywordFor, .keywordIn, .keywordWhile,
            .keywordBreak, .keywordContinue, .keywordReturn, .keywordImport, .keywordExplain, .keywordTrue, .keywordFalse:
            "k"
        case .assign, .leftArrow, .arrow, .compoundAssign, .plus, .minus, .star, .slash, .caret, .at, .equal, .notEqual, .less,
            .lessOrEqual, .greater, .greaterOrEqual, .pipe, .closedRange, .halfOpenRange, .nabla, .partial, .root, .prime, .superscript:
            "o"
        case .end, .leftParen, .rightParen, .leftBracket, .rightBracket, .leftBrace, .rightBrace, .comma, .colon, .semicolon, .dot, .unknown:
            nil
        }
    }
}
