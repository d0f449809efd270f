import Kernels
import Tensors

/// A plan of numbers alone, run many times over: results become inputs of the next turn, and a counter goes up by one.
///
/// What depends on neither is computed once, before the first turn; what goes by the counter alone, for many turns before them; and what no later
/// turn reads, for many turns after them. Such numbers lie in columns, of one for each turn.
package final class ScalarLoop {
    private let plan: Plan
    private let parts: LoopParts
    private let carried: [Int]
    private let counter: Int
    private let code: UnsafeMutableBufferPointer<grad_instruction>
    /// The turns as machine code, once there were enough of them to be worth it.
    private var machine: OpaquePointer?
    private var blocks = 0
    private let columns: Columns
    /// Columns of some of the turns.
    private let chosen: Columns

    /// Numbers of a result or an input, one for each turn.
    package enum Series {
        case column(Int)
        case register(Int)
    }

    /// Turns at most at once.
    package static let most = Int(GRAD_COLUMN_TURNS)

    fileprivate init(_ plan: Plan, _ parts: LoopParts, carried: [Int], counter: Int) {
        (self.plan, self.parts, self.carried, self.counter) = (plan, parts, carried, counter)
        code = .allocate(capacity: parts.code.count)
        _ = code.initialize(from: parts.code)
        grad_hand_over(code.baseAddress, code.count)
        (columns, chosen) = (Columns(parts.columnsBehind), Columns(parts.columnsBehind.map { _ in nil }))
    }

    deinit {
        code.deallocate()
        grad_free_machine_code(machine)
    }

    /// How many numbers a turn hands to the next one.
    package var stateCount: Int { carried.count }
    /// Instructions of a turn; those that go by the counter alone; and what no other turn reads: the first of what is recorded, and the rest.
    package var instructionCounts: (turn: Int, counted: Int, watched: Int, told: Int) {
        (parts.code.count, parts.counted.count, parts.watched.count, parts.told.count)
    }

    /// Before the first turn: the numbers of the plan's operands, read from their memory. `false` where it must not run.
    package func begin() -> Bool {
        plan.fetch()
        _ = grad_run_scalar(parts.before, parts.before.count, plan.registers)
        return parts.guards.allSatisfy(plan.holds)
    }

    /// The numbers that the next turn is handed.
    package func save(_ state: UnsafeMutablePointer<Double>) {
        for (index, register) in carried.enumerated() { state[index] = plan.registers[register] }
    }

    package func restore(_ state: UnsafePointer<Double>) {
        for (index, register) in carried.enumerated() { plan.registers[register] = state[index] }
    }

    /// Runs up to `count` turns, fewer when a guard fails; how many. Of a turn that failed nothing is left. The first of what is recorded is then known.
    package func run(_ count: Int, counter first: Int) -> Int {
        plan.registers[counter] = Double(first)
        var turns = 0
        parts.counted.withUnsafeBufferPointer { counted in parts.moves.withUnsafeBufferPointer { moves in parts.fed.withUnsafeBufferPointer { fed in
            parts.kept.withUnsafeBufferPointer { kept in parts.starts.withUnsafeBufferPointer { starts in
                var loop = grad_scalar_loop(
                    code: code.baseAddress, counted: counted.baseAddress, moves: moves.baseAddress, fed: fed.baseAddress, kept: kept.baseAddress,
                    starts: starts.baseAddress, instructions: code.count, counted_instructions: counted.count, move_count: moves.count,
                    fed_count: fed.count, kept_count: kept.count, start_count: starts.count, counter: counter, columns: columns.places, machine: machine)
                if blocks == 1 {
                    machine = grad_translate(&loop)
                    loop.machine = machine
                }
                blocks += 1
                _ = grad_run_scalar_loop(&loop, plan.registers, min(count, ScalarLoop.most), &turns)
            } }
        } } }
        grad_run_columns(parts.watched, parts.watched.count, plan.registers, columns.places, turns)
        return turns
    }

    /// Whether all that the turns put down, and the first that is recorded, is smaller than a limit.
    package func areBelow(_ limit: Double, _ turns: Int) -> Bool {
        (watchedNumbers.map { grad_are_below(turns, $0, limit) != 0 } ?? (abs(watched(at: 0)) < limit)) && parts.kept.allSatisfy { grad_are_below(turns, columns[Int($0.to)], limit) != 0 }
    }

    /// Computes all that is recorded: of `turns` turns, or of those at some places.
    package func tell(_ turns: Int, at places: [Int]?) -> Told {
        guard let places else {
            grad_run_columns(parts.told, parts.told.count, plan.registers, columns.places, turns)
            return Told(loop: self, columns: columns, count: turns)
        }
        for column in parts.sources {
            let (from, to) = (columns[column], chosen[column])
            for (index, place) in places.enumerated() { to[index] = from[place] }
        }
        grad_run_columns(parts.told, parts.told.count, plan.registers, chosen.places, places.count)
        return Told(loop: self, columns: chosen, count: places.count)
    }

    /// The numbers of the first that is recorded, by turn.
    package func watched(at turn: Int) -> Double { number(0, turn, columns) }
    /// All of them, where they are not the same at each turn.
    package var watchedNumbers: UnsafePointer<Double>? { numbers(0, columns) }
    /// What a turn has of what is recorded, which must be one of the inputs or of the results that were put down.
    package func number(_ index: Int, at turn: Int) -> Double { number(index, turn, columns) }

    private func number(_ index: Int, _ turn: Int, _ columns: Columns) -> Double {
        switch parts.series[index] {
        case .column(let column): columns[column][turn]
        case .register(let register): plan.registers[register]
        }
    }

    private func numbers(_ index: Int, _ columns: Columns) -> UnsafePointer<Double>? {
        if case .column(let column) = parts.series[index] { UnsafePointer(columns[column]) } else { nil }
    }

    /// What is recorded, of turns one after another; until the next run.
    package struct Told {
        fileprivate let loop: ScalarLoop
        fileprivate let columns: Columns
        package let count: Int

        package subscript(index: Int, turn: Int) -> Double { loop.number(index, turn, columns) }
        /// `nil` where it is the same at each turn.
        package func numbers(_ index: Int) -> UnsafePointer<Double>? { loop.numbers(index, columns) }
    }
}

/// Memory for columns. A column behind another's is the same numbers and, before them, one from before the first turn.
private final class Columns {
    let places: UnsafeMutablePointer<UnsafeMutablePointer<Double>?>
    private let memory: UnsafeMutablePointer<Double>

    /// Between two columns, the one place included.
    private static let spacing = Int(GRAD_COLUMN_TURNS) + 8

    init(_ behind: [Int?]) {
        let count = Columns.spacing * behind.count
        memory = .allocate(capacity: count)
        memory.initialize(repeating: 0, count: count)
        places = .allocate(capacity: behind.count)
        for (index, column) in behind.enumerated() { (places + index).initialize(to: memory + Columns.spacing * (column ?? index) + (column == nil ? 8 : 7)) }
    }

    deinit {
        memory.deallocate()
        places.deallocate()
    }

    subscript(column: Int) -> UnsafeMutablePointer<Double> { places[column] ?? memory }
}

extension Plan {
    /// `nil` when it has other steps than arithmetic on numbers, or guards that ask for one value of what changes. Recorded are the results
    /// `recording`, of which the first is known before the others, and `inputs` as a turn found them.
    package func loop(carrying pairs: [(result: Int, input: Int)], counter: Int, recording: [Int], inputs: [Int]) -> ScalarLoop? {
        guard let code = scalarCode, let turn = registers(ofInput: counter)?.first else { return nil }
        let recorded = recording.map(registers(ofResult:)) + inputs.map(registers(ofInput:))
        let (from, to) = (pairs.map { registers(ofResult: $0.result) }, pairs.map { registers(ofInput: $0.input) })
        guard (recorded + from + to).allSatisfy({ $0 != nil }) else { return nil }
        let carried = to.flatMap { $0 ?? [] }
        let moves = zip(from.flatMap { $0 ?? [] }, carried).filter { $0 != $1 }
        // A move must not write what another still reads.
        let written = Set(moves.map(\.1))
        guard moves.allSatisfy({ !written.contains($0.0) }),
            let parts = LoopParts(code, guards, moves: moves, counter: turn, recorded: recorded.flatMap { $0 ?? [] })
        else { return nil }
        return ScalarLoop(self, parts, carried: carried, counter: turn)
    }
}
