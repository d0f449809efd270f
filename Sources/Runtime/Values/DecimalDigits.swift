#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A number rounded to a count of significant decimal digits, correctly, by the C library.
struct DecimalDigits {
    /// In scientific form, as `Double` reads it.
    let text: String

    init(_ number: Double, digits: Int) {
        // The longest is a sign, 17 digits, a point and e-308.
        text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let count = withVaList([Int32(max(0, min(digits, 40) - 1)), number]) {
                vsnprintf(buffer.baseAddress, buffer.count, "%.*e", $0)
            }
            return count > 0 ? String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self) : "\(number)"
        }
    }

    /// With a fixed count of digits behind the point.
    static func fixed(_ number: Double, places: Int) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let count = withVaList([Int32(max(0, min(places, 100))), number]) {
                vsnprintf(buffer.baseAddress, buffer.count, "%.*f", $0)
            }
            guard count > 0 else { return "\(number)" }
            return String(decoding: buffer.prefix(min(Int(count), 511)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
