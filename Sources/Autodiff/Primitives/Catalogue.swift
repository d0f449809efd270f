extension Primitive {
    /// Every primitive, family by family. A new one is declared and listed in its family's file.
    package static let catalogue: [Primitive] =
        arithmetic + comparisons + structure + exponentials + rounding
        + products
}
