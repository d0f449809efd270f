import Autodiff
import Tensors
import Training

// An update as one compiled step.

extension Trainer {
    /// Whether updates may be compiled at all: by a rule of the language.
    var mayBePlanned: Bool { setup.rule is WrittenRule && machine.environment.plans != .off }

    /// Whether the loss at an epoch's end is the one that the next update finds: without data every update ends an epoch. A plateau is not to wait for
    /// it, since it sets η by it.
    private var findsLossByUpdate: Bool { setup.data.isEmpty && state.plateau == nil }

    /// Makes an update by its plan. `false` when it has to be made by the tape: there is no plan, or something is not finite, which the tape
    /// looks into.
    mutating func updateByPlan(_ epoch: Int, _ position: Int) throws -> Bool {
        guard mayBePlanned, let rule = setup.rule as? WrittenRule, entry.reason == nil else { return false }
        let step = step ?? TrainingStep(setup, rule)
        self.step = step
        guard let outcome = try outcome(of: step) else { return false }
        return take(outcome, rows: try minibatches?.indices(epoch: epoch, update: position)?.count ?? max(1, setup.rows))
    }

    private mutating func outcome(of step: TrainingStep) throws -> Value? {
        let arguments = try stepArguments(step)
        return try machine.planned(
            step, roots: step.roots, entry, arguments, site, own: step.rule.memory.map(\.cell), fromFirst: true, isJudged: true)
    }

    /// What the next update is made of.
    mutating func stepArguments(_ step: TrainingStep) throws -> [Value?] {
        let perEpoch = setup.updatesPerEpoch
        try step.rule.set(step: state.steps, plateau: state.plateau, machine, site)
        let indices = try minibatches?.indices(epoch: state.steps / perEpoch, update: state.steps % perEpoch)
        return [
            state.parameters, .list(state.memory.map(Value.list)), lastGradient,
            .number(Double(state.steps + 1)), indices.map(Value.init),
        ] + setup.data.map { Value($0.tensor) }
    }

    /// The last gradient as the step takes it: before the first update zeros, so that one plan serves all updates.
    private var lastGradient: Value {
        guard setup.measures else { return .nothing }
        return .list((state.lastGradient ?? state.parameters.leaves.compactMap(\.tensor).map { Tensor(repeating: 0, shape: $0.shape, type: $0.type) }).map(Value.init))
    }

    /// The loss where the run stands, as the next update's plan finds it.
    mutating func lossByPlan() throws -> Double? {
        guard mayBePlanned, findsLossByUpdate, let step, state.steps > 0, entry.reason == nil, let outcome = try outcome(of: step),
            case .list(let list) = outcome
        else { return nil }
        return list.elements[TrainingStep.Outcome.loss.rawValue].tensor?.number
    }

    /// Makes as many updates as one plan can, at most up to `last`.
    mutating func updateMany(through last: Int, interruptions before: Int, goal: Int) throws {
        guard mayBePlanned, let step, entry.reason == nil else { return }
        guard let loop = loop(step) else { return }
        // Without data several updates in one go are several epochs: nothing may have to happen between them, and the loss at an epoch's end must
        // not have random numbers of its own.
        if setup.data.isEmpty, !findsLossByUpdate || setup.every != nil || loop.ready.isRandom { return }
        let start = state.steps
        let perEpoch = setup.updatesPerEpoch
        var reported = machine.environment.now()
        let proceed: (inout Trainer) throws -> Bool = { trainer in
            try trainer.countUpdates()
            let now = trainer.machine.environment.progress == nil ? reported : trainer.machine.environment.now()
            if now - reported > 0.05 {
                reported = now
                trainer.report(goal, perEpoch, isDone: false)
            }
            return trainer.machine.environment.interruptions() == before
        }
        if setup.data.isEmpty, let numbers = loop.numbers {
            let arguments = try stepArguments(step)
            if loop.matches(arguments) { try withExtendedLifetime(arguments) { try numbers.run(&self, through: last, proceed) } }
        } else {
            try loop.run(&self, through: last, proceed)
        }
        guard setup.data.isEmpty, state.steps > start else { return }
        if state.stopping.isOver { state.ending = .patience(state.stopping.waited) } else { try recordEpoch() }
        if state.stopping.isOver { state.ending = .patience(state.stopping.waited) }
    }

    /// By the plan that was used last: a rule may have gone another way than before.
    private mutating func loop(_ step: TrainingStep) -> TrainingLoop? {
        for ready in entry.plans {
            if let loop = loops[ObjectIdentifier(ready)] { return loop }
            if let loop = TrainingLoop(ready, step) {
                loops[ObjectIdentifier(ready)] = loop
                return loop
            }
        }
        return nil
    }

    /// Brings the state up to what the step gave; refuses what is not finite.
    private mutating func take(_ outcome: Value, rows: Int) -> Bool {
        guard case .list(let list) = outcome, list.elements.count == TrainingStep.Outcome.allCases.count else { return false }
        func value(_ part: TrainingStep.Outcome) -> Value { list.elements[part.rawValue] }
        func number(_ part: TrainingStep.Outcome) -> Double { value(part).tensor?.number ?? .nan }
        guard number(.loss).isFinite, number(.gradientNorm).isFinite, number(.updateNorm).isFinite,
            number(.parameterNorm).isFinite || !setup.measures,
            case .list(let parameters) = value(.parameters), parameters.elements.allSatisfy({ $0.outline?.rank != 0 || $0.outline?.isFinite == true }),
            case .list(let memory) = value(.memory)
        else { return false }
        state.history.steps.append([
            Double(state.steps + 1), number(.loss), number(.rate), number(.gradientNorm), number(.updateNorm), number(.parameterNorm),
            number(.cosine), number(.zeros), number(.layers), number(.clipped),
        ])
        if state.history.tracksPath { state.history.track(parameters.elements.flatMap { $0.tensor?.numbers ?? [] }) }
        state.sums.add(loss: number(.loss), rows: rows, gradient: number(.gradientNorm), update: number(.updateNorm))
        state.parameters = Trainer.refill(state.parameters, parameters.elements)
        state.memory = memory.elements.map { if case .list(let list) = $0 { list.elements } else { [$0] } }
        if setup.measures { state.lastGradient = value(.gradients).leaves.compactMap(\.tensor) }
        state.steps += 1
        return true
    }
}
