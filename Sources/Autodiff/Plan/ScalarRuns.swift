import Kernels

// Arithmetic on more numbers than a register program can name, as a loop of a program leaves it when it was recorded: its turns one after another, each
// the same operations on other numbers. What repeats is written once.

/// One operation on numbers that lie at positions of a long row.
struct NumberOperation {
    let operation: UInt16
    let isSingle: Bool
    let operands: [Int]
}

/// A part of the row that is one program, run `repeats` times: from `start` on, `length` numbers each time.
struct ScalarRun: Equatable {
    let start: Int
    let length: Int
    let repeats: Int

    /// Divides operations, whose results lie from `first` on, into runs. Operands of a run go up by a fixed step from turn to turn, or stay.
    /// Takes time in proportion to their count.
    static func divide(_ operations: [NumberOperation], first: Int) -> [ScalarRun] {
        var finder = RunFinder(operations, first: first)
        return finder.runs()
    }
}

private struct RunFinder {
    private let operations: [NumberOperation]
    private let first: Int
    /// By position, the next one that begins with the same few operations.
    private let next: [Int]
    /// Comparisons that may still be made, so that a program in which nothing repeats takes no longer.
    private var budget: Int

    private static let window = 6
    private static let longest = 1 << 12
    private static let fewest = 4

    init(_ operations: [NumberOperation], first: Int) {
        (self.operations, self.first) = (operations, first)
        budget = 64 * operations.count
        var last: [Int: Int] = [:]
        var next = [Int](repeating: .max, count: operations.count)
        for position in stride(from: operations.count - RunFinder.window, through: 0, by: -1) {
            var hasher = Hasher()
            for operation in operations[position..<position + RunFinder.window] {
                hasher.combine(operation.operation)
                hasher.combine(operation.operands.count)
            }
            let key = hasher.finalize()
            next[position] = last[key] ?? .max
            last[key] = position
        }
        self.next = next
    }

    mutating func runs() -> [ScalarRun] {
        var runs: [ScalarRun] = []
        var (position, plain) = (0, 0)
        func addPlain(_ runs: inout [ScalarRun], to end: Int) {
            for start in stride(from: plain, to: end, by: RunFinder.longest) {
                runs.append(ScalarRun(start: start, length: min(RunFinder.longest, end - start), repeats: 1))
            }
        }
        while position < operations.count {
            if let run = run(at: position) {
                addPlain(&runs, to: position)
                runs.append(run)
                position += run.length * run.repeats
                plain = position
            } else {
                position += 1
            }
        }
        addPlain(&runs, to: position)
        return runs
    }

    /// The longest repetition that begins here, of those with one of the first few periods.
    private mutating func run(at start: Int) -> ScalarRun? {
        var candidate = next[start]
        for _ in 0..<8 {
            guard candidate != .max, candidate - start <= RunFinder.longest, budget > 0 else { return nil }
            let period = candidate - start
            let turns = turns(from: start, period)
            if turns >= RunFinder.fewest {
                // Short turns are taken several at a time.
                let joined = max(1, min(64 / period, turns))
                return ScalarRun(start: start, length: period * joined, repeats: turns / joined)
            }
            candidate = next[candidate]
        }
        return nil
    }

    private mutating func turns(from start: Int, _ period: Int) -> Int {
        var position = start + period
        while position < operations.count {
            budget -= 1
            let (now, before) = (operations[position], operations[position - period])
            guard now.operation == before.operation, now.isSingle == before.isSingle, now.operands.count == before.operands.count else { break }
            if position >= start + 2 * period {
                let earlier = operations[position - 2 * period]
                guard now.operands.indices.allSatisfy({
                    now.operands[$0] - before.operands[$0] == before.operands[$0] - earlier.operands[$0]
                }) else { break }
            }
            position += 1
        }
        return (position - start) / period
    }
}

/// A run: numbers from outside are fetched into registers of its own before each turn, its results put into the row after.
final class ScalarRunStep: PlanStep {
    private struct Fetch {
        let place: Int
        let step: Int
    }

    private let code: UnsafeMutableBufferPointer<grad_instruction>
    private let fetches: [Fetch]
    private let registers: UnsafeMutablePointer<Double>
    private let run: ScalarRun
    private let first: Int

    /// `operations` are all of the row, whose results lie from register `first` on.
    init(_ run: ScalarRun, _ operations: [NumberOperation], first: Int, label: String) {
        (self.run, self.first) = (run, first)
        let start = first + run.start
        var fetches: [Fetch] = []
        var known: [SIMD2<Int>: Int] = [:]
        var places: [[Int]] = []
        for offset in 0..<run.length {
            let now = operations[run.start + offset].operands
            let later = run.repeats > 1 ? operations[run.start + run.length + offset].operands : now
            places.append(now.indices.map { index in
                let step = later[index] - now[index]
                if now[index] >= start, now[index] < start + offset, step == run.length || run.repeats == 1 { return -1 - (now[index] - start) }
                let key = SIMD2(now[index], step)
                if let place = known[key] { return place }
                known[key] = fetches.count
                fetches.append(Fetch(place: now[index], step: step))
                return fetches.count - 1
            })
        }
        self.fetches = fetches
        var code: [grad_instruction] = []
        for offset in 0..<run.length {
            let operation = operations[run.start + offset]
            let sources = places[offset].map { UInt16($0 < 0 ? fetches.count - 1 - $0 : $0) }
            let target = UInt16(fetches.count + offset)
            code.append(grad_instruction(
                op: operation.operation, dst: target, a: sources.first ?? 0, b: sources.count > 1 ? sources[1] : 0,
                c: sources.count > 2 ? sources[2] : 0))
            if operation.isSingle { code.append(grad_instruction(op: UInt16(GRAD_SINGLE), dst: target, a: target, b: 0, c: 0)) }
        }
        self.code = .allocate(capacity: code.count)
        _ = self.code.initialize(from: code)
        registers = .allocate(capacity: fetches.count + run.length)
        registers.initialize(repeating: 0, count: fetches.count + run.length)
        super.init(reads: [], writes: [], label: label, flops: code.count * run.repeats)
    }

    deinit {
        code.deallocate()
        registers.deallocate()
    }

    override var isPass: Bool { false }

    override func run(_ memory: PlanMemory) {
        let results = registers + fetches.count
        for turn in 0..<run.repeats {
            for (index, fetch) in fetches.enumerated() { registers[index] = memory.registers[fetch.place + turn * fetch.step] }
            _ = grad_run_scalar(code.baseAddress, code.count, registers)
            (memory.registers + first + run.start + turn * run.length).update(from: results, count: run.length)
        }
    }
}
