import Kernels
import Tensors

/// An elementwise chain: one pass over memory, with the sums taken on the way.
final class FusedStep: PlanStep {
    /// A register's memory: a slot, as it is read by broadcasting.
    struct Input: Hashable {
        let slot: Int
        let repeating: Int
        let period: Int
        /// In the chain's own order and number.
        var isWhole: Bool { repeating == 1 && period == Int.max }
    }

    private let type: ElementType
    private let count: Int
    private let inputs: [Input]
    private let outputs: [Int]
    private let sums: [Int]
    private let scratch: Int
    /// Where in the code each whole input is read last and each output is written first.
    private let lastRead: [Int: Int]
    private let firstWrite: [Int: Int]

    // What the kernel is given; the pointers in it are brought up to date before each run where slots move.
    private let code: UnsafeMutablePointer<grad_instruction>
    private let fusedInputs: UnsafeMutablePointer<grad_fused_input>
    private let fusedOutputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private let fusedSums: UnsafeMutablePointer<grad_fused_sum>
    private var chain: grad_fused
    private let movingInputs: [Int]
    private let movingOutputs: [Int]
    private let cost: Int

    /// `sums` are slots with the register that each adds up. `moving` slots have other memory in every run.
    init(
        _ instructions: [grad_instruction], _ type: ElementType, count: Int, inputs: [Input], outputs: [Int],
        sums: [(slot: Int, source: Int)], registers: Int, scratch: Int, moving: (Int) -> Bool, label: String
    ) {
        (self.type, self.count, self.inputs, self.outputs, self.scratch) = (type, count, inputs, outputs, scratch)
        self.sums = sums.map(\.slot)
        // Filled as locals: the optimizer of Swift 6.3 fails on an `init` that reads its own properties before `super.init`.
        let code = FusedStep.memory(instructions)
        let fusedInputs = FusedStep.memory(inputs.map { grad_fused_input(data: nil, repeat: $0.repeating, period: $0.period) })
        let fusedOutputs = FusedStep.memory([UnsafeMutableRawPointer?](repeating: nil, count: outputs.count))
        let fusedSums = FusedStep.memory(sums.map { grad_fused_sum(sum: nil, source: UInt16($0.source)) })
        chain = grad_fused(
            code: code, inputs: fusedInputs, outputs: fusedOutputs, sums: fusedSums, instructions: instructions.count,
            input_count: inputs.count, output_count: outputs.count, sum_count: sums.count, registers: registers)
        (self.code, self.fusedInputs, self.fusedOutputs, self.fusedSums) = (code, fusedInputs, fusedOutputs, fusedSums)
        movingInputs = inputs.indices.filter { moving(inputs[$0].slot) }
        movingOutputs = outputs.indices.filter { moving(outputs[$0]) }
        (lastRead, firstWrite) = FusedStep.places(instructions, inputs, outputs, sums)
        let cost = (instructions.count + sums.count) * count
        self.cost = cost
        super.init(
            reads: inputs.map(\.slot), writes: outputs + sums.map(\.slot) + [scratch], label: label, flops: cost)
    }

    /// Where each slot is read last and written first, by the place of the instruction.
    private static func places(
        _ instructions: [grad_instruction], _ inputs: [Input], _ outputs: [Int], _ sums: [(slot: Int, source: Int)]
    ) -> (lastRead: [Int: Int], firstWrite: [Int: Int]) {
        var lastRead: [Int: Int] = [:]
        var firstWrite: [Int: Int] = [:]
        for (place, instruction) in instructions.enumerated() {
            for register in instruction.sources where register < inputs.count { lastRead[inputs[register].slot] = place }
            let target = Int(instruction.dst) - inputs.count
            if target >= 0, target < outputs.count, firstWrite[outputs[target]] == nil { firstWrite[outputs[target]] = place }
        }
        // What is summed is read at the end of a block.
        for sum in sums where sum.source < inputs.count { lastRead[inputs[sum.source].slot] = Int.max }
        return (lastRead, firstWrite)
    }

    private static func memory<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        memory.initialize(from: elements, count: elements.count)
        return memory
    }

    deinit {
        code.deallocate()
        fusedInputs.deallocate()
        fusedOutputs.deallocate()
        fusedSums.deallocate()
    }

    /// The bytes that the kernel wants beside its operands; `threads` parts run at once.
    static func scratch(_ type: ElementType, registers: Int, sums: Int) -> Int {
        var chain = grad_fused()
        chain.registers = registers
        chain.sum_count = sums
        return type == .f64 ? grad_fused_scratch_f64(&chain) : grad_fused_scratch_f32(&chain)
    }

    override func mayReplace(_ read: Int, by write: Int) -> Bool {
        guard let input = inputs.first(where: { $0.slot == read }), inputs.allSatisfy({ $0.slot != read || $0.isWhole }), input.isWhole,
            outputs.contains(write)
        else { return false }
        return (lastRead[read] ?? -1) <= (firstWrite[write] ?? -1)
    }

    override func prepare(_ memory: PlanMemory) {
        for (index, input) in inputs.enumerated() { fusedInputs[index].data = UnsafeRawPointer(memory.slots[input.slot]) }
        for (index, output) in outputs.enumerated() { fusedOutputs[index] = memory.slots[output] }
        for (index, sum) in sums.enumerated() { fusedSums[index].sum = memory.slots[sum] }
    }

    /// Above this many operations on numbers both cores work on it.
    private static let shared = 1 << 22
    /// Operations on numbers in one part at most: some ten milliseconds.
    private static let longest = 1 << 24

    override func run(_ memory: PlanMemory) {
        for index in movingInputs { fusedInputs[index].data = UnsafeRawPointer(memory.slots[inputs[index].slot]) }
        for index in movingOutputs { fusedOutputs[index] = memory.slots[outputs[index]] }
        if cost > FusedStep.shared && sums.isEmpty && (Threads.processors > 1 || cost > FusedStep.longest) { return runShared() }
        switch type {
        case .f64: grad_fused_f64(&chain, 0, count, memory.slots[scratch])
        case .f32: grad_fused_f32(&chain, 0, count, memory.slots[scratch])
        }
    }

    /// Large chains in parts, each with scratch memory of its own.
    private func runShared() {
        let parts = Threads.processors
        // Between two parts it is asked whether to stop.
        let most = max(4096, FusedStep.longest / max(1, cost / max(1, count)))
        let size = (min((count + parts - 1) / parts, most) + 4095) & ~4095
        let bytes = FusedStep.scratch(type, registers: chain.registers, sums: 0)
        nonisolated(unsafe) let chain = chain
        let (type, count) = (type, count)
        Threads.share((count + size - 1) / size, among: parts) { part in
            let first = part * size
            let length = min(size, count - first)
            withUnsafePointer(to: chain) { chain in
                withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 64) { room in
                    switch type {
                    case .f64: grad_fused_f64(chain, first, length, room.baseAddress)
                    case .f32: grad_fused_f32(chain, first, length, room.baseAddress)
                    }
                }
            }
        }
    }
}

extension grad_instruction {
    /// The registers that it reads.
    var sources: [Int] {
        let operation = UInt32(op)
        if operation <= GRAD_LAST_UNARY.rawValue { return [Int(a)] }
        if operation <= GRAD_LAST_BINARY.rawValue { return [Int(a), Int(b)] }
        return [Int(a), Int(b), Int(c)]
    }
}
