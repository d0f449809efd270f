import Tensors

/// Entries of the middle of `[outer, length, inner]` at indices, or added up there.
final class TakeStep: PlanStep {
    private let lengths: (outer: Int, length: Int, inner: Int)
    private let indexCount: Int
    private let indexType: ElementType
    private let type: ElementType
    private let isAdding: Bool
    private let x: Int
    private let indices: Int
    private let y: Int

    /// `lengths` are those of x, or, adding, of the result.
    init(
        adding: Bool, _ lengths: (outer: Int, length: Int, inner: Int), indexCount: Int, indexType: ElementType, _ type: ElementType,
        x: Int, indices: Int, y: Int, label: String
    ) {
        (isAdding, self.lengths, self.indexCount, self.indexType) = (adding, lengths, indexCount, indexType)
        (self.type, self.x, self.indices, self.y) = (type, x, indices, y)
        super.init(reads: [x, indices], writes: [y], label: label, flops: adding ? indexCount * lengths.outer * lengths.inner : 0)
    }

    override func run(_ memory: PlanMemory) throws(PrimitiveError) {
        switch type {
        case .f64: try run(memory, Double.self)
        case .f32: try run(memory, Float.self)
        }
    }

    @inline(__always)
    private func run<T: FloatingPoint>(_ memory: PlanMemory, _: T.Type) throws(PrimitiveError) {
        let (outer, length, inner) = lengths
        let (x, y) = (memory.numbers(x, T.self), memory.numbers(y, T.self))
        if isAdding { y.update(repeating: 0, count: outer * length * inner) }
        for place in 0..<indexCount {
            let index = try PlanIndex.read(memory.slots[indices], place, indexType, below: length)
            for block in 0..<outer {
                let many = (block * length + index) * inner
                let few = (block * indexCount + place) * inner
                if isAdding {
                    for i in 0..<inner { y[many + i] += x[few + i] }
                } else {
                    (y + few).update(from: x + many, count: inner)
                }
            }
        }
    }
}

/// For each row of the last axis, numbers at indices of its own, or added there to a copy.
final class GatherStep: PlanStep {
    private let rows: Int
    private let length: Int
    private let picked: Int
    private let indexType: ElementType
    private let type: ElementType
    private let x: Int
    private let indices: Int
    /// What is added; `nil` to gather.
    private let source: Int?
    private let y: Int

    init(
        rows: Int, length: Int, picked: Int, indexType: ElementType, _ type: ElementType, x: Int, indices: Int, source: Int?, y: Int,
        label: String
    ) {
        (self.rows, self.length, self.picked, self.indexType, self.type) = (rows, length, picked, indexType, type)
        (self.x, self.indices, self.source, self.y) = (x, indices, source, y)
        super.init(reads: [x, indices] + (source.map { [$0] } ?? []), writes: [y], label: label, flops: source == nil ? 0 : rows * picked)
    }

    override func mayReplace(_ read: Int, by write: Int) -> Bool { source != nil && read == x && read != source && read != indices }

    override func run(_ memory: PlanMemory) throws(PrimitiveError) {
        switch type {
        case .f64: try run(memory, Double.self)
        case .f32: try run(memory, Float.self)
        }
    }

    @inline(__always)
    private func run<T: FloatingPoint>(_ memory: PlanMemory, _: T.Type) throws(PrimitiveError) {
        let (x, y) = (memory.numbers(x, T.self), memory.numbers(y, T.self))
        let added = source.map { memory.numbers($0, T.self) }
        if added != nil, x != y { y.update(from: x, count: rows * length) }
        for place in 0..<(rows * picked) {
            let row = place / picked
            let index = try PlanIndex.read(memory.slots[indices], place, indexType, below: length)
            if let added { y[row * length + index] += added[place] } else { y[place] = x[row * length + index] }
        }
    }
}

enum PlanIndex {
    /// An index as the language has it, from 0, or negative from the end. What is wrong with it the tape will tell.
    @inline(__always)
    static func read(_ memory: UnsafeMutableRawPointer, _ place: Int, _ type: ElementType, below length: Int) throws(PrimitiveError) -> Int {
        let given = type == .f64
            ? memory.load(fromByteOffset: place * 8, as: Double.self) : Double(memory.load(fromByteOffset: place * 4, as: Float.self))
        let index = given < 0 ? given + Double(length) : given
        guard index >= 0, index < Double(length), Double(Int(index)) == index else {
            throw PrimitiveError("the index \(given) is out of range")
        }
        return Int(index)
    }
}
