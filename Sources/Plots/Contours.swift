#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A straight piece of a contour, in cells: the centre of the cell at row 2, column 3 is `x` 3, `y` 2.
package struct ContourSegment: Equatable {
    package let x0, y0, x1, y1: Double
}

extension Grid {
    /// Marching squares over the centres of the cells. A square with a corner that is not finite gives nothing.
    package func contour(at level: Double) -> [ContourSegment] {
        guard rows > 1, columns > 1, level.isFinite else { return [] }
        var segments: [ContourSegment] = []
        for row in 0..<rows - 1 {
            for column in 0..<columns - 1 { addSquare(row, column, level, &segments) }
        }
        return segments
    }

    private func addSquare(_ row: Int, _ column: Int, _ level: Double, _ segments: inout [ContourSegment]) {
        let corners = [
            value(row: row, column: column), value(row: row, column: column + 1),
            value(row: row + 1, column: column + 1), value(row: row + 1, column: column),
        ]
        guard corners.allSatisfy(\.isFinite) else { return }
        let offsets: [(Double, Double)] = [(0, 0), (1, 0), (1, 1), (0, 1)]
        // Where the level crosses the sides, going around.
        let crossings: [(Double, Double)] = (0..<4).compactMap { side in
            let next = (side + 1) % 4
            let (a, b) = (corners[side], corners[next])
            guard (a >= level) != (b >= level) else { return nil }
            let part = (level / 2 - a / 2) / (b / 2 - a / 2)
            let t = part.isFinite ? min(max(part, 0), 1) : 0.5
            let (from, to) = (offsets[side], offsets[next])
            return (Double(column) + from.0 + t * (to.0 - from.0), Double(row) + from.1 + t * (to.1 - from.1))
        }
        func add(_ i: Int, _ j: Int) {
            segments.append(ContourSegment(x0: crossings[i].0, y0: crossings[i].1, x1: crossings[j].0, y1: crossings[j].1))
        }
        if crossings.count == 2 { return add(0, 1) }
        guard crossings.count == 4 else { return }
        // A saddle: the mean decides which two corners belong together.
        let middle = corners.reduce(0) { $0 + $1 / 4 }
        if (middle >= level) == (corners[0] >= level) {
            add(0, 1)
            add(2, 3)
        } else {
            add(3, 0)
            add(1, 2)
        }
    }

    /// About `count` round levels inside the range of the values; at even factors above the minimum where most values
    /// lie close to it, as those of a loss in its valley do.
    func chosenLevels(_ count: Int) -> [Double] {
        let finite = values.filter(\.isFinite).sorted()
        guard let low = finite.first, let high = finite.last, low < high else { return [] }
        let base = min(low, 0)
        let (near, median) = (finite[finite.count / 50] - base, finite[finite.count / 2] - base)
        if median < 0.15 * (high - base), near > 0, (high - base).isFinite, (high - base) / near >= 20 {
            let levels = (1...count).map { base + near * pow((high - base) / near, Double($0) / Double(count + 1)) }
            return levels.compactMap { Decimal($0, significant: base < 0 ? 3 : 1)?.value }.removingRepeats().filter { $0 > low && $0 < high }
        }
        let axis = Axis()
        let map = AxisMap(axis, data: Interval(low, high))
        return axis.ticks(map, atMost: count + 3) { _ in true }.ticks
            .compactMap { tick in
                // Back from its place, zero is a little off.
                let value = map.value(at: tick.place)
                return abs(value) < 1e-9 * (high - low) ? 0 : Decimal(value, significant: 12)?.value
            }.filter { $0 > low && $0 < high }
    }
}

extension Array where Element: Equatable {
    func removingRepeats() -> [Element] {
        reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}
