/// The names under which symbols are typed, `\theta` and then Tab: LaTeX's own, where it has one.
package enum Symbols {
    /// Every name, without the backslash, with its symbol.
    package static let all: [(name: String, symbol: String)] = greek + operators + letters + marks

    private static let greek: [(name: String, symbol: String)] = [
        ("alpha", "α"), ("beta", "β"), ("gamma", "γ"), ("delta", "δ"), ("epsilon", "ε"), ("varepsilon", "ε"),
        ("zeta", "ζ"), ("eta", "η"), ("theta", "θ"), ("vartheta", "ϑ"), ("iota", "ι"), ("kappa", "κ"),
        ("lambda", "λ"), ("mu", "μ"), ("nu", "ν"), ("xi", "ξ"), ("omicron", "ο"), ("pi", "π"), ("varpi", "ϖ"),
        ("rho", "ρ"), ("varrho", "ϱ"), ("sigma", "σ"), ("varsigma", "ς"), ("tau", "τ"), ("upsilon", "υ"),
        ("phi", "φ"), ("varphi", "φ"), ("chi", "χ"), ("psi", "ψ"), ("omega", "ω"),
        ("Alpha", "Α"), ("Beta", "Β"), ("Gamma", "Γ"), ("Delta", "Δ"), ("Epsilon", "Ε"), ("Zeta", "Ζ"),
        ("Eta", "Η"), ("Theta", "Θ"), ("Iota", "Ι"), ("Kappa", "Κ"), ("Lambda", "Λ"), ("Mu", "Μ"), ("Nu", "Ν"),
        ("Xi", "Ξ"), ("Omicron", "Ο"), ("Pi", "Π"), ("Rho", "Ρ"), ("Sigma", "Σ"), ("Tau", "Τ"),
        ("Upsilon", "Υ"), ("Phi", "Φ"), ("Chi", "Χ"), ("Psi", "Ψ"), ("Omega", "Ω"),
    ]

    private static let operators: [(name: String, symbol: String)] = [
        ("nabla", "∇"), ("grad", "∇"), ("partial", "∂"), ("cdot", "·"), ("times", "×"), ("div", "÷"), ("pm", "±"),
        ("le", "≤"), ("leq", "≤"), ("ge", "≥"), ("geq", "≥"), ("ne", "≠"), ("neq", "≠"), ("approx", "≈"),
        ("leftarrow", "←"), ("gets", "←"), ("rightarrow", "→"), ("to", "→"), ("mapsto", "↦"), ("sqrt", "√"),
        ("infty", "∞"), ("in", "∈"), ("notin", "∉"), ("sum", "∑"), ("prod", "∏"), ("int", "∫"), ("circ", "∘"),
        ("otimes", "⊗"), ("odot", "⊙"), ("oplus", "⊕"), ("top", "⊤"), ("prime", "′"), ("ldots", "…"),
        ("land", "∧"), ("lor", "∨"), ("lnot", "¬"), ("langle", "⟨"), ("rangle", "⟩"),
    ]

    private static let letters: [(name: String, symbol: String)] = [
        ("ell", "ℓ"), ("hbar", "ℏ"), ("Re", "ℜ"), ("Im", "ℑ"), ("R", "ℝ"), ("N", "ℕ"), ("Z", "ℤ"), ("E", "𝔼"),
        ("emptyset", "∅"), ("degree", "°"),
    ]

    /// Marks that combine with the letter before them: `m\hat` is m̂.
    private static let marks: [(name: String, symbol: String)] = [
        ("hat", "\u{302}"), ("bar", "\u{304}"), ("tilde", "\u{303}"), ("dot", "\u{307}"), ("ddot", "\u{308}"),
        ("vec", "\u{20d7}"), ("check", "\u{30c}"), ("acute", "\u{301}"), ("grave", "\u{300}"),
    ]

    private static let subscripts: [Character: Character] = [
        "0": "₀", "1": "₁", "2": "₂", "3": "₃", "4": "₄", "5": "₅", "6": "₆", "7": "₇", "8": "₈", "9": "₉",
        "+": "₊", "-": "₋", "=": "₌", "(": "₍", ")": "₎", "a": "ₐ", "e": "ₑ", "h": "ₕ", "i": "ᵢ", "j": "ⱼ",
        "k": "ₖ", "l": "ₗ", "m": "ₘ", "n": "ₙ", "o": "ₒ", "p": "ₚ", "r": "ᵣ", "s": "ₛ", "t": "ₜ", "u": "ᵤ",
        "v": "ᵥ", "x": "ₓ", "β": "ᵦ", "γ": "ᵧ", "ρ": "ᵨ", "φ": "ᵩ", "χ": "ᵪ",
    ]

    private static let superscripts: [Character: Character] = [
        "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
        "+": "⁺", "-": "⁻", "=": "⁼", "(": "⁽", ")": "⁾", "n": "ⁿ", "i": "ⁱ", "T": "ᵀ",
    ]

    /// The candidates for what stands behind the last backslash of `text`; nil if that is no name. A complete name
    /// gives its symbol alone, though others may begin with it (`\in`, `\infty`).
    package static func completion(before text: String) -> Completion.Result? {
        guard let slash = text.lastIndex(of: "\\") else { return nil }
        let start = text.utf8.distance(from: text.startIndex, to: slash)
        let name = text[text.index(after: slash)...]
        if let script = script(name) { return Completion.Result(start: start, candidates: [.init(script)]) }
        guard name.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        if let exact = all.first(where: { $0.name == name }) {
            return Completion.Result(start: start, candidates: [.init(exact.symbol)])
        }
        let found = all.filter { $0.name.hasPrefix(name) }
        if found.isEmpty { return nil }
        if let only = found.first, found.allSatisfy({ $0.symbol == only.symbol }) {
            return Completion.Result(start: start, candidates: [.init(only.symbol)])
        }
        return Completion.Result(start: start, candidates: found.map(candidate))
    }

    private static func candidate(_ entry: (name: String, symbol: String)) -> Completion.Candidate {
        let isMark = entry.symbol.unicodeScalars.allSatisfy { $0.properties.generalCategory == .nonspacingMark }
        return .init("\\" + entry.name, label: "\\\(entry.name) \(isMark ? "◌" : "")\(entry.symbol)")
    }

    /// `_12` as ₁₂, `^2` as ².
    private static func script(_ name: Substring) -> String? {
        let table: [Character: Character]
        switch name.first {
        case "_": table = subscripts
        case "^": table = superscripts
        default: return nil
        }
        let symbols = name.dropFirst().map { table[$0] }
        guard !symbols.isEmpty, !symbols.contains(nil) else { return nil }
        return String(symbols.compactMap { $0 })
    }
}
