import Autodiff
import Syntax

/// The gradient of a function of one number, by a plan of numbers alone: what `w <- w - 0.1 * ∇L(w)` calls. The numbers that the function
/// names are fetched from where they lie, and functions that it names must still be those that were compiled.
final class ScalarGradient {
    private let call: ScalarCall
    private let argument: Int
    private let numbers: [(place: UnsafeMutablePointer<Value>, register: Int, variable: Variable)]
    private let functions: [(place: UnsafeMutablePointer<Value>, function: Callable, variable: Variable)]
    private let mustBeFinite: Bool

    init?(_ ready: ReadyPlan) {
        guard !ready.isRandom, ready.arguments.count == 1, case .number(let argument) = ready.arguments[0], case .number = ready.result,
            let (call, inputs) = ready.plan.scalarCall()
        else { return nil }
        var (numbers, functions): ([(UnsafeMutablePointer<Value>, Int, Variable)], [(UnsafeMutablePointer<Value>, Callable, Variable)]) = ([], [])
        for probe in ready.probes {
            switch (probe.source, probe.form) {
            case (.root, .closure): break
            case (.global(let variable), .number(let input)):
                guard let place = variable.global else { return nil }
                numbers.append((place, inputs[input], variable))
            case (.global(let variable), .closure), (.global(let variable), .again):
                guard let place = variable.global, case .function(let function) = place.pointee, function.asClosure?.captureCount == 0 else { return nil }
                functions.append((place, function, variable))
            default: return nil
            }
        }
        (self.call, self.argument) = (call, inputs[argument])
        (self.numbers, self.functions, mustBeFinite) = (numbers, functions, ready.mustBeFinite)
    }

    /// `nil` when it does not apply: a guard failed, or something is not as it was.
    @inline(__always)
    func value(_ x: Double) -> Double? {
        call.set(argument, x)
        for (place, register, _) in numbers {
            guard case .number(let number) = place.pointee else { return nil }
            call.set(register, number)
        }
        for (place, function, _) in functions {
            guard case .function(let found) = place.pointee, found === function else { return nil }
        }
        guard let result = call.run(), !mustBeFinite || result.isFinite else { return nil }
        return result
    }
}

extension Compiler {
    /// `∇L(w)`, `L'(w)`, `grad(L)(w)`: the name whose gradient is called at once.
    func gradientSubject(_ callee: Expression) -> Name? {
        switch callee {
        case .parenthesized(let inner, _): return gradientSubject(inner)
        case .unary(.nabla, .name(let name), _), .prime(.name(let name), 1, _): return name
        case .call(.name(let builtin), let arguments, _):
            guard case .constant(.function(let function))? = resolution.uses[builtin.span],
                (function as? BuiltinFunction)?.builtin === Builtin.grad, arguments.count == 1, arguments[0].name == nil,
                case .name(let name) = arguments[0].value
            else { return nil }
            return name
        default: return nil
        }
    }

    /// A gradient that is called where it is taken makes no function of its own, when a plan of numbers is there for it.
    func gradientCall(_ subject: Name, _ callee: Expression, _ value: Code, _ site: Site) -> Code {
        let machine = machine
        let (function, gradient) = (load(subject).evaluate, compile(callee).evaluate)
        let argument = value.evaluate
        let span = callee.span
        return Code { frame in
            if case .function(let callable) = try function(frame), let closure = callable.asClosure, let fast = closure.code.plans.scalarGradient,
                machine.tape == nil, !machine.stopsAtNaN
            {
                let x = try argument(frame)
                if case .number(let number) = x, let result = fast.value(number) {
                    try machine.tick(site)
                    machine.planCounts.hits += 1
                    return .number(result)
                }
                return try machine.call(try gradient(frame), [x], names: nil, site, calleeSpan: span)
            }
            let called = try gradient(frame)
            return try machine.call(called, [try argument(frame)], names: nil, site, calleeSpan: span)
        }
    }
}
