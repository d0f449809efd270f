/// The lengths of a tensor's axes, outermost first; `[]` is a single number.
package struct Shape: Hashable, Sendable {
    package let axes: [Int]

    package init(_ axes: [Int]) { self.axes = axes }

    package static let scalar = Shape([])

    package var rank: Int { axes.count }

    /// How many numbers a tensor of this shape holds. Shapes come from `checked`, so the product does not overflow.
    package var count: Int {
        var product = 1
        for axis in axes { product *= axis }
        return product
    }

    package subscript(axis: Int) -> Int { axes[axis] }

    /// A shape from lengths that a person gave: none negative, and the number of elements within `limit`.
    package static func checked(_ axes: [Int], limit: Int = Shape.largestCount) throws(PrimitiveError) -> Shape {
        guard axes.allSatisfy({ $0 >= 0 }) else {
            throw PrimitiveError("a length cannot be negative, as in \(Shape(axes))")
        }
        var product = 1
        // A length of 0 makes it empty, but strides and partial products must not overflow either.
        for axis in axes where axis > 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: axis)
            guard !overflow, next <= limit else {
                throw PrimitiveError(
                    "a tensor of shape \(Shape(axes)) is too large", hint: "a tensor holds at most \(limit) numbers")
            }
            product = next
        }
        try Account.checkForm(axes, axes.contains(0) ? 0 : product)
        return Shape(axes)
    }

    /// More than any machine holds, and far from the overflow of byte counts.
    package static let largestCount = 1 << 40

    /// The shape that two operands broadcast to: a number with anything; equal ranks, where an axis of 1 stretches; or a
    /// smaller rank whose shape equals the larger's trailing axes. Anything else is refused, `[n, 1]` with `[n]` above
    /// all, since that is nearly always a mistake. `nil` when the two do not fit.
    package static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        if a == b || b.rank == 0 { return a }
        if a.rank == 0 { return b }
        if a.rank == b.rank {
            var axes: [Int] = []
            axes.reserveCapacity(a.rank)
            for (left, right) in zip(a.axes, b.axes) {
                guard left == right || left == 1 || right == 1 else { return nil }
                axes.append(left == 1 ? right : left)
            }
            return Shape(axes)
        }
        let (large, small) = a.rank > b.rank ? (a, b) : (b, a)
        return large.axes.suffix(small.rank).elementsEqual(small.axes) ? large : nil
    }

    /// For each axis, how far apart neighbours along it lie in row-major order.
    package var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * axes[axis + 1] }
        return strides
    }

    /// An axis as a person gave it, negative from the end, as an index into `axes`.
    package func axis(_ given: Int) throws(PrimitiveError) -> Int {
        let axis = given < 0 ? given + rank : given
        guard axis >= 0 && axis < rank else {
            throw PrimitiveError(
                "there is no axis \(given) in a tensor of shape \(self)",
                hint: rank == 0 ? "a number has no axes" : rank == 1 ? "its only axis is 0, or -1 from the end" : "its axes are 0 to \(rank - 1), or -\(rank) to -1 from the end")
        }
        return axis
    }

    /// The shape with another length of one axis.
    package func replacing(_ axis: Int, by length: Int) -> Shape {
        var axes = axes
        axes[axis] = length
        return Shape(axes)
    }

    /// The shape as blocks `[outer, length, inner]` around one axis.
    package func split(at axis: Int) -> (outer: Int, length: Int, inner: Int) {
        var outer = 1
        var inner = 1
        for i in 0..<axis { outer *= axes[i] }
        for i in (axis + 1)..<max(axis + 1, rank) { inner *= axes[i] }
        return (outer, axes[axis], inner)
    }
}

extension Shape: CustomStringConvertible {
    package var description: String { "[" + axes.map(String.init).joined(separator: ", ") + "]" }
}
