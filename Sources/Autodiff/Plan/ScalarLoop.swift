import Kernels

/// A plan of numbers alone, run many times over: results become inputs of the next turn, a counter goes up by one, and some
/// results are put down at each turn.
package final class ScalarLoop {
    private let code: [grad_instruction]
    private let registers: UnsafeMutablePointer<Double>
    private let plan: Plan
    /// How many numbers a turn puts down.
    package let width: Int

    fileprivate init(_ plan: Plan, _ code: [grad_instruction], _ registers: UnsafeMutablePointer<Double>, width: Int) {
        (self.plan, self.code, self.registers, self.width) = (plan, code, registers, width)
    }

    /// Runs up to `count` turns, fewer when a guard fails; how many. Of a turn that failed nothing is left.
    package func run(_ count: Int, records: UnsafeMutablePointer<Double>?) -> Int {
        var turns = 0
        _ = grad_run_scalar_loop(code, code.count, registers, count, nil, records, width, &turns)
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
        let recorded = recording.map(register(ofResult:)) + inputs.map(register(ofInput:))
        for (place, found) in recorded.enumerated() {
            guard let register = found else { return nil }
            code.append(grad_instruction(op: UInt16(GRAD_RECORD), dst: 0, a: UInt16(register), b: UInt16(place), c: 0))
        }
        var moves: [(from: Int, to: Int)] = []
        for (result, input) in pairs {
            guard let from = register(ofResult: result), let to = register(ofInput: input) else { return nil }
            if from != to { moves.append((from, to)) }
        }
        // A move must not write what another still reads.
        guard !moves.contains(where: { move in moves.contains { $0.from == move.to } }), let turn = register(ofInput: counter) else { return nil }
        for move in moves {
            code.append(grad_instruction(op: UInt16(GRAD_IDENTITY.rawValue), dst: UInt16(move.to), a: UInt16(move.from), b: 0, c: 0))
        }
        let one = spareRegister
        registers[one] = 1
        code.append(grad_instruction(op: UInt16(GRAD_ADD.rawValue), dst: UInt16(turn), a: UInt16(turn), b: UInt16(one), c: 0))
        return ScalarLoop(self, code, registers, width: recorded.count)
    }

    /// An input of rank 0, as it stands.
    package func input(_ input: Int) -> Double { register(ofInput: input).map { registers[$0] } ?? .nan }
}
