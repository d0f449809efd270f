import Syntax
import Tensors
import Training
import Wording

/// `explain train(…)`: the first and last steps of a run as a table, and what happens in it.
struct TrainExplanation {
    private let run: RunValue
    private let machine: Machine
    /// The parameter before each of the first updates, if it is one number.
    private var path: [Double] = []

    init(_ run: RunValue, _ machine: Machine) { (self.run, self.machine) = (run, machine) }

    static func lines(_ call: Builtin.Call) throws -> ExplanationValue {
        let result = try call.machine.invoke(BuiltinFunction(call.builtin), call.arguments, call.site)
        guard case .object(let object) = result, let run = object as? RunValue else { return ExplanationValue([]) }
        var explanation = TrainExplanation(run, call.machine)
        if case .function = call[0] { try explanation.follow(call) }
        return explanation.explanation()
    }

    private static let firstRows = 6
    private static let lastRows = 2

    /// Takes the first steps once more, to see the parameter on the way.
    private mutating func follow(_ call: Builtin.Call) throws {
        let (setup, state) = try TrainingOptions(call, from: 2).start()
        guard state.parameters.tensor?.rank == 0 else { return }
        var trainer = Trainer(setup, state, goal: .steps(1), machine, call.site)
        for _ in 0..<min(TrainExplanation.firstRows + TrainExplanation.lastRows, run.state.steps) {
            guard let value = trainer.state.parameters.tensor?.number else { return }
            path.append(value)
            try trainer.update()
            if case .notFinite = trainer.state.ending { return }
        }
    }

    func explanation() -> ExplanationValue {
        let style = machine.style.explaining
        let steps = run.state.history.steps
        let count = steps.count
        guard count > 0 else { return ExplanationValue([machine.say(Words.training.nothing)], value: .object(run)) }
        let name = run.setup.loss.name ?? "L"
        let learned = run.setup.loss.parameters.first?.name ?? "p"
        let (losses, gradients, updates, rates) = (steps["loss"], steps["gradient"], steps["update"], steps["lr"])
        let showsRate = Set(rates.map(\.bitPattern)).count > 1
        var rows = AlignedRows(gap: 3, lastGap: 3, right: [0])
        rows.add(cells: [machine.say(Words.training.step)] + (path.isEmpty ? [] : [learned]) + [name, "‖∇\(name)‖", "‖Δ\(learned)‖"] + (showsRate ? ["η"] : []))
        for index in shown(count) {
            guard let index else {
                rows.add(cells: ["…"])
                continue
            }
            let own = path.isEmpty ? [] : [index < path.count ? style.rounded(path[index], digits: 6) : ""]
            rows.add(cells: ["\(Int(steps["step"][index]))"] + own + [losses[index], gradients[index], updates[index]].map { style.rounded($0, digits: 6) }
                + (showsRate ? [style.rounded(rates[index], digits: 4)] : []))
        }
        return ExplanationValue(rows.lines + sentences(losses, gradients, steps["cosine"], style), value: .object(run))
    }

    private func shown(_ count: Int) -> [Int?] {
        let most = TrainExplanation.firstRows + TrainExplanation.lastRows + 2
        if count <= most { return (0..<count).map { $0 } }
        return (0..<TrainExplanation.firstRows).map { $0 } + [nil] + (count - TrainExplanation.lastRows..<count).map { $0 }
    }

    /// What happens in it.
    private func sentences(_ losses: [Double], _ gradients: [Double], _ cosines: [Double], _ style: NumberStyle) -> [String] {
        let end = run.state.history.epochs.last("loss") ?? losses.last ?? .nan
        let first = losses.first ?? .nan
        let turns = cosines.filter { !$0.isNaN }
        let turned = turns.filter { $0 < -0.5 }.count
        let rises = zip(losses, losses.dropFirst()).filter { $1 > $0 }.count
        let message: Message
        if !(end <= first) { message = Words.training.diverges }
        else if turns.count > 0, turned * 2 > turns.count { message = Words.training.zigzags }
        else if rises * 5 > losses.count { message = Words.training.wanders }
        else { message = Words.training.glides }
        var lines = [machine.say(message, ["first": style.rounded(first, digits: 6), "last": style.rounded(end, digits: 6)])]
        let ratios = zip(gradients, gradients.dropFirst()).prefix(8).map { $1 / $0 }
        if let ratio = ratios.first, ratios.count > 1, ratio.isFinite, ratios.allSatisfy({ abs($0 - ratio) < 1e-6 * abs(ratio) }) {
            let signed = turned * 2 > turns.count ? -ratio : ratio
            lines.append(machine.say(Words.training.factor, ["factor": style.rounded(signed, digits: 6)]))
        }
        if gradients.last == 0 { lines.append(machine.say(Words.training.arrived)) }
        let isDone = run.state.ending == .finished
        let done = run.setup.data.isEmpty ? Words.training.allSteps : Words.training.allEpochs
        lines.append(machine.say(Words.training.stopped, ["ending": isDone ? machine.say(done) : run.ending]))
        return lines
    }
}
