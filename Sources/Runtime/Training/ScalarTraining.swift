import Autodiff
import Syntax
import Tensors
import Training

extension TrainingLoop {
    /// Updates of a few numbers as one register program that C repeats: some nanoseconds for each operation. `false` where there is no such.
    func runNumbers(_ trainer: inout Trainer, through last: Int, _ proceed: (inout Trainer) throws -> Bool) throws -> Bool {
        guard !hasSchedule, trainer.setup.data.isEmpty, parts.allSatisfy(\.isNumber) else { return false }
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
            if kept > 0 {
                var memory = LoopMemory(parts)
                for (index, part) in parts.enumerated() { memory.set(index, ready.plan.input(part.input)) }
                memory.store(&trainer.state, parts)
            }
            if kept < wanted { return true }
        }
        return true
    }

    /// Takes rows into the history up to the first that is not finite; how many.
    private func record(
        _ trainer: inout Trainer, _ room: UnsafeMutablePointer<Double>, _ turns: Int, _ width: Int, _ places: [Int?], isFirst: Bool
    ) -> Int {
        let tracksPath = trainer.state.history.tracksPath
        let form = trainer.state.parameters
        let types = parts.map(\.type)
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 1 + places.count) { row in
            for turn in 0..<turns {
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
                guard row[1].isFinite, row[3].isFinite, row[4].isFinite, row[5].isFinite else { return turn }
                if turn > 0 || !isFirst {
                    let old = recorded + next + parameterCount
                    let isOver = trainer.endsEpoch(loss: row[1], parameters: {
                        Trainer.refill(form, (0..<parameterCount).map { Value(Tensor(old[$0], type: types[$0])) })
                    })
                    if isOver { return turn }
                }
                trainer.state.history.steps.append(UnsafeBufferPointer(row))
                if tracksPath { trainer.state.history.track((0..<parameterCount).map { recorded[next + $0] }) }
                trainer.state.lossSum += row[1]
                trainer.state.rowsSeen += 1
                trainer.state.steps += 1
            }
            return turns
        }
    }
}

private enum ScalarChunk {
    /// Updates between two looks at whether to stop.
    static let turns = 4096
}
