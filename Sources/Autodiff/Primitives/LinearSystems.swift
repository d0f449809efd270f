import Tensors

// Systems of linear equations, inverses and determinants, by LU factorization with pivoting. Rules: M. Giles, "Collected matrix derivative
// results for forward and reverse mode algorithmic differentiation", 2008.

extension Primitive {
    static let linearSystems: [Primitive] = [solve, inv, det, cofactor, logdet]

    /// The hidden flag solves Aᵀ x = b, so that no derivative copies a transpose.
    package static let solve: Primitive = Primitive(
        "solve", [.operand("A"), .operand("b"), .attribute("transposed", .flag, default: .flag(false))],
        summary: "the x with A @ x = b, for a square matrix A and a vector or the columns of a matrix b",
        examples: ["solve([[2, 0], [0, 4]], [2, 2])  # [1, 0.5]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            let n = try LinearAlgebra.size(ofSquare: shapes[0], "solve", hint: "for more equations than unknowns use lstsq")
            guard shapes[1].rank == 1 || shapes[1].rank == 2 else {
                throw PrimitiveError("the right side is to be a vector or a matrix", operands: [1])
            }
            guard shapes[1][0] == n else {
                throw PrimitiveError("the right side needs \(n) rows, one for each equation", operands: [0, 1])
            }
            return shapes[1]
        },
        kernel: LinearAlgebra.interruptible { (operands, attributes) throws(PrimitiveError) in
            let lu = try LinearAlgebra.invertible(operands[0])
            return lu.solve(Matrix(operands[1]), transposed: attributes.flag(0))
                .tensor(operands[1].shape, Elementwise.type(operands[0], operands[1]))
        },
        derivative: .joint({ d in
            let transposed = d.attributes.flag(0)
            let gb = solve(d.operands[0], d.g, transposed: !transposed)
            let (left, right) = (columns(gb), columns(d.y))
            return [transposed ? -matmul(right, left, transposeB: true) : -matmul(left, right, transposeB: true), gb]
        }), rule: "implicit differentiation",
        points: [
            TestPoint([LinearAlgebra.sample, Tensor([0.7, -0.3, 1.1])]),
            TestPoint([LinearAlgebra.sample, Tensor([0.7, -0.3, 1.1])], Attributes([.flag(true)])),
            TestPoint([LinearAlgebra.sample, Tensor([0.7, -0.3, 1.1, 0.2, 0.9, -0.5], shape: Shape([3, 2]))]),
            TestPoint([Tensor([2, 0, 0.3, 1.5], shape: Shape([2, 2])), Tensor([0.4, 0.6])]),
        ], workspace: 8)

    static func solve(_ a: Node, _ b: Node, transposed: Bool = false) -> Node {
        solve(a, b, attributes: Attributes([.flag(transposed)]))
    }

    /// A vector seen as a matrix of one column.
    private static func columns(_ x: Node) -> Node { x.shape.rank == 1 ? viewed(x, Shape([x.shape[0], 1])) : x }

    package static let inv: Primitive = Primitive(
        "inv", [.operand("A")], summary: "the inverse of a square matrix; for a system of equations solve is faster and more exact",
        examples: ["inv([[2, 0], [0, 4]])  # [[0.5, 0], [0, 0.25]]"],
        shape: { (shapes, _) throws(PrimitiveError) in
            _ = try LinearAlgebra.size(ofSquare: shapes[0], "inv", hint: "for other matrices of full rank there is pinv")
            return shapes[0]
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in
            let lu = try LinearAlgebra.invertible(operands[0])
            return lu.solve(.identity(operands[0].shape[0])).tensor(operands[0].shape, operands[0].type)
        },
        // d(A⁻¹) = -A⁻¹ dA A⁻¹
        derivative: .each([{ -matmul(matmul($0.y, $0.g, transposeA: true), $0.y, transposeB: true) }]), rule: "matrix inverse",
        points: [TestPoint([LinearAlgebra.sample]), TestPoint([Tensor([4], shape: Shape([1, 1]))])],
        workspace: 8)

    package static let det: Primitive = Primitive(
        "det", [.operand("A")], summary: "the determinant of a square matrix", examples: ["det([[1, 2], [3, 4]])  # -2"],
        shape: { (shapes, _) throws(PrimitiveError) in
            _ = try LinearAlgebra.size(ofSquare: shapes[0], "det")
            return .scalar
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in Tensor(LU(Matrix(operands[0])).product, type: operands[0].type) },
        derivative: .each([{ $0.g * cofactor($0.x) }]), rule: "Jacobi's formula",
        points: [TestPoint([LinearAlgebra.sample]), TestPoint([Tensor([0.4, 1.1, -0.7, 0.9], shape: Shape([2, 2]))])],
        workspace: 8)

    /// The gradient of the determinant, det A · A⁻ᵀ, which a singular matrix has too; its own derivative needs A⁻¹.
    package static let cofactor: Primitive = Primitive(
        "cofactor", [.operand("A")], summary: "the matrix of the cofactors of A: det(A) * inv(A).T",
        shape: { (shapes, _) throws(PrimitiveError) in
            _ = try LinearAlgebra.size(ofSquare: shapes[0], "cofactor")
            return shapes[0]
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in
            try LinearAlgebra.cofactors(Matrix(operands[0])).tensor(operands[0].shape, operands[0].type)
        },
        // C = det A · A⁻ᵀ, so dC = ⟨C, dA⟩ A⁻ᵀ - A⁻ᵀ dAᵀ C.
        derivative: .each([{ d in
            let inverse = inv(d.x)
            let along = sumTo(d.g * d.y, .scalar) * transpose(inverse)
            return along - matmul(matmul(inverse, d.g, transposeA: true, transposeB: true), d.y)
        }]), rule: "Jacobi's formula",
        points: [TestPoint([LinearAlgebra.sample]), TestPoint([Tensor([0.4, 1.1, -0.7, 0.9], shape: Shape([2, 2]))])],
        isHidden: true, workspace: 8)

    /// -∞ for a singular matrix. The sign that it drops is `sign(det(A))`.
    package static let logdet: Primitive = Primitive(
        "logdet", [.operand("A")],
        summary: "ln |det A|, which does not overflow for large matrices; sign(det(A)) has the sign",
        examples: ["logdet([[1, 0], [0, -1]])  # 0"],
        shape: { (shapes, _) throws(PrimitiveError) in
            _ = try LinearAlgebra.size(ofSquare: shapes[0], "logdet")
            return .scalar
        },
        kernel: LinearAlgebra.interruptible { (operands, _) throws(PrimitiveError) in
            Tensor(LU(Matrix(operands[0])).logarithm, type: operands[0].type)
        },
        derivative: .each([{ $0.g * transpose(inv($0.x)) }]), rule: "Jacobi's formula",
        points: [TestPoint([LinearAlgebra.sample]), TestPoint([Tensor([0.4, -1.1, -0.7, 0.9], shape: Shape([2, 2]))])],
        workspace: 8)
}

/// What the families of linear algebra share.
enum LinearAlgebra {
    /// LAPACK's workspaces are counted in 32 bits, and the work grows with the cube.
    static let longest = 16_384

    static func matrix(_ shape: Shape, _ name: String) throws(PrimitiveError) -> (rows: Int, columns: Int) {
        guard shape.rank == 2 else {
            throw PrimitiveError(
                "\(name) is for a matrix, not for a \(shape.rank == 0 ? "number" : shape.rank == 1 ? "vector" : "tensor of rank \(shape.rank)")",
                operands: [0])
        }
        guard shape[0] <= longest && shape[1] <= longest else {
            throw PrimitiveError("\(name) takes matrices of up to \(longest) rows and columns", operands: [0])
        }
        return (shape[0], shape[1])
    }

    static func size(ofSquare shape: Shape, _ name: String, hint: String? = nil) throws(PrimitiveError) -> Int {
        let (rows, columns) = try matrix(shape, name)
        guard rows == columns else { throw PrimitiveError("\(name) needs a square matrix", operands: [0], hint: hint) }
        return rows
    }

    static func invertible(_ a: Tensor) throws(PrimitiveError) -> LU {
        let lu = LU(Matrix(a))
        if let pivot = lu.zeroPivot {
            throw PrimitiveError(
                "the matrix is singular (pivot \(pivot) is zero)", operands: [0],
                hint: "its rows depend on each other: one of them is a sum of multiples of the others")
        }
        return lu
    }

    static func cofactors(_ a: Matrix) throws(PrimitiveError) -> Matrix {
        let lu = LU(a)
        if lu.zeroPivot == nil {
            var result = lu.solve(.identity(a.rows), transposed: true)
            let det = lu.product
            for i in result.numbers.indices { result.numbers[i] *= det }
            return result
        }
        // A = U diag(s) Vᵀ gives C = det U det V · U diag(products of the other s) Vᵀ, without any division.
        let (u, s, vt) = try svd(a)
        let sign = LU(u).product * LU(vt).product > 0 ? 1.0 : -1
        var result = Matrix([Double](repeating: 0, count: a.rows * a.rows), a.rows, a.rows)
        for p in s.indices {
            let others = s.indices.reduce(sign) { $1 == p ? $0 : $0 * s[$1] }
            if others == 0 { continue }
            for i in 0..<a.rows {
                for j in 0..<a.rows {
                    result.numbers[i * a.rows + j] += others * u.numbers[i * a.rows + p] * vt.numbers[p * a.rows + j]
                }
            }
        }
        return result
    }

    static func svd(_ a: Matrix) throws(PrimitiveError) -> (u: Matrix, s: [Double], vt: Matrix) {
        guard a.numbers.allSatisfy(\.isFinite) else { throw notFinite }
        guard let result = LAPACK.svd(a) else { throw PrimitiveError("the singular values did not converge", operands: [0]) }
        return result
    }

    static let notFinite = PrimitiveError("the matrix holds NaN or infinity", operands: [0])

    /// The mean of the matrix and its transpose, which are the same but for rounding.
    static func symmetric(_ a: Tensor) throws(PrimitiveError) -> Matrix {
        let matrix = Matrix(a)
        guard matrix.numbers.allSatisfy(\.isFinite) else { throw notFinite }
        let n = matrix.rows
        // Rounding in f32 leaves 1e-6 or so; a matrix that is not meant to be symmetric is much further off.
        let tolerance = 1e-4 * matrix.numbers.reduce(0) { max($0, abs($1)) }
        for i in 0..<n {
            for j in 0..<i where abs(matrix.numbers[i * n + j] - matrix.numbers[j * n + i]) > tolerance {
                throw PrimitiveError(
                    "the matrix is not symmetric: its numbers at [\(j), \(i)] and [\(i), \(j)] differ", operands: [0],
                    hint: "(A + A.T) / 2 is symmetric")
            }
        }
        return matrix.symmetrized
    }

    static let sample = Tensor([2.1, -0.4, 0.3, 0.5, -1.6, 0.8, -0.2, 0.7, 1.9], shape: Shape([3, 3]))
}
