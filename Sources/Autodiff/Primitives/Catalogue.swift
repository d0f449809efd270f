extension Primitive {
    /// Every primitive, family by family. A new one is declared and listed in its family's file.
    package static let catalogue: [Primitive] = Array(families.joined())

    private static let families: [[Primitive]] = [
        arithmetic,
        comparisons,
        structure,
        exponentials,
        trigonometry,
        hyperbolic,
        activations,
        rounding,
        absolute,
        reductions,
        spread,
        scans,
        softmaxes,
        products,
        linearSystems,
        factorizations,
        convolutions,
        pooling,
        contractions,
        reshaping,
        transposition,
        joining,
        slicing,
        blocks,
        rearranging,
        indexing,
        sorting,
    ]
}
