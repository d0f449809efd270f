import TerminalSupport
import Testing

import Weave

/// Expressions as mathematics. The expected markup is written in short: `mi`, `mn` and
/// `mo` without their tags, `mrow` as braces, the rest by name.
@Suite struct FormulaTests {
    static let cases: [(String, String)] = [
        ("x", "x"),
        ("η", "η"),
        ("eta", "η"),
        ("β1", "sub(β 1)"),
        ("x_train", "sub(x train)"),
        ("loss", "loss"),
        ("inf", "∞"),
        ("3.5", "3.5"),
        ("1e-7", "sup(10 {− 7})"),
        ("2.5e3", "2.5 × sup(10 3)"),
        ("a + b - c", "a + b − c"),
        ("-x", "− x"),
        ("2x", "2 ⁢ x"),
        ("2 * x", "2 ⁢ x"),
        ("a * b", "a ⋅ b"),
        ("2 * 3", "2 × 3"),
        ("x * 2", "x × 2"),
        ("A @ B", "A B"),
        ("1 / 2", "frac({1} {2})"),
        ("(a + b) / (c - d)", "frac({a + b} {c − d})"),
        ("x^2", "sup({x} {2})"),
        ("(w - 3)^2", "sup({{( w − 3 )}} {2})"),
        ("e^(-x)", "sup({e} {− x})"),
        ("x^-1", "sup({x} {− 1})"),
        ("sqrt(x + 1)", "sqrt({x + 1})"),
        ("cbrt(x)", "root({x} 3)"),
        ("exp(-x^2)", "sup(e {− sup({x} {2})})"),
        ("abs(x)", "{| {x} |}"),
        ("norm(g)", "{‖ {g} ‖}"),
        ("floor(x)", "{⌊ {x} ⌋}"),
        ("sin(x)", "sin ⁡ {( x )}"),
        ("log_softmax(z)", "log_softmax ⁡ {( z )}"),
        ("f(x, y)", "f ⁡ {( x , y )}"),
        ("adam(lr: 0.1)", "adam ⁡ {( lr = 0.1 )}"),
        ("sum(x^2)", "∑ {sup({x} {2})}"),
        ("sum(a + b)", "∑ {( a + b )}"),
        ("dot(a, b)", "a ⋅ b"),
        ("X.T", "sup({X} ⊤)"),
        ("inv(A)", "sup({A} {- 1})"),
        ("p.w", "p . w"),
        ("x[i]", "sub({x} {i})"),
        ("M[0, :]", "sub({M} {0 , :})"),
        ("L'(w)", "sup({L} ′) ⁡ {( w )}"),
        ("L''", "sup({L} ″)"),
        ("∇L(w)", "∇ L ⁡ {( w )}"),
        ("∂L/∂w", "frac({∂ L} {∂ w})"),
        ("grad(L)", "∇ {L}"),
        ("x -> x^2", "x ↦ sup({x} {2})"),
        ("(a, b) -> a", "{( a , b )} ↦ a"),
        ("a <= b", "a ≤ b"),
        ("a != b and not c", "a ≠ b ∧ ¬ c"),
        ("a == b", "a = b"),
        ("x < 0", "x &lt; 0"),
        ("[1, 2]", "{[ 1 , 2 ]}"),
        ("[[1, 2], [3, 4]]", "{[ table(tr(td(1) td(2)) tr(td(3) td(4))) ]}"),
        ("{w: 1}", "{{ w : 1 }}"),
        ("if x > 0 then x else 0", "{{ table(tr(td(x) td(if x &gt; 0)) tr(td(0) td(otherwise)))}"),
        ("0...n", "0 … n"),
        ("f(x) = x^2", "f ⁡ {( x )} = sup({x} {2})"),
        ("w <- w - η * L'(w)", "w ← w − η ⋅ sup({L} ′) ⁡ {( w )}"),
        ("y = 2x", "y = 2 ⁢ x"),
        ("L'(w) = 2(w - 3)", "sup({L} ′) ⁡ {( w )} = 2 ⁢ {( w − 3 )}"),
        ("y = f(x, k: 1) = 3", "y = f ⁡ {( x , k = 1 )} = 3"),
        ("2(w - 3)", "2 ⁢ {( w − 3 )}"),
        ("\"text <b>\"", "&quot;text &lt;b&gt;&quot;"),
        ("2 / n * X.T @ (X @ W - y)", "frac({2} {n}) ⋅ sup({X} ⊤) {( X W − y )}"),
        ("1 / (1 + exp(-x))", "frac({1} {1 + sup(e {− x})})"),
    ]

    @Test(arguments: cases)
    func set(_ text: String, _ expected: String) throws {
        let html = try #require(Formula.html(text))
        #expect(XMLChecker.problem(in: html) == nil)
        #expect(Short.form(of: html) == ("{" + expected + "}").filter { !$0.isWhitespace })
    }

    @Test(arguments: ["", "a b", "x +", "for i in 1...3 { }", "x # comment", "a; b", "f(x) = { x }", "import \"a\""])
    func isNoFormula(_ text: String) {
        #expect(Formula.html(text) == nil)
    }

    @Test func displayed() {
        #expect(Formula.html("x", isDisplayed: true)?.hasPrefix("<math display=\"block\">") == true)
    }
}

/// MathML in fewer signs, without spaces.
private enum Short {
    static func form(of html: String) -> String {
        var rest = html[...]
        var result = ""
        while let character = rest.first {
            guard character == "<" else {
                result.append(character)
                rest.removeFirst()
                continue
            }
            let tag = rest.dropFirst().prefix { $0 != ">" }
            rest.removeFirst(tag.count + 2)
            let isClosing = tag.hasPrefix("/")
            let name = tag.drop { $0 == "/" }.prefix { $0.isLetter }
            switch name {
            case "math", "mi", "mn", "mo", "mtext", "mspace": break
            case "mrow": result += isClosing ? "}" : "{"
            default: result += isClosing ? ")" : name.dropFirst() + "("
            }
        }
        return result.filter { !$0.isWhitespace }
    }
}
