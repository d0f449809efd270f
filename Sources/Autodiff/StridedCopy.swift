import Kernels
import Tensors

/// A copy from one arrangement of numbers into another. Along each axis both sides have a step of their own, so that one routine
/// serves transposition (steps exchanged), slices and padding (steps of a larger tensor), flips (negative steps), repetition
/// (steps of 0) and diagonals (steps of a row and one).
struct StridedCopy {
    /// Innermost first; axes of length 1 left out, and axes that continue each other on both sides joined.
    private var lengths: [Int] = []
    private var to: [Int] = []
    private var from: [Int] = []
    private var isEmpty = false

    /// Lengths and steps, outermost first; steps are counted in numbers.
    init(_ lengths: [Int], to: [Int], from: [Int]) {
        isEmpty = lengths.contains(0)
        for axis in lengths.indices.reversed() where lengths[axis] != 1 {
            if let last = self.lengths.indices.last, to[axis] == self.to[last] * self.lengths[last],
                from[axis] == self.from[last] * self.lengths[last]
            {
                self.lengths[last] *= lengths[axis]
            } else {
                self.lengths.append(lengths[axis])
                self.to.append(to[axis])
                self.from.append(from[axis])
            }
        }
    }

    /// Copies between memory of one element type; the offsets say where the first number lies, counted in numbers.
    func run(
        _ type: ElementType, from source: UnsafeRawPointer, start sourceOffset: Int = 0, to target: UnsafeMutableRawPointer,
        at targetOffset: Int = 0
    ) {
        if isEmpty { return }
        switch type {
        case .f64:
            run(
                source.assumingMemoryBound(to: Double.self) + sourceOffset,
                target.assumingMemoryBound(to: Double.self) + targetOffset, transpose: grad_transpose_f64)
        case .f32:
            run(
                source.assumingMemoryBound(to: Float.self) + sourceOffset,
                target.assumingMemoryBound(to: Float.self) + targetOffset, transpose: grad_transpose_f32)
        }
    }

    @_specialize(where T == Double)
    @_specialize(where T == Float)
    private func run<T: BitwiseCopyable>(
        _ source: UnsafePointer<T>, _ target: UnsafeMutablePointer<T>,
        transpose: (Int, Int, UnsafePointer<T>, UnsafeMutablePointer<T>) -> Void
    ) {
        guard let length = lengths.first else {
            target.pointee = source.pointee
            return
        }
        let (step, sourceStep) = (to[0], from[0])
        if step == 1 && sourceStep == 1 {
            forEach(except: []) { at, from in
                Account.forEachBlock(length) { (target + at + $0).update(from: source + from + $0, count: $1) }
            }
        } else if step == 1 && sourceStep == 0 {
            forEach(except: []) { at, from in
                Account.forEachBlock(length) { (target + at + $0).update(repeating: source[from], count: $1) }
            }
        } else if step == 1 && sourceStep == -1 {
            // Said apart, since the compiler makes vectors of steps it knows.
            forEach(except: []) { at, from in
                Account.forEachBlock(length) { start, count in
                    for i in start..<start + count { target[at + i] = source[from - i] }
                }
            }
        } else if let row = from.indices.dropFirst().first(where: { from[$0] == 1 }) {
            let columns = lengths[row]
            let isPlain = step == 1 && sourceStep == columns && to[row] == length
            forEach(except: [row]) { at, from in
                if isPlain {
                    transpose(length, columns, source + from, target + at)
                } else {
                    tiles(source + from, target + at, row: row)
                }
            }
        } else {
            forEach(except: []) { at, from in
                Account.forEachBlock(length, cost: 8) { start, count in
                    for i in start..<start + count { target[at + i * step] = source[from + i * sourceStep] }
                }
            }
        }
    }

    /// The innermost axis and another one, in squares small enough to stay in cache on both sides.
    @inline(__always)
    private func tiles<T: BitwiseCopyable>(_ source: UnsafePointer<T>, _ target: UnsafeMutablePointer<T>, row: Int) {
        let side = 16
        var squares = 0
        for top in stride(from: 0, to: lengths[row], by: side) {
            let bottom = min(top + side, lengths[row])
            for left in stride(from: 0, to: lengths[0], by: side) {
                squares &+= 1
                if squares & 7 == 0, Account.shouldStop() { return }
                let right = min(left + side, lengths[0])
                for i in top..<bottom {
                    for j in left..<right { target[i * to[row] + j * to[0]] = source[i * from[row] + j * from[0]] }
                }
            }
        }
    }

    /// Calls `body` with both sides' offsets for every place of the axes outside the innermost, those excepted left out.
    @inline(__always)
    private func forEach(except skipped: [Int], _ body: (_ at: Int, _ from: Int) -> Void) {
        let axes = lengths.indices.dropFirst().filter { !skipped.contains($0) }
        var counter = [Int](repeating: 0, count: axes.count)
        var (at, source) = (0, 0)
        let (block, most) = ((lengths.first ?? 1) * skipped.reduce(1) { $0 * lengths[$1] }, Account.blockSize / 4)
        var done = 0
        while true {
            body(at, source)
            done += block
            if done >= most {
                if Account.shouldStop() { return }
                done = 0
            }
            var place = 0
            while place < axes.count {
                let axis = axes[place]
                counter[place] += 1
                at += to[axis]
                source += from[axis]
                if counter[place] < lengths[axis] { break }
                at -= to[axis] * lengths[axis]
                source -= from[axis] * lengths[axis]
                counter[place] = 0
                place += 1
            }
            if place == axes.count { return }
        }
    }
}

extension Tensor {
    /// The memory of the numbers, whatever their type.
    func withMemory<R>(_ body: (UnsafeRawPointer) -> R) -> R {
        switch type {
        case .f64: withDoubles { body($0) }
        case .f32: withFloats { body($0) }
        }
    }

    /// Made by filling uninitialized memory.
    static func filled(_ shape: Shape, _ type: ElementType, _ fill: (UnsafeMutableRawPointer) -> Void) -> Tensor {
        let storage = Storage(byteCount: max(shape.count, 1) * type.size)
        switch type {
        case .f64: storage.bytes.bindMemory(to: Double.self, capacity: shape.count)
        case .f32: storage.bytes.bindMemory(to: Float.self, capacity: shape.count)
        }
        fill(storage.bytes)
        return Tensor(shape: shape, type: type, storage: storage)
    }

    /// These numbers arranged anew: the result is filled in order, its neighbours along each axis taken `steps` apart from `start` on.
    func rearranged(to shape: Shape, start: Int = 0, steps: [Int]) -> Tensor {
        let copy = StridedCopy(shape.axes, to: shape.strides, from: steps)
        return withMemory { source in
            Tensor.filled(shape, type) { copy.run(type, from: source, start: start, to: $0) }
        }
    }

    /// A copy in which the block from `starts` on, of `block`'s shape, is replaced by it. The types must be the same.
    func replacing(at starts: [Int], with block: Tensor) -> Tensor {
        let strides = shape.strides
        let offset = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
        let copy = StridedCopy(block.shape.axes, to: strides, from: block.shape.strides)
        return withMemory { source in block.withMemory { block in
            Tensor.filled(shape, type) { target in
                target.copyMemory(from: source, byteCount: count * type.size)
                copy.run(type, from: block, to: target, at: offset)
            }
        } }
    }
}
