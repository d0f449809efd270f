#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

struct Tick: Equatable {
    /// Where on the axis, 0…1.
    let place: Double
    let label: String
}

/// The ticks of one axis. Labels are unique within it.
struct Ticks: Equatable {
    var ticks: [Tick] = []
    /// What to add to every label, when the differences are all that fits in a label.
    var offset: String?
}

extension Axis {
    /// The densest round ticks, at most `count` of them, that `fits` accepts; none when it accepts none.
    func ticks(_ map: AxisMap, atMost count: Int, fits: ([Tick]) -> Bool) -> Ticks {
        if !names.isEmpty { return named(map, fits: fits) }
        for candidate in candidates(map, atMost: count) where candidate.ticks.count <= count && fits(candidate.ticks) {
            return candidate
        }
        return Ticks()
    }

    /// Every name, or every second, third, …
    private func named(_ map: AxisMap, fits: ([Tick]) -> Bool) -> Ticks {
        let all = names.compactMap { name in map.place(name.value).map { Tick(place: $0, label: name.text) } }
            .filter { (0...1).contains($0.place) }.sorted { $0.place < $1.place }
        var stride = 1
        while stride <= max(all.count, 1) {
            let some = all.indices.filter { $0 % stride == 0 }.map { all[$0] }
            if fits(some) { return Ticks(ticks: some) }
            stride += 1
        }
        return Ticks()
    }

    private func candidates(_ map: AxisMap, atMost count: Int) -> [Ticks] {
        let linear = stride(from: min(max(count, 1), 20), through: 1, by: -1).map { linearTicks(map, about: $0) }
        guard scale == .log else { return linear }
        let all = decadeTicks(map)
        let decades = all.filter { $0.ticks.count > 1 }
        // Less than two ticks in decades: the axis spans a small factor, where round steps read better. One tick is better than none.
        return decades.isEmpty ? linear : decades + all.filter { $0.ticks.count == 1 }
    }

    /// Steps of 1, 2 or 5 times a power of ten.
    private func linearTicks(_ map: AxisMap, about count: Int) -> Ticks {
        let isLog = map.scale == .log
        let (low, high) = isLog ? (pow(10, map.low), min(pow(10, map.high), 8e307)) : (map.low, map.high)
        let raw = (high - low) / Double(count)
        guard raw.isFinite, raw > 1e-306 else { return Ticks() }
        var exponent = Int(log10(raw).rounded(.down))
        let fraction = raw / pow(10, Double(exponent))
        var factor = [1, 2, 5].first { Double($0) >= fraction * (1 - 1e-9) } ?? 10
        if isWhole, exponent < 0 { (factor, exponent) = (1, 0) }
        let step = Decimal(factor, exponent: exponent).value
        let (first, last) = ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
        // Widening keeps the ends within 1e12 spans of zero; a label never needs more digits than that.
        guard let a = Int(exactly: first), let b = Int(exactly: last), a <= b, b - a <= 1000, abs(a) < 1 << 50, abs(b) < 1 << 50
        else { return Ticks() }
        return labelled((a...b).map { Decimal($0 * factor, exponent: exponent) }, map)
    }

    private func labelled(_ decimals: [Decimal], _ map: AxisMap) -> Ticks {
        var labels = decimals.map { $0.plain ?? $0.scientific }
        let short = decimals.map(\.scientific)
        if widest(labels) > 6, widest(short) < widest(labels) { labels = short }
        var offset: String?
        if widest(labels) > 9, decimals.count > 1, let base = decimals.first {
            offset = base.shortest
            labels = decimals.map { difference($0, base) }
        }
        let ticks = zip(decimals, labels).compactMap { decimal, label in
            map.place(decimal.value).map { Tick(place: min(max($0, 0), 1), label: label) }
        }
        return Ticks(ticks: ticks, offset: offset)
    }

    /// `a - b` in digits, exact; their exponents differ by less than the digits an `Int` holds.
    private func difference(_ a: Decimal, _ b: Decimal) -> String {
        func scaled(_ d: Decimal, _ exponent: Int) -> Int {
            (0..<min(max(d.exponent - exponent, 0), 18)).reduce(d.digits) { n, _ in n.multipliedReportingOverflow(by: 10).partialValue }
        }
        let exponent = min(a.digits == 0 ? b.exponent : a.exponent, b.digits == 0 ? a.exponent : b.exponent)
        let result = Decimal(scaled(a, exponent) - scaled(b, exponent), exponent: exponent)
        return (result.digits >= 0 ? "+" : "") + result.shortest
    }

    private func widest(_ labels: [String]) -> Int { labels.map(\.count).max() ?? 0 }

    /// 1, 2, 5 within each decade, then every decade, every second, …
    private func decadeTicks(_ map: AxisMap) -> [Ticks] {
        let (first, last) = (Int(map.low.rounded(.down)), Int(map.high.rounded(.up)))
        func make(_ factors: [Int], _ stride: Int) -> Ticks {
            let decimals = (first...last).filter { $0 % stride == 0 && (!isWhole || $0 >= 0) }
                .flatMap { e in factors.map { Decimal($0, exponent: e) } }
            return Ticks(ticks: decimals.compactMap { decimal in
                // Below the smallest number there is nothing to mark.
                guard let place = map.place(decimal.value), (-1e-9...1 + 1e-9).contains(place) else { return nil }
                return Tick(place: min(max(place, 0), 1), label: decimal.shortest)
            })
        }
        return [make([1, 2, 5], 1)] + [1, 2, 3, 5, 10, 20, 50, 100, 200, 500].map { make([1], $0) }
    }
}
