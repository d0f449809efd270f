import Autodiff
import Syntax
import Tensors
import Training

// Updates of a few numbers as register programs that C repeats: some nanoseconds for each operation.

/// The two programs of a loop over numbers: one that makes an update and all that history tells of it, and one for the updates that history
/// passes over, which measures nothing.
final class ScalarTraining {
    /// It holds this one.
    private unowned let loop: TrainingLoop
    private let whole: ScalarLoop
    private let bare: ScalarLoop?
    /// How many numbers the parameters are.
    private let parameterNumbers: Int
    /// For each measure its place in a row, `nil` where it is fixed.
    private let places: [Int?]
    /// How many of the measures are in a row; the new parameters and the old ones stand behind them.
    private let measureCount: Int
    private let room: UnsafeMutablePointer<Double>
    /// Rows of the history.
    private let told: UnsafeMutablePointer<Double>
    private let toldEpochs: UnsafeMutablePointer<Double>
    /// Numbers that updates hand on: parameters, memories, the last gradient.
    private let state: UnsafeMutablePointer<Double>

    /// Updates between two looks at whether to stop, and numbers that are put down of them, about.
    private static let (mostTurns, mostRecorded) = (512, 1 << 14)
    private let turns: Int
    /// Numbers of a row.
    private static let (stepWidth, epochWidth) = (1 + TrainingLoop.recorded.count, 9)
    /// Numbers below it have squares that can be added up.
    private static let large = 1e150

    /// `nil` where an update is no arithmetic on numbers alone.
    init?(_ loop: TrainingLoop) {
        guard !loop.hasSchedule, !loop.ready.isRandom else { return nil }
        let results = loop.measures.map { measure -> Int? in if case .result(let place) = measure { place } else { nil } }
        let recorded = results.compactMap { $0 }
        let parameters = loop.parts[..<loop.parameterCount]
        let plan = loop.ready.plan
        guard let whole = plan.loop(
            carrying: loop.parts.map { ($0.result, $0.input) }, counter: loop.counter, recording: recorded + parameters.map(\.result),
            inputs: parameters.map(\.input))
        else { return nil }
        (self.loop, self.whole, measureCount) = (loop, whole, recorded.count)
        parameterNumbers = parameters.reduce(0) { $0 + $1.shape.count }
        var next = 0
        places = results.map { result in
            guard result != nil else { return nil }
            defer { next += 1 }
            return next
        }
        bare = ScalarTraining.bare(loop)
        let width = max(1, whole.width, bare?.width ?? 0)
        let most = max(16, min(ScalarTraining.mostTurns, ScalarTraining.mostRecorded / width))
        turns = most
        room = .allocate(capacity: width * most)
        told = .allocate(capacity: ScalarTraining.stepWidth * most)
        toldEpochs = .allocate(capacity: ScalarTraining.epochWidth * most)
        state = .allocate(capacity: whole.stateCount)
    }

    deinit {
        room.deallocate()
        told.deallocate()
        toldEpochs.deallocate()
        state.deallocate()
    }

    /// Puts down the loss, the gradient or its norm, and the parameters from before.
    private static func bare(_ loop: TrainingLoop) -> ScalarLoop? {
        guard case .result(let loss) = loop.measures[0] else { return nil }
        let parts = loop.parts
        // The gradients are handed on, or else there is their norm.
        let gradients = loop.step.setup.measures ? Array(parts.indices.suffix(loop.parameterCount)) : []
        guard case .result(let norm) = loop.measures[2], let plan = loop.ready.plan.keeping(results: parts.map(\.result) + (gradients.isEmpty ? [loss, norm] : [loss]))
        else { return nil }
        return plan.loop(
            carrying: parts.indices.map { ($0, parts[$0].input) }, counter: loop.counter,
            recording: [parts.count] + (gradients.isEmpty ? [parts.count + 1] : gradients),
            inputs: parts[..<loop.parameterCount].map(\.input))
    }

    // MARK: Running

    func run(_ trainer: inout Trainer, through last: Int, _ proceed: (inout Trainer) throws -> Bool) throws {
        guard whole.begin() else { return }
        let bare = bare.flatMap { $0.begin(as: loop.ready.plan) ? $0 : nil }
        trainer.state.history.reserve(last - trainer.state.steps)
        var isFirst = true
        while trainer.state.steps < last, try proceed(&trainer) {
            var left = min(turns, last - trainer.state.steps)
            while left > 0 {
                // The first update has no epoch of the loop behind it, and the last is always told of.
                let together = trainer.state.history.toldTogether
                let tellsAll = isFirst || trainer.state.stopping.patience != nil || together == .max
                let passes = tellsAll ? 0 : min(trainer.state.history.passedOver, left - 1)
                let wanted: Int
                let made: Int
                if passes > 0, let bare, runBare(bare, &trainer, passes) {
                    (wanted, made) = (passes, passes)
                } else {
                    wanted = bare == nil ? left : min(left, max(passes, together))
                    made = runWhole(&trainer, wanted, isFirst: isFirst)
                }
                isFirst = false
                trainer.machine.planCounts.hits += made
                trainer.machine.planCounts.repeated += made
                if made < wanted {
                    store(&trainer)
                    return
                }
                left -= made
            }
            store(&trainer)
        }
    }

    /// Brings the trainer's state up to where the program stands.
    private func store(_ trainer: inout Trainer) {
        whole.save(state)
        LoopMemory(loop.parts, state).store(&trainer.state, loop.parts)
    }

    private func parameters(_ numbers: UnsafePointer<Double>, _ form: Value) -> Value {
        let parts = Array(loop.parts[..<loop.parameterCount])
        return LoopMemory(parts, numbers).parameters(parts, form, parts.count)
    }

    // MARK: Updates that history passes over

    /// `false`, and nothing is changed, where one of them may not be finite.
    private func runBare(_ program: ScalarLoop, _ trainer: inout Trainer, _ count: Int) -> Bool {
        whole.save(state)
        program.restore(state, counter: trainer.state.steps + 1)
        guard program.run(count, records: room) == count else { return false }
        let width = program.width
        for place in 0..<(width * count) where !(abs(room[place]) < ScalarTraining.large) { return false }
        program.save(state)
        for place in 0..<parameterNumbers where !(abs(state[place]) < ScalarTraining.large) { return false }
        whole.restore(state, counter: trainer.state.steps + count + 1)
        if let best = trainer.state.stopping.observe(
            UnsafeBufferPointer(start: room, count: count * width), stride: width, from: trainer.state.steps) {
            trainer.state.best = parameters(room + (best + 1) * width - parameterNumbers, trainer.state.parameters)
        }
        trainer.state.history.pass(count)
        trainer.machine.planCounts.unmeasured += count
        trainer.state.steps += count
        return true
    }

    // MARK: Updates with all that is told of them

    /// How many were made; fewer where one is not finite.
    private func runWhole(_ trainer: inout Trainer, _ wanted: Int, isFirst: Bool) -> Int {
        whole.save(state)
        whole.restore(state, counter: trainer.state.steps + 1)
        let turns = whole.run(wanted, records: room)
        let kept = record(&trainer, turns, isFirst: isFirst)
        if kept < turns {
            // Once more, up to the one that is not finite.
            whole.restore(state, counter: trainer.state.steps - kept + 1)
            _ = whole.run(kept, records: nil)
        }
        return kept
    }

    /// Takes rows into the history up to the first that is not finite, or that is not waited for; how many.
    private func record(_ trainer: inout Trainer, _ turns: Int, isFirst: Bool) -> Int {
        let (steps, stepWidth, epochWidth) = (trainer.state.steps, ScalarTraining.stepWidth, ScalarTraining.epochWidth)
        var kept = finite(turns)
        guard kept > 0 else { return 0 }
        tell(kept, after: steps)
        // Values are made of the best parameters alone, once.
        var best: Int?
        defer {
            if let best { trainer.state.best = parameters(room + best * whole.width + measureCount + parameterNumbers, trainer.state.parameters) }
        }
        if !isFirst {
            if trainer.endEpoch(loss: told[1]) { best = 0 }
            if trainer.state.stopping.isOver { return 0 }
        }
        var ended = kept - 1
        for turn in 1..<max(1, kept) {
            if trainer.state.stopping.observe(told[turn * stepWidth + 1], epoch: steps + turn) { best = turn }
            guard trainer.state.stopping.isOver else { continue }
            (kept, ended) = (turn, turn)
            break
        }
        trainer.state.history.steps.append(rows: told, count: kept, spacing: stepWidth)
        trainer.state.history.epochs.append(rows: toldEpochs + epochWidth, count: ended, spacing: epochWidth)
        trainer.state.history.track(rows: room + measureCount, count: kept, spacing: whole.width)
        let last = told + (kept - 1) * stepWidth
        trainer.state.sums = EpochSums()
        trainer.state.sums.add(loss: last[1], rows: 1, gradient: last[3], update: last[4])
        trainer.state.steps += kept
        return kept
    }

    /// Writes the rows of updates, and of the epochs between them: each tells of the update before it and of the loss that the next one finds.
    private func tell(_ count: Int, after steps: Int) {
        let (stepWidth, epochWidth) = (ScalarTraining.stepWidth, ScalarTraining.epochWidth)
        for turn in 0..<count { told[turn * stepWidth] = Double(steps + turn + 1) }
        for (index, place) in places.enumerated() {
            if let place {
                for turn in 0..<count { told[turn * stepWidth + index + 1] = room[turn * whole.width + place] }
            } else if case .fixed(let number) = loop.measures[index] {
                for turn in 0..<count { told[turn * stepWidth + index + 1] = number }
            }
        }
        for turn in 1..<max(1, count) {
            let (row, now) = (toldEpochs + turn * epochWidth, told + turn * stepWidth)
            let before = now - stepWidth
            (row[0], row[1], row[2], row[3]) = (Double(steps + turn), Double(steps + turn), now[1], before[1])
            (row[4], row[5], row[6], row[7], row[8]) = (.nan, .nan, before[2], before[3], before[4])
        }
    }

    /// How many turns come before the first whose loss, gradient, update or parameters are not finite.
    private func finite(_ turns: Int) -> Int {
        let columns = places.enumerated().compactMap { index, place in index != 1 && index < 5 ? place : nil }
        for turn in 0..<turns {
            for column in columns where !room[turn * whole.width + column].isFinite { return turn }
        }
        return turns
    }
}
