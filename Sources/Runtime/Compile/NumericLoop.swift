import Autodiff
import Kernels
import Syntax

/// A loop whose body only computes with plain numbers, as a register program: `for i in 1...n { s <- s + 2i }`. It runs as such
/// while every variable that it reads holds a number; otherwise the loop runs as it always does.
struct NumericLoop {
    private let code: [grad_instruction]
    /// What the registers hold at the start, constants among them.
    private let initial: [Double]
    /// Variables that must hold numbers when the loop begins.
    private let read: [(place: Place, register: Int)]
    /// Variables that the loop leaves changed.
    private let written: [(place: Place, register: Int)]
    /// The loop's own variable is register 0.
    private static let counter: UInt16 = 0

    /// Where a variable lives.
    fileprivate enum Place {
        case slot(Int)
        case global(Variable, UnsafeMutablePointer<Value>)

        func load(_ frame: Frame) -> Value {
            switch self {
            case .slot(let slot): frame.slots[slot]
            case .global(_, let place): place.pointee
            }
        }

        func store(_ number: Double, _ frame: Frame) {
            switch self {
            case .slot(let slot): (frame.slots + slot).storeNumber(number)
            case .global(_, let place): place.storeNumber(number)
            }
        }
    }

    /// Turns run between two looks at whether to stop.
    private static let chunk = 1 << 16
    /// Beyond this, counting by ones would no longer be exact.
    private static let largestWhole = 4503599627370496.0

    /// `nil` when the body does anything but arithmetic.
    init?(_ variable: Name, _ body: Block, _ resolution: Resolution) {
        guard let counter = resolution.declarations[variable.span], !counter.isShared, !body.statements.isEmpty else { return nil }
        var builder = ProgramBuilder(resolution, counter: counter)
        for statement in body.statements {
            guard builder.add(statement) else { return nil }
        }
        let one = builder.constant(1)
        builder.emit(GRAD_ADD.rawValue, NumericLoop.counter, one, into: NumericLoop.counter)
        guard builder.registers.count < 60_000 else { return nil }
        code = builder.code
        initial = builder.registers
        read = builder.read
        written = builder.written
    }

    /// Runs the loop over a range; `false` when it has to be run in the general way.
    func run(_ range: RangeValue, _ frame: Frame, _ machine: Machine, _ site: Site) throws -> Bool {
        guard range.lower == range.lower.rounded(), abs(range.lower) < NumericLoop.largestWhole,
            range.count < NumericLoop.largestWhole, !machine.stopsAtNaN
        else { return false }
        var registers = initial
        registers[0] = range.lower
        for (place, register) in read {
            guard case .number(let number) = place.load(frame) else { return false }
            registers[register] = number
        }
        var left = Int(range.count)
        if left == 0 { return true }
        defer { for (place, register) in written { place.store(registers[register], frame) } }
        while left > 0 {
            let turns = min(left, NumericLoop.chunk)
            var made = 0
            _ = registers.withUnsafeMutableBufferPointer { registers in
                grad_run_scalar_loop(code, code.count, registers.baseAddress, turns, nil, nil, 0, &made)
            }
            left -= turns
            try machine.check(site)
        }
        return true
    }
}

/// Writes instructions for numeric expressions.
private struct ProgramBuilder {
    private let resolution: Resolution
    private(set) var code: [grad_instruction] = []
    private(set) var registers: [Double] = [0]
    private(set) var read: [(place: NumericLoop.Place, register: Int)] = []
    private(set) var written: [(place: NumericLoop.Place, register: Int)] = []
    private var variables: [ObjectIdentifier: UInt16] = [:]
    private var constants: [UInt64: UInt16] = [:]

    init(_ resolution: Resolution, counter: Variable) {
        self.resolution = resolution
        variables[ObjectIdentifier(counter)] = 0
    }

    // MARK: Statements

    /// `false` for anything that is not arithmetic on plain variables.
    mutating func add(_ statement: Statement) -> Bool {
        switch statement {
        case .introduce(let name, let value, _, _):
            guard let variable = resolution.declarations[name.span], let place = place(variable), let source = compile(value) else {
                return false
            }
            return assign(variable, place, source)
        case .update(.name(let name), let value, _, _):
            let variable: Variable
            switch resolution.uses[name.span] {
            case .global(let found), .local(let found): variable = found
            default: return false
            }
            guard let place = place(variable), let source = compile(value) else { return false }
            return assign(variable, place, source)
        default: return false
        }
    }

    private func place(_ variable: Variable) -> NumericLoop.Place? {
        if let global = variable.global { return .global(variable, global) }
        return variable.isShared ? nil : .slot(variable.slot)
    }

    private mutating func assign(_ variable: Variable, _ place: NumericLoop.Place, _ source: UInt16) -> Bool {
        let key = ObjectIdentifier(variable)
        if variables[key] == 0 { return false }
        let target: UInt16
        if let known = variables[key] {
            target = known
        } else {
            target = fresh()
            variables[key] = target
        }
        if !written.contains(where: { $0.register == Int(target) }) { written.append((place, Int(target))) }
        // The value just computed goes straight to the variable.
        if let last = code.last, last.dst == source, isTemporary(source) {
            code[code.count - 1].dst = target
        } else if source != target {
            emit(GRAD_IDENTITY.rawValue, source, 0, into: target)
        }
        return true
    }

    private func isTemporary(_ register: UInt16) -> Bool {
        !variables.values.contains(register) && !constants.values.contains(register)
    }

    // MARK: Expressions

    /// The register that holds the value; `nil` for what is not numeric.
    private mutating func compile(_ expression: Expression) -> UInt16? {
        switch expression {
        case .number(let number, _): return constant(number)
        case .parenthesized(let inner, _): return compile(inner)
        case .name(let name): return load(name)
        case .unary(.minus, let operand, _):
            return compile(operand).map { emit(GRAD_NEG.rawValue, $0, 0) }
        case .binary(let sign, let left, let right, _):
            guard let operation = ProgramBuilder.operations[sign], let a = compile(left), let b = compile(right) else { return nil }
            return combine(operation, a, b)
        case .call(.name(let name), let arguments, _): return call(name, arguments)
        default: return nil
        }
    }

    private static let operations: [BinaryOperator: grad_operation] = [
        .add: GRAD_ADD, .subtract: GRAD_SUB, .multiply: GRAD_MUL, .juxtapose: GRAD_MUL, .divide: GRAD_DIV, .power: GRAD_POW,
    ]

    private mutating func load(_ name: Name) -> UInt16? {
        let variable: Variable
        switch resolution.uses[name.span] {
        case .constant(.number(let number)): return constant(number)
        case .global(let found), .local(let found): variable = found
        default: return nil
        }
        if let known = variables[ObjectIdentifier(variable)] { return known }
        guard let place = place(variable) else { return nil }
        let register = fresh()
        variables[ObjectIdentifier(variable)] = register
        read.append((place, Int(register)))
        return register
    }

    /// An elementwise primitive of one or two numbers.
    private mutating func call(_ name: Name, _ arguments: [Argument]) -> UInt16? {
        guard case .constant(.function(let callable)) = resolution.uses[name.span],
            let primitive = (callable as? PrimitiveFunction)?.primitive, let operation = primitive.operation,
            !primitive.isPredicate, operation != GRAD_WHERE, arguments.allSatisfy({ $0.name == nil }),
            arguments.count == primitive.parameters.count, arguments.count <= 2, let a = compile(arguments[0].value)
        else { return nil }
        if arguments.count == 1 { return emit(operation.rawValue, a, 0) }
        return compile(arguments[1].value).map { emit(operation.rawValue, a, $0) }
    }

    /// A product that is only added to or subtracted from becomes part of that operation.
    private mutating func combine(_ operation: grad_operation, _ a: UInt16, _ b: UInt16) -> UInt16 {
        if let last = code.last, last.op == UInt16(GRAD_MUL.rawValue), isTemporary(last.dst), a != b,
            a == last.dst || b == last.dst
        {
            let other = a == last.dst ? b : a
            let fused: Int
            switch operation {
            case GRAD_ADD: fused = GRAD_MUL_ADD
            case GRAD_SUB: fused = a == last.dst ? GRAD_MUL_SUB : GRAD_SUB_MUL
            default: return emit(operation.rawValue, a, b)
            }
            code.removeLast()
            return emit(UInt32(fused), last.a, last.b, other)
        }
        return emit(operation.rawValue, a, b)
    }

    mutating func constant(_ number: Double) -> UInt16 {
        if let known = constants[number.bitPattern] { return known }
        let register = fresh(number)
        constants[number.bitPattern] = register
        return register
    }

    private mutating func fresh(_ number: Double = 0) -> UInt16 {
        registers.append(number)
        return UInt16(truncatingIfNeeded: registers.count - 1)
    }

    @discardableResult
    mutating func emit(_ operation: UInt32, _ a: UInt16, _ b: UInt16, _ c: UInt16 = 0, into target: UInt16? = nil) -> UInt16 {
        let target = target ?? fresh()
        code.append(grad_instruction(op: UInt16(operation), dst: target, a: a, b: b, c: c))
        return target
    }
}
