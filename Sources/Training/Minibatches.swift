package import Tensors

/// Which rows each update sees. The order depends on the seed and the epoch alone, so a run that goes on later sees the same rows
/// as one that never stopped.
package struct Minibatches: Sendable {
    package let rows: Int
    /// At most `rows`.
    package let size: Int
    private let stream: RandomStream
    private let shuffles: Bool
    private var epoch = -1
    private var order: [Double] = []

    package init(rows: Int, size: Int, stream: RandomStream, shuffles: Bool = true) {
        self.rows = rows
        self.size = max(1, min(size, rows))
        self.stream = stream
        self.shuffles = shuffles
    }

    /// ⌈rows / size⌉: the last minibatch may be smaller, and is kept.
    package var perEpoch: Int { max(1, (rows + size - 1) / size) }

    /// The row numbers of one update; `nil` when all rows are taken in their own order.
    package mutating func indices(epoch: Int, update: Int) throws(PrimitiveError) -> Tensor? {
        if size == rows { return nil }
        try prepare(epoch)
        let start = update * size
        return Tensor(Array(order[start..<min(start + size, rows)]))
    }

    /// Puts the row numbers of one update into memory for `count`; `false` when there are not that many.
    package mutating func fill(_ room: UnsafeMutablePointer<Double>, _ count: Int, epoch: Int, update: Int) throws(PrimitiveError) -> Bool {
        try prepare(epoch)
        let start = update * size
        guard size != rows, min(size, rows - start) == count else { return false }
        for index in 0..<count { room[index] = order[start + index] }
        return true
    }

    private mutating func prepare(_ epoch: Int) throws(PrimitiveError) {
        if epoch != self.epoch {
            if shuffles {
                var own = stream.split(epoch)
                order = try own.permutation(rows).numbers
            } else if order.isEmpty {
                order = (0..<rows).map(Double.init)
            }
            self.epoch = epoch
        }
    }
}

/// A shuffled division of rows into two parts.
package enum Splitting {
    /// Row numbers of the first part, which takes `fraction` of the rows (at least one, and not all), and of the second. With
    /// `classes`, one whole number a row, each class is divided in the same proportion, as far as rounding allows.
    package static func split(
        rows: Int, fraction: Double, classes: [Double]?, stream: RandomStream
    ) throws(PrimitiveError) -> (first: [Int], second: [Int]) {
        var stream = stream
        let order = try stream.permutation(rows).numbers.map { Int($0) }
        let wanted = max(1, min(rows - 1, Int((Double(rows) * fraction).rounded())))
        guard let classes, isStratifiable(classes) else {
            return (Array(order.prefix(wanted)), Array(order.dropFirst(wanted)))
        }
        let quotas = quotas(classes, fraction: fraction, total: wanted)
        var taken: [Double: Int] = [:]
        var first: [Int] = []
        var second: [Int] = []
        for row in order {
            if taken[classes[row], default: 0] < quotas[classes[row], default: 0] {
                taken[classes[row], default: 0] += 1
                first.append(row)
            } else {
                second.append(row)
            }
        }
        return (first, second)
    }

    /// Labels of classes: whole numbers, few of them, each at least twice.
    package static func isStratifiable(_ labels: [Double]) -> Bool {
        guard labels.allSatisfy({ $0 == $0.rounded() && $0.isFinite }) else { return false }
        var counts: [Double: Int] = [:]
        for label in labels {
            counts[label, default: 0] += 1
            if counts.count > 1000 { return false }
        }
        return counts.count > 1 && counts.count * 2 <= labels.count && counts.values.allSatisfy { $0 >= 2 }
    }

    /// How many of each class go into the first part: rounded down, the rest to the largest remainders.
    private static func quotas(_ classes: [Double], fraction: Double, total: Int) -> [Double: Int] {
        var counts: [Double: Int] = [:]
        for label in classes { counts[label, default: 0] += 1 }
        let shares = counts.keys.sorted().map { ($0, Double(counts[$0] ?? 0) * Double(total) / Double(classes.count)) }
        var quotas = Dictionary(uniqueKeysWithValues: shares.map { ($0.0, Int($0.1)) })
        let left = total - quotas.values.reduce(0, +)
        let byRemainder = shares.sorted { ($0.1 - $0.1.rounded(.down), $1.0) > ($1.1 - $1.1.rounded(.down), $0.0) }
        for (label, _) in byRemainder.prefix(max(0, left)) { quotas[label, default: 0] += 1 }
        return quotas
    }
}
