import Autodiff
import Kernels
import Syntax
import Tensors
package import Training
import Wording

extension Builtin {
    static let diagnose = Builtin(
        "diagnose", [.required("run")], .training,
        summary: "what a run's curves say: each finding with its evidence, why, and what to try, worst first",
        examples: ["diagnose(train(w -> (w - 3)^2, 0, lr: 1.1, steps: 20)).kinds  # [\"diverging\"]"]
    ) { call in
        guard case .object(let object) = call[0], let run = object as? RunValue else {
            throw call.machine.typeError("`diagnose`", needs: "a run, as `train` gives it", call[0], at: call.span(0))
        }
        let language = call.machine.environment.language
        var findings = Diagnosis.findings(run.symptoms, in: language)
        // The limit is that of plain descent: other rules have other limits.
        let needsCurvature = run.setup.rule.name == "sgd" && findings.contains { Baseline.concernsRate.contains($0.kind) }
        let curvature = needsCurvature && !(run.setup.loss is MissingFunction) ? try Curvature(run, call.machine, call.site).largest() : nil
        if let curvature, curvature > 0 {
            findings = findings.map { Baseline.explained($0, curvature: curvature, rate: run.symptoms.rate, cosine: run.symptoms.cosine, language) }
        }
        return .object(DiagnosisValue(findings, curvature: curvature, isMeasured: run.setup.measures, language))
    }
}

extension RunValue {
    var symptoms: Symptoms {
        let labels = setup.data.last?.tensor
        let hasClasses = labels.map { $0.rank == 1 && Splitting.isStratifiable($0.numbers) && hasScores($0) } ?? false
        let notFinite: String?
        if case .notFinite(let sentence) = state.ending { notFinite = sentence } else { notFinite = nil }
        return Symptoms(
            state.history, baseline: labels.flatMap { Baseline.loss($0, hasClasses: hasClasses) }, hasClasses: hasClasses,
            isFullBatch: (setup.batch ?? setup.rows) >= setup.rows, notFinite: notFinite)
    }

    /// Whether the model can give a score for each class: then some parameter has an axis of as many. Whole numbers that are learned by
    /// squares, a count or a mark, are no classes. Of two, one score is enough.
    private func hasScores(_ labels: Tensor) -> Bool {
        let count = Int(labels.numbers.max() ?? 0) + 1
        return count <= 2 || state.parameters.leaves.contains { $0.settled.outline?.shape.axes.contains(count) ?? false }
    }

    /// What its curves alone say, worst first.
    var findings: [Finding] { Diagnosis.findings(symptoms) }
}

/// What `diagnose` gives.
package final class DiagnosisValue: ObjectValue {
    package let findings: [Finding]
    package let curvature: Double?
    private let isMeasured: Bool
    private let language: Language

    init(_ findings: [Finding], curvature: Double?, isMeasured: Bool, _ language: Language) {
        (self.findings, self.curvature, self.isMeasured, self.language) = (findings, curvature, isMeasured, language)
    }

    override func transplanted(by transplant: Transplant) -> ObjectValue { self }
    package override var typeName: String { "a diagnosis" }
    package override var fieldNames: [String] { ["kinds", "findings", "curvature"] }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "kinds": .list(findings.map { .string($0.kind.rawValue) })
        case "findings":
            .list(findings.map {
                .record([
                    ("kind", .string($0.kind.rawValue)), ("evidence", .string($0.evidence)), ("why", .string($0.why)),
                    ("advice", .string($0.advice)),
                ])
            })
        case "curvature": .number(curvature ?? .nan)
        default: nil
        }
    }

    package override func describe(_ style: NumberStyle) -> String {
        let (why, advice) = (Words.diagnosis.why(language), Words.diagnosis.advice(language))
        let width = max(why.count, advice.count)
        func line(_ head: String, _ text: String) -> String { "\n  \(head)\(String(repeating: " ", count: width - head.count))  \(text)" }
        let said = findings.map { "\($0.kind.name(language)): \($0.evidence)" + line(why, $0.why) + line(advice, $0.advice) }
        return (said + (isMeasured ? [] : [Words.diagnosis.unmeasured(language)])).joined(separator: "\n")
    }
}

private enum Baseline {
    /// The loss of guessing: the entropy of the labels' frequencies, or the variance of the targets.
    static func loss(_ targets: Tensor, hasClasses: Bool) -> Double? {
        guard targets.rank == 1, targets.count > 1 else { return nil }
        let numbers = targets.numbers
        let n = Double(numbers.count)
        if hasClasses {
            var counts: [Double: Double] = [:]
            for number in numbers { counts[number, default: 0] += 1 }
            return counts.values.sorted().reduce(0) { $0 - $1 / n * grad_scalar(GRAD_LOG, $1 / n, 0, 0) }
        }
        let mean = numbers.reduce(0, +) / n
        return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    }

    /// With the curvature known, the advice names the limit of η.
    static func explained(
        _ finding: Finding, curvature: Double, rate: Double, cosine: Double, _ language: Language
    ) -> Finding {
        // Standing still, or swinging, without gradients that alternate has other causes.
        let turns: [Finding.Kind: Double] = [.plateau: -0.5, .oscillating: -0.2]
        // Nor does an η explain it that is small enough where the run ended: it was larger before, or the curvature was.
        let least: Double = finding.kind == .diverging || finding.kind == .blewUp ? 2 : 1
        guard concernsRate.contains(finding.kind), turns[finding.kind].map({ cosine <= $0 }) ?? true, rate * curvature >= least else {
            return finding
        }
        let (words, style) = (Words.diagnosis, NumberStyle(digits: 4))
        let limit = style.format(2 / curvature)
        return Finding(
            kind: finding.kind, evidence: finding.evidence,
            why: words.curvature(
                language, ["why": finding.why, "curvature": style.format(curvature), "limit": limit, "rate": style.format(rate)]),
            advice: finding.kind == .zigzag
                ? finding.advice : words.belowLimit(language, ["limit": limit, "straight": style.format(1 / curvature)]))
    }

    /// Findings that the curvature explains.
    static let concernsRate: Set<Finding.Kind> = [.diverging, .zigzag, .oscillating, .blewUp, .plateau]
}

/// The largest eigenvalue of the loss's Hessian by power iteration on Hessian-vector products.
struct Curvature {
    private let run: RunValue
    private let machine: Machine
    private let site: Site

    init(_ run: RunValue, _ machine: Machine, _ site: Site) { (self.run, self.machine, self.site) = (run, machine, site) }

    private static let mostProducts = 50
    private static let tolerance = 1e-3

    /// At the parameters that the run ended with; `nil` where it is not finite. A negative result of the first
    /// iteration means that the most negative eigenvalue is the largest in size: then H - λI is iterated.
    func largest() throws -> Double? {
        guard isAffordable else { return nil }
        let first = try iterate(shift: 0)
        guard let first, first < 0 else { return first }
        return try iterate(shift: first).map { $0 + first }
    }

    /// A product costs some passes over all rows; 50 of them should take seconds at most.
    private var isAffordable: Bool {
        let parameters = run.state.parameters.leaves.reduce(0) { $0 + ($1.settled.tensor?.count ?? 0) }
        return parameters.multipliedReportingOverflow(by: max(1, run.setup.rows)).partialValue <= 100_000_000 && parameters <= 1_000_000
    }

    private func iterate(shift: Double) throws -> Double? {
        let leaves = run.state.parameters.leaves.compactMap(\.tensor)
        var stream = run.setup.stream.split("curvature")
        var v = normalized(leaves.map { stream.normal($0.shape) })
        var last = Double.nan
        for _ in 0..<Curvature.mostProducts {
            var product = try times(v)
            if shift != 0 {
                product = zip(product, v).map { Elementwise.binary(GRAD_SUB, $0, Elementwise.binary(GRAD_MUL, $1, Tensor(shift))) }
            }
            let value = Measures.dot(v, product)
            guard value.isFinite else { return nil }
            if abs(value - last) <= Curvature.tolerance * abs(value) { return value }
            last = value
            guard Measures.norm(product) > 0 else { return 0 }
            v = normalized(product)
        }
        return last
    }

    private func normalized(_ v: [Tensor]) -> [Tensor] {
        let norm = Measures.norm(v)
        return v.map { Elementwise.binary(GRAD_DIV, $0, Tensor(norm)) }
    }

    /// H v of the loss over all training rows.
    private func times(_ v: [Tensor]) throws -> [Tensor] {
        let setup = run.setup
        let gradient = GradientFunction(of: BoundLoss(setup), by: nil)
        let direction = Trainer.refill(run.state.parameters, v.map(Value.init))
        let result = try Differentiation.tangent(gradient, run.state.parameters, direction, machine, site)
        return result.leaves.compactMap(\.tensor)
    }
}

/// The loss as a function of the parameters alone, over all training rows.
final class BoundLoss: Callable {
    private let setup: TrainingSetup

    init(_ setup: TrainingSetup) {
        self.setup = setup
        super.init()
    }

    override var name: String? { setup.loss.name }
    override var parameters: [ParameterInfo] { [setup.loss.parameters.first ?? .required("p")] }

    override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        try machine.invoke(setup.loss, setup.arguments(arguments.first.flatMap { $0 } ?? .nothing, setup.data), site)
    }
}
