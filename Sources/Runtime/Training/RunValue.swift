import Datasets
package import Plots
import Syntax
import Tensors
package import Training

/// What `train` gives: parameters, memory, history, and why it stopped.
package final class RunValue: ObjectValue {
    package let setup: TrainingSetup
    package let state: TrainingState

    init(_ setup: TrainingSetup, _ state: TrainingState) { (self.setup, self.state) = (setup, state) }

    package override var typeName: String { "a run" }
    package override func figure() -> Figure? { RunFigures.curves(self) }

    package override var fileForms: [FileForm] {
        [FileForm("safetensors") { try RunFile.file(self).bytes }]
    }

    package override var fieldNames: [String] {
        ["params", "loss", "validation", "metric", "steps", "epochs", "best", "best_epoch", "stopped", "history", "rule", "memory"]
    }

    package override func field(_ name: String) -> Value? {
        let epochs = state.history.epochs
        switch name {
        case "params": return state.parameters
        case "loss": return epochs.last("loss").map { .number($0) }
        case "validation": return epochs.last("validation").map { .number($0) }
        case "metric": return epochs.last("metric").map { .number($0) }
        case "steps": return .number(Double(state.steps))
        case "epochs": return .number(Double(state.steps / setup.updatesPerEpoch))
        case "best": return state.best
        case "best_epoch": return .number(Double(state.stopping.bestEpoch))
        case "stopped": return .string(ending)
        case "history": return .object(HistoryValue(state.history))
        case "rule": return .object(setup.rule)
        case "memory": return memory
        default: return nil
        }
    }

    /// For each of the rule's memories, its values in the form of the parameters.
    private var memory: Value {
        guard let rule = setup.rule as? WrittenRule else { return .record([]) }
        return .record(rule.memory.enumerated().map { index, entry in
            (entry.name, Trainer.refill(state.parameters, state.memory.map { $0[index] }))
        })
    }

    /// Why it stopped, in a few words.
    package var ending: String {
        switch state.ending {
        case .none: "not finished"
        case .finished: setup.data.isEmpty ? "all steps done" : "all epochs done"
        case .patience(let epochs):
            "no improvement for \(epochs) epochs; the parameters are those of epoch \(state.stopping.bestEpoch)"
        case .converged: "the gradient is zero"
        case .interrupted: "interrupted"
        case .notFinite(let sentence): "\(sentence); the parameters are the last finite ones"
        }
    }

    package override func describe(_ style: NumberStyle) -> String {
        let epochs = state.history.epochs
        var style = style
        style.digits = min(style.digits, 6)
        let number = style.format
        let count = state.steps / setup.updatesPerEpoch
        var lines: [String] = []
        if setup.data.isEmpty {
            lines.append("run: \(state.steps) steps of \(setup.rule.describe(style))")
        } else {
            let size = min(setup.batch ?? setup.rows, setup.rows)
            lines.append(
                "run: \(count) epochs of \(setup.updatesPerEpoch) updates (\(setup.rows) rows, batch \(size)), \(setup.rule.describe(style))")
        }
        let losses = epochs["loss"]
        var line = "  loss \(number(losses.first ?? .nan)) → \(number(losses.last ?? .nan))"
        if !setup.validation.isEmpty { line += ", validation \(number(epochs.last("validation") ?? .nan))" }
        if let name = setup.metricName { line += ", \(name) \(number(epochs.last("metric") ?? .nan))" }
        lines.append(line)
        if !setup.data.isEmpty || setup.patience != nil { lines.append("  best epoch \(state.stopping.bestEpoch) of \(count)") }
        let clipped = state.history.steps["clipped"]
        if setup.clip != nil {
            lines.append("  the gradient was clipped in \(Int(clipped.reduce(0, +))) of \(clipped.count) recorded updates")
        }
        lines.append("  stopped: \(ending)")
        return lines.joined(separator: "\n")
    }
}

/// `run.history`: its columns by name, `history.steps.loss` and `history.epochs.validation`.
package final class HistoryValue: ObjectValue {
    package let history: History
    init(_ history: History) { self.history = history }

    package override var typeName: String { "a history" }
    package override var fieldNames: [String] { ["steps", "epochs"] + (history.tracksPath ? ["path"] : []) }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "steps": HistoryValue.record(history.steps)
        case "epochs": HistoryValue.record(history.epochs)
        case "path" where history.tracksPath:
            .tensor(TensorValue(Tensor(history.path.rows.flatMap { $0 }, shape: Shape([history.path.count, history.path.names.count]))))
        default: nil
        }
    }

    package override var fileForms: [FileForm] { FileForm.forms(history) }

    private static func record(_ log: Log) -> Value {
        .record(log.names.map { ($0, .tensor(TensorValue(Tensor(log[$0])))) })
    }

    package override func describe(_ style: NumberStyle) -> String {
        "history: \(history.steps.given) steps (\(history.steps.names.joined(separator: ", "))), \(history.epochs.given) epochs (\(history.epochs.names.joined(separator: ", ")))"
    }
}
