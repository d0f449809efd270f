import Kernels
import Testing

private func instruction(_ op: grad_operation, _ dst: Int, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> grad_instruction {
    instruction(Int(op.rawValue), dst, a, b, c)
}
private func instruction(_ op: Int, _ dst: Int, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> grad_instruction {
    grad_instruction(op: UInt16(op), dst: UInt16(dst), a: UInt16(a), b: UInt16(b), c: UInt16(c))
}

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

    private func repeated(
        _ code: [grad_instruction], _ count: Int, _ registers: inout [Double], recording: [UInt16] = [], moving: [grad_move] = [],
        counter: Int = -1, interrupt: UnsafePointer<Int32>? = nil, records: UnsafeMutablePointer<Double>? = nil
    ) -> (end: Int, turns: Int) {
        var turns = 0
        let end = code.withUnsafeBufferPointer { code in recording.withUnsafeBufferPointer { recording in moving.withUnsafeBufferPointer { moving in
            var loop = grad_scalar_loop(
                code: code.baseAddress, recorded: recording.baseAddress, moves: moving.baseAddress, instructions: code.count,
                width: recording.count, move_count: moving.count, counter: counter)
            return grad_run_scalar_loop(&loop, &registers, count, interrupt, records, &turns)
        } } }
        return (end, turns)
    }
}
