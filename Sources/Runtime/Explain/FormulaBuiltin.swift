import Autodiff
import Syntax
import Tensors
import Wording

extension Builtin {
    static let explaining: [Builtin] = [formula, graph]

    static let formula = Builtin(
        "formula", [.required("f"), .optional("at", "none")], .derivatives,
        summary: "what f computes, as text of the language: its tape, simplified and compared with the tape's numbers; `at:` gives the point where it is traced",
        examples: ["formula(grad(w -> (w - 3)^2))  # 2(w - 3)", "formula(grad(x -> sum(x^2)), at: [1, 2, 3])  # 2x"]
    ) { call in
        guard case .function(let function) = call[0] else {
            throw call.typeError(0, needs: "a function", hints: ["give the function itself, as in `formula(grad(f))`"])
        }
        var given: [Value?] = []
        if call.has(1) {
            if case .list(let list) = call[1], function.parameters.count > 1 { given = list.elements } else { given = [call[1]] }
        }
        let formula = try FormulaMaker(call.machine, call.site).formula(of: function, at: given)
        return .object(FormulaValue(formula, path: formula.conditionText.map { call.machine.say(Words.formulas.path, ["condition": $0]) }))
    }
}

/// What `formula` gives: it prints as the formula, which can be pasted back.
package final class FormulaValue: ObjectValue {
    private let formula: Formula
    /// Along which path it holds, as it is said to the learner.
    package let path: String?
    package var lines: [String] { formula.lines }

    init(_ formula: Formula, path: String?) { (self.formula, self.path) = (formula, path) }

    package override var typeName: String { "a formula" }
    package override var fieldNames: [String] { ["text", "condition"] }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "text": .string(formula.lines.joined(separator: "\n"))
        case "condition": .string(formula.conditionText ?? "")
        default: nil
        }
    }
    package override func describe(_ style: NumberStyle) -> String {
        (lines + (path.map { ["# \($0)"] } ?? [])).joined(separator: "\n")
    }
}
