import Runtime
import Syntax

/// What a call of a function takes: its declared parameters, and for each what the examples of its documentation give it.
struct Signature {
    let name: String
    let parameters: [ParameterInfo]
    /// Texts of arguments, by the parameter's name.
    private(set) var samples: [String: [String]] = [:]

    init(_ name: String, _ parameters: [ParameterInfo], examples: [String] = []) {
        (self.name, self.parameters) = (name, parameters)
        for example in examples { learn(example) }
    }

    /// All functions of the language, by name.
    static func ofLanguage() -> [Signature] {
        let interpreter = Interpreter(environment: Environment(print: { _ in }, note: { _ in }))
        let examples = Dictionary(interpreter.allHelp.map { ($0.name, $0.examples) }) { first, _ in first }
        return interpreter.builtins.names.sorted().compactMap { name in
            guard case .function(let callable)? = interpreter.builtins[name]?.settled else { return nil }
            return Signature(name, callable.parameters, examples: examples[name] ?? [])
        }
    }

    /// What an example gives this function, where it names nothing that the example introduced itself.
    private mutating func learn(_ example: String) {
        let source = Source(id: SourceID(0), name: "example", text: example)
        for case .expression(let expression, _) in Syntax.parse(source).program.statements {
            for arguments in calls(in: expression) {
                for (place, argument) in arguments.enumerated() {
                    guard let parameter = argument.name?.text ?? (place < parameters.count ? parameters[place] : parameters.last)?.name
                    else { continue }
                    samples[parameter, default: []].append(source.text(argument.value.span))
                }
            }
        }
    }

    private func calls(in expression: Expression) -> [[Argument]] {
        switch expression {
        case .call(let callee, let arguments, _):
            var found = calls(in: callee) + arguments.flatMap { calls(in: $0.value) }
            if case .name(let called) = callee, called.text == name { found.append(arguments) }
            return found
        case .binary(let operation, let left, let right, _):
            if operation == .pipe, case .name(let called) = right, called.text == name { return [[Argument(name: nil, value: left)]] }
            return calls(in: left) + calls(in: right)
        case .parenthesized(let inner, _), .unary(_, let inner, _), .index(let inner, _, _), .field(let inner, _, _): return calls(in: inner)
        case .array(let elements, _): return elements.flatMap(calls)
        default: return []
        }
    }
}

/// What an expression is made to be, most of the time.
enum Kind: CaseIterable {
    case number, count, shape, tensor, function, list, record, text, flag

    /// By the name of a parameter, of which the language has no types.
    init(parameter name: String) {
        switch name {
        case "f", "g", "loss", "model", "metric", "rule", "by": self = .function
        case "shape", "axes", "starts", "stops", "counts", "padding", "stride", "size", "sizes", "indices": self = .shape
        case "axis", "n", "k", "seed", "count", "steps", "epochs", "width", "digits", "diagonal", "i", "batch", "start", "stop": self = .count
        case "xs", "lists", "elements", "values", "parts", "names", "figures": self = .list
        case "p", "q", "params", "old", "new", "record": self = .record
        case "s", "text", "title", "label", "path", "message", "xlabel", "ylabel", "name", "separator": self = .text
        case "keep", "descending": self = .flag
        case "lr", "delta", "probability", "rate", "low", "high": self = .number
        default: self = .tensor
        }
    }
}
