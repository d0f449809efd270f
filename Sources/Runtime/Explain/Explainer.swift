import Autodiff
import Syntax
import Tensors
import Wording

/// What `explain` shows, by what it stands before.
struct Explainer {
    let machine: Machine
    let site: Site
    /// The explained expression, in the canonical form.
    let text: String

    private var style: NumberStyle { machine.style.explaining }

    /// `explain f(x)`.
    func call(_ function: Callable, _ arguments: [Value], _ names: [String?], written: [Expression]) throws -> ExplanationValue {
        guard case .success(let plan) = ArgumentBinding.bind(names, to: function.parameters) else {
            throw ArgumentBinding.problem(
                names, spans: site.operands, function.parameters, callee: function.name, site.span)
                ?? Diagnostic("the arguments do not fit", at: site.span)
        }
        var bound = plan.sources.map { $0.map { arguments[$0] } }
        if function.parameters.last?.isVariadic == true { bound[bound.count - 1] = .list(plan.rest.map { arguments[$0] }) }
        let place = site.operands.count == arguments.count && !arguments.isEmpty
            ? Site(site.span, plan.places(site.operands, function.parameters, call: site.span)) : site
        if let builtin = (function as? BuiltinFunction)?.builtin {
            if let explanation = builtin.explanation {
                return try explanation(Builtin.Call(builtin: builtin, arguments: bound, machine: machine, site: place))
            }
            return try value(try machine.invoke(function, bound, place))
        }
        if let prime = function as? PrimeFunction { return try derivation(prime, bound) }
        if function.parts.isEmpty { return try ListingExplanation(function, bound, machine, place, text: text).explanation() }
        return try formula(function, bound)
    }

    /// `explain e`, where `e` is no call: a function's formula, or a value as it is.
    func value(_ value: Value) throws -> ExplanationValue {
        switch value.settled {
        case .function(let function): return try formula(function, [])
        case .object(let object) where object is RunValue:
            guard let run = object as? RunValue else { break }
            return TrainExplanation(run, machine).explanation()
        case .object(let object) where object is ExplanationValue:
            if let explanation = object as? ExplanationValue { return explanation }
        default: break
        }
        return ExplanationValue(["\(text) = \(style.describe(value))"], value: value)
    }

    // MARK: Formulas

    /// The formula of a function; with arguments, also the value there.
    private func formula(_ function: Callable, _ arguments: [Value?]) throws -> ExplanationValue {
        let formula = try FormulaMaker(machine, site).formula(of: function, at: arguments)
        var lines = formula.definitions.map { "\($0.name) = \(Printer.print($0.expression))" }
        lines += Headings(function).lines(formula.result)
        if let condition = formula.conditionText { lines.append(machine.say(Words.formulas.path, ["condition": condition])) }
        for (index, argument) in arguments.enumerated() {
            guard case .number(let number)? = argument?.settled, index < function.parameters.count, arguments.count == 1 else { continue }
            let shown = ShownFormula(formula, function.parameters[index].name)
            let value = try machine.invoke(function, arguments, site)
            if formula.definitions.isEmpty {
                lines.append("\(text) = \(shown.put(.number(number), style)) = \(style.describe(value))")
            } else {
                lines.append("\(text) = \(style.describe(value))")
            }
            return ExplanationValue(lines, value: value)
        }
        guard arguments.contains(where: { $0 != nil }) else { return ExplanationValue(lines) }
        let value = try machine.invoke(function, arguments, site)
        lines += "\(text) = \(style.describe(value))".split(separator: "\n").map(String.init)
        return ExplanationValue(lines, value: value)
    }

    // MARK: Rule by rule

    private func derivation(_ function: PrimeFunction, _ arguments: [Value?]) throws -> ExplanationValue {
        let value = try machine.invoke(function, arguments, site)
        return ExplanationValue(try DerivationExplanation(function, arguments, machine, site, text: text).lines(), value: value)
    }

    /// `explain f'(x)` for any `x`.
    func derivation(of value: Value) throws -> ExplanationValue {
        guard case .function(let callable) = value.settled, let function = callable as? PrimeFunction else { return try self.value(value) }
        return ExplanationValue(try DerivationExplanation(function, machine, site).lines())
    }
}

/// What a formula is the formula of: `dL/dw`, `∂f/∂a`, `∇L`.
struct Headings {
    private let function: Callable

    init(_ function: Callable) { self.function = function }

    /// A line for each part of the gradient, or one for all.
    func lines(_ result: Expression) -> [String] {
        let parameters = function.parameters.filter(\.isRequired).map(\.name)
        let text = Printer.print(result)
        if let prime = function as? PrimeFunction {
            var order = 1
            var inner = prime.function
            while let next = inner as? PrimeFunction { (order, inner) = (order + 1, next.function) }
            let name = inner.name ?? "f"
            let power = order == 1 ? "" : "^\(order)"
            return ["d\(power)\(name)/d\(parameters.first ?? "x")\(power) = \(text)"]
        }
        if let gradient = function as? GradientFunction {
            let inner = gradient.function.name ?? "f"
            let name = gradient.function.parts.isEmpty ? inner : "(\(inner))"
            let chosen = gradient.chosen ?? parameters
            if chosen.count > 1, case .record(let fields, _) = result {
                return fields.map { "∂\(name)/∂\($0.name.text) = \(Printer.print($0.value))" }
            }
            let sign = parameters.count > 1 ? "∂" : "d"
            return ["\(sign)\(name)/\(sign)\(chosen.first ?? "x") = \(text)"]
        }
        if let inner = function.parts.first {
            if let gradient = inner as? GradientFunction { return ["hessian(\(gradient.function.name ?? "f"))(\(parameters.joined(separator: ", "))) = \(text)"] }
            return ["\(function.name ?? "f")(\(parameters.joined(separator: ", "))) = \(text)"]
        }
        return ["\(function.name ?? "f")(\(parameters.joined(separator: ", "))) = \(text)"]
    }
}
