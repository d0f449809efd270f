import Kernels
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A function, its kernel, and the same in 80 bits from the C library. Those have 11 bits more than a double, so that the
/// reference's own error does not count.
struct Function: CustomTestStringConvertible, Sendable {
    let name: String
    let op: grad_operation
    let truth: @Sendable (Float80) -> Float80
    var testDescription: String { name }
}

private let half: Float80 = 0.5

#if arch(x86_64) && canImport(Glibc)
    private func sigmoid(_ x: Float80) -> Float80 { x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x)) }

    /// x erfc(-x / sqrt 2) / 2; what the product with sqrt(1/2) loses in 80 bits is put back, since erfc magnifies it.
    private func gelu(_ x: Float80) -> Float80 {
        if x < -40 { return -0.0 }
        let root: Float80 = 0x1.6a09e667f3bcc908p-1, rootRest: Float80 = 0x1.65f626cdd52afa7cp-66
        if x > -1 || x.isNaN { return half * x * erfcl(-x * root) }
        let u = -x * root
        let rest = (-u).addingProduct(-x, root) - x * rootRest
        let e = erfcl(u)
        return half * x * e * (1 - rest * 2 * expl(-u * u) / (e * 1.772_453_850_905_516_027_298))
    }

    let functions: [Function] = [
        Function(name: "exp", op: GRAD_EXP, truth: { expl($0) }), Function(name: "log", op: GRAD_LOG, truth: { logl($0) }),
        Function(name: "log1p", op: GRAD_LOG1P, truth: { log1pl($0) }),
        Function(name: "expm1", op: GRAD_EXPM1, truth: { expm1l($0) }),
        Function(name: "sqrt", op: GRAD_SQRT, truth: { sqrtl($0) }), Function(name: "sin", op: GRAD_SIN, truth: { sinl($0) }),
        Function(name: "cos", op: GRAD_COS, truth: { cosl($0) }), Function(name: "tan", op: GRAD_TAN, truth: { tanl($0) }),
        Function(name: "asin", op: GRAD_ASIN, truth: { asinl($0) }), Function(name: "acos", op: GRAD_ACOS, truth: { acosl($0) }),
        Function(name: "atan", op: GRAD_ATAN, truth: { atanl($0) }), Function(name: "sinh", op: GRAD_SINH, truth: { sinhl($0) }),
        Function(name: "cosh", op: GRAD_COSH, truth: { coshl($0) }), Function(name: "tanh", op: GRAD_TANH, truth: { tanhl($0) }),
        Function(name: "asinh", op: GRAD_ASINH, truth: { asinhl($0) }),
        Function(name: "acosh", op: GRAD_ACOSH, truth: { acoshl($0) }),
        Function(name: "atanh", op: GRAD_ATANH, truth: { atanhl($0) }), Function(name: "erf", op: GRAD_ERF, truth: { erfl($0) }),
        Function(name: "sigmoid", op: GRAD_SIGMOID, truth: { sigmoid($0) }),
        Function(name: "softplus", op: GRAD_SOFTPLUS, truth: { ($0 > 0 ? $0 : $0.isNaN ? $0 : 0) + log1pl(expl(-abs($0))) }),
        Function(name: "gelu", op: GRAD_GELU, truth: { gelu($0) }),
        Function(
            name: "silu", op: GRAD_SILU,
            truth: { $0 == -.infinity ? -0.0 : $0 < 0 ? $0 * expl($0) / (1 + expl($0)) : $0 * sigmoid($0) }),
        Function(name: "square", op: GRAD_SQUARE, truth: { $0 * $0 }),
        Function(name: "reciprocal", op: GRAD_RECIPROCAL, truth: { 1 / $0 }),
    ]

    @Suite struct KernelsFunctions {
        private static let points: [Double] = {
            var random = TestRandom(seed: 5)
            return specialPoints + (0..<60_000).map { random.point($0) }
        }()

        @Test(arguments: functions) func withinThreeUnitsInDouble(_ function: Function) {
            let x = Self.points, y = unary(function.op, x)
            var worst = (error: 0.0, at: 0.0)
            for (x, y) in zip(x, y) {
                let error = unitsInTheLastPlace(y, function.truth(Float80(x)))
                if error > worst.error { worst = (error, x) }
            }
            #expect(worst.error <= 3, "\(function.name)(\(worst.at))")
        }

        @Test(arguments: functions) func withinThreeUnitsInSingle(_ function: Function) {
            let x = Self.points.map(Float.init), y = unary(function.op, x)
            var worst = (error: 0.0, at: Float(0))
            for (x, y) in zip(x, y) {
                let error = unitsInTheLastPlace(y, function.truth(Float80(x)))
                if error > worst.error { worst = (error, x) }
            }
            #expect(worst.error <= 3, "\(function.name)(\(worst.at))")
        }

        /// Pairs that reach the ends of the range: the power's logarithm is spread evenly.
        private static let pairs: [(Double, Double)] = {
            var random = TestRandom(seed: 7)
            let exponents: [Double] = specialPoints + [3, -3, 4, 5, -5, 2.5, 0x1p52 + 1, 0x1p53 - 1]
            var pairs: [(Double, Double)] = []
            for a in specialPoints {
                for b in exponents { pairs.append((a, b)) }
            }
            for i in 0..<60_000 {
                switch i % 4 {
                case 0:
                    let a = exp2((random.unit() - 0.5) * 2000)
                    pairs.append((a, random.symmetric(750) / log(a)))
                case 1:
                    let a = 0.5 + random.unit()
                    pairs.append((a, random.symmetric(745) / log(a)))
                case 2: pairs.append((random.point(i / 4), Double(Int(random.next() % 40) - 20)))
                default: pairs.append((random.point(i / 4), random.point(i / 32)))
                }
            }
            return pairs
        }()

        @Test func powWithinThreeUnits() {
            let y = binary(GRAD_POW, Self.pairs.map(\.0), Self.pairs.map(\.1))
            let single = binary(GRAD_POW, Self.pairs.map { Float($0.0) }, Self.pairs.map { Float($0.1) })
            var worst = (error: 0.0, at: (0.0, 0.0)), worstSingle = worst
            for (i, pair) in Self.pairs.enumerated() {
                let error = unitsInTheLastPlace(y[i], powl(Float80(pair.0), Float80(pair.1)))
                if error > worst.error { worst = (error, pair) }
                let errorSingle = unitsInTheLastPlace(single[i], powl(Float80(Float(pair.0)), Float80(Float(pair.1))))
                if errorSingle > worstSingle.error { worstSingle = (errorSingle, pair) }
            }
            #expect(worst.error <= 3, "\(worst.at)")
            #expect(worstSingle.error <= 3, "\(worstSingle.at)")
        }

        @Test func atan2WithinThreeUnits() {
            let y = binary(GRAD_ATAN2, Self.pairs.map(\.0), Self.pairs.map(\.1))
            var worst = (error: 0.0, at: (0.0, 0.0))
            for (i, pair) in Self.pairs.enumerated() {
                let error = unitsInTheLastPlace(y[i], atan2l(Float80(pair.0), Float80(pair.1)))
                if error > worst.error { worst = (error, pair) }
            }
            #expect(worst.error <= 3, "\(worst.at)")
        }
    }
#endif
