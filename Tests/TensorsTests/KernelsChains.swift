import Kernels
import Testing

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
        let sources: [(Int, Int?)] = [(inputs, nil), (inputs + 1, nil), (2, nil), (0, inputs), (1, 2)]
        let expected = sources.map { source in
            var sum = 0.0
            let summed = source.1.map { zip(values[source.0], values[$0]).map { $0 * $1 } } ?? values[source.0]
            grad_reduce_f64(GRAD_REDUCE_SUM, 1, n, 1, summed, &sum)
            return sum
        }
        for width in KernelWidth.all {
            var first = [Double](repeating: 0, count: n), second = first, sums = [Double](repeating: 0, count: sources.count)
            run(width.chainDouble, code, [(whole, 1, .max), (other, 1, .max), (one, .max, 1), (row, 1, columns), (column, columns, rows)], &first, &second,
                registers: registers, sources, &sums, n)
            #expect(zip(first, values[inputs]).allSatisfy { sameBits($0, $1) }, "\(width.name)")
            #expect(zip(second, values[inputs + 1]).allSatisfy { sameBits($0, $1) }, "\(width.name)")
            #expect(zip(sums, expected).allSatisfy { sameBits($0, $1) }, "\(width.name)")
        }
    }

    /// Instructions that hand their results over, with one in the midst that is put down as well.
    @Test(arguments: 0..<120) func aStrandIsItsOperationsOneByOne(seed: Int) {
        var random = TestRandom(seed: UInt64(1000 + seed))
        func any(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let columns = [1, 3, 10, 64, 700][any(5)], rows = [1, 2, 13, 50][any(4)], n = rows * columns
        let whole = (0..<n).map { _ in random.symmetric(2) }, other = (0..<n).map { _ in random.symmetric(2) }
        let one = [random.symmetric(2)], row = (0..<columns).map { _ in random.symmetric(2) }, column = (0..<rows).map { _ in random.symmetric(2) }
        let values: [[Double]] = [
            whole, other, [Double](repeating: one[0], count: n), (0..<n).map { row[$0 % columns] }, (0..<n).map { column[$0 / columns] },
        ]
        // Of one operand, of two and of three.
        let operations: [[grad_operation]] = [
            [GRAD_NEG, GRAD_SQUARE, GRAD_SQRT, GRAD_RECIPROCAL, GRAD_RELU, GRAD_STEP, GRAD_IDENTITY],
            [GRAD_ADD, GRAD_SUB, GRAD_MUL, GRAD_DIV, GRAD_GT, GRAD_LT, GRAD_MAX], [GRAD_WHERE],
        ]
        let joined: [Int] = [GRAD_MUL_ADD, GRAD_MUL_SUB, GRAD_SUB_MUL]
        let inputs = values.count, hand = Int(GRAD_HAND), length = 2 + any(9), stored = any(length - 1)
        var code: [grad_instruction] = [], held: [Double] = [], put: [Double] = []
        for k in 0..<length {
            let arity = any(3)
            let op = arity == 2 && any(2) == 0 ? joined[any(3)] : Int(operations[arity][any(operations[arity].count)].rawValue)
            var operands = (0..<3).map { _ in any(inputs) }
            if k > 0 { operands[op == Int(GRAD_WHERE.rawValue) ? 0 : any(arity + 1)] = hand }
            let read = operands.map { $0 == hand ? held : values[$0] }
            held = (0..<n).map { Self.value(op, read[0][$0], read[1][$0], read[2][$0]) }
            if k == stored { put = held }
            code.append(instruction(op, k == length - 1 ? inputs : k == stored ? inputs + 1 : hand, operands[0], operands[1], operands[2]))
        }
        for width in KernelWidth.all {
            var first = [Double](repeating: 0, count: n), second = first, sums = [0.0]
            run(width.chainDouble, code, [(whole, 1, .max), (other, 1, .max), (one, .max, 1), (row, 1, columns), (column, columns, rows)], &first, &second,
                registers: inputs + 2, [(inputs, nil)], &sums, n)
            #expect(zip(first, held).allSatisfy { sameBits($0, $1) }, "\(width.name)")
            #expect(zip(second, put).allSatisfy { sameBits($0, $1) }, "\(width.name)")
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
                                grad_fused_input(data: x.baseAddress, repeat: 1, period: .max, run: 1),
                                grad_fused_input(data: two, repeat: .max, period: 1, run: 1),
                                grad_fused_input(data: row.baseAddress, repeat: 1, period: columns, run: 1),
                            ]
                            let outputs: [UnsafeMutableRawPointer?] = [.init(y.baseAddress)], sums = [grad_fused_sum(sum: sum, source: 3, factor: none)]
                            code.withUnsafeBufferPointer { code in
                                inputs.withUnsafeBufferPointer { inputs in
                                    outputs.withUnsafeBufferPointer { outputs in
                                        sums.withUnsafeBufferPointer { sums in
                                            var chain = grad_fused(
                                                code: code.baseAddress, inputs: inputs.baseAddress, outputs: outputs.baseAddress,
                                                sums: sums.baseAddress, row_sums: nil, instructions: 3, input_count: 3, output_count: 1,
                                                sum_count: 1, row_sum_count: 0, row_length: 0, registers: 5, strands: nil, steps: nil, strand_count: 0)
                                            let strands = Strands(of: &chain)
                                            defer { strands.free() }
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

    /// (2 x + 1) x - 3, its root where it is above zero, in single precision.
    @Test(arguments: [1, 16, 100, 128, 200, 1000, 5000]) func aStrandInSinglePrecision(n: Int) {
        var random = TestRandom(seed: UInt64(n))
        let x = (0..<n).map { _ in Float(random.symmetric(5)) }, hand = Int(GRAD_HAND)
        let code = [
            instruction(GRAD_MUL_ADD, hand, 0, 1, 2), instruction(GRAD_MUL_SUB, hand, hand, 0, 3), instruction(GRAD_RELU, 4, hand),
            instruction(GRAD_SQRT, 5, hand),
        ]
        let numbers: [Float] = [2, 1, 3], expected = x.map { x in max(0, (x * 2 + 1) * x - 3) }
        for width in KernelWidth.all {
            var relu = [Float](repeating: 0, count: n), root = relu
            x.withUnsafeBufferPointer { x in numbers.withUnsafeBufferPointer { numbers in
                relu.withUnsafeMutableBufferPointer { relu in root.withUnsafeMutableBufferPointer { root in
                    let inputs = [grad_fused_input(data: x.baseAddress, repeat: 1, period: .max, run: 1)]
                        + (0..<3).map { grad_fused_input(data: numbers.baseAddress! + $0, repeat: .max, period: 1, run: 1) }
                    let outputs: [UnsafeMutableRawPointer?] = [.init(relu.baseAddress), .init(root.baseAddress)]
                    code.withUnsafeBufferPointer { code in inputs.withUnsafeBufferPointer { inputs in outputs.withUnsafeBufferPointer { outputs in
                        var chain = grad_fused(
                            code: code.baseAddress, inputs: inputs.baseAddress, outputs: outputs.baseAddress, sums: nil, row_sums: nil,
                            instructions: 4, input_count: 4, output_count: 2, sum_count: 0, row_sum_count: 0, row_length: 0, registers: 6,
                            strands: nil, steps: nil, strand_count: 0)
                        let strands = Strands(of: &chain)
                        defer { strands.free() }
                        withUnsafeTemporaryAllocation(byteCount: grad_fused_scratch_f32(&chain), alignment: 64) { scratch in
                            width.chainSingle(&chain, 0, n, scratch.baseAddress!)
                        }
                    } } }
                } }
            } }
            #expect(relu == expected && root == expected.map { $0.squareRoot() }, "\(width.name)")
        }
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
        _ run: KernelWidth.Chain, _ code: [grad_instruction], _ inputs: [(data: [Double], repeat: Int, period: Int)], _ first: inout [Double],
        _ second: inout [Double], registers: Int, _ sources: [(Int, Int?)], _ sums: inout [Double], _ n: Int
    ) {
        let memory = inputs.map { input in
            let copy = UnsafeMutablePointer<Double>.allocate(capacity: input.data.count)
            copy.initialize(from: input.data, count: input.data.count)
            return copy
        }
        defer { for pointer in memory { pointer.deallocate() } }
        let described = zip(memory, inputs).map { grad_fused_input(data: $0, repeat: $1.repeat, period: $1.period, run: 1) }
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
                                        sums: wanted.baseAddress, row_sums: nil, instructions: code.count,
                                        input_count: described.count, output_count: 2, sum_count: wanted.count, row_sum_count: 0,
                                        row_length: 0, registers: registers, strands: nil, steps: nil, strand_count: 0)
                                    let strands = Strands(of: &chain)
                                    defer { strands.free() }
                                    let scratch = UnsafeMutableRawPointer.allocate(byteCount: grad_fused_scratch_f64(&chain), alignment: 64)
                                    defer { scratch.deallocate() }
                                    let cut = grad_fused_cut_f64(n)
                                    run(&chain, 0, cut, scratch)
                                    guard cut < n else { return }
                                    let left = Array(sums)
                                    run(&chain, cut, n - cut, scratch)
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
