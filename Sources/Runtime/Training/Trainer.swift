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
    /// Updates that were counted among the steps that a session may make.
    private var counted: Int
    /// How much of the history was told.
    private var known: (steps: Int, epochs: Int)

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
        counted = state.steps
        known = (state.history.steps.given, state.history.epochs.given)
        minibatches = setup.minibatches()
    }

    // MARK: Running

    /// Runs until `goal` more updates or epochs are done, or something else ends it.
    mutating func run() throws {
        if let missing = setup.loss as? MissingFunction { throw missing.problem(site) }
        let perEpoch = setup.updatesPerEpoch
        let last = state.steps + goal.totalSteps(perEpoch)
        let before = machine.toleratedInterruptions
        let answersInterruption = before == 0
        machine.toleratedInterruptions = max(before, 1)
        // A request that was answered by ending the run is dealt with: what stands behind `train` runs on.
        defer { if state.ending != .interrupted { machine.toleratedInterruptions = before } }
        state.ending = .none
        if state.steps == 0 && state.history.epochs.count == 0 {
            // Where a run only goes on, the blocks that are free are those that it will take.
            MemoryPool.shared.settle()
            try recordEpoch()
            // Blocks for all rows, which updates do not take.
            if !setup.data.isEmpty { MemoryPool.shared.settle() }
        }
        while state.steps < last {
            if answersInterruption, machine.environment.interruptions() > 0 {
                state.ending = .interrupted
                machine.note(
                    "the training was interrupted: the run holds the \(state.steps) \(state.steps == 1 ? "step" : "steps") that were done",
                    at: site.span, hints: ["`train(run, steps: …)` goes on from there"])
                break
            }
            try countUpdates()
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
        report(last, perEpoch, isDone: true)
    }

    /// An update is a step, as the turn of a loop is.
    mutating func countUpdates() throws {
        defer { counted = state.steps }
        try machine.check(site, turns: state.steps - counted)
    }

    mutating func report(_ last: Int, _ perEpoch: Int, isDone: Bool) {
        if let tell = machine.environment.history {
            tell(HistoryRows(history: state.history, known: known))
            known = (state.history.steps.given, state.history.epochs.given)
        }
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
        let outside = machine.random
        machine.random = setup.randomness(ofStep: state.steps)
        defer { machine.random = outside }
        if try updateByPlan(epoch, position) { return }
        let mode = planFromFirst()
        defer { machine.environment.plans = mode }
        let rows = try batch(epoch, position)
        let evaluated = try evaluate(state.parameters, rows)
        let place = setup.data.isEmpty ? "step \(state.steps + 1)" : "step \(state.steps + 1) (minibatch \(position + 1) of epoch \(epoch + 1))"
        guard evaluated.loss.isFinite, evaluated.gradients.allSatisfy(\.isFinite) else {
            state.ending = .notFinite(try notFinite(evaluated.loss.isFinite ? .gradient : .loss, place, rows, evaluated.gradients))
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
            state.ending = .notFinite(try notFinite(.parameters(old), place, rows, gradients))
            return
        }
        let move = record(old, new, gradients, norm, evaluated.loss, isClipped: isClipped)
        let count = rows.first?.tensor.shape[0] ?? 1
        state.sums.add(loss: evaluated.loss, rows: count, gradient: norm, update: move)
        state.parameters = Trainer.refill(state.parameters, new)
        if state.history.tracksPath { state.history.track(new.flatMap { $0.tensor?.numbers ?? [] }) }
        if setup.measures { state.lastGradient = gradients }
        state.steps += 1
    }

    /// Has functions run by their plans from the first call on, so that what a run computes does not depend, not in its last bit, on what was
    /// called before it. Gives what was set.
    private func planFromFirst() -> PlanMode {
        let mode = machine.environment.plans
        if mode == .on { machine.environment.plans = .forced }
        return mode
    }

    /// The rows that the next update will take.
    mutating func nextRows() throws -> [(name: String, tensor: Tensor)] {
        let perEpoch = setup.updatesPerEpoch
        let outside = machine.random
        machine.random = setup.randomness(ofStep: state.steps)
        defer { machine.random = outside }
        return try batch(state.steps / perEpoch, state.steps % perEpoch)
    }

    /// The rows of an update, after augmentation.
    private mutating func batch(_ epoch: Int, _ position: Int) throws -> [(name: String, tensor: Tensor)] {
        var rows = setup.data
        if let indices = try minibatches?.indices(epoch: epoch, update: position) {
            rows = try rows.map { ($0.name, try Primitive.take.evaluate([$0.tensor, indices], Attributes([.int(0)]))) }
        }
        let given = rows.map { (name: $0.name, value: Value($0.tensor)) }
        return try setup.augmented(given, machine, site).compactMap { row in row.value.tensor.map { (row.name, $0) } }
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

    /// Gives the norm of the move.
    private mutating func record(
        _ old: [Value], _ new: [Value], _ gradients: [Tensor], _ norm: Double, _ loss: Double, isClipped: Bool
    ) -> Double {
        let (before, after) = (old.compactMap(\.tensor), new.compactMap(\.tensor))
        let moves = zip(after, before).map { Elementwise.binary(GRAD_SUB, $0, $1) }
        let move = Measures.norm(moves)
        let rate = (setup.rule as? WrittenRule)?.rate ?? state.lbfgs?.length ?? .nan
        state.history.steps.append([
            Double(state.steps + 1), loss, rate, norm, move, setup.measures ? Measures.norm(before) : .nan,
            state.lastGradient.map { Measures.cosine($0, gradients) } ?? .nan, setup.measures ? Measures.zeros(gradients) : .nan,
            setup.measures ? Measures.layers(gradients) : .nan, isClipped ? 1 : 0,
        ])
        return move
    }

    /// At an epoch's end, and before the first: the loss over all rows, validation, the metric.
    mutating func recordEpoch() throws {
        let outside = machine.random
        machine.random = setup.stream.split("evaluation")
        let mode = planFromFirst()
        defer { (machine.random, machine.environment.plans) = (outside, mode) }
        let loss = try meanOfEpoch ?? lossByPlan() ?? value(setup.data)
        let validation = setup.validation.isEmpty ? Double.nan : try value(setup.validation)
        let metric = try setup.metric(
            state.parameters, on: setup.validation.isEmpty ? setup.data : setup.validation, machine, site)
        if endEpoch(loss: loss, validation: validation, metric: metric) { state.best = state.parameters }
    }

    /// Without measures: the mean loss of the minibatches, as they ran, stands for that over all rows.
    private var meanOfEpoch: Double? {
        setup.measures || setup.data.isEmpty || state.sums.rows == 0 ? nil : state.sums.mean
    }

    /// Writes an epoch's row; says whether it is the best so far, whose parameters the caller then keeps.
    mutating func endEpoch(loss: Double, validation: Double = .nan, metric: Double = .nan) -> Bool {
        let epoch = state.steps / setup.updatesPerEpoch
        let sums = state.sums
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 9) { row in
            (row[0], row[1], row[2], row[3]) = (Double(epoch), Double(state.steps), loss, sums.mean)
            (row[4], row[5], row[6]) = (validation, metric, state.history.rate ?? .nan)
            (row[7], row[8]) = (sums.gradient / Double(sums.updates), sums.update / Double(sums.updates))
            state.history.epochs.append(UnsafeBufferPointer(row))
        }
        state.sums = EpochSums()
        let watched = setup.validation.isEmpty ? loss : validation
        if epoch > 0 { state.plateau?.observe(watched) }
        return state.stopping.observe(watched, epoch: epoch)
    }

    private func value(_ rows: [(name: String, tensor: Tensor)]) throws -> Double {
        let arguments = setup.arguments(state.parameters, rows)
        let result = try (machine.planned(setup.loss, arguments, site, fromFirst: true) ?? machine.invoke(setup.loss, arguments, site)).settled
        guard let tensor = result.tensor, tensor.rank == 0 else {
            throw Diagnostic(
                "the loss must give one number, but it gives \(result.typeDescription)", at: site.span,
                hints: ["make it one number with `mean` or `sum`"])
        }
        return tensor.number
    }
}
