/// A number as its decimal digits: `digits × 10^exponent`, exactly. Ticks are counted in it, so that a label is never
/// `0.30000000000000004`.
struct Decimal: Equatable {
    var digits: Int
    var exponent: Int

    init(_ digits: Int, exponent: Int) {
        var (d, e) = (digits, exponent)
        if d == 0 { e = 0 }
        while d != 0, d % 10 == 0 { (d, e) = (d / 10, e + 1) }
        (self.digits, self.exponent) = (d, e)
    }

    /// `value` rounded to so many significant digits (at most 17); `nil` when it is not finite.
    init?(_ value: Double, significant: Int) {
        guard value.isFinite else { return nil }
        // The standard library's description is the shortest decimal that reads back as the same number.
        var digits: [Int] = []
        var exponent = 0
        var afterPoint = false
        let parts = value.magnitude.description.split(separator: "e")
        for character in parts.first ?? "0" {
            if character == "." { afterPoint = true; continue }
            guard let digit = character.wholeNumberValue else { continue }
            digits.append(digit)
            if afterPoint { exponent -= 1 }
        }
        if parts.count > 1 { exponent += Int(parts[1]) ?? 0 }
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        let kept = min(max(significant, 1), 17)
        var number = digits.prefix(kept).reduce(0) { $0 * 10 + $1 }
        if digits.count > kept {
            exponent += digits.count - kept
            if digits[kept] >= 5 { number += 1 }
        }
        self.init(value < 0 ? -number : number, exponent: exponent)
    }

    var value: Double { Double("\(digits)e\(exponent)") ?? 0 }

    /// The shorter of `0.00012` and `1.2e-4`; the plain one of two equally long.
    var shortest: String {
        guard let plain else { return scientific }
        return scientific.count < plain.count ? scientific : plain
    }

    /// `0.05`, `1200`; `nil` where that would take more than 25 characters.
    var plain: String? {
        let text = String(digits.magnitude)
        let sign = digits < 0 ? "-" : ""
        guard abs(exponent) <= 22 else { return digits == 0 ? "0" : nil }
        if exponent >= 0 { return sign + text + String(repeating: "0", count: exponent) }
        let whole = text.count + exponent
        if whole > 0 { return sign + text.prefix(whole) + "." + text.suffix(-exponent) }
        return sign + "0." + String(repeating: "0", count: -whole) + text
    }

    /// `1.2e-4`.
    var scientific: String {
        if digits == 0 { return "0" }
        let text = String(digits.magnitude)
        let power = exponent + text.count - 1
        let rest = text.dropFirst()
        return (digits < 0 ? "-" : "") + text.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e\(power)"
    }
}

/// A number in few characters, for legends and notes: `NaN` and `∞` where it is not finite.
package func shortNumber(_ value: Double, significant: Int = 4) -> String {
    if let decimal = Decimal(value, significant: significant) { return decimal.shortest }
    return value.isNaN ? "NaN" : value < 0 ? "-∞" : "∞"
}
