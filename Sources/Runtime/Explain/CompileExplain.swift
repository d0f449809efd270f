import Syntax

extension Compiler {
    /// `explain e`: of a call, the function and its arguments are looked at before the call is made.
    func explain(_ expression: Expression, _ span: Span) -> Code {
        switch expression {
        case .parenthesized(let inner, _): return explain(inner, span)
        case .call(let callee, let arguments, let place): return explainCall(callee, arguments, place, span)
        default:
            let value = compile(expression).evaluate
            let explainer = Explainer(machine: machine, site: Site(span, [expression.span]), text: Printer.print(expression))
            return Code { frame in .object(try explainer.value(Compiler.valued(value(frame), expression.span))) }
        }
    }

    private func explainCall(_ callee: Expression, _ arguments: [Argument], _ place: Span, _ span: Span) -> Code {
        let machine = machine
        let function = compile(callee).evaluate
        if case .name(let name)? = arguments.first?.value, resolution.symbols.contains(name.span) {
            let explainer = Explainer(machine: machine, site: Site(place, [name.span]), text: "")
            return Code { frame in .object(try explainer.derivation(of: Compiler.valued(function(frame), callee.span))) }
        }
        let values = arguments.map { argument($0).evaluate }
        let names = arguments.map { $0.name?.text }
        let spans = arguments.map(\.value.span)
        let explainer = Explainer(machine: machine, site: Site(place, spans), text: Printer.print(.call(callee, arguments, place)))
        return Code { frame in
            let callee = try function(frame).settled
            let given = try values.map { try $0(frame) }
            guard case .function(let callable) = callee else {
                // The usual refusal, with its hints.
                return try machine.call(callee, given, names: names, Site(place, spans), calleeSpan: nil)
            }
            return .object(try explainer.call(callable, given, names, written: arguments.map(\.value)))
        }
    }
}
