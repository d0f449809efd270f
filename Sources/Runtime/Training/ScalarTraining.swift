import Autodiff
import Syntax
import Tensors
import Training

extension TrainingLoop {
    /// Updates of a few numbers as one register program that C repeats: some nanoseconds for each operation. `false` where there is no such.
    func runNumbers(_ trainer: inout Trainer, through last: Int, _ proceed: (inout Trainer) throws -> Bool) throws -> Bool {
        guard !hasSchedule, !ready.isRandom, trainer.setup.data.isEmpty, parts.allSatisfy(\.isNumber) else { return false }
        let places = measures.map { measure -> Int? in if case .result(let place) = measure { place } else { nil } }
        // The parameters that an update starts from, and those that it gives.
        let old = parts[..<parameterCount].map(\.input)
        let new = parts[..<parameterCount].map(\.result)
        guard let program = ready.plan.loop(
            carrying: parts.map { ($0.result, $0.input) }, counter: counter, recording: places.compactMap { $0 } + new, inputs: old)
        else { return false }
        guard matches(try trainer.stepArguments(step)) else { return false }
        let width = program.width
        let room = UnsafeMutablePointer<Double>.allocate(capacity: max(1, width) * ScalarChunk.turns)
        defer { room.deallocate() }
        var isFirst = true
        while trainer.state.steps < last, try proceed(&trainer) {
            ready.plan.setNumber(counter, Double(trainer.state.steps + 1))
            let before = parts.map { ready.plan.input($0.input) }
            let wanted = min(ScalarChunk.turns, last - trainer.state.steps)
            let turns = program.run(wanted, records: room)
            let kept = record(&trainer, room, turns, width, places, isFirst: isFirst)
            isFirst = false
            if kept < turns {
                // Once more, up to the one that is not finite.
                for (part, number) in zip(parts, before) { ready.plan.setNumber(part.input, number) }
                ready.plan.setNumber(counter, Double(trainer.state.steps - kept + 1))
                _ = program.run(kept, records: nil)
            }
            trainer.machine.planCounts.hits += kept
            if kept > 0 {
                var memory = LoopMemory(parts)
                for (index, part) in parts.enumerated() { memory.set(index, ready.plan.input(part.input)) }
                memory.store(&trainer.state, parts)
            }
            if kept < wanted { return true }
        }
        return true
    }

    private func parameters(_ numbers: UnsafeMutablePointer<Double>, _ form: Value) -> Value {
        Trainer.refill(form, (0..<parameterCount).map { Value(Tensor(numbers[$0], type: parts[$0].type)) })
    }

    /// Takes rows into the history up to the first that is not finite; how many.
    private func record(
        _ trainer: inout Trainer, _ room: UnsafeMutablePointer<Double>, _ turns: Int, _ width: Int, _ places: [Int?], isFirst: Bool
    ) -> Int {
        let form = trainer.state.parameters
        // Parameters of the best update passed over.
        var best: UnsafeMutablePointer<Double>?
        defer { if let best { trainer.state.best = parameters(best, form) } }
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 1 + places.count) { row in
            let kept = finite(room, turns, width, places)
            var turn = 0
            while turn < kept {
                // The last update of a chunk may be the newest for long, and where there is patience any may be the run's last.
                let passed = isFirst && turn == 0 || trainer.state.stopping.patience != nil || places[0] == nil
                    ? 0 : min(trainer.state.history.passedOver, kept - 1 - turn)
                if passed > 0 {
                    let first = room + turn * width
                    if let place = pass(&trainer, UnsafeBufferPointer(start: first, count: passed * width), width, places) {
                        best = first + place * width + width - parameterCount
                    }
                    turn += passed
                    continue
                }
                let recorded = room + turn * width
                row[0] = Double(trainer.state.steps + 1)
                var next = 0
                for index in places.indices {
                    if places[index] != nil {
                        row[index + 1] = recorded[next]
                        next += 1
                    } else if case .fixed(let number) = measures[index] {
                        row[index + 1] = number
                    }
                }
                if turn > 0 || !isFirst {
                    let isOver = trainer.endsEpoch(loss: row[1], parameters: {
                        best = nil
                        return parameters(recorded + next + parameterCount, form)
                    })
                    if isOver { return turn }
                }
                trainer.state.history.steps.append(UnsafeBufferPointer(row))
                if trainer.state.history.tracksPath { trainer.state.history.track((0..<parameterCount).map { recorded[next + $0] }) }
                trainer.state.sums.add(loss: row[1], rows: 1, gradient: row[3], update: row[4])
                trainer.state.steps += 1
                turn += 1
            }
            return kept
        }
    }

    /// Updates that the history passes over: only the best is looked for. Its place, if one is the best so far.
    private func pass(_ trainer: inout Trainer, _ recorded: UnsafeBufferPointer<Double>, _ width: Int, _ places: [Int?]) -> Int? {
        let updates = recorded.count / width
        let best = trainer.state.stopping.observe(recorded, stride: width, from: trainer.state.steps)
        trainer.state.history.pass(updates)
        trainer.state.steps += updates
        let last = (updates - 1) * width
        func number(_ measure: Int) -> Double {
            guard places[measure] != nil else { return if case .fixed(let number) = measures[measure] { number } else { .nan } }
            return recorded[last + places[..<measure].count { $0 != nil }]
        }
        trainer.state.sums = EpochSums()
        trainer.state.sums.add(loss: number(0), rows: 1, gradient: number(2), update: number(3))
        return best
    }

    /// How many turns come before the first whose loss, gradient, update or parameters are not finite.
    private func finite(_ room: UnsafeMutablePointer<Double>, _ turns: Int, _ width: Int, _ places: [Int?]) -> Int {
        var columns: [Int] = []
        var next = 0
        for (index, place) in places.enumerated() where place != nil {
            if index != 1 && index < 5 { columns.append(next) }
            next += 1
        }
        for turn in 0..<turns {
            for column in columns where !room[turn * width + column].isFinite { return turn }
        }
        return turns
    }
}

private enum ScalarChunk {
    /// Updates between two looks at whether to stop.
    static let turns = 4096
}
