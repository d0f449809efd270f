import Plots

/// Figures for the snapshots: one of each kind, and the awkward ones.
enum Samples {
    static func even(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
        (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
    }

    static func grid(_ count: Int, _ x: Interval, _ y: Interval, _ f: (Double, Double) -> Double) -> Grid {
        func centre(_ interval: Interval, _ index: Int) -> Double {
            interval.low + (interval.high - interval.low) * (Double(index) + 0.5) / Double(count)
        }
        let values = (0..<count).flatMap { row in (0..<count).map { f(centre(x, $0), centre(y, row)) } }
        return Grid(values, rows: count, columns: count, x: x, y: y)
    }

    static func nodes(_ count: Int, _ x: Interval, _ y: Interval, _ f: (Double, Double) -> Double) -> Grid {
        let (xs, ys) = (even(x.low, x.high, count), even(y.low, y.high, count))
        return Grid(nodes: ys.flatMap { y in xs.map { f($0, y) } }, rows: count, columns: count, x: x, y: y)
    }

    static let epochs = even(1, 40, 40)

    static let training = Figure.training(
        title: "A small network", training: epochs.map { 2.3 / ($0 * $0) + 0.001 },
        validation: epochs.map { 2.3 / ($0 * $0) + 0.02 + 0.0005 * max(0, $0 - 15) }, best: 15)

    static let function: Figure = {
        let x = even(-1, 7, 81)
        let curves = [Series("L", .line(x: x, y: x.map { ($0 - 3) * ($0 - 3) })), Series("L'", .line(x: x, y: x.map { 2 * ($0 - 3) }))]
        let tangent = Series.tangent("tangent at 1", x: 1, y: 4, slope: -4, over: Interval(0, 2.5), color: 2)
        return Figure(title: "L(w) = (w - 3)^2", x: Axis("w", range: Interval(-1, 7)), y: Axis("L"), series: curves + tangent)
    }()

    static let pole: Figure = {
        let x = even(-2, 2, 202)
        return Figure.functions([("1/x", x, x.map { 1 / $0 }), ("sqrt", x, x.map { $0.squareRoot() })], over: Interval(-2, 2), title: "a pole")
    }()

    /// Values that look random and are the same everywhere: the golden ratio's fractions.
    static func spread(_ count: Int, _ shift: Double) -> [Double] {
        (1...count).map { (Double($0) * 0.6180339887498949 * shift).truncatingRemainder(dividingBy: 1) }
    }

    static let scatter = Figure(
        title: "two clouds", x: Axis("x1"), y: Axis("x2"),
        series: [
            Series("a", .points(x: spread(25, 1), y: spread(25, 3.7))),
            Series("b", .points(x: spread(25, 1.3).map { $0 + 0.7 }, y: spread(25, 5.1).map { $0 + 0.6 })),
        ])

    static let boundary = Figure.boundary(
        grid(40, Interval(-2, 2), Interval(-2, 2)) { x, y in x + 0.8 * y > 0.5 ? 1 : 0 },
        classes: [("no", [-1, -0.5, 0.2], [0, -1, -0.4]), ("yes", [1, 1.5, 0.9], [0.3, 1, 1.7])], x: "x1", y: "x2")

    static let histogram = Figure.histogram(spread(300, 1).map { $0 * $0 * 4 } + [.nan], title: "weights", label: "w", bins: 12)

    static let heatmap = Figure.heatmap(spread(29, 2.3) + [.nan], rows: 5, columns: 6, title: "W", name: "W")

    static let contour = Figure.contour(
        nodes(41, Interval(-2, 2), Interval(-1, 3)) { $0 * $0 + 3 * ($1 - 1) * ($1 - 1) }, x: "w", y: "b", name: "loss",
        path: ("descent", [-1.5, -1, -0.3, 0.2, 0], [2.5, 0.2, 1.5, 0.9, 1]))

    static let sweep = Figure.sweep(
        title: "learning rates", parameter: "η", values: [0.001, 0.01, 0.1, 1, 10],
        results: [("final", [2.0, 0.9, 0.05, 0.2, .nan]), ("best validation", [2.1, 1.0, 0.1, 0.4, .infinity])])

    static let valley = Figure.contour(
        nodes(81, Interval(-2, 2), Interval(-1, 3)) { (1 - $0) * (1 - $0) + 100 * ($1 - $0 * $0) * ($1 - $0 * $0) }, title: "Rosenbrock's valley")

    static let sweepOfTwo = Figure.sweep(
        title: "η and λ", columns: ("η", [0.001, 0.01, 0.1]), rows: ("λ", [0, 1e-5]), results: [2, 0.5, .infinity, 1.5, 0.02, 0.001])

    static let steps = Figure(
        title: "schedule", x: Axis("epoch"), y: Axis("η", scale: .log),
        series: [Series("step decay", .steps(x: [0, 10, 20, 30, 40], y: [0.1, 0.03, 0.01, 0.003, 0.003])), Series("floor", .horizontal(0.005))])

    static let gaps = Figure(
        title: "gaps", series: [Series("with NaN", .line(x: [0, 1, 2, 3, 4, 5], y: [1, .nan, 3, .infinity, 5, 6]))])

    static let constant = Figure(series: [Series("five", .line(x: [1, 2, 3], y: [5, 5, 5]))])
    static let single = Figure(series: [Series("one", .points(x: [2], y: [7]))])
    static let empty = Figure(title: "nothing", x: Axis("x"), y: Axis("y"))
    static let near = Figure(title: "nearly constant", series: [Series("", .line(x: [1, 2, 3], y: [1.000000001, 1.000000003, 1.000000002]))])
    static let huge = Figure(title: "huge", y: Axis("y", scale: .log), series: [Series("h", .line(x: [1, 2, 3, 4], y: [1e-300, 1e300, -1, 0]))])
    static let names = Figure(
        title: "Größe <&> \"学习\" 😀", x: Axis("class", names: [.init(0, "setosa"), .init(1, "versicolor"), .init(2, "virginica")]), y: Axis("∇L"),
        series: [Series("a name that is much longer than there is room for, whatever the width", .points(x: [0, 1, 2], y: [3, 1, 2]))])

    static let all: [(name: String, figure: Figure)] = [
        ("training", training), ("function", function), ("pole", pole), ("valley", valley), ("sweep-of-two", sweepOfTwo), ("scatter", scatter), ("boundary", boundary), ("histogram", histogram),
        ("heatmap", heatmap), ("contour", contour), ("sweep", sweep), ("steps", steps), ("gaps", gaps), ("constant", constant),
        ("single", single), ("empty", empty), ("near", near), ("huge", huge), ("names", names),
    ]

    static let graph = GraphPicture(
        title: "mean((X @ W - y)^2)",
        nodes: [
            .init("X", details: ["[n, d]"], kind: .input), .init("W", details: ["[d]", "∇ [d]"], kind: .input), .init("y", kind: .input),
            .init("@"), .init("-"), .init("^2"), .init("2", kind: .constant), .init("mean", details: ["9"], kind: .output),
        ],
        edges: [.init(0, 3), .init(1, 3), .init(3, 4), .init(2, 4), .init(4, 5), .init(6, 5), .init(5, 7), .init(1, 7)])
}
