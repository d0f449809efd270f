/// The type of a tensor's numbers.
package enum ElementType: UInt8, Hashable, Sendable {
    case f64, f32

    package var size: Int { self == .f64 ? 8 : 4 }

    package var name: String { self == .f64 ? "f64" : "f32" }
}
