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

@Suite struct KernelsFusedChains {
    /// A random chain over whole, single, row and column inputs, against the same operations one after the other.
    @Test(arguments: 0..<60) func anyChainIsItsOperationsOneByOne(seed: Int) {
        var random = TestRandom(seed: UInt64(seed))
        func any(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let columns = [1, 3, 10, 64, 700, 1500][any(6)], rows = [1, 2, 7, 50][any(4)], n = rows * columns
        let whole = (0..<n).map { _ in random.symmetric(2) }, other = (0..<n).map { _ in random.symmetric(2) }
        let one = [random.symmetric(2)], row = (0..<columns).map { _ in random.symmetric(2) }, column = (0..<rows).map { _ in random.symmetric(2) }
        let rowSpread: [Double] = (0..<n).map { row[$0 % columns] }, columnSpread: [Double] = (0..<n).map { column[$0 / columns] }
        var values: [[Double]] = [whole, other, [Double](repeating: one[0], count: n), rowSpread, columnSpread]
        let inputs = values.count, outputs = 2, registers = inputs + outputs + 4
        values += [[Double]](repeating: [], count: registers - inputs)

        let shared: [grad_operation] = [
            GRAD_ADD, GRAD_SUB, GRAD_MUL, GRAD_MAX, GRAD_TANH, GRAD_EXP, GRAD_SIN, GRAD_RELU, GRAD_SQUARE, GRAD_POW, GRAD_WHERE, GRAD_GT,
        ]
        let joined: [Int] = [GRAD_MUL_ADD, GRAD_MUL_SUB, GRAD_SUB_MUL]
        let operations: [Int] = shared.map { Int($0.rawValue) } + joined
        var code: [grad_instruction] = []
        for k in 0..<12 {
            let dst = k >= 10 ? inputs + k - 10 : inputs + any(outputs + 4)
            let known = values.indices.filter { !values[$0].isEmpty }
            let (a, b, c) = (known[any(known.count)], known[any(known.count)], known[any(known.count)])
            let op = operations[any(operations.count)]
            code.append(instruction(op, dst, a, b, c))
            let (left, right, third): ([Double], [Double], [Double]) = (values[a], values[b], values[c])
            values[dst] = (0..<n).map { (i: Int) -> Double in Self.value(op, left[i], right[i], third[i]) }
        }
        var first = [Double](repeating: 0, count: n), second = first, sums = [0.0, 0.0, 0.0, 0.0, 0.0]
        let sources: [(Int, Int?)] = [(inputs, nil), (inputs + 1, nil), (2, nil), (0, inputs), (1, 2)]
        run(code, [(whole, 1, .max), (other, 1, .max), (one, .max, 1), (row, 1, columns), (column, columns, rows)], &first, &second,
            registers: registers, sources, &sums, n)
        #expect(zip(first, values[inputs]).allSatisfy { sameBits($0, $1) })
        #expect(zip(second, values[inputs + 1]).allSatisfy { sameBits($0, $1) })
        for (k, source) in sources.enumerated() {
            var expected = 0.0
            let summed = source.1.map { zip(values[source.0], values[$0]).map { $0 * $1 } } ?? values[source.0]
            grad_reduce_f64(GRAD_REDUCE_SUM, 1, n, 1, summed, &expected)
            #expect(sameBits(sums[k], expected))
        }
    }

    /// max(tanh(2 x + row), x) and its sum, in single precision.
    @Test func singlePrecision() {
        var random = TestRandom(seed: 77)
        let rows = 61, columns = 100, n = rows * columns
        var x = (0..<n).map { _ in Float(random.symmetric(2)) }, row = (0..<columns).map { _ in Float(random.symmetric(2)) }
        var two: Float = 2, y = [Float](repeating: 0, count: n), sum: Float = 0
        let code = [instruction(GRAD_MUL_ADD, 4, 1, 0, 2), instruction(GRAD_TANH, 4, 4), instruction(GRAD_MAX, 3, 4, 0)]
        let inner = zip(x.indices, x).map { 2 * $1 + row[$0 % columns] }
        let expected = zip(unary(GRAD_TANH, inner), x).map { max($0, $1) }
        x.withUnsafeMutableBufferPointer { x in
            row.withUnsafeMutableBufferPointer { row in
                y.withUnsafeMutableBufferPointer { y in
                    withUnsafeMutablePointer(to: &two) { two in
                        withUnsafeMutablePointer(to: &sum) { sum in
                            let inputs = [
                                grad_fused_input(data: x.baseAddress, repeat: 1, period: .max),
                                grad_fused_input(data: two, repeat: .max, period: 1),
                                grad_fused_input(data: row.baseAddress, repeat: 1, period: columns),
                            ]
                            let outputs: [UnsafeMutableRawPointer?] = [.init(y.baseAddress)], sums = [grad_fused_sum(sum: sum, source: 3, factor: none)]
                            code.withUnsafeBufferPointer { code in
                                inputs.withUnsafeBufferPointer { inputs in
                                    outputs.withUnsafeBufferPointer { outputs in
                                        sums.withUnsafeBufferPointer { sums in
                                            var chain = grad_fused(
                                                code: code.baseAddress, inputs: inputs.baseAddress, outputs: outputs.baseAddress,
                                                sums: sums.baseAddress, instructions: 3, input_count: 3, output_count: 1, sum_count: 1,
                                                registers: 5)
                                            let scratch = UnsafeMutableRawPointer.allocate(
                                                byteCount: grad_fused_scratch_f32(&chain), alignment: 16)
                                            defer { scratch.deallocate() }
                                            grad_fused_f32(&chain, 0, n, scratch)
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        var expectedSum: Float = 0
        grad_reduce_f32(GRAD_REDUCE_SUM, 1, n, 1, expected, &expectedSum)
        #expect(y == expected && sum == expectedSum)
    }

    private let none = UInt16(GRAD_NO_FACTOR)

    private static func value(_ op: Int, _ a: Double, _ b: Double, _ c: Double) -> Double {
        switch op {
        case GRAD_MUL_ADD: a * b + c
        case GRAD_MUL_SUB: a * b - c
        case GRAD_SUB_MUL: c - a * b
        default: grad_scalar(grad_operation(rawValue: UInt32(op)), a, b, c)
        }
    }

    /// Runs a chain in the parts that its sums are cut in, as two threads would.
    private func run(
        _ code: [grad_instruction], _ inputs: [(data: [Double], repeat: Int, period: Int)], _ first: inout [Double],
        _ second: inout [Double], registers: Int, _ sources: [(Int, Int?)], _ sums: inout [Double], _ n: Int
    ) {
        let memory = inputs.map { input in
            let copy = UnsafeMutablePointer<Double>.allocate(capacity: input.data.count)
            copy.initialize(from: input.data, count: input.data.count)
            return copy
        }
        defer { for pointer in memory { pointer.deallocate() } }
        let described = zip(memory, inputs).map { grad_fused_input(data: $0, repeat: $1.repeat, period: $1.period) }
        first.withUnsafeMutableBufferPointer { first in
            second.withUnsafeMutableBufferPointer { second in
                sums.withUnsafeMutableBufferPointer { sums in
                    let outputs: [UnsafeMutableRawPointer?] = [.init(first.baseAddress), .init(second.baseAddress)]
                    let wanted = sources.enumerated().map {
                        grad_fused_sum(sum: sums.baseAddress! + $0.offset, source: UInt16($0.element.0), factor: $0.element.1.map(UInt16.init) ?? none)
                    }
                    code.withUnsafeBufferPointer { code in
                        described.withUnsafeBufferPointer { described in
                            outputs.withUnsafeBufferPointer { outputs in
                                wanted.withUnsafeBufferPointer { wanted in
                                    var chain = grad_fused(
                                        code: code.baseAddress, inputs: described.baseAddress, outputs: outputs.baseAddress,
                                        sums: wanted.baseAddress, instructions: code.count, input_count: described.count,
                                        output_count: 2, sum_count: wanted.count, registers: registers)
                                    let scratch = UnsafeMutableRawPointer.allocate(byteCount: grad_fused_scratch_f64(&chain), alignment: 64)
                                    defer { scratch.deallocate() }
                                    let cut = grad_fused_cut_f64(n)
                                    grad_fused_f64(&chain, 0, cut, scratch)
                                    guard cut < n else { return }
                                    let left = Array(sums)
                                    grad_fused_f64(&chain, cut, n - cut, scratch)
                                    for k in sums.indices { sums[k] = left[k] + sums[k] }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

@Suite struct KernelsLayers {
    @Test func gatherAndScatter() {
        for row in [1, 3, 64] {
            let x = (0..<10 * row).map(Double.init), indices: [Int64] = [9, 0, 4, 4, 7]
            var y = [Double](repeating: 0, count: 5 * row), byNumber = y, back = [Double](repeating: 0, count: 10 * row)
            grad_gather_rows_f64(x, row, indices, 5, &y)
            grad_gather_rows_by_number_f64(x, row, indices.map(Double.init), 5, &byNumber)
            grad_scatter_add_rows_f64(y, row, indices, 5, &back)
            for (i, index) in indices.enumerated() {
                for j in 0..<row { #expect(y[i * row + j] == x[Int(index) * row + j]) }
            }
            #expect(byNumber == y)
            for i in 0..<10 * row {
                let times = Double(indices.filter { $0 == i / row }.count)
                #expect(back[i] == times * x[i])
            }
        }
    }

    @Test func biasAndActivation() {
        var random = TestRandom(seed: 9)
        for (rows, columns) in [(1, 1), (5, 10), (130, 7), (3, 1000), (2, 3000), (128, 128)] {
            let x = (0..<rows * columns).map { _ in random.symmetric(3) }, bias = (0..<columns).map { _ in random.symmetric(1) }
            for op in [GRAD_IDENTITY, GRAD_TANH, GRAD_RELU, GRAD_GELU, GRAD_SIN] {
                var y = x
                grad_bias_unary_f64(op, rows, columns, x, bias, &y)
                for i in x.indices { #expect(sameBits(y[i], grad_scalar(op, x[i] + bias[i % columns], 0, 0))) }
                var inPlace = x
                inPlace.withUnsafeMutableBufferPointer { grad_bias_unary_f64(op, rows, columns, $0.baseAddress!, bias, $0.baseAddress!) }
                #expect(inPlace == y)
            }
        }
    }

    @Test func singlePrecision() {
        let x: [Float] = (0..<60).map { Float($0) / 7 - 4 }, bias: [Float] = [0.5, -1, 2], indices: [Int64] = [3, 0, 19]
        var y = x, dx = x, dbias: [Float] = [0, 0, 0], rows = [Float](repeating: 0, count: 9)
        grad_bias_unary_f32(GRAD_RELU, 20, 3, x, bias, &y)
        #expect(y == x.indices.map { max(0, x[$0] + bias[$0 % 3]) })
        #expect(grad_bias_unary_backward_f32(GRAD_RELU, 20, 3, y, x, &dx, &dbias) == 1)
        #expect(dx == x.indices.map { y[$0] > 0 ? x[$0] : 0 })
        grad_gather_rows_f32(x, 3, indices, 3, &rows)
        #expect(rows == indices.flatMap { x[Int($0) * 3..<Int($0) * 3 + 3] })
        grad_gather_rows_by_number_f32(x, 3, [1, 1, 0], 3, &rows)
        #expect(rows == Array(x[3..<6] + x[3..<6] + x[0..<3]))
        var back = [Float](repeating: 0, count: 60)
        grad_scatter_add_rows_f32(rows, 3, [5, 5, 0], 3, &back)
        #expect(Array(back[15..<18]) == x[3..<6].map { 2 * $0 } && Array(back[0..<3]) == Array(x[0..<3]))
    }

    @Test func backwardAgainstDifferences() {
        var random = TestRandom(seed: 10)
        let rows = 40, columns = 6
        let x = (0..<rows * columns).map { _ in 0.2 + random.unit() }, dy = x.map { _ in random.symmetric(1) }
        let zero = [Double](repeating: 0, count: columns)
        for op in [GRAD_IDENTITY, GRAD_RELU, GRAD_TANH, GRAD_SIGMOID, GRAD_EXP, GRAD_SOFTPLUS, GRAD_SQRT, GRAD_RECIPROCAL] {
            var y = x, dx = x, dbias = zero
            grad_bias_unary_f64(op, rows, columns, x, zero, &y)
            #expect(grad_bias_unary_backward_f64(op, rows, columns, y, dy, &dx, &dbias) == 1)
            for i in x.indices {
                let slope = (grad_scalar(op, x[i] + 1e-6, 0, 0) - grad_scalar(op, x[i] - 1e-6, 0, 0)) / 2e-6
                #expect(abs(dx[i] - dy[i] * slope) < 1e-7, "\(op)")
            }
            for j in 0..<columns {
                let sum = (0..<rows).reduce(0.0) { $0 + dx[$1 * columns + j] }
                #expect(abs(dbias[j] - sum) < 1e-12)
            }
        }
        var dx = x
        #expect(grad_bias_unary_backward_f64(GRAD_SIN, rows, columns, x, dy, &dx, nil) == 0)
    }
}
