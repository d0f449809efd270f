import TerminalSupport
import Testing

import Weave

/// Text as it is written and as it is set. Each case is what a reader of a lesson would notice.
@Suite struct MarkdownTests {
    static let inlines: [(String, String)] = [
        ("plain text", "plain text"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("`code`", "<code>code</code>"),
        ("`w <- w - η * L'(w)`", "<code>w &lt;- w - η * L'(w)</code>"),
        ("``a ` b``", "<code>a ` b</code>"),
        ("a ` b", "a ` b"),
        ("*soft* and **strong**", "<em>soft</em> and <strong>strong</strong>"),
        ("_soft_ and __strong__", "<em>soft</em> and <strong>strong</strong>"),
        ("**strong *both* end**", "<strong>strong <em>both</em> end</strong>"),
        ("a * b * c", "a * b * c"),
        ("2 *3", "2 *3"),
        ("L'(w) * d, 1.1 * -6", "L'(w) * d, 1.1 * -6"),
        ("snake_case_name", "snake_case_name"),
        ("*`code *` inside*", "<em><code>code *</code> inside</em>"),
        ("*never closed", "*never closed"),
        ("**half*", "**half*"),
        ("****", "****"),
        (#"\*not soft\*"#, "*not soft*"),
        (#"a \\ b"#, #"a \ b"#),
        (#"\w"#, #"\w"#),
        ("[Grad](https://example.org)", "<a href=\"https://example.org\">Grad</a>"),
        ("[next](02-gradients.html#s1)", "<a href=\"02-gradients.html#s1\">next</a>"),
        ("[a *b*](c)", "<a href=\"c\">a <em>b</em></a>"),
        ("[script](javascript:alert(1))", "[script](javascript:alert(1))"),
        ("x[0] and y[1]", "x[0] and y[1]"),
        ("[open](never", "[open](never"),
        ("<https://example.org/?a=1&b=2>", "<a href=\"https://example.org/?a=1&amp;b=2\">https://example.org/?a=1&amp;b=2</a>"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("line\nline", "line\nline"),
        ("line  \nline", "line<br/>\nline"),
        ("line\\\nline", "line<br/>\nline"),
        ("between $5 and $6", "between $5 and $6"),
        (#"\$x\$"#, "$x$"),
        ("$x$ falls", "<math><mrow><mi>x</mi></mrow></math> falls"),
        ("$not a formula$", "$not a formula$"),
        ("say \"no\"", "say &quot;no&quot;"),
        ("\u{1}", "\u{FFFD}"),
    ]

    @Test(arguments: inlines)
    func inline(_ text: String, _ expected: String) {
        #expect(Inlines.html(text) { Formula.html($0) } == expected)
    }

    static let blocks: [(String, String)] = [
        ("# Title", "<h1>Title</h1>"),
        ("## Part `one`", "<h2 id=\"s1\">Part <code>one</code></h2>"),
        ("### Small ###", "<h3>Small</h3>"),
        ("#5 is no heading", "<p>#5 is no heading</p>"),
        ("one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("- a\n  goes on\n- b", "<ul>\n<li>a\ngoes on</li>\n<li>b</li>\n</ul>"),
        ("* a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("- a\n\n- b", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>"),
        ("- a\n\nafter", "<ul>\n<li>a</li>\n</ul>\n<p>after</p>"),
        ("text:\n- list", "<p>text:</p>\n<ul>\n<li>list</li>\n</ul>"),
        ("An error e = w\n* x + b\n- y", "<p>An error e = w\n* x + b\n- y</p>"),
        ("in the year\n1984. It was", "<p>in the year\n1984. It was</p>"),
        ("> said\n> so", "<blockquote>\n<p>said\nso</p>\n</blockquote>"),
        ("---", "<hr/>"),
        ("    1 + 1", "<pre class=\"grad\"><code><span class=\"n\">1</span> <span class=\"o\">+</span> <span class=\"n\">1</span></code></pre>"),
        ("    grad docs/lessons/01-descent.grad", "<pre class=\"text\"><code>grad docs/lessons/01-descent.grad</code></pre>"),
        ("```\na <b>\n```", "<pre class=\"text\"><code>a &lt;b&gt;</code></pre>"),
        ("```text\n1 + 1\n```", "<pre class=\"text\"><code>1 + 1</code></pre>"),
        ("```\nnever closed", "<pre class=\"text\"><code>never closed</code></pre>"),
        (
            "| a | b |\n|---|--:|\n| 1 | `x|y` |",
            "<div class=\"wide\"><table><thead><tr><th>a</th><th class=\"right\">b</th></tr></thead><tbody>\n<tr><td>1</td><td class=\"right\"><code>x|y</code></td></tr>\n</tbody></table></div>"
        ),
        (
            "| | |\n|---|---|\n| one |",
            "<div class=\"wide\"><table><tbody>\n<tr><td>one</td><td></td></tr>\n</tbody></table></div>"
        ),
        ("a | b", "<p>a | b</p>"),
        ("$$ x^2 $$", "<div class=\"formula\"><math display=\"block\"><mrow><msup><mrow><mi>x</mi></mrow><mrow><mn>2</mn></mrow></msup></mrow></math></div>"),
        ("", ""),
    ]

    @Test(arguments: blocks)
    func block(_ text: String, _ expected: String) {
        var setter = MarkdownHTML()
        let html = setter.html(Markdown.blocks(text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
        #expect(html == (expected.isEmpty ? "" : expected + "\n"))
    }

    /// Marks without end, nested without end: done at once, and still well-formed.
    @Test(arguments: ["*", "**", "_", "[", "`", "$", "[a](", "*a ", "**a _b ", "> ", "- ", "![", "\\"])
    func hostile(_ mark: String) {
        let text = String(repeating: mark, count: 400)
        var setter = MarkdownHTML()
        let html = setter.html(Markdown.blocks([text, String(repeating: " ", count: 3) + text]))
        #expect(XMLChecker.problem(in: "<div>\(html)</div>") == nil)
    }
}
