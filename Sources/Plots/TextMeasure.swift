/// How many columns a terminal gives to a text: 0 for marks that combine, 2 for wide scripts and emoji.
package func displayColumns(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + displayColumns($1) } }

func displayColumns(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.isASCII { return 1 }
    if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: return first.properties.isEmojiPresentation || isWide(first.value) ? 2 : 1
    }
}

/// The East Asian wide blocks.
private func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
        0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD: true
    default: false
    }
}

/// Texts made fit for one terminal: control characters out, ASCII where that is all it has, cut to a width.
struct TextFitter {
    let unicode: Bool

    func clean(_ text: String) -> String {
        var result = ""
        for character in text {
            let isControl = character.unicodeScalars.contains {
                $0.properties.generalCategory == .control || $0.properties.generalCategory == .lineSeparator
                    || $0.properties.generalCategory == .paragraphSeparator
            }
            if isControl { result += " " } else if unicode || character.isASCII { result.append(character) } else { result += ascii(character) }
        }
        return result
    }

    func fit(_ text: String, _ columns: Int) -> String {
        let text = clean(text)
        if displayColumns(text) <= columns { return text }
        let ending = unicode ? "…" : ".."
        guard columns > displayColumns(ending) else { return prefix(text, columns) }
        return prefix(text, columns - displayColumns(ending)) + ending
    }

    func centred(_ text: String, _ columns: Int) -> String {
        let text = fit(text, columns)
        return String(repeating: " ", count: max(columns - displayColumns(text), 0) / 2) + text
    }

    func padded(_ text: String, _ columns: Int) -> String {
        text + String(repeating: " ", count: max(columns - displayColumns(text), 0))
    }

    /// Lines of at most so many columns, broken between words where that is possible.
    func wrapped(_ text: String, _ columns: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in clean(text).split(separator: " ") {
            var word = String(word)
            if !line.isEmpty, displayColumns(line) + 1 + displayColumns(word) <= columns {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while displayColumns(word) > columns {
                let part = prefix(word, columns)
                guard !part.isEmpty else { break }
                lines.append(part)
                word = String(word.dropFirst(part.count))
            }
            line = word
        }
        return line.isEmpty ? lines : lines + [line]
    }

    private func prefix(_ text: String, _ columns: Int) -> String {
        var (result, used) = ("", 0)
        for character in text {
            used += displayColumns(character)
            if used > columns { break }
            result.append(character)
        }
        return result
    }

    /// The language spells every symbol in ASCII; so do its pictures.
    private func ascii(_ character: Character) -> String { TextFitter.spellings[character] ?? "?" }

    private static let spellings: [Character: String] = [
        "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
        "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "u", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma",
        "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Δ": "Delta", "Σ": "Sigma", "Ω": "Omega",
        "∇": "grad ", "∂": "d", "∞": "inf", "·": "*", "×": "x", "−": "-", "–": "-", "—": "-", "…": "...", "←": "<-",
        "→": "->", "≤": "<=", "≥": ">=", "≠": "!=", "±": "+/-", "√": "sqrt", "“": "\"", "”": "\"", "‘": "'", "’": "'",
        "²": "^2", "³": "^3", "₀": "0", "₁": "1", "₂": "2", "₃": "3", "″": "''", "′": "'", "‖": "||", "½": "1/2",
        "\u{A0}": " ", "é": "e", "á": "a", "ã": "a", "â": "a", "à": "a", "ç": "c", "ê": "e", "í": "i", "ó": "o", "ô": "o",
        "õ": "o", "ú": "u", "É": "E", "Á": "A", "Ç": "C",
    ]
}
