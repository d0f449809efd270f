import Kernels
import Tensors

/// Numbers put in another arrangement: transposes, slices, borders, parts side by side. Each part is a copy with steps of its own on
/// both sides; it may be added to what is there.
final class CopyStep: PlanStep {
    /// A copy from one slot; lengths and steps outermost first, in numbers.
    struct Part {
        let source: Int
        let lengths: [Int]
        let from: [Int]
        let to: [Int]
        let sourceStart: Int
        let targetStart: Int
    }

    /// The axes of a part, joined where they continue one another, innermost first, in memory that a run need not make.
    private struct Walk {
        let source: Int
        let sourceStart: Int
        let targetStart: Int
        let rank: Int
        let lengths: UnsafeMutablePointer<Int>
        let from: UnsafeMutablePointer<Int>
        let to: UnsafeMutablePointer<Int>
        let counter: UnsafeMutablePointer<Int>
    }

    private let target: Int
    private let count: Int
    private let type: ElementType
    /// What fills the places that no part reaches; `nil` where there are none.
    private let background: Double?
    private let isAdding: Bool
    private let walks: [Walk]

    init(
        _ parts: [Part], into target: Int, count: Int, _ type: ElementType, background: Double? = nil, isAdding: Bool = false, label: String
    ) {
        (self.target, self.count, self.type, self.background, self.isAdding) = (target, count, type, background, isAdding)
        walks = parts.map(CopyStep.walk)
        super.init(reads: parts.map(\.source), writes: [target], label: label, flops: 0)
    }

    deinit {
        for walk in walks {
            for memory in [walk.lengths, walk.from, walk.to, walk.counter] { memory.deallocate() }
        }
    }

    private static func walk(_ part: Part) -> Walk {
        var (lengths, from, to): ([Int], [Int], [Int]) = ([], [], [])
        for axis in part.lengths.indices.reversed() where part.lengths[axis] != 1 {
            if let last = lengths.indices.last, part.to[axis] == to[last] * lengths[last], part.from[axis] == from[last] * lengths[last] {
                lengths[last] *= part.lengths[axis]
            } else {
                lengths.append(part.lengths[axis])
                from.append(part.from[axis])
                to.append(part.to[axis])
            }
        }
        if lengths.isEmpty { (lengths, from, to) = ([1], [1], [1]) }
        func stored(_ numbers: [Int]) -> UnsafeMutablePointer<Int> {
            let memory = UnsafeMutablePointer<Int>.allocate(capacity: numbers.count)
            memory.initialize(from: numbers, count: numbers.count)
            return memory
        }
        return Walk(
            source: part.source, sourceStart: part.sourceStart, targetStart: part.targetStart, rank: lengths.count,
            lengths: stored(lengths), from: stored(from), to: stored(to), counter: stored(lengths.map { _ in 0 }))
    }

    override func run(_ memory: PlanMemory) {
        switch type {
        case .f64: run(memory, Double.self, grad_transpose_f64) { grad_binary_f64(GRAD_ADD, $0, $1, 1, $2, 1, $1) }
        case .f32: run(memory, Float.self, grad_transpose_f32) { grad_binary_f32(GRAD_ADD, $0, $1, 1, $2, 1, $1) }
        }
    }

    @inline(__always)
    private func run<T: BinaryFloatingPoint>(
        _ memory: PlanMemory, _: T.Type, _ transpose: (Int, Int, UnsafePointer<T>, UnsafeMutablePointer<T>) -> Void,
        _ add: (Int, UnsafeMutablePointer<T>, UnsafePointer<T>) -> Void
    ) {
        let target = memory.numbers(target, T.self)
        if let background { target.update(repeating: T(background), count: count) }
        for walk in walks {
            let source = memory.numbers(walk.source, T.self) + walk.sourceStart
            copy(walk, source, target + walk.targetStart, transpose, add)
        }
    }

    @inline(__always)
    private func copy<T: BinaryFloatingPoint>(
        _ walk: Walk, _ source: UnsafeMutablePointer<T>, _ target: UnsafeMutablePointer<T>,
        _ transpose: (Int, Int, UnsafePointer<T>, UnsafeMutablePointer<T>) -> Void, _ add: (Int, UnsafeMutablePointer<T>, UnsafePointer<T>) -> Void
    ) {
        let (lengths, from, to) = (walk.lengths, walk.from, walk.to)
        // Plain transposes of matrices have a kernel of their own: result [c, r] of [r, c].
        let isTransposed = !isAdding && walk.rank > 1 && to[0] == 1 && to[1] == lengths[0] && from[1] == 1 && from[0] == lengths[1]
        let first = isTransposed ? 2 : 1
        let (length, step, sourceStep) = (lengths[0], to[0], from[0])
        let counter = walk.counter
        for axis in 0..<walk.rank { counter[axis] = 0 }
        var (at, place) = (0, 0)
        while true {
            if isTransposed {
                transpose(lengths[0], lengths[1], source + place, target + at)
            } else if isAdding && step == 1 && sourceStep == 1 {
                add(length, target + at, source + place)
            } else if isAdding {
                for i in 0..<length { target[at &+ i &* step] += source[place &+ i &* sourceStep] }
            } else if step == 1 && sourceStep == 1 {
                (target + at).update(from: source + place, count: length)
            } else if step == 1 && sourceStep == 0 {
                (target + at).update(repeating: source[place], count: length)
            } else {
                for i in 0..<length { target[at &+ i &* step] = source[place &+ i &* sourceStep] }
            }
            var axis = first
            while axis < walk.rank {
                counter[axis] += 1
                at += to[axis]
                place += from[axis]
                if counter[axis] < lengths[axis] { break }
                at -= to[axis] * lengths[axis]
                place -= from[axis] * lengths[axis]
                counter[axis] = 0
                axis += 1
            }
            if axis >= walk.rank { return }
        }
    }
}
