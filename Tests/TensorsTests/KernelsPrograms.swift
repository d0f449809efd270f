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

    /// The classic example: w <- w - 0.1 * 2 (w - 3), and what it records.
    @Test func descentInALoop() {
        let code = [instruction(GRAD_SUB, 3, 0, 1), instruction(GRAD_SQUARE, 4, 3), instruction(GRAD_SUB_MUL, 5, 2, 3, 0)]
        var registers = [0.0, 3, 0.2, 0, 0, 0, 1], records = [Double](repeating: 0, count: 9)
        var run = repeated(code, 3, &registers, recording: [4, 0, 6], moving: [grad_move(from: 5, to: 0)], counter: 6, records: &records)
        #expect(run.end == GRAD_RAN_TO_THE_END && run.turns == 3)
        var w = 0.0, expected: [Double] = []
        for turn in 1...3 {
            expected += [(w - 3) * (w - 3), w, Double(turn)]
            w -= 0.2 * (w - 3)
        }
        #expect(records == expected && registers[0] == w && registers[6] == 4)
        run = repeated(code, 1_000_000, &registers, moving: [grad_move(from: 5, to: 0)])
        #expect(run.turns == 1_000_000 && abs(registers[0] - 3) < 1e-15 && registers[6] == 4)
    }

    @Test func aLoopStopsAtAGuardAndWhenInterrupted() {
        // Counts up; leaves when the count reaches 5000.
        let code = [instruction(GRAD_LT, 3, 0, 2), instruction(GRAD_GUARD, 0, 3, 1), instruction(GRAD_ADD, 4, 0, 1)]
        var registers = [0.0, 1, 5000, 0, 0], flag: Int32 = 0
        var run = repeated(code, 1_000_000, &registers, moving: [grad_move(from: 4, to: 0)], interrupt: &flag)
        #expect(run.end == 1 && run.turns == 5000 && registers[0] == 5000)
        flag = 1
        registers[0] = 0
        run = repeated(code, 1_000_000, &registers, moving: [grad_move(from: 4, to: 0)], interrupt: &flag)
        #expect(run.end == GRAD_INTERRUPTED && run.turns == 0 && registers[0] == 0)
    }

    /// What goes by the counter alone has the same bits in columns, as many turns have it, as turn by turn, as few have it.
    @Test func columnsHaveTheBitsOfTheTurns() {
        // Registers: 0 to 2 numbers, 3 the counter, 4 what is handed on, 5 to 11 counted, 12 and 13 of a turn.
        let counted = [
            instruction(GRAD_POW, 5, 0, 3), instruction(GRAD_SUB, 6, 1, 5), instruction(GRAD_SQRT, 7, 6), instruction(GRAD_MUL_ADD, 8, 5, 2, 7),
            instruction(GRAD_SUB_MUL, 9, 2, 3, 8), instruction(GRAD_GT, 10, 3, 2), instruction(GRAD_WHERE, 11, 10, 8, 9),
        ]
        let column = { (place: Int) in Int(GRAD_COLUMN) + place }
        let inColumns = [
            instruction(GRAD_POW, 1, 0, column(0)), instruction(GRAD_SUB, 2, 1, column(1)), instruction(GRAD_SQRT, 3, column(2)),
            instruction(GRAD_MUL_ADD, 4, column(1), 2, column(3)), instruction(GRAD_SUB_MUL, 5, 2, column(0), column(4)),
            instruction(GRAD_GT, 6, column(0), 2), instruction(GRAD_WHERE, 7, column(6), column(4), column(5)),
        ]
        let code = [instruction(GRAD_MUL_ADD, 12, 4, 5, 11), instruction(GRAD_SIN, 13, 12)]
        let fed = [grad_move(from: 1, to: 5), grad_move(from: 7, to: 11)]
        func records(_ lengths: [Int]) -> [Double] {
            var registers = [0.999, 1, 70.5, 1, 0.3] + [Double](repeating: 0, count: 9)
            var columns = [Double](repeating: 0, count: 8 * Int(GRAD_COLUMN_TURNS)), records = [Double](repeating: 0, count: 400), done = 0
            code.withUnsafeBufferPointer { code in counted.withUnsafeBufferPointer { counted in inColumns.withUnsafeBufferPointer { inColumns in
                fed.withUnsafeBufferPointer { fed in columns.withUnsafeMutableBufferPointer { columns in
                    var loop = grad_scalar_loop()
                    (loop.code, loop.instructions, loop.counter) = (code.baseAddress, code.count, 3)
                    (loop.counted, loop.in_columns, loop.counted_instructions) = (counted.baseAddress, inColumns.baseAddress, counted.count)
                    (loop.fed, loop.fed_count, loop.columns) = (fed.baseAddress, fed.count, columns.baseAddress)
                    let recorded: [UInt16] = [13, 11], moves = [grad_move(from: 13, to: 4)]
                    recorded.withUnsafeBufferPointer { recorded in moves.withUnsafeBufferPointer { moves in
                        (loop.recorded, loop.width, loop.moves, loop.move_count) = (recorded.baseAddress, 2, moves.baseAddress, 1)
                        for length in lengths {
                            var turns = 0
                            _ = records.withUnsafeMutableBufferPointer { records in
                                grad_run_scalar_loop(&loop, &registers, length, nil, records.baseAddress.map { $0 + 2 * done }, &turns)
                            }
                            done += turns
                        }
                    } }
                } }
            } } }
            #expect(done == 200 && registers[3] == 201)
            return records
        }
        let whole = records([200])
        #expect(whole[399] != whole[1] && whole.allSatisfy(\.isFinite))
        #expect(records([Int](repeating: 2, count: 100)) == whole && records([5, 64, 100, 7, 24]) == whole)
    }

    private func repeated(
        _ code: [grad_instruction], _ count: Int, _ registers: inout [Double], recording: [UInt16] = [], moving: [grad_move] = [],
        counter: Int = -1, interrupt: UnsafePointer<Int32>? = nil, records: UnsafeMutablePointer<Double>? = nil
    ) -> (end: Int, turns: Int) {
        var turns = 0
        let end = code.withUnsafeBufferPointer { code in recording.withUnsafeBufferPointer { recording in moving.withUnsafeBufferPointer { moving in
            var loop = grad_scalar_loop()
            (loop.code, loop.instructions, loop.counter) = (code.baseAddress, code.count, counter)
            (loop.recorded, loop.width) = (recording.baseAddress, recording.count)
            (loop.moves, loop.move_count) = (moving.baseAddress, moving.count)
            return grad_run_scalar_loop(&loop, &registers, count, interrupt, records, &turns)
        } } }
        return (end, turns)
    }
}
