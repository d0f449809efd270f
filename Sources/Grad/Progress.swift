import Runtime

/// How training goes: what `train` tells after an update.
public struct Progress: Sendable, Equatable {
    /// Updates made so far.
    public let step: Int
    /// Updates in all, if nothing ends it earlier.
    public let steps: Int
    /// Passes over the data that are complete.
    public let epoch: Int
    /// Passes in all, if nothing ends it earlier.
    public let epochs: Int
    /// The loss of the last update.
    public let loss: Double
    /// The loss on validation rows, where there are any.
    public let validation: Double?
    /// The name and the value of the metric, where one was asked for.
    public let metric: Metric?
    /// Whether this is the last of its training.
    public let isDone: Bool

    /// A metric by its name.
    public struct Metric: Sendable, Equatable {
        /// As the program calls it.
        public let name: String
        /// Its value on the validation rows, or on all where there are none.
        public let value: Double
    }

    init(_ progress: Runtime.Progress) {
        step = progress.step
        steps = progress.steps
        epoch = progress.epoch
        epochs = progress.epochs
        loss = progress.loss
        validation = progress.validation
        metric = progress.metric.map { Metric(name: $0.name, value: $0.value) }
        isDone = progress.isDone
    }
}
