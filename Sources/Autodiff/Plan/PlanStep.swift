import Kernels
import Tensors

// What a plan does, one step after another. A step knows its memory by numbers of slots; numbers of rank 0 live in registers, as doubles
// whatever their type. Nothing here allocates, but for `KernelStep`.
//
// Unsafe memory: slots and registers are sized by the compiler from the shapes of the terms, and a step touches only as much as the shapes
// it was made with hold.

/// The memory that steps work on.
struct PlanMemory {
    let registers: UnsafeMutablePointer<Double>
    let slots: UnsafeMutablePointer<UnsafeMutableRawPointer>

    @inline(__always)
    func numbers<T>(_ slot: Int, _: T.Type) -> UnsafeMutablePointer<T> { slots[slot].assumingMemoryBound(to: T.self) }
}

/// One step. Subclasses say what it does; the compiler reads what it touches.
class PlanStep {
    /// Slots whose numbers it reads, and those that it fills.
    let reads: [Int]
    let writes: [Int]
    /// For a listing: what is done, and how much of it.
    let label: String
    let flops: Int

    init(reads: [Int], writes: [Int], label: String, flops: Int) {
        self.reads = reads
        self.writes = writes
        self.label = label
        self.flops = flops
    }

    func run(_ memory: PlanMemory) throws(PrimitiveError) {}
    /// Called once, when the slots that never move have their memory.
    func prepare(_ memory: PlanMemory) {}
    /// Whether a slot that it fills may be the memory of one that it reads for the last time.
    func mayReplace(_ read: Int, by write: Int) -> Bool { false }
    /// Whether it goes over whole tensors, for the count of passes over memory.
    var isPass: Bool { !writes.isEmpty || !reads.isEmpty }
}

/// Arithmetic on numbers: a register program, with numbers of f32 fetched before and put down after.
final class ScalarStep: PlanStep {
    let instructions: [grad_instruction]
    private let code: UnsafeMutablePointer<grad_instruction>
    private let count: Int

    /// What an instruction can name, with one to spare.
    static let mostRegisters = Int(UInt16.max) - 1

    init(_ instructions: [grad_instruction], label: String) {
        self.instructions = instructions.inStrands()
        count = instructions.count
        code = .allocate(capacity: max(1, count))
        code.initialize(from: self.instructions, count: count)
        grad_hand_over(code, count)
        super.init(reads: [], writes: [], label: label, flops: count)
    }

    deinit { code.deallocate() }

    override var isPass: Bool { false }

    override func run(_ memory: PlanMemory) { _ = grad_run_scalar(code, count, memory.registers) }
}

/// Numbers between registers and the memory of a tensor.
final class MoveStep: PlanStep {
    enum Direction { case load, store }
    let direction: Direction
    private let slot: Int
    private let registers: [Int]
    private let type: ElementType

    init(_ direction: Direction, slot: Int, registers: [Int], _ type: ElementType) {
        (self.slot, self.registers, self.type, self.direction) = (slot, registers, type, direction)
        super.init(
            reads: direction == .load ? [slot] : [], writes: direction == .store ? [slot] : [],
            label: (direction == .load ? "load" : "store") + (registers.count == 1 ? "" : " \(registers.count) numbers"), flops: 0)
    }

    override var isPass: Bool { false }

    override func run(_ memory: PlanMemory) {
        let place = memory.slots[slot]
        switch (direction, type) {
        case (.load, .f64):
            for (index, register) in registers.enumerated() { memory.registers[register] = place.load(fromByteOffset: 8 * index, as: Double.self) }
        case (.load, .f32):
            for (index, register) in registers.enumerated() {
                memory.registers[register] = Double(place.load(fromByteOffset: 4 * index, as: Float.self))
            }
        case (.store, .f64):
            for (index, register) in registers.enumerated() {
                place.storeBytes(of: memory.registers[register], toByteOffset: 8 * index, as: Double.self)
            }
        case (.store, .f32):
            for (index, register) in registers.enumerated() {
                place.storeBytes(of: Float(memory.registers[register]), toByteOffset: 4 * index, as: Float.self)
            }
        }
    }
}

/// A matrix product, or a batch of them.
final class ProductStep: PlanStep {
    private let product: Product
    private let batch: Int
    private let steps: (a: Int, b: Int)
    private let type: ElementType
    private let a: Int
    private let b: Int
    private let c: Int

    init(_ product: Product, _ type: ElementType, a: Int, b: Int, c: Int, shapes: (Shape, Shape), label: String) {
        (self.product, self.type, self.a, self.b, self.c) = (product, type, a, b, c)
        (batch, steps) = product.batches(shapes.0, shapes.1)
        super.init(reads: [a, b], writes: [c], label: label, flops: 2 * product.work * batch)
    }

    override func run(_ memory: PlanMemory) {
        switch type {
        case .f64: run(memory, Double.self)
        case .f32: run(memory, Float.self)
        }
    }

    @inline(__always)
    private func run<T: BLASNumber>(_ memory: PlanMemory, _: T.Type) {
        let (a, b, c) = (memory.numbers(a, T.self), memory.numbers(b, T.self), memory.numbers(c, T.self))
        product.run(batch, steps, a, b, c)
    }
}

/// One reduction of `[outer, length, inner]` along its middle.
final class ReduceStep: PlanStep {
    private let operation: grad_reduction
    private let lengths: (outer: Int, length: Int, inner: Int)
    private let type: ElementType
    private let x: Int
    private let y: Int

    init(_ operation: grad_reduction, _ lengths: (outer: Int, length: Int, inner: Int), _ type: ElementType, x: Int, y: Int, label: String) {
        (self.operation, self.lengths, self.type, self.x, self.y) = (operation, lengths, type, x, y)
        super.init(reads: [x], writes: [y], label: label, flops: lengths.outer * lengths.length * lengths.inner)
    }

    override func run(_ memory: PlanMemory) {
        let (outer, length, inner) = lengths
        switch type {
        case .f64: grad_reduce_f64(operation, outer, length, inner, memory.numbers(x, Double.self), memory.numbers(y, Double.self))
        case .f32: grad_reduce_f32(operation, outer, length, inner, memory.numbers(x, Float.self), memory.numbers(y, Float.self))
        }
    }
}

/// Softmax along the middle of `[outer, length, inner]`, its logarithm, or both.
final class SoftmaxStep: PlanStep {
    private let lengths: (outer: Int, length: Int, inner: Int)
    private let type: ElementType
    private let x: Int
    private let soft: Int?
    private let logarithm: Int?
    private let scratch: Int

    init(
        _ lengths: (outer: Int, length: Int, inner: Int), _ type: ElementType, x: Int, soft: Int?, logarithm: Int?, scratch: Int, label: String
    ) {
        (self.lengths, self.type, self.x, self.soft, self.logarithm, self.scratch) = (lengths, type, x, soft, logarithm, scratch)
        super.init(
            reads: [x], writes: [soft, logarithm].compactMap { $0 } + [scratch], label: label,
            flops: 4 * lengths.outer * lengths.length * lengths.inner)
    }

    override func run(_ memory: PlanMemory) {
        let (outer, length, inner) = lengths
        switch type {
        case .f64:
            grad_softmax_f64(
                outer, length, inner, memory.numbers(x, Double.self), soft.map { memory.numbers($0, Double.self) },
                logarithm.map { memory.numbers($0, Double.self) }, memory.numbers(scratch, Double.self))
        case .f32:
            grad_softmax_f32(
                outer, length, inner, memory.numbers(x, Float.self), soft.map { memory.numbers($0, Float.self) },
                logarithm.map { memory.numbers($0, Float.self) }, memory.numbers(scratch, Float.self))
        }
    }
}

/// Numbers of one type as numbers of the other.
final class ConvertStep: PlanStep {
    private let count: Int
    private let target: ElementType
    private let x: Int
    private let y: Int

    init(_ count: Int, to target: ElementType, x: Int, y: Int, label: String) {
        (self.count, self.target, self.x, self.y) = (count, target, x, y)
        super.init(reads: [x], writes: [y], label: label, flops: 0)
    }

    override func run(_ memory: PlanMemory) {
        switch target {
        case .f64: grad_f32_to_f64(count, memory.numbers(x, Float.self), memory.numbers(y, Double.self))
        case .f32: grad_f64_to_f32(count, memory.numbers(x, Double.self), memory.numbers(y, Float.self))
        }
    }
}

/// Any primitive by its own kernel, which makes its result anew: counted, since it allocates.
final class KernelStep: PlanStep {
    struct Operand {
        let place: Place
        let shape: Shape
        let type: ElementType
    }
    enum Place {
        case slot(Int)
        case register(Int)
    }

    private let primitive: Primitive
    private let attributes: Attributes
    private let operands: [Operand]
    private let result: Operand
    /// Keeps the last result's memory alive.
    private var held: Tensor?
    private(set) var runs = 0

    init(_ primitive: Primitive, _ attributes: Attributes, _ operands: [Operand], _ result: Operand, label: String) {
        (self.primitive, self.attributes, self.operands, self.result) = (primitive, attributes, operands, result)
        super.init(
            reads: operands.compactMap { if case .slot(let slot) = $0.place { slot } else { nil } },
            writes: { if case .slot(let slot) = result.place { [slot] } else { [] } }(), label: label, flops: result.shape.count)
    }

    override func run(_ memory: PlanMemory) throws(PrimitiveError) {
        runs += 1
        var tensors: [Tensor] = []
        tensors.reserveCapacity(operands.count)
        for operand in operands {
            switch operand.place {
            case .register(let register): tensors.append(Tensor(memory.registers[register], type: operand.type))
            case .slot(let slot):
                let storage = Storage(borrowing: memory.slots[slot], byteCount: operand.shape.count * operand.type.size)
                tensors.append(Tensor(shape: operand.shape, type: operand.type, storage: storage))
            }
        }
        let value = try primitive.kernel(tensors, attributes).converted(to: result.type)
        switch result.place {
        case .register(let register): memory.registers[register] = value.number
        case .slot(let slot):
            // The memory of an operand may be used again before the result is.
            let own = value.isBorrowed ? value.copied() : value
            held = own
            if let storage = own.storage { memory.slots[slot] = storage.bytes }
        }
    }
}
