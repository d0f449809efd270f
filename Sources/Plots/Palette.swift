/// Colours. The palette keeps apart for people with any common colour blindness; the ramp's steps look equally far
/// apart (equal distances in Oklab, lightness rising throughout).
enum Palette {
    struct RGB: Equatable {
        let red, green, blue: Int
        init(_ hex: Int) { (red, green, blue) = (hex >> 16 & 255, hex >> 8 & 255, hex & 255) }

        var hex: String {
            "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }

        /// The nearest of the 240 fixed colours of a terminal with 256.
        var terminal: Int {
            let levels = [0, 95, 135, 175, 215, 255]
            func nearest(_ value: Int) -> Int { levels.indices.min { abs(levels[$0] - value) < abs(levels[$1] - value) } ?? 0 }
            let (r, g, b) = (nearest(red), nearest(green), nearest(blue))
            return 16 + 36 * r + 6 * g + b
        }
    }

    /// On white, and on a dark ground.
    static let light = [0x0072b2, 0xd55e00, 0x007f5c, 0xb3569a, 0x7a6a00, 0x3f4aa8].map { RGB($0) }
    static let dark = [0x56b4e9, 0xf0884a, 0x2fc79c, 0xe08fc4, 0xd9c84a, 0x9aa5f5].map { RGB($0) }
    /// The same in a terminal, whose ground is not known: of middling lightness.
    static let terminal = [33, 208, 36, 170, 178, 105]
    /// For the grounds of regions: dark, so that points in the colours above stand out.
    static let terminalTint = [17, 52, 22, 53, 58, 236]

    static var count: Int { light.count }

    private static let ramp = [
        0x1f025b, 0x1b0c72, 0x042681, 0x023775, 0x044774, 0x075779, 0x086980, 0x0b7a87, 0x108b8c,
        0x119c8e, 0x11ab8c, 0x14b985, 0x48c67a, 0x7cd16f, 0xa7da66, 0xcfe360, 0xf4ea60,
    ].map { RGB($0) }

    /// The ramp's colour at 0…1.
    static func heat(_ part: Double) -> RGB {
        let scaled = min(max(part.isNaN ? 0 : part, 0), 1) * Double(ramp.count - 1)
        let index = min(Int(scaled), ramp.count - 2)
        let rest = scaled - Double(index)
        func mix(_ a: Int, _ b: Int) -> Int { Int((Double(a) + (Double(b) - Double(a)) * rest).rounded()) }
        let (a, b) = (ramp[index], ramp[index + 1])
        return RGB(mix(a.red, b.red) << 16 | mix(a.green, b.green) << 8 | mix(a.blue, b.blue))
    }
}
