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

    /// With the numbers put in; what is a tensor keeps its name.
    func put(_ value: Value, _ style: NumberStyle, also known: [String: Double] = [:]) -> String {
        Printer.print(result.replacing(numerals(value, style).merging(known.mapValues(style.numeral)) { $1 }))
    }

    private func numerals(_ value: Value, _ style: NumberStyle) -> [String: Expression] {
        var parts: [String: Expression] = [:]
        for (name, value) in outside + [(learned, value)] {
            if case .number(let number) = value { parts[name] = style.numeral(number) }
        }
        return parts
    }

    /// A row for each named part: what it is, with numbers, and what that gives.
    func rows(_ label: String, _ value: Value, _ style: NumberStyle, _ machine: Machine, _ site: Site) -> [[String]] {
        definitions.map { definition in
            let numbers = Printer.print(definition.expression.replacing(numerals(value, style)))
            return [definition.name, "= \(Printer.print(definition.expression))", "= \(numbers)"]
        }
    }
}
