import Syntax

extension Compiler {
    /// `isTail`: the value of the last statement is the block's, left in `machine.result`.
    func compile(_ block: Block, isTail: Bool) -> Execute {
        let announced = block.statements.compactMap { statement -> Variable? in
            guard case .define(let function) = statement, let name = function.name else { return nil }
            return resolution.declarations[name.span]
        }.filter(\.isShared).map(\.slot)
        let last = block.statements.count - 1
        let statements = block.statements.enumerated().map { Step(compile($1, isTail: isTail && $0 == last)) }
        let run = sequence(statements)
        if announced.isEmpty { return run }
        return { frame in
            // Functions of a block may call each other whatever their order: their cells exist from its start.
            for slot in announced { frame.slots[slot] = .cell(Cell(.nothing)) }
            return try run(frame)
        }
    }

    private func sequence(_ statements: [Step]) -> Execute {
        switch statements.count {
        case 0: return { _ in .next }
        case 1: return statements[0].run
        case 2:
            let (first, second) = (statements[0].run, statements[1].run)
            return { frame in
                let flow = try first(frame)
                return flow == .next ? try second(frame) : flow
            }
        default:
            return { frame in
                for statement in statements {
                    let flow = try statement.run(frame)
                    if flow != .next { return flow }
                }
                return .next
            }
        }
    }

    func compile(_ statement: Statement, isTail: Bool) -> Execute {
        let machine = machine
        switch statement {
        case .expression(let expression, _):
            let evaluate = compile(expression).evaluate
            if isTail {
                return { frame in
                    machine.result = try evaluate(frame)
                    return .next
                }
            }
            return { frame in
                _ = try evaluate(frame)
                return .next
            }
        case .introduce(let name, let value, _, _):
            let evaluate = compile(value).evaluate
            let store = introduce(name)
            let span = value.span
            return { frame in
                let value = try evaluate(frame)
                if case .nothing = value { throw Compiler.noValue(span) }
                store(frame, value)
                return .next
            }
        case .define(let function):
            guard let name = function.name, let variable = resolution.declarations[name.span] else { return { _ in .next } }
            let make = self.function(function)
            let store = store(variable.global != nil ? .global(variable) : .local(variable))
            return { frame in
                store(frame, try make(frame))
                return .next
            }
        case .update(let target, let value, _, let span): return update(target, value, span)
        case .branch(let condition, let block, let otherwise, _):
            return branch(condition, block, otherwise, isTail: isTail)
        case .forLoop(let name, let values, let body, let span): return forLoop(name, values, body, span)
        case .whileLoop(let condition, let body, let span): return whileLoop(condition, body, span)
        case .breakLoop: return { _ in .breakLoop }
        case .continueLoop: return { _ in .continueLoop }
        case .returnValue(let value, _):
            guard let evaluate = value.map({ compile($0).evaluate }) else {
                return { _ in
                    machine.result = .nothing
                    return .returned
                }
            }
            return { frame in
                machine.result = try evaluate(frame)
                return .returned
            }
        case .rule(let rule): return compileRule(rule)
        case .importFile, .invalid: return { _ in .next }
        }
    }

    static func noValue(_ span: Span) -> Diagnostic {
        Diagnostic("this gives no value", at: span, hints: ["a function gives the value of its last line"])
    }

    private func branch(_ condition: Expression, _ block: Block, _ otherwise: ElseBranch?, isTail: Bool) -> Execute {
        let test = test(condition)
        let yes = compile(block, isTail: isTail)
        let no: Execute
        switch otherwise {
        case .block(let block): no = compile(block, isTail: isTail)
        case .branch(let statement): no = compile(statement, isTail: isTail)
        case nil: no = { _ in .next }
        }
        return { frame in try test(frame) ? try yes(frame) : try no(frame) }
    }

    private func whileLoop(_ condition: Expression, _ body: Block, _ span: Span) -> Execute {
        let machine = machine
        let test = test(condition)
        let turn = compile(body, isTail: false)
        let site = Site(span)
        let numeric = NumericLoop(.condition(condition), body, self)
        return { frame in
            if let flow = try numeric.run(nil, frame, site) { return flow }
            while try test(frame) {
                try machine.tick(site)
                switch try turn(frame) {
                case .next, .continueLoop: continue
                case .breakLoop: return .next
                case .returned: return .returned
                }
            }
            return .next
        }
    }

    private func forLoop(_ name: Name, _ values: Expression, _ body: Block, _ span: Span) -> Execute {
        let machine = machine
        let set = introduce(name)
        let turn = compile(body, isTail: false)
        // A loop variable that no closure shares is a plain slot.
        let slot = resolution.declarations[name.span].flatMap { $0.isShared ? nil : $0.slot }
        let site = Site(span, [values.span])
        if case .range(let lower, let upper, let isClosed, let rangeSpan) = values {
            let bounds = (compile(lower).evaluate, compile(upper).evaluate)
            let rangeSite = Site(rangeSpan, [lower.span, upper.span])
            let numeric = NumericLoop(.range(name, isClosed: isClosed), body, self)
            return { frame in
                let range = try machine.range(try bounds.0(frame), try bounds.1(frame), isClosed: isClosed, rangeSite)
                if let flow = try numeric.run(range, frame, site) { return flow }
                return try Compiler.run(range, frame, machine, site, slot, set, turn)
            }
        }
        let evaluate = compile(values).evaluate
        return { frame in
            let sequence = try evaluate(frame).settled
            if case .range(let range) = sequence { return try Compiler.run(range, frame, machine, site, slot, set, turn) }
            for element in try machine.elements(of: sequence, site) {
                try machine.tick(site)
                set(frame, element)
                switch try turn(frame) {
                case .next, .continueLoop: continue
                case .breakLoop: return .next
                case .returned: return .returned
                }
            }
            return .next
        }
    }

    private static func run(
        _ range: RangeValue, _ frame: Frame, _ machine: Machine, _ site: Site, _ slot: Int?,
        _ set: (Frame, Value) -> Void, _ turn: Execute
    ) throws -> Flow {
        var number = range.lower
        let (lower, count) = (range.lower, range.count)
        // Counted, not compared with the end: beyond 2^53 a number plus 1 may be the same number.
        var turns = 0.0
        while turns < count {
            try machine.tick(site)
            turns += 1
            if let slot { (frame.slots + slot).storeNumber(number) } else { set(frame, .number(number)) }
            switch try turn(frame) {
            case .next, .continueLoop: number = lower + turns
            case .breakLoop: return .next
            case .returned: return .returned
            }
        }
        return .next
    }

    // MARK: Updates

    private func update(_ target: Expression, _ value: Expression, _ span: Span) -> Execute {
        let code = compile(value)
        let evaluate = code.evaluate
        let valueSpan = value.span
        switch target {
        case .parenthesized(let inner, _): return update(inner, value, span)
        case .name(let name):
            guard let reference = resolution.uses[name.span] else { return { _ in .next } }
            switch reference {
            case .global(let variable):
                guard let place = variable.global else { return { _ in .next } }
                if let number = code.number?.value {
                    return { [variable] frame in
                        let value = number(frame)
                        guard value.isPlain else {
                            place.pointee = try evaluate(frame)
                            return .next
                        }
                        withExtendedLifetime(variable) { place.storeNumber(value) }
                        return .next
                    }
                }
                return { [variable] frame in
                    let value = try evaluate(frame)
                    if case .nothing = value { throw Compiler.noValue(valueSpan) }
                    withExtendedLifetime(variable) { place.pointee = value }
                    return .next
                }
            case .local(let variable) where !variable.isShared:
                let slot = variable.slot
                if let number = code.number?.value {
                    return { frame in
                        let value = number(frame)
                        guard value.isPlain else {
                            frame.slots[slot] = try evaluate(frame)
                            return .next
                        }
                        (frame.slots + slot).storeNumber(value)
                        return .next
                    }
                }
                return { frame in
                    let value = try evaluate(frame)
                    if case .nothing = value { throw Compiler.noValue(valueSpan) }
                    frame.slots[slot] = value
                    return .next
                }
            default:
                let store = store(reference)
                return { frame in
                    let value = try evaluate(frame)
                    if case .nothing = value { throw Compiler.noValue(valueSpan) }
                    store(frame, value)
                    return .next
                }
            }
        default: return partialUpdate(target, evaluate, span)
        }
    }

    /// `p.w <- v`, `x[i] <- v`, `p.layers[0].w <- v`: the variable gets a changed copy; where nothing else holds the value,
    /// it is changed in place.
    private func partialUpdate(_ target: Expression, _ evaluate: @escaping Evaluate, _ span: Span) -> Execute {
        let machine = machine
        var steps: [PathStep] = []
        var base = target
        while true {
            switch base {
            case .field(let inner, let name, _):
                steps.insert(.field(name), at: 0)
                base = inner
                continue
            case .index(let inner, let items, let span):
                steps.insert(.index(items.map(compile), Site(span, [inner.span])), at: 0)
                base = inner
                continue
            case .parenthesized(let inner, _):
                base = inner
                continue
            default: break
            }
            break
        }
        guard case .name(let name) = base, let reference = resolution.uses[name.span] else { return { _ in .next } }
        let load = load(name).evaluate
        let store = store(reference)
        return { [steps] frame in
            let value = try evaluate(frame)
            // Before the variable is let go of, which an index may read: `x[argmax(x)] <- 0`.
            let path = try steps.map { try machine.evaluate($0, frame) }
            var current = try load(frame)
            if current.isUnshareable {
                // Let go of the variable's own reference, so that the change can happen in place.
                store(frame, .nothing)
            }
            let old = current.isUnshareable ? nil : Optional(current)
            do {
                try machine.set(&current, path[...], to: value)
            } catch {
                store(frame, old ?? current)
                throw error
            }
            store(frame, current)
            return .next
        }
    }
}

/// One step from a variable to the part that an update changes.
enum PathStep {
    case field(Name)
    case index([IndexCode], Site)
}
