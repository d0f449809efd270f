import Kernels

/// Reproducible test points (SplitMix64).
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    /// Uniform in [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
    mutating func symmetric(_ limit: Double) -> Double { (unit() * 2 - 1) * limit }

    /// Points from every part of the number line: any bits, the ranges where functions bend, near 1, near multiples of a quarter turn.
    mutating func point(_ i: Int) -> Double {
        switch i % 8 {
        case 0: return Double(bitPattern: next())
        case 1: return symmetric(1)
        case 2: return symmetric(10)
        case 3: return symmetric(100)
        case 4: return symmetric(800)
        case 5: return 1 + (unit() - 0.5) * Double(sign: .plus, exponent: -Int(next() % 40), significand: 1)
        case 6: return Double(sign: next() % 2 == 0 ? .plus : .minus, exponent: Int(next() % 100) - 50, significand: 1 + unit())
        default: return Double(Int(next() % 2000) - 1000) * 0.785_398_163_397_448_3
        }
    }
}

let specialPoints: [Double] = [
    0.0, -0.0, .infinity, -.infinity, .nan, 1, -1, 0.5, -0.5, 2, -2, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0x1p-1022,
    -0x1p-1022, 0x1p-1030, -0x1p-1030,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 709.782712893384, 709.7827128933841, -745.1332191019411,
    -745.1332191019412, -708.4, 710.4758600739439, 710.4758600739440, 1e22, 1e300, -1e300, 1.5707963267948966, 3.141592653589793,
    0x1p20, 0x1.0000000000001p20, 1e-8, -38.5, -38, -40, -700, -740, -746, -750, -760, 1e10, 88.72284, -103.97, -87.5, 1e-40, -13.5,
    6_381_956_970_095_103 * 0x1p797,  // the double nearest to a multiple of pi / 2
]

/// How far a value is from the true one, in units of the true one's last place; infinite where NaN, infinity or the sign of
/// zero differ.
func unitsInTheLastPlace(_ got: Double, _ truth: Float80) -> Double {
    let rounded = Double(truth)
    if rounded.isNaN || got.isNaN { return rounded.isNaN && got.isNaN ? 0 : .infinity }
    if rounded.isInfinite || got.isInfinite {
        if rounded == got { return 0 }
        return got.isInfinite && abs(truth) > Float80(Double.greatestFiniteMagnitude.nextDown) ? 1 : .infinity
    }
    if rounded == 0 && got == 0 { return rounded.sign == got.sign ? 0 : .infinity }
    return Double(abs(Float80(got) - truth) / Float80(rounded.ulp))
}

func unitsInTheLastPlace(_ got: Float, _ truth: Float80) -> Double {
    let rounded = Float(truth)
    if rounded.isNaN || got.isNaN { return rounded.isNaN && got.isNaN ? 0 : .infinity }
    if rounded.isInfinite || got.isInfinite {
        if rounded == got { return 0 }
        return got.isInfinite && abs(truth) > Float80(Float.greatestFiniteMagnitude.nextDown) ? 1 : .infinity
    }
    if rounded == 0 && got == 0 { return rounded.sign == got.sign ? 0 : .infinity }
    return Double(abs(Float80(got) - truth) / Float80(rounded.ulp))
}

func sameBits(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }
func sameBits(_ a: Float, _ b: Float) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }

func unary(_ op: grad_operation, _ x: [Double]) -> [Double] {
    var y = [Double](repeating: 0, count: x.count)
    grad_unary_f64(op, x.count, x, &y)
    return y
}
func unary(_ op: grad_operation, _ x: [Float]) -> [Float] {
    var y = [Float](repeating: 0, count: x.count)
    grad_unary_f32(op, x.count, x, &y)
    return y
}
func binary(_ op: grad_operation, _ a: [Double], _ b: [Double]) -> [Double] {
    let count = max(a.count, b.count)
    var y = [Double](repeating: 0, count: count)
    grad_binary_f64(op, count, a, a.count == 1 && count > 1 ? 0 : 1, b, b.count == 1 && count > 1 ? 0 : 1, &y)
    return y
}
func binary(_ op: grad_operation, _ a: [Float], _ b: [Float]) -> [Float] {
    let count = max(a.count, b.count)
    var y = [Float](repeating: 0, count: count)
    grad_binary_f32(op, count, a, a.count == 1 && count > 1 ? 0 : 1, b, b.count == 1 && count > 1 ? 0 : 1, &y)
    return y
}

func instruction(_ op: grad_operation, _ dst: Int, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> grad_instruction {
    instruction(Int(op.rawValue), dst, a, b, c)
}
func instruction(_ op: Int, _ dst: Int, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> grad_instruction {
    grad_instruction(op: UInt16(op), dst: UInt16(dst), a: UInt16(a), b: UInt16(b), c: UInt16(c))
}

/// The strands of a chain, as its runs take them.
struct Strands {
    private let strands: UnsafeMutablePointer<grad_strand>
    private let steps: UnsafeMutablePointer<grad_strand_step>

    init(of chain: inout grad_fused) {
        strands = .allocate(capacity: max(1, chain.instructions))
        steps = .allocate(capacity: max(1, 2 * chain.instructions))
        chain.strand_count = grad_make_strands(&chain, strands, steps)
        (chain.strands, chain.steps) = (UnsafePointer(strands), UnsafePointer(steps))
    }

    func free() {
        strands.deallocate()
        steps.deallocate()
    }
}
