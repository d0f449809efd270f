/// The table of all messages, by the part of Grad that speaks. A message is a property of its part, and nothing else is to be done:
///
///     Words.steps.falls(machine.language, ["loss": "L", "name": "w"])
///
/// Numbers are put in as the language prints them, with a decimal point whatever the language.
package enum Words {
    package static let steps = StepWords()
    package static let diagnosis = DiagnosisWords()
    package static let formulas = FormulaWords()
    package static let training = TrainWords()
    package static let rules = RuleWords()

    /// Every part, for the tests: they look at each message of each.
    package static let parts: [(name: String, table: any Sendable)] = [
        ("steps", steps), ("diagnosis", diagnosis), ("formulas", formulas), ("training", training), ("rules", rules),
    ]

    /// Each message with its name.
    package static var all: [(name: String, message: Message)] {
        parts.flatMap { part in
            Mirror(reflecting: part.table).children.compactMap { child in
                (child.value as? Message).map { ("\(part.name).\(child.label ?? "?")", $0) }
            }
        }
    }
}
