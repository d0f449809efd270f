import Autodiff
import Kernels
import Syntax
import Tensors
import Training

/// The loop: minibatch, loss, gradients, update; at each epoch's end the records.
struct Trainer {
    let setup: TrainingSetup
    var state: TrainingState
    let machine: Machine
    let site: Site
    var minibatches: Minibatches?
    /// An update as a function, and its plans.
    var step: TrainingStep?
    let entry = PlanEntry()
    var loops: [ObjectIdentifier: TrainingLoop] = [:]
    /// For the time and the share that progress tells.
    var goal: Goal

    enum Goal {
        case steps(Int)
        case epochs(Int)

        func totalSteps(_ perEpoch: Int) -> Int {
            switch self {
            case .steps(let steps): steps
            case .epochs(let epochs): epochs * perEpoch
            }
        }
    }

    init(_ setup: TrainingSetup, _ state: TrainingState, goal: Goal, _ machine: Machine, _ site: Site) {
        self.setup = setup
        self.state = state
        self.goal = goal
        self.machine = machine
        self.site = site
        minibatches = setup.minibatches()
    }

    // MARK: Running

    /// Runs until `goal` more updates or epochs are done, or something else ends it.
    mutating func run() throws {
        let perEpoch = setup.updatesPerEpoch
        let last = state.steps + goal.totalSteps(perEpoch)
        let before = machine.environment.interruptions()
        machine.toleratedInterruptions = before + 1
        defer { machine.toleratedInterruptions = 0 }
        state.ending = .none
        if state.steps == 0 && state.history.epochs.count == 0 { try recordEpoch() }
        while state.steps < last {
            if machine.environment.interruptions() > before {
                state.ending = .interrupted
                break
            }
            try machine.check(site)
            let start = state.steps
            let boundary = setup.data.isEmpty ? last : min(last, (state.steps / perEpoch + 1) * perEpoch)
            try updateMany(through: boundary, interruptions: before, goal: last)
            if state.ending != .none { break }
            if setup.data.isEmpty, state.steps > start { continue }
            if state.steps < boundary {
                if machine.environment.interruptions() > before { continue }
                try update()
            }
            if case .notFinite = state.ending { break }
            if state.steps % perEpoch == 0 {
                try recordEpoch()
                try setup.every.map { _ = try machine.call(.function($0), [.object(RunValue(setup, state))], names: nil, site) }
                if case .notFinite = state.ending { break }
                if state.stopping.isOver {
                    state.ending = .patience(state.stopping.waited)
                    break
                }
                if setup.data.isEmpty, state.ending == .converged { break }
            }
            report(last, perEpoch, isDone: false)
        }
        if state.ending == .none { state.ending = .finished }
        if setup.patience != nil, state.stopping.bestLoss.isFinite { state.parameters = state.best }
        report(last, perEpoch, isDone: true)
    }

    func report(_ last: Int, _ perEpoch: Int, isDone: Bool) {
        guard let progress = machine.environment.progress else { return }
        let epochs = state.history.epochs
        progress(
            Progress(
                step: state.steps, steps: last, stepsPerEpoch: perEpoch, loss: epochs.last("loss") ?? .nan,
                validation: setup.validation.isEmpty ? nil : epochs.last("validation"),
                metric: setup.metricName.map { ($0, epochs.last("metric") ?? .nan) }, isDone: isDone))
    }

    // MARK: One update

    mutating func update() throws {
        let perEpoch = setup.updatesPerEpoch
        let (epoch, position) = (state.steps / perEpoch, state.steps % perEpoch)
        // Randomness inside an update depends on seed and step alone, so that going on later is exact.
        let outside = machine.random
        machine.random = setup.stream.split("update").split(state.steps)
        defer { machine.random = outside }
        if try updateByPlan(epoch, position) { return }
        let rows = try batch(epoch, position)
        let evaluated = try evaluate(state.parameters, rows)
        let place = setup.data.isEmpty ? "step \(state.steps + 1)" : "step \(state.steps + 1) (minibatch \(position + 1) of epoch \(epoch + 1))"
        guard evaluated.loss.isFinite, evaluated.gradients.allSatisfy(\.isFinite) else {
            try stopNotFinite(evaluated.loss.isFinite ? "the gradient" : "the loss", place, rows)
            return
        }
        var (gradients, norm) = (evaluated.gradients, Measures.norm(evaluated.gradients))
        let isClipped = setup.clip.map { norm > $0 } ?? false
        if isClipped, let clip = setup.clip {
            let factor = clip / (norm + 1e-6)
            gradients = gradients.map { Elementwise.binary(GRAD_MUL, $0, Tensor(factor)) }
            norm = Measures.norm(gradients)
        }
        let old = state.parameters.leaves.filter(\.isNumeric)
        let new = try moved(old, gradients, loss: evaluated.loss, rows)
        guard new.allSatisfy({ $0.tensor?.isFinite ?? false }) else {
            try stopNotFinite("a parameter", place, rows)
            return
        }
        record(old, new, gradients, norm, evaluated.loss, isClipped: isClipped)
        let count = rows.first?.tensor.shape[0] ?? 1
        state.lossSum += evaluated.loss * Double(count)
        state.rowsSeen += count
        state.parameters = Trainer.refill(state.parameters, new)
        if state.history.tracksPath { state.history.track(new.flatMap { $0.tensor?.numbers ?? [] }) }
        state.lastGradient = gradients
        state.steps += 1
    }

    /// The rows of an update, after augmentation.
    private mutating func batch(_ epoch: Int, _ position: Int) throws -> [(name: String, tensor: Tensor)] {
        var rows = setup.data
        if let indices = try minibatches?.indices(epoch: epoch, update: position) {
            rows = try rows.map { ($0.name, try Primitive.take.evaluate([$0.tensor, indices], Attributes([.int(0)]))) }
        }
        guard let augment = setup.augment, !rows.isEmpty else { return rows }
        let count = augment.parameters.count == rows.count ? rows.count : 1
        let changed = try machine.call(.function(augment), rows.prefix(count).map { Value($0.tensor) }, names: nil, site).settled
        let parts: [Value]
        if case .list(let list) = changed { parts = list.elements } else { parts = [changed] }
        for (index, part) in parts.prefix(count).enumerated() {
            guard let tensor = part.settled.tensor, tensor.rank > 0, tensor.shape[0] == rows[index].tensor.shape[0] else {
                throw Diagnostic("`augment` must give as many rows as it got, but it gives \(part.typeDescription)", at: site.span)
            }
            rows[index].tensor = tensor.converted(to: rows[index].tensor.type)
        }
        return rows
    }

    /// The loss and its gradient by every leaf of the parameters.
    func evaluate(
        _ parameters: Value, _ rows: [(name: String, tensor: Tensor)]
    ) throws -> (loss: Double, gradients: [Tensor]) {
        let name = setup.loss.parameters.first?.name ?? "p"
        let function = GradientFunction(of: setup.loss, by: [name], result: .valueAndGradient)
        let result = try machine.invoke(function, setup.arguments(parameters, rows), site)
        guard case .record(let record) = result, let loss = record["value"]?.tensor, let gradient = record["grad"] else {
            throw Diagnostic("the loss gives no number", at: site.span)
        }
        return (loss.number, gradient.leaves.compactMap(\.tensor))
    }

    private mutating func moved(
        _ old: [Value], _ gradients: [Tensor], loss: Double, _ rows: [(name: String, tensor: Tensor)]
    ) throws -> [Value] {
        if let rule = setup.rule as? WrittenRule {
            try rule.set(step: state.steps, plateau: state.plateau, machine, site)
            return try old.indices.map { index in
                try rule.apply(
                    old[index], Value(gradients[index]), step: state.steps, memory: &state.memory[index], machine, site)
            }
        }
        guard var lbfgs = state.lbfgs else { return old }
        let tensors = old.compactMap(\.tensor)
        let point = tensors.flatMap(\.numbers)
        let next = try lbfgs.iterate(point, loss: loss, gradient: gradients.flatMap(\.numbers)) { x in
            let moved = Trainer.refill(state.parameters, Trainer.divide(x, like: tensors))
            let (loss, gradients) = try evaluate(moved, rows)
            return (loss, gradients.flatMap(\.numbers))
        }
        state.lbfgs = lbfgs
        if next == point { state.ending = .converged }
        return Trainer.divide(next, like: tensors)
    }

    private static func divide(_ numbers: [Double], like tensors: [Tensor]) -> [Value] {
        var position = 0
        return tensors.map { tensor in
            defer { position += tensor.count }
            return Value(Tensor(Array(numbers[position..<(position + tensor.count)]), shape: tensor.shape, type: tensor.type))
        }
    }

    /// The form with new numbers in its leaves.
    static func refill(_ form: Value, _ leaves: [Value]) -> Value {
        var next = 0
        return form.mapLeaves { leaf in
            guard leaf.isNumeric else { return leaf }
            defer { next += 1 }
            return leaves[next]
        }
    }

    // MARK: Records

    private mutating func record(
        _ old: [Value], _ new: [Value], _ gradients: [Tensor], _ norm: Double, _ loss: Double, isClipped: Bool
    ) {
        let (before, after) = (old.compactMap(\.tensor), new.compactMap(\.tensor))
        let moves = zip(after, before).map { Elementwise.binary(GRAD_SUB, $0, $1) }
        let rate = (setup.rule as? WrittenRule)?.rate ?? state.lbfgs?.length ?? .nan
        state.history.steps.append([
            Double(state.steps + 1), loss, rate, norm, Measures.norm(moves), Measures.norm(before),
            state.lastGradient.map { Measures.cosine($0, gradients) } ?? .nan, Measures.zeros(gradients),
            Measures.layers(gradients), isClipped ? 1 : 0,
        ])
    }

    /// At an epoch's end, and before the first: the loss over all rows, validation, the metric.
    mutating func recordEpoch() throws {
        let outside = machine.random
        machine.random = setup.stream.split("evaluation")
        defer { machine.random = outside }
        let loss = try lossByPlan() ?? value(setup.data)
        let validation = setup.validation.isEmpty ? Double.nan : try value(setup.validation)
        let metric = try setup.metric(
            state.parameters, on: setup.validation.isEmpty ? setup.data : setup.validation, machine, site)
        let parameters = state.parameters
        endEpoch(loss: loss, validation: validation, metric: metric) { parameters }
    }

    /// As `recordEpoch` where there are no data; says whether the run is over.
    mutating func endsEpoch(loss: Double, parameters: () -> Value) -> Bool {
        endEpoch(loss: loss, validation: .nan, metric: .nan, parameters: parameters)
        return state.stopping.isOver
    }

    private mutating func endEpoch(loss: Double, validation: Double, metric: Double, parameters: () -> Value) {
        let epoch = state.steps / setup.updatesPerEpoch
        let mean = state.rowsSeen > 0 ? state.lossSum / Double(state.rowsSeen) : Double.nan
        state.history.epochs.append([
            Double(epoch), Double(state.steps), loss, mean, validation, metric, state.history.steps.last("lr") ?? .nan,
        ])
        (state.lossSum, state.rowsSeen) = (0, 0)
        let watched = setup.validation.isEmpty ? loss : validation
        if state.stopping.observe(watched, epoch: epoch) { state.best = parameters() }
        if epoch > 0 { state.plateau?.observe(watched) }
    }

    private func value(_ rows: [(name: String, tensor: Tensor)]) throws -> Double {
        let result = try machine.invoke(setup.loss, setup.arguments(state.parameters, rows), site).settled
        guard let tensor = result.tensor, tensor.rank == 0 else {
            throw Diagnostic(
                "the loss must give one number, but it gives \(result.typeDescription)", at: site.span,
                hints: ["make it one number with `mean` or `sum`"])
        }
        return tensor.number
    }

    /// Finds the operation at fault by running the loss once more, watching every value.
    private mutating func stopNotFinite(
        _ what: String, _ place: String, _ rows: [(name: String, tensor: Tensor)]
    ) throws {
        var sentence = "\(what) became NaN or infinite at \(place)"
        let wasStopping = machine.stopsAtNaN
        machine.stopsAtNaN = true
        defer { machine.stopsAtNaN = wasStopping }
        do {
            _ = try machine.invoke(setup.loss, setup.arguments(state.parameters, rows), site)
        } catch let diagnostic as Diagnostic {
            let text = diagnostic.span.flatMap(machine.sourceText).map { ", in `\($0)`" } ?? ""
            sentence += ": \(diagnostic.message)\(text)"
        }
        state.ending = .notFinite(sentence)
    }
}
