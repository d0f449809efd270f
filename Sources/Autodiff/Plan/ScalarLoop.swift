import Kernels
import Tensors

/// A plan of numbers alone, run many times over: results become inputs of the next turn, a counter goes up by one, and some
/// results are put down at each turn. What depends on neither is computed once, before the first turn; what goes by the counter alone, for many
/// turns at once.
package final class ScalarLoop {
    private let plan: Plan
    private let parts: LoopParts
    private let recorded: [UInt16]
    private let moves: [grad_move]
    private let fed: [grad_move]
    private let inColumns: [grad_instruction]
    private let columns: UnsafeMutablePointer<Double>
    private let carried: [Int]
    private let counter: Int

    fileprivate init(_ plan: Plan, _ parts: LoopParts, recorded: [Int], moves: [(Int, Int)], carried: [Int], counter: Int) {
        (self.plan, self.parts, self.carried, self.counter) = (plan, parts, carried, counter)
        self.recorded = recorded.map { UInt16($0) }
        self.moves = moves.map { grad_move(from: UInt16($0), to: UInt16($1)) }
        (inColumns, fed) = parts.columns(counter: counter, read: recorded + moves.map(\.0))
        columns = .allocate(capacity: (1 + parts.counted.count) * Int(GRAD_COLUMN_TURNS))
        columns.initialize(repeating: 0, count: (1 + parts.counted.count) * Int(GRAD_COLUMN_TURNS))
    }

    deinit { columns.deallocate() }

    /// How many numbers a turn puts down.
    package var width: Int { recorded.count }
    /// How many numbers a turn hands to the next one.
    package var stateCount: Int { carried.count }
    /// Instructions of a turn: those that depend on what changes in another way than by one, and those that go by the counter alone.
    package var instructionCounts: (turn: Int, counted: Int) { (parts.code.count, parts.counted.count) }

    /// Before the first turn: the numbers of the plan's operands, read from their memory or taken over from another plan. `false` where it must not run.
    package func begin(as other: Plan? = nil) -> Bool {
        if let other { plan.setRegisters(as: other) } else { plan.fetch() }
        _ = grad_run_scalar(parts.before, parts.before.count, plan.registers)
        return parts.guards.allSatisfy(plan.holds)
    }

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
        parts.code.withUnsafeBufferPointer { code in parts.counted.withUnsafeBufferPointer { counted in
            inColumns.withUnsafeBufferPointer { inColumns in recorded.withUnsafeBufferPointer { recorded in
                moves.withUnsafeBufferPointer { moves in fed.withUnsafeBufferPointer { fed in
                    var loop = grad_scalar_loop(
                        code: code.baseAddress, counted: counted.baseAddress, in_columns: inColumns.baseAddress,
                        recorded: recorded.baseAddress, moves: moves.baseAddress, fed: fed.baseAddress, instructions: code.count,
                        counted_instructions: counted.count, width: recorded.count, move_count: moves.count, fed_count: fed.count,
                        counter: counter, columns: columns)
                    _ = grad_run_scalar_loop(&loop, plan.registers, count, nil, records, &turns)
                } }
            } }
        } }
        return turns
    }
}

extension Plan {
    /// `nil` when it has other steps than arithmetic on numbers, or guards that ask for one value of what changes. At each turn the numbers of the
    /// results `recording` and of the `inputs` as they were at its start are put down.
    package func loop(carrying pairs: [(result: Int, input: Int)], counter: Int, recording: [Int], inputs: [Int]) -> ScalarLoop? {
        guard let code = scalarCode, let turn = registers(ofInput: counter)?.first else { return nil }
        let recorded = recording.map(registers(ofResult:)) + inputs.map(registers(ofInput:))
        let (from, to) = (pairs.map { registers(ofResult: $0.result) }, pairs.map { registers(ofInput: $0.input) })
        guard (recorded + from + to).allSatisfy({ $0 != nil }) else { return nil }
        let carried = to.flatMap { $0 ?? [] }
        let moves = zip(from.flatMap { $0 ?? [] }, carried).filter { $0 != $1 }
        // A move must not write what another still reads.
        let written = Set(moves.map(\.1))
        guard moves.allSatisfy({ !written.contains($0.0) }), let parts = LoopParts(code, guards, changing: written, counter: turn) else { return nil }
        return ScalarLoop(self, parts, recorded: recorded.flatMap { $0 ?? [] }, moves: moves, carried: carried, counter: turn)
    }
}

/// A program by what its instructions depend on.
private struct LoopParts {
    /// On nothing that changes: computed once.
    var before: [grad_instruction] = []
    /// On the counter.
    var counted: [grad_instruction] = []
    /// On what a turn hands to the next.
    var code: [grad_instruction] = []
    /// Looked at once; those of what changes are part of the code.
    var guards: [Plan.Guard] = []

    init?(_ all: [grad_instruction], _ checks: [Plan.Guard], changing inputs: Set<Int>, counter: Int) {
        var (changing, counting) = (inputs, Set([counter]))
        for instruction in all {
            let (sources, target) = (instruction.sources, Int(instruction.dst))
            let isCounted = sources.contains(where: counting.contains)
            if sources.contains(where: changing.contains) || isCounted && !LoopParts.hasColumn(instruction) {
                code.append(instruction)
                changing.insert(target)
                counting.remove(target)
            } else if isCounted {
                counted.append(instruction)
                counting.insert(target)
            } else {
                before.append(instruction)
            }
        }
        for check in checks {
            guard case .register(let register) = check.place else { return nil }
            if !changing.contains(register), !counting.contains(register) {
                guards.append(check)
            } else if check.isCondition {
                let holds: UInt16 = check.expected.number != 0 ? 1 : 0
                code.append(grad_instruction(op: UInt16(GRAD_GUARD), dst: 0, a: UInt16(register), b: holds, c: 0))
            } else {
                return nil
            }
        }
    }

    /// Registers that columns can have besides.
    private static let mostNames = Int(GRAD_COLUMN) - 1

    private static func hasColumn(_ instruction: grad_instruction) -> Bool {
        instruction.op != UInt16(GRAD_SINGLE) && ([Int(instruction.dst)] + instruction.sources).allSatisfy { $0 < mostNames }
    }

    /// The counted instructions by columns, and the columns that are read by the code, or `read`.
    func columns(counter: Int, read: [Int]) -> (code: [grad_instruction], fed: [grad_move]) {
        var names = [counter: 0]
        for (index, instruction) in counted.enumerated() { names[Int(instruction.dst)] = 1 + index }
        func name(_ register: UInt16) -> UInt16 { names[Int(register)].map { UInt16(Int(GRAD_COLUMN) + $0) } ?? register }
        let inColumns = counted.enumerated().map { index, at in
            grad_instruction(op: at.op, dst: UInt16(1 + index), a: name(at.a), b: name(at.b), c: name(at.c))
        }
        var wanted = Set(read)
        for instruction in code { wanted.formUnion(instruction.op == UInt16(GRAD_GUARD) ? [Int(instruction.a)] : instruction.sources) }
        let fed = counted.filter { wanted.contains(Int($0.dst)) }
        return (inColumns, fed.map { grad_move(from: UInt16(names[Int($0.dst)] ?? 0), to: $0.dst) })
    }
}
