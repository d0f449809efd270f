import Syntax
import Testing

private func rendered(_ diagnostic: Diagnostic, _ text: String, color: Bool = false, width: Int = 100) -> String {
    let source = Source(id: SourceID(1), name: "line.grad", text: text)
    return DiagnosticRenderer(color: color, width: width) { _ in source }.render(diagnostic)
}

private func span(_ start: Int, _ end: Int) -> Span { Span(SourceID(1), start, end) }

@Suite struct RendererTests {
    @Test func shapes() {
        let text = String(repeating: "\n", count: 6) + "    e = X @ w - y"
        let diagnostic = Diagnostic(
            "the shapes do not match: X @ w is [3], y is [3, 1]", at: span(14, 19), labels: [.init(span(22, 23), "")],
            hints: ["write `y[:, 0]`"])
        #expect(
            rendered(diagnostic, text) == """
                error: the shapes do not match: X @ w is [3], y is [3, 1]
                  --> line.grad:7:9
                   |
                 7 |     e = X @ w - y
                   |         ^^^^^   ^
                   |
                   = hint: write `y[:, 0]`

                """)
    }

    @Test func labelsAndLines() {
        let text = "w = 1\n\nx = 2\ny = 3\nw = 4"
        let diagnostic = Diagnostic("`w` exists already", at: span(20, 21), labels: [.init(span(0, 1), "introduced here")])
        #expect(
            rendered(diagnostic, text) == """
                error: `w` exists already
                  --> line.grad:5:2
                   |
                 1 | w = 1
                   | - introduced here
                 ...
                 5 | w = 4
                   |  ^

                """)
    }

    @Test func wideCharacters() {
        let text = "学 = \"😀e\u{301}\t\" + x"
        let start = text.utf8.count - 1
        #expect(
            rendered(Diagnostic("no", at: span(start, start + 1)), text) == """
                error: no
                  --> line.grad:1:13
                   |
                 1 | 学 = "😀e\u{301}    " + x
                   |                  ^

                """)
    }

    @Test func severalLines() {
        #expect(
            rendered(Diagnostic("no", at: span(4, 13)), "x = f(\n1,\n2)\ny") == """
                error: no
                  --> line.grad:1:5
                   |
                 1 | x = f(
                   |     ^^
                 2 | 1,
                 3 | 2)
                   | ^^

                """)
    }

    @Test func longLine() {
        let text = String(repeating: "aaaa + ", count: 100_000) + "here" + String(repeating: " + bbbb", count: 100_000)
        let result = rendered(Diagnostic("no", at: span(700_000, 700_004)), text, width: 60)
        let lines = result.split(separator: "\n")
        #expect(lines.allSatisfy { displayWidth(String($0)) <= 60 })
        #expect(lines[3].contains("…") && lines[3].contains("here"))
        // The carets stand below the word: the same number of characters before both.
        let before = lines[3].prefix { $0 != "h" }.count
        #expect(lines[4].prefix { $0 != "^" }.count == before)
        #expect(lines[4].hasSuffix(" ^^^^"))
    }

    @Test func endOfText() {
        #expect(rendered(Diagnostic("no", at: span(3, 3)), "x =").contains(" 1 | x =\n   |    ^\n"))
        #expect(rendered(Diagnostic("no", at: span(0, 0)), "").contains(" 1 | \n   | ^\n"))
    }

    @Test func noPlace() {
        #expect(rendered(Diagnostic(.warning, "no file", at: nil, hints: ["look"]), "") == "warning: no file\n   = hint: look\n")
    }

    @Test func controlCharactersStayInside() {
        #expect(!rendered(Diagnostic("no", at: span(0, 1)), "x\u{1B}[31m\u{202E}").contains("\u{1B}"))
    }

    @Test func colour() {
        let text = rendered(Diagnostic("no", at: span(0, 1), hints: ["look"]), "x", color: true)
        #expect(text.contains("\u{1B}[1;31merror:\u{1B}[0m"))
        #expect(text.contains("\u{1B}[1;31m^\u{1B}[0m"))
    }

    @Test func stack() {
        let calls = [Diagnostic.Call(function: "g", span: span(0, 4)), Diagnostic.Call(function: "f", span: span(5, 9))]
        #expect(
            rendered(Diagnostic("no", at: span(2, 3), stack: calls), "g(x)\nf(x)") == """
                error: no
                  --> line.grad:1:3
                   |
                 1 | g(x)
                   |   ^
                  in g, called at line.grad:1:1
                      g(x)
                  in f, called at line.grad:2:1
                      f(x)

                """)
    }

    @Test func recursionIsFolded() {
        let calls = Array(repeating: Diagnostic.Call(function: "f", span: span(0, 4)), count: 1000)
        let text = rendered(Diagnostic("no", at: span(0, 1), stack: calls), "f(x)")
        #expect(text.contains("… 992 more calls"))
        #expect(text.split(separator: "\n").count < 25)
    }
}

@Suite struct NearestNamesTests {
    @Test(arguments: [
        ("summ", ["sum", "mean", "exp"], ["sum"]), ("maen", ["mean", "max"], ["mean"]), ("Softmax", ["softmax"], ["softmax"]),
        ("thta", ["θ", "eta"], ["θ"]), ("xyz", ["sum", "mean"], []), ("valueandgrad", ["value_and_grad", "grad"], ["value_and_grad"]),
        ("x", ["y", "z"], []), ("", ["a"], []), ("lenght", ["length"], ["length"]),
    ])
    func nearest(_ name: String, _ names: [String], _ expected: [String]) {
        #expect(nearestNames(to: name, among: names) == expected)
    }
}
