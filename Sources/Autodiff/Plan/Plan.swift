import Kernels
package import Tensors

// A graph compiled to be run again and again: steps over memory that is laid out once.
//
//     let plan = Plan(graph, results: 2)          // outputs beyond the second are guards
//     plan.setNumber(0, 0.5); plan.setMemory(1, pointer)
//     plan.setResult(1, pointer)                  // where a result of rank 1 and more goes
//     if try plan.run() { plan.number(0) … }      // false: a guard failed, the results mean nothing
//
// A run of the usual primitives allocates nothing. It may stop half way and be forgotten: nothing outside changes but the results' memory.

package final class Plan {
    package let graph: Graph
    /// How many of the graph's outputs are results; the others are guards.
    package let resultCount: Int
    let guards: [Guard]
    private let memory: PlanMemory
    private let arena: UnsafeMutableRawPointer
    /// What it takes for itself while it lives.
    private let ownBytes: Int
    private let charge: Charge
    /// Operations on numbers in a run.
    private let work: Int
    private let steps: [PlanStep]
    private let unmanaged: UnsafeMutableBufferPointer<Unmanaged<PlanStep>>
    private let inputs: [PlanPlace]
    private let results: [PlanPlace]
    private let inputRegisters: [[Int]]
    private let resultRegisters: [[Int]]
    /// Constants' memory stays.
    private let constants: [Tensor]
    /// Whether it is one register program: all numbers lie in registers while it runs, those of tensors fetched before and put down after.
    package let isProgram: Bool
    /// How often it was run to its end.
    @exclusivity(unchecked) package private(set) var runs = 0

    /// A value that decided something while the tape was recorded, and has to come out the same.
    struct Guard {
        let place: PlanPlace
        let expected: Tensor
        /// Of a condition only whether it holds matters.
        let isCondition: Bool
    }

    /// `expected` has a value for each output after the results: what a run must come to again, for the results to hold.
    /// `nil` where there is no memory for it.
    /// Where all tensors are small their numbers lie in registers, unless that is not wanted.
    package init?(_ graph: Graph, results count: Int, expected: [(value: Tensor, isCondition: Bool)] = [], inRegisters: Bool = true) {
        var compiler = PlanCompiler(graph, results: count, inRegisters: inRegisters)
        let compiled = compiler.compile()
        self.graph = graph
        resultCount = count
        constants = compiled.constants
        steps = compiled.steps
        isProgram = compiled.isProgram
        inputs = compiled.inputs.map(\.place)
        results = compiled.outputs.prefix(count).map(\.place)
        inputRegisters = compiled.inputs.map(\.registers)
        resultRegisters = compiled.outputs.prefix(count).map(\.registers)
        guards = zip(compiled.outputs.dropFirst(count), expected).map {
            Guard(place: $0.place, expected: $1.value, isCondition: $1.isCondition)
        }

        work = steps.reduce(0) { $0 + $1.flops }
        // Without the memory the function is left to the tape, which says so where it has none either.
        guard (try? Account.admit(bytes: compiled.arenaSize)) != nil else { return nil }
        let registers = UnsafeMutablePointer<Double>.allocate(capacity: max(1, compiled.registers.count))
        registers.initialize(from: compiled.registers, count: compiled.registers.count)
        arena = MemoryPool.allocate(max(64, compiled.arenaSize))
        let slots = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: max(1, compiled.slots.count))
        for (index, slot) in compiled.slots.enumerated() {
            switch slot.kind {
            case .arena: slots[index] = arena + slot.offset
            case .register(let register): slots[index] = UnsafeMutableRawPointer(registers + register)
            case .constant(let tensor): slots[index] = tensor.storage?.bytes ?? arena
            case .input, .output, .kernel: slots[index] = arena
            }
        }
        memory = PlanMemory(registers: registers, slots: slots)
        ownBytes = compiled.arenaSize + compiled.registers.count * 8 + compiled.slots.count * 8
        charge = Charge(ownBytes + Plan.bytesPerStep * steps.count)
        for step in steps { step.prepare(memory) }
        unmanaged = .allocate(capacity: steps.count)
        _ = unmanaged.initialize(from: steps.map(Unmanaged.passUnretained))
        PlanStatistics.shared.add(ownBytes)
    }

    deinit {
        PlanStatistics.shared.add(-ownBytes)
        memory.registers.deallocate()
        memory.slots.deallocate()
        arena.deallocate()
        unmanaged.deallocate()
    }

    // MARK: Operands

    /// An input of rank 0.
    @inline(__always)
    package func setNumber(_ input: Int, _ number: Double) {
        if case .register(let register) = inputs[input] { memory.registers[register] = number }
    }

    /// The memory of an input of rank 1 and more: of its shape and type, and there until the run has ended. A plan only reads it.
    @inline(__always)
    package func setMemory(_ input: Int, _ numbers: UnsafeRawPointer) {
        if case .slot(let slot) = inputs[input] { memory.slots[slot] = UnsafeMutableRawPointer(mutating: numbers) }
    }

    /// A value for an input, whose memory must stay until the run has ended.
    package func set(_ input: Int, _ tensor: Tensor) {
        if let storage = tensor.storage { setMemory(input, storage.bytes) } else { setNumber(input, tensor.number) }
    }

    /// Where a result of rank 1 and more is put: memory for its shape and type, none of it an input's.
    @inline(__always)
    package func setResult(_ result: Int, _ numbers: UnsafeMutableRawPointer) {
        if case .slot(let slot) = results[result] { memory.slots[slot] = numbers }
    }

    /// A result of rank 0.
    @inline(__always)
    package func number(_ result: Int) -> Double {
        if case .register(let register) = results[result] { memory.registers[register] } else { .nan }
    }

    /// What a step's own objects take, about.
    private static let bytesPerStep = 400

    // MARK: Running

    /// Runs all steps. `false` when a guard fails; throws what a primitive refuses.
    package func run() throws(PrimitiveError) -> Bool {
        // None is retained for its run: they live as long as the plan.
        var problem: PrimitiveError?
        for step in unmanaged {
            let isDone = step._withUnsafeGuaranteedRef { step in
                do throws(PrimitiveError) { try step.run(memory) } catch {
                    problem = error
                    return false
                }
                return true
            }
            if !isDone, let problem { throw problem }
        }
        for check in guards where !holds(check) { return false }
        runs += 1
        try Account.finish(computing: work)
        return true
    }

    func holds(_ check: Guard) -> Bool {
        switch check.place {
        case .register(let register):
            let number = memory.registers[register]
            if check.isCondition { return (number != 0) == (check.expected.number != 0) }
            return number.bitPattern == check.expected.number.bitPattern
        case .slot(let slot):
            guard let expected = check.expected.storage else { return false }
            let bytes = check.expected.count * check.expected.type.size
            return UnsafeRawBufferPointer(start: memory.slots[slot], count: bytes)
                .elementsEqual(UnsafeRawBufferPointer(start: expected.bytes, count: bytes))
        }
    }

    /// Runs on tensors and gives tensors; `nil` when a guard fails.
    package func evaluate(_ values: [Tensor]) throws(PrimitiveError) -> [Tensor]? {
        for (index, value) in values.enumerated() { set(index, value) }
        let made = (0..<resultCount).map { index -> Storage? in
            let term = graph[graph.outputs[index]]
            guard term.shape.rank > 0 else { return nil }
            let storage = Storage(byteCount: max(1, term.shape.count * term.type.size))
            setResult(index, storage.bytes)
            return storage
        }
        let isWhole = try run()
        withExtendedLifetime(values) {}
        guard isWhole else { return nil }
        return made.enumerated().map { index, storage in
            let term = graph[graph.outputs[index]]
            if let storage { return Tensor(shape: term.shape, type: term.type, storage: storage) }
            return Tensor(number(index), type: term.type)
        }
    }

    // MARK: Looking at it

    /// Results of primitives that were made by their own kernels, with memory of their own, since it was compiled.
    package var kernelRuns: Int { steps.reduce(0) { $0 + (($1 as? KernelStep)?.runs ?? 0) } }
    /// Whether some are.
    var hasKernels: Bool { steps.contains { $0 is KernelStep } }
    /// What it takes, with the plans for blocks of rows in it.
    package var byteCount: Int { steps.reduce(ownBytes) { $0 + (($1 as? RowsStep)?.byteCount ?? 0) } }
    package var stepCount: Int { steps.count }
    /// How often a run goes through tensors.
    package var passes: Int { steps.count { $0.isPass } }
    package var flops: Int { work }
    /// What each step does, in order.
    package var listing: [(label: String, flops: Int)] { steps.map { ($0.label, $0.flops) } }
    /// What it does as one register program, where it computes with numbers in registers alone.
    var scalarCode: [grad_instruction]? {
        isProgram ? steps.compactMap { ($0 as? ScalarStep)?.instructions }.flatMap { $0 } : nil
    }
    /// Reads the tensors whose numbers lie in registers.
    func fetch() {
        for case let step as MoveStep in steps where step.direction == .load { step.run(memory) }
    }
    var registers: UnsafeMutablePointer<Double> { memory.registers }

    /// Where the numbers of an input lie; `nil` where they are in memory alone.
    func registers(ofInput input: Int) -> [Int]? { registers(inputRegisters[input], of: graph.inputs[input]) }
    func registers(ofResult result: Int) -> [Int]? { registers(resultRegisters[result], of: graph.outputs[result]) }
    private func registers(_ registers: [Int], of term: Int) -> [Int]? { registers.count == graph[term].shape.count ? registers : nil }
}

/// Where a value lies.
enum PlanPlace: Hashable {
    case register(Int)
    case slot(Int)

    var register: Int? { if case .register(let register) = self { register } else { nil } }
}

/// Where an operand or result lies, and the registers that its numbers are in while the plan runs.
struct PlanOperand {
    let place: PlanPlace
    let registers: [Int]

    init(place: PlanPlace, registers: [Int]) { (self.place, self.registers) = (place, registers) }
    init(_ place: PlanPlace) { self.init(place: place, registers: place.register.map { [$0] } ?? []) }
}
