import COpenBLAS
package import Tensors

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
}

package enum BLAS {
    /// OpenBLAS's count of threads belongs to the process; it is set to 1 before the first call and stays so: below about 128³ its
    /// threads cost more than they bring, LAPACK's small calls are hurt most, and its way of sharing the work changes the
    /// last bits of a result with their number. Large products are cut here instead, into blocks that depend on
    /// the lengths alone, so that any number of threads gives the same bits.
    private static let oneThread: Void = openblas_threads(1)
    private static let largeProduct = 256 * 256 * 256
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
        if work > longest / 8 {
            Account.work(work)
            if Account.shouldStop() { return }
        }
        if !accumulate && (n == 1 || m == 1) { return vector(n, k, m, a, transposeA, b, transposeB, c) }
        if n * k >= largeProduct / m {
            return blocks(n, k, m, a, transposeA, b, transposeB, c, accumulate, threads: processors)
        }
        pieces(n, k, m, a, transposeA, transposeA ? n : k, b, transposeB, transposeB ? k : m, accumulate ? 1 : 0, c, m)
    }

    /// Up to 100³ multiplications OpenBLAS does not pack its operands, which makes it faster by a sixth, and twice as fast where the result is narrow.
    /// So where the right side stays in cache, a product is made of so many rows at a time.
    @inline(__always)
    private static func pieces<T: BLASNumber>(
        _ n: Int, _ k: Int, _ m: Int, _ a: UnsafePointer<T>, _ transposeA: Bool, _ lda: Int, _ b: UnsafePointer<T>, _ transposeB: Bool,
        _ ldb: Int, _ beta: T, _ c: UnsafeMutablePointer<T>, _ ldc: Int
    ) {
        let most = unpacked / (k * m) & ~15
        var height = n
        if !transposeB, n > most, most >= (transposeA ? 32 : 16) {
            let count = (n + most - 1) / most
            height = ((n + count - 1) / count + 15) & ~15
        }
        for row in stride(from: 0, to: n, by: height) {
            T.gemm(
                transposeA, transposeB, Int32(min(height, n - row)), Int32(m), Int32(k), a + (transposeA ? row : row * lda), Int32(lda), b,
                Int32(ldb), beta, c + row * ldc, Int32(ldc))
        }
    }

    /// Multiplications.
    private static let unpacked = 1_000_000

    /// A large product, cut along the longer side of its result.
    static func blocks<T: BLASNumber>(
        _ n: Int, _ k: Int, _ m: Int, _ a: UnsafePointer<T>, _ transposeA: Bool, _ b: UnsafePointer<T>, _ transposeB: Bool,
        _ c: UnsafeMutablePointer<T>, _ accumulate: Bool, threads: Int
    ) {
        let (lda, ldb, beta): (Int, Int, T) = (transposeA ? n : k, transposeB ? k : m, accumulate ? 1 : 0)
        let byRows = n >= m
        let length = max(n, m)
        // A quarter each, in multiples of the widest register; 256 where there is more, which still packs the other side well.
        let block = min(256, max(64, (length / 4 + 15) & ~15))
        // The other side and the inner length are cut only where a block would take long.
        let across = min(min(n, m), max(256, longest / (block * k)))
        let depth = min(k, max(256, longest / (block * across)))
        let columns = (min(n, m) + across - 1) / across
        nonisolated(unsafe) let (a, b, c) = (a, b, c)
        Threads.share((length + block - 1) / block * columns, among: threads) { i in
            let (start, other) = (i / columns * block, i % columns * across)
            let (size, width) = (min(block, length - start), min(across, min(n, m) - other))
            let (row, column, rows, count) = byRows ? (start, other, size, width) : (other, start, width, size)
            for inner in stride(from: 0, to: k, by: depth) {
                if inner > 0, Account.shouldStop() { return }
                pieces(
                    rows, min(depth, k - inner), count, a + (transposeA ? inner * n + row : row * k + inner), transposeA, lda,
                    b + (transposeB ? column * k + inner : inner * m + column), transposeB, ldb, inner > 0 ? 1 : beta,
                    c + (row * m + column), m)
            }
        }
    }

    /// Multiplications in one call of OpenBLAS: some 20 ms in f64.
    private static let longest = 1 << 29

    /// A large product of matrices as so many threads make it.
    package static func largeProduct(_ a: Tensor, _ b: Tensor, threads: Int) -> Tensor {
        let (n, k, m) = (a.shape[0], a.shape[1], b.shape[1])
        prepare()
        return a.with(Double.self) { a in b.with(Double.self) { b in Tensor.make(Double.self, Shape([n, m])) { c in
            blocks(n, k, m, a, false, b, false, c, false, threads: threads)
        } } }
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
