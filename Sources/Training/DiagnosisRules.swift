/// The rules of the diagnosis, each a function from symptoms to a finding; all that hold are told, worst first.
package enum Diagnosis {
    package static func findings(_ s: Symptoms) -> [Finding] {
        if s.epochs < 2 && s.notFinite == nil {
            return [finding(.notEnoughHistory, "\(max(0, s.epochs)) epochs", "a curve needs at least two", "train for longer")]
        }
        let serious = [notFinite, diverging, blewUp, badStart, deadUnits, layers, plateau, guessing, oscillating, overfitting, metricDisagrees]
            .compactMap { $0(s) }
        var found = serious
        if serious.isEmpty, let slow = speed(s) { found.append(slow) }
        if let note = zigzag(s) { found.append(note) }
        if found.isEmpty || found.allSatisfy({ $0.kind == .zigzag }) { found.append(healthy(s)) }
        let order = Finding.Kind.allCases
        return found.sorted { (order.firstIndex(of: $0.kind) ?? 0) < (order.firstIndex(of: $1.kind) ?? 0) }
    }

    private static func finding(_ kind: Finding.Kind, _ evidence: String, _ why: String, _ advice: String) -> Finding {
        Finding(kind: kind, evidence: evidence, why: why, advice: advice)
    }

    /// Four significant digits.
    static func text(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return "\(number)" }
        var scale = 1.0
        var size = abs(number)
        while size >= 1e4 { (size, scale) = (size / 10, scale * 10) }
        while size < 1e3 { (size, scale) = (size * 10, scale / 10) }
        let rounded = size.rounded() * scale * (number < 0 ? -1 : 1)
        let plain = "\((rounded * 1e12).rounded() / 1e12)"
        let result = abs(rounded) < 1e-4 || abs(rounded) >= 1e9 ? "\(rounded)" : plain
        return result.hasSuffix(".0") ? String(result.dropLast(2)) : result
    }

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    // MARK: The rules

    private static func notFinite(_ s: Symptoms) -> Finding? {
        guard let sentence = s.notFinite else { return nil }
        return finding(
            .notFinite, sentence, "one number that is not finite spoils all that is computed from it",
            "look at the inputs first; else divide η by 10, or clip the gradient")
    }

    private static func diverging(_ s: Symptoms) -> Finding? {
        let differences = zip(s.training.dropFirst(), s.training).map { $0 - $1 }
        let recent = differences.suffix(5)
        guard s.last > s.first, s.last > 4 * s.lowest || (recent.count >= 2 && recent.allSatisfy { $0 > 0 }) else { return nil }
        return finding(
            .diverging, "the training loss went from \(text(s.first)) to \(text(s.last))",
            "each step overshoots the minimum by more than it gained", "lower η: it must stay below 2/λmax, and 1/λmax is safe; or clip the gradient")
    }

    private static func blewUp(_ s: Symptoms) -> Finding? {
        let peak = max(s.training.max() ?? 0, s.means.max() ?? 0)
        guard diverging(s) == nil, peak >= 1.5 * s.first, s.last >= 0.75 * s.first else { return nil }
        return finding(
            .blewUp, "the loss rose to \(text(peak)) from \(text(s.first)), and ended at \(text(s.last))",
            "a few steps too large threw the parameters far off", "lower η and start again")
    }

    private static func badStart(_ s: Symptoms) -> Finding? {
        guard s.hasClasses, let baseline = s.baseline, abs(s.first - baseline) > baseline else { return nil }
        return finding(
            .badStart, "the first loss is \(text(s.first)); guessing would give \(text(baseline))",
            "before any training a model should know nothing, and be wrong with little confidence",
            "scale the inputs, check that the loss fits the task and is a mean, and make the initial values smaller")
    }

    private static func deadUnits(_ s: Symptoms) -> Finding? {
        guard s.zeros >= 0.7, !s.isConverged else { return nil }
        return finding(
            .deadUnits, "\(percent(s.zeros)) of the gradient's entries are exactly 0",
            "units whose input is below zero for every row pass no gradient and cannot recover",
            "lower η, look at the initial values and the scale of the inputs, or use leaky_relu")
    }

    private static func layers(_ s: Symptoms) -> Finding? {
        if s.layers < 1e-3 {
            return finding(
                .vanishing, "the first layer's gradient is \(text(s.layers)) of the last's",
                "each layer multiplies the gradient by something below 1", "another activation, larger initial values, fewer layers")
        }
        if s.layers > 70 {
            return finding(
                .exploding, "the first layer's gradient is \(text(s.layers)) times the last's",
                "each layer multiplies the gradient by something above 1", "clip the gradient, smaller initial values, fewer layers")
        }
        return nil
    }

    private static func plateau(_ s: Symptoms) -> Finding? {
        guard s.epochs >= 5, s.progress < 0.01 * abs(s.first), diverging(s) == nil, !s.isConverged else { return nil }
        let evidence = "the loss fell by \(text(s.progress)) from \(text(s.first)) in \(s.epochs) epochs"
        if s.cosine < -0.5 {
            return finding(.plateau, evidence, "successive gradients point against each other: the steps bounce across the valley", "lower η")
        }
        if s.movement < 1e-4 {
            return finding(.plateau, evidence, "a step moves the parameters by only \(text(s.movement)) of their size", "raise η")
        }
        return finding(.plateau, evidence, "the parameters move, but the loss does not follow", "look at the data: labels, shuffling, scale, the loss itself")
    }

    private static func guessing(_ s: Symptoms) -> Finding? {
        guard let baseline = s.baseline, s.lowest >= 0.95 * baseline, s.movement >= 1e-3, diverging(s) == nil else { return nil }
        return finding(
            .noBetterThanGuessing, "the best loss is \(text(s.lowest)); guessing gives \(text(baseline))",
            "the model has found nothing in the inputs that tells the targets",
            "check labels, shuffling, loss and scale; see whether one minibatch can be learned by heart; a larger model")
    }

    private static func oscillating(_ s: Symptoms) -> Finding? {
        guard s.epochs >= 4, s.progress >= 0.01 * abs(s.first), !s.isConverged, diverging(s) == nil else { return nil }
        let window = Array(s.training.suffix(max(8, s.epochs / 2)))
        let residuals = detrended(window)
        let deviation = (residuals.reduce(0) { $0 + $1 * $1 } / Double(residuals.count)).squareRoot()
        let moves = zip(window.dropFirst(), window).map { $0 - $1 }
        let flips = zip(moves.dropFirst(), moves).filter { $0 * $1 < 0 }.count
        guard deviation >= 0.05 * s.progress, Double(flips) >= 0.3 * Double(max(1, moves.count - 1)) else { return nil }
        return finding(
            .oscillating, "over the last \(window.count) epochs the loss swings by ±\(text(deviation))",
            s.cosine <= -0.2 ? "successive gradients point against each other: η is near its limit" : "the minibatches pull in different directions",
            s.cosine <= -0.2 ? "lower η" : "a larger batch, or a schedule that lowers η; check the scale of the inputs")
    }

    /// What is left when the straight line through the values is taken away.
    private static func detrended(_ y: [Double]) -> [Double] {
        let n = Double(y.count)
        let (meanX, meanY) = ((n - 1) / 2, y.reduce(0, +) / n)
        var (xy, xx) = (0.0, 0.0)
        for (i, value) in y.enumerated() {
            xy += (Double(i) - meanX) * (value - meanY)
            xx += (Double(i) - meanX) * (Double(i) - meanX)
        }
        let slope = xx > 0 ? xy / xx : 0
        return y.enumerated().map { $1 - meanY - slope * (Double($0) - meanX) }
    }

    /// A note: the loss falls, but not by the shortest way.
    private static func zigzag(_ s: Symptoms) -> Finding? {
        guard s.isFullBatch, s.cosine <= -0.5, s.last < s.first, diverging(s) == nil, plateau(s) == nil else { return nil }
        return finding(
            .zigzag, "successive gradients point against each other (cosine \(text(s.cosine))), yet the loss falls",
            "η lies between 1/λmax and 2/λmax: each step crosses the valley", "half of η would get there faster")
    }

    private static func overfitting(_ s: Symptoms) -> Finding? {
        guard s.validation.count == s.training.count, let lowest = s.validation.min(),
            let best = s.validation.firstIndex(of: lowest), let end = s.validation.last, best <= s.epochs - 3,
            end - lowest > max(0.05 * lowest, 0.02 * s.validation[0]), s.last < 0.95 * s.training[best]
        else { return nil }
        return finding(
            .overfitting,
            "validation was best at epoch \(best) (\(text(lowest))) and is \(text(end)) now, while training fell from \(text(s.training[best])) to \(text(s.last))",
            "the model learns the training rows by heart", "weight decay, more data, or stop at epoch \(best) with `patience:`")
    }

    private static func speed(_ s: Symptoms) -> Finding? {
        guard s.epochs >= 4, s.progress > 0, !s.isConverged else { return nil }
        let quarter = max(1, s.epochs / 4)
        let share = (s.training[s.epochs - quarter] - s.last) / s.progress
        if share >= 0.15 {
            return finding(
                .tooSlow, "the last quarter of the epochs made \(percent(share)) of all progress",
                "the loss is still falling about as fast as it did", "about three times η, with a schedule; or many more epochs")
        }
        if share >= 0.08 {
            return finding(
                .stillImproving, "the last quarter of the epochs made \(percent(share)) of all progress", "the loss has not settled", "more epochs")
        }
        return nil
    }

    private static func metricDisagrees(_ s: Symptoms) -> Finding? {
        let losses = s.validation.isEmpty ? s.training : s.validation
        guard s.metric.count == losses.count, losses.count >= 5, let low = s.metric.min(), let high = s.metric.max() else { return nil }
        let moved = high - low
        guard moved > 0.02 else { return nil }
        let lossMoved = ((losses.max() ?? 0) - (losses.min() ?? 0)) / max(abs(losses[0]), .leastNormalMagnitude)
        let correlation = correlation(losses, s.metric)
        guard abs(correlation) < 0.5 || lossMoved < 0.01 else { return nil }
        return finding(
            .metricDisagrees, "the metric moved by \(text(moved)), the loss by \(percent(lossMoved)); their correlation is \(text(correlation))",
            "the loss is only a stand-in for what counts", "trust the metric; look for a loss closer to it")
    }

    private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let n = Double(a.count)
        let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            ab += (x - meanA) * (y - meanB)
            aa += (x - meanA) * (x - meanA)
            bb += (y - meanB) * (y - meanB)
        }
        return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
    }

    private static func healthy(_ s: Symptoms) -> Finding {
        var evidence = "the loss fell from \(text(s.first)) to \(text(s.last))"
        if let end = s.validation.last, let lowest = s.validation.min(), let best = s.validation.firstIndex(of: lowest) {
            evidence += ", validation to \(text(end)) (gap \(text(end - s.last)), best at epoch \(best))"
        }
        return finding(.healthy, evidence, "nothing here looks wrong", "compare with another η or seed before you trust it")
    }
}
