/// A place in the frame: (0, 0) is the lower left corner, (1, 1) the upper right one.
struct Place: Equatable {
    var u: Double
    var v: Double
}

/// A figure with its axes settled and its data brought into the frame: all that both renderers have in common.
struct Scene {
    let x: AxisMap
    let y: AxisMap
    /// In the figure's order, that of the legend.
    let items: [Item]
    let notes: [String]
    /// Nothing at all to draw.
    let isEmpty: Bool

    struct Item {
        let name: String
        let shape: Shape
        /// The place in the palette; `nil` for what has none (a vertical line, a matrix).
        let color: Int?
    }

    enum Shape {
        /// Connected stretches inside the frame; one of a single place is a dot.
        case line([[Place]])
        case path([[Place]], stops: [Stop])
        case points([Place])
        case vertical(Double)
        case horizontal(Double)
        case bars([Bar], base: Double)
        case heat(Grid, low: Double, high: Double)
        case contour([Level])
        case regions(Grid)
        case ceiling([Double])
    }

    /// A place where a path stopped, the first and the last of which are marked as such.
    struct Stop { let place: Place; let isStart: Bool; let isEnd: Bool }
    struct Bar { let u0, u1, v: Double }
    struct Level { let value: Double; let part: Double; let lines: [[Place]] }

    /// - Parameters:
    ///   - resolution: places across the frame that the renderer can tell apart; more are thinned out.
    ///   - levels: how many contours to choose, about.
    init(_ figure: Figure, resolution: Int, levels: Int) {
        let extent = Extent(figure)
        let (x, y) = extent.maps
        (self.x, self.y) = (x, y)
        isEmpty = extent.x == nil && extent.y == nil
        var builder = SceneBuilder(figure: figure, x: x, y: y, resolution: max(resolution, 2), levels: max(levels, 2))
        items = builder.items()
        notes = figure.notes + builder.notes
    }

    /// In the order of drawing: what comes first lies below. `sorted` is stable, so that within a layer the figure's
    /// order holds.
    var layered: [Item] { items.sorted { $0.shape.layer < $1.shape.layer } }
}

extension Scene.Shape {
    fileprivate var layer: Int {
        switch self {
        case .heat, .regions: 0
        case .contour: 1
        case .bars: 2
        case .vertical, .horizontal: 3
        case .line: 4
        case .path: 5
        case .points, .ceiling: 6
        }
    }
}

/// What the data spans, and whether it wants room around it.
struct Extent {
    private(set) var x: Interval?
    private(set) var y: Interval?
    private(set) var padsX = false
    private(set) var padsY = true
    private let figure: Figure

    init(_ figure: Figure) {
        self.figure = figure
        for series in figure.series { add(series.mark) }
    }

    /// The axes that show it all.
    var maps: (x: AxisMap, y: AxisMap) {
        // Points need room on all sides, or those at zero would be cut in halves.
        (
            AxisMap(figure.x, data: x, padding: padsX ? 0.04 : 0),
            AxisMap(figure.y, data: y, padding: padsY ? 0.05 : 0, stopsAtZero: !padsX)
        )
    }

    private mutating func add(_ mark: Mark) {
        switch mark {
        case .line(let x, let y), .curve(let x, let y), .steps(let x, let y): addPairs(x, y)
        case .points(let x, let y), .path(let x, let y):
            padsX = !hasGrid
            addPairs(x, y)
        case .vertical(let value): addX(value)
        case .horizontal(let value): addY(value)
        case .ceiling(let values): values.forEach { addX($0) }
        case .bars(let edges, let heights):
            for (index, height) in heights.enumerated() where index + 1 < edges.count && height.isFinite {
                addX(edges[index])
                addX(edges[index + 1])
                addY(height)
            }
            if figure.y.scale == .linear, self.y != nil { addY(0) }
        case .heat(let grid), .contour(let grid, _), .regions(let grid):
            guard !grid.isEmpty else { return }
            (padsX, padsY) = (false, false)
            [grid.x.low, grid.x.high].forEach { addX($0) }
            [grid.y.low, grid.y.high].forEach { addY($0) }
        }
    }

    private var hasGrid: Bool {
        figure.series.contains {
            switch $0.mark {
            case .heat(let grid), .contour(let grid, _), .regions(let grid): !grid.isEmpty
            default: false
            }
        }
    }

    private mutating func addPairs(_ xs: [Double], _ ys: [Double]) {
        // Only what will be drawn may stretch an axis: a pair with one half missing has no place.
        for (a, b) in zip(xs, ys) where isShown(a, figure.x.scale) && isShown(b, figure.y.scale) {
            addX(a)
            addY(b)
        }
    }

    private mutating func addX(_ value: Double) {
        if isShown(value, figure.x.scale) { x = joined(x, value) }
    }

    private mutating func addY(_ value: Double) {
        if isShown(value, figure.y.scale) { y = joined(y, value) }
    }

    private func isShown(_ value: Double, _ scale: Scale) -> Bool { value.isFinite && (scale == .linear || value > 0) }

    private func joined(_ interval: Interval?, _ value: Double) -> Interval {
        guard let interval else { return Interval(value, value) }
        return Interval(min(interval.low, value), max(interval.high, value))
    }
}
