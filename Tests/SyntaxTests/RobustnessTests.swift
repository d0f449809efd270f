import Syntax
import Testing

/// A small generator of numbers, so that a failure can be repeated.
struct Dice {
    var state: UInt64
    mutating func roll(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }
}

private let pieces = [
    "x", "y", "f", "θ", "beta1", "m̂", "w₁", "1", "2.5", ".5", "1e3", "2", "(", ")", "[", "]", "{", "}", "f(", "x[", "{a: ", ",", ":",
    ";", "\n", "\n", " ", " ", " = ", " <- ", " -> ", "+=", " + ", "-", " * ", "/", "^", "@", "==", "<", "≥", "|>", " and ", " or ",
    "not ", "if ", " then ", " else ", "for i in ", "while ", "break", "return ", "import ", "explain ", "true", "\"", "\"a\"", "\"{", "'",
    "²", "⁻¹", "∇", "√", "...", "..<", ".", "# c\n", "rule r(a: 1) {", "update(θ, g, t) = ", "\\", "!", "%", "“", "0x", "e", "\t", "\r\n",
    "\u{0}", "学", "😀", "let ", "def ", "lambda ", "end", "**", "&&", "//", ":=", "=>", "?", "∂", "‘",
]

@Suite struct RobustnessTests {
    /// Any sequence of tokens gives a tree and diagnostics, each of which can be rendered; and what has none formats to the same tree.
    @Test(arguments: 0..<40) func randomTokens(_ seed: Int) {
        var dice = Dice(state: UInt64(seed) &* 977 &+ 5)
        for _ in 0..<400 {
            let count = 1 + dice.roll(30)
            let text = (0..<count).map { _ in pieces[dice.roll(pieces.count)] }.joined()
            check(text)
        }
    }

    @Test(arguments: 0..<10) func randomBytes(_ seed: Int) {
        var dice = Dice(state: UInt64(seed) &* 31 &+ 7)
        for _ in 0..<400 {
            let bytes = (0..<dice.roll(60)).map { _ in UInt8(dice.roll(256)) }
            check(Source(id: SourceID(1), name: "bytes", bytes: bytes))
        }
    }

    /// Programs that are right, cut and spliced.
    @Test(arguments: 0..<20) func mutations(_ seed: Int) {
        var dice = Dice(state: UInt64(seed) &* 131 &+ 3)
        let text = Array(corpus.joined(separator: "\n").utf8)
        for _ in 0..<60 {
            let start = dice.roll(text.count)
            var bytes = Array(text[start..<min(text.count, start + 30 + dice.roll(200))])
            for _ in 0..<dice.roll(4) {
                let at = dice.roll(bytes.count)
                switch dice.roll(3) {
                case 0: bytes.remove(at: at)
                case 1: bytes[at] = text[dice.roll(text.count)]
                default: bytes.insert(contentsOf: Array(pieces[dice.roll(pieces.count)].utf8), at: at)
                }
                if bytes.isEmpty { bytes = [65] }
            }
            check(Source(id: SourceID(1), name: "mutation", bytes: bytes))
        }
    }

    private func check(_ text: String) { check(source(text)) }

    private func check(_ source: Source) {
        let result = parse(source)
        let renderer = DiagnosticRenderer(color: true, width: 60) { _ in source }
        for diagnostic in result.diagnostics {
            #expect(!renderer.render(diagnostic).isEmpty)
            #expect(diagnostic.span.map { $0.start <= $0.end && $0.end <= source.bytes.count } ?? true, "\(source.text.debugDescription)")
        }
        guard result.diagnostics.isEmpty, let formatted = format(source) else {
            #expect(!result.diagnostics.isEmpty)
            return
        }
        let again = parse(Source(id: SourceID(2), name: "again", text: formatted))
        #expect(again.diagnostics.isEmpty && again.program.dump == result.program.dump, "\(source.text.debugDescription)\n→ \(formatted)")
        #expect(again.program.comments.map(\.text) == result.program.comments.map(\.text), "\(source.text.debugDescription)")
        #expect(format(Source(id: SourceID(2), name: "again", text: formatted)) == formatted, "\(source.text.debugDescription)")
        let printed = Printer.print(result.program)
        let reparsed = parse(Source(id: SourceID(3), name: "printed", text: printed))
        // `0x` and the like are printed `0(x)`.
        let isSame = reparsed.program.dump == result.program.dump || printed.contains("0(x)") || printed.contains("(e3)")
        #expect(reparsed.diagnostics.isEmpty && isSame, "\(source.text.debugDescription)\n→ \(printed)")
    }

    // MARK: Limits

    @Test(arguments: ["(", "[", "{a: ", "x(", "x[", "-", "not ", "∇", "∂(", "√", "2^", "x -> ", "if a then ", "\"{", "if a {", "explain ", "f() = {"])
    func deepNesting(_ opener: String) {
        let result = parsed(String(repeating: opener, count: 100_000))
        #expect(!result.diagnostics.isEmpty)
        #expect(result.diagnostics.count <= 100)
    }

    @Test func deepAndClosed() {
        let text = String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000)
        #expect(parsed(text).diagnostics.map(\.message) == ["this is nested too deeply"])
    }

    @Test(arguments: ["1+", "x.a ", "x |> ", "a and ", "1*"]) func longChains(_ link: String) {
        let text = String(repeating: link, count: 100_000) + "1"
        #expect(!parsed(text).diagnostics.isEmpty)
    }

    @Test(arguments: [".a", "(1)", "[0]"]) func longPostfixes(_ link: String) {
        let text = "x" + String(repeating: link, count: 100_000)
        #expect(parsed(text).diagnostics.map(\.message) == ["this is nested too deeply"])
    }

    @Test func chainOfThousandIsFine() {
        let text = Array(repeating: "x", count: 900).joined(separator: " + ")
        #expect(parsed(text).diagnostics.isEmpty)
        #expect(format(source(text)) != nil)
    }

    @Test func elseIfChain() {
        let text = String(repeating: "if a { b } else ", count: 100_000) + "{ c }"
        #expect(parsed(text).diagnostics.contains { $0.message == "this is nested too deeply" })
    }

    @Test func tenMegabyteLine() {
        let text = "x = [" + String(repeating: "1.5, ", count: 2_000_000) + "oops oops]"
        let text1 = source(text)
        let result = parse(text1)
        #expect(result.diagnostics.count == 1)
        let renderer = DiagnosticRenderer(color: false) { _ in text1 }
        let rendered = result.diagnostics.map(renderer.render).joined()
        #expect(rendered.utf8.count < 600)
        #expect(rendered.contains("oops oops]"))
    }

    @Test func tenMegabytesOfBrackets() {
        let result = parsed(String(repeating: "([{", count: 1_000_000))
        #expect(result.diagnostics.count <= 100)
    }

    @Test func invalidBytes() {
        let bytes: [UInt8] = Array("x = \"a".utf8) + [0xFF, 0xC0] + Array("\"\ny = 1".utf8)
        let source = Source(id: SourceID(1), name: "bytes", bytes: bytes)
        let result = parse(source)
        #expect(result.diagnostics.map(\.message) == ["this byte is not UTF-8 text"])
        #expect(source.location(of: Int(result.diagnostics[0].span?.start ?? 0)) == (1, 7))
        #expect(result.program.statements.count == 2)
    }

    @Test func nulAndBOM() {
        #expect(tree("\u{FEFF}x\u{0}") == "x\n! there is a control character here, U+0000")
    }
}
