import Tensors

/// How numbers and values are printed.
package struct NumberStyle: Sendable {
    /// Significant digits at most; 17 shows every double exactly.
    package var digits = 10
    /// A fixed count of digits behind the point instead.
    package var places: Int?
    /// Tensors of more numbers are cut.
    package var mostNumbers = 200
    /// Columns of the terminal or page.
    package var width = 80

    package init(digits: Int = 10) { self.digits = digits }

    /// The shortest form of a number rounded to `digits` significant digits, without trailing zeros: `0.6`, `1e-07`.
    package func format(_ number: Double) -> String {
        if number == 0, places == nil { return number.sign == .minus ? "-0" : "0" }
        if number.isNaN { return "nan" }
        if number.isInfinite { return number > 0 ? "inf" : "-inf" }
        if let places { return DecimalDigits.fixed(number, places: places) }
        let rounded = digits >= 17 ? number : NumberStyle.round(number, to: digits)
        return NumberStyle.shortest(rounded)
    }

    /// A number of 32 bits has fewer digits to show: those that read back as the same one, `0.2` and not `0.200000003`.
    func digits(of number: Double, as type: ElementType) -> String {
        format(type == .f32 && number.isFinite ? Double("\(Float(number))") ?? number : number)
    }

    /// Rounded to significant decimal digits, by way of the decimal form itself so that no error creeps in.
    private static func round(_ number: Double, to digits: Int) -> Double {
        Double(DecimalDigits(number, digits: digits).text) ?? number
    }

    /// Swift prints the shortest digits that read back as the same number; only the layout is ours.
    private static func shortest(_ number: Double) -> String {
        let text = "\(number)"
        let parts = text.split(separator: "e")
        let mantissa = String(parts[0])
        let sign = mantissa.hasPrefix("-") ? "-" : ""
        let unsigned = mantissa.drop { $0 == "-" }
        let point = unsigned.firstIndex(of: ".") ?? unsigned.endIndex
        let whole = unsigned[..<point]
        let fraction = point < unsigned.endIndex ? unsigned[unsigned.index(after: point)...] : ""
        var digits = String(whole + fraction)
        // The decimal point stands behind `scale` digits.
        var scale = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        while digits.hasPrefix("0") && digits.count > 1 {
            digits.removeFirst()
            scale -= 1
        }
        while digits.hasSuffix("0") && digits.count > 1 { digits.removeLast() }
        if scale > 15 || scale < -4 {
            let first = digits.removeFirst()
            return "\(sign)\(first)\(digits.isEmpty ? "" : "." + digits)e\(scale - 1)"
        }
        if scale <= 0 { return sign + "0." + String(repeating: "0", count: -scale) + digits }
        if scale >= digits.count { return sign + digits + String(repeating: "0", count: scale - digits.count) }
        let split = digits.index(digits.startIndex, offsetBy: scale)
        return sign + digits[..<split] + "." + digits[split...]
    }
}
