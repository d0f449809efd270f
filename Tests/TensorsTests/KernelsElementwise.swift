import Kernels
import Testing

@Suite struct KernelsElementwise {
    private static let unaries = (0...GRAD_LAST_UNARY.rawValue).map { grad_operation(rawValue: $0) }
    private static let binaries = (GRAD_ADD.rawValue...GRAD_LAST_BINARY.rawValue).map { grad_operation(rawValue: $0) }
    private static let points: [Double] = {
        var random = TestRandom(seed: 11)
        return specialPoints + (0..<1000).map { random.point($0) }
    }()

    /// A plan may run the scalar form or the vector form of the same function: the bits must not tell.
    @Test func unaryIsTheScalarBitForBitAtEveryLengthAndPlace() {
        for op in Self.unaries {
            for count in [1, 2, 7, 8, 9, 31, 32, 33, 1000] {
                for start in 0..<3 {
                    let x = Array(Self.points[start..<start + count])
                    var y = [Double](repeating: 0, count: count + 1)
                    y.withUnsafeMutableBufferPointer { y in grad_unary_f64(op, count, x, y.baseAddress! + 1) }
                    for i in 0..<count {
                        #expect(sameBits(y[i + 1], grad_scalar(op, x[i], 0, 0)), "\(op) \(x[i]) in \(count)")
                    }
                }
            }
        }
    }

    @Test func unaryInSingleDoesNotDependOnLength() {
        let x = Self.points.map(Float.init)
        for op in Self.unaries {
            let whole = unary(op, x)
            for count in [1, 7, 63, 64, 65] {
                let part = unary(op, Array(x[3..<3 + count]))
                for i in 0..<count { #expect(sameBits(part[i], whole[3 + i]), "\(op) \(x[3 + i])") }
            }
        }
    }

    @Test func unaryInPlace() {
        for op in Self.unaries {
            var x = Self.points
            let expected = unary(op, x)
            x.withUnsafeMutableBufferPointer { x in grad_unary_f64(op, x.count, x.baseAddress!, x.baseAddress!) }
            #expect(zip(x, expected).allSatisfy { sameBits($0, $1) }, "\(op)")
        }
    }

    @Test func binaryIsTheScalarBitForBitAtEveryStride() {
        let a = Self.points, b = Array(Self.points.reversed())
        let exponents: [Double] = [0, 1, 2, 3, 4, 0.5, -1, -2, 5, -0.5, .nan, .infinity]
        for op in Self.binaries {
            for (i, y) in binary(op, a, b).enumerated() { #expect(sameBits(y, grad_scalar(op, a[i], b[i], 0)), "\(op) \(a[i]) \(b[i])") }
            for one in exponents {
                for (i, y) in binary(op, a, [one]).enumerated() {
                    #expect(sameBits(y, grad_scalar(op, a[i], one, 0)), "\(op) \(a[i]) \(one)")
                }
                for (i, y) in binary(op, [one], b).enumerated() {
                    #expect(sameBits(y, grad_scalar(op, one, b[i], 0)), "\(op) \(one) \(b[i])")
                }
            }
        }
    }

    @Test func binaryInSingleDoesNotDependOnStride() {
        let a = Self.points.map(Float.init)
        for op in Self.binaries {
            for one: Float in [0, 1, 2, 3, 4, 0.5, -1, -2, 5] {
                let spread = [Float](repeating: one, count: a.count)
                #expect(zip(binary(op, a, [one]), binary(op, a, spread)).allSatisfy { sameBits($0, $1) }, "\(op) \(one)")
                #expect(zip(binary(op, [one], a), binary(op, spread, a)).allSatisfy { sameBits($0, $1) }, "\(op) \(one)")
            }
        }
    }

    @Test func conventions() {
        func value(_ op: grad_operation, _ a: Double, _ b: Double = 0, _ c: Double = 0) -> Double { grad_scalar(op, a, b, c) }
        #expect(value(GRAD_MAX, 1, .nan).isNaN && value(GRAD_MAX, .nan, 1).isNaN && value(GRAD_MIN, .nan, 1).isNaN)
        #expect(value(GRAD_MIN, 1, .nan).isNaN && value(GRAD_MAX, 2, 1) == 2 && value(GRAD_MIN, 2, 1) == 1)
        #expect(value(GRAD_SIGN, 0) == 0 && value(GRAD_SIGN, -3) == -1 && value(GRAD_SIGN, .nan).isNaN)
        #expect(value(GRAD_ROUND, 0.5) == 0 && value(GRAD_ROUND, 1.5) == 2 && value(GRAD_ROUND, -2.5) == -2)
        #expect(value(GRAD_MOD, 7, 3) == 1 && value(GRAD_MOD, -7, 3) == 2 && value(GRAD_MOD, 7, -3) == -2)
        #expect(value(GRAD_MOD, -6, 3) == 0 && value(GRAD_MOD, 1, 0).isNaN && value(GRAD_MOD, 5.5, 2) == 1.5)
        #expect(value(GRAD_MOD, -1, .infinity) == .infinity && value(GRAD_MOD, 1, .infinity) == 1)
        #expect(value(GRAD_EQ, .nan, .nan) == 0 && value(GRAD_NE, .nan, .nan) == 1 && value(GRAD_LT, 1, .nan) == 0)
        #expect(value(GRAD_GE, .nan, 1) == 0 && value(GRAD_LE, 1, 1) == 1 && value(GRAD_GT, 2, 1) == 1)
        #expect(value(GRAD_AND, 2, -1) == 1 && value(GRAD_AND, 2, 0) == 0 && value(GRAD_OR, 0, 0) == 0 && value(GRAD_OR, 0, 3) == 1)
        #expect(value(GRAD_NOT, 0) == 1 && value(GRAD_NOT, 5) == 0)
        #expect(value(GRAD_STEP, 0) == 0 && value(GRAD_STEP, 1e-300) == 1 && value(GRAD_STEP, -1) == 0)
        #expect(value(GRAD_RELU, .nan).isNaN && value(GRAD_RELU, -1) == 0 && value(GRAD_RELU, 3) == 3)
        #expect(value(GRAD_WHERE, 1, 2, 3) == 2 && value(GRAD_WHERE, 0, 2, 3) == 3 && value(GRAD_WHERE, .nan, 2, 3) == 2)
    }

    @Test func whereAtEveryStride() {
        let c = Self.points.map { $0 > 1 ? 1.0 : 0.0 }, a = Self.points, b = Array(Self.points.reversed())
        for mask in 0..<8 {
            let sc = mask & 1, sa = mask >> 1 & 1, sb = mask >> 2 & 1
            var y = [Double](repeating: 0, count: c.count)
            grad_where_f64(c.count, c, sc, a, sa, b, sb, &y)
            for i in 0..<c.count { #expect(sameBits(y[i], c[i * sc] != 0 ? a[i * sa] : b[i * sb])) }
        }
    }

    @Test func conversionsAndTransposes() {
        for (rows, columns) in [(1, 1), (3, 5), (16, 16), (17, 33), (64, 48), (100, 7)] {
            let x = (0..<rows * columns).map(Double.init)
            var y = x, narrow = x.map(Float.init), wide = x
            grad_transpose_f64(rows, columns, x, &y)
            grad_f64_to_f32(x.count, x, &narrow)
            grad_f32_to_f64(x.count, narrow, &wide)
            var turned = narrow
            grad_transpose_f32(rows, columns, narrow, &turned)
            for r in 0..<rows {
                for c in 0..<columns {
                    #expect(y[c * rows + r] == x[r * columns + c])
                    #expect(turned[c * rows + r] == narrow[r * columns + c])
                }
            }
            #expect(wide == x)
        }
    }

    /// What no reference is at hand for is at least the same at every vector width, in both precisions.
    @Test func theWidthsAgreeBitForBit() {
        let x = sweptDoubles, y = Array(x.reversed()), u = sweptSingles, v = Array(u.reversed())
        let selected = KernelWidth.all[0]
        for width in KernelWidth.all.dropFirst() {
            for op in Self.unaries {
                #expect(zip(width.unaryDouble(op, x), selected.unaryDouble(op, x)).allSatisfy { sameBits($0, $1) }, "\(op) \(width.name)")
                #expect(zip(width.unarySingle(op, u), selected.unarySingle(op, u)).allSatisfy { sameBits($0, $1) }, "\(op) \(width.name)")
            }
            for op in Self.binaries {
                #expect(zip(width.binaryDouble(op, x, y), selected.binaryDouble(op, x, y)).allSatisfy { sameBits($0, $1) }, "\(op) \(width.name)")
                #expect(zip(width.binarySingle(op, u, v), selected.binarySingle(op, u, v)).allSatisfy { sameBits($0, $1) }, "\(op) \(width.name)")
            }
        }
    }

    /// Every operation's bits over a few hundred points, as one number: the same on every machine and at every vector width,
    /// since no function of the platform's library that rounds is in them. A kernel that is meant to change its bits changes this.
    @Test func recordedBits() {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ bits: UInt64) { hash = (hash ^ bits) &* 0x100_0000_01b3 }
        let a = Self.points, b = Array(Self.points.reversed()), c = a.map(Float.init), d = b.map(Float.init)
        for op in Self.unaries {
            for y in unary(op, a) { add(y.isNaN ? 1 : y.bitPattern) }
            for y in unary(op, c) { add(y.isNaN ? 1 : UInt64(y.bitPattern)) }
        }
        for op in Self.binaries {
            for y in binary(op, a, b) { add(y.isNaN ? 1 : y.bitPattern) }
            for y in binary(op, c, d) { add(y.isNaN ? 1 : UInt64(y.bitPattern)) }
        }
        #expect(hash == 1426360552874199319)
    }
}
