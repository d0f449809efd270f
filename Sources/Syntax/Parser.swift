/// The parser: tokens to tree, by recursive descent. It never fails; what does not parse is `.invalid` and has a diagnostic.
///
/// The grammar. A statement ends at the end of its line or at `;`, which keeps its value from being shown. Line ends do not count
/// inside parentheses, brackets and the braces of a record, after a binary operator or another sign that must go on (`=`, `<-`, `->`, `then`, `else`),
/// and before `|>`, `else` and `{` of a control statement.
///
///     program     = { statement }
///     statement   = import | for | while | branch | "break" | "continue" | "return" [ expression ]
///                 | rule | definition | introduction | update | expression
///     import      = "import" string
///     for         = "for" name "in" expression block
///     while       = "while" expression block
///     branch      = "if" expression block [ "else" ( branch | block ) ]
///     rule        = "rule" name "(" parameters ")" "{" { name "=" expression } "update" "(" … ")" "=" body "}"
///     definition  = name"(" parameters ")" "=" body
///     introduction = name "=" expression
///     update      = target "<-" expression
///     target      = name { "." name | "[" items "]" }
///     block       = "{" { statement } "}"
///     body        = block | expression
///     parameters  = [ parameter { "," parameter } [ "," ] ]
///     parameter   = name [ "[" length { "," length } "]" ] [ ":" expression ]
///     length      = name | number
///
///     expression  = "explain" expression | lambda | "if" expression "then" expression "else" expression | pipe
///     lambda      = ( name | "(" parameters ")" ) "->" body
///     pipe        = or { "|>" ( or | lambda ) }
///     or          = and { "or" and }
///     and         = not { "and" not }
///     not         = "not" not | comparison
///     comparison  = range [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" ) range ]
///     range       = sum [ ( "..." | "..<" ) sum ]
///     sum         = product { ( "+" | "-" ) product }
///     product     = unary { ( "*" | "/" | "@" ) unary }
///     unary       = ( "-" | "+" ) unary | numeral"times" | power     times = power, directly behind the numeral: 2x, 2(w - 3)
///     power       = postfix [ "^" unary | superscript ]
///     postfix     = primary { "("arguments")" | "["items"]" | "." name | "'" }      "(" and "[" directly behind
///     primary     = number | string | "true" | "false" | name | "(" expression ")" | "[" elements "]" | record
///                 | "∇" ( path | "(" expression ")" | "∇" … ) | "∂" ( path | "(" expression ")" ) "/" "∂" name | "√" postfix
///     path        = name { "." name }
///     record      = "{" [ name ":" expression { "," name ":" expression } [ "," ] ] "}"
///     arguments   = [ [ name ":" ] expression { "," … } [ "," ] ]
///     items       = item { "," item }
///     item        = ":" | [ sum ] ( "..." | "..<" ) [ sum ] | expression
///
/// Each sign has an ASCII and a mathematical spelling: `<-` `←`, `->` `→`, `*` `·` `×`, `-` `−`, `<=` `≤`, `>=` `≥`, `!=` `≠`,
/// `^2` `²`, `sqrt(x)` `√x`, `f'` `f′`, `...` `…`.
struct Parser {
    let source: Source
    let bytes: [UInt8]
    let tokens: [Token]
    var position = 0
    var diagnostics: [Diagnostic]
    /// How many of the diagnostics would vanish if the text went on.
    var endErrors: Int
    /// An error was reported and the place where parsing can go on is not reached: what is found until then is not reported.
    var failed = false
    /// Constructs under way, each a few calls deep on the stack.
    var depth = 0
    /// Levels of the tree below the expression or statement returned last.
    var height = 0
    /// Inside the head of a control statement, where `{` begins its block.
    var inHead = false
    /// Inside the brackets of an index, where a range may lack an end.
    var inItem = false
    let greek = GreekNames.shared

    /// Each level takes a few hundred bytes of the stack of every stage that walks the tree.
    static let depthLimit = 400
    static let heightLimit = 1000

    init(_ source: Source) {
        self.source = source
        bytes = source.bytes
        var lexer = Lexer(source)
        lexer.run()
        (tokens, diagnostics, endErrors) = (lexer.tokens, lexer.diagnostics, lexer.endErrors)
        comments = lexer.comments
    }

    private let comments: [Comment]

    mutating func program() -> ParseResult {
        var statements: [Statement] = []
        while current.kind != .end { self.statement(into: &statements) }
        let needsMore = endErrors > 0 && endErrors == diagnostics.count
        let sorted = diagnostics.enumerated().sorted {
            let (left, right) = ($0.element.span?.start ?? 0, $1.element.span?.start ?? 0)
            return left == right ? $0.offset < $1.offset : left < right
        }
        return ParseResult(
            program: Program(statements: statements, comments: comments, source: source.id),
            diagnostics: sorted.map(\.element), needsMore: needsMore)
    }
}

package struct ParseResult: Sendable {
    package let program: Program
    /// In order of position; empty when the source is right.
    package let diagnostics: [Diagnostic]
    /// The text ends where it has to go on (in an open bracket, behind an operator) and is right as far as it goes.
    package let needsMore: Bool
}

/// Parses a source. Bounded in stack whatever the text is, and in time by its length.
package func parse(_ source: Source) -> ParseResult {
    guard source.bytes.count <= Source.largestSize else {
        let empty = Program(statements: [], comments: [], source: source.id)
        return ParseResult(program: empty, diagnostics: [Message.sourceTooLong(source)], needsMore: false)
    }
    var parser = Parser(source)
    return parser.program()
}

/// The tokens of a source, and its comments, for whoever shows it in colours.
package func tokens(of source: Source) -> (tokens: [Token], comments: [Comment]) {
    var lexer = Lexer(source)
    lexer.run()
    return (lexer.tokens, lexer.comments)
}

// MARK: Tokens

extension Parser {
    var current: Token { tokens[position] }
    var kind: TokenKind { tokens[position].kind }

    /// The kind of a token further on; `.end` behind the last.
    func kind(at index: Int) -> TokenKind { index < tokens.count ? tokens[index].kind : .end }

    mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    @discardableResult
    mutating func accept(_ kind: TokenKind) -> Bool {
        guard self.kind == kind else { return false }
        advance()
        return true
    }

    func span(_ token: Token) -> Span { Span(source.id, Int(token.start), Int(token.end)) }
    func span(from start: Int32) -> Span {
        let end = position > 0 ? tokens[position - 1].end : 0
        return Span(source.id, Int(start), Int(max(start, end)))
    }
    func span(_ start: Int32, _ end: Int32) -> Span { Span(source.id, Int(start), Int(end)) }
    func text(_ token: Token) -> String { source.text(Int(token.start), Int(token.end)) }

    /// Where something is missing: at the current token, or behind the last one when the line ended there.
    var gap: Span {
        guard kind == .end || current.startsLine, position > 0 else { return span(current) }
        let end = tokens[position - 1].end
        return span(end, end)
    }

    /// A line begins here that introduces a name, so that what came before it is over.
    var startsIntroduction: Bool {
        kind == .identifier && current.startsLine && kind(at: position + 1) == .assign
    }

    func name(_ token: Token) -> Name {
        let (start, end) = (Int(token.start), Int(token.end))
        if token.flags.contains(.special) { return Name(canonicalName(source.text(start, end)), span(token)) }
        if let letter = greek.canonical(bytes, start, end) { return Name(letter, span(token)) }
        return Name(String(decoding: bytes[start..<end], as: UTF8.self), span(token))
    }

    /// A statement cannot go on with this token.
    var atStatementEnd: Bool {
        let token = current
        switch token.kind {
        case .end, .semicolon, .rightBrace, .rightParen, .rightBracket, .stringTail, .stringMiddle: return true
        default: return token.startsLine
        }
    }
}

// MARK: Errors

extension Parser {
    mutating func report(_ diagnostic: Diagnostic) {
        if diagnostics.count < Lexer.diagnosticLimit { diagnostics.append(diagnostic) }
    }

    /// Reports at the current token, and skips to where parsing can go on: the next comma, closing bracket or statement.
    @discardableResult
    mutating func fail(_ diagnostic: Diagnostic) -> Expression {
        let token = current
        if !failed, !token.wasReported {
            if token.kind == .end { endErrors += 1 }
            report(diagnostic)
        }
        failed = true
        height = 1
        recover()
        return .invalid(span(token))
    }

    private mutating func recover() {
        while !atStatementEnd {
            if kind == .comma || (kind == .leftBrace && inHead) { return }
            skipOne()
        }
    }

    /// Passes one token, or all that a bracket encloses.
    mutating func skipOne() {
        while current.match >= 0, kind == .stringHead || kind == .stringMiddle { position = Int(current.match) }
        if current.match >= 0 { position = Int(current.match) }
        advance()
    }

    /// Skips to the end of the statement.
    mutating func skipStatement() {
        while !atStatementEnd { skipOne() }
    }

    /// Enters a construct; `false`, with a report, when too many are open already.
    mutating func enter() -> Bool {
        depth += 1
        if depth <= Parser.depthLimit { return true }
        depth -= 1
        if !failed { fail(Message.tooDeep(span(current))) }
        return false
    }

    mutating func leave() { depth -= 1 }

    /// Sets the height of a node above the given one; the node itself, or `.invalid` if the tree grew too high.
    mutating func grown(_ below: Int, _ expression: Expression, at place: Span) -> Expression {
        height = below + 1
        if height <= Parser.heightLimit { return expression }
        if !failed { fail(Message.tooDeep(span(current))) }
        height = 1
        return .invalid(place)
    }
}
