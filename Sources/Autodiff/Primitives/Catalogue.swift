extension Primitive {
    /// Every primitive, family by family. A new one is declared and listed in its family's file.
    package static let catalogue: [Primitive] = families.flatMap(\.primitives)

    package static let families: [(title: String, primitives: [Primitive])] = [
        ("Arithmetic", arithmetic),
        ("Comparisons and choices", comparisons),
        ("Stretching, types and constants", structure),
        ("Exponentials and logarithms", exponentials),
        ("Trigonometry", trigonometry),
        ("Hyperbolic functions", hyperbolic),
        ("Activations", activations),
        ("Rounding", rounding),
        ("Size and sign", absolute),
        ("Reductions", reductions),
        ("Variance and norms", spread),
        ("Running sums and products", scans),
        ("Softmax", softmaxes),
        ("Matrix products", products),
        ("Linear systems", linearSystems),
        ("Factorizations", factorizations),
        ("Convolutions", convolutions),
        ("Pooling", pooling),
        ("Sums of products over named axes", contractions),
        ("Shapes", reshaping),
        ("Transposition", transposition),
        ("Joining and repeating", joining),
        ("Slices and borders", slicing),
        ("Blocks", blocks),
        ("Rearranging", rearranging),
        ("Picking by index", indexing),
        ("Sorting", sorting),
    ]

    /// The heading that it stands under in the reference.
    package var familyTitle: String { Primitive.titles[self] ?? "" }

    private static let titles: [Primitive: String] = Dictionary(
        families.flatMap { family in family.primitives.map { ($0, family.title) } }) { first, _ in first }
}
