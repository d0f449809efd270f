import Autodiff
import Kernels
package import Plots
import Syntax
import Tensors
import Training

extension Builtin {
    static let lrfind = Builtin(
        "lrfind", [.required("loss"), .required("params")] + RangeTest.parameters, .training,
        summary: "tries η from small to large, one update each, and tells at which the loss fell fastest; what it was given stays as it is",
        examples: [
            "L(w) = (w - 3)^2", "found = lrfind(L, 0)", "found.suggestion > 0.01 and found.suggestion < 1  # true",
        ]
    ) { call in
        let options = TrainingOptions(call, from: 2, RangeTest.parameters)
        let (setup, state) = try options.start()
        let range = try RangeTest.Range(call)
        guard let rule = setup.rule as? WrittenRule, let varied = rule.replacing("lr", by: .function(Geometric(range))) else {
            throw call.problem("the rule `\(setup.rule.name)` has no `lr` to vary", at: 2)
        }
        var trainer = Trainer(setup.replacing(rule: varied), state, goal: .steps(range.steps), call.machine, call.site)
        return .object(try RangeTest.run(&trainer, range, call.machine, call.site))
    }
}

/// A range test (Smith, Cyclical Learning Rates for Training Neural Networks, 2017): η grows geometrically from update to update.
enum RangeTest {
    static let parameters: [ParameterInfo] = [
        .optional("rule", "sgd"), .optional("data", "none"), .optional("batch", "full"), .optional("clip", "none"),
        .optional("precision", "f64"), .optional("seed", "the session's"), .optional("augment", "none"), .optional("from", "1e-7"),
        .optional("to", "10"), .optional("steps", "100"),
    ]

    struct Range {
        let from: Double
        let to: Double
        let steps: Int

        init(_ call: Builtin.Call) throws {
            let first = 2 + RangeTest.parameters.count - 3
            from = try call.number(first, default: 1e-7)
            to = try call.number(first + 1, default: 10)
            steps = try call.whole(first + 2, default: 100)
            guard from > 0, to > from, to.isFinite else {
                throw call.problem("`from` must be above 0 and below `to`", at: call.has(first) ? first : first + 1)
            }
            guard steps >= 10, steps <= 100_000 else { throw call.problem("`steps` must lie between 10 and 100000", at: first + 2) }
        }
    }

    /// The loss is given up at this many times its best.
    private static let limit = 4.0
    /// Of the running mean that takes the noise out of minibatch losses.
    private static let memory = 0.9

    static func run(_ trainer: inout Trainer, _ range: Range, _ machine: Machine, _ site: Site) throws -> RangeTestValue {
        let isNoisy = trainer.setup.updatesPerEpoch > 1
        var (mean, best, smoothed): (Double, Double, [Double]) = (0, .infinity, [])
        var isStopped = false
        for step in 0..<range.steps {
            try machine.check(site)
            try trainer.update()
            if case .notFinite = trainer.state.ending { break }
            let loss = trainer.state.history.steps.last("loss") ?? .nan
            mean = memory * mean + (1 - memory) * loss
            let value = isNoisy ? mean / (1 - pow(memory, step + 1)) : loss
            smoothed.append(value)
            best = min(best, value)
            // Four times the best, also for a loss below zero.
            if value > best + (limit - 1) * abs(best) {
                isStopped = true
                break
            }
        }
        let rates = Array(trainer.state.history.steps["lr"].prefix(smoothed.count))
        return RangeTestValue(
            rates: rates, losses: smoothed, isNoisy: isNoisy, ending: isStopped ? .grew : smoothed.count < range.steps ? .notFinite : .allTried)
    }

    private static func pow(_ base: Double, _ count: Int) -> Double { (0..<count).reduce(1) { product, _ in product * base } }
}

/// η at a step: from one end to the other by equal factors.
private final class Geometric: Callable {
    private let range: RangeTest.Range

    init(_ range: RangeTest.Range) {
        self.range = range
        super.init()
    }

    override var name: String? { "geometric" }
    override var parameters: [ParameterInfo] { [.required("step")] }

    override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        let step = arguments.first.flatMap { $0?.tensor?.number } ?? 0
        let share = step / Double(range.steps - 1)
        return .number(range.from * grad_scalar(GRAD_POW, range.to / range.from, share, 0))
    }
}

/// What `lrfind` gives.
package final class RangeTestValue: ObjectValue {
    enum Ending { case allTried, grew, notFinite }

    private let rates: [Double]
    private let losses: [Double]
    private let ending: Ending
    /// Where the loss fell fastest with the logarithm of η; `nil` if it never did.
    private let steepest: Int?

    init(rates: [Double], losses: [Double], isNoisy: Bool, ending: Ending) {
        (self.rates, self.losses, self.ending) = (rates, losses, ending)
        // At the ends the slope of a curve says little; and with noise, over a short way, even less.
        let reach = isNoisy ? max(1, losses.count / 12) : 1
        let (first, last) = (max(5, losses.count / 10), losses.count - 1 - max(3, reach))
        let inner = first..<max(first, last)
        // The rates are evenly spaced in log η, so differences of the loss are slopes.
        let slope = { (index: Int) in losses[index + reach] - losses[index - reach] }
        steepest = inner.min { slope($0) < slope($1) }.flatMap { slope($0) < 0 ? $0 : nil }
    }

    package override var typeName: String { "a range test" }
    package override var fieldNames: [String] { ["suggestion", "lr", "loss"] }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "suggestion": .number(steepest.map { rates[$0] } ?? .nan)
        case "lr": Value(Tensor(rates))
        case "loss": Value(Tensor(losses))
        default: nil
        }
    }

    package override func describe(_ style: NumberStyle) -> String {
        var style = style
        style.digits = min(style.digits, 3)
        let number = style.format
        var lines = ["η from \(number(rates.first ?? .nan)) to \(number(rates.last ?? .nan)) in \(rates.count) updates"]
        if let lowest = losses.indices.min(by: { losses[$0] < losses[$1] }), losses[lowest] < losses[0] {
            lines.append("  the loss fell from \(number(losses[0])) to \(number(losses[lowest])), which it reached at η = \(number(rates[lowest]))")
        }
        switch ending {
        case .allTried: break
        case .grew: lines.append("  beyond η = \(number(rates.last ?? .nan)) it was more than 4 times its lowest")
        case .notFinite: lines.append("  beyond η = \(number(rates.last ?? .nan)) it was not finite any more")
        }
        lines.append(steepest.map { "  it fell fastest at η = \(number(rates[$0])): a good one to begin with" } ?? "  it never fell: no η to suggest")
        return lines.joined(separator: "\n")
    }

    package override func figure() -> Figure? {
        var figure = Figure(x: Axis("η", scale: .log), y: Axis("loss"), series: [Series("", .line(x: rates, y: losses))])
        if let steepest { figure.series.append(Series("fastest: η = \(NumberStyle(digits: 3).format(rates[steepest]))", .vertical(rates[steepest]))) }
        return figure
    }
}
