/// Draws the items of a scene into the frame, `width` × `height` pixels with the origin at its upper left corner.
struct SVGDrawing {
    let scene: Scene
    let width: Double
    let height: Double
    private(set) var out = SVGWriter()
    private var labels: [(x: Double, y: Double, width: Double)] = []

    init(scene: Scene, width: Double, height: Double) {
        (self.scene, self.width, self.height) = (scene, width, height)
        for item in scene.layered { draw(item) }
    }

    private mutating func draw(_ item: Scene.Item) {
        let (stroke, fill) = (SVGStyle.stroke(item.color), SVGStyle.fill(item.color))
        switch item.shape {
        case .line(let runs): lines(runs, item.color)
        case .path(let runs, let stops):
            lines(runs, item.color)
            self.stops(stops, item.color)
        case .points(let places):
            let radius = places.count > 1000 ? 1.5 : places.count > 200 ? 2.5 : 3.5
            out.path(places.map { sign(item.color, $0, radius) }.joined(), "class=\"\(fill)\"")
        case .vertical(let u): out.line(u * width, 0, u * width, height, "class=\"gp-mark \(item.color == nil ? "" : stroke)\"")
        case .horizontal(let v): out.line(0, y(v), width, y(v), "class=\"gp-mark \(item.color == nil ? "" : stroke)\"")
        case .bars(let bars, let base): self.bars(bars, base, fill)
        case .heat(let grid, let low, let high): heat(grid, low, high)
        case .contour(let levels):
            for level in levels { out.path(level.lines.map(data).joined(), "class=\"gp-level \(SVGStyle.level(level.part))\"") }
            for level in levels { label(level) }
        case .regions(let grid): regions(grid)
        case .ceiling(let places):
            let crosses = places.map { u -> String in
                let x = min(max(u * width, 6), width - 6)
                return "M\(SVGText.number(x - 4)) 3l8 8m0-8l-8 8"
            }
            out.path(crosses.joined(), "class=\"\(stroke)\" stroke-width=\"2\"")
        }
    }

    private func y(_ v: Double) -> Double { (1 - v) * height }
    private func point(_ place: Place) -> String { "\(SVGText.number(place.u * width)) \(SVGText.number(y(place.v)))" }

    /// A stretch as path data; a single place as a line without length, which its round caps make a dot.
    private func data(_ run: [Place]) -> String {
        guard let first = run.first else { return "" }
        let rest = run.count == 1 ? "h0" : run.dropFirst().map { "L" + point($0) }.joined()
        return "M" + point(first) + rest
    }

    private mutating func lines(_ runs: [[Place]], _ color: Int?) {
        let (single, long) = (runs.filter { $0.count == 1 }, runs.filter { $0.count > 1 })
        out.path(long.map(data).joined(), "class=\"gp-line \(SVGStyle.stroke(color))\"\(SVGStyle.dash(color))")
        out.path(single.map(data).joined(), "class=\"gp-line \(SVGStyle.stroke(color))\" stroke-width=\"5\" style=\"stroke-width:5\"")
    }

    private mutating func stops(_ stops: [Scene.Stop], _ color: Int?) {
        func marks(_ some: [Scene.Stop], _ sign: ((Double, Double)) -> String) -> String { some.map { sign(at($0.place)) }.joined() }
        out.path(marks(stops.filter { !$0.isStart && !$0.isEnd }) { Signs.circle($0, 2.5) }, "class=\"\(SVGStyle.fill(color))\"")
        out.path(marks(stops.filter { $0.isStart && !$0.isEnd }) { Signs.circle($0, 4) }, "class=\"gp-hollow \(SVGStyle.stroke(color))\"")
        out.path(marks(stops.filter(\.isEnd)) { Signs.diamond($0, 6) }, "class=\"\(SVGStyle.fill(color))\"")
    }

    private func at(_ place: Place) -> (Double, Double) { (place.u * width, y(place.v)) }
    private func sign(_ color: Int?, _ place: Place, _ radius: Double) -> String { Signs.sign(color, at(place), radius) }

    private mutating func bars(_ bars: [Scene.Bar], _ base: Double, _ fill: String) {
        var path = ""
        for bar in bars {
            let gap = (bar.u1 - bar.u0) * width > 4 ? 1.0 : 0
            let (top, bottom) = (y(max(bar.v, base)), y(min(bar.v, base)))
            path += rectangle(bar.u0 * width, top, bar.u1 * width - gap, bottom)
        }
        out.path(path, "class=\"gp-bar \(fill)\"")
    }

    /// In absolute coordinates, so that neighbours are rounded to the same border.
    private func rectangle(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> String {
        let (x0, x1) = (SVGText.number(left), SVGText.number(right))
        return "M\(x0) \(SVGText.number(top))H\(x1)V\(SVGText.number(bottom))H\(x0)z"
    }

    // MARK: Matrices

    /// The borders between the cells of an axis, in the frame; blocks of cells where there are more than `most`.
    private func borders(_ interval: Interval, _ cells: Int, _ map: AxisMap) -> [(cells: Range<Int>, from: Double, to: Double)] {
        let block = (cells + 199) / 200
        return stride(from: 0, to: cells, by: max(block, 1)).compactMap { start in
            let end = min(start + block, cells)
            func edge(_ index: Int) -> Double? {
                let part = Double(index) / Double(cells)
                let value = interval.low * (1 - part) + interval.high * part
                // A border that a log axis cannot show lies beyond its low end.
                return map.place(value) ?? (value.isFinite ? (map.isReversed ? 1 : 0) : nil)
            }
            guard let a = edge(start), let b = edge(end) else { return nil }
            let (low, high) = (max(min(a, b), 0), min(max(a, b), 1))
            return low < high ? (start..<end, low, high) : nil
        }
    }

    private mutating func heat(_ grid: Grid, _ low: Double, _ high: Double) {
        let shades = 64
        var paths = Array(repeating: "", count: shades)
        let columns = borders(grid.x, grid.columns, scene.x)
        for row in borders(grid.y, grid.rows, scene.y) {
            for column in columns {
                let values = row.cells.flatMap { r in column.cells.map { grid.value(row: r, column: $0) } }.filter(\.isFinite)
                guard !values.isEmpty else { continue }
                let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
                let part = high > low ? (mean / 2 - low / 2) / (high / 2 - low / 2) : 0.5
                let shade = min(max(Int((part * Double(shades - 1)).rounded()), 0), shades - 1)
                paths[shade] += cell(column.from, column.to, row.from, row.to)
            }
        }
        for (shade, path) in paths.enumerated() {
            let color = Palette.heat(Double(shade) / Double(shades - 1)).hex
            out.path(path, "fill=\"\(color)\" shape-rendering=\"crispEdges\"")
        }
    }

    private func cell(_ u0: Double, _ u1: Double, _ v0: Double, _ v1: Double) -> String {
        rectangle(u0 * width, y(v1), u1 * width, y(v0))
    }

    private mutating func regions(_ grid: Grid) {
        var paths: [Int: String] = [:]
        let columns = borders(grid.x, grid.columns, scene.x)
        for row in borders(grid.y, grid.rows, scene.y) {
            var start = 0
            while start < columns.count {
                let number = grid.classNumber(row.cells.lowerBound, columns[start].cells.lowerBound)
                var end = start + 1
                while end < columns.count, grid.classNumber(row.cells.lowerBound, columns[end].cells.lowerBound) == number { end += 1 }
                let (a, b) = (columns[start], columns[end - 1])
                if let number { paths[number % Palette.count, default: ""] += cell(min(a.from, b.from), max(a.to, b.to), row.from, row.to) }
                start = end
            }
        }
        for (number, path) in paths.sorted(by: { $0.key < $1.key }) {
            out.path(path, "class=\"gp-region \(SVGStyle.fill(number))\" shape-rendering=\"crispEdges\"")
        }
    }

    /// Writes the level's value on its line, where no other label is near.
    private mutating func label(_ level: Scene.Level) {
        let text = shortNumber(level.value)
        let wide = SVGText.width(text, size: 11)
        let candidates = level.lines.compactMap(\.first).sorted { ($0.v, $0.u) > ($1.v, $1.u) }
        // Far from the others if possible, else just not upon them.
        for distance in [26.0, 4] {
            for index in stride(from: 0, to: candidates.count, by: max(candidates.count / 50, 1)) {
                let (x, y) = at(candidates[index])
                guard x > wide / 2 + 2, x < width - wide / 2 - 2, y > 8, y < height - 8 else { continue }
                guard labels.allSatisfy({ abs($0.x - x) > ($0.width + wide) / 2 + distance || abs($0.y - y) > 12 + distance }) else { continue }
                labels.append((x, y, wide))
                return out.text(text, x, y + 4, "class=\"gp-halo\" text-anchor=\"middle\"")
            }
        }
    }
}

/// The signs of points, one form for each place in the palette.
enum Signs {
    static func sign(_ color: Int?, _ at: (Double, Double), _ r: Double) -> String {
        switch (color ?? 0) % 4 {
        case 0: circle(at, r)
        case 1: square(at, r * 0.9)
        case 2: triangle(at, r * 1.2)
        default: diamond(at, r * 1.25)
        }
    }

    static func circle(_ at: (Double, Double), _ r: Double) -> String {
        let (n, d) = (SVGText.number(r), SVGText.number(2 * r))
        return "M\(SVGText.number(at.0 - r)) \(SVGText.number(at.1))a\(n) \(n) 0 1 0 \(d) 0a\(n) \(n) 0 1 0 -\(d) 0z"
    }

    static func square(_ at: (Double, Double), _ r: Double) -> String {
        let d = SVGText.number(2 * r)
        return "M\(SVGText.number(at.0 - r)) \(SVGText.number(at.1 - r))h\(d)v\(d)h-\(d)z"
    }

    static func triangle(_ at: (Double, Double), _ r: Double) -> String {
        "M\(SVGText.number(at.0)) \(SVGText.number(at.1 - r))l\(SVGText.number(r)) \(SVGText.number(1.8 * r))h-\(SVGText.number(2 * r))z"
    }

    static func diamond(_ at: (Double, Double), _ r: Double) -> String {
        let n = SVGText.number(r)
        return "M\(SVGText.number(at.0)) \(SVGText.number(at.1 - r))l\(n) \(n)l-\(n) \(n)l-\(n) -\(n)z"
    }
}
