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

    /// The loss of several runs (of validation rows, where all have them).
    static func comparison(_ runs: [(name: String, run: RunValue)]) -> Figure {
        let isValidated = runs.allSatisfy { !$0.run.setup.validation.isEmpty }
        let column = isValidated ? "validation" : "loss"
        let units = runs.map { axis($0.run).unit }
        var figure = Figure(x: Axis(units.allSatisfy { $0 == units[0] } ? units[0] : "epoch", isWhole: true), y: Axis(isValidated ? "validation loss" : "loss"))
        let names = labels(runs)
        figure.series = zip(names, runs).map { Series($0, .line(x: axis($1.run).places, y: $1.run.state.history.epochs[column])) }
        if suggestsLog(runs.flatMap { $0.run.state.history.epochs[column] }) { figure.y.scale = .log }
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
        let isByEpoch = ["validation", "metric"].contains(name)
        let log = isByEpoch ? run.state.history.epochs : run.state.history.steps
        let (places, unit) = isByEpoch ? axis(run) : (log["step"], "step")
        let values = log[name]
        let label = name == "lr" ? "η" : name == "metric" ? run.setup.metricName ?? name : name == "gradient" ? "‖gradient‖" : name == "update" ? "‖update‖" : name
        var figure = Figure(x: Axis(unit, isWhole: true), y: Axis(label))
        figure.series = [Series("", .line(x: places, y: values))]
        if suggestsLog(values) { figure.y.scale = .log }
        return figure
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
