import Kernels

/// The registers of a chain: inputs, outputs, then temporaries that are used again.
struct ChainRegisters {
    var numbers: [Int: Int] = [:]
    private(set) var count: Int
    private let fixed: Int
    private var free: [Int] = []

    init(inputs: Int, outputs: Int) {
        fixed = inputs + outputs
        count = fixed
    }

    mutating func number(for place: Int) -> Int {
        if let number = numbers[place] { return number }
        let number = free.popLast() ?? count
        count = max(count, number + 1)
        numbers[place] = number
        return number
    }

    mutating func release(_ place: Int) {
        if let number = numbers[place], number >= fixed { free.append(number) }
    }
}

enum ChainFusion {
    /// Hands a result that the next instruction reads to it in the processor's registers, and puts it down only for those that read it later. `kept`
    /// are read at the end of a block.
    static func handOver(_ code: [grad_instruction], inputs: Int, outputs: Int, kept: Set<Int>) -> [grad_instruction] {
        var result = code
        var length = 1
        for (index, next) in code.enumerated().dropFirst() {
            let made = code[index - 1]
            guard length < GRAD_LONGEST_STRAND, handing.contains(UInt32(made.op)), mayTake(next, made.dst) else {
                length = 1
                continue
            }
            length += 1
            if next.a == made.dst { result[index].a = UInt16(GRAD_HAND) }
            if next.b == made.dst, next.sources.count > 1 { result[index].b = UInt16(GRAD_HAND) }
            if next.c == made.dst, next.sources.count > 2 { result[index].c = UInt16(GRAD_HAND) }
            let isWritten = next.dst == made.dst
            if made.dst >= UInt16(inputs + outputs), isLastRead(of: made.dst, after: index, in: code), isWritten || !kept.contains(Int(made.dst)) {
                result[index - 1].dst = UInt16(GRAD_HAND)
            }
        }
        return result
    }

    /// Operations that the kernel makes of what it has in hand.
    static let handing: Set<UInt32> = Set([
        GRAD_NEG, GRAD_SQUARE, GRAD_SQRT, GRAD_RECIPROCAL, GRAD_RELU, GRAD_STEP, GRAD_IDENTITY, GRAD_ADD, GRAD_SUB, GRAD_MUL, GRAD_DIV, GRAD_GT, GRAD_LT,
        GRAD_WHERE,
    ].map(\.rawValue) + [GRAD_MUL_ADD, GRAD_MUL_SUB, GRAD_SUB_MUL].map(UInt32.init))

    /// Whether an instruction reads a register once, where the kernel can have it in hand.
    private static func mayTake(_ instruction: grad_instruction, _ register: UInt16) -> Bool {
        let reads = instruction.sources.indices.filter { instruction.sources[$0] == Int(register) }
        return handing.contains(UInt32(instruction.op)) && reads.count == 1 && (UInt32(instruction.op) != GRAD_WHERE.rawValue || reads == [0])
    }

    private static func isLastRead(of register: UInt16, after index: Int, in code: [grad_instruction]) -> Bool {
        if code[index].dst == register { return true }
        for later in code[(index + 1)...] {
            if later.sources.contains(Int(register)) { return false }
            if later.dst == register { return true }
        }
        return true
    }
}
