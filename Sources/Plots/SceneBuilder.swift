/// Brings each series into the frame, and keeps count of what has no place there.
struct SceneBuilder {
    let figure: Figure
    let x: AxisMap
    let y: AxisMap
    let resolution: Int
    let levels: Int
    private(set) var notes: [String] = []

    init(figure: Figure, x: AxisMap, y: AxisMap, resolution: Int, levels: Int) {
        (self.figure, self.x, self.y, self.resolution, self.levels) = (figure, x, y, resolution, levels)
    }

    mutating func items() -> [Scene.Item] {
        var next = 0
        var items: [Scene.Item] = []
        for series in figure.series {
            guard let shape = shape(series) else { continue }
            var color = series.color.map { max($0, 0) }
            if color == nil, series.mark.takesColor { (color, next) = (next, next + 1) }
            items.append(Scene.Item(name: series.name, shape: shape, color: color))
        }
        return items
    }

    private mutating func shape(_ series: Series) -> Scene.Shape? {
        switch series.mark {
        case .line(let xs, let ys): .line(line(series.name, xs, ys))
        case .curve(let xs, let ys): .line(curve(series.name, xs, ys))
        case .steps(let xs, let ys): .line(steps(series.name, xs, ys))
        case .points(let xs, let ys): .points(thinned(places(series.name, xs, ys).compactMap { $0 }.filter(isInside)))
        case .path(let xs, let ys): path(series.name, xs, ys)
        case .vertical(let value): mark(series.name, value, x).map { .vertical($0) }
        case .horizontal(let value): mark(series.name, value, y).map { .horizontal($0) }
        case .bars(let edges, let heights): bars(series.name, edges, heights)
        case .heat(let grid): heat(series.name, grid)
        case .contour(let grid, let levels): contour(series.name, grid, levels)
        case .regions(let grid): grid.isEmpty ? nil : .regions(grid)
        case .ceiling(let values): .ceiling(values.compactMap { mark(series.name, $0, x) })
        }
    }

    // MARK: Curves and points

    /// A place for each pair, `nil` for a gap; tells what was left out.
    private mutating func places(_ name: String, _ xs: [Double], _ ys: [Double], isFunction: Bool = false) -> [Place?] {
        if xs.count != ys.count {
            note("\(subject(name)) has \(xs.count) x and \(ys.count) y: the longer list is cut")
        }
        var (infinite, below) = (0, 0)
        let places = zip(xs, ys).map { a, b -> Place? in
            if !a.isFinite || !b.isFinite { infinite += 1; return nil }
            guard let u = x.place(a), let v = y.place(b) else { below += 1; return nil }
            return Place(u: u, v: v)
        }
        if zip(xs, ys).contains(where: { abs($0) > AxisMap.largest && $0.isFinite || abs($1) > AxisMap.largest && $1.isFinite }) {
            note("\(subject(name)) goes beyond \(shortNumber(AxisMap.largest)), the end of every axis")
        }
        if infinite > 0 {
            // Of a function nobody counts the values; how large a part it is, tells something.
            note(isFunction
                ? "\(subject(name)) has no finite value at \(infinite) of \(places.count) places"
                : "\(count(infinite, "value")) of \(subject(name)) not finite, left out")
        }
        if below > 0 { note("\(count(below, "value")) of \(subject(name)) not above 0, left out on a log axis") }
        return places
    }

    private mutating func line(_ name: String, _ xs: [Double], _ ys: [Double]) -> [[Place]] {
        runs(places(name, xs, ys)).flatMap { clipped(decimated($0)) }
    }

    private mutating func curve(_ name: String, _ xs: [Double], _ ys: [Double]) -> [[Place]] {
        runs(places(name, xs, ys, isFunction: true)).flatMap { run -> [[Place]] in
            var parts: [[Place]] = []
            for place in run {
                let jumps = parts.last?.last.map { $0.v < 0 && place.v > 1 || $0.v > 1 && place.v < 0 } ?? true
                if jumps { parts.append([place]) } else { parts[parts.count - 1].append(place) }
            }
            return parts.flatMap { clipped(decimated($0)) }
        }
    }

    private mutating func steps(_ name: String, _ xs: [Double], _ ys: [Double]) -> [[Place]] {
        runs(places(name, xs, ys)).flatMap { run -> [[Place]] in
            var corners: [Place] = []
            for place in run {
                if let last = corners.last { corners.append(Place(u: place.u, v: last.v)) }
                corners.append(place)
            }
            return clipped(decimated(corners))
        }
    }

    private mutating func path(_ name: String, _ xs: [Double], _ ys: [Double]) -> Scene.Shape {
        let places = places(name, xs, ys)
        let known = places.compactMap { $0 }
        let all = known.enumerated().map { Scene.Stop(place: $1, isStart: $0 == 0, isEnd: $0 == known.count - 1) }
        // The stops of a long path would hide it.
        let stops = all.filter { isInside($0.place) && (all.count <= SceneBuilder.mostStops || $0.isStart || $0.isEnd) }
        return .path(runs(places).flatMap { clipped(decimated($0)) }, stops: stops)
    }

    private static let mostStops = 200

    private func runs(_ places: [Place?]) -> [[Place]] {
        places.split(separator: nil).map { $0.compactMap { $0 } }
    }

    private func isInside(_ place: Place) -> Bool { (0...1).contains(place.u) && (0...1).contains(place.v) }

    /// Of the many consecutive places in one column of the picture: the first, the extremes, the last. The picture is
    /// the same, at most four places a column.
    private func decimated(_ run: [Place]) -> [Place] {
        guard run.count > 4 * resolution else { return run }
        var kept: [Place] = []
        var start = 0
        while start < run.count {
            let column = (run[start].u * Double(resolution)).rounded(.down)
            var end = start + 1
            while end < run.count, (run[end].u * Double(resolution)).rounded(.down) == column { end += 1 }
            let group = start..<end
            let low = group.min { run[$0].v < run[$1].v } ?? start
            let high = group.max { run[$0].v < run[$1].v } ?? start
            kept += [start, min(low, high), max(low, high), end - 1].removingRepeats().map { run[$0] }
            start = end
        }
        return kept
    }

    /// At most one point for each spot that can be told apart.
    private func thinned(_ points: [Place]) -> [Place] {
        guard points.count > 4 * resolution else { return points }
        var seen: Set<Int> = []
        return points.filter { place in
            seen.insert(Int(place.u * Double(resolution)) * (resolution + 1) + Int(place.v * Double(resolution))).inserted
        }
    }

    /// The parts of a stretch that lie in the frame.
    private func clipped(_ run: [Place]) -> [[Place]] {
        if run.count == 1 { return run.filter(isInside).map { [$0] } }
        var result: [[Place]] = []
        for (from, to) in zip(run, run.dropFirst()) {
            guard let (a, b) = clip(from, to) else { continue }
            if result.last?.last == a { result[result.count - 1].append(b) } else { result.append([a, b]) }
        }
        return result
    }

    /// Liang and Barsky's way: the part of the segment between the four sides.
    private func clip(_ a: Place, _ b: Place) -> (Place, Place)? {
        let (du, dv) = (b.u - a.u, b.v - a.v)
        var (t0, t1) = (0.0, 1.0)
        for (p, q) in [(-du, a.u), (du, 1 - a.u), (-dv, a.v), (dv, 1 - a.v)] {
            if p == 0 {
                if q < 0 { return nil }
            } else if p < 0 {
                t0 = max(t0, q / p)
            } else {
                t1 = min(t1, q / p)
            }
        }
        guard t0 <= t1 else { return nil }
        func at(_ t: Double) -> Place {
            Place(u: min(max(a.u + t * du, 0), 1), v: min(max(a.v + t * dv, 0), 1))
        }
        return (t0 == 0 ? a : at(t0), t1 == 1 ? b : at(t1))
    }

    // MARK: The others

    private mutating func mark(_ name: String, _ value: Double, _ map: AxisMap) -> Double? {
        guard let place = map.place(value) else {
            note("\(subject(name)) is at \(shortNumber(value)), which has no place on the axis")
            return nil
        }
        return (0...1).contains(place) ? place : nil
    }

    private mutating func bars(_ name: String, _ edges: [Double], _ heights: [Double]) -> Scene.Shape {
        if edges.count != heights.count + 1 {
            note("\(subject(name)) has \(edges.count) edges for \(heights.count) bars: the rest is left out")
        }
        var missing = 0
        let bars = heights.indices.prefix(max(edges.count - 1, 0)).compactMap { index -> Scene.Bar? in
            let height = heights[index]
            // An empty bin is no value below a log axis: it simply is not there.
            if height == 0, y.scale == .log { return nil }
            guard let a = x.place(edges[index]), let b = x.place(edges[index + 1]), let v = y.place(height) else {
                missing += 1
                return nil
            }
            let (u0, u1) = (max(min(a, b), 0), min(max(a, b), 1))
            return u0 < u1 ? Scene.Bar(u0: u0, u1: u1, v: min(max(v, 0), 1)) : nil
        }
        if missing > 0 { note("\(count(missing, "bar")) of \(subject(name)) without a place on the axes, left out") }
        return .bars(bars, base: min(max(y.place(0) ?? 0, 0), 1))
    }

    private mutating func heat(_ name: String, _ grid: Grid) -> Scene.Shape? {
        guard !grid.isEmpty else { return nil }
        let finite = grid.values.prefix(grid.rows * grid.columns).filter(\.isFinite)
        let missing = grid.rows * grid.columns - finite.count
        if missing > 0 { note("\(count(missing, "cell")) of \(subject(name)) not finite") }
        return .heat(grid, low: finite.min() ?? 0, high: finite.max() ?? 0)
    }

    private mutating func contour(_ name: String, _ grid: Grid, _ given: [Double]) -> Scene.Shape? {
        guard !grid.isEmpty else { return nil }
        let values = (given.isEmpty ? grid.chosenLevels(levels) : given.filter(\.isFinite).sorted().removingRepeats()).prefix(50)
        let missing = grid.values.count { !$0.isFinite }
        if missing > 0 {
            note("\(subject(name)) has no finite value at \(missing) of \(grid.values.count) places")
        } else if values.isEmpty {
            note("\(subject(name)) is the same everywhere: no contours")
        }
        let drawn = values.enumerated().map { index, level in
            let lines = grid.contour(at: level).compactMap { segment -> [Place]? in
                guard let a = place(segment.x0, segment.y0, grid), let b = place(segment.x1, segment.y1, grid),
                    let (from, to) = clip(a, b) else { return nil }
                return [from, to]
            }
            return Scene.Level(value: level, part: values.count > 1 ? Double(index) / Double(values.count - 1) : 0.5, lines: lines)
        }
        return .contour(drawn)
    }

    /// From cells (centres at whole numbers) to the frame.
    private func place(_ column: Double, _ row: Double, _ grid: Grid) -> Place? {
        func along(_ interval: Interval, _ position: Double, _ count: Int) -> Double {
            let part = (position + 0.5) / Double(count)
            return interval.low * (1 - part) + interval.high * part
        }
        guard let u = x.place(along(grid.x, column, grid.columns)), let v = y.place(along(grid.y, row, grid.rows)) else { return nil }
        return Place(u: u, v: v)
    }

    // MARK: Notes

    /// A curve alone is named by its axis.
    private func subject(_ name: String) -> String {
        var name = name
        if name.isEmpty, figure.series.count == 1, figure.series[0].mark.takesColor { name = figure.y.label }
        return name.isEmpty ? "a series" : "“\(name)”"
    }

    private func count(_ n: Int, _ noun: String) -> String { "\(n) \(noun)\(n == 1 ? "" : "s")" }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }
}

extension Mark {
    /// Curves, points and bars have a colour of their own; straight marks and matrices have not.
    fileprivate var takesColor: Bool {
        switch self {
        case .line, .curve, .points, .steps, .path, .bars: true
        case .vertical, .horizontal, .heat, .contour, .regions, .ceiling: false
        }
    }
}

extension Grid {
    /// The cell at a place of the frame; `nil` outside the grid.
    func cell(_ u: Double, _ v: Double, _ x: AxisMap, _ y: AxisMap) -> (row: Int, column: Int)? {
        func index(_ value: Double, _ interval: Interval, _ count: Int) -> Int? {
            let part = (value / 2 - interval.low / 2) / (interval.high / 2 - interval.low / 2)
            guard part >= 0, part < 1 else { return nil }
            return min(Int(part * Double(count)), count - 1)
        }
        guard let column = index(x.value(at: u), self.x, columns), let row = index(y.value(at: v), self.y, rows) else { return nil }
        return (row, column)
    }
}
