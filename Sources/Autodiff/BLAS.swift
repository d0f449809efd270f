import COpenBLAS
import Kernels
import Tensors

// OpenBLAS, seen from the primitives: row-major, sizes as Int, one call for both element types. Callers have checked that
// every length fits OpenBLAS's 32-bit sizes (`BLAS.fits`).

private let rowMajor = Int32(OPENBLAS_ROW_MAJOR)
private let transposed = Int32(OPENBLAS_TRANS)
private let notTransposed = Int32(OPENBLAS_NO_TRANS)

/// The element types that OpenBLAS computes with.
protocol BLASNumber: BinaryFloatingPoint & Sendable {
    static var type: ElementType { get }
    static func gemm(
        _ transposeA: Bool, _ transposeB: Bool, _ n: Int32, _ m: Int32, _ k: Int32, _ a: UnsafePointer<Self>, _ lda: Int32,
        _ b: UnsafePointer<Self>, _ ldb: Int32, _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ ldc: Int32)
    static func gemv(
        _ transpose: Bool, _ rows: Int32, _ columns: Int32, _ a: UnsafePointer<Self>, _ lda: Int32, _ x: UnsafePointer<Self>, _ beta: Self,
        _ y: UnsafeMutablePointer<Self>)
    static func dot(_ n: Int32, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>) -> Self
    /// Rows of `width` numbers added to others; steps from row to row.
    static func addRows(
        _ rows: Int, _ width: Int, _ x: UnsafePointer<Self>, _ xStep: Int, _ y: UnsafeMutablePointer<Self>, _ yStep: Int)
}

extension Double: BLASNumber {
    static var type: ElementType { .f64 }
    static func gemm(
        _ transposeA: Bool, _ transposeB: Bool, _ n: Int32, _ m: Int32, _ k: Int32, _ a: UnsafePointer<Double>, _ lda: Int32,
        _ b: UnsafePointer<Double>, _ ldb: Int32, _ beta: Double, _ c: UnsafeMutablePointer<Double>, _ ldc: Int32
    ) {
        openblas_dgemm(
            rowMajor, transposeA ? transposed : notTransposed, transposeB ? transposed : notTransposed, n, m, k, 1, a, lda, b,
            ldb, beta, c, ldc)
    }
    static func gemv(
        _ transpose: Bool, _ rows: Int32, _ columns: Int32, _ a: UnsafePointer<Double>, _ lda: Int32, _ x: UnsafePointer<Double>, _ beta: Double,
        _ y: UnsafeMutablePointer<Double>
    ) {
        openblas_dgemv(rowMajor, transpose ? transposed : notTransposed, rows, columns, 1, a, lda, x, 1, beta, y, 1)
    }
    static func dot(_ n: Int32, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>) -> Double {
        openblas_ddot(n, a, 1, b, 1)
    }
    static func addRows(
        _ rows: Int, _ width: Int, _ x: UnsafePointer<Double>, _ xStep: Int, _ y: UnsafeMutablePointer<Double>, _ yStep: Int
    ) {
        grad_add_rows_f64(rows, width, x, xStep, y, yStep)
    }
}

extension Float: BLASNumber {
    static var type: ElementType { .f32 }
    static func gemm(
        _ transposeA: Bool, _ transposeB: Bool, _ n: Int32, _ m: Int32, _ k: Int32, _ a: UnsafePointer<Float>, _ lda: Int32,
        _ b: UnsafePointer<Float>, _ ldb: Int32, _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ ldc: Int32
    ) {
        openblas_sgemm(
            rowMajor, transposeA ? transposed : notTransposed, transposeB ? transposed : notTransposed, n, m, k, 1, a, lda, b,
            ldb, beta, c, ldc)
    }
    static func gemv(
        _ transpose: Bool, _ rows: Int32, _ columns: Int32, _ a: UnsafePointer<Float>, _ lda: Int32, _ x: UnsafePointer<Float>, _ beta: Float,
        _ y: UnsafeMutablePointer<Float>
    ) {
        openblas_sgemv(rowMajor, transpose ? transposed : notTransposed, rows, columns, 1, a, lda, x, 1, beta, y, 1)
    }
    static func dot(_ n: Int32, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Float {
        openblas_sdot(n, a, 1, b, 1)
    }
    static func addRows(
        _ rows: Int, _ width: Int, _ x: UnsafePointer<Float>, _ xStep: Int, _ y: UnsafeMutablePointer<Float>, _ yStep: Int
    ) {
        grad_add_rows_f32(rows, width, x, xStep, y, yStep)
    }
}

package enum BLAS {
    /// OpenBLAS's count of threads belongs to the process; it is set to 1 before the first call and stays so: below about 128³ its
    /// threads cost more than they bring, LAPACK's small calls are hurt most, and its way of sharing the work changes the
    /// last bits of a result with their number. Large products are cut here instead, by the lengths alone (`BLASCut`),
    /// so that any number of threads gives the same bits.
    private static let oneThread: Void = openblas_threads(1)
    /// Multiplications from which on threads share them: they take some hundred microseconds.
    private static let sharedProduct = 1 << 22
    private static let processors = Threads.processors

    /// Below this many multiplications a plain loop beats the call.
    private static let smallProduct = 150

    static func fits(_ length: Int) -> Bool { length <= Int(Int32.max) }

    /// Before any call of OpenBLAS or LAPACK.
    static func prepare() { _ = oneThread }

    /// c = a b, or c + a b where it accumulates: c is `[n, m]`, `a` is `[n, k]` or, transposed, `[k, n]`, `b` is `[k, m]`
    /// or, transposed, `[m, k]`; all contiguous.
    @inline(__always)
    static func product<T: BLASNumber>(
        _ n: Int, _ k: Int, _ m: Int, _ a: UnsafePointer<T>, transposed transposeA: Bool, _ b: UnsafePointer<T>,
        transposed transposeB: Bool, into c: UnsafeMutablePointer<T>, accumulate: Bool = false
    ) {
        let work = n &* k &* m
        if work < smallProduct && work > 0 && n < smallProduct && m < smallProduct {
            return loop(n, k, m, a, transposeA, b, transposeB, c, accumulate)
        }
        if n == 0 || m == 0 { return }
        if k == 0 {
            if !accumulate { c.update(repeating: 0, count: n * m) }
            return
        }
        _ = oneThread
        if work > BLASCut.longest / 8 {
            Account.work(work)
            if Account.shouldStop() { return }
        }
        if !accumulate && (n == 1 || m == 1) { return vector(n, k, m, a, transposeA, b, transposeB, c) }
        let cut = BLASCut(n, k, m, transposeA, transposeB, accumulate)
        if cut.isUnpacked { cut.whole(a, b, c) } else { cut.run(a, b, c, threads: work >= sharedProduct ? processors : 1) }
    }

    /// A vector on either side needs no packing of the matrix.
    private static func vector<T: BLASNumber>(
        _ n: Int, _ k: Int, _ m: Int, _ a: UnsafePointer<T>, _ transposeA: Bool, _ b: UnsafePointer<T>, _ transposeB: Bool,
        _ c: UnsafeMutablePointer<T>
    ) {
        if n == 1 && m == 1 {
            c.pointee = T.dot(Int32(min(k, vectorBlock)), a, b)
            for start in stride(from: vectorBlock, to: k, by: vectorBlock) {
                if Account.shouldStop() { return }
                c.pointee += T.dot(Int32(min(vectorBlock, k - start)), a + start, b + start)
            }
        } else if m == 1 {
            vector(transposed: transposeA, transposeA ? k : n, transposeA ? n : k, a, b, c)
        } else {
            vector(transposed: !transposeB, transposeB ? m : k, transposeB ? k : m, b, a, c)
        }
    }

    /// A large matrix in blocks, cut by its lengths alone.
    private static func vector<T: BLASNumber>(
        transposed: Bool, _ rows: Int, _ columns: Int, _ a: UnsafePointer<T>, _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>
    ) {
        let width = min(columns, vectorBlock), height = max(1, vectorBlock / max(1, width))
        for row in stride(from: 0, to: rows, by: height) {
            for column in stride(from: 0, to: columns, by: width) {
                if row + column > 0, Account.shouldStop() { return }
                // Along `across` numbers of the result, along `along` sums of several blocks.
                let (across, along) = transposed ? (column, row) : (row, column)
                T.gemv(
                    transposed, Int32(min(height, rows - row)), Int32(min(width, columns - column)), a + (row * columns + column),
                    Int32(columns), x + along, along > 0 ? 1 : 0, y + across)
            }
        }
    }

    /// Numbers of a matrix in one call that only reads it: some 10 ms.
    private static let vectorBlock = 1 << 23

    @inline(__always)
    private static func loop<T: BLASNumber>(
        _ n: Int, _ k: Int, _ m: Int, _ a: UnsafePointer<T>, _ transposeA: Bool, _ b: UnsafePointer<T>, _ transposeB: Bool,
        _ c: UnsafeMutablePointer<T>, _ accumulate: Bool
    ) {
        let (aRow, aStep) = transposeA ? (1, n) : (k, 1)
        let (bStep, bColumn) = transposeB ? (1, k) : (m, 1)
        var i = 0
        while i < n {
            var j = 0
            while j < m {
                var sum: T = accumulate ? c[i &* m &+ j] : 0
                var (left, right) = (i &* aRow, j &* bColumn)
                var p = 0
                while p < k {
                    sum += a[left] * b[right]
                    left &+= aStep
                    right &+= bStep
                    p &+= 1
                }
                c[i &* m &+ j] = sum
                j &+= 1
            }
            i &+= 1
        }
    }
}

extension Tensor {
    /// The numbers, of the tensor's own type.
    @inline(__always)
    func with<T: BLASNumber, R>(_: T.Type, _ body: (UnsafePointer<T>) -> R) -> R {
        if T.self == Double.self {
            return withDoubles { body(UnsafeRawPointer($0).assumingMemoryBound(to: T.self)) }
        }
        return withFloats { body(UnsafeRawPointer($0).assumingMemoryBound(to: T.self)) }
    }

    /// Made by filling uninitialized memory.
    @inline(__always)
    static func make<T: BLASNumber>(
        _: T.Type, _ shape: Shape, _ fill: (UnsafeMutablePointer<T>) -> Void
    ) -> Tensor {
        if T.self == Double.self {
            return Tensor(f64: shape) { buffer in
                if let base = buffer.baseAddress { fill(UnsafeMutableRawPointer(base).assumingMemoryBound(to: T.self)) }
            }
        }
        return Tensor(f32: shape) { buffer in
            if let base = buffer.baseAddress { fill(UnsafeMutableRawPointer(base).assumingMemoryBound(to: T.self)) }
        }
    }
}
