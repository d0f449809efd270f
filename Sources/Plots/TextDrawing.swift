/// How the parts of a figure look in characters.
struct TextStyle {
    let unicode: Bool
    let color: Bool

    func ink(_ index: Int?) -> Int? { color ? index.map { Palette.terminal[$0 % Palette.count] } : nil }

    /// The character of a curve where there is no Braille.
    func lineGlyph(_ index: Int?) -> Character { cycle(["*", "o", "+", "x", "#", "@", "%", "~"], index) }

    func pointGlyph(_ index: Int?) -> Character {
        unicode ? cycle(["●", "○", "×", "+", "▲", "△", "■", "□"], index) : lineGlyph(index)
    }

    /// Without colour, curves are told apart by their dashes; with it, once the colours repeat.
    func pattern(_ index: Int?) -> [Bool] {
        guard unicode, let index else { return [true] }
        let patterns: [[Bool]] = [
            [true], [true, true, true, true, false, false, false], [true, false, false],
            [true, true, true, true, true, false, false, true, false, false],
        ]
        return patterns[(color ? index / Palette.count : index) % patterns.count]
    }

    /// Without Braille each level is drawn in a letter of its own, or neighbouring lines could not be told apart.
    func levelGlyph(_ index: Int) -> Character { cycle(Array("abcdefghijklmnpqrstuvwxyz"), index) }

    /// From empty to full.
    var shades: [Character] { unicode ? [" ", "░", "▒", "▓", "█"] : Array(" .:-=+*#%@") }

    /// Grounds of classes without colour.
    func region(_ index: Int) -> Character {
        unicode ? cycle(["·", "░", "▒", "-", "+", "▓"], index) : cycle([".", ":", "-", "=", "\"", "'"], index)
    }

    func bar(_ index: Int?) -> Character { unicode ? (color ? "█" : cycle(["█", "▒", "░", "▓"], index)) : cycle(["#", "=", "%", "-"], index) }

    private func cycle(_ glyphs: [Character], _ index: Int?) -> Character { glyphs[(index ?? 0) % glyphs.count] }
}

/// Draws the items of a scene on a canvas.
struct TextDrawing {
    let scene: Scene
    let style: TextStyle
    private(set) var canvas: TextCanvas

    init(scene: Scene, style: TextStyle, columns: Int, rows: Int) {
        (self.scene, self.style) = (scene, style)
        canvas = TextCanvas(columns: columns, rows: rows, unicode: style.unicode)
        for item in scene.layered { draw(item) }
    }

    private mutating func draw(_ item: Scene.Item) {
        let ink = style.ink(item.color)
        switch item.shape {
        case .line(let runs): lines(runs, item.color)
        case .path(let runs, let stops):
            lines(runs, item.color)
            // Start and end last, so that no step hides them.
            for stop in stops.filter({ !$0.isStart && !$0.isEnd }) + stops.filter({ $0.isStart || $0.isEnd }) { put(glyph(stop), stop.place, ink) }
        case .points(let places): points(places, item.color)
        case .vertical(let u):
            for y in 0..<canvas.dotRows where !style.unicode || y % 2 == 0 {
                canvas.dot(canvas.dot(Place(u: u, v: 0)).x, y, glyph: "|", color: ink)
            }
        case .horizontal(let v):
            for x in 0..<canvas.dotColumns where !style.unicode || x % 2 == 0 {
                canvas.dot(x, canvas.dot(Place(u: 0, v: v)).y, glyph: "-", color: ink)
            }
        case .bars(let bars, let base): self.bars(bars, base, item.color)
        case .heat(let grid, let low, let high): heat(grid, low, high)
        case .contour(let levels): contour(levels)
        case .regions(let grid): regions(grid)
        case .ceiling(let places): for u in places { put(style.unicode ? "✕" : "X", Place(u: u, v: 1), ink) }
        }
    }

    private mutating func put(_ glyph: Character, _ place: Place, _ ink: Int?) {
        canvas.put(glyph, column: canvas.column(place.u), row: canvas.row(place.v), color: ink)
    }

    private mutating func lines(_ runs: [[Place]], _ color: Int?) {
        for run in runs {
            if let only = run.first, run.count == 1, style.unicode {
                // A value between two gaps, as a dot of the raster, would be overlooked.
                put("•", only, style.ink(color))
            } else {
                canvas.line(run, glyph: style.lineGlyph(color), color: style.ink(color), pattern: style.pattern(color))
            }
        }
    }

    private func glyph(_ stop: Scene.Stop) -> Character {
        if stop.isEnd { return style.unicode ? "◆" : "@" }
        return stop.isStart ? (style.unicode ? "◇" : "O") : (style.unicode ? "•" : "o")
    }

    /// A sign for each point, or dots where there are too many for signs.
    private mutating func points(_ places: [Place], _ color: Int?) {
        let isCrowded = style.unicode && places.count > canvas.columns * canvas.rows / 4
        for place in places {
            if isCrowded {
                let (x, y) = canvas.dot(place)
                canvas.dot(x, y, glyph: "o", color: style.ink(color))
            } else {
                put(style.pointGlyph(color), place, style.ink(color))
            }
        }
    }

    private mutating func bars(_ bars: [Scene.Bar], _ base: Double, _ color: Int?) {
        let eighths: [Character] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇"]
        let height = Double(canvas.rows * 8)
        for column in 0..<canvas.columns {
            let (left, right) = (Double(column) / Double(canvas.columns), Double(column + 1) / Double(canvas.columns))
            let middle = (left + right) / 2
            // The bar at the middle of the column; failing that (bars narrower than it) the one that reaches farthest.
            let here = bars.filter { $0.u0 <= middle && middle < $0.u1 }
            let near = here.isEmpty ? bars.filter { $0.u0 < right && left < $0.u1 } : here
            guard let bar = near.max(by: { abs($0.v - base) < abs($1.v - base) }) else { continue }
            let (from, to) = (Int((min(bar.v, base) * height).rounded()), Int((max(bar.v, base) * height).rounded()))
            for row in 0..<canvas.rows {
                let bottom = (canvas.rows - 1 - row) * 8
                let filled = min(to - bottom, 8) - max(from - bottom, 0)
                guard filled > 0 else { continue }
                let isTip = style.unicode && bar.v > base && filled < 8 && from <= bottom
                if filled >= 4 || isTip {
                    canvas.put(isTip ? eighths[filled] : style.bar(color), column: column, row: row, color: style.ink(color))
                }
            }
        }
    }

    private func part(_ value: Double, _ low: Double, _ high: Double) -> Double {
        high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
    }

    private mutating func heat(_ grid: Grid, _ low: Double, _ high: Double) {
        // With colour two cells of the matrix, one above the other, share a character: its upper half and its ground.
        let halves = style.color && style.unicode ? 2 : 1
        let rows = canvas.rows * halves
        let sampler = GridSampler(grid, columns: canvas.columns, rows: rows, x: scene.x, y: scene.y)
        for row in 0..<rows {
            for column in 0..<canvas.columns {
                guard let value = sampler.mean(column: column, row: row) else { continue }
                guard value.isFinite else {
                    // A blank would read as the lowest value.
                    canvas.put("?", column: column, row: row / halves, color: nil)
                    canvas[column, row / halves].ground = nil
                    continue
                }
                let part = part(value, low, high)
                if !style.color {
                    let index = Int((part * Double(style.shades.count)).rounded(.down))
                    canvas.put(style.shades[min(max(index, 0), style.shades.count - 1)], column: column, row: row, color: nil)
                } else if halves == 1 {
                    canvas.put(" ", column: column, row: row, color: nil)
                    canvas[column, row].ground = Palette.heat(part).terminal
                } else if row % 2 == 0 {
                    canvas.put("▀", column: column, row: row / 2, color: Palette.heat(part).terminal)
                } else {
                    let isAlone = canvas[column, row / 2].glyph != "▀"
                    if isAlone { canvas.put("▄", column: column, row: row / 2, color: Palette.heat(part).terminal) }
                    else { canvas[column, row / 2].ground = Palette.heat(part).terminal }
                }
            }
        }
    }

    private mutating func regions(_ grid: Grid) {
        for row in 0..<canvas.rows {
            for column in 0..<canvas.columns {
                let u = (Double(column) + 0.5) / Double(canvas.columns)
                let v = 1 - (Double(row) + 0.5) / Double(canvas.rows)
                guard let cell = grid.cell(u, v, scene.x, scene.y), let index = grid.classNumber(cell.row, cell.column) else { continue }
                if style.color {
                    canvas.put(" ", column: column, row: row, color: nil)
                    canvas[column, row].ground = Palette.terminalTint[index % Palette.count]
                } else {
                    canvas.put(style.region(index), column: column, row: row, color: nil)
                }
            }
        }
    }

    private mutating func contour(_ levels: [Scene.Level]) {
        for (index, level) in levels.enumerated() {
            let ink = style.color ? Palette.heat(0.35 + 0.55 * level.part).terminal : nil
            for run in level.lines { canvas.line(run, glyph: style.levelGlyph(index), color: ink, pattern: [true]) }
        }
        var taken: Set<Int> = []
        for level in levels { label(level, &taken) }
    }

    /// Writes the level's value on its line, where no other label is near.
    private mutating func label(_ level: Scene.Level, _ taken: inout Set<Int>) {
        let text = Array(TextFitter(unicode: style.unicode).clean(shortNumber(level.value)))
        let candidates = level.lines.compactMap(\.first).sorted { ($0.v, $0.u) > ($1.v, $1.u) }
        let stride = max(candidates.count / 50, 1)
        // Far from the others if possible, else just not upon them.
        for distance in [2, 1] {
            for index in Swift.stride(from: 0, to: candidates.count, by: stride) {
                let (column, row) = (canvas.column(candidates[index].u) - text.count / 2, canvas.row(candidates[index].v))
                guard column >= 0, column + text.count <= canvas.columns else { continue }
                let (near, beside) = (row - distance...row + distance, column - 2 * distance...column + text.count - 1 + 2 * distance)
                let isFree = near.allSatisfy { r in beside.allSatisfy { !taken.contains(r * canvas.columns + $0) } }
                guard isFree else { continue }
                let ink = style.color ? Palette.heat(0.35 + 0.55 * level.part).terminal : nil
                for (offset, character) in text.enumerated() {
                    canvas.put(character, column: column + offset, row: row, color: ink)
                    taken.insert(row * canvas.columns + column + offset)
                }
                return
            }
        }
    }
}

extension Grid {
    /// The class of a cell; `nil` unless it is a whole number that is not negative.
    func classNumber(_ row: Int, _ column: Int) -> Int? { Int(exactly: value(row: row, column: column)).flatMap { $0 >= 0 ? $0 : nil } }
}

/// Reads a matrix in the raster of a picture: where many cells share one spot, their mean.
struct GridSampler {
    private let grid: Grid
    private let columnSpans: [Range<Int>?]
    private let rowSpans: [Range<Int>?]

    init(_ grid: Grid, columns: Int, rows: Int, x: AxisMap, y: AxisMap) {
        self.grid = grid
        columnSpans = GridSampler.spans(columns, grid.x, grid.columns, x) { Double($0) / Double(columns) }
        rowSpans = GridSampler.spans(rows, grid.y, grid.rows, y) { 1 - Double($0) / Double(rows) }
    }

    /// `nil` outside the matrix, NaN where no cell is finite. Raster rows count from above.
    func mean(column: Int, row: Int) -> Double? {
        guard let columns = columnSpans[column], let rows = rowSpans[row] else { return nil }
        var (sum, count) = (0.0, 0.0)
        let cells = Double(columns.count * rows.count)
        for r in rows {
            for c in columns where grid.value(row: r, column: c).isFinite {
                sum += grid.value(row: r, column: c) / cells
                count += 1
            }
        }
        return count == 0 ? .nan : sum * (cells / count)
    }

    private static func spans(_ count: Int, _ interval: Interval, _ cells: Int, _ map: AxisMap, _ edge: (Int) -> Double) -> [Range<Int>?] {
        func position(_ place: Double) -> Double {
            (map.value(at: place) / 2 - interval.low / 2) / (interval.high / 2 - interval.low / 2) * Double(cells)
        }
        return (0..<count).map { index in
            let middle = position((edge(index) + edge(index + 1)) / 2)
            guard middle >= 0, middle < Double(cells) else { return nil }
            let (a, b) = (position(edge(index)), position(edge(index + 1)))
            // The cells whose centres lie in the spot; failing that the one it lies in.
            let low = max((min(a, b) - 0.5).rounded(.up), 0), high = min((max(a, b) - 0.5).rounded(.up), Double(cells))
            return low < high ? Int(low)..<Int(high) : Int(middle)..<Int(middle) + 1
        }
    }
}
