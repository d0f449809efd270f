import Kernels
import Syntax

extension NumericBuilder {
    // MARK: Functions

    mutating func function(_ function: Function) -> Bool {
        for parameter in function.parameters {
            guard let variable = resolution.declarations[parameter.name.span], !variable.isShared else { return false }
            _ = declare(variable, .slot(variable.slot), isInner: true)
        }
        switch function.body {
        case .expression(let expression): return result(expression)
        case .block(let block):
            guard tail(block) else { return false }
            // Past the end there is no value, which the general code tells.
            emit(GRAD_STEP_LEAVE)
            return true
        }
    }

    /// The value of the function.
    private mutating func result(_ expression: Expression) -> Bool {
        switch expression {
        case .parenthesized(let inner, _): return result(inner)
        case .conditional(let condition, let yes, let no, _):
            guard let otherwise = branch(condition, when: false), result(yes) else { return false }
            land(otherwise)
            return result(no)
        default:
            guard let operand = value(expression) else { return false }
            emit(GRAD_STEP_RETURN, register(operand))
            return true
        }
    }

    /// A block whose last statement gives the function's value.
    private mutating func tail(_ block: Block) -> Bool {
        for (index, statement) in block.statements.enumerated() {
            guard index == block.statements.count - 1 else {
                guard self.statement(statement) else { return false }
                continue
            }
            switch statement {
            case .expression(let expression, _): return result(expression)
            case .branch(let condition, let yes, let no, _): return tailBranch(condition, yes, no)
            default: return self.statement(statement)
            }
        }
        return true
    }

    private mutating func tailBranch(_ condition: Expression, _ yes: Block, _ no: ElseBranch?) -> Bool {
        guard let otherwise = branch(condition, when: false), tail(yes) else { return false }
        emit(GRAD_STEP_LEAVE)
        land(otherwise)
        switch no {
        case .block(let block): return tail(block)
        case .branch(.branch(let condition, let yes, let no, _)): return tailBranch(condition, yes, no)
        case .branch: return false
        case nil: return true
        }
    }

    // MARK: Statements

    mutating func block(_ block: Block) -> Bool {
        for statement in block.statements {
            guard self.statement(statement) else { return false }
        }
        return true
    }

    /// `false` for anything that does not only compute.
    mutating func statement(_ statement: Statement) -> Bool {
        let start = position
        switch statement {
        case .introduce(let name, let expression, _, _):
            guard let operand = value(expression), introduce(name, operand) else { return false }
            note(.statement(statement), from: start)
        case .update(.name(let name), let expression, _, _):
            guard let operand = value(expression), update(name, operand) else { return false }
            note(.statement(statement), from: start)
        case .update(.index(.name(let name), let items, _), let expression, _, _):
            guard setElement(name, items, expression) else { return false }
            note(.statement(statement), from: start)
        case .branch(let condition, let yes, let no, _): return branch(condition, yes, no)
        case .forLoop(let name, .range(let lower, let upper, let isClosed, let span), let body, _):
            return forLoop(name, lower, upper, isClosed, span, body)
        case .whileLoop(let condition, let body, _): return whileLoop(condition, body)
        case .breakLoop:
            guard !loops.isEmpty else { return false }
            loops[loops.count - 1].breaks.append(emit(GRAD_STEP_JUMP))
        case .continueLoop:
            guard !loops.isEmpty else { return false }
            loops[loops.count - 1].continues.append(emit(GRAD_STEP_JUMP))
        case .returnValue(let expression?, _):
            guard let operand = value(expression) else { return false }
            emit(GRAD_STEP_RETURN, register(operand))
            note(.statement(statement), from: start)
        default: return false
        }
        return true
    }

    private mutating func introduce(_ name: Name, _ operand: NumericOperand) -> Bool {
        guard let variable = resolution.declarations[name.span], variable.global == nil, !variable.isShared else { return false }
        let register = known(variable) ?? declare(variable, .slot(variable.slot), isInner: true)
        markWritten(variable)
        move(operand, to: register)
        return true
    }

    private mutating func update(_ name: Name, _ operand: NumericOperand) -> Bool {
        guard let (variable, place) = place(resolution.uses[name.span]) else { return false }
        if case .capture = place { return false }
        let register: UInt16
        if let found = known(variable) {
            // The counter of a loop goes its own way whatever the body does to the variable.
            if loopCounters.contains(found) { return false }
            register = found
        } else {
            if isFunction { return false }
            register = declare(variable, place, isInner: false)
        }
        markWritten(variable)
        move(operand, to: register)
        return true
    }

    private mutating func setElement(_ name: Name, _ items: [IndexItem], _ expression: Expression) -> Bool {
        guard let operand = value(expression) else { return false }
        let new = register(operand)
        guard let place = element(name, items, isWritten: true) else { return false }
        if let column = place.column {
            emit(GRAD_STEP_SET_ENTRY, place.table, place.row, column, into: new)
        } else {
            emit(GRAD_STEP_SET_ELEMENT, place.table, place.row, into: new)
        }
        return true
    }

    private mutating func branch(_ condition: Expression, _ yes: Block, _ no: ElseBranch?) -> Bool {
        let region = regions.count
        guard let otherwise = self.condition(condition), block(yes) else { return false }
        guard let no else {
            land(otherwise)
            settle(region)
            return true
        }
        let end = emit(GRAD_STEP_JUMP)
        land(otherwise)
        settle(region)
        switch no {
        case .block(let block): guard self.block(block) else { return false }
        case .branch(let statement): guard self.statement(statement) else { return false }
        }
        land([end])
        return true
    }

    // MARK: Loops

    /// The program's own loop: the counter and the limit are in the first two registers.
    mutating func outermostRange(_ name: Name, _ body: Block, isClosed: Bool) -> Bool {
        let (counter, limit) = (freshFixed(), freshFixed())
        return counted(name, counter, limit, isClosed, body)
    }

    private mutating func forLoop(
        _ name: Name, _ lower: Expression, _ upper: Expression, _ isClosed: Bool, _ span: Span, _ body: Block
    ) -> Bool {
        let start = position
        let (counter, limit) = (freshFixed(), freshFixed())
        guard let from = value(lower) else { return false }
        move(from, to: counter)
        guard let to = value(upper) else { return false }
        move(to, to: limit)
        emit(GRAD_STEP_RANGE, counter, limit)
        note(.range(lower: lower, upper: upper, Int(counter), Int(limit), isClosed: isClosed, span), from: start)
        return counted(name, counter, limit, isClosed, body)
    }

    private mutating func counted(_ name: Name, _ counter: UInt16, _ limit: UInt16, _ isClosed: Bool, _ body: Block) -> Bool {
        guard let variable = resolution.declarations[name.span], variable.global == nil, !variable.isShared else { return false }
        _ = declare(variable, .slot(variable.slot), isInner: true, in: counter)
        markWritten(variable)
        loopCounters.insert(counter)
        let skip = emit(isClosed ? GRAD_STEP_SKIP_LE : GRAD_STEP_SKIP_LT, counter, limit)
        let top = label()
        loops.append(Loop())
        guard block(body), let loop = loops.popLast() else { return false }
        land(loop.continues)
        let turn = emit(isClosed ? GRAD_STEP_COUNT_CLOSED : GRAD_STEP_COUNT_OPEN, limit, into: counter)
        setTarget(turn, top)
        land(loop.breaks + [skip])
        return true
    }

    mutating func whileLoop(_ condition: Expression, _ body: Block) -> Bool {
        let top = label()
        let region = regions.count
        guard let exits = self.condition(condition) else { return false }
        loops.append(Loop())
        guard block(body), let loop = loops.popLast() else { return false }
        land(loop.continues)
        setTarget(emit(GRAD_STEP_AGAIN), top)
        land(exits + loop.breaks)
        settle(region)
        return true
    }
}
