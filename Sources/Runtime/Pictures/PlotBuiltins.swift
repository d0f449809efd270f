import Plots
import Syntax
import Tensors

extension Builtin {
    static let pictures: [Builtin] = [plot, scatter, hist, heatmap, contour, boundary, overlay, animate]

    static let plot = Builtin(
        "plot",
        [
            .required("what"), .optional("over", "-5...5"), .optional("points", "none"), .optional("tangent", "none"),
            .optional("path", "none"),
        ] + PictureOptions.parameters, .pictures,
        summary: "curves of functions over an interval, of numbers (`plot(x, y)`), or of a run: training and validation loss, with the best epoch marked",
        examples: [
            "L(w) = (w - 3)^2", "fig = plot(L, -1...7, tangent: 1)", "fig = plot([L, L'], -1...7, points: [[3, 0]])",
            "fig = plot([1, 2, 3], [1, 4, 9], xlabel: \"x\")", "run = train(L, 0, lr: 0.1, steps: 20)", "fig = plot(run)",
        ]
    ) { call in
        try PictureOptions(call).value(PlotRequest(call: call).figure())
    }
}

/// What `plot` was asked for.
struct PlotRequest {
    let call: Builtin.Call
    private let over = 1, points = 2, tangent = 3, path = 4

    init(call: Builtin.Call) { self.call = call }

    func figure() throws -> Figure {
        let functions = PlotRequest.functions(call[0])
        if !functions.isEmpty { return try curves(functions) }
        for (index, name) in [(points, "points"), (tangent, "tangent"), (path, "path")] where call.has(index) {
            throw call.problem("`\(name)` goes with a function that is drawn", at: index, hints: ["as in `plot(f, -1...7, \(name): …)`"])
        }
        if case .object(let object) = call[0] { return try figure(of: object) }
        let runs = PlotRequest.runs(call[0])
        if !runs.isEmpty {
            return try RunFigures.comparison(runs, column: call.has(over) ? call.text(over) : nil).orThrow(unknownColumn())
        }
        return try data()
    }

    /// The functions that are drawn, with the names they have in a record.
    private static func functions(_ value: Value) -> [(name: String, function: Callable)] {
        all(value) { if case .function(let function) = $0 { function } else { nil } }.map { ($0.name, $0.part) }
    }

    private static func runs(_ value: Value) -> [(name: String, run: RunValue)] {
        all(value) { if case .object(let object) = $0 { object as? RunValue } else { nil } }.map { ($0.name, $0.part) }
    }

    /// One, or a list or a record of nothing else.
    private static func all<Part>(_ value: Value, _ part: (Value) -> Part?) -> [(name: String, part: Part)] {
        let (names, values): ([String], [Value])
        switch value {
        case .list(let list): (names, values) = (list.elements.map { _ in "" }, list.elements)
        case .record(let record): (names, values) = (record.names, record.values)
        case .function: (names, values) = ([""], [value])
        default: return []
        }
        let parts = values.compactMap { part($0.settled) }
        return parts.count == values.count ? zip(names, parts).map { ($0, $1) } : []
    }

    private func unknownColumn() throws -> Diagnostic {
        call.problem(
            "a run has no record of `\(try call.text(over))`", at: over,
            hints: ["it has \(RunFigures.columns.map { "\"\($0)\"" }.joined(separator: ", "))"])
    }

    private func figure(of object: ObjectValue) throws -> Figure {
        if call.has(over) {
            guard let run = object as? RunValue else { throw call.problem("\(object.typeName) is drawn by itself", at: over) }
            return try RunFigures.column(call.text(over), of: run).orThrow(unknownColumn())
        }
        return try object.figure().orThrow(call.typeError(0, needs: PlotRequest.needs))
    }

    private static let needs = "a function, numbers or a run"

    // MARK: Functions

    private func curves(_ functions: [(name: String, function: Callable)]) throws -> Figure {
        let interval = call.has(over) ? try call.interval(over) : Interval(-5, 5)
        var curves: [(name: String, x: [Double], y: [Double])] = []
        for (name, function) in functions {
            let (x, y) = try Sampler(function: function, call: call, index: 0).curve(over: interval)
            curves.append((name.isEmpty ? call.machine.label(function) : name, x, y))
        }
        let first = Sampler(function: functions[0].function, call: call, index: 0)
        var figure = Figure.functions(curves, over: interval, x: first.parameter(0))
        let extras = try pointSeries(first) + tangents(first, interval, figure) + pathSeries(first)
        figure.series += extras
        // One curve alone is named at its axis.
        if functions.count == 1, extras.allSatisfy(\.name.isEmpty) {
            figure.y.label = curves[0].name
            figure.series[0].name = ""
        }
        return figure
    }

    /// Places on the first curve, or points of their own.
    private func pointSeries(_ sampler: Sampler) throws -> [Series] {
        guard call.has(points) else { return [] }
        if let (x, y) = try pairs(call[points]) { return [Series("points", .points(x: x, y: y))] }
        let xs = try call.places(points)
        let ys = try xs.map { try sampler.value([.number($0)], at: "\(sampler.parameter(0)) = \($0)") }
        return [Series("", .points(x: xs, y: ys), color: 0)]
    }

    /// Rows of two numbers, or a record of two vectors.
    private func pairs(_ value: Value) throws -> (x: [Double], y: [Double])? {
        if let tensor = value.tensor, tensor.rank == 2 {
            guard tensor.shape[1] == 2 else {
                throw call.problem("`points` of shape \(tensor.shape) are no rows of two numbers", at: points, hints: ["as in `points: [[1, 4], [2, 1]]`"])
            }
            let columns = Builtin.Call.columns(tensor)
            return (columns[0], columns[1])
        }
        guard case .record(let record) = value, record.names.count >= 2,
            let x = Builtin.Call.numbers(record.values[0]), let y = Builtin.Call.numbers(record.values[1])
        else { return nil }
        return (x, y)
    }

    /// Lines that touch the first curve, as far as they stay beside it.
    private func tangents(_ sampler: Sampler, _ interval: Interval, _ figure: Figure) throws -> [Series] {
        guard call.has(tangent) else { return [] }
        return try call.places(tangent).enumerated().flatMap { index, x -> [Series] in
            let y = try sampler.value([.number(x)], at: "\(sampler.parameter(0)) = \(x)")
            let slope = try sampler.slope(at: x)
            let part = figure.box.part(x: x, y: y, slope: slope, over: interval)
            let style = NumberStyle(digits: 4)
            return Series.tangent(
                "tangent at \(style.format(x)): slope \(style.format(slope))", x: x, y: y, slope: slope, over: part, color: figure.series.count + index)
        }
    }

    /// The steps of a run along the curve.
    private func pathSeries(_ sampler: Sampler) throws -> [Series] {
        guard call.has(path) else { return [] }
        guard case .object(let object) = call[path], let run = object as? RunValue else {
            throw call.typeError(path, needs: "a run for `path`")
        }
        guard let columns = RunFigures.path(run), columns.count == 1 else {
            throw call.problem("a path on a curve needs a run of one parameter", at: path, hints: ["`contour` shows the path of a run of two"])
        }
        let ys = try columns[0].map { try sampler.value([.number($0)], at: "\(sampler.parameter(0)) = \($0)") }
        return [Series("descent", .path(x: columns[0], y: ys))]
    }

    // MARK: Numbers

    private func data() throws -> Figure {
        guard call.has(over) else {
            let curves = try Builtin.Call.curves(call[0]).orThrow(call.typeError(0, needs: PlotRequest.needs))
            var figure = lines(curves.map { ($0.name, $0.y.indices.map(Double.init), $0.y) })
            figure.x.isWhole = true
            return figure
        }
        if case .function = call[over] {
            throw call.problem("the function comes first", at: over, hints: ["`plot(f, -1...7)` draws f over an interval"])
        }
        let xs = try call.vector(0)
        let curves = try Builtin.Call.curves(call[over]).orThrow(
            call.typeError(over, needs: "a vector, or several as rows, a list or a record"))
        if let odd = curves.first(where: { $0.y.count != xs.count }) {
            throw call.problem(
                "there are \(xs.count) x, but \(odd.y.count) y\(odd.name.isEmpty ? "" : " in `\(odd.name)`")", at: over,
                hints: curves.count == xs.count ? ["each curve is a row: transpose with `.T`"] : [])
        }
        return lines(curves.map { ($0.name, xs, $0.y) })
    }

    private func lines(_ curves: [(name: String, x: [Double], y: [Double])]) -> Figure {
        var figure = Figure()
        let isMany = curves.count > 1
        figure.series = curves.enumerated().map { index, curve in
            Series(curve.name.isEmpty && isMany ? "\(index)" : curve.name, .line(x: curve.x, y: curve.y))
        }
        return figure
    }
}

extension Builtin.Call {
    /// A number, or several.
    fileprivate func places(_ index: Int) throws -> [Double] {
        if let tensor = self[index].tensor, tensor.rank == 0 { return [tensor.number] }
        return try vector(index)
    }
}

extension Figure {
    /// What the curves span, with some room.
    fileprivate var box: Box {
        let values = series.flatMap { series -> [Double] in
            if case .curve(_, let y) = series.mark { y.filter(\.isFinite) } else { [] }
        }
        let (low, high) = (y.range?.low ?? values.min() ?? -1, y.range?.high ?? values.max() ?? 1)
        let room = max((high - low) / 10, .leastNormalMagnitude)
        return Box(low: low - room, high: high + room)
    }

    /// Bounds that a tangent should not leave.
    fileprivate struct Box {
        let low: Double
        let high: Double

        func part(x: Double, y: Double, slope: Double, over interval: Interval) -> Interval {
            guard slope != 0, slope.isFinite, low <= y, y <= high else { return interval }
            let (a, b) = (x + (low - y) / slope, x + (high - y) / slope)
            return Interval(max(min(a, b), min(interval.low, x)), min(max(a, b), max(interval.high, x)))
        }
    }
}
