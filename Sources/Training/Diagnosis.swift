/// What a run looks like from outside: the numbers that the rules of the diagnosis read.
package struct Symptoms: Sendable {
    /// Training loss at the end of each epoch, from epoch 0.
    package let training: [Double]
    /// The mean of the minibatch losses of each epoch, from epoch 1.
    package let means: [Double]
    /// Validation loss at the end of each epoch; empty without validation.
    package let validation: [Double]
    /// The task metric at the end of each epoch; empty without one.
    package let metric: [Double]
    /// Gradient norms, step by step.
    package let gradients: [Double]
    /// The median cosine of successive gradients over the last 200 steps.
    package let cosine: Double
    /// The median of ‖Δθ‖ / ‖θ‖ over the last 200 steps.
    package let movement: Double
    /// The median share of gradient entries that are exactly 0 over the last 20 steps.
    package let zeros: Double
    /// The median ratio of the first layer's gradient norm to the last's.
    package let layers: Double
    /// The loss of always guessing the most likely: the entropy of the labels, or the variance of the targets; `nil` if unknown.
    package let baseline: Double?
    package let hasClasses: Bool
    package let isFullBatch: Bool
    /// What was not finite, if that stopped the run.
    package let notFinite: String?
    package let rate: Double

    package init(
        _ history: History, baseline: Double?, hasClasses: Bool, isFullBatch: Bool, notFinite: String?
    ) {
        training = history.epochs["loss"]
        means = history.epochs["mean"].filter { !$0.isNaN }
        validation = history.epochs["validation"].filter { !$0.isNaN }
        metric = history.epochs["metric"].filter { !$0.isNaN }
        gradients = history.steps["gradient"]
        cosine = Symptoms.median(history.steps["cosine"].suffix(200))
        movement = Symptoms.median(zip(history.steps["update"], history.steps["parameters"]).suffix(200).map { $1 > 0 ? $0 / $1 : .nan })
        zeros = Symptoms.median(history.steps["zeros"].suffix(20))
        layers = Symptoms.median(history.steps["layers"].suffix(200))
        rate = history.rate ?? .nan
        self.baseline = baseline
        self.hasClasses = hasClasses
        self.isFullBatch = isFullBatch
        self.notFinite = notFinite
    }

    /// NaN of nothing.
    static func median(_ values: some Sequence<Double>) -> Double {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    // MARK: What the rules share

    var epochs: Int { training.count - 1 }
    var first: Double { training.first ?? .nan }
    var last: Double { training.last ?? .nan }
    var lowest: Double { training.min() ?? .nan }
    /// All the progress that was made.
    var progress: Double { first - lowest }

    /// The gradient is gone, after at least some progress: nothing is left to complain of.
    var isConverged: Bool {
        guard let start = gradients.first, let end = gradients.last else { return false }
        return end <= 1e-6 * start && progress >= 0.01 * abs(first)
    }
}

/// One thing that the diagnosis found.
package struct Finding: Sendable, Equatable {
    package let kind: Kind
    /// What was seen, in numbers.
    package let evidence: String
    package let why: String
    package let advice: String

    package init(kind: Kind, evidence: String, why: String, advice: String) {
        (self.kind, self.evidence, self.why, self.advice) = (kind, evidence, why, advice)
    }

    /// From worst to best.
    package enum Kind: String, CaseIterable, Sendable {
        case notFinite = "not finite"
        case diverging
        case blewUp = "blew up"
        case badStart = "bad start"
        case deadUnits = "dead units"
        case vanishing = "vanishing gradients"
        case exploding = "exploding gradients"
        case plateau
        case noBetterThanGuessing = "no better than guessing"
        case oscillating
        case overfitting
        case tooSlow = "too slow"
        case stillImproving = "still improving"
        case metricDisagrees = "metric disagrees"
        case zigzag
        case healthy
        case notEnoughHistory = "not enough history"
    }
}
