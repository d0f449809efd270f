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
        switch (type, indexType) {
        case (.f64, .f64): try run(memory, Double.self, Double.self)
        case (.f64, .f32): try run(memory, Double.self, Float.self)
        case (.f32, .f64): try run(memory, Float.self, Double.self)
        case (.f32, .f32): try run(memory, Float.self, Float.self)
        }
    }

    @inline(__always)
    private func run<T: FloatingPoint, I: BinaryFloatingPoint>(_ memory: PlanMemory, _: T.Type, _: I.Type) throws(PrimitiveError) {
        let (outer, length, inner) = lengths
        let given = memory.numbers(indices, I.self)
        let (x, y) = (memory.numbers(x, T.self), memory.numbers(y, T.self))
        if isAdding { y.update(repeating: 0, count: outer * length * inner) }
        for place in 0..<indexCount {
            let index = try PlanIndex.whole(given[place], below: length)
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
        switch (type, indexType) {
        case (.f64, .f64): try run(memory, Double.self, Double.self)
        case (.f64, .f32): try run(memory, Double.self, Float.self)
        case (.f32, .f64): try run(memory, Float.self, Double.self)
        case (.f32, .f32): try run(memory, Float.self, Float.self)
        }
    }

    @inline(__always)
    private func run<T: FloatingPoint, I: BinaryFloatingPoint>(_ memory: PlanMemory, _: T.Type, _: I.Type) throws(PrimitiveError) {
        let given = memory.numbers(indices, I.self)
        let (x, y) = (memory.numbers(x, T.self), memory.numbers(y, T.self))
        let added = source.map { memory.numbers($0, T.self) }
        if added != nil, x != y { y.update(from: x, count: rows * length) }
        var place = 0
        for row in 0..<rows {
            for _ in 0..<picked {
                let index = try PlanIndex.whole(given[place], below: length)
                if let added { y[row * length + index] += added[place] } else { y[place] = x[row * length + index] }
                place += 1
            }
        }
    }
}

enum PlanIndex {
    /// An index as the language has it, from 0, or negative from the end. What is wrong with it the tape will tell.
    @inline(__always)
    static func whole<I: BinaryFloatingPoint>(_ given: I, below length: Int) throws(PrimitiveError) -> Int {
        let index = given < 0 ? Double(given) + Double(length) : Double(given)
        guard index >= 0, index < Double(length) else { throw refusal(Double(given)) }
        let whole = Int(index)
        guard Double(whole) == index else { throw refusal(Double(given)) }
        return whole
    }

    @inline(never)
    private static func refusal(_ given: Double) -> PrimitiveError { PrimitiveError("the index \(given) is out of range") }
}
