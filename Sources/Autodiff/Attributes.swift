/// An argument of a primitive that is not differentiated: an axis, a count, a flag.
package enum Attribute: Hashable, Sendable {
    /// Nothing given where that means something of its own: all axes, say.
    case none
    case flag(Bool)
    case int(Int)
    case ints([Int])
    case real(Double)
    case text(String)
}

/// The attributes of one application, in the order of the primitive's attribute parameters.
package struct Attributes: Hashable, Sendable {
    package let values: [Attribute]

    package init(_ values: [Attribute] = []) { self.values = values }

    package static let none = Attributes()

    package subscript(index: Int) -> Attribute { index < values.count ? values[index] : .none }

    package func flag(_ index: Int) -> Bool {
        if case .flag(let value) = self[index] { value } else { false }
    }

    /// `nil` where none was given.
    package func int(_ index: Int) -> Int? {
        if case .int(let value) = self[index] { value } else { nil }
    }

    /// `nil` where none were given; a single number counts as a list of one.
    package func ints(_ index: Int) -> [Int]? {
        switch self[index] {
        case .ints(let values): values
        case .int(let value): [value]
        default: nil
        }
    }

    package func real(_ index: Int) -> Double? {
        switch self[index] {
        case .real(let value): value
        case .int(let value): Double(value)
        default: nil
        }
    }

    package func text(_ index: Int) -> String? {
        if case .text(let value) = self[index] { value } else { nil }
    }
}
