/// What SVG needs of texts and numbers.
enum SVGText {
    /// Escaped for content and attributes; characters that XML does not allow become spaces.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default:
                let isAllowed = scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value & 0xFFFE != 0xFFFE
                result.unicodeScalars.append(isAllowed ? scalar : " ")
            }
        }
        return result
    }

    /// A length in tenths of a pixel: `12.5`, `-3`.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e9), 1e9) * 10).rounded())
        let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }

    /// About how wide a text will be; the fonts differ, so rather too much.
    static func width(_ text: String, size: Double) -> Double {
        text.reduce(0) { sum, character in
            if displayColumns(character) == 0 { return sum }
            if displayColumns(character) == 2 { return sum + size * 1.1 }
            if "ilIj.,:;'|!()[] ".contains(character) { return sum + size * 0.36 }
            if "mwMW@%".contains(character) { return sum + size * 0.92 }
            return sum + size * (character.isUppercase ? 0.72 : 0.6)
        }
    }

    /// Cut with `…` to a width.
    static func fit(_ text: String, _ width: Double, size: Double) -> String {
        if self.width(text, size: size) <= width { return text }
        var result = text
        while !result.isEmpty, self.width(result + "…", size: size) > width { result.removeLast() }
        return result + "…"
    }

    /// Broken between words into lines of at most a width; a longer word is cut.
    static func wrapped(_ text: String, _ width: Double, size: Double) -> [String] {
        var lines: [String] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = lines.last, self.width(last + " " + word, size: size) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(fit(String(word), width, size: size))
            }
        }
        return lines
    }
}

/// SVG source as it grows.
struct SVGWriter {
    private(set) var source = ""

    mutating func raw(_ text: String) { source += text + "\n" }

    /// - Parameter attributes: written as they are, the caller's own.
    mutating func text(_ text: String, _ x: Double, _ y: Double, _ attributes: String = "") {
        let space = attributes.isEmpty ? "" : " "
        raw("<text x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\"\(space)\(attributes)>\(SVGText.escaped(text))</text>")
    }

    mutating func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ attributes: String) {
        let (a, b, c, d) = (SVGText.number(x0), SVGText.number(y0), SVGText.number(x1), SVGText.number(y1))
        raw("<line x1=\"\(a)\" y1=\"\(b)\" x2=\"\(c)\" y2=\"\(d)\" \(attributes)/>")
    }

    mutating func rect(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ attributes: String) {
        let (a, b, c, d) = (SVGText.number(x), SVGText.number(y), SVGText.number(width), SVGText.number(height))
        raw("<rect x=\"\(a)\" y=\"\(b)\" width=\"\(c)\" height=\"\(d)\" \(attributes)/>")
    }

    mutating func path(_ d: String, _ attributes: String) {
        if !d.isEmpty { raw("<path d=\"\(d)\" \(attributes)/>") }
    }
}
