/// The canonical spelling of an identifier: a Greek letter spelled out is the letter (`theta` is `θ`, `beta1` is `β1`,
/// `eta_max` is `η_max`), and the variants of one letter are one (`ϵ` is `ε`). Strings compare by canonical equivalence, so composed
/// and decomposed accents need no care.
package func canonicalName(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    if scalars.allSatisfy(\.isASCII) {
        return GreekNames.shared.canonical(Array(text.utf8)) ?? text
    }
    var folded = String.UnicodeScalarView()
    for scalar in scalars { folded.append(letterVariants[scalar] ?? scalar) }
    let run = folded.prefix { $0.isASCII && $0.properties.isAlphabetic }
    let rest = folded.dropFirst(run.count)
    guard let next = rest.first, next == "_" || next.isSubscript || next.isDigit,
        let letter = GreekNames.shared.letter(Array(String(run).utf8)[...]),
        rest.drop(while: { $0.isDigit || $0.isSubscript }).first.map({ $0 == "_" }) ?? true
    else { return String(folded) }
    return letter + String(rest)
}

/// The spelled-out form of a canonical name, where it has one: `θ` gives `theta`.
package func asciiName(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        if let name = GreekNames.shared.names[scalar] { result += name } else { result.unicodeScalars.append(scalar) }
    }
    return result
}

/// The Greek letters by name, for completion (`\theta`): lower and upper case.
package var greekLetters: [(name: String, letter: String)] {
    GreekNames.shared.names.map { ($0.value, String($0.key)) }.sorted { $0.name < $1.name }
}

/// The Greek letters and their names, arranged for a quick look-up by the first byte of the name.
struct GreekNames: Sendable {
    static let shared = GreekNames()
    let names: [Unicode.Scalar: String]
    private let byFirst: [[(name: [UInt8], letter: String)]]

    private init() {
        let lower = [
            "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
            "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π",
            "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
        ]
        var names: [Unicode.Scalar: String] = [:]
        var byFirst = [[(name: [UInt8], letter: String)]](repeating: [], count: 128)
        for (name, letter) in lower {
            let capital = name.prefix(1).uppercased() + name.dropFirst()
            for (name, letter) in [(name, letter), (capital, letter.uppercased())] {
                guard let scalar = letter.unicodeScalars.first, let first = name.utf8.first else { continue }
                names[scalar] = name
                byFirst[Int(first)].append((Array(name.utf8), letter))
            }
        }
        self.names = names
        self.byFirst = byFirst
    }

    func letter(_ name: ArraySlice<UInt8>) -> String? {
        guard let first = name.first, first < 128 else { return nil }
        for entry in byFirst[Int(first)] where entry.name.count == name.count && entry.name.elementsEqual(name) {
            return entry.letter
        }
        return nil
    }

    /// All the names end in one of these letters, which most words do not.
    private func endsGreekName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a"), UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "o"), UInt8(ascii: "u"): true
        default: false
        }
    }

    /// The canonical form of an ASCII name, `nil` where it is its own.
    func canonical(_ name: [UInt8]) -> String? { canonical(name, 0, name.count) }

    func canonical(_ bytes: [UInt8], _ start: Int, _ end: Int) -> String? {
        guard end - start >= 2 else { return nil }
        var run = start
        while run < end, (bytes[run] | 0x20) &- 97 < 26 { run += 1 }
        guard run - start >= 2, run - start <= 7, endsGreekName(bytes[run - 1]), let letter = letter(bytes[start..<run])
        else { return nil }
        var rest = run
        while rest < end, bytes[rest] &- 48 < 10 { rest += 1 }
        guard rest == end || bytes[rest] == UInt8(ascii: "_") else { return nil }
        return letter + String(decoding: bytes[run..<end], as: UTF8.self)
    }
}

/// Signs that look like a Greek letter and are written for it.
private let letterVariants: [Unicode.Scalar: Unicode.Scalar] = [
    "\u{B5}": "μ", "\u{3F5}": "ε", "\u{3D5}": "φ", "\u{3D1}": "θ", "\u{3F1}": "ρ", "\u{3F0}": "κ", "\u{3D6}": "π",
    "\u{2206}": "Δ", "\u{2126}": "Ω",
]

extension Unicode.Scalar {
    var isDigit: Bool { value >= 48 && value <= 57 }

    /// `₀` to `₉`, and the subscript letters.
    var isSubscript: Bool { value >= 0x2080 && value <= 0x209C }

    var startsName: Bool {
        if value < 128 { return (value | 0x20) &- 97 < 26 || value == 95 }
        // Greek letters, asked for most.
        if value >= 0x391 && value <= 0x3C9 && value != 0x3A2 { return true }
        if value == 0x2206 || value == 0x221E { return true }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .letterNumber: return true
        case .modifierLetter: return superscriptValue == nil
        default: return false
        }
    }

    var continuesName: Bool {
        if startsName || isDigit || isSubscript { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber: return true
        // Joiners are part of words in several scripts.
        default: return value == 0x200C || value == 0x200D
        }
    }

    /// The digit that a superscript stands for; -1 for `⁻`.
    var superscriptValue: Int? {
        switch value {
        case 0x2070: 0
        case 0xB9: 1
        case 0xB2: 2
        case 0xB3: 3
        case 0x2074...0x2079: Int(value) - 0x2070
        case 0x207B: -1
        default: nil
        }
    }
}
