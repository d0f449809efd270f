import Syntax
import Testing

/// As written, and as formatted.
private let cases: [(String, String)] = [
    ("x=1", "x = 1\n"),
    ("x   =   -1 ;", "x = -1;\n"),
    ("a;b", "a;\nb\n"),
    ("f( x,k:2 )=x+k", "f(x, k: 2) = x + k\n"),
    ("a\n\n\n\nb", "a\n\nb\n"),
    ("# one\n\n#two\nx # three", "# one\n\n#two\nx  # three\n"),
    ("x = 1 # a\nlonger = 2 # b", "x = 1       # a\nlonger = 2  # b\n"),
    ("theta ← beta1·x", "theta ← beta1 · x\n"),
    ("x²+√y", "x² + √y\n"),
    ("1_000+.5", "1_000 + .5\n"),
    ("if a{b}else{c}", "if a { b } else { c }\n"),
    ("if a{\nb}\nelse\n{c\n}", "if a {\n    b\n} else {\n    c\n}\n"),
    ("f(x)={\ny=x\n\n\ny}", "f(x) = {\n    y = x\n\n    y\n}\n"),
    ("[1,2,\n3]", "[1, 2, 3]\n"),
    ("[[1,2],\n[3,4]]", "[\n    [1, 2],\n    [3, 4]\n]\n"),
    ("{\na:1,b:2}", "{\n    a: 1,\n    b: 2\n}\n"),
    ("a = b+ # c\nd", "a = b+ # c\nd\n"),
    ("a;\r\nb\r\n", "a;\nb\n"),
    ("", ""),
    ("\n\n", ""),
    ("# only", "# only\n"),
    ("x = 1 + f(\n2)", "x = 1 +\n    f(\n        2\n    )\n"),
    ("x = (f(\n2))", "x = (\n    f(\n        2\n    )\n)\n"),
    ("x = 1 + f(a -> {\na\n})", "x = 1 + f(a -> {\n    a\n})\n"),
    ("while a { b; c }", "while a { b; c }\n"),
]

@Suite struct FormatterTests {
    @Test(arguments: cases) func formatted(_ text: String, _ expected: String) {
        #expect(format(source(text)) == expected)
        #expect(format(source(expected)) == expected)
    }

    @Test(arguments: corpus) func keepsTree(_ text: String) throws {
        let result = parsed(text)
        #expect(result.diagnostics.map(\.message) == [])
        let formatted = try #require(format(source(text)))
        let again = parsed(formatted)
        #expect(again.program.dump == result.program.dump)
        #expect(again.program.comments.map(\.text) == result.program.comments.map(\.text))
        #expect(format(source(formatted)) == formatted)
        let longest = formatted.split(separator: "\n").map { displayWidth(String($0)) }.max() ?? 0
        #expect(longest <= 100)
    }

    @Test func refusesErrors() {
        #expect(format(source("x = (1")) == nil)
    }
}
