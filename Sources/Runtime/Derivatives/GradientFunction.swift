import Autodiff
import Syntax
import Tensors

/// `grad(f)`: called with f's arguments, it gives the gradient in the form of what it was taken by.
package final class GradientFunction: Callable {
    package enum Result {
        case gradient
        /// A record of the value and the gradient.
        case valueAndGradient
    }

    package let function: Callable
    /// The parameters that `wrt:` names; `nil` for all that are numbers or tensors.
    package let chosen: [String]?
    private let result: Result

    package init(of function: Callable, by chosen: [String]? = nil, result: Result = .gradient) {
        self.function = function
        self.chosen = chosen
        self.result = result
    }

    override func transplanted(by transplant: Transplant) throws -> Callable {
        GradientFunction(of: try transplant.callable(function), by: chosen, result: result)
    }

    package override var name: String? {
        guard let name = function.name else { return nil }
        guard let chosen, chosen.count == 1 else { return "∇\(name)" }
        return function.parts.isEmpty ? "∂\(name)/∂\(chosen[0])" : "∂(\(name))/∂\(chosen[0])"
    }
    package override var parameters: [ParameterInfo] { function.parameters }
    override var parts: [Callable] { [function] }
    override func isLike(_ other: Callable) -> Bool {
        guard let other = other as? GradientFunction else { return false }
        return other.chosen == chosen && other.result == result
    }
    override var subject: PlanSubject? { function.subject?.under { .gradient($0, by: chosen, withValue: result == .valueAndGradient) } }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        if let value = try machine.planned(self, arguments, site) { return value }
        return try machine.tracing { tape in
            let variables = try Differentiation.variables(function, arguments, chosen, machine, site, tape)
            let output = try machine.invoke(function, variables.arguments, site).settled
            let node = try Differentiation.scalar(output, of: function, machine, site, tape)
            let gradients = try machine.sweep(site) {
                try node.map {
                    try tape.pullback([($0, tape.constant(Tensor(1, type: $0.type)))], to: variables.nodes, isLast: machine.isOutermost(tape))
                } ?? variables.nodes.map { _ in nil }
            }
            if node == nil || gradients.contains(where: { $0 == nil }) {
                variables.noteUnused(gradients, function, tape, machine, site)
            }
            let gradient = variables.form(zip(gradients, variables.nodes).map { adjoint, variable in
                adjoint.map(machine.outcome) ?? Value(Tensor(repeating: 0, shape: variable.shape, type: variable.value.type))
            })
            switch result {
            case .gradient: return gradient
            case .valueAndGradient:
                return .record([("value", node.map(machine.outcome) ?? output), ("grad", gradient)])
            }
        }
    }
}

extension Machine {
    /// Runs `body` on the tape of the outermost derivative, which the first to come opens and closes.
    func tracing<R>(_ body: (Tape) throws -> R) throws -> R {
        depth += 1
        defer { depth -= 1 }
        if let tape { return try body(tape) }
        let fresh = Tape()
        fresh.poll = { [unowned self] in try checkWork() }
        tape = fresh
        defer {
            tape = nil
            fresh.close()
        }
        return try body(fresh)
    }

    /// Whether a derivative's sweep is the last through what it sweeps: nothing but its results is looked at then, and, where it is recorded for a plan, the
    /// operations. The recording itself counts as a level.
    func isOutermost(_ tape: Tape) -> Bool { depth == (tape.isForPlan ? 2 : 1) && !tape.isForFormula }

    /// What a derivative hands out: a node stays traced inside an outer derivative; the outermost gives plain values.
    func outcome(_ node: Node) -> Value { depth > 1 ? .node(node) : Value(node.value) }

    /// Runs a reverse sweep; an error in a rule is told at the derivative's place.
    func sweep<R>(_ site: Site, _ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as PrimitiveError {
            if let failure = ruleFailure {
                ruleFailure = nil
                throw failure
            }
            if error.isInterruption { throw Interruption() }
            let place = tape.map { $0.origin.source >= 0 ? $0.origin.span : site.span } ?? site.span
            var diagnostic = Diagnostic(
                error.limit == nil ? "the derivative failed: \(error.message)" : error.message, at: place,
                labels: place == site.span ? [] : [.init(site.span, "in this derivative")], hints: error.hint.map { [$0] } ?? [])
            diagnostic.limit = error.limit?.rawValue
            throw diagnostic
        }
    }

    /// `∇f`.
    func gradientFunction(of value: Value, _ site: Site) throws -> Value {
        .function(GradientFunction(of: try differentiable(value, "`∇`", site)))
    }

    /// `∂f/∂w`: refuses a name that is no parameter where it is written, before it is called.
    func partial(_ value: Value, _ name: Name, _ site: Site) throws -> Value {
        let function = try differentiable(value, "`∂`", site)
        try Differentiation.requireParameter(name.text, of: function, what: "`\(name.text)`", Site(name.span, []))
        return .function(GradientFunction(of: function, by: [name.text]))
    }

    /// `f'`, `f''`: the derivative of a function of one number.
    func prime(_ value: Value, _ order: Int, _ site: Site) throws -> Value {
        var function = try differentiable(value, "`'`", site)
        for _ in 0..<order { function = PrimeFunction(of: function) }
        return .function(function)
    }

    func differentiable(_ value: Value, _ what: String, _ site: Site) throws -> Callable {
        guard case .function(let function) = value.settled else {
            throw typeError(
                what, needs: "a function", value, at: site.operands.first ?? site.span,
                hints: (value.outline?.rank ?? 0) > 1 ? ["the transpose of a matrix is `A.T`"] : value.settled.isNumeric ? ["a derivative is taken of a function: name it, then its argument, as in `∇f(x)`"] : [])
        }
        return function
    }
}

/// `f'`: refuses all but one number, where `∇f` takes anything.
package final class PrimeFunction: Callable {
    package let function: Callable
    private let gradient: GradientFunction

    init(of function: Callable) {
        self.function = function
        gradient = GradientFunction(of: function)
    }

    override func transplanted(by transplant: Transplant) throws -> Callable { PrimeFunction(of: try transplant.callable(function)) }

    package override var name: String? { function.name.map { "\($0)'" } }
    package override var parameters: [ParameterInfo] { function.parameters }
    override var parts: [Callable] { [function] }
    override func isLike(_ other: Callable) -> Bool { other is PrimeFunction }
    override var subject: PlanSubject? { gradient.subject }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        let given = arguments.compactMap { $0 }
        guard given.count == 1, let tensor = given[0].settled.outline, tensor.rank == 0 else {
            let name = function.name ?? "f"
            throw Diagnostic(
                "`\(name)'` is the derivative by one number, but it was given \(given.count == 1 ? given[0].typeDescription : "\(given.count) arguments")",
                at: site.span, hints: ["for several variables write `∇\(name)(…)`; for a vector of results `jacobian(\(name))(…)`"])
        }
        return try gradient.invoke(arguments, machine, site)
    }
}
