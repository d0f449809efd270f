import Syntax
import Tensors
import Training
import Wording

/// `explain train(…)`: the first and last steps of a run as a table, and what happens in it.
struct TrainExplanation {
    private let run: RunValue
    private let machine: Machine
    /// What stands in the columns of the parameters, and their numbers before the updates that are shown.
    private var columns: [String] = []
    private var path: [Int: [Double]] = [:]

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

    /// A longer run is followed for its first steps alone.
    private static let mostFollowed = 2000

    /// Takes the steps once more, to see the parameters on the way.
    private mutating func follow(_ call: Builtin.Call) throws {
        let (setup, state) = try TrainingOptions(call, from: 2).start()
        let shown = shown(run.state.history.steps.count).compactMap(\.self)
        let last = run.state.steps <= TrainExplanation.mostFollowed ? run.state.steps : TrainExplanation.firstRows
        var trainer = Trainer(setup, state, goal: .steps(1), machine, call.site)
        let parameters = ShownParameters(state.parameters, run.setup.loss.parameters.first?.name ?? "p")
        columns = parameters.headings
        for step in 0..<last {
            if shown.contains(step) { path[step] = parameters.numbers(trainer.state.parameters) }
            try trainer.update()
            if case .notFinite = trainer.state.ending { return }
        }
    }

    func explanation() -> ExplanationValue {
        let style = machine.style.explaining
        let steps = run.state.history.steps
        let count = steps.count
        guard count > 0 else { return ExplanationValue([machine.say(Words.training.nothing), stopped], value: .object(run)) }
        let name = run.setup.loss.name ?? "L"
        let learned = run.setup.loss.parameters.first?.name ?? "p"
        let (losses, gradients, updates, rates) = (steps["loss"], steps["gradient"], steps["update"], steps["lr"])
        let showsRate = Set(rates.map(\.bitPattern)).count > 1
        var rows = AlignedRows(gap: 3, lastGap: 3, right: [0])
        rows.add(cells: [machine.say(Words.training.step)] + columns + [name, "‖∇\(name)‖", "‖Δ\(learned)‖"] + (showsRate ? ["η"] : []))
        for index in shown(count) {
            guard let index else {
                rows.add(cells: ["…"])
                continue
            }
            let own = path[index]?.map { style.rounded($0, digits: 6) } ?? columns.map { _ in "" }
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

    private var stopped: String {
        machine.say(Words.training.stopped, ["ending": run.ending(in: machine.environment.language)])
    }

    /// What happens in it.
    private func sentences(_ losses: [Double], _ gradients: [Double], _ cosines: [Double], _ style: NumberStyle) -> [String] {
        if gradients.allSatisfy({ $0 == 0 }) { return [machine.say(Words.training.arrived), stopped] }
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
        return lines + [stopped]
    }
}

/// A few numbers by their names, a few tensors by their norms, and all else by the norm of the whole.
private struct ShownParameters {
    private static let most = 3
    let headings: [String]
    private let isNumbers: Bool

    init(_ parameters: Value, _ name: String) {
        let leaves = zip(parameters.leafPaths(name), parameters.leaves).compactMap { path, leaf in leaf.tensor.map { (path: path, tensor: $0) } }
        let numbers = leaves.flatMap { path, tensor in
            tensor.shape.rank == 0 ? [path] : (0..<tensor.count).prefix(ShownParameters.most + 1).map { "\(path)[\(tensor.shape.subscripts(of: $0))]" }
        }
        isNumbers = numbers.count <= ShownParameters.most
        if isNumbers { headings = numbers }
        else if leaves.count <= ShownParameters.most { headings = leaves.map { $0.tensor.shape.rank == 0 ? $0.path : "‖\($0.path)‖" } }
        else { headings = ["‖\(name)‖"] }
    }

    /// Below each heading its number.
    func numbers(_ parameters: Value) -> [Double] {
        let tensors = parameters.leaves.compactMap(\.tensor)
        if isNumbers { return tensors.flatMap(\.numbers) }
        if headings.count == 1, tensors.count > 1 { return [Measures.norm(tensors)] }
        return tensors.map { $0.rank == 0 ? $0.number : Measures.norm([$0]) }
    }
}

extension Shape {
    /// `1, 0`: the place of an element in row-major order.
    fileprivate func subscripts(of position: Int) -> String {
        var rest = position
        var places: [Int] = []
        for length in axes.reversed() {
            places.append(rest % max(length, 1))
            rest /= max(length, 1)
        }
        return places.reversed().map(String.init).joined(separator: ", ")
    }
}
