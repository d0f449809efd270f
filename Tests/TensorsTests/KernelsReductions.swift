import Kernels
import Testing

@Suite struct KernelsReductions {
    private static let shapes: [(Int, Int, Int)] = [1, 2, 3, 4, 17, 32, 43, 70, 300].flatMap { inner in
        [1, 2, 7, 31, 33, 127, 500, 2111].map { (3, $0, inner) }
    }

    /// Whole numbers: every order of summation is exact, so that any element left out or counted twice shows.
    @Test func everyReductionOnWholeNumbers() {
        var random = TestRandom(seed: 3)
        for (outer, length, inner) in Self.shapes {
            let x = (0..<outer * length * inner).map { _ in Double(Int(random.next() % 2001) - 1000) }
            let single = x.map(Float.init)
            for op in GRAD_REDUCE_SUM.rawValue...GRAD_REDUCE_ALL.rawValue where op != GRAD_REDUCE_PROD.rawValue {
                var y = [Double](repeating: -7, count: outer * inner), ySingle = [Float](repeating: -7, count: outer * inner)
                grad_reduce_f64(grad_reduction(rawValue: op), outer, length, inner, x, &y)
                grad_reduce_f32(grad_reduction(rawValue: op), outer, length, inner, single, &ySingle)
                for o in 0..<outer {
                    for j in 0..<inner {
                        let line = (0..<length).map { x[(o * length + $0) * inner + j] }
                        let expected = Self.plain(grad_reduction(rawValue: op), line)
                        #expect(y[o * inner + j] == expected, "\(op) of [\(outer), \(length), \(inner)]")
                        #expect(Double(ySingle[o * inner + j]) == expected, "\(op) of [\(outer), \(length), \(inner)] in single")
                    }
                }
            }
        }
    }

    private static func plain(_ op: grad_reduction, _ line: [Double]) -> Double {
        switch op {
        case GRAD_REDUCE_SUM: line.reduce(0, +)
        case GRAD_REDUCE_MIN: line.min() ?? .nan
        case GRAD_REDUCE_MAX: line.max() ?? .nan
        case GRAD_REDUCE_ARGMIN: Double(line.firstIndex(of: line.min() ?? 0) ?? -1)
        case GRAD_REDUCE_ARGMAX: Double(line.firstIndex(of: line.max() ?? 0) ?? -1)
        case GRAD_REDUCE_ANY: line.contains { $0 != 0 } ? 1 : 0
        default: line.allSatisfy { $0 != 0 } ? 1 : 0
        }
    }

    /// Rows that have a loop of their own come to the same bits as in the general one, which they reach with as many neutral numbers behind them.
    @Test(arguments: 8...32) func shortRowsAreSummedAsLongOnes(length: Int) {
        var random = TestRandom(seed: UInt64(length))
        let outer = 23, long = 33
        var x = (0..<outer * length).map { _ in random.symmetric(2) }
        for (row, odd) in [-0.0, .nan, .infinity, -.infinity].enumerated() { x[row * length + (row + 5) % length] = odd }
        for k in 0..<length { x[20 * length + k] = -0.0 }
        for (op, neutral) in [(GRAD_REDUCE_SUM, 0), (GRAD_REDUCE_PROD, 1), (GRAD_REDUCE_MIN, Double.infinity), (GRAD_REDUCE_MAX, -Double.infinity)] {
            let padded = (0..<outer).flatMap { x[$0 * length..<($0 + 1) * length] + [Double](repeating: neutral, count: long - length) }
            var y = [Double](repeating: 7, count: outer), expected = y
            grad_reduce_f64(op, outer, length, 1, x, &y)
            grad_reduce_f64(op, outer, long, 1, padded, &expected)
            #expect(zip(y, expected).allSatisfy { sameBits($0, $1) }, "\(op)")
            var single = [Float](repeating: 7, count: outer), expectedSingle = single
            grad_reduce_f32(op, outer, length, 1, x.map(Float.init), &single)
            grad_reduce_f32(op, outer, long, 1, padded.map(Float.init), &expectedSingle)
            #expect(zip(single, expectedSingle).allSatisfy { sameBits($0, $1) }, "\(op) in single")
        }
    }

    @Test func products() {
        var random = TestRandom(seed: 4)
        for (outer, length, inner) in Self.shapes {
            let x = (0..<outer * length * inner).map { _ in 0.9 + 0.2 * random.unit() }
            var y = [Double](repeating: 0, count: outer * inner)
            grad_reduce_f64(GRAD_REDUCE_PROD, outer, length, inner, x, &y)
            for o in 0..<outer {
                for j in 0..<inner {
                    let expected = (0..<length).reduce(Float80(1)) { $0 * Float80(x[(o * length + $1) * inner + j]) }
                    #expect(abs(Float80(y[o * inner + j]) / expected - 1) < 1e-13)
                }
            }
        }
    }

    /// The error of a pairwise sum grows with the logarithm of the length; one running sum of these would lose 5 digits.
    @Test(arguments: [1, 5, 64]) func sumsArePairwise(inner: Int) {
        var random = TestRandom(seed: 6)
        let length = 100_000
        let x = (0..<length * inner).map { _ in random.unit() }, single = x.map(Float.init)
        var y = [Double](repeating: 0, count: inner), ySingle = [Float](repeating: 0, count: inner)
        grad_reduce_f64(GRAD_REDUCE_SUM, 1, length, inner, x, &y)
        grad_reduce_f32(GRAD_REDUCE_SUM, 1, length, inner, single, &ySingle)
        for j in 0..<inner {
            let exact = (0..<length).reduce(Float80(0)) { $0 + Float80(x[$1 * inner + j]) }
            let exactSingle = (0..<length).reduce(Float80(0)) { $0 + Float80(single[$1 * inner + j]) }
            #expect(abs(Float80(y[j]) / exact - 1) < 1e-15)
            #expect(abs(Float80(ySingle[j]) / exactSingle - 1) < 5e-7)
        }
    }

    /// The association is part of the result: these bits hold on every machine, whatever its vector width.
    @Test func sumsHaveTheSameBitsEverywhere() {
        var random = TestRandom(seed: 8)
        let x = (0..<30_011).map { _ in random.symmetric(1) * 1e8 }
        var y = [0.0]
        grad_reduce_f64(GRAD_REDUCE_SUM, 1, x.count, 1, x, &y)
        #expect(y[0] == Self.sum(x[...]))
    }

    /// The documented association: 32 lanes by blocks of 1024, lanes as a tree, blocks as a tree.
    private static func sum(_ x: ArraySlice<Double>) -> Double {
        if x.count <= 1024 {
            var lanes = [Double](repeating: 0, count: 32)
            for (i, value) in x.enumerated() { lanes[i % 32] += value }
            while lanes.count > 1 {
                let half = lanes.count / 2
                lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
            }
            return lanes[0]
        }
        var half = 1024
        while half * 2 < x.count { half *= 2 }
        return sum(x.prefix(half)) + sum(x.dropFirst(half))
    }

    @Test func notANumberComesOut() {
        for inner in [1, 3, 40] {
            for place in [0, 5, 299] {
                var x = (0..<300 * inner).map { Double($0 % 17) }
                for j in 0..<inner { x[place * inner + j] = .nan }
                for op in [GRAD_REDUCE_SUM, GRAD_REDUCE_MIN, GRAD_REDUCE_MAX] {
                    var y = [Double](repeating: 0, count: inner)
                    grad_reduce_f64(op, 1, 300, inner, x, &y)
                    #expect(y.allSatisfy { $0.isNaN })
                }
                for op in [GRAD_REDUCE_ARGMIN, GRAD_REDUCE_ARGMAX] {
                    var y = [Double](repeating: 0, count: inner)
                    grad_reduce_f64(op, 1, 300, inner, x, &y)
                    #expect(y.allSatisfy { $0 == Double(place) })
                }
            }
        }
    }

    @Test func emptyLines() {
        for inner in [1, 3] {
            for (op, expected) in [
                (GRAD_REDUCE_SUM, 0.0), (GRAD_REDUCE_PROD, 1), (GRAD_REDUCE_MIN, .infinity), (GRAD_REDUCE_MAX, -.infinity),
                (GRAD_REDUCE_ANY, 0), (GRAD_REDUCE_ALL, 1),
            ] {
                var y = [Double](repeating: 9, count: 2 * inner)
                grad_reduce_f64(op, 2, 0, inner, [0], &y)
                #expect(y == [Double](repeating: expected, count: 2 * inner))
            }
        }
    }

    @Test func scans() {
        for inner in [1, 4] {
            let x: [Double] = (0..<10 * inner).map { Double($0 % 5 + 1) }
            var sums = x, products = x
            grad_scan_f64(GRAD_ADD, 1, 10, inner, x, &sums)
            grad_scan_f64(GRAD_MUL, 1, 10, inner, x, &products)
            for j in 0..<inner {
                var sum = 0.0, product = 1.0
                for i in 0..<10 {
                    sum += x[i * inner + j]
                    product *= x[i * inner + j]
                    #expect(sums[i * inner + j] == sum && products[i * inner + j] == product)
                }
            }
        }
    }
}
