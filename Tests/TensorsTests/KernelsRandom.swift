import Kernels
import Testing

@Suite struct KernelsRandom {
    /// The known answers published with Random123.
    @Test func philoxAnswers() {
        func block(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
            var words: [UInt32] = [0, 0, 0, 0]
            grad_philox_block(counter, key, &words)
            return words
        }
        #expect(block([0, 0, 0, 0], [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        let ones = UInt32.max
        #expect(block([ones, ones, ones, ones], [ones, ones]) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
        #expect(
            block([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0])
                == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
    }

    @Test func anyStretchIsPartOfTheStream() {
        var bits = [UInt64](repeating: 0, count: 500), uniform = [Double](repeating: 0, count: 500), normal = uniform
        grad_bits_u64(42, 7, 0, 500, &bits)
        grad_uniform_f64(42, 7, 0, 500, &uniform)
        grad_normal_f64(42, 7, 0, 500, &normal)
        for (first, count) in [(0, 1), (1, 1), (1, 2), (3, 64), (64, 130), (101, 399), (499, 1)] {
            var b = [UInt64](repeating: 0, count: count), u = [Double](repeating: 0, count: count), z = u
            grad_bits_u64(42, 7, UInt64(first), count, &b)
            grad_uniform_f64(42, 7, UInt64(first), count, &u)
            grad_normal_f64(42, 7, UInt64(first), count, &z)
            #expect(b == Array(bits[first..<first + count]))
            #expect(u == Array(uniform[first..<first + count]))
            #expect(z == Array(normal[first..<first + count]))
        }
    }

    @Test func keysAndStreamsDiffer() {
        var seen: Set<UInt64> = []
        for key in [0, 1, 42, UInt64.max] {
            for stream in [0, 1, 7, UInt64.max] {
                var bits = [UInt64](repeating: 0, count: 100)
                grad_bits_u64(key, stream, 0, 100, &bits)
                seen.formUnion(bits)
            }
        }
        #expect(seen.count == 1600)
    }

    @Test func distributions() {
        let count = 400_000
        var uniform = [Double](repeating: 0, count: count), normal = uniform
        grad_uniform_f64(1, 2, 0, count, &uniform)
        grad_normal_f64(1, 2, 0, count, &normal)
        #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
        let n = Double(count)
        let mean = uniform.reduce(0, +) / n, variance = uniform.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        #expect(abs(mean - 0.5) < 5 * (1 / 12.0).squareRoot() / n.squareRoot())
        #expect(abs(variance - 1 / 12.0) < 5e-4)
        let squares = normal.map { $0 * $0 }
        let moments = [normal, squares, zip(normal, squares).map { $0 * $1 }, squares.map { $0 * $0 }].map { $0.reduce(0, +) / n }
        // Five standard deviations of each moment's estimate.
        #expect(abs(moments[0]) < 5 / n.squareRoot() && abs(moments[1] - 1) < 5 * 2.0.squareRoot() / n.squareRoot())
        #expect(abs(moments[2]) < 5 * 15.0.squareRoot() / n.squareRoot() && abs(moments[3] - 3) < 5 * 96.0.squareRoot() / n.squareRoot())
        // The pair that one block makes must not be correlated.
        let product = stride(from: 0, to: count, by: 2).reduce(0.0) { $0 + normal[$1] * normal[$1 + 1] } / (n / 2)
        #expect(abs(product) < 5 / (n / 2).squareRoot())
    }

    /// The same seed gives the same numbers on every machine: made here once, with nothing of the platform's library in them.
    @Test func recordedNumbers() {
        var normal = [Double](repeating: 0, count: 4), uniform = normal
        grad_normal_f64(42, 0, 0, 4, &normal)
        grad_uniform_f64(42, 0, 0, 4, &uniform)
        #expect(uniform.map(\.bitPattern) == Self.recordedUniform)
        #expect(normal.map(\.bitPattern) == Self.recordedNormal)
    }
    private static let recordedUniform: [UInt64] = [0x3fdd_fd52_4ee7_3abc, 0x3fd5_d0ac_f5c4_afd4, 0x3fd4_ee9b_3f7f_36c8, 0x3fdd_1381_bee0_e3d6]
    private static let recordedNormal: [UInt64] = [0xbfe5_4ac0_3c1a_0328, 0x3ff0_938d_b380_d762, 0xbff6_f135_c80f_efcb, 0x3fdb_16fd_5e63_89cb]
}
