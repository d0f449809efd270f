import Autodiff
import Syntax
import Tensors
import Training

/// Updates one after another by one plan. Its state (parameters, memories, last gradient) lies in two halves: an update reads one
/// and fills the other, so that the last state that was finite is always there. Within the loop nothing is allocated and no value made.
///
/// It changes nothing of what an update is. One that is not finite, whose guards fail, or whose minibatch has another size, it leaves to
/// `Trainer.update`.
final class TrainingLoop {
    let ready: ReadyPlan
    let step: TrainingStep
    /// Where each part of the state enters the plan and leaves it.
    let parts: [Part]
    let counter: Int
    private let rowNumbers: (input: Int, memory: Storage, count: Int)?
    /// Settings of the rule that may change from step to step.
    let settings: [(cell: Cell, input: Int)]
    let measures: [Measure]
    let hasSchedule: Bool
    let parameterCount: Int
    /// How the loop runs where all is numbers.
    private(set) lazy var numbers = ScalarTraining(self)

    struct Part {
        let input: Int
        let result: Int
        let shape: Shape
        let type: ElementType
        var isNumber: Bool { shape.rank == 0 }
    }

    /// A number that a step gives.
    enum Measure {
        case result(Int)
        case fixed(Double)

        func value(_ plan: Plan) -> Double {
            switch self {
            case .result(let result): plan.number(result)
            case .fixed(let number): number
            }
        }
    }

    /// Those that are rows of the history, in its order.
    static let recorded: [TrainingStep.Outcome] = [
        .loss, .rate, .gradientNorm, .updateNorm, .parameterNorm, .cosine, .zeros, .layers, .clipped,
    ]

    /// `nil` where the plan's results do not have the form of its operands.
    init?(_ ready: ReadyPlan, _ step: TrainingStep) {
        guard case .list(let results) = ready.result, results.count == TrainingStep.Outcome.allCases.count,
            case .number(let counter) = ready.arguments[3]
        else { return nil }
        var (inputs, outputs): ([Leaf], [Leaf]) = ([], [])
        ready.arguments[0].collect(&inputs)
        parameterCount = inputs.count
        for form in ready.arguments[1..<3] { form.collect(&inputs) }
        let order: [TrainingStep.Outcome] = [.parameters, .memory, .gradients]
        for outcome in order {
            guard results[outcome.rawValue].collect(&outputs) else { return nil }
        }
        guard inputs.count == outputs.count, zip(inputs, outputs).allSatisfy({ $0.shape == $1.shape && $0.type == $1.type }) else { return nil }
        var measures: [Measure] = []
        for outcome in TrainingLoop.recorded {
            guard let measure = Measure(results[outcome.rawValue]) else { return nil }
            measures.append(measure)
        }
        switch ready.arguments[4] {
        case .tensor(let input, let shape, _): rowNumbers = (input, Storage(byteCount: max(8, shape.count * 8)), shape.count)
        case .same: rowNumbers = nil
        default: return nil
        }
        (self.ready, self.step, self.counter, self.measures) = (ready, step, counter, measures)
        parts = zip(inputs, outputs).map { Part(input: $0.place, result: $1.place, shape: $0.shape, type: $0.type) }
        hasSchedule = step.rule.settings.contains { if case .number = $0.value { false } else { true } }
        settings = hasSchedule ? TrainingLoop.inputs(of: step.rule, ready) : []
    }

    /// Which inputs of the plan the cells of the settings are.
    private static func inputs(of rule: WrittenRule, _ ready: ReadyPlan) -> [(Cell, Int)] {
        let closures = Reach(roots: [rule.update], []).closures
        return ready.probes.compactMap { probe in
            guard case .capture(_, let index) = probe.source, case .number(let input) = probe.form, let update = closures.first,
                index < update.captureCount, case .cell(let cell) = update.captures[index],
                rule.settings.contains(where: { $0.cell === cell })
            else { return nil }
            return (cell, input)
        }
    }

    // MARK: Running

    /// Makes updates up to `last`, or to one that it leaves; the trainer's state is brought up to date at the end.
    func run(_ trainer: inout Trainer, through last: Int, _ proceed: (inout Trainer) throws -> Bool) throws {
        guard trainer.state.steps < last, !trainer.state.memory.joined().contains(where: { !$0.isNumeric }) else { return }
        let arguments = try trainer.stepArguments(step)
        guard matches(arguments) else { return }
        var memory = LoopMemory(parts)
        var made = 0
        defer {
            if made > 0 { memory.store(&trainer.state, parts) }
            trainer.machine.planCounts.hits += made
        }
        let isEpoch = trainer.setup.data.isEmpty
        // Whether to go on is asked after some work, which may be that of many updates.
        let together = max(1, TrainingLoop.workBetweenLooks / max(1, ready.plan.flops))
        try withExtendedLifetime(arguments) {
            while trainer.state.steps < last, try made % together != 0 || proceed(&trainer) {
                guard try prepare(&trainer), try makeUpdate(&trainer, &memory, isFirst: made == 0, isEpoch: isEpoch) else { return }
                made += 1
            }
        }
    }

    private static let workBetweenLooks = 1 << 17

    /// Hands the plan all that stays the same while the loop runs.
    func matches(_ arguments: [Value?]) -> Bool {
        var matcher = Matcher(ready.plan, own: step.rule.memory.map(\.cell))
        return matcher.matches(ready, roots: step.roots, arguments)
    }

    /// Whether there is more than the number of the update to set before each.
    private var changesOperands: Bool { rowNumbers != nil || hasSchedule || ready.isRandom }

    /// Row numbers, random numbers and settings of the next update.
    private func prepare(_ trainer: inout Trainer) throws -> Bool {
        guard changesOperands else {
            ready.plan.setNumber(counter, Double(trainer.state.steps + 1))
            return true
        }
        let perEpoch = trainer.setup.updatesPerEpoch
        let steps = trainer.state.steps
        if let (input, memory, count) = rowNumbers {
            let room = memory.bytes.bindMemory(to: Double.self, capacity: count)
            guard try trainer.minibatches?.fill(room, count, epoch: steps / perEpoch, update: steps % perEpoch) == true else { return false }
            ready.plan.setMemory(input, memory.bytes)
        }
        if hasSchedule {
            try step.rule.set(step: steps, plateau: trainer.state.plateau, trainer.machine, trainer.site)
            for (cell, input) in settings {
                guard case .number(let number) = cell.value else { return false }
                ready.plan.setNumber(input, number)
            }
        }
        ready.plan.setNumber(counter, Double(steps + 1))
        if ready.isRandom {
            var stream = trainer.setup.randomness(ofStep: steps)
            try ready.draw(from: &stream)
        }
        return true
    }

    private func makeUpdate(_ trainer: inout Trainer, _ memory: inout LoopMemory, isFirst: Bool, isEpoch: Bool) throws -> Bool {
        let plan = ready.plan
        memory.bind(plan, isFirst: isFirst)
        guard let isWhole = try? plan.run(), isWhole else { return false }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 1 + measures.count) { row in
            row[0] = Double(trainer.state.steps + 1)
            for (index, measure) in measures.enumerated() { row[index + 1] = measure.value(plan) }
            // Loss, gradient, update and parameters.
            guard row[1].isFinite, row[3].isFinite, row[4].isFinite, row[5].isFinite || !step.setup.measures else { return false }
            // Without data every update is an epoch, and the loss at its end is the one found now.
            if isEpoch, !isFirst {
                if trainer.endEpoch(loss: row[1]) { trainer.state.best = memory.parameters(parts, trainer.state.parameters, parameterCount) }
                if trainer.state.stopping.isOver { return false }
            }
            memory.turn(plan)
            trainer.state.history.steps.append(UnsafeBufferPointer(row))
            let rows = rowNumbers?.count ?? max(1, trainer.setup.rows)
            trainer.state.sums.add(loss: row[1], rows: rows, gradient: row[3], update: row[4])
            trainer.state.steps += 1
            if trainer.state.history.tracksPath { trainer.state.history.track(memory.numbers(parts, parameterCount)) }
            return true
        }
    }
}

extension TrainingState {
    /// Leaves that are numbers or tensors.
    var parameterCount: Int { parameters.leaves.count(where: \.isNumeric) }
}

extension TrainingLoop.Measure {
    fileprivate init?(_ form: ResultForm) {
        switch form {
        case .number(let place), .truth(let place): self = .result(place)
        case .tensor(let place, let shape, _) where shape.rank == 0: self = .result(place)
        case .fixed(.number(let number)): self = .fixed(number)
        default: return nil
        }
    }
}

/// A number or tensor within a form.
struct Leaf {
    let place: Int
    let shape: Shape
    let type: ElementType
}

extension Form {
    func collect(_ leaves: inout [Leaf]) {
        switch self {
        case .number(let place): leaves.append(Leaf(place: place, shape: .scalar, type: .f64))
        case .tensor(let place, let shape, let type): leaves.append(Leaf(place: place, shape: shape, type: type))
        case .list(let forms), .record(_, let forms): for form in forms { form.collect(&leaves) }
        default: break
        }
    }
}

extension ResultForm {
    /// `false` where a leaf is none of the plan's results.
    func collect(_ leaves: inout [Leaf]) -> Bool {
        switch self {
        case .number(let place): leaves.append(Leaf(place: place, shape: .scalar, type: .f64))
        case .tensor(let place, let shape, let type): leaves.append(Leaf(place: place, shape: shape, type: type))
        case .list(let forms), .record(_, let forms): return forms.allSatisfy { $0.collect(&leaves) }
        case .truth, .fixed: return false
        }
        return true
    }
}
