/// The memory of one tensor, owned alone or shared until someone writes.
package final class Storage: @unchecked Sendable {
    // Sendable: written only while uniquely referenced (`Tensor` sees to that), read-only once shared.
    package let bytes: UnsafeMutableRawPointer
    package let byteCount: Int

    /// Memory that holds anything; the maker fills all of it.
    package init(byteCount: Int) {
        self.bytes = MemoryPool.shared.take(byteCount)
        self.byteCount = byteCount
    }

    deinit { MemoryPool.shared.give(bytes, byteCount) }
}
