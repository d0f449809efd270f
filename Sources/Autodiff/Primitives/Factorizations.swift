import Kernels
import Tensors

// Factorizations with several results are one primitive each, which gives them packed in one vector, so that one rule passes all adjoints
// together; qr, svd and eigh in the prelude unpack them. Each has its signs fixed, so that its
// results are the same on every machine.

extension Primitive {
    static let factorizations: [Primitive] = [cholesky, qrPacked, svdPacked, eighPacked]

    /// Rule: I. Murray, "Differentiation of the Cholesky decomposition", 2016, eq. 10. A enters as (A + Aᵀ) / 2.
    package static let cholesky: Primitive = Primitive(
        "cholesky", [.operand("A")],
        summary: "the lower triangle L with L @ L.T = A, for a symmetric positive definite A",
        examples: ["cholesky([[4, 2], [2, 5]])  # [[2, 0], [1, 2]]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            _ = try LinearAlgebra.size(ofSquare: shapes[0], "cholesky")
            return shapes[0]
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in
            let (factor, failure) = LAPACK.cholesky(try LinearAlgebra.symmetric(operands[0]))
            if let failure {
                throw PrimitiveError(
                    "the matrix is not positive definite: its first \(failure) rows and columns are not", operands: [0],
                    hint: "a small multiple of eye added to it may help")
            }
            return factor.tensor(operands[0].shape, operands[0].type)
        },
        derivative: .each([{ d in
            let l = d.y
            let g = d.g * mask(d, l.shape) { $0 >= $1 ? 1 : 0 }
            let p = matmul(l, g, transposeA: true) * mask(d, l.shape) { $0 > $1 ? 1 : $0 == $1 ? 0.5 : 0 }
            return symmetrized(solve(l, transpose(solve(l, p, transposed: true)), transposed: true))
        }]), rule: "Cholesky",
        points: [
            TestPoint([Tensor([4.1, 1.2, -0.6, 1.2, 3.3, 0.4, -0.6, 0.4, 2.2], shape: Shape([3, 3]))]),
            TestPoint([Tensor([2], shape: Shape([1, 1]))]),
        ], workspace: 8)

    /// Q's numbers, then R's. Rule: S. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions", 2010; a wide A =
    /// [X Y] is X = Q U with V = Qᵀ Y beside it.
    package static let qrPacked: Primitive = Primitive(
        "qr_packed", [.operand("A")], summary: "the factors Q and R of A = Q @ R, in one vector",
        examples: ["qr_packed([[2]])  # [1, 2]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            let (m, n) = try LinearAlgebra.matrix(shapes[0], "qr")
            return Shape([Swift.min(m, n) * (m + n)])
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in
            let (q, r) = LAPACK.qr(Matrix(operands[0]))
            return Tensor(q.numbers + r.numbers, shape: Shape([q.numbers.count + r.numbers.count]), type: operands[0].type)
        },
        derivative: .each([{ d in
            let (m, n) = (d.x.shape[0], d.x.shape[1])
            let k = Swift.min(m, n)
            let (q, r) = (part(d.y, 0, [m, k]), part(d.y, m * k, [k, n]))
            var (gq, gr) = (part(d.g, 0, [m, k]), part(d.g, m * k, [k, n]))
            if m >= n { return throughQR(d, q, r, gq, gr) }
            let (right, gv) = (columns(d.x, m, n), columns(gr, m, n))
            gq = gq + matmul(right, gv, transposeB: true)
            gr = columns(gr, 0, m)
            return concat([throughQR(d, q, columns(r, 0, m), gq, gr), matmul(q, gv)], attributes: Attributes([.int(1)]))
        }]), rule: "QR",
        points: [
            TestPoint([LinearAlgebra.sample]), TestPoint([LinearAlgebra.sample.reshaped(to: Shape([9, 1]))]),
            TestPoint([Tensor([2.1, -0.4, 0.3, 0.5, -1.6, 0.8], shape: Shape([3, 2]))]),
            TestPoint([Tensor([2.1, -0.4, 0.3, 0.5, -1.6, 0.8], shape: Shape([2, 3]))]),
        ], workspace: 8)

    /// (gQ + Q copyltu(M)) R⁻ᵀ with M = R gRᵀ - gQᵀ Q, where copyltu mirrors the lower triangle.
    private static func throughQR(_ d: Derivation, _ q: Node, _ r: Node, _ gq: Node, _ gr: Node) -> Node {
        let upper = gr * mask(d, r.shape) { $0 <= $1 ? 1 : 0 }
        let m = matmul(r, upper, transposeB: true) - matmul(gq, q, transposeA: true)
        let mirrored = m * mask(d, m.shape) { $0 >= $1 ? 1 : 0 } + transpose(m * mask(d, m.shape) { $0 > $1 ? 1 : 0 })
        return transpose(solve(r, transpose(gq + matmul(q, mirrored))))
    }

    /// U's numbers, then the singular values, then those of Vᵀ. Rule: Giles 2008, and J. Townsend, "Differentiating the singular value
    /// decomposition", 2016. Vectors of equal singular values have no derivative: the parts that would turn them into each
    /// other are taken as zero, which is right for all that does not depend on the choice among them, the values above all.
    package static let svdPacked: Primitive = Primitive(
        "svd_packed", [.operand("A")], summary: "the factors U, S and V.T of A = U @ diag(S) @ V.T, in one vector",
        examples: ["svd_packed([[-2]])  # [1, 2, -1]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            let (m, n) = try LinearAlgebra.matrix(shapes[0], "svd")
            return Shape([Swift.min(m, n) * (m + n + 1)])
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in
            let (u, s, vt) = try LinearAlgebra.svd(Matrix(operands[0]))
            let numbers = u.numbers + s + vt.numbers
            return Tensor(numbers, shape: Shape([numbers.count]), type: operands[0].type)
        },
        derivative: .each([{ throughSVD($0) }]), rule: "singular value decomposition",
        points: [
            TestPoint([LinearAlgebra.sample]),
            TestPoint([Tensor([2.1, -0.4, 0.3, 0.5, -1.6, 0.8], shape: Shape([3, 2]))]),
            TestPoint([Tensor([2.1, -0.4, 0.3, 0.5, -1.6, 0.8], shape: Shape([2, 3]))]),
            TestPoint([Tensor([0.6, -0.8, 1.1], shape: Shape([3, 1]))]),
        ], workspace: 8)

    private static func throughSVD(_ d: Derivation) -> Node {
        let (m, n) = (d.x.shape[0], d.x.shape[1])
        let k = Swift.min(m, n)
        if k == 0 { return d.x }
        let (u, s, vt) = (part(d.y, 0, [m, k]), part(d.y, m * k, [k]), part(d.y, (m + 1) * k, [k, n]))
        let (gu, gs, gvt) = (part(d.g, 0, [m, k]), part(d.g, m * k, [k]), part(d.g, (m + 1) * k, [k, n]))
        let (row, column) = (viewed(s, Shape([1, k])), viewed(s, Shape([k, 1])))
        let f = reciprocalGaps(d, s * s)
        let (turnU, turnV) = (matmul(u, gu, transposeA: true), matmul(vt, gvt, transposeB: true))
        let middle =
            f * (turnU - transpose(turnU)) * row + column * (f * (turnV - transpose(turnV)))
            + diagonal(d, gs)
        var result = matmul(matmul(u, middle), vt)
        // What leaves the space of U or of V, where that is not the whole space. A value of zero takes no part.
        let isZero = Tensor(s.value.numbers.map { $0 <= 1e-14 * s.value[0] ? 1 : 0 }, shape: s.shape, type: s.type)
        let inverse = d.tape.constant(Elementwise.unary(GRAD_NOT, isZero)) / (s + d.tape.constant(isZero))
        if m > k { result = result + matmul((gu - matmul(u, turnU)) * viewed(inverse, row.shape), vt) }
        if n > k {
            result = result + matmul(u, (gvt - matmul(matmul(gvt, vt, transposeB: true), vt)) * viewed(inverse, column.shape))
        }
        return result
    }

    /// The eigenvalues, then the numbers of the matrix whose columns are the eigenvectors. Rule: Giles 2008. A enters as
    /// (A + Aᵀ) / 2; equal eigenvalues are treated as in the singular value decomposition.
    package static let eighPacked: Primitive = Primitive(
        "eigh_packed", [.operand("A")], summary: "the eigenvalues and eigenvectors of a symmetric A, in one vector",
        examples: ["eigh_packed([[2, 0], [0, 3]])  # [2, 3, 1, 0, 0, 1]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            let n = try LinearAlgebra.size(ofSquare: shapes[0], "eigh")
            return Shape([n * (n + 1)])
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in
            guard let (values, vectors) = LAPACK.eigh(try LinearAlgebra.symmetric(operands[0])) else {
                throw PrimitiveError("the eigenvalues did not converge", operands: [0])
            }
            let numbers = values + vectors.numbers
            return Tensor(numbers, shape: Shape([numbers.count]), type: operands[0].type)
        },
        derivative: .each([{ d in
            let n = d.x.shape[0]
            if n == 0 { return d.x }
            let (values, v) = (part(d.y, 0, [n]), part(d.y, n, [n, n]))
            let turn = reciprocalGaps(d, values) * matmul(v, part(d.g, n, [n, n]), transposeA: true)
            return symmetrized(matmul(matmul(v, turn + diagonal(d, part(d.g, 0, [n]))), v, transposeB: true))
        }]), rule: "eigenvalue decomposition",
        points: [
            TestPoint([Tensor([4.1, 1.2, -0.6, 1.2, 3.3, 0.4, -0.6, 0.4, -2.2], shape: Shape([3, 3]))]),
            TestPoint([Tensor([0.5, 0.9, 0.9, -0.3], shape: Shape([2, 2]))]),
        ], workspace: 8)

    // MARK: - Pieces of the rules

    /// 1 / (x[j] - x[i]), and 0 where the two are equal but for rounding.
    private static func reciprocalGaps(_ d: Derivation, _ x: Node) -> Node {
        let k = x.shape[0]
        d.tape.observe(x)
        let numbers = x.value.numbers
        let tolerance = 1e-13 * numbers.reduce(0) { Swift.max($0, $1.magnitude) }
        let isEqual = { (i: Int, j: Int) in (numbers[i] - numbers[j]).magnitude <= tolerance }
        let gaps = viewed(x, Shape([1, k])) - viewed(x, Shape([k, 1]))
        return mask(d, gaps.shape) { isEqual($0, $1) ? 0 : 1 } / (gaps + mask(d, gaps.shape) { isEqual($0, $1) ? 1 : 0 })
    }

    /// A constant matrix of the element type of the output.
    private static func mask(_ d: Derivation, _ shape: Shape, _ number: (Int, Int) -> Double) -> Node {
        let numbers = (0..<shape.count).map { number($0 / shape[1], $0 % shape[1]) }
        return d.tape.constant(Tensor(numbers, shape: shape, type: d.y.type))
    }

    private static func diagonal(_ d: Derivation, _ x: Node) -> Node {
        let k = x.shape[0]
        return viewed(x, Shape([1, k])) * mask(d, Shape([k, k])) { $0 == $1 ? 1 : 0 }
    }

    private static func symmetrized(_ x: Node) -> Node { 0.5 * (x + transpose(x)) }

    /// The block of a packed vector that begins at `start`, under its own shape.
    private static func part(_ packed: Node, _ start: Int, _ axes: [Int]) -> Node {
        let shape = Shape(axes)
        return viewed(slice(packed, attributes: Attributes([.ints([start]), .ints([start + shape.count])])), shape)
    }

    /// The columns from `start` up to `end` of a matrix.
    private static func columns(_ x: Node, _ start: Int, _ end: Int) -> Node {
        slice(x, attributes: Attributes([.ints([0, start]), .ints([x.shape[0], end])]))
    }
}
