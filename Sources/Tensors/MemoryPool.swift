import Kernels
import Synchronization

/// Keeps freed blocks by size for the next tensor of that size. glibc gives blocks of 128 KB and more back to the system
/// when they are freed, and they fault in again page by page; in a training loop that costs more than the arithmetic.
package final class MemoryPool: Sendable {
    /// One for the process: memory is a resource of the process, and holds no state that a program could see.
    package static let shared = MemoryPool()

    private struct Free {
        var blocks: [Int: [UInt]] = [:]
        var kept = 0
    }

    private let free = Mutex(Free())
    private let inUse = Atomic<Int>(0)

    /// Blocks below this size are left to malloc, which keeps them itself.
    private static let smallest = 64 * 1024
    /// The pool keeps at most this much that is not in use.
    private static let mostKept = 512 << 20

    /// Bytes that tensors hold now.
    package var bytesInUse: Int { inUse.load(ordering: .relaxed) }

    func take(_ byteCount: Int) -> UnsafeMutableRawPointer {
        inUse.wrappingAdd(byteCount, ordering: .relaxed)
        if byteCount >= MemoryPool.smallest,
            let address = free.withLock({ state -> UInt? in
                guard let address = state.blocks[byteCount]?.popLast() else { return nil }
                state.kept -= byteCount
                return address
            }),
            let block = UnsafeMutableRawPointer(bitPattern: address)
        {
            return block
        }
        return MemoryPool.allocate(byteCount)
    }

    /// Memory of the system; given back by `deallocate`.
    package static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        // Sixteen is malloc's own alignment; a cache line serves the vector kernels.
        guard byteCount >= hugePage * 3 / 4 else {
            return .allocate(byteCount: max(byteCount, 1), alignment: byteCount > 256 ? 64 : 16)
        }
        // A large block is a fault for each page of it when it is touched first: hundreds of small pages, or a few huge ones. Only one that is not much
        // smaller than a huge page is given all of it.
        let whole = max(1, byteCount / hugePage) * hugePage
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, whole), alignment: hugePage)
        grad_prefer_huge_pages(block, whole)
        return block
    }

    private static let hugePage = 2 << 20

    /// Whether the system gives that much: asked for, and given back untouched. What the pool keeps is given up for it.
    func canTake(_ byteCount: Int) -> Bool {
        if free.withLock({ $0.blocks[byteCount]?.isEmpty == false }) { return true }
        if canAllocate(byteCount) { return true }
        trim()
        return canAllocate(byteCount)
    }

    /// Some is left for all that is too small to be asked for.
    private static let margin = 32 << 20

    private func canAllocate(_ byteCount: Int) -> Bool {
        let (size, overflow) = byteCount.addingReportingOverflow(MemoryPool.margin)
        return !overflow && grad_can_allocate(size)
    }

    func give(_ block: UnsafeMutableRawPointer, _ byteCount: Int) {
        inUse.wrappingSubtract(byteCount, ordering: .relaxed)
        if byteCount >= MemoryPool.smallest {
            let kept = free.withLock { state -> Bool in
                guard state.kept + byteCount <= MemoryPool.mostKept else { return false }
                state.blocks[byteCount, default: []].append(UInt(bitPattern: block))
                state.kept += byteCount
                return true
            }
            if kept { return }
        }
        block.deallocate()
    }

    /// Before something that takes blocks of other sizes for long: what is kept goes back, if it is worth the trouble.
    package func settle() { if free.withLock({ $0.kept }) > MemoryPool.worthTrimming { trim() } }

    private static let worthTrimming = 4 << 20

    /// Gives all that is not in use back to the system.
    package func trim() {
        let blocks = free.withLock { state in
            defer { state = Free() }
            return state.blocks
        }
        for address in blocks.values.joined() { UnsafeMutableRawPointer(bitPattern: address)?.deallocate() }
        grad_give_back()
    }
}
