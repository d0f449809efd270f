/// The memory of one tensor, owned alone or shared until someone writes.
package final class Storage: @unchecked Sendable {
    // Sendable: written only while uniquely referenced (`Tensor` sees to that), read-only once shared.
    package let bytes: UnsafeMutableRawPointer
    package let byteCount: Int
    package let isBorrowed: Bool
    private let charge: Charge

    /// Memory that holds anything; the maker fills all of it.
    package init(byteCount: Int) {
        self.bytes = MemoryPool.shared.take(byteCount)
        self.byteCount = byteCount
        isBorrowed = false
        charge = Charge(byteCount + Storage.overhead)
    }

    /// Memory of someone else, who keeps it longer than this lives.
    package init(borrowing bytes: UnsafeMutableRawPointer, byteCount: Int) {
        self.bytes = bytes
        self.byteCount = byteCount
        isBorrowed = true
        charge = Charge(Storage.overhead)
    }

    /// What the objects around the numbers take.
    private static let overhead = 112

    deinit { if !isBorrowed { MemoryPool.shared.give(bytes, byteCount) } }
}
