#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether a log axis shows more of these values than a linear one.
///
/// It does when all of the following hold, infinities and NaN aside:
/// - there are at least three values, none below zero, and at most one in ten is zero (a loss that ended at exactly 0);
/// - the largest is at least 50 times the smallest above zero;
/// - the middle half of the values would fill a part of the axis at least twice as large as on a linear axis:
///   so a straight line from 1 to 100 stays linear, and 1, 0.1, 0.01, … does not.
package func suggestsLog(_ values: [Double]) -> Bool {
    let finite = values.filter(\.isFinite).sorted()
    let positive = finite.filter { $0 > 0 }
    guard positive.count >= 3, let least = finite.first, least >= 0, let low = positive.first, let high = positive.last,
        (finite.count - positive.count) * 10 <= finite.count, high / low >= 50
    else { return false }
    let (lower, upper) = (positive[(positive.count - 1) / 4], positive[(positive.count - 1) * 3 / 4])
    let linear = (upper - lower) / (high - low)
    let logarithmic = (log10(upper) - log10(lower)) / (log10(high) - log10(low))
    return logarithmic >= 2 * linear && logarithmic > 0
}
