package import Wording

/// The rules of the diagnosis, each a function from symptoms to a finding; all that hold are told, worst first.
package struct Diagnosis {
    private let s: Symptoms
    private let language: Language
    private let words = Words.diagnosis

    package static func findings(_ symptoms: Symptoms, in language: Language = .english) -> [Finding] {
        Diagnosis(s: symptoms, language: language).findings()
    }

    private func findings() -> [Finding] {
        if s.epochs < 2 && s.notFinite == nil {
            let seen = words.notEnoughSeen(language, ["count": "\(max(0, s.epochs))"])
            return [finding(.notEnoughHistory, seen, words.notEnoughWhy, words.notEnoughTry)]
        }
        let serious = [notFinite(), diverging(), blewUp(), badStart(), deadUnits(), layers(), plateau(), guessing(), oscillating(), overfitting(), metricDisagrees()]
            .compactMap { $0 }
        var found = serious
        if serious.isEmpty, let slow = speed() { found.append(slow) }
        if let note = zigzag() { found.append(note) }
        if found.isEmpty || found.allSatisfy({ $0.kind == .zigzag }) { found.append(healthy()) }
        let order = Finding.Kind.allCases
        return found.sorted { (order.firstIndex(of: $0.kind) ?? 0) < (order.firstIndex(of: $1.kind) ?? 0) }
    }

    private func finding(
        _ kind: Finding.Kind, _ evidence: String, _ why: Message, _ advice: Message, _ parts: KeyValuePairs<String, String> = [:]
    ) -> Finding {
        Finding(kind: kind, evidence: evidence, why: why(language, parts), advice: advice(language, parts))
    }

    /// Four significant digits: `0.01593`, `1.593e-9`.
    package static func text(_ number: Double) -> String {
        guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
        var (size, exponent) = (abs(number), 0)
        while size >= 10 { (size, exponent) = (size / 10, exponent + 1) }
        while size < 1 { (size, exponent) = (size * 10, exponent - 1) }
        var digits = Int((size * 1000).rounded())
        if digits == 10_000 { (digits, exponent) = (1000, exponent + 1) }
        let sign = number < 0 ? "-" : ""
        if exponent < -4 || exponent > 8 { return "\(sign)\(point(digits, 1))e\(exponent)" }
        if exponent < 0 { return sign + point(digits, 1, zeros: -exponent) }
        return sign + (exponent >= 3 ? "\(digits)" + String(repeating: "0", count: exponent - 3) : point(digits, exponent + 1))
    }

    /// Digits with a point after some of them (or with zeros before them), without zeros at the end.
    private static func point(_ digits: Int, _ whole: Int, zeros: Int = 0) -> String {
        var text = String(repeating: "0", count: zeros) + "\(digits)"
        let split = text.index(text.startIndex, offsetBy: zeros > 0 ? 1 : whole)
        text.insert(".", at: split)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    private func text(_ number: Double) -> String { Diagnosis.text(number) }
    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    // MARK: The rules

    private func notFinite() -> Finding? {
        s.notFinite.map { finding(.notFinite, $0, words.notFiniteWhy, words.notFiniteTry) }
    }

    private var diverges: Bool {
        let differences = zip(s.training.dropFirst(), s.training).map { $0 - $1 }
        let recent = differences.suffix(5)
        return s.last > s.first && (s.last > 4 * s.lowest || (recent.count >= 2 && recent.allSatisfy { $0 > 0 }))
    }

    private func diverging() -> Finding? {
        guard diverges else { return nil }
        let seen = words.divergingSeen(language, ["first": text(s.first), "last": text(s.last)])
        return finding(.diverging, seen, words.divergingWhy, words.divergingTry)
    }

    private func blewUp() -> Finding? {
        let peak = max(s.training.max() ?? 0, s.means.max() ?? 0)
        guard !diverges, peak >= 1.5 * s.first, s.last >= 0.75 * s.first else { return nil }
        let seen = words.blewUpSeen(language, ["peak": text(peak), "first": text(s.first), "last": text(s.last)])
        return finding(.blewUp, seen, words.blewUpWhy, words.blewUpTry)
    }

    private func badStart() -> Finding? {
        guard s.hasClasses, let baseline = s.baseline, abs(s.first - baseline) > baseline else { return nil }
        let seen = words.badStartSeen(language, ["first": text(s.first), "baseline": text(baseline)])
        return finding(.badStart, seen, words.badStartWhy, words.badStartTry)
    }

    private func deadUnits() -> Finding? {
        guard s.zeros >= 0.7, !s.isConverged else { return nil }
        return finding(.deadUnits, words.deadSeen(language, ["percent": percent(s.zeros)]), words.deadWhy, words.deadTry)
    }

    private func layers() -> Finding? {
        if s.layers < 1e-3 {
            return finding(.vanishing, words.vanishingSeen(language, ["ratio": text(s.layers)]), words.vanishingWhy, words.vanishingTry)
        }
        if s.layers > 70 {
            return finding(.exploding, words.explodingSeen(language, ["ratio": text(s.layers)]), words.explodingWhy, words.explodingTry)
        }
        return nil
    }

    private func plateau() -> Finding? {
        guard s.epochs >= 5, s.progress < 0.01 * abs(s.first), !diverges, !s.isConverged else { return nil }
        let seen = words.plateauSeen(
            language, ["progress": text(s.progress), "first": text(s.first), "epochs": "\(s.epochs)"])
        if s.cosine < -0.5 { return finding(.plateau, seen, words.bouncingWhy, words.bouncingTry) }
        if s.movement < 1e-4 { return finding(.plateau, seen, words.tinyWhy, words.tinyTry, ["movement": text(s.movement)]) }
        // Parameters that begin near 0 move by much of their size, however short the steps.
        if s.cosine > 0.9 { return finding(.plateau, seen, words.shortWhy, words.tinyTry) }
        // That it guesses says more than that it stands still.
        return guesses ? nil : finding(.plateau, seen, words.pipelineWhy, words.pipelineTry)
    }

    private var guesses: Bool { s.baseline.map { s.lowest >= 0.95 * $0 && s.movement >= 1e-3 && !diverges } ?? false }

    private func guessing() -> Finding? {
        // Steps that lead nowhere explain why nothing is found.
        guard guesses, plateau() == nil, let baseline = s.baseline else { return nil }
        let seen = words.guessingSeen(language, ["best": text(s.lowest), "baseline": text(baseline)])
        return finding(.noBetterThanGuessing, seen, words.guessingWhy, words.guessingTry)
    }

    private func oscillating() -> Finding? {
        guard s.epochs >= 8, s.progress >= 0.01 * abs(s.first), !s.isConverged, !diverges else { return nil }
        let window = s.training.suffix(max(8, s.epochs / 2))
        let moves = zip(window.dropFirst(), window).map { $0 - $1 }
        let turns = zip(moves.dropFirst(), moves).map { $0 * $1 < 0 ? min(abs($0), abs($1)) : 0 }
        // Half of what is gone back at each turn: of a swing between two values it is the distance from their mean. A curve that falls
        // steeply and then trembles has no swing, though it is far from a straight line.
        let swing = 0.5 * (turns.reduce(0) { $0 + $1 * $1 } / Double(max(1, turns.count))).squareRoot()
        guard swing >= 0.05 * s.progress, Double(turns.count { $0 > 0 }) >= 0.3 * Double(max(1, turns.count)) else { return nil }
        let seen = words.oscillatingSeen(language, ["count": "\(window.count)", "swing": text(swing)])
        return s.cosine <= -0.2
            ? finding(.oscillating, seen, words.nearLimitWhy, words.bouncingTry)
            : finding(.oscillating, seen, words.minibatchesWhy, words.minibatchesTry)
    }

    /// A note: the loss falls, but not by the shortest way.
    private func zigzag() -> Finding? {
        guard s.isFullBatch, s.cosine <= -0.5, s.last < s.first, !diverges, plateau() == nil else { return nil }
        return finding(.zigzag, words.zigzagSeen(language, ["cosine": text(s.cosine)]), words.zigzagWhy, words.zigzagTry)
    }

    private func overfitting() -> Finding? {
        guard s.validation.count == s.training.count, let lowest = s.validation.min(),
            let best = s.validation.firstIndex(of: lowest), let end = s.validation.last, best <= s.epochs - 3,
            end - lowest > max(0.05 * lowest, 0.02 * s.validation[0]), s.last < 0.95 * s.training[best]
        else { return nil }
        let seen = words.overfittingSeen(
            language,
            ["best": "\(best)", "lowest": text(lowest), "end": text(end), "before": text(s.training[best]), "last": text(s.last)])
        return finding(.overfitting, seen, words.overfittingWhy, words.overfittingTry, ["best": "\(best)"])
    }

    private func speed() -> Finding? {
        guard s.epochs >= 4, s.progress > 0, !s.isConverged else { return nil }
        let quarter = max(1, s.epochs / 4)
        let share = (s.training[s.epochs - quarter] - s.last) / s.progress
        let seen = words.quarterSeen(language, ["percent": percent(share)])
        if share >= 0.15 { return finding(.tooSlow, seen, words.tooSlowWhy, words.tooSlowTry) }
        return share >= 0.08 ? finding(.stillImproving, seen, words.stillWhy, words.stillTry) : nil
    }

    private func metricDisagrees() -> Finding? {
        let losses = s.validation.isEmpty ? s.training : s.validation
        guard s.metric.count == losses.count, losses.count >= 5, let low = s.metric.min(), let high = s.metric.max() else { return nil }
        let moved = high - low
        guard moved > 0.02 else { return nil }
        let lossMoved = ((losses.max() ?? 0) - (losses.min() ?? 0)) / max(abs(losses[0]), .leastNormalMagnitude)
        let correlation = correlation(losses, s.metric)
        guard abs(correlation) < 0.5 || lossMoved < 0.01 else { return nil }
        let seen = words.metricSeen(language, ["moved": text(moved), "percent": percent(lossMoved), "correlation": text(correlation)])
        return finding(.metricDisagrees, seen, words.metricWhy, words.metricTry)
    }

    private func correlation(_ a: [Double], _ b: [Double]) -> Double {
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

    private func healthy() -> Finding {
        var seen = words.healthySeen(language, ["first": text(s.first), "last": text(s.last)])
        if let end = s.validation.last, let lowest = s.validation.min(), let best = s.validation.firstIndex(of: lowest) {
            seen = words.healthyValidated(
                language,
                ["first": text(s.first), "last": text(s.last), "end": text(end), "gap": text(end - s.last), "best": "\(best)"])
        }
        return finding(.healthy, seen, words.healthyWhy, words.healthyTry)
    }
}

extension Finding.Kind {
    /// What it is called.
    package var name: Message {
        let words = Words.diagnosis
        return switch self {
        case .notFinite: words.notFinite
        case .diverging: words.diverging
        case .blewUp: words.blewUp
        case .badStart: words.badStart
        case .deadUnits: words.deadUnits
        case .vanishing: words.vanishing
        case .exploding: words.exploding
        case .plateau: words.plateau
        case .noBetterThanGuessing: words.guessing
        case .oscillating: words.oscillating
        case .overfitting: words.overfitting
        case .tooSlow: words.tooSlow
        case .stillImproving: words.stillImproving
        case .metricDisagrees: words.metricDisagrees
        case .zigzag: words.zigzag
        case .healthy: words.healthy
        case .notEnoughHistory: words.notEnoughHistory
        }
    }
}
