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

    /// Every function over its entire range, at every vector width that the machine can run: at most 3 units in the last place, and the same
    /// bits at all of them.
    @Suite struct KernelsFunctions {
        @Test(arguments: functions) func withinThreeUnitsInDouble(_ function: Function) {
            let x = sweptDoubles, truths = x.map { function.truth(Float80($0)) }
            check(function.name, truths, at: { "\(x[$0])" }) { $0.unaryDouble(function.op, x) }
        }

        @Test(arguments: functions) func withinThreeUnitsInSingle(_ function: Function) {
            let x = sweptSingles, truths = x.map { function.truth(Float80($0)) }
            check(function.name, truths, at: { "\(x[$0])" }) { $0.unarySingle(function.op, x) }
        }

        @Test func powWithinThreeUnits() {
            let (a, b) = sweptDoublePairs, (c, d) = sweptSinglePairs
            check("pow", zip(a, b).map { powl(Float80($0), Float80($1)) }, at: { "\(a[$0]), \(b[$0])" }) { $0.binaryDouble(GRAD_POW, a, b) }
            check("pow", zip(c, d).map { powl(Float80($0), Float80($1)) }, at: { "\(c[$0]), \(d[$0])" }) { $0.binarySingle(GRAD_POW, c, d) }
        }

        @Test func atan2WithinThreeUnits() {
            let (a, b) = sweptDoublePairs, (c, d) = sweptSinglePairs
            check("atan2", zip(a, b).map { atan2l(Float80($0), Float80($1)) }, at: { "\(a[$0]), \(b[$0])" }) { $0.binaryDouble(GRAD_ATAN2, a, b) }
            check("atan2", zip(c, d).map { atan2l(Float80($0), Float80($1)) }, at: { "\(c[$0]), \(d[$0])" }) { $0.binarySingle(GRAD_ATAN2, c, d) }
        }

        @Test func thePlainWidthIsThere() { #expect(KernelWidth.all.map(\.name).starts(with: ["selected", "plain"])) }

        private func check<Number: Bitwise>(
            _ name: String, _ truths: [Float80], at: (Int) -> String, values: (KernelWidth) -> [Number]
        ) {
            let selected = values(KernelWidth.all[0])
            var worst = (error: 0.0, at: 0)
            for (i, truth) in truths.enumerated() {
                let error = selected[i].units(from: truth)
                if error > worst.error { worst = (error, i) }
            }
            #expect(worst.error <= 3, "\(name)(\(at(worst.at))) is \(selected[worst.at])")
            for width in KernelWidth.all.dropFirst() {
                let other = values(width)
                if let i = other.indices.first(where: { !other[$0].hasBits(of: selected[$0]) }) {
                    Issue.record("\(name)(\(at(i))) is \(selected[i]), at \(width.name) \(other[i])")
                }
            }
        }
    }

    private protocol Bitwise: BinaryFloatingPoint {
        func hasBits(of other: Self) -> Bool
        func units(from truth: Float80) -> Double
    }
    extension Double: Bitwise {
        func hasBits(of other: Double) -> Bool { sameBits(self, other) }
        func units(from truth: Float80) -> Double { unitsInTheLastPlace(self, truth) }
    }
    extension Float: Bitwise {
        func hasBits(of other: Float) -> Bool { sameBits(self, other) }
        func units(from truth: Float80) -> Double { unitsInTheLastPlace(self, truth) }
    }
#endif

#if canImport(Glibc)
    func logarithm(_ x: Double) -> Double { Glibc.log(x) }
#else
    func logarithm(_ x: Double) -> Double { Darwin.log(x) }
#endif
