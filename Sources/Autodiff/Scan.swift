import Kernels
import Tensors

/// Kernels that go along one axis of a tensor in order.
enum Scan {
    /// Running sums (GRAD_ADD) or products (GRAD_MUL).
    static func run(_ operation: grad_operation, _ x: Tensor, axis: Int, reverse: Bool) -> Tensor {
        let shape = x.shape
        let (outer, length, inner) = shape.split(at: axis)
        let block = Block(outer: outer, length: length, inner: inner)
        let isProduct = operation == GRAD_MUL
        switch (x.type, reverse) {
        case (.f64, false):
            return x.withDoubles { x in Tensor(f64: shape) { grad_scan_f64(operation, outer, length, inner, x, $0.baseAddress) } }
        case (.f32, false):
            return x.withFloats { x in Tensor(f32: shape) { grad_scan_f32(operation, outer, length, inner, x, $0.baseAddress) } }
        case (.f64, true):
            return x.withDoubles { x in Tensor(f64: shape) { block.fromEnd(isProduct, x, $0) } }
        case (.f32, true):
            return x.withFloats { x in Tensor(f32: shape) { block.fromEnd(isProduct, x, $0) } }
        }
    }

    /// y[k] = a[k] · y[k - 1] + b[k]; the shapes must be equal.
    static func recurrence(_ a: Tensor, _ b: Tensor, axis: Int, reverse: Bool) -> Tensor {
        let (outer, length, inner) = a.shape.split(at: axis)
        let block = Block(outer: outer, length: length, inner: inner)
        let type = Elementwise.type(a, b)
        let (shape, a, b) = (a.shape, a.converted(to: type), b.converted(to: type))
        switch type {
        case .f64:
            return a.withDoubles { a in b.withDoubles { b in Tensor(f64: shape) { block.recurrence(a, b, $0, reverse) } } }
        case .f32:
            return a.withFloats { a in b.withFloats { b in Tensor(f32: shape) { block.recurrence(a, b, $0, reverse) } } }
        }
    }

    static func shift(_ x: Tensor, by: Int, axis: Int, fill: Double) -> Tensor {
        let shape = x.shape
        let (outer, length, inner) = shape.split(at: axis)
        let block = Block(outer: outer, length: length, inner: inner)
        let by = max(-length, min(length, by))
        switch x.type {
        case .f64: return x.withDoubles { x in Tensor(f64: shape) { block.shift(x, $0, by, fill) } }
        case .f32: return x.withFloats { x in Tensor(f32: shape) { block.shift(x, $0, by, Float(fill)) } }
        }
    }
}

/// Memory seen as `[outer, length, inner]`, the middle axis being the one gone along.
private struct Block {
    let outer: Int
    let length: Int
    let inner: Int

    /// Calls `first` with the start of each row that has no predecessor, `next` with that of every other and of its predecessor.
    @inline(__always)
    private func forEachRow(_ reverse: Bool, first: (_ row: Int) -> Void, next: (_ row: Int, _ previous: Int) -> Void) {
        let step = reverse ? -inner : inner
        for block in 0..<outer where length > 0 {
            var row = (block * length + (reverse ? length - 1 : 0)) * inner
            first(row)
            for _ in 1..<max(length, 1) {
                next(row + step, row)
                row += step
            }
        }
    }

    func fromEnd<Number: BinaryFloatingPoint>(
        _ isProduct: Bool, _ x: UnsafePointer<Number>, _ y: UnsafeMutableBufferPointer<Number>
    ) {
        guard let y = y.baseAddress else { return }
        forEachRow(true) { row in
            (y + row).update(from: x + row, count: inner)
        } next: { row, previous in
            if isProduct {
                for i in 0..<inner { y[row + i] = x[row + i] * y[previous + i] }
            } else {
                for i in 0..<inner { y[row + i] = x[row + i] + y[previous + i] }
            }
        }
    }

    func recurrence<Number: BinaryFloatingPoint>(
        _ a: UnsafePointer<Number>, _ b: UnsafePointer<Number>, _ y: UnsafeMutableBufferPointer<Number>, _ reverse: Bool
    ) {
        guard let y = y.baseAddress else { return }
        forEachRow(reverse) { row in
            (y + row).update(from: b + row, count: inner)
        } next: { row, previous in
            for i in 0..<inner { y[row + i] = a[row + i] * y[previous + i] + b[row + i] }
        }
    }

    /// `by` is at most `length` either way.
    func shift<Number: BinaryFloatingPoint>(
        _ x: UnsafePointer<Number>, _ y: UnsafeMutableBufferPointer<Number>, _ by: Int, _ fill: Number
    ) {
        guard let y = y.baseAddress else { return }
        let gap = abs(by) * inner
        let rest = length * inner - gap
        for block in 0..<outer {
            let start = block * length * inner
            (y + start + (by > 0 ? gap : 0)).update(from: x + start + (by > 0 ? 0 : gap), count: rest)
            (y + start + (by > 0 ? 0 : rest)).update(repeating: fill, count: gap)
        }
    }
}
