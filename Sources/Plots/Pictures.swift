#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The usual pictures, each made in one call. What they return is an ordinary figure, free to be changed.
extension Figure {
    /// The curves of a training run, on a log axis when that shows more.
    /// - Parameters:
    ///   - epochs: one for each value of `training`; 1, 2, 3, … when empty.
    ///   - validation: empty when there is none.
    ///   - best: the best epoch, marked by a line.
    package static func training(
        title: String = "", epochs: [Double] = [], training: [Double], validation: [Double] = [], best: Double? = nil,
        metric: String = "loss", unit: String = "epoch"
    ) -> Figure {
        let longest = max(training.count, validation.count)
        let xs = epochs.isEmpty ? (0..<longest).map { Double($0 + 1) } : epochs
        var figure = Figure(title: title, x: Axis(unit, isWhole: true), y: Axis(metric))
        figure.y.scale = suggestsLog(training + validation) ? .log : .linear
        figure.series = [Series("training", .line(x: Array(xs.prefix(training.count)), y: training))]
        if !validation.isEmpty {
            figure.series.append(Series("validation", .line(x: Array(xs.prefix(validation.count)), y: validation)))
        }
        if let best { figure.series.append(Series("best: \(unit) \(shortNumber(best, significant: 9))", .vertical(best))) }
        return figure
    }

    /// One result for each value of a hyperparameter, each axis on the scale that shows more. Results that are not
    /// finite appear as crosses at the upper edge.
    package static func sweep(
        title: String = "", parameter: String, values: [Double], results: [(name: String, values: [Double])], result: String = "loss"
    ) -> Figure {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var figure = Figure(title: title, x: Axis(parameter), y: Axis(result))
        figure.x.scale = suggestsLog(values) ? .log : .linear
        figure.y.scale = suggestsLog(results.flatMap(\.values)) ? .log : .linear
        var lost: [Double] = []
        for (color, (name, found)) in results.enumerated() {
            let pairs = order.compactMap { $0 < found.count ? (values[$0], found[$0]) : nil }
            lost += pairs.filter { !$0.1.isFinite }.map(\.0)
            let finite = pairs.filter { $0.1.isFinite }
            let (x, y) = (finite.map(\.0), finite.map(\.1))
            figure.series.append(Series(name, .line(x: x, y: y), color: color))
            figure.series.append(Series("", .points(x: x, y: y), color: color))
        }
        if !lost.isEmpty { figure.series.append(Series("not finite", .ceiling(lost.sorted().removingRepeats()))) }
        return figure
    }

    /// One result for each pair of values of two hyperparameters, as a matrix of colours (of the logarithm where that
    /// shows more).
    /// - Parameter results: row by row, a row for each of `rows`.
    package static func sweep(
        title: String = "", columns: (name: String, values: [Double]), rows: (name: String, values: [Double]), results: [Double],
        result: String = "loss"
    ) -> Figure {
        func names(_ values: [Double]) -> [Axis.Name] { values.enumerated().map { Axis.Name(Double($0), shortNumber($1)) } }
        let isLog = suggestsLog(results)
        let lowest = results.filter { $0 > 0 }.min() ?? 1
        let shown = isLog ? results.map { $0 > 0 ? log10($0) : $0 == 0 ? log10(lowest) : .nan } : results
        return Figure(
            title: title, x: Axis(columns.name, names: names(columns.values)), y: Axis(rows.name, isReversed: true, names: names(rows.values)),
            series: [Series(isLog ? "log10 \(result)" : result, .heat(Grid(shown, rows: rows.values.count, columns: columns.values.count)))],
            notes: isLog && results.contains(0) ? ["0 has no logarithm: it has the colour of the lowest of the others"] : [])
    }

    /// Curves of functions over one interval.
    ///
    /// Where a function grows beyond all measure (a pole, say), the y axis is cut, lest the rest be flat, and a note
    /// tells so: it spans three times what the middle nine tenths of the values do when their whole span is more than
    /// twenty times that.
    package static func functions(
        _ curves: [(name: String, x: [Double], y: [Double])], over interval: Interval, title: String = "", x: String = "x", y: String = ""
    ) -> Figure {
        var figure = Figure(title: title, x: Axis(x, range: interval), y: Axis(y))
        figure.series = curves.map { Series($0.name, .curve(x: $0.x, y: $0.y)) }
        if let range = curbed(curves.flatMap(\.y)) {
            figure.y.range = range
            figure.notes = ["the y axis is cut: values reach beyond it"]
        }
        return figure
    }

    private static func curbed(_ values: [Double]) -> Interval? {
        let sorted = values.filter(\.isFinite).sorted()
        guard sorted.count >= 20, let low = sorted.first, let high = sorted.last else { return nil }
        let (lower, upper) = (sorted[(sorted.count - 1) / 20], sorted[(sorted.count - 1) * 19 / 20])
        let middle = upper - lower
        guard middle > 0, middle < .infinity, high / 20 - low / 20 > middle else { return nil }
        return Interval(max(low, lower - middle), min(high, upper + middle))
    }

    /// How often values fall into bins of equal width. Values that are not finite are left out, and a note tells so.
    /// - Parameter bins: chosen from the data when `nil`.
    package static func histogram(_ values: [Double], title: String = "", label: String = "", name: String = "", bins: Int? = nil) -> Figure {
        let finite = values.filter(\.isFinite)
        var figure = Figure(title: title, x: Axis(label), y: Axis("count", isWhole: true))
        if finite.count < values.count { figure.notes = ["\(values.count - finite.count) of \(values.count) values not finite, left out"] }
        guard let low = finite.min(), let high = finite.max() else { return figure }
        let (edges, counts) = binned(finite, low, high, min(max(bins ?? chosenBins(finite, low, high), 1), 1000))
        figure.series = [Series(name, .bars(edges: edges, heights: counts))]
        return figure
    }

    private static func binned(_ values: [Double], _ low: Double, _ high: Double, _ bins: Int) -> (edges: [Double], counts: [Double]) {
        let room = max(low.magnitude / 10, 0.5)
        let isConstant = !(high / 2 - low / 2 > max(low.magnitude, high.magnitude) * 1e-14)
        let (from, to) = isConstant ? (low - room, high + room) : (low, high)
        let count = isConstant ? 1 : bins
        var counts = Array(repeating: 0.0, count: count)
        for value in values {
            let part = isConstant ? 0 : (value / 2 - from / 2) / (to / 2 - from / 2)
            // The last bin holds its upper edge too.
            counts[min(max(Int(part * Double(count)), 0), count - 1)] += 1
        }
        let edges = (0...count).map { index -> Double in
            let part = Double(index) / Double(count)
            return from * (1 - part) + to * part
        }
        return (edges, counts)
    }

    /// Freedman and Diaconis' rule, at least Sturges' number of bins and at most 100.
    private static func chosenBins(_ values: [Double], _ low: Double, _ high: Double) -> Int {
        let sorted = values.sorted()
        let sturges = log2(Double(values.count)).rounded(.up) + 1
        let spread = sorted[values.count * 3 / 4] / 2 - sorted[values.count / 4] / 2
        let ideal = (high / 2 - low / 2) / (2 * spread) * cbrt(Double(values.count))
        let bins = ideal.isFinite ? max(ideal.rounded(.up), sturges) : sturges
        return Int(min(max(bins, 1), 100))
    }

    /// A matrix as it is written: row 0 on top.
    package static func heatmap(_ values: [Double], rows: Int, columns: Int, title: String = "", name: String = "") -> Figure {
        Figure(
            title: title, x: Axis("column", isWhole: true), y: Axis("row", isWhole: true, isReversed: true),
            series: [Series(name, .heat(Grid(values, rows: rows, columns: columns)))])
    }

    /// Lines of equal value of a function of two numbers, with the path of a descent on it.
    package static func contour(
        _ grid: Grid, levels: [Double] = [], title: String = "", x: String = "x", y: String = "y", name: String = "",
        path: (name: String, x: [Double], y: [Double])? = nil
    ) -> Figure {
        var figure = Figure(title: title, x: Axis(x), y: Axis(y), series: [Series(name, .contour(grid, levels: levels))])
        // A path that leaves the surface must not shrink it.
        (figure.x.range, figure.y.range) = (grid.centres(grid.x, grid.columns), grid.centres(grid.y, grid.rows))
        if let path { figure.series.append(Series(path.name, .path(x: path.x, y: path.y), color: 1)) }
        return figure
    }

    /// Which class a classifier sees where, and the points it was given.
    /// - Parameters:
    ///   - regions: class numbers 0, 1, 2, …
    ///   - classes: the points of each class, in the order of the numbers.
    package static func boundary(
        _ regions: Grid, classes: [(name: String, x: [Double], y: [Double])], title: String = "", x: String = "", y: String = ""
    ) -> Figure {
        let points = classes.enumerated().map { Series($1.name, .points(x: $1.x, y: $1.y), color: $0) }
        return Figure(title: title, x: Axis(x, range: regions.x), y: Axis(y, range: regions.y), series: [Series("", .regions(regions))] + points)
    }

    /// The figure with the ranges it has now made fixed, and its paths cut after `count` places, or, where it has none, its curves and
    /// points: the frames of an animation, whose axes must not move.
    package func upTo(_ count: Int) -> Figure {
        let maps = Extent(self).maps
        var frame = self
        (frame.x.range, frame.y.range) = (x.range ?? maps.x.range, y.range ?? maps.y.range)
        let kept = max(count, 0)
        let hasPaths = hasPaths
        for index in frame.series.indices where !hasPaths || frame.series[index].mark.isPath {
            frame.series[index].mark = frame.series[index].mark.cut(kept)
        }
        return frame
    }

    /// After how many places `upTo` shows all of it.
    package var length: Int {
        let hasPaths = hasPaths
        return series.map { !hasPaths || $0.mark.isPath ? $0.mark.length : 0 }.max() ?? 0
    }

    private var hasPaths: Bool { series.contains(where: \.mark.isPath) }
}

extension Series {
    /// A tangent line through a point of a curve, as long as the interval, with the point marked by its own series.
    package static func tangent(_ name: String, x: Double, y: Double, slope: Double, over interval: Interval, color: Int? = nil) -> [Series] {
        let ends = [interval.low, interval.high]
        return [
            Series(name, .line(x: ends, y: ends.map { y + slope * ($0 - x) }), color: color),
            Series("", .points(x: [x], y: [y]), color: color),
        ]
    }
}

extension AxisMap {
    fileprivate var range: Interval { isReversed ? Interval(value(at: 1), value(at: 0)) : Interval(value(at: 0), value(at: 1)) }
}

extension Mark {
    fileprivate var isPath: Bool {
        if case .path = self { true } else { false }
    }

    fileprivate var length: Int {
        switch self {
        case .line(let x, _), .curve(let x, _), .points(let x, _), .steps(let x, _), .path(let x, _): x.count
        case .vertical, .horizontal, .bars, .heat, .contour, .regions, .ceiling: 0
        }
    }

    fileprivate func cut(_ count: Int) -> Mark {
        func some(_ values: [Double]) -> [Double] { Array(values.prefix(count)) }
        switch self {
        case .line(let x, let y): return .line(x: some(x), y: some(y))
        case .curve(let x, let y): return .curve(x: some(x), y: some(y))
        case .points(let x, let y): return .points(x: some(x), y: some(y))
        case .steps(let x, let y): return .steps(x: some(x), y: some(y))
        case .path(let x, let y): return .path(x: some(x), y: some(y))
        case .vertical, .horizontal, .bars, .heat, .contour, .regions, .ceiling: return self
        }
    }
}
