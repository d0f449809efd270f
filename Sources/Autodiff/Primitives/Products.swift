import Tensors

extension Primitive {
    static let products: [Primitive] = [matmul]

    /// Matrix product of the last two axes; a vector on the left is a row, on the right a column, and vanishes from the result.
    /// Two flags transpose the operands on the fly, so that no derivative copies a transpose.
    package static let matmul: Primitive = Primitive(
        "matmul",
        [
            .operand("a"), .operand("b"), .attribute("transposeA", .flag, default: .flag(false)),
            .attribute("transposeB", .flag, default: .flag(false)),
        ],
        summary: "a @ b, the matrix product: the sum over k of a[i, k] * b[k, j]",
        examples: ["[[1, 2], [3, 4]] @ [1, 1]  # [3, 7]", "[1, 2] @ [3, 4]  # 11"],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            try Product(shapes[0], shapes[1], attributes.flag(0), attributes.flag(1)).shape(shapes[0], shapes[1])
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let product = try Product(operands[0].shape, operands[1].shape, attributes.flag(0), attributes.flag(1))
            return try product.run(operands[0], operands[1])
        },
        derivative: .each([{ leftFactor($0) }, { rightFactor($0) }]), reads: .operands, notation: .infix("@"), rule: "product rule",
        points: matmulPoints)

    package static func matmul(_ a: Node, _ b: Node, transposeA: Bool = false, transposeB: Bool = false) -> Node {
        matmul(a, b, attributes: transposeA || transposeB ? Attributes([.flag(transposeA), .flag(transposeB)]) : .none)
    }

    /// g Bᵀ, for each way that the factors lie in memory.
    private static func leftFactor(_ d: Derivation) -> Node {
        let (a, b, g) = (d.operands[0], d.operands[1], d.g)
        let (transposeA, transposeB) = (d.attributes.flag(0), d.attributes.flag(1))
        if a.shape.rank == 1 && b.shape.rank == 1 { return g * b }
        if a.shape.rank == 1 && b.shape.rank == 2 { return matmul(b, g, transposeA: transposeB) }
        let product = matrices(a, b, g)
        let factor =
            transposeA && a.shape.rank > 1
            ? matmul(product.b, product.g, transposeA: transposeB && b.shape.rank > 1, transposeB: true)
            : matmul(product.g, product.b, transposeB: !(transposeB && b.shape.rank > 1))
        return viewed(sumTo(factor, product.a.shape), a.shape)
    }

    /// Aᵀ g, for each way that the factors lie in memory.
    private static func rightFactor(_ d: Derivation) -> Node {
        let (a, b, g) = (d.operands[0], d.operands[1], d.g)
        let (transposeA, transposeB) = (d.attributes.flag(0), d.attributes.flag(1))
        if a.shape.rank == 1 && b.shape.rank == 1 { return g * a }
        if a.shape.rank == 2 && b.shape.rank == 1 { return matmul(a, g, transposeA: !transposeA) }
        var product = matrices(a, b, g)
        let isTransposed = transposeA && a.shape.rank > 1
        if b.shape.rank <= 2 && a.shape.rank > 2 && !isTransposed {
            // All batches against one matrix are one product.
            product.a = viewed(a, Shape([a.shape.axes.dropLast().reduce(1, *), a.shape[a.shape.rank - 1]]))
            product.g = viewed(product.g, Shape([product.a.shape[0], product.g.shape[product.g.shape.rank - 1]]))
        }
        let factor =
            transposeB && b.shape.rank > 1
            ? matmul(product.g, product.a, transposeA: true, transposeB: isTransposed)
            : matmul(product.a, product.g, transposeA: !isTransposed)
        return viewed(sumTo(factor, product.b.shape), b.shape)
    }

    /// Vectors seen as the row and the column that they stand for.
    private static func matrices(_ a: Node, _ b: Node, _ g: Node) -> (a: Node, b: Node, g: Node) {
        if a.shape.rank > 1 && b.shape.rank > 1 { return (a, b, g) }
        var axes = g.shape.axes
        if b.shape.rank == 1 { axes.append(1) }
        if a.shape.rank == 1 { axes.insert(1, at: axes.count - 1) }
        return (
            a.shape.rank == 1 ? viewed(a, Shape([1, a.shape[0]])) : a,
            b.shape.rank == 1 ? viewed(b, Shape([b.shape[0], 1])) : b, viewed(g, Shape(axes))
        )
    }

    /// `shape` must hold as many numbers.
    static func viewed(_ x: Node, _ shape: Shape) -> Node {
        x.shape == shape ? x : reshape(x, attributes: Attributes([.ints(shape.axes)]))
    }

    private static let matmulPoints: [TestPoint] = {
        func numbers(_ axes: [Int], _ start: Double) -> Tensor {
            let shape = Shape(axes)
            return Tensor((0..<shape.count).map { (start + Double($0) * 0.37).truncatingRemainder(dividingBy: 1.7) - 0.6 }, shape: shape)
        }
        func point(_ a: [Int], _ b: [Int], _ transposeA: Bool = false, _ transposeB: Bool = false) -> TestPoint {
            TestPoint([numbers(a, 0.1), numbers(b, 0.8)], Attributes([.flag(transposeA), .flag(transposeB)]))
        }
        return [
            point([2, 3], [3, 2]), point([3, 2], [3, 2], true), point([2, 3], [2, 3], false, true),
            point([3, 2], [2, 3], true, true), point([3], [3]), point([3], [3, 2]), point([3], [2, 3], false, true),
            point([2, 3], [3]), point([3, 2], [3], true), point([2, 2, 3], [2, 3, 2]), point([2, 2, 3], [3, 2]),
            point([2, 3, 2], [3, 2], true), point([2, 2, 3], [2, 3], false, true), point([2, 3], [2, 3, 2]),
            point([3, 2], [2, 2, 3], true, true), point([2, 3, 2], [2, 2, 3], true, true), point([3], [2, 3, 2]),
            point([2, 2, 3], [3]), point([2, 3, 2], [3], true), point([2, 0], [0, 2]),
        ]
    }()
}

/// A product laid out for BLAS: `batch` products of `[n, k]` with `[k, m]`.
struct Product {
    let n: Int
    let k: Int
    let m: Int
    let transposeA: Bool
    let transposeB: Bool
    private let isBatchedA: Bool
    private let isBatchedB: Bool

    init(_ a: Shape, _ b: Shape, _ transposeA: Bool, _ transposeB: Bool) throws(PrimitiveError) {
        let (rankA, rankB) = (a.rank, b.rank)
        guard rankA > 0 && rankB > 0 else {
            throw PrimitiveError("`@` needs a vector or a matrix on both sides", operands: [0, 1], hint: "to multiply by a number write *")
        }
        // A vector counts as a row on the left and as a column on the right; its flag means nothing.
        self.transposeA = transposeA && rankA > 1
        self.transposeB = transposeB && rankB > 1
        let (aRows, aColumns) = rankA == 1 ? (1, a[0]) : (a[rankA - 2], a[rankA - 1])
        let (bRows, bColumns) = rankB == 1 ? (b[0], 1) : (b[rankB - 2], b[rankB - 1])
        n = self.transposeA ? aColumns : aRows
        k = self.transposeA ? aRows : aColumns
        m = self.transposeB ? bRows : bColumns
        guard k == (self.transposeB ? bColumns : bRows) else {
            throw PrimitiveError("the inner lengths do not match", operands: [0, 1], hint: Product.remedy(a, b))
        }
        guard BLAS.fits(n), BLAS.fits(k), BLAS.fits(m) else {
            throw PrimitiveError("a matrix product takes lengths up to \(Int32.max)", operands: [0, 1])
        }
        isBatchedA = rankA > 2
        isBatchedB = rankB > 2
        guard !isBatchedA || !isBatchedB || a.axes.dropLast(2).elementsEqual(b.axes.dropLast(2)) else {
            throw PrimitiveError(
                "the batch axes do not match", operands: [0, 1],
                hint: "all axes before the last two must be equal, or one side a single matrix")
        }
    }

    func shape(_ a: Shape, _ b: Shape) throws(PrimitiveError) -> Shape {
        if isBatchedA || isBatchedB {
            let batch = (isBatchedA ? a : b).axes.dropLast(2)
            return try Shape.checked(batch + (a.rank == 1 ? [] : [n]) + (b.rank == 1 ? [] : [m]))
        }
        if a.rank == 2 && b.rank == 2 { return try Shape.checked([n, m]) }
        return a.rank == 2 ? Shape([n]) : b.rank == 2 ? Shape([m]) : .scalar
    }

    /// For each number of the result the places of the numbers that are multiplied for it.
    func factors(_ a: Shape, _ b: Shape) -> [[(a: Int, b: Int)]] {
        let (batch, steps) = batches(a, b)
        return (0..<batch * n * m).map { place in
            let (number, row, column) = (place / (n * m), place / m % n, place % m)
            let (left, right) = (number * steps.a, number * steps.b)
            return (0..<k).map {
                (left + (transposeA ? $0 * n + row : row * k + $0), right + (transposeB ? column * k + $0 : $0 * m + column))
            }
        }
    }

    /// Which transpose would make the product fit.
    private static func remedy(_ a: Shape, _ b: Shape) -> String {
        let k = a[a.rank - 1]
        let rows = b.rank == 1 ? b[0] : b[b.rank - 2]
        let left = a.rank == 2 && a[0] == rows
        let right = b.rank == 2 && b[1] == k
        switch (left, right) {
        case (true, true): return "the product fits with one of the two transposed: write .T after it"
        case (true, false): return "transposed, the left one would fit: write .T after it"
        case (false, true): return "transposed, the right one would fit: write .T after it"
        case (false, false) where a.rank == 2 && b.rank == 2 && b[1] == a[0]:
            return "the other way round they would fit: exchange the two"
        default: return "the last axis of the left must be as long as the \(b.rank == 1 ? "" : "next-to-last axis of the ")right"
        }
    }

    func run(_ a: Tensor, _ b: Tensor) throws(PrimitiveError) -> Tensor {
        let shape = try shape(a.shape, b.shape)
        switch (a.type, b.type) {
        case (.f64, .f64): return run(a, b, shape, Double.self)
        case (.f32, .f32): return run(a, b, shape, Float.self)
        default: return run(a.converted(to: .f64), b.converted(to: .f64), shape, Double.self)
        }
    }

    private func run<T: BLASNumber>(_ a: Tensor, _ b: Tensor, _ shape: Shape, _: T.Type) -> Tensor {
        let (batch, steps) = batches(a.shape, b.shape)
        return a.with(T.self) { a in b.with(T.self) { b in Tensor.make(T.self, shape) { c in run(batch, steps, a, b, c) } } }
    }

    /// Multiplications in one product.
    var work: Int { n * k * m }

    /// Whether the right side is so small that a copy of it stays in cache.
    var hasSmallRight: Bool { k * m <= 1 << 15 }

    /// Whether it is faster to copy a transposed right side, transposed back, for this product alone: without packing, OpenBLAS takes up to half as long again, and
    /// twice as long with a short inner length, to read it along its columns.
    var gainsByCopy: Bool { transposeB && hasSmallRight && (n >= 48 || (n >= 8 && k <= 16)) }

    /// How many products there are, and how far apart the factors of neighbouring ones lie.
    func batches(_ a: Shape, _ b: Shape) -> (batch: Int, steps: (a: Int, b: Int)) {
        let batch = isBatchedA || isBatchedB ? (isBatchedA ? a : b).axes.dropLast(2).reduce(1, *) : 1
        return (batch, (isBatchedA ? n * k : 0, isBatchedB ? k * m : 0))
    }

    @inline(__always)
    func run<T: BLASNumber>(
        _ batch: Int, _ steps: (a: Int, b: Int), _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>
    ) {
        // Rows of all batches against one matrix are one tall product.
        if batch == 1 || (isBatchedA && !isBatchedB && !transposeA && BLAS.fits(batch * n)) {
            return BLAS.product(batch * n, k, m, a, transposed: transposeA, b, transposed: transposeB, into: c)
        }
        for i in 0..<batch {
            BLAS.product(
                n, k, m, a + i * steps.a, transposed: transposeA, b + i * steps.b, transposed: transposeB, into: c + i * n * m)
        }
    }
}
