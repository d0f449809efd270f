import Autodiff
import Tensors

/// The two halves of a loop's state.
struct LoopMemory {
    private let halves: (first: [Storage?], second: [Storage?])
    private var isSecond = false
    private var handed: [Handed]

    /// A part, with nothing that an update would have to retain. A number has no memory.
    private struct Handed {
        let input: Int
        let result: Int
        var number = 0.0
        var current: UnsafeMutableRawPointer?
        var next: UnsafeMutableRawPointer?
    }

    init(_ parts: [TrainingLoop.Part]) {
        let make = { parts.map { $0.isNumber ? nil : Storage(byteCount: max(1, $0.shape.count * $0.type.size)) } }
        let (first, second) = (make(), make())
        halves = (first, second)
        handed = parts.indices.map { index in
            Handed(input: parts[index].input, result: parts[index].result, current: first[index]?.bytes, next: second[index]?.bytes)
        }
    }

    /// The first update reads what the trainer's state holds.
    func bind(_ plan: Plan, isFirst: Bool) {
        for part in handed {
            guard let current = part.current, let next = part.next else {
                if !isFirst { plan.setNumber(part.input, part.number) }
                continue
            }
            if !isFirst { plan.setMemory(part.input, current) }
            plan.setResult(part.result, next)
        }
    }

    /// What an update filled is the state.
    mutating func turn(_ plan: Plan) {
        isSecond.toggle()
        for index in handed.indices {
            (handed[index].current, handed[index].next) = (handed[index].next, handed[index].current)
            if handed[index].current == nil { handed[index].number = plan.number(handed[index].result) }
        }
    }

    /// With the numbers of all parts one after another.
    init(_ parts: [TrainingLoop.Part], _ state: UnsafePointer<Double>) {
        self.init(parts)
        var place = 0
        for (index, part) in parts.enumerated() {
            if part.isNumber { handed[index].number = state[place] }
            for entry in 0..<part.shape.count { part.put(state[place + entry], into: halves.first[index], at: entry) }
            place += part.shape.count
        }
    }

    private func tensor(_ index: Int, _ part: TrainingLoop.Part) -> Tensor {
        let storage = isSecond ? halves.second[index] : halves.first[index]
        return storage.map { Tensor(shape: part.shape, type: part.type, storage: $0) } ?? Tensor(handed[index].number, type: part.type)
    }

    /// The parameters in their form, in memory of their own.
    func parameters(_ parts: [TrainingLoop.Part], _ form: Value, _ count: Int) -> Value {
        Trainer.refill(form, (0..<count).map { Value(tensor($0, parts[$0]).copied()) })
    }

    /// All numbers of the first parts.
    func numbers(_ parts: [TrainingLoop.Part], _ count: Int) -> [Double] {
        (0..<min(count, parts.count)).flatMap { tensor($0, parts[$0]).numbers }
    }

    /// Gives the current half to a state.
    func store(_ state: inout TrainingState, _ parts: [TrainingLoop.Part]) {
        let tensors = parts.indices.map { tensor($0, parts[$0]) }
        let count = state.parameterCount
        state.parameters = Trainer.refill(state.parameters, tensors[..<count].map(Value.init))
        var place = count
        for index in state.memory.indices {
            for entry in state.memory[index].indices where state.memory[index][entry].isNumeric {
                state.memory[index][entry] = Value(tensors[place])
                place += 1
            }
        }
        if place < tensors.count { state.lastGradient = Array(tensors[place...]) }
    }
}

extension TrainingLoop.Part {
    fileprivate func put(_ number: Double, into storage: Storage?, at place: Int) {
        switch type {
        case .f64: storage?.bytes.storeBytes(of: number, toByteOffset: 8 * place, as: Double.self)
        case .f32: storage?.bytes.storeBytes(of: Float(number), toByteOffset: 4 * place, as: Float.self)
        }
    }
}
