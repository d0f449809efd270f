import Autodiff
import Syntax
import Tensors
import Training

// Updates of a few numbers as a register program that C repeats: some nanoseconds for each operation.

/// A loop over numbers: so many updates in one go, and then what history tells of those that it keeps.
final class ScalarTraining {
    /// It holds this one.
    private unowned let loop: TrainingLoop
    private let turns: ScalarLoop
    /// How many numbers the parameters are.
    private let parameterNumbers: Int
    /// For each measure its place in what is recorded, `nil` where it is fixed. The loss comes first, the new parameters and the old ones
    /// behind all measures.
    private let places: [Int?]
    private let measureCount: Int
    /// Numbers that updates hand on: parameters, memories, the last gradient.
    private let state: UnsafeMutablePointer<Double>
    /// Losses of updates, where they are no numbers of the loop.
    private let fixedLosses: UnsafeMutablePointer<Double>
    /// Numbers of the updates that are told of, and the losses that the next ones found.
    private let numbers: UnsafeMutablePointer<Double>
    private let found: UnsafeMutablePointer<Double>

    /// Updates between two looks at whether to stop, about.
    private static let updatesBetweenLooks = 512
    /// Numbers below it have squares that can be added up.
    private static let large = 1e150

    /// `nil` where an update is no arithmetic on numbers alone.
    init?(_ loop: TrainingLoop) {
        guard !loop.hasSchedule, !loop.ready.isRandom, case .result = loop.measures[0] else { return nil }
        let results = loop.measures.map { measure -> Int? in if case .result(let place) = measure { place } else { nil } }
        let recorded = results.compactMap { $0 }
        let parameters = loop.parts[..<loop.parameterCount]
        guard let turns = loop.ready.plan.loop(
            carrying: loop.parts.map { ($0.result, $0.input) }, counter: loop.counter, recording: recorded + parameters.map(\.result),
            inputs: parameters.map(\.input))
        else { return nil }
        (self.loop, self.turns, measureCount) = (loop, turns, recorded.count)
        parameterNumbers = parameters.reduce(0) { $0 + $1.shape.count }
        var next = 0
        places = results.map { result in
            guard result != nil else { return nil }
            defer { next += 1 }
            return next
        }
        state = .allocate(capacity: turns.stateCount)
        (fixedLosses, numbers, found) = (.allocate(capacity: ScalarLoop.most), .allocate(capacity: ScalarLoop.most), .allocate(capacity: ScalarLoop.most))
    }

    deinit { for memory in [state, fixedLosses, numbers, found] { memory.deallocate() } }

    // MARK: Running

    func run(_ trainer: inout Trainer, through last: Int, _ proceed: (inout Trainer) throws -> Bool) throws {
        guard turns.begin() else { return }
        trainer.state.history.reserve(last - trainer.state.steps)
        var isFirst = true
        defer { if !isFirst { store(&trainer) } }
        while trainer.state.steps < last, try proceed(&trainer) {
            var left = min(ScalarTraining.updatesBetweenLooks, last - trainer.state.steps)
            while left > 0 {
                let (steps, wanted) = (trainer.state.steps, min(left, ScalarLoop.most))
                turns.save(state)
                let made = turns.run(wanted, counter: steps + 1)
                let kept = record(&trainer, made, isFirst: isFirst)
                if kept < made {
                    // Once more, up to the one that is not finite.
                    turns.restore(state)
                    if kept > 0 { _ = turns.run(kept, counter: steps + 1) }
                }
                isFirst = false
                trainer.machine.planCounts.hits += kept
                trainer.machine.planCounts.repeated += kept
                if kept < wanted { return }
                left -= kept
            }
        }
    }

    /// Brings the trainer's state up to where the program stands.
    private func store(_ trainer: inout Trainer) {
        turns.save(state)
        LoopMemory(loop.parts, state).store(&trainer.state, loop.parts)
    }

    /// The parameters that an update found.
    private func parameters(before turn: Int, _ form: Value) -> Value {
        let parts = Array(loop.parts[..<loop.parameterCount])
        let numbers = (0..<parameterNumbers).map { turns.number(measureCount + parameterNumbers + $0, at: turn) }
        return LoopMemory(parts, numbers).parameters(parts, form, parts.count)
    }

    // MARK: Records

    /// Takes updates into the history up to the first that is not finite, or that is not waited for; how many.
    private func record(_ trainer: inout Trainer, _ made: Int, isFirst: Bool) -> Int {
        guard made > 0 else { return 0 }
        let losses = self.losses(made)
        // Whether all may be told of in one go: none of them is out of the ordinary, and nobody waits for a better one.
        let isPlain = trainer.state.stopping.patience == nil && turns.areBelow(ScalarTraining.large, made)
        let all = isPlain ? nil : turns.tell(made, at: nil)
        let kept = all.map(finite) ?? made
        guard kept > 0 else { return 0 }
        // Values are made of the best parameters alone, once.
        var best: Int?
        defer { if let best { trainer.state.best = parameters(before: best, trainer.state.parameters) } }
        if !isFirst {
            if trainer.endEpoch(loss: losses[0]) { best = 0 }
            if trainer.state.stopping.isOver { return 0 }
        }
        // The last epoch that ends here, whose loss the next update finds, is left to what comes then.
        var taken = kept
        let (steps, behind) = (trainer.state.steps, UnsafeBufferPointer(start: losses + 1, count: kept - 1))
        if trainer.state.stopping.patience == nil {
            if let place = trainer.state.stopping.observe(behind, from: steps + 1) { best = place + 1 }
        } else {
            for turn in 1..<max(1, kept) {
                if trainer.state.stopping.observe(losses[turn], epoch: steps + turn) { best = turn }
                guard trainer.state.stopping.isOver else { continue }
                taken = turn
                break
            }
        }
        tell(&trainer, taken, ended: min(taken, kept - 1), losses, all)
        return taken
    }

    private func losses(_ made: Int) -> UnsafePointer<Double> {
        if let numbers = turns.watchedNumbers { return numbers }
        fixedLosses.update(repeating: turns.watched(at: 0), count: made)
        return UnsafePointer(fixedLosses)
    }

    /// How many turns come before the first whose loss, gradient, update or parameters are not finite.
    private func finite(_ told: ScalarLoop.Told) -> Int {
        let judged = places.enumerated().compactMap { index, place in index != 1 && index < 5 ? place : nil }
        return (0..<told.count).first { turn in judged.contains { !told[$0, turn].isFinite } } ?? told.count
    }

    /// Rows of updates, and of the epochs between them, `ended` of which have their loss: each tells of the update before it and of the loss that the
    /// next one finds.
    private func tell(
        _ trainer: inout Trainer, _ count: Int, ended: Int, _ losses: UnsafePointer<Double>, _ all: ScalarLoop.Told?
    ) {
        let steps = trainer.state.steps
        let places = all == nil ? trainer.state.history.places(of: count) : nil
        let told = all ?? turns.tell(count, at: places)
        for index in 0..<(places?.count ?? count) {
            let place = places?[index] ?? index
            numbers[index] = Double(steps + place + 1)
            if place < ended { found[index] = losses[place + 1] }
        }
        let measures = zip(loop.measures, self.places).map { measure, place -> Log.Series in
            if let place { return told.numbers(place).map(Log.Series.numbers) ?? .same(told[place, 0]) }
            if case .fixed(let number) = measure { return .same(number) }
            return .same(.nan)
        }
        let number = Log.Series.numbers(numbers)
        trainer.state.history.steps.append(count, at: places?[...], [number] + measures)
        let ends = places.map { $0[..<($0.firstIndex { $0 >= ended } ?? $0.count)] }
        trainer.state.history.epochs.append(ended, at: ends, [
            number, number, .numbers(found), measures[0], .same(.nan), .same(.nan), measures[1],
            measures[2], measures[3],
        ])
        trainer.state.history.track(count, at: places?[...], (0..<parameterNumbers).map { index in
            told.numbers(measureCount + index).map(Log.Series.numbers) ?? .same(told[measureCount + index, 0])
        })
        let end = (places?.count ?? count) - 1
        trainer.state.sums = EpochSums()
        trainer.state.sums.add(loss: measures[0][end], rows: 1, gradient: measures[2][end], update: measures[3][end])
        trainer.machine.planCounts.unmeasured += count - (places?.count ?? count)
        trainer.state.steps += count
    }
}
