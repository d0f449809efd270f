/// A number as the language writes it: at most so many significant digits, without trailing zeros, so that it can be pasted back.
/// `digits: nil` gives the fewest digits that stand for exactly this number. Whole numbers below 1e15 and what is not tiny are written out.
package func formatNumber(_ value: Double, digits: Int? = nil) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    if value == 0 { return value.sign == .minus ? "-0" : "0" }
    var (number, exponent) = shortestDigits(abs(value))
    let isShortened = digits.map { number.count > max(1, $0) } ?? false
    if let digits, isShortened { round(&number, &exponent, to: max(1, digits)) }
    let sign = value < 0 ? "-" : ""
    // A whole number that lost digits is not written as if it still had them.
    let isLarge = exponent >= 15 || (isShortened && exponent >= number.count && exponent >= max(1, digits ?? 0))
    return sign + (exponent < -4 || isLarge ? scientific(number, exponent) : plain(number, exponent))
}

/// The significant digits, and the power of ten of the first.
private func shortestDigits(_ value: Double) -> ([UInt8], Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    let text = Array(value.description.utf8)
    var index = 0
    while index < text.count, text[index] != UInt8(ascii: "e") {
        if text[index] == UInt8(ascii: ".") { point = digits.count } else { digits.append(text[index] - 48) }
        index += 1
    }
    if index < text.count { exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0 }
    let leading = digits.prefix { $0 == 0 }.count
    exponent += (point ?? digits.count) - 1 - leading
    digits.removeFirst(leading)
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
    return (digits, exponent)
}

private func round(_ digits: inout [UInt8], _ exponent: inout Int, to count: Int) {
    let roundsUp = digits[count] >= 5
    digits.removeSubrange(count...)
    if roundsUp {
        var index = count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            digits.removeLast()
            exponent += 1
        }
    }
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
}

private func plain(_ digits: [UInt8], _ exponent: Int) -> String {
    let text = String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
    if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + text }
    if digits.count <= exponent + 1 { return text + String(repeating: "0", count: exponent + 1 - digits.count) }
    return text.prefix(exponent + 1) + "." + text.dropFirst(exponent + 1)
}

private func scientific(_ digits: [UInt8], _ exponent: Int) -> String {
    let text = String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
    return text.prefix(1) + (digits.count > 1 ? "." + text.dropFirst() : "") + "e\(exponent)"
}
