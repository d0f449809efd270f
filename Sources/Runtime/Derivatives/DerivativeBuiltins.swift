import Autodiff
import Syntax
import Tensors

extension Builtin {
    static let derivatives: [Builtin] = [
        grad, valueAndGrad, jacobian, hessian, hvp, jvp, vjp, checkGrad, customGrad,
    ]

    private static let wrt = ParameterInfo.optional("wrt", "all")

    static let grad = Builtin(
        "grad", [.required("f"), wrt], .derivatives,
        summary: "the gradient of f, a function of the same arguments; of several arguments a record by name, `wrt: a` for one",
        examples: ["grad(w -> (w - 3)^2)(0)  # -6", "f(a, b) = a * b^2", "grad(f)(2, 3)  # {a: 9, b: 12}", "grad(f, wrt: b)(2, 3)  # 12"]
    ) { call in
        .function(GradientFunction(of: try function(call), by: try chosen(call, 1)))
    }

    static let valueAndGrad = Builtin(
        "value_and_grad", [.required("f"), wrt], .derivatives,
        summary: "like grad, but gives {value, grad} from one run of f",
        examples: ["value_and_grad(w -> (w - 3)^2)(0)  # {value: 9, grad: -6}"]
    ) { call in
        .function(GradientFunction(of: try function(call), by: try chosen(call, 1), result: .valueAndGradient))
    }

    static let jacobian = Builtin(
        "jacobian", [.required("f"), wrt], .derivatives,
        summary: "the derivative of every entry of f's result by every entry of its argument: shape [result..., argument...]",
        examples: ["jacobian(x -> x^2)([1, 2])  # [[2, 0], [0, 4]]"]
    ) { call in
        .function(JacobianFunction(of: try function(call), by: try chosen(call, 1)))
    }

    static let hessian = Builtin(
        "hessian", [.required("f"), wrt], .derivatives,
        summary: "all second derivatives of f, which gives a number: shape [argument..., argument...]",
        examples: ["hessian(x -> x[0]^2 * x[1])([1, 2])  # [[4, 2], [2, 0]]"]
    ) { call in
        let chosen = try chosen(call, 1)
        return .function(JacobianFunction(of: GradientFunction(of: try function(call), by: chosen), by: chosen))
    }

    static let hvp = Builtin(
        "hvp", [.required("f"), .required("x"), .required("v")], .derivatives,
        summary: "the Hessian of f at x times v, without forming the Hessian",
        examples: ["hvp(x -> sum(x^3), [1, 2], [1, 0])  # [6, 0]"]
    ) { call in
        let gradient = GradientFunction(of: try function(call))
        return try TangentFunction(of: gradient).invoke([call[1], call[2]], call.machine, call.site)
    }

    static let jvp = Builtin(
        "jvp", [.required("f"), .required("x"), .required("v")], .derivatives,
        summary: "the derivative of f at x in the direction v, in the form of f's result",
        examples: ["jvp(x -> x^2, [1, 2], [1, 1])  # [2, 4]"]
    ) { call in
        try TangentFunction(of: try function(call)).invoke([call[1], call[2]], call.machine, call.site)
    }

    static let vjp = Builtin(
        "vjp", [.required("f"), .required("x"), .required("u")], .derivatives,
        summary: "u times the derivative of f at x, in the form of x",
        examples: ["vjp(x -> x^2, [1, 2], [1, 1])  # [2, 4]"]
    ) { call in
        try PullbackFunction(of: try function(call)).invoke([call[1], call[2]], call.machine, call.site)
    }

    static let customGrad = Builtin(
        "custom_grad", [.required("f"), .required("rule")], .derivatives,
        summary: "f with a derivative of your own: rule(x, y, g) gives the gradient by x from f's result y and the gradient g by it",
        examples: ["square = custom_grad(x -> x^2, (x, y, g) -> g * 2x)", "grad(square)(3)  # 6"]
    ) { call in
        guard case .function(let rule) = call[1] else {
            throw call.machine.typeError("`rule`", needs: "a function (x, y, g) -> …", call[1], at: call.span(1))
        }
        return .function(CustomGradient(try function(call), rule))
    }

    static func function(_ call: Call) throws -> Callable {
        guard case .function(let function) = call[0] else {
            throw call.machine.typeError(
                "a derivative", needs: "a function", call[0], at: call.span(0),
                hints: call[0].isNumeric ? ["give the function itself and then its argument, as in `grad(f)(x)`"] : [])
        }
        return function
    }

    /// The names in `wrt:`.
    private static func chosen(_ call: Call, _ index: Int) throws -> [String]? {
        guard call.has(index) else { return nil }
        switch call[index] {
        case .text(let name): return [name.string]
        case .list(let list):
            return try list.elements.map { element in
                guard case .text(let name) = element else {
                    throw call.machine.typeError("`wrt`", needs: "the names of parameters", element, at: call.span(index))
                }
                return name.string
            }
        default:
            throw call.machine.typeError("`wrt`", needs: "the name of a parameter", call[index], at: call.span(index))
        }
    }
}

/// `jacobian(f)`.
package final class JacobianFunction: Callable {
    package let function: Callable
    private let chosen: [String]?

    init(of function: Callable, by chosen: [String]?) {
        self.function = function
        self.chosen = chosen
    }

    override func transplanted(by transplant: Transplant) throws -> Callable {
        JacobianFunction(of: try transplant.callable(function), by: chosen)
    }

    package override var name: String? { function.name.map { "jacobian(\($0))" } }
    package override var parameters: [ParameterInfo] { function.parameters }
    override var parts: [Callable] { [function] }
    override func isLike(_ other: Callable) -> Bool { (other as? JacobianFunction).map { $0.chosen == chosen } ?? false }
    override var subject: PlanSubject? { function.subject?.under { .jacobian($0, by: chosen) } }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        if let value = try machine.planned(self, arguments, site) { return value }
        return try machine.tracing { tape in
            let variables = try Differentiation.variables(function, arguments, chosen, machine, site, tape)
            let output = try machine.invoke(function, variables.arguments, site).settled
            guard output.isDifferentiable else {
                throw Diagnostic(
                    "a Jacobian is taken of numbers and tensors, but \(function.name.map { "`\($0)`" } ?? "the function") gives \(output.typeDescription)",
                    at: site.span)
            }
            return try output.mapLeaves { leaf in
                variables.form(try rows(leaf, variables.nodes, tape, machine, site))
            }
        }
    }

    /// For each variable, the derivative of one leaf of the result: shape [result..., variable...].
    private func rows(_ leaf: Value, _ variables: [Node], _ tape: Tape, _ machine: Machine, _ site: Site) throws -> [Value] {
        let shape = leaf.outline?.shape ?? .scalar
        var results = variables.map { (shape.axes + $0.shape.axes, $0.value.type) }
        // The directions are made beside them, all at once or one by one on the tape.
        if case .node(let node) = leaf, node.isLive, shape.count > 1 { results.append(([shape.count] + shape.axes, node.value.type)) }
        try machine.admit(tensors: results, site)
        let zeros = variables.map { tape.constant(Tensor(repeating: 0, shape: $0.shape, type: $0.value.type)) }
        guard case .node(let node) = leaf, node.isLive else {
            return variables.map { Value(Tensor(repeating: 0, shape: Shape(shape.axes + $0.shape.axes))) }
        }
        if let all = try machine.sweep(site, { try tape.pullbackOfUnits(node, to: variables) }) {
            return try machine.sweep(site) {
                try zip(all, variables).map { all, variable in
                    let axes = shape.axes + variable.shape.axes
                    guard let all else { return Value(Tensor(repeating: 0, shape: Shape(axes))) }
                    return machine.outcome(try tape.apply(.reshape, [all], Attributes([.ints(axes)])))
                }
            }
        }
        var rows = [[Node]](repeating: [], count: variables.count)
        for position in 0..<node.value.count {
            try machine.tick(site)
            var seed = Tensor(repeating: 0, shape: node.shape, type: node.value.type)
            seed.set(position, to: 1)
            let adjoints = try machine.sweep(site) { try tape.pullback([(node, tape.constant(seed))], to: variables) }
            for (index, adjoint) in adjoints.enumerated() { rows[index].append(adjoint ?? zeros[index]) }
        }
        return try machine.sweep(site) {
            try zip(rows, variables).map { rows, variable in
                if shape.rank == 0 { return machine.outcome(rows[0]) }
                guard !rows.isEmpty else { return Value(Tensor(repeating: 0, shape: Shape(shape.axes + variable.shape.axes))) }
                let stacked = try tape.apply(.stack, rows, Attributes([.int(0)]))
                return machine.outcome(
                    try tape.apply(.reshape, [stacked], Attributes([.ints(shape.axes + variable.shape.axes)])))
            }
        }
    }
}

/// The derivative of f at x along v, as a function of x and v.
final class TangentFunction: Callable {
    private let function: Callable
    init(of function: Callable) { self.function = function }

    override var parts: [Callable] { [function] }
    override func isLike(_ other: Callable) -> Bool { other is TangentFunction }
    override var subject: PlanSubject? { function.subject?.under { .tangent($0) } }

    override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        if let value = try machine.planned(self, arguments, site) { return value }
        return try Differentiation.tangent(function, arguments[0] ?? .nothing, arguments[1] ?? .nothing, machine, site)
    }
}

/// u times the derivative of f at x, as a function of x and u.
final class PullbackFunction: Callable {
    private let function: Callable
    init(of function: Callable) { self.function = function }

    override var parts: [Callable] { [function] }
    override func isLike(_ other: Callable) -> Bool { other is PullbackFunction }
    override var subject: PlanSubject? { function.subject?.under { .pullback($0) } }

    override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        if let value = try machine.planned(self, arguments, site) { return value }
        return try Differentiation.pullback(function, arguments[0] ?? .nothing, arguments[1] ?? .nothing, machine, site)
    }
}

extension Differentiation {
    /// u · ∂f/∂x, in the form of x.
    static func pullback(_ function: Callable, _ x: Value, _ u: Value, _ machine: Machine, _ site: Site) throws -> Value {
        try machine.tracing { tape in
            let variables = try variables(function, machine.bound(function, [x], site), nil, machine, site, tape)
            let output = try machine.invoke(function, variables.arguments, site).settled
            let adjoints = try seeds(output, u, machine, site, tape)
            let gradients = try machine.sweep(site) { try tape.pullback(adjoints, to: variables.nodes) }
            return variables.form(zip(gradients, variables.nodes).map { adjoint, variable in
                adjoint.map(machine.outcome) ?? Value(Tensor(repeating: 0, shape: variable.shape, type: variable.value.type))
            })
        }
    }

    /// ∂f/∂x · v, in the form of f's result. The pullback u ↦ u · ∂f/∂x is linear in u, so its own pullback along v is the forward
    /// derivative: no second mechanism is needed (as J. Townsend showed in "A new trick for calculating Jacobian
    /// vector products", 2017).
    static func tangent(_ function: Callable, _ x: Value, _ v: Value, _ machine: Machine, _ site: Site) throws -> Value {
        try machine.tracing { tape in
            let variables = try variables(function, machine.bound(function, [x], site), nil, machine, site, tape)
            let output = try machine.invoke(function, variables.arguments, site).settled
            let directions = try pair(x, v, "the direction", machine, site)
            return try output.mapLeaves { leaf in
                let shape = leaf.outline?.shape ?? .scalar
                guard case .node(let node) = leaf, node.isLive else { return Value(Tensor(repeating: 0, shape: shape)) }
                return try machine.sweep(site) {
                    let u = tape.variable(Tensor(repeating: 0, shape: node.shape, type: node.value.type))
                    let pulled = try tape.pullback([(node, u)], to: variables.nodes)
                    var outputs: [(node: Node, adjoint: Node)] = []
                    for (adjoint, direction) in zip(pulled, directions) {
                        guard let adjoint else { continue }
                        outputs.append((adjoint, try machine.node(direction, on: tape)))
                    }
                    let result = try tape.pullback(outputs, to: [u])[0]
                    return result.map(machine.outcome) ?? Value(Tensor(repeating: 0, shape: shape))
                }
            }
        }
    }

    private static func seeds(
        _ output: Value, _ u: Value, _ machine: Machine, _ site: Site, _ tape: Tape
    ) throws -> [(node: Node, adjoint: Node)] {
        let weights = try pair(output, u, "the weights", machine, site)
        return try zip(output.leaves.filter(\.isNumeric), weights).compactMap { leaf, weight in
            guard case .node(let node) = leaf, node.isLive else { return nil }
            return (node, try machine.node(weight, on: tape))
        }
    }

    /// The leaves of `other`, which must have the form of `value`.
    private static func pair(_ value: Value, _ other: Value, _ what: String, _ machine: Machine, _ site: Site) throws -> [Value] {
        let (mine, theirs) = (value.leaves.filter(\.isNumeric), other.leaves.filter(\.isNumeric))
        guard mine.count == theirs.count, zip(mine, theirs).allSatisfy({ $0.outline?.shape == $1.outline?.shape }) else {
            throw Diagnostic(
                "\(what) must have the form of what is differentiated: \(value.typeDescription), but it is \(other.typeDescription)", at: site.span)
        }
        return theirs
    }
}

/// A function with a derivative of the person's own.
package final class CustomGradient: Callable {
    private let function: Callable
    private let rule: Callable

    init(_ function: Callable, _ rule: Callable) { (self.function, self.rule) = (function, rule) }

    override func transplanted(by transplant: Transplant) throws -> Callable {
        CustomGradient(try transplant.callable(function), try transplant.callable(rule))
    }

    package override var name: String? { function.name }
    package override var parameters: [ParameterInfo] { function.parameters }
    override var parts: [Callable] { [function, rule] }
    override func isLike(_ other: Callable) -> Bool { other is CustomGradient }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        let given = arguments.compactMap { $0?.settled }
        guard let tape = machine.tape, given.contains(where: \.isTraced) else {
            return try machine.invoke(function, arguments, site)
        }
        // Its inside is not differentiated: it runs on plain values, or for a plan on nodes that stand before the primitive.
        let inside = arguments.map { argument -> Value? in
            if !tape.isForPlan, case .node(let node)? = argument?.settled { Value.plain(node) } else { argument?.settled }
        }
        let output = try machine.invoke(function, inside, site).settled
        guard let value = tape.isForPlan ? output.outline : output.tensor else {
            throw Diagnostic("`custom_grad` needs a function that gives a number or a tensor", at: site.span)
        }
        guard given.allSatisfy(\.isNumeric) else {
            throw Diagnostic("`custom_grad` needs arguments that are numbers or tensors", at: site.span)
        }
        let primitive = primitive(value, machine, site, count: given.count)
        let nodes = try (given + (tape.isForPlan ? [output] : [])).map { try machine.node($0, on: tape) }
        return .node(try tape.apply(primitive, nodes))
    }

    /// A primitive of `count` arguments; on a tape for a plan one more operand is the result.
    private func primitive(_ value: Tensor, _ machine: Machine, _ site: Site, count: Int) -> Primitive {
        // The primitive lives as long as the tape, which belongs to this machine's thread.
        nonisolated(unsafe) let context = (rule, machine, site)
        return Primitive(
            name ?? "custom", [.operands("x")], summary: "a function with a derivative of its own",
            shape: { (_, _) throws(PrimitiveError) in value.shape }, kernel: { (_, _) throws(PrimitiveError) in value },
            derivative: .joint { derivation in
                let (rule, machine, site) = context
                let operands = Array(derivation.operands.prefix(count))
                let arguments = (operands + [derivation.output, derivation.adjoint]).map(Value.node)
                let contributions = CustomGradient.run(rule, arguments, operands, derivation.tape, machine, site)
                return contributions + Array(repeating: nil, count: derivation.operands.count - count)
            }, isHidden: true, isTransparent: machine.tape?.isForPlan == true)
    }

    private static func run(
        _ rule: Callable, _ arguments: [Value], _ operands: [Node], _ tape: Tape, _ machine: Machine, _ site: Site
    ) -> [Node?] {
        do {
            let result = try machine.call(.function(rule), arguments, names: nil, site).settled
            let parts: [Value]
            if case .list(let list) = result { parts = list.elements } else { parts = [result] }
            guard parts.count == operands.count else {
                throw Diagnostic(
                    "the rule gives \(parts.count) \(parts.count == 1 ? "gradient" : "gradients") for \(operands.count) arguments", at: site.span,
                    hints: ["for several arguments it gives `list(…)`, one gradient each"])
            }
            return try zip(parts, operands).map { part, operand in
                let node = try machine.node(part, on: tape)
                guard node.shape == operand.shape else {
                    throw Diagnostic(
                        "the rule gives a gradient of shape \(node.shape) for an argument of shape \(operand.shape)", at: site.span)
                }
                return node
            }
        } catch {
            // The sweep stops at the tape's own kind of error; `ruleFailure` keeps what it really was.
            machine.ruleFailure = error
            tape.fail(PrimitiveError("the rule failed"))
        }
        return operands.map { _ in nil }
    }
}
