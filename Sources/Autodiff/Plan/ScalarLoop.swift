import Kernels

/// A plan of numbers alone, run many times over: results become inputs of the next turn, a counter goes up by one, and some
/// results are put down at each turn.
package final class ScalarLoop {
    private let code: [grad_instruction]
    private let recorded: [UInt16]
    private let moves: [grad_move]
    private let counter: Int
    private let plan: Plan

    fileprivate init(_ plan: Plan, _ code: [grad_instruction], recorded: [UInt16], moves: [grad_move], counter: Int) {
        (self.plan, self.code, self.recorded, self.moves, self.counter) = (plan, code, recorded, moves, counter)
    }

    /// How many numbers a turn puts down.
    package var width: Int { recorded.count }

    /// Runs up to `count` turns, fewer when a guard fails; how many. Of a turn that failed nothing is left.
    package func run(_ count: Int, records: UnsafeMutablePointer<Double>?) -> Int {
        var turns = 0
        code.withUnsafeBufferPointer { code in recorded.withUnsafeBufferPointer { recorded in moves.withUnsafeBufferPointer { moves in
            var loop = grad_scalar_loop(
                code: code.baseAddress, recorded: recorded.baseAddress, moves: moves.baseAddress, instructions: code.count,
                width: recorded.count, move_count: moves.count, counter: counter)
            _ = grad_run_scalar_loop(&loop, plan.registers, count, nil, records, &turns)
        } } }
        return turns
    }
}

extension Plan {
    /// `nil` when it has other steps than arithmetic on numbers, or guards that are no conditions. At each turn the results `recording` and the
    /// `inputs` as they were at its start are put down.
    package func loop(carrying pairs: [(result: Int, input: Int)], counter: Int, recording: [Int], inputs: [Int]) -> ScalarLoop? {
        guard var code = scalarCode, let conditions = conditions() else { return nil }
        for (register, holds) in conditions {
            code.append(grad_instruction(op: UInt16(GRAD_GUARD), dst: 0, a: UInt16(register), b: holds ? 1 : 0, c: 0))
        }
        let wanted = recording.map(register(ofResult:)) + inputs.map(register(ofInput:))
        let recorded = wanted.compactMap { $0.map { UInt16($0) } }
        guard recorded.count == wanted.count else { return nil }
        var moves: [grad_move] = []
        for (result, input) in pairs {
            guard let from = register(ofResult: result), let to = register(ofInput: input) else { return nil }
            if from != to { moves.append(grad_move(from: UInt16(from), to: UInt16(to))) }
        }
        // A move must not write what another still reads.
        guard !moves.contains(where: { move in moves.contains { $0.from == move.to } }), let turn = register(ofInput: counter) else { return nil }
        return ScalarLoop(self, code, recorded: recorded, moves: moves, counter: turn)
    }

    /// An input of rank 0, as it stands.
    package func input(_ input: Int) -> Double { register(ofInput: input).map { registers[$0] } ?? .nan }
}
