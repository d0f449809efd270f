import COpenBLAS
import Kernels
import Tensors

// Factorizations of row-major matrices by LAPACK, which takes column-major ones: what lies in memory as A, LAPACK sees as Aᵀ.
// Each function says how it makes up for that; where it can, by asking for the transposed answer instead of moving numbers. All
// compute in f64: in f32 a factorization loses more digits than its speed is worth.

/// A dense matrix being worked on in place, row by row.
struct Matrix {
    var numbers: [Double]
    let rows: Int
    let columns: Int

    init(_ numbers: [Double], _ rows: Int, _ columns: Int) {
        (self.numbers, self.rows, self.columns) = (numbers, rows, columns)
    }

    /// A vector counts as a column.
    init(_ tensor: Tensor) {
        self.init(tensor.numbers, tensor.shape[0], tensor.rank == 1 ? 1 : tensor.shape[1])
    }

    static func identity(_ n: Int) -> Matrix {
        var matrix = Matrix([Double](repeating: 0, count: n * n), n, n)
        for i in 0..<n { matrix.numbers[i * n + i] = 1 }
        return matrix
    }

    var transposed: Matrix {
        if rows == 1 || columns == 1 { return Matrix(numbers, columns, rows) }
        let result = [Double](unsafeUninitializedCapacity: numbers.count) { buffer, count in
            grad_transpose_f64(rows, columns, numbers, buffer.baseAddress)
            count = numbers.count
        }
        return Matrix(result, columns, rows)
    }

    /// (A + Aᵀ) / 2.
    var symmetrized: Matrix {
        var result = self
        for i in 0..<rows {
            for j in 0..<i {
                let mean = 0.5 * (numbers[i * rows + j] + numbers[j * rows + i])
                result.numbers[i * rows + j] = mean
                result.numbers[j * rows + i] = mean
            }
        }
        return result
    }

    /// No zero keeps a minus sign that a change of signs left.
    var plain: Matrix { Matrix(numbers.map { $0 + 0 }, rows, columns) }

    func tensor(_ shape: Shape, _ type: ElementType) -> Tensor { Tensor(numbers, shape: shape, type: type) }
}

/// The factors of a square matrix, P A = L U, as LAPACK sees it.
struct LU {
    private var factors: [Double]
    private var pivots: [Int32]
    private let n: Int
    /// The first pivot that is exactly zero, counted from 1; `nil` when the matrix can be inverted.
    private(set) var zeroPivot: Int?
    /// A triangular matrix is its own factor: -1 where only the lower part holds numbers, 1 the upper, 0 for a full matrix.
    private let triangle: Int

    /// Numbers in memory order; LAPACK factors the transpose, and `solve` asks for the transpose of that.
    init(_ a: Matrix) {
        BLAS.prepare()
        n = a.rows
        factors = a.numbers
        pivots = []
        triangle = LU.triangle(of: a)
        if triangle != 0 {
            zeroPivot = (0..<n).first { a.numbers[$0 * (a.rows + 1)] == 0 }.map { $0 + 1 }
            return
        }
        pivots = [Int32](repeating: 0, count: n)
        var (size, info) = (Int32(n), Int32(0))
        let leading = size
        withUnsafePointer(to: leading) { openblas_dgetrf(&size, $0, &factors, $0, &pivots, &info) }
        zeroPivot = info > 0 ? Int(info) : nil
    }

    private static func triangle(of a: Matrix) -> Int {
        let n = a.rows
        var (isLower, isUpper) = (true, true)
        for i in 0..<n where isLower || isUpper {
            if isUpper && i > 0 { isUpper = a.numbers[(i * n)..<(i * n + i)].allSatisfy { $0 == 0 } }
            if isLower && i < n - 1 { isLower = a.numbers[(i * n + i + 1)..<(i * n + n)].allSatisfy { $0 == 0 } }
        }
        return isLower ? -1 : isUpper ? 1 : 0
    }

    /// X in A X = B, or Aᵀ X = B. No pivot may be zero.
    func solve(_ b: Matrix, transposed: Bool = false) -> Matrix {
        if n == 0 || b.columns == 0 { return b }
        var x = b.transposed
        var (size, count, leading, info) = (Int32(n), Int32(b.columns), Int32(n), Int32(0))
        // LAPACK sees Aᵀ: its plain system is our transposed one.
        var transposition = Int8(UInt8(ascii: transposed ? "N" : "T"))
        if triangle == 0 {
            openblas_dgetrs(&transposition, &size, &count, factors, &leading, pivots, &x.numbers, &size, &info)
        } else {
            var part = Int8(UInt8(ascii: triangle < 0 ? "U" : "L"))
            var diagonal = Int8(UInt8(ascii: "N"))
            openblas_dtrtrs(&part, &transposition, &diagonal, &size, &count, factors, &leading, &x.numbers, &size, &info)
        }
        return x.transposed
    }

    /// ln |det A|.
    var logarithm: Double { (0..<n).reduce(0) { $0 + log(abs(factors[$1 * n + $1])) } }

    /// det A: the product of the pivots with the sign of the permutation.
    var product: Double {
        var product = 1.0
        for i in 0..<n {
            product *= factors[i * n + i]
            if triangle == 0 && Int(pivots[i]) != i + 1 { product = -product }
        }
        return product
    }

    private func log(_ x: Double) -> Double { grad_scalar(GRAD_LOG, x, 0, 0) }
}

enum LAPACK {
    /// The lower triangle L of A = L Lᵀ; `nil` and the order of the first leading minor that is not positive if there is none.
    static func cholesky(_ a: Matrix) -> (factor: Matrix, failure: Int?) {
        BLAS.prepare()
        var result = a
        var (n, info) = (Int32(a.rows), Int32(0))
        // LAPACK's upper triangle, column by column, is our lower one, row by row.
        var part = Int8(UInt8(ascii: "U"))
        var leading = max(1, n)
        openblas_dpotrf(&part, &n, &result.numbers, &leading, &info)
        for i in 0..<a.rows {
            for j in (i + 1)..<max(i + 1, a.rows) { result.numbers[i * a.rows + j] = 0 }
        }
        return (result, info > 0 ? Int(info) : nil)
    }

    /// A = Q R with `min(rows, columns)` columns in Q, and no number on R's diagonal negative.
    static func qr(_ a: Matrix) -> (q: Matrix, r: Matrix) {
        BLAS.prepare()
        let k = min(a.rows, a.columns)
        var (m, n, order, info) = (Int32(a.rows), Int32(a.columns), Int32(k), Int32(0))
        var leading = max(1, m)
        var factors = a.transposed.numbers
        var scales = [Double](repeating: 0, count: max(1, k))
        workspace { openblas_dgeqrf(&m, &n, &factors, &leading, &scales, $0, $1, &info) }
        var r = Matrix([Double](repeating: 0, count: k * a.columns), k, a.columns)
        for i in 0..<k {
            let sign = factors[i * a.rows + i] < 0 ? -1.0 : 1
            for j in i..<a.columns { r.numbers[i * a.columns + j] = sign * factors[j * a.rows + i] }
        }
        let signs = (0..<k).map { factors[$0 * a.rows + $0] < 0 ? -1.0 : 1 }
        if k > 0 { workspace { openblas_dorgqr(&m, &order, &order, &factors, &leading, scales, $0, $1, &info) } }
        var columns = Matrix(Array(factors.prefix(k * a.rows)), k, a.rows)
        for i in 0..<k where signs[i] < 0 {
            for j in 0..<a.rows { columns.numbers[i * a.rows + j].negate() }
        }
        return (columns.transposed.plain, r.plain)
    }

    /// A = U diag(s) Vᵀ with `min(rows, columns)` values in falling order. In each column of U the number of largest size is positive.
    static func svd(_ a: Matrix) -> (u: Matrix, s: [Double], vt: Matrix)? {
        BLAS.prepare()
        let k = min(a.rows, a.columns)
        if k == 0 { return (Matrix([], a.rows, 0), [], Matrix([], 0, a.columns)) }
        // LAPACK sees Aᵀ = V diag(s) Uᵀ, so that its left vectors, column by column, are our Vᵀ, row by row; and likewise for U.
        var (m, n, order, info) = (Int32(a.columns), Int32(a.rows), Int32(k), Int32(0))
        var job = Int8(UInt8(ascii: "S"))
        var copy = a.numbers
        var s = [Double](repeating: 0, count: k)
        var vt = Matrix([Double](repeating: 0, count: k * a.columns), k, a.columns)
        var u = Matrix([Double](repeating: 0, count: a.rows * k), a.rows, k)
        var integers = [Int32](repeating: 0, count: 8 * k)
        var leading = m
        workspace { openblas_dgesdd(&job, &m, &n, &copy, &leading, &s, &vt.numbers, &m, &u.numbers, &order, $0, $1, &integers, &info) }
        if info != 0 { return nil }
        var columns = u.transposed
        for i in 0..<k where isNegative(columns.numbers[(i * a.rows)..<((i + 1) * a.rows)]) {
            for j in 0..<a.rows { columns.numbers[i * a.rows + j].negate() }
            for j in 0..<a.columns { vt.numbers[i * a.columns + j].negate() }
        }
        u = columns.transposed
        return (u.plain, s, vt.plain)
    }

    /// A = V diag(λ) Vᵀ of a symmetric matrix, values in rising order. In each column of V the number of largest size is positive.
    static func eigh(_ a: Matrix) -> (values: [Double], vectors: Matrix)? {
        BLAS.prepare()
        if a.rows == 0 { return ([], a) }
        var (n, info) = (Int32(a.rows), Int32(0))
        var job = Int8(UInt8(ascii: "V"))
        var part = Int8(UInt8(ascii: "U"))
        var values = [Double](repeating: 0, count: a.rows)
        var rows = a
        var (sizes, count) = ((0.0, Int32(0)), Int32(-1))
        var leading = n
        openblas_dsyevd(&job, &part, &n, &rows.numbers, &leading, &values, &sizes.0, &count, &sizes.1, &count, &info)
        var (length, integerLength) = (Int32(sizes.0), sizes.1)
        var numbers = [Double](repeating: 0, count: Int(length))
        var integers = [Int32](repeating: 0, count: Int(integerLength))
        openblas_dsyevd(&job, &part, &n, &rows.numbers, &leading, &values, &numbers, &length, &integers, &integerLength, &info)
        if info != 0 { return nil }
        for i in 0..<a.rows where isNegative(rows.numbers[(i * a.rows)..<((i + 1) * a.rows)]) {
            for j in 0..<a.rows { rows.numbers[i * a.rows + j].negate() }
        }
        return (values, rows.transposed.plain)
    }

    /// Whether the number of largest size is negative; among numbers that differ only by rounding the first decides, so that the
    /// sign is the same on every machine.
    private static func isNegative(_ vector: ArraySlice<Double>) -> Bool {
        let largest = vector.reduce(0) { max($0, abs($1)) }
        return (vector.first { abs($0) >= largest * (1 - 1e-8) } ?? 0) < 0
    }

    /// Asks a routine how much memory it wants, by the length -1, then calls it with that much.
    private static func workspace(_ routine: (UnsafeMutablePointer<Double>, UnsafePointer<Int32>) -> Void) {
        var (size, length) = (0.0, Int32(-1))
        routine(&size, &length)
        length = max(1, Int32(size))
        var memory = [Double](repeating: 0, count: Int(length))
        routine(&memory, &length)
    }
}
