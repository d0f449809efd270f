import Plots
import Syntax
import Tensors

extension Builtin {
    static let scatter = Builtin(
        "scatter", [.required("x"), .optional("y", "none"), .optional("classes", "none")] + PictureOptions.parameters, .pictures,
        summary: "points, from two vectors or from a matrix of two columns; `classes` gives each class its own sign",
        examples: ["fig = scatter([1, 2, 3], [2, 1, 4])", "fig = scatter([[1, 2], [2, 1], [3, 4]], classes: [0, 1, 1])"]
    ) { call in
        let (x, y) = try points(call)
        var figure = Figure()
        if call.has(2) {
            let classes: Classes
            do throws(Classes.Problem) { classes = try Classes(call[2], style: NumberStyle(digits: 6)) } catch {
                throw error.diagnostic("`classes`", call, at: 2)
            }
            guard classes.indices.count == x.count else {
                throw call.problem("there are \(x.count) points, but \(classes.indices.count) classes", at: 2)
            }
            figure.series = classes.split(x, y).enumerated().map { Series($1.name, .points(x: $1.x, y: $1.y), color: $0) }
        } else {
            figure.series = [Series("", .points(x: x, y: y))]
        }
        return try PictureOptions(call).value(figure)
    }

    private static func points(_ call: Builtin.Call) throws -> (x: [Double], y: [Double]) {
        if call.has(1) {
            let (x, y) = (try call.vector(0), try call.vector(1))
            guard x.count == y.count else { throw call.problem("there are \(x.count) x, but \(y.count) y", at: 1) }
            return (x, y)
        }
        guard let tensor = call[0].tensor, tensor.rank == 2 else {
            throw call.typeError(0, needs: "two vectors or a matrix of two columns", hints: ["`scatter(x, y)` draws y against x"])
        }
        guard tensor.shape[1] == 2 else { throw call.problem(twoColumns(tensor), at: 0, hints: [twoColumnsHint(call, 0)]) }
        let columns = Builtin.Call.columns(tensor)
        return (columns[0], columns[1])
    }

    static func twoColumns(_ tensor: Tensor) -> String {
        "a plane has two dimensions, but the data has \(tensor.shape[1]) column\(tensor.shape[1] == 1 ? "" : "s")"
    }

    static func twoColumnsHint(_ call: Builtin.Call, _ index: Int) -> String {
        let name = call.machine.sourceText(call.span(index)).flatMap { $0.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." } ? $0 : nil } ?? "X"
        return "choose two: `\(name)[:, 0...1]`"
    }

    static let hist = Builtin(
        "hist", [.required("x"), .optional("bins", "from the data")] + PictureOptions.parameters, .pictures,
        summary: "a histogram: how often the numbers of x fall into bins of equal width",
        examples: ["fig = hist(randn([500]))", "fig = hist([1, 2, 2, 3, 3, 3], bins: 3)"]
    ) { call in
        let numbers = call[0].tensor?.numbers ?? Builtin.Call.numbers(call[0])
        guard let numbers else { throw call.typeError(0, needs: "numbers") }
        var bins: Int?
        if call.has(1) {
            bins = try call.whole(1)
            guard (1...1000).contains(bins ?? 0) else {
                throw call.problem("`bins` must lie between 1 and 1000, but it is \(bins ?? 0)", at: 1)
            }
        }
        return try PictureOptions(call).value(.histogram(numbers, bins: bins))
    }

    static let heatmap = Builtin(
        "heatmap", [.required("matrix")] + PictureOptions.parameters, .pictures,
        summary: "a matrix as it is written, each number as a shade", examples: ["fig = heatmap(eye(4))"]
    ) { call in
        let tensor = try call.tensor(0)
        guard tensor.rank == 1 || tensor.rank == 2 else {
            throw call.typeError(0, needs: "a matrix", hints: tensor.rank > 2 ? ["choose one with an index, or `reshape` it"] : [])
        }
        let (rows, columns) = tensor.rank == 1 ? (1, tensor.count) : (tensor.shape[0], tensor.shape[1])
        return try PictureOptions(call).value(.heatmap(tensor.numbers, rows: rows, columns: columns))
    }

    static let overlay = Builtin(
        "overlay", [.required("figures"), .optional("second", "none")] + PictureOptions.parameters, .pictures,
        summary: "figures on one pair of axes: those of a list, or two",
        examples: ["fig = overlay(scatter([1, 2], [1, 3]), plot(x -> 2x - 1, 0...3))"]
    ) { call in
        var figures: [Figure] = []
        let given: [(value: Value, index: Int)]
        if case .list(let list) = call[0], !call.has(1) { given = list.elements.map { ($0.settled, 0) } } else { given = [(call[0], 0), (call[1], 1)] }
        for (value, index) in given {
            guard case .object(let object) = value, let figure = object.figure() else {
                throw call.machine.typeError("`overlay`", needs: "figures", value, at: call.span(index), isWritten: given.count == 2)
            }
            figures.append(figure)
        }
        guard var figure = figures.first else { throw call.problem("`overlay` needs at least one figure", at: 0) }
        figure.nameSeries()
        for other in figures.dropFirst() {
            var other = other
            other.nameSeries()
            figure.add(other)
        }
        return try PictureOptions(call).value(figure)
    }
}

extension Figure {
    /// A curve that its axis named needs a name of its own beside others.
    fileprivate mutating func nameSeries() {
        guard series.allSatisfy(\.name.isEmpty), let index = series.firstIndex(where: { $0.mark.isCurve }), !y.label.isEmpty else { return }
        series[index].name = y.label
        y.label = ""
    }

    /// Draws another figure's data too; the axes then show all of it.
    fileprivate mutating func add(_ other: Figure) {
        let isLabelled = !x.label.isEmpty
        series += other.series
        notes += other.notes.filter { !notes.contains($0) }
        if title.isEmpty { title = other.title }
        if !isLabelled { x.label = other.x.label }
        if y.label != other.y.label { y.label = "" }
        x.range = Figure.joined(x.range, other.x.range)
        y.range = Figure.joined(y.range, other.y.range)
    }

    /// An end that one of them leaves to the data is left to the data.
    private static func joined(_ a: Interval?, _ b: Interval?) -> Interval? {
        guard let a, let b else { return nil }
        return Interval(min(a.low, b.low), max(a.high, b.high))
    }
}

extension Mark {
    fileprivate var isCurve: Bool {
        switch self {
        case .curve, .line: true
        default: false
        }
    }
}
