import Foundation
import Runtime
import Syntax
import TerminalSupport
import Testing

import Weave
import Wording

/// Whole pages.
@Suite struct WeaverTests {
    private func page(_ text: String, name: String = "lesson.grad", language: Language = .english) -> String {
        DeepStack.run {
            let files: (String) throws -> [UInt8] = { [UInt8](try Data(contentsOf: WeaverTests.root.appendingPathComponent($0))) }
            let interpreter = Interpreter(environment: Environment(print: { _ in }, note: { _ in }, readFile: files))
            interpreter.machine.environment.language = language
            return Weaver(interpreter.addSource(name: name, bytes: Array(text.utf8)), interpreter, language: language).html
        }
    }

    /// What stands between the tags of `main`.
    private func body(_ text: String) -> String {
        let page = page(text)
        guard let start = page.range(of: "<main>\n"), let end = page.range(of: "</main>") else { return page }
        return String(page[start.upperBound..<end.lowerBound])
    }

    private func isWellFormed(_ page: String) -> Bool {
        let problem = XMLChecker.problem(in: String(page.drop { $0 != "\n" }))
        #expect(problem == nil)
        return problem == nil
    }

    @Test func textCodeAndResults() {
        let body = body("# A title\n#\n# Some *text*.\n\nx = 2\nx + 1\nprint(\"<b>\")\n\n# More.\n")
        #expect(body == """
            <h1>A title</h1>
            <p>Some <em>text</em>.</p>
            <pre class="grad"><code>x <span class="o">=</span> <span class="n">2</span>
            x <span class="o">+</span> <span class="n">1</span></code></pre>
            <pre class="out"><samp>3</samp></pre>
            <pre class="grad"><code><span class="f">print</span>(<span class="s">&quot;&lt;b&gt;&quot;</span>)</code></pre>
            <pre class="out"><samp>&lt;b&gt;</samp></pre>
            <p>More.</p>

            """)
    }

    /// What is printed stands under the lines up to the next blank one, a value under its own.
    @Test func placesOfResults() {
        let body = body("print(1)\nprint(\"\")\nprint(2)\n\n3\n4\nprint(\"\")\n\nx = 5\n")
        let shown = body.split(separator: "\n").filter { !$0.hasPrefix("<pre class=\"grad\">") || $0.contains("print") }.map {
            $0.replacing("<pre class=\"out\">", with: "").replacing("</pre>", with: "")
        }
        #expect(shown.filter { $0.hasPrefix("<samp>") || $0.hasSuffix("</samp>") } == ["<samp>1", "2</samp>", "<samp>3</samp>", "<samp>4</samp>"])
        #expect(body.components(separatedBy: "<pre class=\"grad\">").count == 5)
    }

    /// A comment inside a function, behind a statement or indented belongs to the program.
    @Test func commentsOfTheProgram() {
        let body = body("f(x) = {\n# not text\n    x + 1  # nor this\n}\nf(1)\n")
        #expect(!body.contains("<p>"))
        #expect(body.contains("<span class=\"c\"># not text</span>"))
        #expect(body.contains("<span class=\"c\"># nor this</span>"))
        #expect(body.contains("<samp>2</samp>"))
    }

    @Test func sections() {
        let page = page("# Lesson\n#\n# Opening.\n\n# 1. One\n#\n# a\n\n# 2. Two\n\n1 + 1\n\n# 3. Three\n#\n# 1. first\n# 2. second\n")
        #expect(page.contains("<title>Lesson</title>"))
        #expect(page.contains("<h2 id=\"s2\">2. Two</h2>"))
        #expect(page.contains("<nav><ul><li><a href=\"#s1\">1. One</a></li>"))
        #expect(page.contains("<ol>\n<li>first</li>"))
        #expect(isWellFormed(page))
    }

    @Test func figures() {
        let page = page("plot(x -> x^2, -1...1)\nfig = plot(sin);\n")
        #expect(page.contains("<figure>\n<div class=\"broad\">\n<svg xmlns=") && page.contains("<div class=\"narrow\">\n<svg xmlns="))
        #expect(page.components(separatedBy: "<svg xmlns=").count == 3)
        #expect(isWellFormed(page))
    }

    /// Errors are shown where they happened, and what came before them is there.
    @Test func errors() {
        let failed = body("print(1)\n\nlog(\"a\")\nprint(2)\n")
        #expect(failed.contains("<samp>1</samp>"))
        #expect(failed.contains("<pre class=\"error\"><samp>error: `log` needs a number"))
        #expect(!failed.contains("<samp>2</samp>"))
        let rejected = body("# Title\n\nx = (\n")
        #expect(rejected.contains("<pre class=\"error\">"))
        #expect(rejected.contains("<h1>Title</h1>"))
    }

    @Test func notesAreShown() {
        #expect(body("f(a, b) = a\ngrad(f)(1, 2)\n").contains("<pre class=\"note\">"))
    }

    @Test(arguments: ["", "\n\n", "#", "# ", "##", "x", "\u{FEFF}# BOM\n1\n", "# \u{0}\u{1}\u{B}\n\"\u{1}\"\n", "print(\"]]>\")"])
    func edges(_ text: String) {
        #expect(isWellFormed(page(text)))
    }

    @Test func formulasSpeakTheLanguageOfThePage() {
        let text = "# Um título\n\n# $if x > 0 then x else 0$\n\nf(x) = if x > 0 then x^2 else -x\nformula(grad(f))\n"
        let portuguese = page(text, language: .portuguese)
        #expect(portuguese.contains("<mtext>se\u{A0}</mtext>") && portuguese.contains("<mtext>caso contrário</mtext>"))
        #expect(portuguese.contains("<p class=\"path\">pelo caminho seguido, onde x &gt; 0</p>"))
        #expect(page(text).contains("<mtext>otherwise</mtext>") && page(text).contains("along the path taken, where x &gt; 0"))
    }

    /// Each line of a formula is mathematics, never text.
    @Test func formulasAreMathematics() {
        let html = page("X = randn([5, 2])\nY = randn([5, 1])\nnet(p) = mean((tanh(X @ p.V) @ p.W - Y)^2)\np = {V: randn([2, 3]), W: randn([3, 1])}\nformula(grad(net))\n")
        #expect(html.split(separator: "<math display=\"block\">").count == 5)
        #expect(!html.contains("class=\"out\""))
    }

    @Test func languageIsNamed() {
        #expect(page("# Um título\n", language: .portuguese).contains("<html lang=\"pt\""))
    }

    /// Every lesson makes a page that needs nothing else: no script, no address that is loaded.
    @Test(arguments: WeaverTests.lessons)
    func lesson(_ path: String) throws {
        let page = page(try String(contentsOfFile: path, encoding: .utf8), name: String(path.dropFirst(WeaverTests.root.path.count + 1)))
        #expect(isWellFormed(page))
        #expect(!page.contains("class=\"error\""))
        for loaded in ["<script", "<link", "src=", "@import", "url("] { #expect(!page.contains(loaded)) }
        #expect(page.contains("<h1>"))
    }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let lessons: [String] = {
        let folder = root.appendingPathComponent("docs/lessons")
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".grad") }.sorted().map { folder.appendingPathComponent($0).path }
    }()

    @Test func lessonsAreFound() { #expect(WeaverTests.lessons.count >= 3) }
}
