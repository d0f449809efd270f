import Kernels
import Testing

@Suite struct KernelsScalarPrograms {
    @Test func everyOperationIsTheScalarOne() {
        let numbers = [0.7, -1.3, 0.0, 3.5]
        for op in 0...GRAD_WHERE.rawValue {
            for a in 0..<4 {
                for b in 0..<4 {
                    var registers = numbers + [99]
                    let code = [instruction(Int(op), 4, a, b, (a + b) % 4)]
                    #expect(grad_run_scalar(code, 1, &registers) == GRAD_RAN_TO_THE_END)
                    let expected = grad_scalar(grad_operation(rawValue: op), numbers[a], numbers[b], numbers[(a + b) % 4])
                    #expect(sameBits(registers[4], expected), "\(op)")
                    #expect(registers[0..<4] == numbers[...])
                }
            }
        }
    }

    @Test func joinedOperationsRoundTwice() {
        let a = 1.1, b = 1.3, c = -1.43
        var registers = [a, b, c, 0, 0, 0]
        let code = [instruction(GRAD_MUL_ADD, 3, 0, 1, 2), instruction(GRAD_MUL_SUB, 4, 0, 1, 2), instruction(GRAD_SUB_MUL, 5, 0, 1, 2)]
        #expect(grad_run_scalar(code, 3, &registers) == GRAD_RAN_TO_THE_END)
        let product = a * b
        #expect(registers[3...] == [product + c, product - c, c - product])
    }

    @Test func aGuardThatFailsTellsItsPlace() {
        let code = [
            instruction(GRAD_LT, 2, 0, 1), instruction(GRAD_GUARD, 0, 2, 1), instruction(GRAD_NEG, 0, 0),
            instruction(GRAD_GUARD, 0, 2, 0), instruction(GRAD_NEG, 1, 1),
        ]
        var less = [1.0, 2, 0], more = [2.0, 1, 0], unordered = [Double.nan, 1, 0]
        #expect(grad_run_scalar(code, 5, &less) == 3)
        #expect(less == [-1, 2, 1])
        #expect(grad_run_scalar(code, 5, &more) == 1)
        #expect(more == [2, 1, 0])
        #expect(grad_run_scalar(code, 5, &unordered) == 1)
        // NaN is not 0, so it counts as true.
        var truth = [Double.nan]
        #expect(grad_run_scalar([instruction(GRAD_GUARD, 0, 0, 1)], 1, &truth) == GRAD_RAN_TO_THE_END)
        #expect(grad_run_scalar([], 0, &truth) == GRAD_RAN_TO_THE_END)
    }

    /// An operand that was the result of the instruction before comes by another way, with the same bits: each operation, by each operand.
    @Test func whatIsHandedOverHasTheSameBits() {
        let operations = Array(0...Int(GRAD_WHERE.rawValue)) + [GRAD_MUL_ADD, GRAD_MUL_SUB, GRAD_SUB_MUL, GRAD_SINGLE].map { Int($0) }
        for op in operations {
            for place in 0..<3 {
                var operands = [0, 1, 2]
                operands[place] = 4
                let code = [instruction(GRAD_SUB, 4, 0, 1), instruction(op, 5, operands[0], operands[1], operands[2]), instruction(GRAD_NEG, 6, 5)]
                var handed = code, plain = [0.7, -1.3, 3.5, 0, 0, 0, 0], registers = [0.7, -1.3, 3.5, 0, 0, 0, 0]
                for index in code.indices { #expect(grad_run_scalar([code[index]], 1, &plain) == GRAD_RAN_TO_THE_END) }
                grad_hand_over(&handed, 3)
                #expect(handed[2].op != code[2].op)
                #expect(grad_run_scalar(handed, 3, &registers) == GRAD_RAN_TO_THE_END)
                #expect(zip(registers, plain).allSatisfy(sameBits), "\(op) \(place)")
            }
        }
        // What a guard looks at is handed to nobody.
        var code = [instruction(GRAD_NEG, 1, 0), instruction(GRAD_GUARD, 0, 1, 1), instruction(GRAD_ADD, 2, 0, 1)], registers = [2.0, 0, 0]
        grad_hand_over(&code, 3)
        #expect(grad_run_scalar(code, 3, &registers) == GRAD_RAN_TO_THE_END && registers == [2, -2, 0])
    }

    /// The classic example: w <- w - 0.1 * 2 (w - 3), what it keeps, and the number that each turn found.
    @Test(arguments: [false, true]) func descentInALoop(_ translated: Bool) {
        let code = [instruction(GRAD_SUB, 3, 0, 1), instruction(GRAD_SUB_MUL, 5, 2, 3, 0)]
        var repeated = Repeated(code: code, columns: 4, moves: [grad_move(from: 5, to: 0)], counter: 6, isTranslated: translated)
        repeated.kept = [grad_move(from: 5, to: 1), grad_move(from: 3, to: 2)]
        repeated.starts = [grad_move(from: 0, to: 3)]
        repeated.behind = [3: 1]
        var registers = [0.0, 3, 0.2, 0, 0, 0, 1]
        let run = repeated.run(&registers, 3)
        #expect(run.end == GRAD_RAN_TO_THE_END && run.turns == 3)
        var w = 0.0
        for turn in 0..<3 {
            #expect(run.columns[0][turn] == Double(turn + 1) && run.columns[2][turn] == w - 3 && run.columns[3][turn] == w)
            w -= 0.2 * (w - 3)
            #expect(run.columns[1][turn] == w)
        }
        #expect(registers[0] == w)
        for _ in 0..<100 { _ = repeated.run(&registers, Int(GRAD_COLUMN_TURNS)) }
        #expect(abs(registers[0] - 3) < 1e-15)
    }

    @Test(arguments: [false, true]) func aLoopStopsAtAGuard(_ translated: Bool) {
        // Counts up; leaves when the count reaches 50.
        let code = [instruction(GRAD_LT, 3, 0, 2), instruction(GRAD_GUARD, 0, 3, 1), instruction(GRAD_ADD, 4, 0, 1)]
        let repeated = Repeated(code: code, columns: 1, moves: [grad_move(from: 4, to: 0)], counter: 5, isTranslated: translated)
        var registers = [0.0, 1, 50, 0, 0, 0]
        let run = repeated.run(&registers, 64)
        #expect(run.end == 1 && run.turns == 50 && registers[0] == 50)
    }

    /// What goes by the counter alone, and what no other turn reads, has in columns the bits of a turn by itself.
    @Test(arguments: [false, true]) func columnsHaveTheBitsOfTheTurns(_ translated: Bool) {
        // Registers: 0 to 2 numbers, 3 the counter, 4 what is handed on, 5 to 11 counted, 12 and 13 of a turn.
        let counted = [
            instruction(GRAD_POW, 5, 0, 3), instruction(GRAD_SUB, 6, 1, 5), instruction(GRAD_SQRT, 7, 6), instruction(GRAD_MUL_ADD, 8, 5, 2, 7),
            instruction(GRAD_SUB_MUL, 9, 2, 3, 8), instruction(GRAD_GT, 10, 3, 2), instruction(GRAD_WHERE, 11, 10, 8, 9),
            instruction(GRAD_SINGLE, 14, 11),
        ]
        let column = { (place: Int) in Int(GRAD_COLUMN) + place }
        let inColumns = [
            instruction(GRAD_POW, 1, 0, column(0)), instruction(GRAD_SUB, 2, 1, column(1)), instruction(GRAD_SQRT, 3, column(2)),
            instruction(GRAD_MUL_ADD, 4, column(1), 2, column(3)), instruction(GRAD_SUB_MUL, 5, 2, column(0), column(4)),
            instruction(GRAD_GT, 6, column(0), 2), instruction(GRAD_WHERE, 7, column(6), column(4), column(5)), instruction(GRAD_SINGLE, 8, column(7)),
        ]
        let code = [instruction(GRAD_MUL_ADD, 12, 4, 5, 14), instruction(GRAD_SIN, 13, 12)], start = [0.999, 1, 70.5, 1, 0.3] + [Double](repeating: 0, count: 10)
        var repeated = Repeated(code: code, columns: 10, moves: [grad_move(from: 13, to: 4)], counter: 3, isTranslated: translated)
        (repeated.counted, repeated.kept) = (inColumns, [grad_move(from: 13, to: 9)])
        repeated.fed = [grad_move(from: 1, to: 5), grad_move(from: 8, to: 14)]
        func numbers(_ lengths: [Int]) -> [Double] {
            var (registers, numbers) = (start, [Double]())
            for length in lengths {
                registers[3] = Double(1 + numbers.count)
                numbers += repeated.run(&registers, length).columns[9].prefix(length)
            }
            return numbers
        }
        var (registers, expected) = (start, [Double]())
        for turn in 1...200 {
            registers[3] = Double(turn)
            #expect(grad_run_scalar(counted + code, counted.count + code.count, &registers) == GRAD_RAN_TO_THE_END)
            registers[4] = registers[13]
            expected.append(registers[13])
        }
        #expect(expected.last != expected.first && expected.allSatisfy(\.isFinite))
        for lengths in [[64, 64, 64, 8], [Int](repeating: 2, count: 100), [5, 64, 60, 40, 7, 24]] { #expect(numbers(lengths) == expected) }
    }

    // MARK: Machine code

    @Test func thisProcessorHasMachineCode() {
        var loop = grad_scalar_loop()
        let code = grad_translate(&loop)
        defer { grad_free_machine_code(code) }
        #if arch(x86_64)
        #expect(code != nil)
        #endif
    }

    /// Each operation, each operand at hand or not, at points where functions bend.
    @Test func eachOperationInMachineCodeHasTheSameBits() {
        var random = TestRandom(seed: 5)
        let operations = Array(0...Int(GRAD_WHERE.rawValue)) + [GRAD_MUL_ADD, GRAD_MUL_SUB, GRAD_SUB_MUL, GRAD_SINGLE].map { Int($0) }
        for op in operations {
            for operands in [[0, 1, 2], [3, 1, 2], [0, 3, 2], [0, 1, 3], [3, 3, 3], [4, 3, 0], [3, 4, 4], [4, 4, 3], [3, 0, 4]] {
                let code = [
                    instruction(GRAD_IDENTITY, 3, 0), instruction(GRAD_IDENTITY, 4, 1), instruction(op, 5, operands[0], operands[1], operands[2]),
                    instruction(GRAD_SUB, 6, 5, 3), instruction(op, 3, 3, 4, 5),
                ]
                for k in 0..<20 {
                    func any() -> Double { k % 2 == 0 ? random.point(Int(random.next() % 8)) : specialPoints[Int(random.next() % UInt64(specialPoints.count))] }
                    let start = [any(), any(), any(), 0, 0, 0, 0, 0]
                    var (expected, registers) = (start, start)
                    #expect(grad_run_scalar(code, code.count, &expected) == GRAD_RAN_TO_THE_END)
                    #expect(Repeated(code: code, columns: 1, moves: [], counter: 7, isTranslated: true).run(&registers, 1).turns == 1)
                    #expect(zip(registers, expected).allSatisfy(sameBits), "\(op) of \(start), by \(operands): \(registers), not \(expected)")
                }
            }
        }
    }

    /// Programs with more numbers than the processor has registers, calls and guards between them, and all kinds of moves.
    @Test(arguments: 0..<200) func anyLoopInMachineCodeHasTheSameBits(_ seed: Int) {
        var random = TestRandom(seed: UInt64(seed))
        func any(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        // Registers: numbers, what is fed, the counter, results.
        let (numbers, fed, length) = (3 + any(12), any(3), 1 + any(60)), counter = numbers + fed, first = counter + 1
        let simple: [grad_operation] = [
            GRAD_ADD, GRAD_SUB, GRAD_MUL, GRAD_DIV, GRAD_MAX, GRAD_MIN, GRAD_SQUARE, GRAD_SQRT, GRAD_NEG, GRAD_ABS, GRAD_RELU, GRAD_STEP, GRAD_RECIPROCAL,
            GRAD_GT, GRAD_LE, GRAD_WHERE, GRAD_TANH, GRAD_POW, GRAD_ATAN2, GRAD_SIN, GRAD_MOD, GRAD_FLOOR,
        ]
        let operations = simple.map { Int($0.rawValue) } + [GRAD_MUL_ADD, GRAD_MUL_SUB, GRAD_SUB_MUL, GRAD_SINGLE].map { Int($0) }
        var code: [grad_instruction] = []
        for k in 0..<length {
            let known = first + k
            func operand() -> Int { any(3) == 0 ? any(known) : max(0, known - 1 - any(4)) }
            code.append(instruction(operations[any(operations.count)], any(20) == 0 && k > 0 ? first + any(k) : known, operand(), operand(), operand()))
            if any(12) == 0 {
                // Leaves after some turns, on one side or the other.
                code.append(instruction(GRAD_GT, first + length, counter, any(numbers)))
                code.append(instruction(Int(GRAD_GUARD), 0, first + length, 0))
            }
        }
        var repeated = Repeated(code: code, columns: 4 + fed, moves: (0..<min(2, numbers)).map { grad_move(from: UInt16(first + any(length)), to: UInt16($0)) }, counter: counter)
        repeated.fed = (0..<fed).map { grad_move(from: 0, to: UInt16(numbers + $0)) }
        repeated.kept = (1...3).map { grad_move(from: UInt16(any(first + length)), to: UInt16($0)) }
        let start = (0..<numbers).map { _ in random.symmetric(40) } + [Double](repeating: 0, count: fed + length + 4)
        var (registers, expected) = (start, start)
        let plain = repeated.run(&expected, 64)
        repeated.isTranslated = true
        let made = repeated.run(&registers, 64)
        #expect(made.end == plain.end && made.turns == plain.turns)
        #expect(zip(registers, expected).allSatisfy(sameBits))
        for (a, b) in zip(made.columns, plain.columns) { #expect(zip(a, b).allSatisfy(sameBits)) }
    }

    @Test func numbersBelowALimit() {
        for count in [1, 7, 64] {
            var numbers = [Double](repeating: -2.5, count: count)
            #expect(grad_are_below(count, numbers, 3) != 0 && grad_are_below(count, numbers, 2.5) == 0)
            for wrong in [Double.nan, .infinity, -4] {
                numbers[count - 1] = wrong
                #expect(grad_are_below(count, numbers, 3) == 0)
            }
        }
    }
}

/// A program that is run again and again, with its columns.
private struct Repeated {
    let code: [grad_instruction]
    let columns: Int
    let moves: [grad_move]
    let counter: Int
    /// Whether its turns are machine code, where this processor has it.
    var isTranslated = false
    var counted: [grad_instruction] = []
    var fed: [grad_move] = []
    var kept: [grad_move] = []
    var starts: [grad_move] = []
    /// Columns that lie one place before another.
    var behind: [Int: Int] = [:]

    func run(_ registers: inout [Double], _ count: Int) -> (end: Int, turns: Int, columns: [[Double]]) {
        let length = Int(GRAD_COLUMN_TURNS)
        var turns = 0
        var code = code
        // As a plan's loop has it.
        if isTranslated { grad_hand_over(&code, code.count) }
        var memory = [Double](repeating: 0, count: columns * (length + 1))
        let end = memory.withUnsafeMutableBufferPointer { memory in
            var places = (0..<columns).map { column in
                memory.baseAddress.map { $0 + (behind[column] ?? column) * (length + 1) + (behind[column] == nil ? 1 : 0) }
            }
            return code.withUnsafeBufferPointer { code in counted.withUnsafeBufferPointer { counted in moves.withUnsafeBufferPointer { moves in
                fed.withUnsafeBufferPointer { fed in kept.withUnsafeBufferPointer { kept in starts.withUnsafeBufferPointer { starts in
                    places.withUnsafeMutableBufferPointer { places in
                        var loop = grad_scalar_loop()
                        (loop.code, loop.instructions, loop.counter) = (code.baseAddress, code.count, counter)
                        (loop.counted, loop.counted_instructions) = (counted.baseAddress, counted.count)
                        (loop.moves, loop.move_count, loop.fed, loop.fed_count) = (moves.baseAddress, moves.count, fed.baseAddress, fed.count)
                        (loop.kept, loop.kept_count, loop.starts, loop.start_count) = (kept.baseAddress, kept.count, starts.baseAddress, starts.count)
                        loop.columns = UnsafePointer(places.baseAddress)
                        let machine = isTranslated ? grad_translate(&loop) : nil
                        loop.machine = machine
                        defer { grad_free_machine_code(machine) }
                        return grad_run_scalar_loop(&loop, &registers, count, &turns)
                    }
                } } }
            } } }
        }
        let found = (0..<columns).map { column in
            (0..<turns).map { memory[(behind[column] ?? column) * (length + 1) + (behind[column] == nil ? 1 : 0) + $0] }
        }
        return (end, turns, found)
    }
}
