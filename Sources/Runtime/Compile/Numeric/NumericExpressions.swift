import Autodiff
import Kernels
import Syntax

extension NumericBuilder {
    /// `nil` for what is not a number.
    mutating func value(_ expression: Expression) -> NumericOperand? {
        // More registers than a step can name: left to the general code.
        guard !isTooLarge else { return nil }
        switch expression {
        case .number(let number, _): return .number(number)
        case .parenthesized(let inner, _): return value(inner)
        case .name(let name): return load(name)
        case .unary(.minus, let operand, _):
            guard let operand = value(operand) else { return nil }
            if case .number(let number) = operand { return .number(-number) }
            return .register(computed(GRAD_STEP_NEGATE, register(operand)))
        case .unary(.plus, let operand, _): return value(operand)
        case .binary(let sign, let left, let right, _): return binary(sign, left, right)
        case .call(.name(let name), let arguments, _): return call(name, arguments)
        case .call(let callee, let arguments, _): return derivative(callee, arguments)
        case .index(.name(let name), let items, _):
            guard let place = element(name, items, isWritten: false) else { return nil }
            return .register(
                place.column.map { computed(GRAD_STEP_ENTRY, place.table, place.row, $0) }
                    ?? computed(GRAD_STEP_ELEMENT, place.table, place.row))
        case .conditional(let condition, let yes, let no, _): return conditional(condition, yes, no)
        default: return nil
        }
    }

    mutating func register(_ operand: NumericOperand) -> UInt16 {
        switch operand {
        case .register(let register): register
        case .number(let number): constant(number)
        }
    }

    private mutating func load(_ name: Name) -> NumericOperand? {
        let reference = resolution.uses[name.span]
        if case .constant(.number(let number)) = reference { return .number(number) }
        guard let (variable, place) = place(reference) else { return nil }
        if let register = known(variable) { return .register(register) }
        if !isFunction { return .register(declare(variable, place, isInner: false)) }
        guard case .global = place else { return nil }
        return .register(computed(GRAD_STEP_GLOBAL, unit.global(variable, place)))
    }

    // MARK: Arithmetic

    private mutating func binary(_ sign: BinaryOperator, _ left: Expression, _ right: Expression) -> NumericOperand? {
        guard sign.isArithmetic, let a = value(left), let b = value(right) else { return nil }
        if sign == .power { return power(a, b) }
        if let fused = fused(sign, a, b) { return .register(fused) }
        switch (a, b) {
        case (.register(let a), .register(let b)): return .register(computed(sign.step, a, b))
        case (.register(let a), .number(let number)): return .register(computed(sign.stepWithNumber, a, number: number))
        case (.number(let number), .register(let b)): return .register(computed(sign.stepFromNumber, b, number: number))
        case (.number(let a), .number): return .register(computed(sign.stepFromNumber, register(b), number: a))
        }
    }

    private mutating func power(_ a: NumericOperand, _ b: NumericOperand) -> NumericOperand {
        if case .number(2) = b { return .register(computed(GRAD_STEP_SQUARED, register(a))) }
        return .register(computed(GRAD_STEP_BINARY, register(a), register(b), UInt16(GRAD_POW.rawValue)))
    }

    /// A product just made that is only added to or subtracted from becomes part of that step, rounded twice as before.
    private mutating func fused(_ sign: BinaryOperator, _ a: NumericOperand, _ b: NumericOperand) -> UInt16? {
        guard sign == .add || sign == .subtract, case .register(let a) = a, case .register(let b) = b, a != b else { return nil }
        for (product, other, isLeft) in [(b, a, false), (a, b, true)] {
            guard let maker = maker(of: product), maker.a != product, maker.b != product, other != product else { continue }
            let withNumber = Int(maker.op) == GRAD_STEP_TIMES_K
            guard withNumber || Int(maker.op) == GRAD_STEP_TIMES else { continue }
            let op = switch (sign, isLeft) {
            case (.add, _): withNumber ? GRAD_STEP_TIMES_K_PLUS : GRAD_STEP_TIMES_PLUS
            case (_, true): withNumber ? GRAD_STEP_TIMES_K_MINUS : GRAD_STEP_TIMES_MINUS
            case (_, false): withNumber ? GRAD_STEP_MINUS_TIMES_K : GRAD_STEP_MINUS_TIMES
            }
            removeLast()
            return computed(op, maker.a, maker.b, other, number: maker.number)
        }
        return nil
    }

    private mutating func conditional(_ condition: Expression, _ yes: Expression, _ no: Expression) -> NumericOperand? {
        let result = freshFixed()
        guard let otherwise = branch(condition, when: false), let first = value(yes) else { return nil }
        move(first, to: result)
        let end = emit(GRAD_STEP_JUMP)
        land(otherwise)
        guard let second = value(no) else { return nil }
        move(second, to: result)
        land([end])
        return .register(result)
    }

    mutating func move(_ operand: NumericOperand, to target: UInt16) {
        switch operand {
        case .number(let number): emit(GRAD_STEP_CONSTANT, number: number, into: target)
        case .register(let register):
            if register == target { return }
            if maker(of: register) != nil {
                retarget(target)
            } else {
                emit(GRAD_STEP_MOVE, register, into: target)
            }
        }
    }

    // MARK: Calls

    private mutating func call(_ name: Name, _ arguments: [Argument]) -> NumericOperand? {
        guard arguments.allSatisfy({ $0.name == nil }) else { return nil }
        if case .constant(.function(let callable)) = resolution.uses[name.span], let primitive = (callable as? PrimitiveFunction)?.primitive {
            return apply(primitive, arguments)
        }
        guard let (closure, place) = callee(name), closure.code.parameterCount == arguments.count else { return nil }
        let start = position
        var operands: [NumericOperand] = []
        for argument in arguments {
            guard let operand = value(argument.value) else { return nil }
            operands.append(operand)
        }
        return .register(call(closure.code, through: place, operands, from: start))
    }

    /// `L'(w)`, `∇L(w)` or `grad(L)(w)` of a function of one number: asked for, since a plan answers it.
    private mutating func derivative(_ callee: Expression, _ arguments: [Argument]) -> NumericOperand? {
        guard !isFunction, arguments.count == 1, arguments[0].name == nil, let name = differentiated(callee),
            let (closure, place) = self.callee(name), closure.code.parameterCount == 1, closure.captureCount == 0,
            let x = value(arguments[0].value)
        else { return nil }
        let question = unit.derivative(of: closure.code, through: place)
        return .register(computed(GRAD_STEP_ASK, question, register(x)))
    }

    /// The function whose derivative this is.
    private func differentiated(_ callee: Expression) -> Name? {
        switch callee {
        case .parenthesized(let inner, _): return differentiated(inner)
        case .unary(.nabla, .name(let name), _), .prime(.name(let name), order: 1, _): return name
        case .call(.name(let builtin), let arguments, _):
            guard case .constant(.function(let callable)) = resolution.uses[builtin.span], callable.name == Builtin.grad.name,
                callable is BuiltinFunction, arguments.count == 1, case .name(let name) = arguments[0].value
            else { return nil }
            return name
        default: return nil
        }
    }

    /// A function of the prelude or at top level.
    private func callee(_ name: Name) -> (Closure, NumericPlace?)? {
        switch resolution.uses[name.span] {
        case .constant(.function(let callable)): return callable.asClosure.map { ($0, nil) }
        case .global(let variable):
            guard let memory = variable.global, case .function(let callable) = memory.pointee, let closure = callable.asClosure else {
                return nil
            }
            return (closure, .global(variable, memory))
        default: return nil
        }
    }

    /// An elementwise primitive of one or two numbers.
    private mutating func apply(_ primitive: Primitive, _ arguments: [Argument]) -> NumericOperand? {
        guard let operation = primitive.operation, !primitive.isPredicate, operation != GRAD_WHERE,
            arguments.count == primitive.parameters.count, arguments.count <= 2, let a = value(arguments[0].value)
        else { return nil }
        let code = UInt16(operation.rawValue)
        if arguments.count == 1 { return .register(computed(GRAD_STEP_UNARY, register(a), 0, code)) }
        guard let b = value(arguments[1].value) else { return nil }
        return .register(computed(GRAD_STEP_BINARY, register(a), register(b), code))
    }

    // MARK: Elements

    /// `x[i]` or `x[i, j]` of a tensor that lives outside.
    mutating func element(_ name: Name, _ items: [IndexItem], isWritten: Bool) -> (table: UInt16, row: UInt16, column: UInt16?)? {
        guard items.count == 1 || items.count == 2, let (variable, place) = place(resolution.uses[name.span]), known(variable) == nil
        else { return nil }
        if isFunction {
            guard case .global = place, !isWritten else { return nil }
        }
        if isWritten, case .capture = place { return nil }
        var places: [UInt16] = []
        for item in items {
            guard case .at(let index) = item, let operand = value(index) else { return nil }
            places.append(register(operand))
        }
        guard let table = unit.table(variable, place, rank: items.count, isWritten: isWritten) else { return nil }
        return (table, places[0], places.count > 1 ? places[1] : nil)
    }
}

extension BinaryOperator {
    fileprivate var isArithmetic: Bool {
        switch self {
        case .add, .subtract, .multiply, .juxtapose, .divide, .power: true
        default: false
        }
    }

    fileprivate var step: Int {
        switch self {
        case .add: GRAD_STEP_PLUS
        case .subtract: GRAD_STEP_MINUS
        case .divide: GRAD_STEP_OVER
        default: GRAD_STEP_TIMES
        }
    }

    fileprivate var stepWithNumber: Int {
        switch self {
        case .add: GRAD_STEP_PLUS_K
        case .subtract: GRAD_STEP_MINUS_K
        case .divide: GRAD_STEP_OVER_K
        default: GRAD_STEP_TIMES_K
        }
    }

    /// With the number on the left.
    fileprivate var stepFromNumber: Int {
        switch self {
        case .add: GRAD_STEP_PLUS_K
        case .subtract: GRAD_STEP_K_MINUS
        case .divide: GRAD_STEP_K_OVER
        default: GRAD_STEP_TIMES_K
        }
    }
}
