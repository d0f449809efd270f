import Kernels
import Tensors

/// Convolutions as matrix products (im2col): for one image, the numbers under the window at every place are the columns of a matrix,
/// and the weights times that matrix are the result. The matrix is made a few rows of places at a time, so that it
/// stays in cache and its size is bounded whatever the image.
struct Convolution {
    let windows: Windows
    let images: Int
    let channels: Int
    let outputs: Int

    private var depth: Int { channels * windows.windowCount }
    private var work: Int { images &* outputs &* depth &* windows.outputCount }
    /// How many numbers the matrix of columns may hold: half a megabyte of f64.
    private static let blockCount = 1 << 16
    /// From this many multiplications on, threads share the images.
    private static let largeWork = 1 << 22
    private var isLarge: Bool { work >= Convolution.largeWork }

    /// The sum over channels and window of x times w, at each place.
    func forward<T: BLASNumber>(_ x: UnsafePointer<T>, _ w: UnsafePointer<T>, into y: UnsafeMutablePointer<T>) {
        let (input, output, depth) = (channels * windows.inputCount, outputs * windows.outputCount, depth)
        nonisolated(unsafe) let (x, w, y) = (x, w, y)
        shareImages { range in
            withColumns(T.self) { columns in
                for image in range {
                    forEachBlock { rows, start, count in
                        gather(x + image * input, rows, columns, count)
                        T.gemm(
                            false, false, Int32(outputs), Int32(count), Int32(depth), w, Int32(depth), columns, Int32(count), 0,
                            y + (image * output + start), Int32(windows.outputCount))
                    }
                }
            }
        }
    }

    /// The adjoint by x: each y spread over the places that it was summed from.
    func input<T: BLASNumber>(_ y: UnsafePointer<T>, _ w: UnsafePointer<T>, into x: UnsafeMutablePointer<T>) {
        let (input, output, depth) = (channels * windows.inputCount, outputs * windows.outputCount, depth)
        x.update(repeating: 0, count: images * input)
        nonisolated(unsafe) let (x, w, y) = (x, w, y)
        shareImages { range in
            withColumns(T.self) { columns in
                for image in range {
                    forEachBlock { rows, start, count in
                        T.gemm(
                            true, false, Int32(depth), Int32(count), Int32(outputs), w, Int32(depth), y + (image * output + start),
                            Int32(windows.outputCount), 0, columns, Int32(count))
                        scatter(columns, rows, count, into: x + image * input)
                    }
                }
            }
        }
    }

    /// The adjoint by w. Images are summed in a few fixed groups, so that the bits do not depend on the number of threads.
    func weights<T: BLASNumber>(_ x: UnsafePointer<T>, _ y: UnsafePointer<T>, into w: UnsafeMutablePointer<T>) {
        let (input, output, depth) = (channels * windows.inputCount, outputs * windows.outputCount, depth)
        let groups = isLarge ? min(images, 4) : 1
        let count = outputs * depth
        let sums = UnsafeMutablePointer<T>.allocate(capacity: max(1, count * groups))
        sums.initialize(repeating: 0, count: count * groups)
        defer { sums.deallocate() }
        nonisolated(unsafe) let (x, y, parts) = (x, y, sums)
        Threads.share(groups, among: Threads.processors) { group in
            withColumns(T.self) { columns in
                for image in (images * group / groups)..<(images * (group + 1) / groups) {
                    forEachBlock { rows, start, places in
                        gather(x + image * input, rows, columns, places)
                        T.gemm(
                            false, true, Int32(outputs), Int32(depth), Int32(places), y + (image * output + start),
                            Int32(windows.outputCount), columns, Int32(places), 1, parts + group * count, Int32(depth))
                    }
                }
            }
        }
        w.update(from: sums, count: count)
        for group in 1..<max(1, groups) {
            for i in 0..<count { w[i] += sums[group * count + i] }
        }
    }

    private func shareImages(_ body: @Sendable (Range<Int>) -> Void) {
        BLAS.prepare()
        let parts = isLarge ? min(images, 4 * Threads.processors) : 1
        Threads.share(parts, among: Threads.processors) { part in
            body((images * part / parts)..<(images * (part + 1) / parts))
        }
    }

    private var rowsPerBlock: Int {
        min(windows.rows.output, max(1, Convolution.blockCount / max(1, depth * windows.columns.output)))
    }

    private func withColumns<T: BLASNumber>(_: T.Type, _ body: (UnsafeMutablePointer<T>) -> Void) {
        let columns = UnsafeMutablePointer<T>.allocate(capacity: max(1, depth * rowsPerBlock * windows.columns.output))
        defer { columns.deallocate() }
        body(columns)
    }

    /// Rows of places, where the first place lies in the result, and how many places.
    private func forEachBlock(_ body: (_ rows: Range<Int>, _ start: Int, _ count: Int) -> Void) {
        var row = 0
        while row < windows.rows.output {
            let end = min(windows.rows.output, row + rowsPerBlock)
            body(row..<end, row * windows.columns.output, (end - row) * windows.columns.output)
            row = end
        }
    }

    /// The numbers of one image under the window: a row of `columns` for each number of the window, in each channel.
    @inline(__always)
    private func gather<T: BLASNumber>(
        _ image: UnsafePointer<T>, _ places: Range<Int>, _ columns: UnsafeMutablePointer<T>, _ count: Int
    ) {
        let (across, width) = (windows.columns, windows.columns.output)
        forEachOffset { channel, row, column, index in
            let to = columns + index * count
            let inside = windows.rows.inside(row, places)
            let within = across.inside(column, 0..<width)
            if inside.count < places.count || within.count < width { to.update(repeating: 0, count: count) }
            if inside.isEmpty || within.isEmpty { return }
            let line = channel * windows.inputCount + (inside.lowerBound * windows.rows.stride + row - windows.rows.padding) * across.input
            var from = image + (line + within.lowerBound * across.stride + column - across.padding)
            var target = to + ((inside.lowerBound - places.lowerBound) * width + within.lowerBound)
            let next = windows.rows.stride * across.input
            if across.stride == 1 {
                let size = MemoryLayout<T>.size
                return grad_copy_rows(inside.count, within.count * size, from, next * size, target, width * size)
            }
            for _ in inside {
                for i in 0..<within.count { target[i] = from[i &* across.stride] }
                from += next
                target += width
            }
        }
    }

    /// The opposite: adds to the image.
    @inline(__always)
    private func scatter<T: BLASNumber>(
        _ columns: UnsafePointer<T>, _ places: Range<Int>, _ count: Int, into image: UnsafeMutablePointer<T>
    ) {
        let (across, width) = (windows.columns, windows.columns.output)
        forEachOffset { channel, row, column, index in
            let within = across.inside(column, 0..<width)
            let inside = windows.rows.inside(row, places)
            if inside.isEmpty || within.isEmpty { return }
            let line = channel * windows.inputCount + (inside.lowerBound * windows.rows.stride + row - windows.rows.padding) * across.input
            var to = image + (line + within.lowerBound * across.stride + column - across.padding)
            var from = columns + (index * count + (inside.lowerBound - places.lowerBound) * width + within.lowerBound)
            let next = windows.rows.stride * across.input
            if across.stride == 1 { return T.addRows(inside.count, within.count, from, width, to, next) }
            for _ in inside {
                for i in 0..<within.count { to[i &* across.stride] += from[i] }
                to += next
                from += width
            }
        }
    }

    @inline(__always)
    private func forEachOffset(_ body: (_ channel: Int, _ row: Int, _ column: Int, _ index: Int) -> Void) {
        var index = 0
        for channel in 0..<channels {
            for row in 0..<windows.rows.window {
                for column in 0..<windows.columns.window {
                    body(channel, row, column, index)
                    index += 1
                }
            }
        }
    }
}
