import Autodiff
import Syntax

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
            if case .function(let callable) = try function(frame), let closure = callable.asClosure, closure.captureCount == 0 {
                let x = try argument(frame)
                if case .number(let number) = x, let result = closure.code.plans.derivative.value(at: number, machine) {
                    try machine.tick(site)
                    return .number(result)
                }
                return try machine.call(try gradient(frame), [x], names: nil, site, calleeSpan: span)
            }
            let called = try gradient(frame)
            return try machine.call(called, [try argument(frame)], names: nil, site, calleeSpan: span)
        }
    }
}
