import Kernels
import Tensors

/// An elementwise chain: one pass over memory, with the sums taken on the way.
final class FusedStep: PlanStep {
    /// A register's memory: a slot, as it is read by broadcasting.
    struct Input: Hashable {
        let slot: Int
        let pattern: Broadcast
        /// Where in the slot it begins, in bytes, if it is only a part of it.
        let window: Int?
        /// In the chain's own order and number.
        var isWhole: Bool { pattern.isWhole && window == nil }

        func numbers(_ memory: PlanMemory) -> UnsafeRawPointer { UnsafeRawPointer(memory.slots[slot]) + (window ?? 0) }
    }

    /// Where the sum of a register, or of its products with another, is put.
    struct Sum {
        let slot: Int
        let source: Int
        let factor: Int?
        var sources: [Int] { factor.map { [source, $0] } ?? [source] }
    }

    /// Where the sums of a register's rows are put.
    struct RowSums {
        let slot: Int
        let source: Int
    }

    private let type: ElementType
    private let count: Int
    private let inputs: [Input]
    private let outputs: [Int]
    private let sums: [Int]
    private let rowSums: [Int]
    /// Blocks, and so parts of the whole, are of whole rows of so many numbers where it is not 0.
    private let rowLength: Int
    private let scratch: Int
    private let kernel: FusedKernel
    /// Where in the code each whole input is read last and each output is written first.
    private let lastRead: [Int: Int]
    private let firstWrite: [Int: Int]
    private let movingInputs: [Int]
    private let movingOutputs: [Int]
    private let movingRowSums: [Int]
    private let cost: Int
    /// The same, counting what takes long several times: about a tenth of a nanosecond each.
    private let effort: Int

    /// `moving` slots have other memory in every run.
    init(
        _ instructions: [grad_instruction], _ type: ElementType, count: Int, inputs: [Input], outputs: [Int],
        sums: [Sum], rowSums: [RowSums], rowLength: Int, registers: Int, scratch: Int, moving: Set<Int>, label: String
    ) {
        var slots: [Int] = []
        for sum in sums { slots.append(sum.slot) }
        var rowSlots: [Int] = []
        for sums in rowSums { rowSlots.append(sums.slot) }
        var reads: [Int] = []
        for input in inputs { reads.append(input.slot) }
        let kept = Set(sums.flatMap(\.sources) + rowSums.map(\.source))
        let cost = (instructions.count + sums.count + rowSums.count) * count
        (self.type, self.count, self.inputs, self.outputs, self.scratch) = (type, count, inputs, outputs, scratch)
        self.sums = slots
        (self.rowSums, self.rowLength) = (rowSlots, rowLength)
        self.cost = cost
        effort = (instructions.reduce(sums.count + rowSums.count) { $0 + $1.effort }) * count
        let code = ChainFusion.handOver(instructions, inputs: inputs.count, outputs: outputs.count, kept: kept)
        kernel = FusedKernel(code, inputs, outputs: outputs.count, sums: sums, rowSums: rowSums, rowLength: rowLength, registers: registers)
        movingInputs = FusedStep.places(of: moving, in: reads)
        movingOutputs = FusedStep.places(of: moving, in: outputs)
        movingRowSums = FusedStep.places(of: moving, in: rowSlots)
        lastRead = FusedStep.lastReads(instructions, inputs, sums)
        firstWrite = FusedStep.firstWrites(instructions, inputs.count, outputs)
        super.init(reads: reads, writes: outputs + slots + rowSlots + [scratch], label: label, flops: cost)
    }

    private static func places(of moving: Set<Int>, in slots: [Int]) -> [Int] { slots.indices.filter { moving.contains(slots[$0]) } }

    private static func lastReads(_ code: [grad_instruction], _ inputs: [Input], _ sums: [Sum]) -> [Int: Int] {
        var last: [Int: Int] = [:]
        for (place, instruction) in code.enumerated() {
            for register in instruction.sources where register < inputs.count { last[inputs[register].slot] = place }
        }
        // What is summed is read at the end of a block.
        for source in sums.flatMap(\.sources) where source < inputs.count { last[inputs[source].slot] = Int.max }
        return last
    }

    private static func firstWrites(_ code: [grad_instruction], _ inputs: Int, _ outputs: [Int]) -> [Int: Int] {
        var first: [Int: Int] = [:]
        for (place, instruction) in code.enumerated() {
            let target = Int(instruction.dst) - inputs
            if target >= 0, target < outputs.count, first[outputs[target]] == nil { first[outputs[target]] = place }
        }
        return first
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
        for (index, input) in inputs.enumerated() { kernel.inputs[index].data = input.numbers(memory) }
        for (index, output) in outputs.enumerated() { kernel.outputs[index] = memory.slots[output] }
        for (index, sum) in sums.enumerated() { kernel.sums[index].sum = memory.slots[sum] }
        for (index, sums) in rowSums.enumerated() { kernel.rowSums[index].sums = memory.slots[sums] }
    }

    /// Above this effort both cores work on it.
    private static let shared = 1 << 20
    /// Operations on numbers in one part at most: some ten milliseconds.
    private static let longest = 1 << 24

    override func run(_ memory: PlanMemory) {
        for index in movingInputs { kernel.inputs[index].data = inputs[index].numbers(memory) }
        for index in movingOutputs { kernel.outputs[index] = memory.slots[outputs[index]] }
        for index in movingRowSums { kernel.rowSums[index].sums = memory.slots[rowSums[index]] }
        if effort > FusedStep.shared && (Threads.processors > 1 || cost > FusedStep.longest) {
            if sums.isEmpty { runShared() } else { runShared(memory) }
            return
        }
        FusedStep.run(kernel.chain, type, 0, count, memory.slots[scratch])
    }

    /// Large chains in parts, each with scratch memory of its own.
    private func runShared() {
        let parts = Threads.processors
        // Between two parts it is asked whether to stop.
        let most = max(4096, FusedStep.longest / max(1, cost / max(1, count)))
        let block = type == .f64 ? grad_fused_block_f64(rowLength) : grad_fused_block_f32(rowLength)
        let unit = max(1, 4096 / block) * block
        let size = (min((count + parts - 1) / parts, most) + unit - 1) / unit * unit
        let bytes = FusedStep.scratch(type, registers: kernel.chain.pointee.registers, sums: 0)
        nonisolated(unsafe) let chain = UnsafePointer(kernel.chain)
        let (type, count) = (type, count)
        Threads.share((count + size - 1) / size, among: parts) { part in
            let first = part * size
            let length = min(size, count - first)
            withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 64) { room in
                FusedStep.run(chain, type, first, length, room.baseAddress)
            }
        }
    }

    private static func run(_ chain: UnsafePointer<grad_fused>, _ type: ElementType, _ first: Int, _ length: Int, _ room: UnsafeMutableRawPointer?) {
        switch type {
        case .f64: grad_fused_f64(chain, first, length, room)
        case .f32: grad_fused_f32(chain, first, length, room)
        }
    }

    // MARK: Sums in parts

    /// With sums the parts are cut as the tree of a sum is, so that their totals, added as the tree adds them, are the whole's to the bit.
    private func runShared(_ memory: PlanMemory) {
        let (width, size) = (sums.count, type.size)
        let most = max(1 << 14, min(count / 8, FusedStep.longest / max(1, cost / max(1, count))))
        var parts: [Range<Int>] = []
        divide(0..<count, most) { parts.append($0) }
        let bytes = FusedStep.scratch(type, registers: kernel.chain.pointee.registers, sums: width)
        nonisolated(unsafe) let kernel = kernel
        let (type, cut) = (type, parts)
        withUnsafeTemporaryAllocation(byteCount: parts.count * width * size, alignment: 8) { totals in
            nonisolated(unsafe) let totals = totals
            Threads.share(cut.count, among: Threads.processors) { part in
                withUnsafeTemporaryAllocation(of: grad_fused_sum.self, capacity: width) { own in
                    var chain = kernel.chain.pointee
                    for k in 0..<width {
                        own[k] = kernel.sums[k]
                        own[k].sum = totals.baseAddress.map { $0 + (part * width + k) * size }
                    }
                    chain.sums = UnsafePointer(own.baseAddress)
                    withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 64) { room in
                        FusedStep.run(&chain, type, cut[part].lowerBound, cut[part].count, room.baseAddress)
                    }
                }
            }
            for k in 0..<width {
                switch type {
                case .f64: memory.numbers(sums[k], Double.self).pointee = total(of: k, totals.baseAddress, most, Double.self)
                case .f32: memory.numbers(sums[k], Float.self).pointee = total(of: k, totals.baseAddress, most, Float.self)
                }
            }
        }
    }

    private func divide(_ range: Range<Int>, _ most: Int, _ take: (Range<Int>) -> Void) {
        let length = type == .f64 ? grad_fused_cut_f64(range.count) : grad_fused_cut_f32(range.count)
        if range.count <= most || length == range.count { return take(range) }
        let middle = range.lowerBound + length
        divide(range.lowerBound..<middle, most, take)
        divide(middle..<range.upperBound, most, take)
    }

    private func total<T: FloatingPoint>(of sum: Int, _ totals: UnsafeMutableRawPointer?, _ most: Int, _: T.Type) -> T {
        var part = 0
        func joined(_ count: Int) -> T {
            let length = type == .f64 ? grad_fused_cut_f64(count) : grad_fused_cut_f32(count)
            if count <= most || length == count {
                part += 1
                return totals?.load(fromByteOffset: ((part - 1) * sums.count + sum) * MemoryLayout<T>.size, as: T.self) ?? .nan
            }
            let left = joined(length)
            return left + joined(count - length)
        }
        return joined(count)
    }
}

/// What the kernel is given; the pointers in it are brought up to date before each run where slots move.
private final class FusedKernel {
    let code: UnsafeMutablePointer<grad_instruction>
    let inputs: UnsafeMutablePointer<grad_fused_input>
    let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    let sums: UnsafeMutablePointer<grad_fused_sum>
    let rowSums: UnsafeMutablePointer<grad_fused_row_sums>
    private let strands: UnsafeMutablePointer<grad_strand>
    private let steps: UnsafeMutablePointer<grad_strand_step>
    let chain: UnsafeMutablePointer<grad_fused>

    init(
        _ instructions: [grad_instruction], _ operands: [FusedStep.Input], outputs outputCount: Int, sums summed: [FusedStep.Sum],
        rowSums summedRows: [FusedStep.RowSums], rowLength: Int, registers: Int
    ) {
        code = .allocate(capacity: max(1, instructions.count))
        inputs = .allocate(capacity: max(1, operands.count))
        outputs = .allocate(capacity: max(1, outputCount))
        sums = .allocate(capacity: max(1, summed.count))
        rowSums = .allocate(capacity: max(1, summedRows.count))
        strands = .allocate(capacity: max(1, instructions.count))
        steps = .allocate(capacity: max(1, 2 * instructions.count))
        chain = .allocate(capacity: 1)
        for index in instructions.indices { (code + index).initialize(to: instructions[index]) }
        for index in operands.indices {
            let pattern = operands[index].pattern
            (inputs + index).initialize(to: grad_fused_input(data: nil, repeat: pattern.repeating, period: pattern.period, run: pattern.run))
        }
        for index in 0..<outputCount { (outputs + index).initialize(to: nil) }
        for index in summed.indices {
            let factor = summed[index].factor.map(UInt16.init) ?? UInt16(GRAD_NO_FACTOR)
            (sums + index).initialize(to: grad_fused_sum(sum: nil, source: UInt16(summed[index].source), factor: factor))
        }
        for index in summedRows.indices {
            (rowSums + index).initialize(to: grad_fused_row_sums(sums: nil, source: UInt16(summedRows[index].source)))
        }
        chain.initialize(to: grad_fused(
            code: code, inputs: inputs, outputs: outputs, sums: sums, row_sums: rowSums, instructions: instructions.count,
            input_count: operands.count, output_count: outputCount, sum_count: summed.count, row_sum_count: summedRows.count,
            row_length: rowLength, registers: registers, strands: strands, steps: steps, strand_count: 0))
        chain.pointee.strand_count = grad_make_strands(chain, strands, steps)
    }

    deinit {
        code.deallocate()
        inputs.deallocate()
        outputs.deallocate()
        sums.deallocate()
        rowSums.deallocate()
        strands.deallocate()
        steps.deallocate()
        chain.deallocate()
    }
}

extension ElementType {
    /// Numbers in one block of a pass.
    var blockCount: Int { self == .f64 ? grad_fused_block_f64(0) : grad_fused_block_f32(0) }
}

extension grad_instruction {
    /// About how long it takes, in the time of an addition.
    fileprivate var effort: Int {
        switch UInt32(op) {
        case GRAD_SQRT.rawValue, GRAD_DIV.rawValue, GRAD_RECIPROCAL.rawValue: 4
        case let operation where ChainFusion.handing.contains(operation): 1
        default: 8
        }
    }

    /// The registers that it reads.
    var sources: [Int] {
        let operation = UInt32(op)
        if operation <= GRAD_LAST_UNARY.rawValue || operation == UInt32(GRAD_SINGLE) { return [Int(a)] }
        if operation <= GRAD_LAST_BINARY.rawValue { return [Int(a), Int(b)] }
        return [Int(a), Int(b), Int(c)]
    }
}
