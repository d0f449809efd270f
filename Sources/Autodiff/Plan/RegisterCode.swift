import Kernels

extension [grad_instruction] {
    /// In an order in which each is followed by one that reads its result, where there is one: that goes from one to the next in the processor's
    /// own register. Of several that might follow, the one that most others wait for. Each register is written by one instruction, which rounding to f32 may follow.
    func inStrands() -> [grad_instruction] {
        var bundles: [Range<Int>] = []
        for place in indices {
            if self[place].op == UInt16(GRAD_SINGLE), self[place].a == self[place].dst, let last = bundles.last {
                bundles[bundles.count - 1] = last.lowerBound..<place + 1
            } else {
                bundles.append(place..<place + 1)
            }
        }
        var writers: [UInt16: Int] = [:]
        var readers = [[Int]](repeating: [], count: bundles.count)
        var missing = [Int](repeating: 0, count: bundles.count)
        for (index, bundle) in bundles.enumerated() {
            for writer in Set(self[bundle.lowerBound].sources.compactMap { writers[UInt16($0)] }) {
                readers[writer].append(index)
                missing[index] += 1
            }
            writers[self[bundle.lowerBound].dst] = index
        }
        var heights = [Int](repeating: 1, count: bundles.count)
        for index in bundles.indices.reversed() { for reader in readers[index] { heights[index] = Swift.max(heights[index], heights[reader] + 1) } }
        var ordered: [grad_instruction] = []
        ordered.reserveCapacity(count)
        var isDone = [Bool](repeating: false, count: bundles.count)
        for start in bundles.indices where !isDone[start] {
            var next: Int? = start
            while let index = next {
                isDone[index] = true
                ordered += self[bundles[index]]
                for reader in readers[index] { missing[reader] -= 1 }
                next = readers[index].filter { missing[$0] == 0 }.max { heights[$0] < heights[$1] }
            }
        }
        return ordered
    }
}
