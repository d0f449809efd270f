import Tensors

/// Orders of numbers along an axis. Stable; zeros of either sign are equal; NaN comes last in both directions.
enum Ordering {
    /// A number as an unsigned key whose order is the order wanted, with the place it came from.
    struct Entry {
        let key: UInt64
        let place: Int

        static func < (a: Entry, b: Entry) -> Bool { a.key != b.key ? a.key < b.key : a.place < b.place }
    }

    /// Below this, comparing is faster than eight passes over the bytes of the keys.
    private static let shortest = 64
    /// From here on a heap is out of the cache, and sorting it by comparison takes long.
    private static let longestHeap = 1 << 14
    /// Entries, less one, between two looks at whether to stop.
    private static let looks = 1 << 20 - 1

    /// Calls `body` for each lane along the axis: its entries in order, the first `count` of them at least, where the lane's first number
    /// lies in `x`, where its results go, and the step between neighbours.
    static func forEachLane(
        _ x: Tensor, axis: Int, descending: Bool, first count: Int? = nil,
        _ body: (_ entries: UnsafeMutableBufferPointer<Entry>, _ from: Int, _ to: Int, _ step: Int) -> Void
    ) {
        let (outer, length, inner) = x.shape.split(at: axis)
        let kept = count ?? length
        withUnsafeTemporaryAllocation(of: Entry.self, capacity: length) { entries in
            withUnsafeTemporaryAllocation(of: Entry.self, capacity: length < shortest ? 1 : length) { spare in
                for block in 0..<outer {
                    if block > 0, length &* inner > looks >> 4, Account.shouldStop() { return }
                    for lane in 0..<inner {
                        if lane & 0xFFF == 0xFFF, Account.shouldStop() { return }
                        let start = block * length * inner + lane
                        fill(entries, x, start, inner, descending)
                        if kept * 8 < length, kept <= longestHeap {
                            keepFirst(kept, of: entries)
                        } else {
                            sort(entries, spare)
                        }
                        // Left in the midst, the entries are in no order, and some hold nothing.
                        if length > looks, Account.isStopping { return }
                        body(entries, start, block * kept * inner + lane, inner)
                    }
                }
            }
        }
    }

    private static func fill(
        _ entries: UnsafeMutableBufferPointer<Entry>, _ x: Tensor, _ start: Int, _ step: Int, _ descending: Bool
    ) {
        switch x.type {
        case .f64:
            x.withDoubles { x in
                for i in entries.indices {
                    if i & looks == looks, Account.shouldStop() { return }
                    entries.initializeElement(at: i, to: Entry(key: key(x[start + i * step], descending), place: i))
                }
            }
        case .f32:
            x.withFloats { x in
                for i in entries.indices {
                    if i & looks == looks, Account.shouldStop() { return }
                    entries.initializeElement(at: i, to: Entry(key: key(x[start + i * step], descending), place: i))
                }
            }
        }
    }

    /// Bits that compare as the numbers do: a negative number's turned round, a positive one's above them.
    static func key(_ x: Double, _ descending: Bool) -> UInt64 {
        if x.isNaN { return .max }
        let bits = (x == 0 ? 0 : x).bitPattern
        let ascending = bits >> 63 == 1 ? ~bits : bits | 1 << 63
        return descending ? ~ascending : ascending
    }

    private static func key(_ x: Float, _ descending: Bool) -> UInt64 {
        if x.isNaN { return UInt64(UInt32.max) }
        let bits = (x == 0 ? 0 : x).bitPattern
        let ascending = bits >> 31 == 1 ? ~bits : bits | 1 << 31
        return UInt64(descending ? ~ascending : ascending)
    }

    private static func sort(_ entries: UnsafeMutableBufferPointer<Entry>, _ spare: UnsafeMutableBufferPointer<Entry>) {
        if entries.count < shortest {
            var entries = entries
            entries.sort(by: <)
        } else {
            radixSort(entries, spare)
        }
    }

    /// Byte by byte from the lowest, each pass keeping the order of the one before; a byte that all keys share is passed over.
    private static func radixSort(_ entries: UnsafeMutableBufferPointer<Entry>, _ spare: UnsafeMutableBufferPointer<Entry>) {
        guard var source = entries.baseAddress, var target = spare.baseAddress else { return }
        let count = entries.count
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 8 * 256) { counts in
            counts.initialize(repeating: 0)
            for i in 0..<count {
                if i & Ordering.looks == Ordering.looks, Account.shouldStop() { return }
                var key = source[i].key
                for byte in 0..<8 {
                    counts[byte << 8 | Int(key & 255)] += 1
                    key >>= 8
                }
            }
            for byte in 0..<8 {
                let shift = UInt64(byte * 8)
                let places = UnsafeMutableBufferPointer(rebasing: counts[(byte << 8)..<(byte + 1) << 8])
                if places[Int(source[0].key >> shift & 255)] == count { continue }
                var next = 0
                for digit in 0..<256 { (places[digit], next) = (next, next + places[digit]) }
                for i in 0..<count {
                    if i & Ordering.looks == Ordering.looks, Account.shouldStop() { return }
                    let digit = Int(source[i].key >> shift & 255)
                    (target + places[digit]).initialize(to: source[i])
                    places[digit] += 1
                }
                swap(&source, &target)
            }
        }
        if source != entries.baseAddress {
            Account.forEachBlock(count, cost: 2) { entries.baseAddress?.advanced(by: $0).update(from: source + $0, count: $1) }
        }
    }

    /// The first `count` entries in order, at the front; what follows them is left over. A heap of the best so far, its worst on top.
    private static func keepFirst(_ count: Int, of entries: UnsafeMutableBufferPointer<Entry>) {
        if count == 0 { return }
        var heap = UnsafeMutableBufferPointer(rebasing: entries[..<count])
        for root in stride(from: count / 2, through: 0, by: -1) { sink(root, in: heap) }
        for i in count..<entries.count {
            if i & looks == looks, Account.shouldStop() { return }
            guard entries[i] < heap[0] else { continue }
            heap[0] = entries[i]
            sink(0, in: heap)
        }
        heap.sort(by: <)
    }

    private static func sink(_ root: Int, in heap: UnsafeMutableBufferPointer<Entry>) {
        var place = root
        while true {
            var worst = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[worst] < heap[child] { worst = child }
            if worst == place { return }
            heap.swapAt(place, worst)
            place = worst
        }
    }
}

extension Ordering {
    /// The numbers along the axis in order.
    static func sorted(_ x: Tensor, axis: Int, descending: Bool) -> Tensor {
        switch x.type {
        case .f64:
            x.withDoubles { numbers in
                Tensor(f64: x.shape) { y in
                    forEachLane(x, axis: axis, descending: descending) { entries, from, to, step in
                        Account.forEachBlock(entries.count, cost: 8) { start, count in
                            for i in start..<start + count { y[to + i * step] = numbers[from + entries[i].place * step] }
                        }
                    }
                }
            }
        case .f32:
            x.withFloats { numbers in
                Tensor(f32: x.shape) { y in
                    forEachLane(x, axis: axis, descending: descending) { entries, from, to, step in
                        Account.forEachBlock(entries.count, cost: 8) { start, count in
                            for i in start..<start + count { y[to + i * step] = numbers[from + entries[i].place * step] }
                        }
                    }
                }
            }
        }
    }

    /// The places of the first `count` numbers in order along the axis; always f64, which holds any index exactly.
    static func places(_ x: Tensor, axis: Int, descending: Bool, first count: Int) -> Tensor {
        var axes = x.shape.axes
        axes[axis] = count
        return Tensor(f64: Shape(axes)) { y in
            forEachLane(x, axis: axis, descending: descending, first: count) { entries, _, to, step in
                Account.forEachBlock(count, cost: 2) { start, count in
                    for i in start..<start + count { y[to + i * step] = Double(entries[i].place) }
                }
            }
        }
    }

    /// For each of `values`, how many numbers of a sorted vector come before it: those below it, or on the right those up to it.
    static func insertionPlaces(of values: Tensor, in sorted: Tensor, right: Bool) -> Tensor {
        let count = sorted.count
        let shape = values.shape
        return sorted.converted(to: .f64).withDoubles { sorted in
            values.converted(to: .f64).withDoubles { values in
                Tensor(f64: shape) { y in
                    for i in y.indices {
                        if i & 0xFFFF == 0xFFFF, Account.shouldStop() { return }
                        let wanted = key(values[i], false)
                        var (low, high) = (0, count)
                        while low < high {
                            let middle = (low + high) / 2
                            let met = key(sorted[middle], false)
                            if met < wanted || right && met == wanted { low = middle + 1 } else { high = middle }
                        }
                        y[i] = Double(low)
                    }
                }
            }
        }
    }
}
