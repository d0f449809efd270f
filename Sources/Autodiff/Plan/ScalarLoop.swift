import Kernels
import Tensors

/// A plan of numbers alone, run many times over: results become inputs of the next turn, a counter goes up by one, and some
/// results are put down at each turn. What depends on neither is computed once, before the first turn.
package final class ScalarLoop {
    private let before: [grad_instruction]
    private let code: [grad_instruction]
    private let guards: [Plan.Guard]
    private let recorded: [UInt16]
    private let moves: [grad_move]
    private let carried: [Int]
    private let counter: Int
    private let plan: Plan

    fileprivate init(_ plan: Plan, _ parts: Plan.LoopParts, recorded: [Int], moves: [(Int, Int)], carried: [Int], counter: Int) {
        (self.plan, before, code, guards) = (plan, parts.before, parts.code, parts.guards)
        self.recorded = recorded.map { UInt16($0) }
        self.moves = moves.map { grad_move(from: UInt16($0), to: UInt16($1)) }
        (self.carried, self.counter) = (carried, counter)
    }

    /// Before the first turn: the numbers of the plan's operands, read from their memory or taken over from another plan. `false` where it must not run.
    package func begin(as other: Plan? = nil) -> Bool {
        if let other { plan.setRegisters(as: other) } else { plan.fetch() }
        _ = grad_run_scalar(before, before.count, plan.registers)
        return guards.allSatisfy(plan.holds)
    }

    /// How many numbers a turn puts down.
    package var width: Int { recorded.count }
    /// How many numbers a turn hands to the next one.
    package var stateCount: Int { carried.count }

    /// The numbers that the next turn is handed, and how many turns there were.
    package func save(_ state: UnsafeMutablePointer<Double>) {
        for (index, register) in carried.enumerated() { state[index] = plan.registers[register] }
    }

    package func restore(_ state: UnsafePointer<Double>, counter count: Int) {
        for (index, register) in carried.enumerated() { plan.registers[register] = state[index] }
        plan.registers[counter] = Double(count)
    }

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
    /// `nil` when it has other steps than arithmetic on numbers, or guards that ask for one value of what changes. At each turn the numbers of the
    /// results `recording` and of the `inputs` as they were at its start are put down.
    package func loop(carrying pairs: [(result: Int, input: Int)], counter: Int, recording: [Int], inputs: [Int]) -> ScalarLoop? {
        guard let turn = registers(ofInput: counter)?.first else { return nil }
        let recorded = recording.map(registers(ofResult:)) + inputs.map(registers(ofInput:))
        let (from, to) = (pairs.map { registers(ofResult: $0.result) }, pairs.map { registers(ofInput: $0.input) })
        guard (recorded + from + to).allSatisfy({ $0 != nil }) else { return nil }
        let carried = to.flatMap { $0 ?? [] }
        let moves = zip(from.flatMap { $0 ?? [] }, carried).filter { $0 != $1 }
        // A move must not write what another still reads.
        let written = Set(moves.map(\.1))
        guard moves.allSatisfy({ !written.contains($0.0) }), let parts = loopParts(changing: written.union([turn])) else { return nil }
        return ScalarLoop(self, parts, recorded: recorded.flatMap { $0 ?? [] }, moves: moves, carried: carried, counter: turn)
    }

    /// What is computed once and what at each turn, and the guards that are looked at once; those of what changes are part of the code.
    struct LoopParts {
        var before: [grad_instruction] = []
        var code: [grad_instruction] = []
        var guards: [Guard] = []

        /// A power of a base that stays, by the base's logarithm: half of the work is then done before.
        mutating func withLogarithm(_ power: grad_instruction, _ changing: Set<Int>, spare: inout Range<Int>) -> grad_instruction {
            guard UInt32(power.op) == GRAD_POW.rawValue, !changing.contains(Int(power.a)), spare.count > 1 else { return power }
            let place = UInt16(spare.lowerBound)
            spare = spare.dropFirst(2)
            before.append(grad_instruction(op: UInt16(GRAD_LOG_OF_BASE), dst: place, a: power.a, b: 0, c: 0))
            return grad_instruction(op: UInt16(GRAD_POW_BY_LOG), dst: power.dst, a: power.a, b: power.b, c: place)
        }
    }

    private func loopParts(changing inputs: Set<Int>) -> LoopParts? {
        guard let all = scalarCode else { return nil }
        var (parts, changing, spare) = (LoopParts(), inputs, spareRegisters)
        for instruction in all {
            if instruction.sources.contains(where: changing.contains) {
                parts.code.append(parts.withLogarithm(instruction, changing, spare: &spare))
                changing.insert(Int(instruction.dst))
            } else {
                parts.before.append(instruction)
            }
        }
        for check in guards {
            guard case .register(let register) = check.place else { return nil }
            if !changing.contains(register) {
                parts.guards.append(check)
            } else if check.isCondition {
                let holds: UInt16 = check.expected.number != 0 ? 1 : 0
                parts.code.append(grad_instruction(op: UInt16(GRAD_GUARD), dst: 0, a: UInt16(register), b: holds, c: 0))
            } else {
                return nil
            }
        }
        return parts
    }
}
