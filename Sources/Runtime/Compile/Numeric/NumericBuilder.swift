import Kernels
import Syntax

/// Writes the steps of one function or of the outermost loop.
struct NumericBuilder {
    let unit: NumericUnit
    let resolution: Resolution
    /// A function may be run again from its start, so it changes nothing outside; a loop goes on from where it was.
    let isFunction: Bool

    private(set) var registerCount: UInt16 = 0
    /// It has more registers than steps can name, or hands more arguments over: what was written means nothing.
    private(set) var isTooLarge = false
    /// Registers, and behind them the arguments that it hands over, which are the first registers of what it calls: they are written before the call.
    private(set) var window: UInt16 = 0
    private static let mostRegisters: UInt16 = 30_000
    private(set) var variables: [NumericVariable] = []
    private(set) var regions: [NumericRegion] = []
    /// Registers that hold a constant, by its bits.
    private(set) var constants: [UInt64: UInt16] = [:]
    private var registers: [ObjectIdentifier: UInt16] = [:]
    private var indices: [ObjectIdentifier: Int] = [:]
    private var fixed: Set<UInt16> = []
    /// Steps before this one may not be rewritten: something jumps to what follows them.
    private var barrier = 0
    /// Steps that fill the window of a call, by the argument's place; known when the number of registers is.
    private var arguments: [(step: Int, argument: UInt16)] = []
    private var callSteps: [Int] = []
    var loops: [Loop] = []
    /// Registers that count a loop's turns.
    var loopCounters: Set<UInt16> = []

    struct Loop {
        var breaks: [Int] = []
        var continues: [Int] = []
    }

    init(_ unit: NumericUnit, _ resolution: Resolution, isFunction: Bool) {
        (self.unit, self.resolution, self.isFunction) = (unit, resolution, isFunction)
    }

    // MARK: Steps

    var position: Int { unit.code.count }

    @discardableResult
    mutating func emit(
        _ op: Int, _ a: UInt16 = 0, _ b: UInt16 = 0, _ c: UInt16 = 0, number: Double = 0, into target: UInt16 = 0
    ) -> Int {
        unit.code.append(
            grad_step(op: UInt16(op), dst: target, a: a, b: b, c: c, unused: 0, target: 0, number: number))
        return unit.code.count - 1
    }

    /// A step that computes, into a register of its own.
    mutating func computed(_ op: Int, _ a: UInt16 = 0, _ b: UInt16 = 0, _ c: UInt16 = 0, number: Double = 0) -> UInt16 {
        let target = fresh()
        emit(op, a, b, c, number: number, into: target)
        return target
    }

    /// The steps listed go on here.
    mutating func land(_ jumps: [Int]) {
        for jump in jumps { unit.code[jump].target = Int32(truncatingIfNeeded: position) }
        barrier = position
    }

    /// A place to jump back to.
    mutating func label() -> Int {
        barrier = position
        return position
    }

    mutating func setTarget(_ step: Int, _ target: Int) { unit.code[step].target = Int32(truncatingIfNeeded: target) }

    /// The last step, if it alone makes the value of this temporary register.
    func maker(of register: UInt16) -> grad_step? {
        guard position > barrier, let last = unit.code.last, last.dst == register, !fixed.contains(register) else { return nil }
        return last
    }

    mutating func removeLast() { unit.code.removeLast() }

    mutating func retarget(_ register: UInt16) { unit.code[position - 1].dst = register }

    // MARK: Registers

    mutating func fresh() -> UInt16 {
        guard registerCount < NumericBuilder.mostRegisters else {
            isTooLarge = true
            return 0
        }
        registerCount += 1
        return registerCount - 1
    }

    /// A register that keeps its value beyond the expression.
    mutating func freshFixed() -> UInt16 {
        let register = fresh()
        fixed.insert(register)
        return register
    }

    mutating func constant(_ number: Double) -> UInt16 {
        // A function is called again and again, with a window that holds anything at all.
        if isFunction { return computed(GRAD_STEP_CONSTANT, number: number) }
        if let known = constants[number.bitPattern] { return known }
        let register = freshFixed()
        constants[number.bitPattern] = register
        return register
    }

    // MARK: Variables

    func place(_ reference: Reference?) -> (Variable, NumericPlace)? {
        switch reference {
        case .global(let variable): return variable.global.map { (variable, .global(variable, $0)) }
        case .local(let variable): return variable.isShared ? nil : (variable, .slot(variable.slot))
        case .captured(let index, let variable): return variable.isShared ? nil : (variable, .capture(index))
        default: return nil
        }
    }

    func known(_ variable: Variable) -> UInt16? { registers[ObjectIdentifier(variable)] }

    /// Gives a variable its register.
    mutating func declare(_ variable: Variable, _ place: NumericPlace, isInner: Bool, in register: UInt16? = nil) -> UInt16 {
        let register = register ?? fresh()
        fixed.insert(register)
        registers[ObjectIdentifier(variable)] = register
        indices[ObjectIdentifier(variable)] = variables.count
        variables.append(NumericVariable(place: place, register: Int(register), isInner: isInner))
        return register
    }

    mutating func markWritten(_ variable: Variable) {
        if let index = indices[ObjectIdentifier(variable)] { variables[index].isWritten = true }
    }

    // MARK: Calls

    mutating func call(_ function: FunctionCode, through place: NumericPlace?, _ arguments: [NumericOperand], from start: Int) -> UInt16 {
        if arguments.count > NumericBuilder.mostRegisters { isTooLarge = true }
        for (index, operand) in arguments.enumerated() {
            let argument = UInt16(truncatingIfNeeded: index)
            switch operand {
            case .number(let number): self.arguments.append((emit(GRAD_STEP_CONSTANT, number: number), argument))
            case .register(let register):
                // What was just computed goes straight to its place.
                if arguments.count == 1, position > start, maker(of: register) != nil {
                    self.arguments.append((position - 1, argument))
                } else {
                    self.arguments.append((emit(GRAD_STEP_MOVE, register), argument))
                }
            }
        }
        let result = fresh()
        let step = emit(GRAD_STEP_CALL, into: result)
        callSteps.append(step)
        unit.call(function, through: place, at: step)
        return result
    }

    /// Places what depends on the number of registers.
    mutating func finish() {
        window = registerCount
        guard !isTooLarge else { return }
        for (step, argument) in arguments {
            unit.code[step].dst = registerCount + argument
            window = max(window, registerCount + argument + 1)
        }
        for step in callSteps { unit.code[step].a = registerCount }
    }

    // MARK: Regions

    /// Notes what the steps since `start` stand for, if the general code may have to do them.
    mutating func note(_ part: NumericRegion.Part, from start: Int) {
        if isFunction || start == position { return }
        regions.append(NumericRegion(steps: start..<position, part: part))
    }

    /// Where a condition, noted as this region, goes on when it does not hold: here.
    mutating func settle(_ region: Int) {
        guard region < regions.count, case .condition(let condition, _) = regions[region].part else { return }
        regions[region].part = .condition(condition, otherwise: position)
    }
}

/// What an expression gives.
enum NumericOperand {
    case register(UInt16)
    case number(Double)
}
