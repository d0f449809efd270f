/// The value of a numeral as the language writes it, correctly rounded; `nil` if it is none.
func decimal(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Double? {
    var mantissa: UInt64 = 0
    var exponent = 0
    var digits = 0
    var isFraction = false
    for index in start..<end {
        let byte = bytes[index]
        if byte == UInt8(ascii: ".") {
            isFraction = true
        } else if byte &- 48 < 10 {
            guard digits < 18 else { return slowDecimal(bytes, start, end) }
            mantissa = mantissa * 10 + UInt64(byte - 48)
            if mantissa > 0 { digits += 1 }
            if isFraction { exponent -= 1 }
        } else if byte | 0x20 == UInt8(ascii: "e") {
            return slowDecimal(bytes, start, end)
        }
    }
    // Both factors are exact, so one rounding is all there is.
    guard mantissa <= 1 << 53, exponent >= -22 else { return slowDecimal(bytes, start, end) }
    return exponent == 0 ? Double(mantissa) : Double(mantissa) / powersOfTen[-exponent]
}

private func slowDecimal(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Double? {
    var text = String(decoding: bytes[start..<end].lazy.filter { $0 != 95 }, as: UTF8.self)
    if text.hasPrefix(".") { text = "0" + text }
    return Double(text)
}

private let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22,
]
