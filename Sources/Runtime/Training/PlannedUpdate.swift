import Autodiff
import Tensors
import Training

// An update as one compiled step.

extension Trainer {
    /// Whether updates may be compiled at all: by a rule of the language, on rows that no function changes.
    var mayBePlanned: Bool { setup.rule is WrittenRule && setup.augment == nil && machine.environment.plans != .off }

    /// Makes an update by its plan. `false` when it has to be made by the tape: there is no plan, or something is not finite, which the tape
    /// looks into.
    mutating func updateByPlan(_ epoch: Int, _ position: Int) throws -> Bool {
        guard mayBePlanned, let rule = setup.rule as? WrittenRule, entry.reason == nil else { return false }
        let indices = try minibatches?.indices(epoch: epoch, update: position)
        try rule.set(step: state.steps, plateau: state.plateau, machine, site)
        let step = step ?? TrainingStep(setup, rule)
        self.step = step
        let arguments: [Value?] = [
            state.parameters, .list(state.memory.map(Value.list)), state.lastGradient.map { .list($0.map(Value.init)) },
            .number(Double(state.steps + 1)), indices.map(Value.init),
        ] + setup.data.map { Value($0.tensor) }
        guard let outcome = try machine.planned(
            step, roots: step.roots, entry, arguments, site, own: rule.memory.map(\.cell), fromFirst: true)
        else { return false }
        return take(outcome, rows: indices?.count ?? max(1, setup.rows))
    }

    /// Brings the state up to what the step gave; refuses what is not finite.
    private mutating func take(_ outcome: Value, rows: Int) -> Bool {
        guard case .list(let list) = outcome, list.elements.count == TrainingStep.Outcome.allCases.count else { return false }
        func value(_ part: TrainingStep.Outcome) -> Value { list.elements[part.rawValue] }
        func number(_ part: TrainingStep.Outcome) -> Double { value(part).tensor?.number ?? .nan }
        guard number(.loss).isFinite, number(.gradientNorm).isFinite, number(.updateNorm).isFinite, number(.parameterNorm).isFinite,
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
        state.lastGradient = value(.gradients).leaves.compactMap(\.tensor)
        state.steps += 1
        return true
    }
}
