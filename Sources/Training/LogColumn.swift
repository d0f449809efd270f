/// The numbers of one column. As long as they are in equal steps, as the count of updates is and a rate that stays, they take no memory each.
struct LogColumn: Sendable {
    private var line = Line()
    /// All of them, once they are in no line.
    private var numbers: [Double] = []
    private var reserved = 0

    /// `count` numbers: first, first + step, …
    private struct Line {
        var first = 0.0
        var step = 0.0
        var count = 0

        /// A number that stays is the same to its last bit, NaN too.
        subscript(row: Int) -> Double { step == 0 ? first : first + step * Double(row) }

        mutating func extends(by number: Double) -> Bool {
            if count == 0 {
                (first, step) = (number, 0)
            } else if count == 1 {
                let isSame = number.bitPattern == first.bitPattern
                let difference = isSame ? 0 : number - first
                guard isSame || (difference.isFinite && difference != 0) else { return false }
                step = difference
            }
            guard self[count].bitPattern == number.bitPattern else { return false }
            count += 1
            return true
        }
    }

    init(_ values: [Double] = []) { values.withUnsafeBufferPointer { append(contentsOf: $0) } }

    var count: Int { line.count + numbers.count }
    var last: Double? { count > 0 ? self[count - 1] : nil }
    subscript(row: Int) -> Double { line.count > 0 ? line[row] : numbers[row] }
    var values: [Double] { line.count > 0 ? (0..<line.count).map { line[$0] } : numbers }

    mutating func append(_ number: Double) {
        if numbers.isEmpty {
            if line.extends(by: number) { return }
            unroll()
        }
        numbers.append(number)
    }

    mutating func append(contentsOf more: UnsafeBufferPointer<Double>) {
        var next = 0
        while next < more.count, numbers.isEmpty {
            append(more[next])
            next += 1
        }
        numbers.append(contentsOf: UnsafeBufferPointer(rebasing: more[next...]))
    }

    mutating func append(_ number: Double, count: Int) {
        guard count > 0 else { return }
        append(number)
        if numbers.isEmpty, line.step == 0 { line.count += count - 1 } else { for _ in 1..<count { append(number) } }
    }

    /// Every second one, from the first on.
    mutating func thin() {
        let half = (count + 1) / 2
        if line.count > 0 {
            (line.step, line.count) = (2 * line.step, half)
        } else {
            numbers.withUnsafeMutableBufferPointer { numbers in for row in 0..<half { numbers[row] = numbers[2 * row] } }
            numbers.removeLast(numbers.count - half)
        }
    }

    /// Makes room for so many in all.
    mutating func reserve(_ count: Int) {
        reserved = count
        if !numbers.isEmpty { numbers.reserveCapacity(count) }
    }

    private mutating func unroll() {
        let values = values
        numbers.reserveCapacity(max(reserved, values.count + 1))
        numbers.append(contentsOf: values)
        line.count = 0
    }
}
