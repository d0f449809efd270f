import Tensors

/// Loops over the windows of planes of numbers.
struct Pool {
    let windows: Windows
    let planes: Int

    /// The largest number under each window; padding does not count. NaN where there is one.
    func largest<T: BLASNumber>(_ x: UnsafePointer<T>, into y: UnsafeMutablePointer<T>) {
        nonisolated(unsafe) let (x, y) = (x, y)
        sharePlanes { planes in
            forEachWindow(planes) { input, place, rows, columns in
                if rows.count == 2 && columns.count == 2 {
                    let (i, j) = corners(rows, columns, input)
                    let (a, b, c, d) = (x[i], x[i &+ 1], x[j], x[j &+ 1])
                    if a == a && b == b && c == c && d == d {
                        y[place] = largest(a, b, c, d)
                        return
                    }
                }
                y[place] = top(x + input, rows, columns)
            }
        }
    }

    /// For each window the mean of `u` over the places where x is largest.
    func collected<T: BLASNumber>(_ x: UnsafePointer<T>, _ u: UnsafePointer<T>, into y: UnsafeMutablePointer<T>) {
        nonisolated(unsafe) let (x, u, y) = (x, u, y)
        sharePlanes { planes in
            forEachWindow(planes) { input, place, rows, columns in
                var (sum, count): (T, T) = (0, 0)
                forEachTop(top(x + input, rows, columns), x + input, rows, columns) { position in
                    sum += u[input + position]
                    count += 1
                }
                y[place] = sum / count
            }
        }
    }

    /// The adjoint: each number of `g` shared equally by the places where x is largest in its window.
    func shared<T: BLASNumber>(_ x: UnsafePointer<T>, _ g: UnsafePointer<T>, into y: UnsafeMutablePointer<T>) {
        nonisolated(unsafe) let (x, g, y) = (x, g, y)
        sharePlanes { planes in
            (y + planes.lowerBound * windows.inputCount).update(repeating: 0, count: planes.count * windows.inputCount)
            forEachWindow(planes) { input, place, rows, columns in
                if rows.count == 2 && columns.count == 2, share(g[place], corners(rows, columns, input), x, y) { return }
                let top = top(x + input, rows, columns)
                var count: T = 0
                forEachTop(top, x + input, rows, columns) { _ in count += 1 }
                let share = g[place] / count
                forEachTop(top, x + input, rows, columns) { position in y[input + position] += share }
            }
        }
    }

    /// Where the two rows of a window of 2 × 2 numbers begin.
    @inline(__always)
    private func corners(_ rows: Range<Int>, _ columns: Range<Int>, _ input: Int) -> (Int, Int) {
        let first = input &+ rows.lowerBound &* windows.columns.input &+ columns.lowerBound
        return (first, first &+ windows.columns.input)
    }

    /// The same for 2 × 2 numbers, the usual window, without a branch for each: which is largest no processor can guess. `false` where one is NaN.
    @inline(__always)
    private func share<T: BLASNumber>(_ g: T, _ corners: (Int, Int), _ x: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>) -> Bool {
        let (i, j) = corners
        let (a, b, c, d) = (x[i], x[i &+ 1], x[j], x[j &+ 1])
        guard a == a && b == b && c == c && d == d else { return false }
        let top = largest(a, b, c, d)
        let count: T = (a == top ? 1 : 0) + (b == top ? 1 : 0) + (c == top ? 1 : 0) + (d == top ? 1 : 0)
        let share = g / count
        y[i] += a == top ? share : 0
        y[i &+ 1] += b == top ? share : 0
        y[j] += c == top ? share : 0
        y[j &+ 1] += d == top ? share : 0
        return true
    }

    /// The largest of numbers that are none of them NaN.
    @inline(__always)
    private func largest<T: BLASNumber>(_ a: T, _ b: T, _ c: T, _ d: T) -> T {
        var result = b > a ? b : a
        result = c > result ? c : result
        return d > result ? d : result
    }

    /// The mean under each window, where padding counts as zeros.
    func mean<T: BLASNumber>(_ x: UnsafePointer<T>, into y: UnsafeMutablePointer<T>) {
        let scale = 1 / T(windows.windowCount)
        nonisolated(unsafe) let (x, y) = (x, y)
        sharePlanes { planes in
            forEachWindow(planes) { input, place, rows, columns in
                var sum: T = 0
                forEachPosition(rows, columns) { sum += x[input + $0] }
                y[place] = sum * scale
            }
        }
    }

    /// The adjoint of `mean`.
    func spread<T: BLASNumber>(_ g: UnsafePointer<T>, into y: UnsafeMutablePointer<T>) {
        let scale = 1 / T(windows.windowCount)
        nonisolated(unsafe) let (g, y) = (g, y)
        sharePlanes { planes in
            (y + planes.lowerBound * windows.inputCount).update(repeating: 0, count: planes.count * windows.inputCount)
            forEachWindow(planes) { input, place, rows, columns in
                let share = g[place] * scale
                forEachPosition(rows, columns) { y[input + $0] += share }
            }
        }
    }

    @inline(__always)
    private func top<T: BLASNumber>(_ x: UnsafePointer<T>, _ rows: Range<Int>, _ columns: Range<Int>) -> T {
        var result = -T.infinity
        forEachPosition(rows, columns) { position in
            let number = x[position]
            if number > result || number.isNaN { result = number }
        }
        return result
    }

    @inline(__always)
    private func forEachTop<T: BLASNumber>(
        _ top: T, _ x: UnsafePointer<T>, _ rows: Range<Int>, _ columns: Range<Int>, _ body: (Int) -> Void
    ) {
        forEachPosition(rows, columns) { if x[$0] == top || (top.isNaN && x[$0].isNaN) { body($0) } }
    }

    @inline(__always)
    private func forEachPosition(_ rows: Range<Int>, _ columns: Range<Int>, _ body: (Int) -> Void) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            var position = row &* windows.columns.input &+ columns.lowerBound
            let end = position &+ columns.count
            while position < end {
                body(position)
                position &+= 1
            }
            row &+= 1
        }
    }

    /// From this many numbers on, threads share the planes.
    private static let largeCount = 1 << 16

    private func sharePlanes(_ body: @Sendable (Range<Int>) -> Void) {
        let parts = planes * windows.inputCount >= Pool.largeCount ? min(planes, 4 * Threads.processors) : 1
        Threads.share(parts, among: Threads.processors) { part in body((planes * part / parts)..<(planes * (part + 1) / parts)) }
    }

    /// Where a window's plane begins in the input, its place in the result, and the rows and columns that lie inside.
    @inline(__always)
    private func forEachWindow(
        _ planes: Range<Int>, _ body: (_ input: Int, _ place: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void
    ) {
        var place = planes.lowerBound * windows.rows.output * windows.columns.output
        for plane in planes {
            for row in 0..<windows.rows.output {
                let rows = windows.rows.covered(row)
                for column in 0..<windows.columns.output {
                    body(plane * windows.inputCount, place, rows, windows.columns.covered(column))
                    place += 1
                }
            }
        }
    }
}
