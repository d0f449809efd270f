import COpenBLAS
package import Tensors

/// A matrix product as calls of OpenBLAS: cut by its lengths alone, so that any number of threads gives the same bits.
///
/// The result c is `[n, m]`, a is `[n, k]` or, transposed, `[k, n]`, and b is `[k, m]` or, transposed, `[m, k]`; all contiguous.
struct BLASCut {
    private let n: Int
    private let k: Int
    private let m: Int
    private let transposeA: Bool
    private let transposeB: Bool
    private let accumulates: Bool

    init(_ n: Int, _ k: Int, _ m: Int, _ transposeA: Bool, _ transposeB: Bool, _ accumulates: Bool = false) {
        (self.n, self.k, self.m, self.transposeA, self.transposeB, self.accumulates) = (n, k, m, transposeA, transposeB, accumulates)
    }

    /// Whether OpenBLAS makes it in one call without copying a factor, where it ever does so.
    var isUnpacked: Bool { n * k * m <= BLASCut.unpacked && (!transposeB || n * m <= BLASCut.mostAlongColumns) }

    /// In one call.
    func whole<T: BLASNumber>(_ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>) {
        part(0..<n, 0..<m, 0..<k, a, b, c)
    }

    /// In tiles, in blocks, or in one call, whichever is fastest; by so many threads.
    func run<T: BLASNumber>(_ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>, threads: Int) {
        if let tile = tile(T.type.size) { return tiles(tile, a, b, c, threads) }
        if n * k >= BLASCut.oneCall / m { return blocks(a, b, c, threads) }
        whole(a, b, c)
    }

    @inline(__always)
    private func part<T: BLASNumber>(
        _ rows: Range<Int>, _ columns: Range<Int>, _ inner: Range<Int>, _ a: UnsafePointer<T>, _ b: UnsafePointer<T>,
        _ c: UnsafeMutablePointer<T>
    ) {
        T.gemm(
            transposeA, transposeB, Int32(rows.count), Int32(columns.count), Int32(inner.count),
            a + (transposeA ? inner.lowerBound * n + rows.lowerBound : rows.lowerBound * k + inner.lowerBound), Int32(transposeA ? n : k),
            b + (transposeB ? columns.lowerBound * k + inner.lowerBound : inner.lowerBound * m + columns.lowerBound), Int32(transposeB ? k : m),
            accumulates || inner.lowerBound > 0 ? 1 : 0, c + (rows.lowerBound * m + columns.lowerBound), Int32(m))
    }

    // MARK: Tiles

    /// Rows and columns of the result that one call makes.
    private struct Tile {
        let rows: Int
        let columns: Int
    }

    /// The multiplications up to which OpenBLAS reads the factors where they lie; above, it copies both first, in the order in which it reads them. Not copied,
    /// products take a tenth less, and half as long where there are few rows.
    static let unpacked = 1_000_000

    /// Only its kernels for AVX-512 read them so (interface/gemm.c, `USE_SMALL_MATRIX_OPT`); the others would copy them for each tile.
    private static let hasTiles: Bool = {
        BLAS.prepare()
        guard let name = openblas_core() else { return false }
        return ["skylakex", "cooperlake", "sapphirerapids"].contains(String(cString: name).lowercased())
    }()

    /// Bytes of the left side that stay in cache while the right side goes by in strips, and of a right side that still can be read in strips.
    private static let (nearBytes, farBytes) = (1 << 20, 1 << 22)

    /// The tiles of a product that is faster so. A strip of 64 columns of the right side stays in cache for all tiles above one another.
    private func tile(_ size: Int) -> Tile? {
        guard BLASCut.hasTiles else { return nil }
        var most = BLASCut.unpacked / k
        if transposeB {
            // It is read along its columns, which only a long sum repays, or a few rows for which it would be copied.
            guard k >= 192 || (n <= 48 && k >= 32) else { return nil }
            most = min(most, BLASCut.mostAlongColumns)
        }
        let isWhole = !transposeB && m * (transposeA ? 32 : 16) <= most
        if !isWhole, n * k * size > BLASCut.nearBytes || k * m * size > BLASCut.farBytes { return nil }
        let columns = isWhole ? m : BLASCut.even(m, max(1, m / 64))
        let highest = most / columns & ~15
        guard highest >= 16 else { return nil }
        return Tile(rows: BLASCut.even(n, (n + highest - 1) / highest), columns: columns)
    }

    /// Numbers of the result that OpenBLAS makes at once of a right side that is not copied and read along its columns.
    private static let mostAlongColumns = 1200

    /// The length of so many parts, in multiples of the widest register.
    private static func even(_ length: Int, _ parts: Int) -> Int { min(length, ((length + parts - 1) / parts + 15) & ~15) }

    private func tiles<T: BLASNumber>(_ tile: Tile, _ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>, _ threads: Int) {
        let (strips, heights) = ((m + tile.columns - 1) / tile.columns, (n + tile.rows - 1) / tile.rows)
        // A strip is one part, and where there are few, some tiles of one.
        let cuts = strips >= 4 ? 1 : min(heights, 8)
        nonisolated(unsafe) let (a, b, c) = (a, b, c)
        Threads.share(strips * cuts, among: threads) { i in
            let (strip, cut) = (i / cuts, i % cuts)
            let columns = strip * tile.columns..<min(m, (strip + 1) * tile.columns)
            for height in heights * cut / cuts..<heights * (cut + 1) / cuts {
                part(height * tile.rows..<min(n, (height + 1) * tile.rows), columns, 0..<k, a, b, c)
            }
        }
    }

    // MARK: Blocks

    /// Multiplications that are not worth cutting, and those in one call of OpenBLAS at most: some 20 ms in f64.
    private static let oneCall = 256 * 256 * 256
    static let longest = 1 << 29

    /// Along the longer side of the result.
    private func blocks<T: BLASNumber>(_ a: UnsafePointer<T>, _ b: UnsafePointer<T>, _ c: UnsafeMutablePointer<T>, _ threads: Int) {
        let byRows = n >= m
        let length = max(n, m)
        // A quarter each, in multiples of the widest register; 256 where there is more, which still packs the other side well.
        let block = min(256, max(64, (length / 4 + 15) & ~15))
        // The other side and the inner length are cut only where a block would take long.
        let across = min(min(n, m), max(256, BLASCut.longest / (block * k)))
        let depth = min(k, max(256, BLASCut.longest / (block * across)))
        let columns = (min(n, m) + across - 1) / across
        nonisolated(unsafe) let (a, b, c) = (a, b, c)
        Threads.share((length + block - 1) / block * columns, among: threads) { i in
            let (start, other) = (i / columns * block, i % columns * across)
            let long = start..<min(length, start + block), short = other..<min(min(n, m), other + across)
            for inner in stride(from: 0, to: k, by: depth) {
                if inner > 0, Account.shouldStop() { return }
                part(byRows ? long : short, byRows ? short : long, inner..<min(k, inner + depth), a, b, c)
            }
        }
    }
}

extension BLAS {
    /// A large product of matrices as so many threads make it.
    package static func largeProduct(_ a: Tensor, _ b: Tensor, threads: Int) -> Tensor {
        let (n, k, m) = (a.shape[0], a.shape[1], b.shape[1])
        prepare()
        return a.with(Double.self) { a in b.with(Double.self) { b in Tensor.make(Double.self, Shape([n, m])) { c in
            BLASCut(n, k, m, false, false).run(a, b, c, threads: threads)
        } } }
    }
}
