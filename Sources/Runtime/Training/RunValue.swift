import Datasets
package import Plots
import Syntax
import Tensors
package import Training
package import Wording

/// What `train` gives: parameters, memory, history, and why it stopped.
package final class RunValue: ObjectValue {
    package let setup: TrainingSetup
    package let state: TrainingState

    init(_ setup: TrainingSetup, _ state: TrainingState) { (self.setup, self.state) = (setup, state) }

    override func transplanted(by transplant: Transplant) throws -> ObjectValue {
        var state = state
        state.parameters = try transplant.value(state.parameters)
        state.best = try transplant.value(state.best)
        state.memory = try state.memory.map { try $0.map(transplant.value) }
        return RunValue(try setup.transplanted(by: transplant), state)
    }

    package override var typeName: String { "a run" }
    package override func figure() -> Figure? { RunFigures.curves(self) }

    package override var fileForms: [FileForm] {
        [FileForm("safetensors") { try RunFile.file(self).bytes }]
    }

    package override var fieldNames: [String] {
        ["params", "loss", "validation", "metric", "steps", "epochs", "best", "best_epoch", "stopped", "history", "rule", "memory"]
    }

    package override func field(_ name: String) -> Value? {
        switch name {
        case "params": return givesBest ? state.best : state.parameters
        case "loss", "validation", "metric": return result(name).map { .number($0) }
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

    /// With `patience:`, a run that ended hands out the parameters of its best epoch, though it goes on from where it was.
    private var givesBest: Bool { setup.patience != nil && state.ending != .none && state.stopping.bestLoss.isFinite }

    /// A column of the epoch whose parameters are handed out.
    package func result(_ column: String) -> Double? {
        let epochs = state.history.epochs
        guard givesBest, let row = epochs["epoch"].lastIndex(of: Double(state.stopping.bestEpoch)) else { return epochs.last(column) }
        return epochs[column][row]
    }

    /// For each of the rule's memories, its values in the form of the parameters.
    private var memory: Value {
        let names = setup.rule.memoryNames
        guard state.memory.allSatisfy({ $0.count == names.count }) else { return .record([]) }
        return .record(names.enumerated().map { index, name in
            (name, Trainer.refill(state.parameters, state.memory.map { $0[index] }))
        })
    }

    /// Why it stopped, in a few words; programs see them in English.
    package var ending: String { ending(in: .english) }

    package func ending(in language: Language) -> String {
        let words = Words.training
        switch state.ending {
        case .none: return words.unfinished(language)
        case .finished: return (setup.data.isEmpty || isWithinEpoch ? words.allSteps : words.allEpochs)(language)
        case .patience(let waited):
            let message =
                setup.data.isEmpty
                ? waited == 1 ? words.noBetterStepOnce : words.noBetterStep : waited == 1 ? words.noBetterEpochOnce : words.noBetterEpoch
            return message(language, ["waited": "\(waited)", "best": "\(state.stopping.bestEpoch)"])
        case .converged: return words.converged(language)
        case .interrupted: return words.interrupted(language)
        case .notFinite(let sentence): return (state.steps == 0 ? words.spoiledAtOnce : words.spoiled)(language, ["what": sentence])
        }
    }

    package override func describe(_ style: NumberStyle) -> String {
        var style = style
        style.digits = min(style.digits, 6)
        let number = style.format
        var lines = ["run: \(extent), \(setup.rule.describe(style))"]
        func result(_ column: String) -> String { number(self.result(column) ?? .nan) }
        var line = "  loss \(number(state.history.epochs["loss"].first ?? .nan)) → \(result("loss"))"
        if !setup.measures, !setup.data.isEmpty { line += " (mean of the epoch's minibatches)" }
        if !setup.validation.isEmpty { line += ", validation \(result("validation"))" }
        if let name = setup.metricName { line += ", \(name) \(result("metric"))" }
        lines.append(line + (isWithinEpoch ? ", at the end of epoch \(finishedEpochs)" : ""))
        if !setup.data.isEmpty || setup.patience != nil {
            lines.append("  best \(unit) \(state.stopping.bestEpoch) of \(finishedEpochs)")
        }
        let clipped = state.history.steps["clipped"]
        if setup.clip != nil {
            lines.append("  the gradient was clipped in \(Int(clipped.reduce(0, +))) of \(counted(clipped.count, "recorded update"))")
        }
        lines.append("  stopped: \(ending)")
        return lines.joined(separator: "\n")
    }

    private var finishedEpochs: Int { state.steps / setup.updatesPerEpoch }
    private var isWithinEpoch: Bool { state.steps % setup.updatesPerEpoch != 0 }
    /// Without data, every step is an epoch of its own, and is not called one.
    private var unit: String { setup.data.isEmpty ? "step" : "epoch" }

    /// `20 epochs of 4 updates (100 rows, batch 30)`.
    private var extent: String {
        if setup.data.isEmpty { return counted(state.steps, "step") }
        let size = min(setup.batch ?? setup.rows, setup.rows)
        var text = "\(counted(finishedEpochs, "epoch")) of \(counted(setup.updatesPerEpoch, "update"))"
        if isWithinEpoch { text += " and \(state.steps % setup.updatesPerEpoch) more" }
        return "\(text) (\(counted(setup.rows, "row")), batch \(size))"
    }

    private func counted(_ count: Int, _ name: String) -> String { "\(count) \(name)\(count == 1 ? "" : "s")" }
}

/// `run.history`: its columns by name, `history.steps.loss` and `history.epochs.validation`.
package final class HistoryValue: ObjectValue {
    package let history: History
    init(_ history: History) { self.history = history }

    override func transplanted(by transplant: Transplant) -> ObjectValue { self }
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

/// The rows that a run's history got since the last were told.
package struct HistoryRows {
    let history: History
    /// How many rows of steps and of epochs are known.
    let known: (steps: Int, epochs: Int)

    package var stepNames: [String] { history.steps.names }
    package var epochNames: [String] { history.epochs.names }
    package var steps: [[Double]] { history.steps.rows(from: known.steps) }
    package var epochs: [[Double]] { history.epochs.rows(from: known.epochs) }
}
