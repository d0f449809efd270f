import Autodiff
import Syntax
import Tensors

/// A formula in which numbers can be put for the names.
struct ShownFormula {
    let definitions: [(name: String, expression: Expression)]
    private let result: Expression
    private let learned: String
    /// What other names stand for.
    private let outside: [(name: String, value: Value)]

    init(_ formula: Formula, _ learned: String) {
        (definitions, result, self.learned, outside) = (formula.definitions, formula.result, learned, formula.outside)
    }

    init(_ expression: Expression, _ learned: String, outside: [(String, Value)]) {
        (definitions, result, self.learned) = ([], expression, learned)
        self.outside = outside.map { (name: $0.0, value: $0.1) }
    }

    var text: String { Printer.print(result) }

    /// A named part with its value.
    struct Part {
        let name: String
        let expression: Expression
        let value: Value
    }

    /// With the numbers put in; what is a tensor keeps its name.
    func put(_ value: Value, _ style: NumberStyle, in expression: Expression? = nil, also parts: [Part] = []) -> String {
        var numerals = numerals(value, style)
        for part in parts { if case .number(let number) = part.value { numerals[part.name] = style.numeral(number) } }
        return Printer.print((expression ?? result).replacing(numerals))
    }

    private func numerals(_ value: Value, _ style: NumberStyle) -> [String: Expression] {
        var parts: [String: Expression] = [:]
        for (name, value) in outside + [(learned, value)] {
            if case .number(let number) = value { parts[name] = style.numeral(number) }
        }
        return parts
    }

    /// The named parts with their values, as far as these follow from what is known here.
    func parts(_ value: Value, _ machine: Machine, _ site: Site) -> [Part] {
        var known = outside.filter { $0.name != learned } + [(learned, value)]
        var found: [Part] = []
        for definition in definitions {
            let text = "part_(\(known.map(\.name).joined(separator: ", "))) = \(Printer.print(definition.expression))\n"
            guard let function = machine.defined(text), let result = try? machine.call(function, known.map(\.value), names: nil, site).settled
            else { return found }
            known.append((definition.name, result))
            found.append(Part(name: definition.name, expression: definition.expression, value: result))
        }
        return found
    }
}
