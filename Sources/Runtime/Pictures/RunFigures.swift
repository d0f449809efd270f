import Plots
import Tensors
import Training

/// Pictures of runs.
enum RunFigures {
    /// Training and validation loss, and where the best epoch was.
    static func curves(_ run: RunValue) -> Figure {
        let epochs = run.state.history.epochs
        let hasValidation = !run.setup.validation.isEmpty
        let (places, unit) = axis(run)
        let best = Double(run.state.stopping.bestEpoch)
        let isLast = places.last.map { best >= $0 } ?? true
        var figure = Figure.training(
            epochs: places, training: epochs["loss"], validation: hasValidation ? epochs["validation"] : [],
            best: (hasValidation || run.setup.patience != nil) && !isLast ? best : nil, unit: unit)
        // Before the first update there is nothing left of it.
        if places.count == 1 { figure.x.range = Interval(0, 1) }
        // Alone it is named by its axis.
        if figure.series.count == 1 { figure.series[0].name = "" }
        if case .notFinite(let sentence) = run.state.ending { figure.notes.append("stopped: \(sentence)") }
        return figure
    }

    /// Without data every step is an epoch.
    private static func axis(_ run: RunValue) -> (places: [Double], unit: String) {
        (run.state.history.epochs["epoch"], run.setup.data.isEmpty ? "step" : "epoch")
    }

    /// One column of several runs: the loss (of validation rows, where all have them) unless another is asked for; `nil` for a name that is none.
    static func comparison(_ runs: [(name: String, run: RunValue)], column asked: String? = nil) -> Figure? {
        let isValidated = runs.allSatisfy { !$0.run.setup.validation.isEmpty }
        let column = asked ?? (isValidated ? "validation" : "loss")
        guard columns.contains(column) else { return nil }
        let curves = runs.map { curve(column, of: $0.run) }
        return figure(curves, names: labels(runs), y: column == "validation" ? "validation loss" : curves[0].label)
    }

    private typealias Curve = (places: [Double], values: [Double], unit: String, label: String)

    private static func figure(_ curves: [Curve], names: [String], y: String) -> Figure {
        let units = Set(curves.map(\.unit))
        var figure = Figure(x: Axis(units.count == 1 ? curves[0].unit : "epoch", isWhole: true), y: Axis(y))
        figure.series = zip(names, curves).map { Series($0, .line(x: $1.places, y: $1.values)) }
        if suggestsLog(curves.flatMap(\.values)) { figure.y.scale = .log }
        return figure
    }

    /// Names of their own; failing that the rule with η, or with all it has where that does not tell them apart.
    private static func labels(_ runs: [(name: String, run: RunValue)]) -> [String] {
        let style = NumberStyle(digits: 4)
        let short = runs.map { name, run -> String in
            let rate = run.setup.rule.field("lr").map { "(lr: \(style.describe($0)))" } ?? ""
            return name.isEmpty ? run.setup.rule.name + rate : name
        }
        return Set(short).count == short.count ? short : runs.map { $0.name.isEmpty ? $0.run.setup.rule.describe(style) : $0.name }
    }

    /// What `plot(run, "…")` shows.
    static let columns = ["loss", "validation", "metric", "lr", "gradient", "update", "parameters", "cosine", "zeros"]

    /// One column of the history; `nil` for a name that is none.
    static func column(_ name: String, of run: RunValue) -> Figure? {
        guard columns.contains(name) else { return nil }
        if name == "loss" { return curves(run) }
        let curve = curve(name, of: run)
        return figure([curve], names: [""], y: curve.label)
    }

    private static func curve(_ column: String, of run: RunValue) -> Curve {
        let label =
            switch column {
            case "lr": "η"
            case "metric": run.setup.metricName ?? column
            case "gradient", "update": "‖\(column)‖"
            default: column
            }
        let history = run.state.history
        guard ["loss", "validation", "metric"].contains(column) else { return (history.steps["step"], history.steps[column], "step", label) }
        let (places, unit) = axis(run)
        return (places, history.epochs[column], unit, label)
    }

    /// The parameters from the start to the last update, one column for each number; `nil` where they were too many to be kept.
    static func path(_ run: RunValue) -> [[Double]]? {
        let path = run.state.history.path
        return run.state.history.tracksPath ? path.names.map { path[$0] } : nil
    }

    /// What the numbers of the path are called: `w`, `p[0]`.
    static func names(_ run: RunValue) -> [String] {
        let parameters = run.state.parameters
        let outer = run.setup.loss.parameters.first?.name ?? "p"
        return zip(parameters.leafPaths(), parameters.leaves).flatMap { path, leaf -> [String] in
            guard let tensor = leaf.settled.tensor else { return [] }
            let name = path.isEmpty ? outer : path.hasPrefix("[") ? outer + path : path
            return tensor.count == 1 ? [name] : (0..<tensor.count).map { "\(name)[\($0)]" }
        }
    }

    /// The parameters' form with other numbers in it.
    static func filled(_ form: Value, _ numbers: [Double]) -> Value {
        var position = 0
        return form.mapNumbers { leaf in
            guard let tensor = leaf.tensor else { return leaf }
            defer { position += tensor.count }
            return Value(Tensor(Array(numbers[position..<(position + tensor.count)]), shape: tensor.shape, type: tensor.type))
        }
    }

    /// What a path spans, with room around it; at least a little, where it hardly moves.
    static func extent(_ values: [Double]) -> Interval {
        let finite = values.filter { $0.isFinite && abs($0) < 1e100 }
        guard let low = finite.min(), let high = finite.max() else { return Interval(-1, 1) }
        let room = max((high - low) * 0.4, max(abs(low), abs(high)) * 0.05, 1e-6)
        return Interval(low - room, high + room)
    }
}
