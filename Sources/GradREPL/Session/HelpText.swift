import Autodiff
import Runtime
import Syntax

/// What `:help NAME` and `:source NAME` show.
struct HelpText {
    let interpreter: Interpreter
    let paint: Paint

    /// `huber(a, b, delta: 1)`.
    static func signature(of callable: Callable, named name: String? = nil) -> String {
        let parameters = callable.parameters.map { parameter in
            if parameter.isVariadic { return parameter.name + "…" }
            return parameter.isRequired ? parameter.name : "\(parameter.name): \(parameter.defaultText ?? "…")"
        }
        return "\(name ?? callable.name ?? "function")(\(parameters.joined(separator: ", ")))"
    }

    /// `nil` for a name that is not known.
    func help(for name: String) -> String? {
        guard let value = value(of: name) else { return nil }
        guard case .function(let callable) = value.settled else { return "\(name) is \(value.typeDescription)" }
        var lines = [paint.bold(HelpText.signature(of: callable, named: name))]
        switch callable {
        case let function as PrimitiveFunction:
            lines += ["  " + function.primitive.summary] + examples(function.primitive.examples)
        case let function as BuiltinFunction: lines += ["  " + function.builtin.summary] + examples(function.builtin.examples)
        default: lines += (source(of: name)?.split(separator: "\n").map { "  " + $0 } ?? [])
        }
        return lines.joined(separator: "\n")
    }

    private func examples(_ lines: [String]) -> [String] { lines.isEmpty ? [] : [""] + lines.map { "  " + $0 } }

    /// The text of a function that is written in the language.
    func source(of name: String) -> String? {
        guard case .function(let callable)? = value(of: name)?.settled else { return nil }
        return definition(callable)
    }

    func definition(_ callable: Callable) -> String? {
        guard let span = (callable as? Closure)?.declaration.span else { return nil }
        return interpreter.source(span.source)?.text(span)
    }

    func value(of name: String) -> Value? {
        let name = name == "∇" ? "grad" : canonicalName(name)
        if let value = interpreter.globals[name]?.global?.pointee, !value.isNothing { return value }
        return interpreter.builtins[name]
    }

    /// The names that one may have meant.
    func similar(to name: String) -> [String] {
        nearestNames(to: canonicalName(name), among: interpreter.globals.names + interpreter.builtins.names)
    }
}
