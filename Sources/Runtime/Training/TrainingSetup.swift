import Autodiff
import Syntax
package import Tensors
package import Training

/// What a run was started with. It does not change while it runs.
package final class TrainingSetup {
    package let loss: Callable
    package let rule: RuleValue
    /// Training rows, by the names of the loss's arguments; empty without data.
    package let data: [(name: String, tensor: Tensor)]
    package let validation: [(name: String, tensor: Tensor)]
    package let metric: Callable?
    /// The metric's name, for tables and progress.
    package let metricName: String?
    package let model: Callable?
    package let augment: Callable?
    package let every: Callable?
    /// The largest global gradient norm; beyond it gradients are scaled down.
    package let clip: Double?
    package let batch: Int?
    package let patience: Int?
    package let seed: UInt64
    package let precision: ElementType?
    /// Whether history keeps what only explains a run: the loss over all rows at an epoch's end, and of each update more than loss, η and norms.
    package let measures: Bool

    init(
        loss: Callable, rule: RuleValue, data: [(String, Tensor)], validation: [(String, Tensor)], metric: Callable?,
        metricName: String?, model: Callable?, augment: Callable?, every: Callable?, clip: Double?, batch: Int?, patience: Int?,
        seed: UInt64, precision: ElementType?, measures: Bool
    ) {
        self.loss = loss
        self.rule = rule
        self.data = data
        self.validation = validation
        self.metric = metric
        self.metricName = metricName
        self.model = model
        self.augment = augment
        self.every = every
        self.clip = clip
        self.batch = batch
        self.patience = patience
        self.seed = seed
        self.precision = precision
        self.measures = measures
    }

    func replacing(rule: RuleValue) -> TrainingSetup {
        TrainingSetup(
            loss: loss, rule: rule, data: data, validation: validation, metric: metric, metricName: metricName, model: model,
            augment: augment, every: every, clip: clip, batch: batch, patience: patience, seed: seed, precision: precision, measures: measures)
    }

    func transplanted(by transplant: Transplant) throws -> TrainingSetup {
        guard let rule = try transplant.object(rule) as? RuleValue else { throw Transplant.Unmovable() }
        return TrainingSetup(
            loss: try transplant.callable(loss), rule: rule, data: data, validation: validation, metric: try metric.map(transplant.callable),
            metricName: metricName, model: try model.map(transplant.callable), augment: try augment.map(transplant.callable),
            every: try every.map(transplant.callable), clip: clip, batch: batch, patience: patience, seed: seed, precision: precision,
            measures: measures)
    }

    /// Rows of the training data; 0 without data.
    package var rows: Int { data.first?.tensor.shape[0] ?? 0 }

    package var stream: RandomStream { RandomStream(key: seed) }

    /// What an update draws depends on seed and step alone, so that going on later is exact.
    func randomness(ofStep step: Int) -> RandomStream { stream.split("update").split(step) }

    func minibatches() -> Minibatches? {
        data.isEmpty ? nil : Minibatches(rows: rows, size: batch ?? rows, stream: stream.split("shuffle"))
    }

    package var updatesPerEpoch: Int { minibatches()?.perEpoch ?? 1 }

    /// η follows the loss: the plateau in the rule's settings.
    var plateau: Plateau? {
        for case .object(let object) in (rule as? WrittenRule)?.settings.map(\.value) ?? [] {
            if let value = object as? PlateauValue { return value.plateau }
        }
        return nil
    }

    /// The loss's arguments: parameters first, then data by name.
    func arguments(_ parameters: Value, _ data: [(name: String, tensor: Tensor)]) -> [Value?] {
        loss.parameters.enumerated().map { index, parameter in
            index == 0 ? parameters : data.first { $0.name == parameter.name }.map { Value($0.tensor) }
        }
    }

    /// The metric of parameters on rows: a function of the loss's own arguments, or of predictions and labels when there is a model.
    func metric(_ parameters: Value, on data: [(name: String, tensor: Tensor)], _ machine: Machine, _ site: Site) throws -> Double {
        guard let metric else { return .nan }
        let value: Value
        if let model, let inputs = data.first, let labels = data.last, data.count > 1 {
            let predictions = try machine.call(.function(model), [parameters, Value(inputs.tensor)], names: nil, site)
            value = try machine.call(.function(metric), [predictions, Value(labels.tensor)], names: nil, site)
        } else {
            let names = metric.parameters.dropFirst().map(\.name)
            let known = names.allSatisfy { name in data.contains { $0.name == name } }
            let arguments = known
                ? names.map { name in data.first { $0.name == name }?.tensor ?? Tensor(.nan) } : data.map(\.tensor)
            value = try machine.call(.function(metric), [parameters] + arguments.map(Value.init), names: nil, site)
        }
        guard let number = value.settled.tensor, number.rank == 0 else {
            throw Diagnostic("the metric must give a number, but it gives \(value.typeDescription)", at: site.span)
        }
        return number.number
    }
}

/// Where a run stands. A value: `step(run)` and `train(run, …)` go on from a copy.
package struct TrainingState {
    package var parameters: Value
    /// For each leaf of the parameters, the rule's memories.
    package var memory: [[Value]]
    package var lbfgs: LBFGS?
    package var plateau: Plateau?
    package var stopping: EarlyStopping
    package var history = History()
    /// Updates made.
    package var steps = 0
    /// The gradient of the last update, for the angle between successive ones.
    package var lastGradient: [Tensor]?
    /// Over the epoch under way.
    package var sums = EpochSums()
    /// The parameters of the best epoch.
    package var best: Value
    package var ending: Ending = .none

    /// Why it stopped.
    package enum Ending: Equatable {
        case none
        case finished
        case patience(Int)
        case converged
        case interrupted
        /// What happened, in a sentence.
        case notFinite(String)
    }
}
