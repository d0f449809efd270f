import Autodiff
package import Plots
import Syntax
import Tensors
import Training

extension Builtin {
    static let sweep = Builtin(
        "sweep", [.required("f"), .variadic("values")], .training,
        summary: "trains once for each value of a hyperparameter (or each pair of two), on all cores: a table of η, final loss, best validation and verdict",
        examples: [
            "s = sweep(lr -> train(w -> (w - 3)^2, 0, lr: lr, steps: 50), [0.001, 0.1, 1.1])", "s.verdict  # [\"too slow\", \"healthy\", \"diverging\"]",
            "s.best.lr  # 0.1",
        ]
    ) { call in
        guard case .function(let function) = call[0] else {
            throw call.typeError(0, needs: "a function that trains", hints: ["as in `sweep(lr -> train(loss, p, lr: lr), [0.01, 0.1])`"])
        }
        let names = function.parameters.map(\.name)
        let lists = try call.rest(1).map { try call.elements($0.value, at: $0.span) }
        guard !lists.isEmpty, lists.count == names.count else {
            throw call.problem(
                "the function takes \(Sweep.counted(names.count, "parameter")), but \(Sweep.counted(lists.count, "list")) of values "
                    + "\(lists.count == 1 ? "is" : "are") given",
                hints: ["one list for each: `sweep((lr, batch) -> train(…), [0.01, 0.1], [16, 64])`"])
        }
        for (index, list) in lists.enumerated() where list.isEmpty {
            throw call.problem("there are no values to try for `\(names[index])`", at: index + 1)
        }
        let results = try Sweep(function, Sweep.grid(lists), call.machine, call.site).results()
        return .object(SweepValue(names: names, lists: lists, points: Sweep.grid(lists), runs: results))
    }
}

/// The runs of a sweep, one for each point, on as many cores as the host gives.
struct Sweep {
    private let function: Callable
    private let points: [[Value]]
    private let machine: Machine
    private let site: Site

    init(_ function: Callable, _ points: [[Value]], _ machine: Machine, _ site: Site) {
        (self.function, self.points, self.machine, self.site) = (function, points, machine, site)
    }

    static func counted(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }

    /// All combinations; the first list changes slowest.
    static func grid(_ lists: [[Value]]) -> [[Value]] {
        lists.reduce([[]]) { points, list in points.flatMap { point in list.map { point + [$0] } } }
    }

    /// In the order of the points; fewer where Ctrl-C ended it.
    ///
    /// Every point starts from the same random numbers, so neither the order nor the thread changes what comes out. What could not be run
    /// elsewhere, or failed there, is run here.
    func results() throws -> [RunValue] {
        let answered = machine.toleratedInterruptions
        var found = machine.environment.cores > 1 && points.count > 1 && machine.tape == nil ? SweepWorkers(function, points, machine, site).results() : []
        let start = machine.random
        defer { machine.random = start }
        while found.count < points.count, machine.toleratedInterruptions == answered {
            machine.random = start
            found.append(try Sweep.run(function, points[found.count], machine, site))
        }
        return found
    }

    static func run(_ function: Callable, _ point: [Value], _ machine: Machine, _ site: Site) throws -> RunValue {
        let result = try machine.call(.function(function), point, names: nil, site).settled
        guard case .object(let object) = result, let run = object as? RunValue else {
            throw Diagnostic(
                "`sweep` needs a function that gives a run, but it gives \(result.typeDescription)", at: site.operands.first ?? site.span,
                hints: ["end it in `train(…)`"])
        }
        return run
    }
}

/// What `sweep` gives: a table, a picture, and the runs themselves.
package final class SweepValue: ObjectValue {
    private let names: [String]
    private let lists: [[Value]]
    private let points: [[Value]]
    package let runs: [RunValue]
    private let verdicts: [String]

    init(names: [String], lists: [[Value]], points: [[Value]], runs: [RunValue]) {
        (self.names, self.lists, self.points, self.runs) = (names, lists, points, runs)
        verdicts = runs.map { $0.findings.first?.kind.rawValue ?? "" }
    }

    package override var typeName: String { "a sweep" }
    package override var fieldNames: [String] { ["runs", "values", "loss", "validation", "verdict", "best", "best_run"] }

    package override func field(_ name: String) -> Value? {
        switch name {
        case "runs": .list(runs.map(Value.object))
        case "values": .record(names.enumerated().map { index, name in (name, SweepValue.column(points.prefix(runs.count).map { $0[index] })) })
        case "loss": Value(Tensor(losses))
        case "validation": Value(Tensor(validations))
        case "verdict": .list(verdicts.map(Value.string))
        case "best": best.map { row in .record(zip(names, points[row]).map { ($0, $1) }) } ?? .record([])
        case "best_run": best.map { .object(runs[$0]) } ?? .nothing
        default: nil
        }
    }

    /// Numbers as a tensor.
    private static func column(_ values: [Value]) -> Value {
        let numbers = values.compactMap { value -> Double? in if case .number(let number) = value.settled { number } else { nil } }
        return numbers.count == values.count ? Value(Tensor(numbers)) : .list(values)
    }

    private var losses: [Double] { runs.map { $0.result("loss") ?? .nan } }
    private var isValidated: Bool { runs.contains { !$0.setup.validation.isEmpty } }
    /// The lowest of each run, or NaN.
    private var validations: [Double] { runs.map { $0.state.history.epochs["validation"].filter { !$0.isNaN }.min() ?? .nan } }

    /// The point with the lowest validation loss, or training loss where there is none; of a run that was not lost.
    private var best: Int? {
        let scores = isValidated ? validations : losses
        return scores.indices.filter { scores[$0].isFinite && !SweepValue.lost.contains(verdicts[$0]) }.min { scores[$0] < scores[$1] }
    }

    package override func describe(_ style: NumberStyle) -> String {
        var style = style
        style.digits = min(style.digits, 6)
        style.width = 40
        let head = names.map { $0 == "lr" ? "lr (η)" : $0 } + ["loss"] + (isValidated ? ["validation"] : []) + ["verdict"]
        let rows = runs.indices.map { row in
            points[row].map { style.plain($0) } + [style.format(losses[row])] + (isValidated ? [style.format(validations[row])] : [])
                + [verdicts[row] + (row == best ? "  ← best" : "")]
        }
        let rest = runs.count < points.count ? "\ninterrupted: \(runs.count) of \(points.count) runs" : ""
        return TextTable.text([head] + rows) + rest
    }

    /// The table, with the hyperparameters by their names; a rule or a function stands in it as it is written.
    package override var fileForms: [FileForm] {
        let tried = names.indices.map { index in
            let column = SweepValue.column(points.prefix(runs.count).map { $0[index] })
            guard case .list(let list) = column else { return column }
            return .list(list.elements.map { .string(NumberStyle().plain($0)) })
        }
        let results = [("loss", losses)] + (isValidated ? [("validation", validations)] : [])
        return TableValue(
            names: names + results.map(\.0) + ["verdict"],
            columns: tried + results.map { Value(Tensor($0.1)) } + [.list(verdicts.map(Value.string))], rowCount: runs.count).fileForms
    }

    package override func figure() -> Figure? {
        let numbers = lists.map { $0.compactMap { $0.tensor?.number } }
        guard runs.count == points.count, zip(numbers, lists).allSatisfy({ $0.count == $1.count }) else { return nil }
        switch names.count {
        case 1: return curve(numbers[0])
        case 2:
            return Figure.sweep(
                columns: (SweepValue.label(names[1]), numbers[1]), rows: (SweepValue.label(names[0]), numbers[0]),
                results: kept(isValidated ? validations : losses), result: isValidated ? "validation" : "loss")
        default: return nil
        }
    }

    /// A run that was lost has no place on a scale that is to show the others.
    private func kept(_ results: [Double]) -> [Double] { zip(results, verdicts).map { SweepValue.lost.contains($1) ? .infinity : $0 } }

    private func curve(_ values: [Double]) -> Figure {
        let curves = [("loss", losses)] + (isValidated ? [("best validation", validations)] : [])
        var figure = Figure.sweep(parameter: SweepValue.label(names[0]), values: values, results: curves.map { (name: $0.0, values: kept($0.1)) })
        if let low = values.min(), let high = values.max(), low > 0, high / low >= 50 { figure.x.scale = .log }
        for index in figure.series.indices where figure.series[index].name == "not finite" { figure.series[index].name = "lost" }
        return figure
    }

    private static let lost: Set = ["not finite", "diverging", "blew up"]

    private static func label(_ name: String) -> String { name == "lr" ? "η" : name }
}
