import Syntax
import Testing

/// A text with one mistake, the columns marked (`start-end`, on the line if it is not the first), and what is said.
private let messages: [(String, String, String)] = [
    // Characters
    ("x = 3 $ 4", "7-8", "`$` has no meaning here"),
    ("x\u{1}", "2-3", "there is a control character here, U+0001"),
    ("a ? b : c", "3-4", "`?` has no meaning here"),
    ("A \\ b", "3-4", "`\\` has no meaning here"),
    ("x = 'abc'", "5-10", "strings stand in double quotes"),
    ("x = 'abc", "5-6", "this quote belongs to nothing"),
    ("x = “abc”", "5-10", "these are curly quotes; strings stand in straight ones"),
    ("f’(0)", "2-3", "this is a curly quote; a derivative is written with a straight one"),
    ("// note", "1-3", "a comment begins with `#`"),
    ("x = 1 /* note */", "7-9", "a comment begins with `#`"),
    // Spellings
    ("a && b", "3-5", "`&&` is written `and`"),
    ("a & b", "3-4", "`&` is written `and`"),
    ("a || b", "3-5", "`||` is written `or`"),
    ("!a", "1-2", "`!` is written `not`"),
    ("n!", "2-3", "`!` behind a value has no meaning"),
    ("a <> b", "3-5", "`<>` is written `!=` or `≠`"),
    ("a === b", "3-6", "equality has two signs: `==` and `!=`"),
    ("a !== b", "3-6", "equality has two signs: `==` and `!=`"),
    ("x ** 2", "3-5", "a power is written `^`"),
    ("a // b", "3-5", "`//` has no meaning here"),
    ("a % b", "3-4", "`%` has no meaning here"),
    ("a .* b", "3-5", "`.*` needs no dot: `*` works element by element"),
    ("f = x => x", "7-9", "the arrow of a function is written `->`"),
    ("x := 3", "3-5", "`:=` has no meaning here"),
    ("for i in 1..5 { i }", "11-13", "a range is written with `...` or `..<`"),
    ("for i in 1..=5 { i }", "11-14", "a range is written with `...` or `..<`"),
    ("0x1F", "1-5", "`0x1F` is not a number here"),
    ("x = True", "5-9", "`True` is written `true`"),
    ("x = None", "5-9", "there is no `None`"),
    ("let x = 3", "1-4", "a name needs no `let`"),
    ("def f(x): return x", "1-4", "a function needs no `def`"),
    ("function f(x)", "1-9", "a function needs no `function`"),
    ("fn f(x) { x }", "1-3", "a function needs no `fn`"),
    ("lambda x: x", "1-7", "a function without a name is written with an arrow"),
    ("f = lambda x: x", "5-11", "a function without a name is written with an arrow"),
    ("end", "1-4", "a block ends with `}`, not with `end`"),
    ("print x", "1-6", "`print` needs parentheses"),
    ("if a { b } elif c { d }", "12-16", "`elif` is written `else if`"),
    ("elif c { d }", "1-5", "`elif` is written `else if`"),
    ("i++", "2-4", "there is no `++`"),
    ("x += 1", "3-5", "a name is changed with `<-`"),
    ("f(x += 1)", "5-7", "a name cannot be changed inside an expression"),
    // Strings and numbers
    ("x = \"abc", "5-9", "this string does not end on its line"),
    ("x = \"a {b", "5-9", "this string does not end on its line"),
    ("\"a\\q\"", "3-5", "`\\q` means nothing in a string"),
    ("\"\\u{zz}\"", "2-5", "this is not a character's number"),
    ("\"a {}\"", "4-6", "nothing stands between these braces"),
    ("\"{x:.2f}\"", "4-5", "a format cannot be given here"),
    ("1e999", "1-6", "this number is too large"),
    ("x ²", "3-4", "an exponent stands directly behind its base"),
    ("x⁻", "2-3", "this is no exponent"),
    ("x²^3", "3-4", "a power of a power needs parentheses"),
    // Brackets
    ("f(x", "2-3", "`(` is never closed"),
    ("x = [1, (2]", "11-12", "a `)` is missing here"),
    ("f(x,\n  y\nz = 3", "2:4-4", "a `)` is missing here"),
    ("f(x\nfor i in y { i }", "1:4-4", "a `)` is missing here"),
    ("f(x]", "4-5", "`]` cannot close `(`"),
    ("x)", "2-3", "`)` closes nothing"),
    ("a }", "3-4", "`}` closes nothing"),
    ("[1 2 3]", "4-5", "a comma is missing before this"),
    ("f(a b)", "5-6", "a comma is missing before this"),
    ("[1,,2]", "4-5", "a value is missing before this comma"),
    ("x = ()", "5-7", "nothing stands between these parentheses"),
    ("(a, b)", "3-4", "values in parentheses cannot be separated by commas"),
    ("a, b = f(x)", "2-3", "a comma has no meaning here"),
    ("a { b }", "3-4", "a block cannot stand here"),
    // Expressions
    ("x = = 3", "5-6", "a value is missing behind `=`"),
    ("x = 1 + * 2", "7-8", "a value is missing behind `+`"),
    ("* 2", "1-2", "a statement cannot begin with `*`"),
    ("x = then", "5-9", "a value is missing behind `=`"),
    ("2 x", "3-4", "an operator is missing before `x`"),
    ("x 2", "3-4", "an operator is missing before `2`"),
    ("x (y)", "3-4", "there is a space before this parenthesis"),
    ("x [y]", "3-4", "there is a space before this bracket"),
    ("1/2x", "1-5", "this can be read in two ways"),
    ("x/2y + 1", "1-5", "this can be read in two ways"),
    ("x^2y", "1-5", "this can be read in two ways"),
    ("x^-2y", "1-6", "this can be read in two ways"),
    ("A @ 2y", "1-7", "this can be read in two ways"),
    ("√2x", "1-4", "this can be read in two ways"),
    ("(w - 3)(w + 3)", "1-8", "a number cannot be called"),
    ("2(w - 3)(w + 3)", "2-9", "a number cannot be called"),
    ("2[1]", "1-2", "a number has no elements"),
    ("2'", "2-3", "this quote belongs to nothing"),
    ("x[]", "2-4", "an index is missing between these brackets"),
    ("x[1:3]", "4-5", "a range of indices is not written with `:`"),
    ("x[:3]", "3-4", "a range of indices is not written with `:`"),
    ("0 < x < 1", "7-8", "comparisons cannot be chained"),
    ("1...2...3", "6-9", "a range has two ends"),
    ("1 + if a then b else c", "5-7", "`if` behind an operator needs parentheses"),
    ("2 * x -> x", "5-6", "a function behind an operator needs parentheses"),
    ("explain", "8-8", "an expression is missing behind `explain`"),
    ("p.", "3-3", "the name of a field is missing behind the dot"),
    ("∇ + 2", "3-4", "a function is missing behind `∇`"),
    ("∇²f", "1-3", "`∇` has no powers"),
    ("∂ + 2", "3-4", "a function is missing behind `∂`"),
    ("∂²L/∂w²", "1-3", "`∂` has no powers"),
    ("∂L", "3-3", "it is missing what the derivative is taken by"),
    ("∂L/w", "4-5", "it is missing what the derivative is taken by"),
    ("∂L/∂(w)", "5-6", "it is missing what the derivative is taken by"),
    ("∂L/∂p.w(q)", "6-8", "`∂` takes the name of a parameter, without its fields"),
    ("x = if a b else c", "10-11", "`then` is missing here"),
    ("x = if a then b", "16-16", "this `if` gives no value otherwise: `else` is missing"),
    ("else { b }", "1-5", "this `else` belongs to no `if`"),
    ("x then y", "3-7", "this `then` belongs to no `if`"),
    ("2 -> x", "3-5", "before `->` stand names"),
    ("x : y", "3-4", "`:` has no meaning here"),
    ("x = {a; b}", "5-6", "a block cannot stand here"),
    // Names and changes
    ("if x = 3 { y }", "6-7", "`=` introduces a name; equality is `==`"),
    ("y = (x = 3)", "8-9", "`=` cannot stand inside an expression"),
    ("if x <-3 { y }", "6-8", "`=` cannot stand inside an expression"),
    ("y = (x <- 3)", "8-10", "`<-` cannot stand inside an expression"),
    ("p.w = 3", "5-6", "`=` introduces a name, and this is no name"),
    ("a = b = c", "7-8", "one `=` introduces one name"),
    ("f(x) <- 3", "1-5", "this cannot be changed"),
    ("2 <- 3", "1-2", "this cannot be changed"),
    ("x = if a then return 1 else 2", "15-21", "`return` gives no value"),
    ("if a then x <- 1 else 2", "13-15", "`<-` gives no value"),
    (";", "1-2", "this `;` ends no statement"),
    ("f(in) = 3", "3-5", "`in` is a word of the language and cannot be a name"),
    // Functions, calls, records
    ("f(x) =", "7-7", "the function's value is missing behind `=`"),
    ("f(x) -> x", "6-8", "a function with a name is defined with `=`"),
    ("f(x) { x }", "6-7", "`=` is missing before this block"),
    ("f(2) = 3", "3-4", "a parameter is a name"),
    ("f(k = 2) = k", "5-6", "a default is given with `:`"),
    ("f(x, x) = x", "6-7", "there are two parameters `x`"),
    ("f(theta, θ) = 1", "10-11", "there are two parameters `θ`"),
    ("f(a: 1, a: 2)", "9-10", "the argument `a` is given twice"),
    ("{a: 1, a: 2}", "8-9", "there are two fields `a`"),
    ("f(X[]) = X", "4-6", "a shape has at least one length"),
    ("f(X[n + 1]) = X", "5-6", "a declared length is a name or a whole number"),
    ("f(X[1.5]) = X", "5-8", "a declared length is a name or a whole number"),
    ("f(lr = 2)", "6-7", "a named argument is given with `:`"),
    ("{a: 1, b = 2}", "10-11", "a field is given with `:`"),
    ("{\"a\": 1}", "2-5", "the name of a field has no quotes"),
    ("{a: 1, 2}", "8-9", "the name of a field is expected here"),
    ("{a: 1, b}", "9-10", "the field `b` has no value"),
    ("{a: }", "5-6", "a value is missing behind `:`"),
    // Control
    ("if { b }", "4-5", "a condition is missing here"),
    ("while a", "8-8", "the block of this `while` is missing: `{` is expected here"),
    ("for i in x\ny", "1:11-11", "the block of this `for` is missing: `{` is expected here"),
    ("if a { b } else c", "17-18", "the block of this `else` is missing: `{` is expected here"),
    ("while x: y", "8-9", "the block of `while` stands in braces, not behind a colon"),
    ("x = if a then { b } else { c }", "15-16", "behind `then` and `else` of a choice stands a value, not a block"),
    ("x = if a { b } else { c }", "5-7", "an `if` with braces gives no value"),
    ("f(x) = if a { b } else { c }", "8-10", "an `if` with braces gives no value"),
    ("for 3 in x { y }", "5-6", "the name that runs through the values is missing"),
    ("for i, j in x { y }", "6-7", "a loop has one name"),
    ("for i x { y }", "7-8", "`in` is missing here"),
    ("for i = 1...3 { y }", "7-8", "a loop runs through values with `in`"),
    ("for (i in x) { y }", "5-6", "the head of a loop has no parentheses"),
    ("import layers", "8-14", "the name of a file is missing behind `import`"),
    ("import \"\"", "1-10", "the name of the file is empty"),
    // Rules
    ("rule sgd(lr: 1) { m = 0 }", "6-9", "the rule `sgd` has no `update`"),
    ("rule sgd { update(a, b, c) = a; update(a, b, c) = b }", "33-39", "a rule has one `update`"),
    ("rule sgd { update(a, b) = a }", "12-18", "`update` takes three arguments"),
    ("rule sgd { f(x) = x; update(a, b, c) = a }", "12-13", "a rule holds memory and `update`, no other function"),
    ("rule sgd { m <- 0; update(a, b, c) = a }", "12-18", "a rule holds memory, `m = 0`, and `update`, nothing else"),
    ("rule sgd { m = 0; m = 1; update(a, b, c) = a }", "19-20", "the rule's memory has two `m`"),
        ("rule sgd(lr: 1)", "16-16", "the block of this `rule` is missing: `{` is expected here"),
]

/// What is right so far and has to go on.
private let unfinished = [
    "f(x", "[1,", "{a: 1", "f(x) = {", "x =", "x <-", "x -> ", "1 +", "a and", "x |>", "if a then", "if a then b else", "if a then b",
    "while a {\n b", "for i in", "for i in x", "if a", "f(x) =", "explain", "not", "x = # comment", "f(x) = {\n  g(", "rule r(a: 1)", "2^", "∇", "∂", "∂L/", "∂L/∂", "f(a, b:",
    "import",
]


@Suite struct MessageTests {
    @Test(arguments: messages) func message(_ text: String, _ place: String, _ expected: String) {
        let result = parsed(text)
        let found = result.diagnostics.map { "\(self.place($0.span, text)) \($0.message)" }
        #expect(found == ["\(place) \(expected)"])
    }

    private func place(_ span: Span?, _ text: String) -> String {
        guard let span else { return "" }
        let source = source(text)
        let start = source.location(of: Int(span.start))
        let end = source.location(of: Int(span.end))
        let line = text.contains("\n") ? "\(start.line):" : ""
        return "\(line)\(start.column)-\(end.column)"
    }

    @Test func severalErrorsNoCascade() {
        let text = """
            x = 1 +* 2
            y = [1 2, 3]
            f(x) = {
              z = )
              2 w
            }
            for i in { i }
            v = "abc
            ok = 1
            """
        let result = parsed(text)
        let lines = result.diagnostics.map { source(text).location(of: Int($0.span?.start ?? 0)).line }
        #expect(lines == [1, 2, 4, 5, 7, 8])
        #expect(result.program.dump.hasSuffix("(= ok 1)"))
    }

    @Test(arguments: unfinished) func needsMore(_ text: String) {
        let result = parsed(text)
        #expect(result.needsMore, "\(result.diagnostics.map(\.message))")
        #expect(!result.diagnostics.isEmpty)
    }

    @Test(arguments: ["f(x)", "x = ) (", "x", "x = 1 +* (", "\"abc", "if a { b }", "", "# (", "x $ ("]) func doesNotNeedMore(_ text: String) {
        #expect(!parsed(text).needsMore)
    }
}
