import Autodiff
import Syntax
import Tensors

/// Turns a resolved tree into closures over slots: no name is looked up while a program runs.
struct Compiler {
    let machine: Machine
    let resolution: Resolution

    // MARK: Names

    func load(_ name: Name) -> Code {
        guard let reference = resolution.uses[name.span] else { return .constant(.nothing) }
        let span = name.span
        switch reference {
        case .constant(let value): return .constant(value)
        case .global(let variable):
            guard let place = variable.global else { return .constant(.nothing) }
            let number = Number { [variable] _ in withExtendedLifetime(variable) { place.pointee.numberOrNaN } }
            return Code(.global(place), number: number) { [variable] _ in
                let value = place.pointee
                if case .nothing = value { throw Compiler.unset(variable.name, span) }
                return value
            }
        case .local(let variable):
            let slot = variable.slot
            guard variable.isShared else { return Code(.slot(slot), number: Number { $0.slots[slot].numberOrNaN }) { $0.slots[slot] } }
            return Code { frame in try Compiler.read(frame.slots[slot], variable.name, span) }
        case .captured(let index, let variable):
            guard variable.isShared else {
                return Code(.general, number: Number { $0.captures[index].numberOrNaN }) { $0.captures[index] }
            }
            return Code { frame in try Compiler.read(frame.captures[index], variable.name, span) }
        }
    }

    private static func read(_ shared: Value, _ name: String, _ span: Span) throws -> Value {
        guard case .cell(let cell) = shared else { throw unset(name, span) }
        if case .nothing = cell.value { throw unset(name, span) }
        return cell.value
    }

    private static func unset(_ name: String, _ span: Span) -> Diagnostic {
        Diagnostic("`\(name)` has no value yet", at: span, hints: ["the line that introduces it has not run"])
    }

    /// Code that writes a variable, given where it is declared or used.
    func store(_ reference: Reference) -> (Frame, Value) -> Void {
        let machine = machine
        switch reference {
        case .global(let variable):
            guard let place = variable.global else { return { _, _ in } }
            // The variable owns the memory: the code keeps it alive.
            return { [variable] _, value in withExtendedLifetime(variable) { place.pointee = value } }
        case .local(let variable):
            let slot = variable.slot
            guard variable.isShared else { return { frame, value in frame.slots[slot] = value } }
            return { frame, value in
                guard case .cell(let cell) = frame.slots[slot] else {
                    frame.slots[slot] = .cell(Cell(value))
                    return
                }
                machine.write(cell, value)
            }
        case .captured(let index, _):
            return { frame, value in
                guard case .cell(let cell) = frame.captures[index] else { return }
                machine.write(cell, value)
            }
        case .constant: return { _, _ in }
        }
    }

    /// Code that starts a variable anew where it is introduced: a loop's next turn must not share the cell of the last.
    func introduce(_ name: Name) -> (Frame, Value) -> Void {
        guard let variable = resolution.declarations[name.span] else { return { _, _ in } }
        if variable.global != nil { return store(.global(variable)) }
        let slot = variable.slot
        return variable.isShared
            ? { frame, value in frame.slots[slot] = .cell(Cell(value)) } : { frame, value in frame.slots[slot] = value }
    }

    // MARK: Functions

    /// Code that makes a closure, capturing what it needs at that moment.
    func function(_ function: Function) -> Evaluate {
        guard let scope = resolution.functions[function.span] else { return { _ in .nothing } }
        let code = functionCode(function, scope)
        let sources = scope.captures.map(\.reference)
        if sources.isEmpty {
            return { _ in .function(Closure(code, captures: [])) }
        }
        return { frame in
            .function(Closure(code, captures: sources.map { source in
                switch source {
                case .local(let variable):
                    if variable.isShared, case .nothing = frame.slots[variable.slot] {
                        frame.slots[variable.slot] = .cell(Cell(.nothing))
                    }
                    return frame.slots[variable.slot]
                case .captured(let index, _): return frame.captures[index]
                case .global, .constant: return .nothing
                }
            }))
        }
    }

    /// The code of a function that was compiled for another machine.
    func code(again origin: FunctionCode.Origin) -> FunctionCode? {
        switch origin.declaration {
        case .function(let function): resolution.functions[function.span].map { functionCode(function, $0) }
        case .rule(let rule): ruleCode(rule)
        }
    }

    func functionCode(_ function: Function, _ scope: FunctionScope) -> FunctionCode {
        FunctionCode(
            declaration: function, origin: .init(declaration: .function(function), resolution: resolution),
            preparations: function.parameters.map(preparation), slotCount: scope.slotCount, body: body(function.body),
            globals: scope.globals.map { resolution.doubles[ObjectIdentifier($0)] ?? $0 }, resolution: resolution,
            numeric: NumericFunction(function, scope), captureNames: scope.captures.map(\.variable.name))
    }

    func preparation(_ parameter: Syntax.Parameter) -> ParameterCode {
        ParameterCode(
            defaultValue: parameter.defaultValue.map { value in
                let evaluate = compile(value).evaluate
                return { frame in try Compiler.valued(evaluate(frame), value.span) }
            },
            shapeChecks: shapeChecks(parameter), isShared: resolution.declarations[parameter.name.span]?.isShared ?? false)
    }

    func body(_ body: Body) -> Evaluate {
        let machine = machine
        switch body {
        case .expression(let expression): return compile(expression).evaluate
        case .block(let block):
            let execute = compile(block, isTail: true)
            return { frame in
                machine.result = .nothing
                _ = try execute(frame)
                let value = machine.result
                machine.result = .nothing
                return value
            }
        }
    }

    /// `X[n, d]`: the rank must fit, and each length is introduced or checked.
    private func shapeChecks(_ parameter: Syntax.Parameter) -> [(Frame, Machine) throws -> Void] {
        guard let lengths = parameter.shape, let variable = resolution.declarations[parameter.name.span] else { return [] }
        let slot = variable.slot
        let name = parameter.name
        let rank = lengths.count
        let declared = "\(name.text)[\(lengths.map { machine.sourceText($0.span) ?? "?" }.joined(separator: ", "))]"
        var checks: [(Frame, Machine) throws -> Void] = [
            { frame, machine in
                guard let tensor = frame.slots[slot].outline, tensor.rank == rank else {
                    throw Diagnostic(
                        "`\(name.text)` is declared as `\(declared)`, but was given \(frame.slots[slot].typeDescription)",
                        at: name.span)
                }
            }
        ]
        for (axis, length) in lengths.enumerated() {
            if case .name(let lengthName) = length, let introduced = resolution.declarations[lengthName.span] {
                let store = introduce(lengthName)
                _ = introduced
                checks.append { frame, _ in store(frame, .number(Double(frame.slots[slot].outline?.shape[axis] ?? 0))) }
            } else {
                let expected = compile(length).evaluate
                checks.append { frame, _ in
                    let found = Double(frame.slots[slot].outline?.shape[axis] ?? 0)
                    guard let wanted = try expected(frame).tensor, wanted.rank == 0 else { return }
                    guard wanted.number == found else {
                        throw Diagnostic(
                            "`\(name.text)` is declared as `\(declared)`, so its axis \(axis) must be \(NumberStyle().format(wanted.number)), but it is \(NumberStyle().format(found))",
                            at: length.span)
                    }
                }
            }
        }
        return checks
    }
}

extension Machine {
    /// Writes a shared variable, remembering the old value for `:undo` and for an interruption.
    func write(_ cell: Cell, _ value: Value) {
        journal?.record(cell)
        cell.value = value
    }
}
