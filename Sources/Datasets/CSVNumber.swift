#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Numbers as files write them: decimal, with a point or a comma before the fraction.
enum CSVNumber {
    /// The whole field as a number, blanks around it aside.
    static func parse(_ field: UnsafeRawBufferPointer, _ decimal: UInt8) -> Double? {
        var scan = Scan(field, decimal)
        return scan.number()
    }

    /// The powers of ten that are exact in binary.
    fileprivate static let powers: [Double] = (0...22).map { power in (0..<power).reduce(1.0) { result, _ in result * 10 } }
}

/// One reading along a field.
private struct Scan {
    private let bytes: UnsafeRawBufferPointer
    private let decimal: UInt8
    private var position = 0
    private var end: Int

    init(_ bytes: UnsafeRawBufferPointer, _ decimal: UInt8) {
        (self.bytes, self.decimal, end) = (bytes, decimal, bytes.count)
        while end > 0, Scan.isBlank(bytes[end - 1]) { end -= 1 }
        while position < end, Scan.isBlank(bytes[position]) { position += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private var next: UInt8 { position < end ? bytes[position] : 0 }

    mutating func number() -> Double? {
        let start = position
        let isNegative = next == UInt8(ascii: "-")
        if isNegative || next == UInt8(ascii: "+") { position += 1 }
        if next | 0x20 == UInt8(ascii: "i") { return infinity(isNegative) }
        var (mantissa, digits, exponent) = (UInt64(0), 0, 0)
        takeDigits(&mantissa, &digits)
        if next == decimal, position < end {
            position += 1
            let before = digits
            takeDigits(&mantissa, &digits)
            exponent = before - digits
        }
        guard digits > 0 else { return nil }
        if next | 0x20 == UInt8(ascii: "e"), position < end {
            position += 1
            guard let given = takeExponent() else { return nil }
            exponent += given
        }
        guard position == end else { return nil }
        // An exact whole number times or over an exact power of ten is rounded once, so correctly (Clinger, PLDI 1990).
        if digits <= 19, mantissa <= 1 << 53, abs(exponent) <= 22 {
            let power = CSVNumber.powers[abs(exponent)]
            let number = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
            return isNegative ? -number : number
        }
        return rounded(from: start)
    }

    private mutating func takeDigits(_ mantissa: inout UInt64, _ digits: inout Int) {
        while position < end {
            let digit = bytes[position] &- 48
            guard digit < 10 else { return }
            // Beyond 19 digits the C library takes over, and this number is not used.
            mantissa = mantissa &* 10 &+ UInt64(digit)
            digits += 1
            position += 1
        }
    }

    private mutating func takeExponent() -> Int? {
        let isNegative = next == UInt8(ascii: "-")
        if isNegative || next == UInt8(ascii: "+") { position += 1 }
        var (exponent, digits) = (0, 0)
        while position < end, bytes[position] &- 48 < 10 {
            exponent = min(exponent * 10 + Int(bytes[position] &- 48), 100_000)
            digits += 1
            position += 1
        }
        return digits == 0 ? nil : isNegative ? -exponent : exponent
    }

    private mutating func infinity(_ isNegative: Bool) -> Double? {
        let word = String(decoding: bytes[position..<end], as: UTF8.self).lowercased()
        return word == "inf" || word == "infinity" ? (isNegative ? -.infinity : .infinity) : nil
    }

    /// By the C library, which rounds correctly whatever the count of digits. What it is given has been found to be a decimal number.
    private func rounded(from start: Int) -> Double {
        let text = bytes[start..<end].map { $0 == decimal ? CChar(0x2E) : CChar(bitPattern: $0) } + [0]
        return text.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { strtod($0, nil) } ?? .nan }
    }
}
