import Autodiff
import Kernels
package import Syntax
import Tensors

extension Compiler {
    func call(_ callee: Expression, _ arguments: [Argument], _ span: Span) -> Code {
        let site = Site(span, arguments.map(\.value.span))
        let values = arguments.map(argument)
        if case .name(let name) = callee, case .constant(.function(let callable))? = resolution.uses[name.span] {
            return known(callable, arguments, values, site)
        }
        if arguments.count == 1, arguments[0].name == nil, let subject = gradientSubject(callee) {
            return gradientCall(subject, callee, values[0], site)
        }
        let function = compile(callee).evaluate
        if arguments.allSatisfy({ $0.name == nil }) { return positional(function, callee, values, site) }
        return named(function, callee, arguments, values, site)
    }

    /// `wrt: a` gives the parameter's name rather than a value.
    func argument(_ argument: Argument) -> Code {
        if argument.name?.text == "wrt", let names = argument.value.parameterNames {
            return .constant(.list(names.map(Value.string)))
        }
        let code = compile(argument.value)
        if code.number != nil { return code }
        let evaluate = code.evaluate
        let span = argument.value.span
        return Code(code.form) { frame in
            let value = try evaluate(frame)
            if case .nothing = value { throw Compiler.noValue(span) }
            return value
        }
    }

    /// A builtin, a primitive or a function of the prelude: arguments are bound now.
    private func known(_ callable: Callable, _ arguments: [Argument], _ values: [Code], _ site: Site) -> Code {
        let machine = machine
        if let primitive = (callable as? PrimitiveFunction)?.primitive, let operation = primitive.operation,
            primitive.parameters.count == 1, values.count == 1
        {
            let value = values[0]
            let isPredicate = primitive.isPredicate
            let general: Evaluate = { frame in
                let x = try value.evaluate(frame)
                if case .number(let number) = x, !isPredicate {
                    let result = grad_scalar(operation, number, 0, 0)
                    if result.isPlain || !machine.stopsAtNaN { return .number(result) }
                }
                return try callable.invoke([x], machine, site)
            }
            guard let x = value.number?.value, !isPredicate else { return Code(.general, general) }
            return Code(number: { frame in
                let x = x(frame)
                return x == x ? grad_scalar(operation, x, 0, 0) : x
            }, otherwise: general)
        }
        guard case .success(let plan) = ArgumentBinding.bind(arguments.map { $0.name?.text }, to: callable.parameters) else {
            return .constant(.nothing)
        }
        var values = values
        if let primitive = callable as? PrimitiveFunction {
            for (index, source) in plan.sources.enumerated() where primitive.takesList(index) {
                if let source, case .array(let elements, _) = arguments[source].value { values[source] = Code { [list = list(elements)] frame in try list(frame) } }
            }
        }
        let (sources, rest) = (plan.sources, plan.rest)
        let isInOrder = callable.parameters.last?.isVariadic != true && sources.enumerated().allSatisfy { $1 == $0 || ($1 == nil && $0 >= values.count) }
        let spans = site.operands
        // Places in the order of the parameters, as the callee counts them; those of a variadic parameter come last.
        let site = isInOrder ? site : Site(site.span, plan.places(spans, callable.parameters, call: site.span))
        return Code { frame in
            if isInOrder {
                var bound: [Value?] = []
                bound.reserveCapacity(sources.count)
                for value in values { bound.append(try value.evaluate(frame)) }
                while bound.count < sources.count { bound.append(nil) }
                return try machine.invoke(callable, bound, site)
            }
            let evaluated = try values.map { try $0.evaluate(frame) }
            var bound = sources.map { $0.map { evaluated[$0] } }
            if let last = callable.parameters.last, last.isVariadic {
                bound[bound.count - 1] = .list(rest.map { evaluated[$0] })
            }
            return try machine.invoke(callable, bound, site)
        }
    }

    /// The elements of `[a, b]` as a list, where a call takes tensors of different shapes.
    private func list(_ elements: [Expression]) -> Evaluate {
        let parts = elements.map { ($0.span, compile($0).evaluate) }
        return { frame in .list(try parts.map { span, value in try Compiler.valued(value(frame), span) }) }
    }

    /// The usual call: arguments by position go straight into the callee's slots.
    private func positional(_ function: @escaping Evaluate, _ callee: Expression, _ values: [Code], _ site: Site) -> Code {
        let machine = machine
        let calleeSpan = callee.span
        let general: (Value, [Value]) throws -> Value = { function, arguments in
            try machine.call(function, arguments, names: nil, site, calleeSpan: calleeSpan)
        }
        switch values.count {
        case 1:
            let value = values[0].evaluate
            return Code { frame in
                let callee = try function(frame)
                let x = try value(frame)
                guard case .function(let callable) = callee, let closure = callable.asClosure,
                    closure.code.parameterCount == 1
                else { return try general(callee, [x]) }
                return try machine.call(closure, site) { slots in
                    slots.initialize(to: x)
                    return 1
                }
            }
        case 2:
            let (first, second) = (values[0].evaluate, values[1].evaluate)
            return Code { frame in
                let callee = try function(frame)
                let x = try first(frame)
                let y = try second(frame)
                guard case .function(let callable) = callee, let closure = callable.asClosure,
                    closure.code.parameterCount == 2
                else { return try general(callee, [x, y]) }
                return try machine.call(closure, site) { slots in
                    slots.initialize(to: x)
                    (slots + 1).initialize(to: y)
                    return 2
                }
            }
        default:
            return Code { frame in
                let callee = try function(frame)
                return try general(callee, try values.map { try $0.evaluate(frame) })
            }
        }
    }

    private func named(
        _ function: @escaping Evaluate, _ callee: Expression, _ arguments: [Argument], _ values: [Code], _ site: Site
    ) -> Code {
        let machine = machine
        let names = arguments.map { $0.name?.text }
        let calleeSpan = callee.span
        return Code { frame in
            let callee = try function(frame)
            return try machine.call(callee, try values.map { try $0.evaluate(frame) }, names: names, site, calleeSpan: calleeSpan)
        }
    }
}

extension Machine {
    /// Calls any value with arguments by position and by name.
    package func call(
        _ function: Value, _ arguments: [Value], names: [String?]?, _ site: Site, calleeSpan: Span? = nil
    ) throws -> Value {
        guard case .function(let callable) = function.settled else {
            throw notAFunction(function, site, calleeSpan)
        }
        // A function written in the language counts itself.
        if !callable.isClosure { try tick(site) }
        let parameters = callable.parameters
        if names == nil, parameters.count == arguments.count, parameters.last?.isVariadic != true {
            return try invoke(callable, arguments, site)
        }
        let spans = arguments.indices.map { $0 < site.operands.count ? site.operands[$0] : site.span }
        let (plan, bound) = try binding(callable, arguments, names: names, spans, site)
        let isPlaced = site.operands.count == arguments.count && !arguments.isEmpty
        let site = isPlaced ? Site(site.span, plan.places(site.operands, parameters, call: site.span)) : site
        return try invoke(callable, bound, site)
    }

    /// Arguments by position as `invoke` takes them: one for each parameter.
    func bound(_ callable: Callable, _ arguments: [Value], _ site: Site) throws -> [Value?] {
        try binding(callable, arguments, names: nil, arguments.map { _ in site.span }, site).bound
    }

    private func binding(
        _ callable: Callable, _ arguments: [Value], names: [String?]?, _ spans: [Span], _ site: Site
    ) throws -> (plan: ArgumentBinding.Plan, bound: [Value?]) {
        let parameters = callable.parameters
        let names = names ?? [String?](repeating: nil, count: arguments.count)
        guard case .success(let plan) = ArgumentBinding.bind(names, to: parameters) else {
            throw ArgumentBinding.problem(names, spans: spans, parameters, callee: callable.name, site.span)
                ?? Diagnostic("the arguments do not fit", at: site.span)
        }
        var bound = plan.sources.map { $0.map { arguments[$0] } }
        if parameters.last?.isVariadic == true { bound[bound.count - 1] = .list(plan.rest.map { arguments[$0] }) }
        return (plan, bound)
    }

    /// Calls with arguments that are bound already; errors learn whose call they rose from.
    @inline(__always)
    func invoke(_ callable: Callable, _ arguments: [Value?], _ site: Site) throws -> Value {
        guard !isStackNearlyFull else { throw tooDeep(site) }
        return try callable.invoke(arguments, self, site)
    }

    private func notAFunction(_ value: Value, _ site: Site, _ span: Span?) -> Diagnostic {
        let text = (span.flatMap(sourceText)).map { "`\($0)`" } ?? "this"
        let hints: [String]
        // What a builtin was given stands among its arguments, where nothing can be meant but a function.
        let isCalledHere = span.map { $0.start == site.span.start } ?? false
        switch value.settled {
        case _ where !isCalledHere: hints = ["a function is needed here, `x -> …` or the name of one"]
        case .number, .node: hints = ["to multiply write `*`"]
        case .tensor, .list, .record: hints = ["to take a part of it write `[…]`"]
        default: hints = []
        }
        return Diagnostic("\(text) is \(value.typeDescription), not a function, so it cannot be called", at: span ?? site.span, hints: hints)
    }
}
