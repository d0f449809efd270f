#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An axis with its ends settled: values to places in 0…1 and back.
struct AxisMap: Equatable {
    let scale: Scale
    let isReversed: Bool
    /// The ends, in the scale's own measure (decades on a log axis): always finite, `low` below `high`.
    let low: Double
    let high: Double

    /// Past this, differences of two values would not be finite.
    static let largest = 8e307
    /// A narrower axis could not be divided into ticks that are normal numbers.
    private static let narrowest = 1e-304

    /// - Parameters:
    ///   - data: the smallest and largest value to show, `nil` when there is none.
    ///   - padding: the part of the length to add at each end; an explicit range is never padded.
    ///   - stopsAtZero: no padding beyond zero for data on one side of it.
    init(_ axis: Axis, data: Interval?, padding: Double = 0, stopsAtZero: Bool = false) {
        (scale, isReversed) = (axis.scale, axis.isReversed)
        let given = axis.range.flatMap { AxisMap.measured($0, axis.scale) }
        var ends = given ?? data.flatMap { AxisMap.measured($0, axis.scale) } ?? Interval(0, 1)
        ends = AxisMap.widened(ends, axis.scale)
        if given == nil, data != nil {
            let room = (ends.high - ends.low) * padding
            // Losses and counts are not negative: padding must not suggest that they could be.
            let stops = stopsAtZero && axis.scale == .linear
            let keepsZero = stops && ends.low >= 0 && ends.low < room
            let keepsZeroAbove = stops && ends.high <= 0 && -ends.high < room
            ends.low = keepsZero ? 0 : max(ends.low - room, -AxisMap.largest)
            ends.high = keepsZeroAbove ? 0 : min(ends.high + room, AxisMap.largest)
        }
        (low, high) = (ends.low, ends.high)
    }

    /// The place of a value, 0 at the low end (left, bottom), beyond 0…1 outside; `nil` when it has none.
    func place(_ value: Double) -> Double? {
        guard value.isFinite, scale == .linear || value > 0 else { return nil }
        let measure = scale == .log ? log10(value) : value
        // Halves, since the difference of two huge values would overflow.
        let place = (measure / 2 - low / 2) / (high / 2 - low / 2)
        let bounded = min(max(place, -1e6), 1e6)
        return isReversed ? 1 - bounded : bounded
    }

    /// The value at a place; may underflow to 0 or overflow on a log axis.
    func value(at place: Double) -> Double {
        let measure = low + (isReversed ? 1 - place : place) * (high - low)
        return scale == .log ? pow(10, measure) : measure
    }

    private static func measured(_ interval: Interval, _ scale: Scale) -> Interval? {
        let (a, b) = (min(interval.low, interval.high), max(interval.low, interval.high))
        guard a.isFinite, b.isFinite else { return nil }
        switch scale {
        case .linear: return Interval(min(max(a, -largest), largest), min(max(b, -largest), largest))
        case .log: return a > 0 ? Interval(log10(a), log10(b)) : nil
        }
    }

    /// Makes room around a single value, and around values that hardly differ.
    private static func widened(_ ends: Interval, _ scale: Scale) -> Interval {
        let magnitude = max(abs(ends.low), abs(ends.high))
        let span = ends.high - ends.low
        if scale == .log {
            return span >= 1e-6 ? ends : Interval(ends.low - 0.5, ends.high + 0.5)
        }
        let least = max(magnitude * 1e-12, narrowest)
        if span >= least { return ends }
        let room = span == 0 ? (magnitude < narrowest ? 1 : magnitude / 10) : least
        return Interval(max(ends.low - room, -largest), min(ends.high + room, largest))
    }
}
