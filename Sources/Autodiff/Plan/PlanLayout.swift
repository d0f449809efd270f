// Where values lie in a plan's memory.

extension PlanCompiler {
    /// Gives arena slots their offsets, reusing memory whose numbers nobody reads any more; the size of the arena.
    mutating func layOut(keeping kept: [PlanPlace]) -> Int {
        var last: [Int: Int] = [:]
        for (index, step) in steps.enumerated() {
            for slot in step.reads + step.writes { last[slot] = index }
        }
        for case .slot(let slot) in kept { last[slot] = steps.count }
        var arena = Arena()
        var isPlaced = [Bool](repeating: false, count: slots.count)
        for (index, step) in steps.enumerated() {
            var inherited: Set<Int> = []
            for write in step.writes where !isPlaced[write] {
                guard case .arena = slots[write].kind else { continue }
                isPlaced[write] = true
                let heir = step.reads.first { read in
                    guard case .arena = slots[read].kind else { return false }
                    return isPlaced[read] && last[read] == index && !inherited.contains(read) && slots[read].byteCount == slots[write].byteCount
                        && !step.writes.contains(read) && step.mayReplace(read, by: write)
                }
                if let heir {
                    slots[write].offset = slots[heir].offset
                    inherited.insert(heir)
                } else {
                    slots[write].offset = arena.take(slots[write].byteCount)
                }
            }
            for slot in Set(step.reads + step.writes) where last[slot] == index && isPlaced[slot] && !inherited.contains(slot) {
                arena.give(slots[slot].offset, slots[slot].byteCount)
            }
        }
        return arena.size
    }
}

/// Offsets in one block of memory, given out first fit.
private struct Arena {
    private var free: [(offset: Int, size: Int)] = []
    private(set) var size = 0

    private static func rounded(_ size: Int) -> Int { (size + 63) & ~63 }

    mutating func take(_ byteCount: Int) -> Int {
        let wanted = Arena.rounded(byteCount)
        // The smallest that fits, so that large blocks stay whole.
        let candidate = free.indices.filter { free[$0].size >= wanted }.min { free[$0].size < free[$1].size }
        if let candidate {
            let offset = free[candidate].offset
            free[candidate] = (offset + wanted, free[candidate].size - wanted)
            if free[candidate].size == 0 { free.remove(at: candidate) }
            return offset
        }
        defer { size += wanted }
        return size
    }

    mutating func give(_ offset: Int, _ byteCount: Int) {
        let size = Arena.rounded(byteCount)
        let place = free.firstIndex { $0.offset > offset } ?? free.count
        free.insert((offset, size), at: place)
        if place + 1 < free.count, free[place].offset + free[place].size == free[place + 1].offset {
            free[place].size += free[place + 1].size
            free.remove(at: place + 1)
        }
        if place > 0, free[place - 1].offset + free[place - 1].size == free[place].offset {
            free[place - 1].size += free[place].size
            free.remove(at: place)
        }
    }
}
