import Kernels
import Tensors

// From units to steps.

extension PlanCompiler {
    mutating func emit(_ unit: Unit) {
        switch unit.form {
        case .scalars: emitScalars(unit.terms)
        case .chain(let shape, let type): emitChain(unit.terms, shape, type)
        case .view(let place): emitView(place)
        case .single(let place): emitSingle(place)
        }
    }

    func label(_ places: [Int]) -> String {
        let most = 40
        var names: [String] = []
        for place in places.prefix(most) { names.append(graph[place].primitive.name) }
        guard let last = places.last else { return "" }
        return "\(names.joined(separator: " "))\(places.count > most ? " … \(places.count) in all" : "") \(graph[last].shape)"
    }

    func register(of place: Int) -> Int {
        if case .register(let register) = places[place] { register } else { 0 }
    }

    func slot(of place: Int) -> Int {
        if case .slot(let slot) = places[place] { slot } else { 0 }
    }

    /// The memory of an operand, of rank 0 or not.
    mutating func memory(of place: Int) -> Int {
        switch places[place] {
        case .slot(let slot): slot
        case .register(let number): cell(number, graph[place].type)
        case nil: 0
        }
    }

    /// A number of rank 0 as memory of a type: that of its register, or a copy.
    mutating func cell(_ number: Int, _ type: ElementType) -> Int {
        if type == .f64 { return slot(.register(number), 8) }
        if let known = cells[number] { return known }
        if let known = knownNumbers[number] {
            let constant = Tensor([known], shape: Shape([1]), type: .f32)
            constants.append(constant)
            let cell = slot(.constant(constant), 4)
            cells[number] = cell
            return cell
        }
        let cell = slot(.arena, 4)
        cells[number] = cell
        steps.append(MoveStep(.store, slot: cell, registers: [number], .f32))
        return cell
    }

    // MARK: Chains

    private mutating func emitChain(_ terms: [Int], _ shape: Shape, _ type: ElementType) {
        let members = Set(terms)
        let elementwise = terms.filter { !isSum($0) }
        let written = elementwise.filter { places[$0] != nil }
        // Inputs first, each way of reading a slot once.
        var inputs: [FusedStep.Input] = []
        var inputNumbers: [FusedStep.Input: Int] = [:]
        var outside: [Int: Int] = [:]
        for place in terms {
            for operand in graph[place].operands where !members.contains(operand) && outside[operand] == nil {
                if isSquared(place), operand == graph[place].operands[1] { continue }
                let input = input(operand, shape, type)
                if inputNumbers[input] == nil {
                    inputNumbers[input] = inputs.count
                    inputs.append(input)
                }
                outside[operand] = inputNumbers[input]
            }
        }
        var registers = ChainRegisters(inputs: inputs.count, outputs: written.count)
        for (index, place) in written.enumerated() { registers.numbers[place] = inputs.count + index }
        var lastUse: [Int: Int] = [:]
        for (index, place) in terms.enumerated() { for operand in graph[place].operands { lastUse[operand] = index } }
        for place in terms where isSum(place) { lastUse[graph[place].operands[0]] = .max }

        var code: [grad_instruction] = []
        for (index, place) in terms.enumerated() where !isSum(place) {
            let term = graph[place]
            let sources = term.operands.map { UInt16(outside[$0] ?? registers.numbers[$0] ?? 0) }
            // What is read for the last time here may be written over, number by number.
            for operand in Set(term.operands) where members.contains(operand) && lastUse[operand] == index { registers.release(operand) }
            code.append(instruction(term, UInt16(registers.number(for: place)), sources))
            if lastUse[place] == nil { registers.release(place) }
        }
        var sums: [(slot: Int, source: Int)] = []
        var loads: [PlanStep] = []
        for place in terms where isSum(place) {
            let operand = graph[place].operands[0]
            let number = register(of: place)
            let target = type == .f64 ? slot(.register(number), 8) : slot(.arena, 4)
            if type == .f32 { loads.append(MoveStep(.load, slot: target, registers: [number], .f32)) }
            sums.append((target, outside[operand] ?? registers.numbers[operand] ?? 0))
        }
        ChainFusion.joinProducts(&code, inputs: inputs.count, outputs: written.count, kept: Set(sums.map(\.source)))
        let scratch = slot(.arena, FusedStep.scratch(type, registers: registers.count, sums: sums.count))
        let touched = inputs.map(\.slot) + written.map(slot(of:))
        steps.append(FusedStep(
            code, type, count: shape.count, inputs: inputs, outputs: written.map(slot(of:)), sums: sums, registers: registers.count,
            scratch: scratch, moving: Set(touched.filter { slots[$0].isMoving }), label: label(terms)))
        steps += loads
    }

    private func isSquared(_ place: Int) -> Bool {
        graph[place].primitive === Primitive.power && graph[graph[place].operands[1]].number == 2
    }

    private mutating func input(_ operand: Int, _ shape: Shape, _ type: ElementType) -> FusedStep.Input {
        switch places[operand] {
        case .slot(let slot):
            let pattern = Broadcast(graph[operand].shape, in: shape) ?? .whole
            return FusedStep.Input(slot: slot, repeating: pattern.repeating, period: pattern.period)
        case .register(let number):
            return FusedStep.Input(slot: cell(number, type), repeating: Broadcast.one.repeating, period: Broadcast.one.period)
        case nil: return FusedStep.Input(slot: 0, repeating: 1, period: .max)
        }
    }

    // MARK: Views and single steps

    private mutating func emitView(_ place: Int) {
        let term = graph[place]
        let source = term.operands[0]
        switch (places[source], places[place]) {
        case (.register(let register), .slot(let slot)): steps.append(MoveStep(.store, slot: slot, registers: [register], term.type))
        case (.slot(let slot), .register(let register)): steps.append(MoveStep(.load, slot: slot, registers: [register], term.type))
        default: break
        }
    }

    /// Where a step of its own puts a result: a number goes through memory of its own.
    private mutating func target(_ place: Int) -> Int {
        if case .slot(let slot) = places[place] { return slot }
        return slot(.arena, graph[place].type.size)
    }

    private mutating func load(_ place: Int, from slot: Int) {
        guard case .register(let register) = places[place] else { return }
        steps.append(MoveStep(.load, slot: slot, registers: [register], graph[place].type))
    }

    private mutating func emitSingle(_ place: Int) {
        guard !runsByKernel(place) else { return emitKernel(place) }
        let target = target(place)
        emitStep(place, into: target)
        load(place, from: target)
    }

    private mutating func emitKernel(_ place: Int) {
        let term = graph[place]
        func operand(_ place: Int) -> KernelStep.Operand {
            let term = graph[place]
            switch places[place] {
            case .slot(let slot): return KernelStep.Operand(place: .slot(slot), shape: term.shape, type: term.type)
            case .register(let register): return KernelStep.Operand(place: .register(register), shape: term.shape, type: term.type)
            case nil: return KernelStep.Operand(place: .register(0), shape: term.shape, type: term.type)
            }
        }
        steps.append(KernelStep(term.primitive, term.attributes, term.operands.map(operand), operand(place), label: label([place])))
    }
}

extension PlanCompiler.Slot {
    /// Whether its memory is another in every run.
    var isMoving: Bool {
        switch kind {
        case .input, .output, .kernel: true
        default: false
        }
    }
}

/// The registers of a chain: inputs, outputs, then temporaries that are used again.
private struct ChainRegisters {
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
    /// A product that only the next addition or subtraction reads becomes part of it.
    static func joinProducts(_ code: inout [grad_instruction], inputs: Int, outputs: Int, kept: Set<Int>) {
        var result: [grad_instruction] = []
        for (index, instruction) in code.enumerated() {
            guard let last = result.last, last.op == UInt16(GRAD_MUL.rawValue), last.dst >= UInt16(inputs + outputs),
                instruction.a != instruction.b, let fused = fused(instruction, last.dst),
                isLastRead(of: last.dst, after: index, in: code), !kept.contains(Int(last.dst)) || instruction.dst == last.dst
            else {
                result.append(instruction)
                continue
            }
            let other = instruction.a == last.dst ? instruction.b : instruction.a
            // The addend must not have been the product's own place.
            result[result.count - 1] = grad_instruction(op: UInt16(fused), dst: instruction.dst, a: last.a, b: last.b, c: other)
        }
        code = result
    }

    private static func fused(_ instruction: grad_instruction, _ product: UInt16) -> Int? {
        let isFirst = instruction.a == product
        guard isFirst || instruction.b == product else { return nil }
        switch UInt32(instruction.op) {
        case GRAD_ADD.rawValue: return GRAD_MUL_ADD
        case GRAD_SUB.rawValue: return isFirst ? GRAD_MUL_SUB : GRAD_SUB_MUL
        default: return nil
        }
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
