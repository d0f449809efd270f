/// Where functions of one number overflow, underflow, saturate or change their method, for either precision: the sweep looks at
/// every number for some way around each, on both sides of zero.
private let edges: [Double] = [
    709.782712893384, 708.3964185322641, 745.1332191019412, 744.4400719213812, 710.4758600739439, 36.7368005696771, 37.42994775023705,
    19.06154746539849, 20, 6, 5.863584748755168, 39, 38.48, 700, 26.54325845425098, 88.72283905206835, 87.33654475055310,
    103.27892990343185, 103.97207708399179, 104, 89.41598629223294, 17.32867951399863, 16.63553233343869, 9.010913347279289, 10, 3.8325069069, 15,
    14.16, 13.08, 1, 0.5, 0.6, 2, 0.7071067811865476, 1.4142135623730951, 0x1p20, 0x1p27, 0x1p28, 0x1p-28, 0x1p-54, 0x1p-25, 0x1p-53, 0x1p-24, 1e22,
    0x1p-1022, 0x1p-126, 0x1p-149, 0x1p53, 0x1p24, 0x1p500, 0x1p511, 0x1p512, 0x1p63, 0x1p64, 0x1p1023, 0x1p127,
]

/// Points over all of the number line: the special ones, each exponent (the subnormals' own leading bits too) with some mantissas, runs of neighbours
/// around the edges and around multiples of a quarter turn, and the ranges in which functions bend, densely.
private func sweep<Number: BinaryFloatingPoint>(_: Number.Type, from bits: (UInt64) -> Number, width: Int, mantissaBits: Int) -> [Number] {
    var random = TestRandom(seed: 23), points = specialPoints.map { Number($0) }
    func addBoth(_ x: Number) { points += [x, -x] }
    let mantissaMask = (UInt64(1) << UInt64(mantissaBits)) - 1
    let exponents = UInt64(1) << UInt64(width - 1 - mantissaBits)
    for exponent in 0..<exponents {
        let base = exponent << UInt64(mantissaBits)
        let mantissas: [UInt64] = [0, 1, mantissaMask, mantissaMask / 2]
        for mantissa in mantissas { addBoth(bits(base | mantissa)) }
        for _ in 0..<(mantissaBits > 30 ? 4 : 32) { addBoth(bits(base | random.next() & mantissaMask)) }
    }
    for bit in 0..<mantissaBits {
        let leading = UInt64(1) << UInt64(bit)
        for _ in 0..<8 { addBoth(bits(leading | random.next() & (leading - 1))) }
    }
    let turns: [Double] = (1..<64).map { Double($0) * 0.785_398_163_397_448_3 }
    for edge in edges + turns where Number(edge).isFinite && Number(edge) > 0 {
        var below = Number(edge), above = below
        for _ in 0..<16 {
            addBoth(below)
            addBoth(above)
            below = below.nextDown
            above = above.nextUp
        }
    }
    for limit in [0.01, 1, 8, 50, 120, 800] {
        for _ in 0..<8000 { points.append(Number(random.symmetric(limit))) }
    }
    return points
}

let sweptDoubles = sweep(Double.self, from: { Double(bitPattern: $0) }, width: 64, mantissaBits: 52)
let sweptSingles = sweep(Float.self, from: { Float(bitPattern: UInt32($0)) }, width: 32, mantissaBits: 23)

/// Pairs for a power: every special point to every special point; bases of each exponent, and of neighbours of 1, to powers whose logarithm is
/// spread over the finite range and lies close to its ends; negative bases to whole powers, odd and even.
private func pairs<Number: BinaryFloatingPoint>(_ bases: [Number], logarithms: [Double], limit: Double) -> (bases: [Number], exponents: [Number]) {
    var random = TestRandom(seed: 29), a: [Number] = [], b: [Number] = []
    func add(_ base: Number, _ exponent: Number) {
        a.append(base)
        b.append(exponent)
    }
    let whole: [Double] = [3, -3, 4, 5, -5, 2.5, 0x1.0000000000001p52, 0x1.fffffffffffffp52, 0x1.000002p23, 0x1.fffffep23, 0x1p24]
    let special = (specialPoints + whole).map { Number($0) }
    for base in special {
        for exponent in special { add(base, exponent) }
    }
    func addPower(_ base: Number) {
        let logarithm = log(base)
        add(base, Number(random.symmetric(limit) / logarithm))
        let end = logarithms[Int(random.next() % UInt64(logarithms.count))] / logarithm
        add(base, Number(end * (1 + random.symmetric(1e-12))))
        add(base, Number(end).nextUp)
        add(base, Number(end).nextDown)
    }
    for base in bases where base.isFinite {
        let magnitude = abs(base)
        if magnitude > 0 && magnitude != 1 { addPower(magnitude) }
        add(base, Number(Int(random.next() % 41) - 20))
        add(base, Number(Int(random.next() % 400) - 200) / 2)
    }
    for i in 0..<4000 {
        let distance = random.symmetric(1) * Double(sign: .plus, exponent: -(i % Number.significandBitCount), significand: 1)
        let nearOne = Number(1 + distance)
        if nearOne > 0 && nearOne != 1 { addPower(nearOne) }
    }
    return (a, b)
}

private func log<Number: BinaryFloatingPoint>(_ x: Number) -> Double { logarithm(Double(x)) }

let sweptDoublePairs = pairs(
    sweptDoubles.enumerated().filter { $0.offset % 4 == 0 }.map(\.element),
    logarithms: [709.782712893384, -708.3964185322641, -745.1332191019412, -744.4400719213812, 1e-17, -1e-17], limit: 760)
let sweptSinglePairs = pairs(
    sweptSingles.enumerated().filter { $0.offset % 4 == 0 }.map(\.element),
    logarithms: [88.72283905206835, -87.33654475055310, -103.97207708399179, -103.27892990343185, 1e-8, -1e-8], limit: 106)
