import Autodiff
package import Syntax
import Tensors
package import Training

/// How parameters are updated: a rule written in the language, or L-BFGS.
package class RuleValue: ObjectValue {
    package var name: String { "" }
    /// What it remembers of each parameter, by name.
    package var memoryNames: [String] { [] }
    package override var typeName: String { "an update rule" }
}

/// A rule of the language with its settings: `adam(lr: 0.01)`.
package final class WrittenRule: RuleValue {
    package let declaration: RuleDeclaration
    /// The cells that `update` reads, and the values given; a function stands for a schedule.
    package let settings: [(name: String, cell: Cell, value: Value)]
    /// The cells that `update` reads and writes, and what they hold at the start.
    package let memory: [(name: String, cell: Cell, start: Value)]
    package let update: Closure

    init(
        _ declaration: RuleDeclaration, settings: [(String, Cell, Value)], memory: [(String, Cell, Value)], update: Closure
    ) {
        self.declaration = declaration
        self.settings = settings
        self.memory = memory
        self.update = update
    }

    override func transplanted(by transplant: Transplant) throws -> ObjectValue {
        func moved(_ entry: (String, Cell, Value)) throws -> (String, Cell, Value) {
            (entry.0, try transplant.cell(entry.1, isWatched: false), try transplant.value(entry.2))
        }
        let (settings, memory) = (try settings.map(moved), try memory.map(moved))
        return WrittenRule(declaration, settings: settings, memory: memory, update: try transplant.closure(update))
    }

    /// The same rule with another value for a setting; `nil` if it has no such.
    func replacing(_ name: String, by value: Value) -> WrittenRule? {
        guard settings.contains(where: { $0.name == name }) else { return nil }
        return WrittenRule(declaration, settings: settings.map { ($0, $1, $0 == name ? value : $2) }, memory: memory, update: update)
    }

    package override var name: String { declaration.name.text }
    package override var memoryNames: [String] { memory.map(\.name) }
    package override var fieldNames: [String] { settings.map(\.name) }
    package override func field(_ name: String) -> Value? { settings.first { $0.name == name }?.value }
    package override func describe(_ style: NumberStyle) -> String {
        "\(name)(\(settings.map { "\($0.name): \(style.describe($0.value))" }.joined(separator: ", ")))"
    }

    /// What a parameter of this shape is remembered by before the first step: each memory, of the parameter's shape.
    func freshMemory(for parameter: Tensor) -> [Value] {
        memory.map { entry in
            guard case .number(let number) = entry.start, parameter.rank > 0 || parameter.type == .f32 else { return entry.start }
            return Value(Tensor(repeating: number, shape: parameter.shape, type: parameter.type))
        }
    }

    /// The values of the settings at a step, counted from 0: schedules are asked, plateaus looked at.
    func set(step: Int, plateau: Plateau?, _ machine: Machine, _ site: Site) throws {
        for setting in settings {
            switch setting.value {
            case .function:
                let value = try machine.call(setting.value, [.number(Double(step))], names: nil, site).settled
                guard value.isNumeric else {
                    throw Diagnostic(
                        "the schedule of `\(setting.name)` must give a number, but at step \(step) it gives \(value.typeDescription)", at: site.span,
                        hints: ["a schedule is a function of the step: `step -> 0.1 / (1 + step)`"])
                }
                setting.cell.value = value
            case .object(let object) where object is PlateauValue:
                setting.cell.value = .number(plateau?.rate ?? .nan)
            default: setting.cell.value = setting.value
            }
        }
    }

    /// η at the step that `set` prepared, where the rule has it.
    var rate: Double { settings.first { $0.name == "lr" }?.cell.value.tensor?.number ?? .nan }

    /// The rule gave something else than a parameter's new value.
    func misfit(_ parameter: Value, _ result: Value, _ site: Site) -> Diagnostic {
        Diagnostic(
            "the rule `\(name)` must give the parameter's new value, \(parameter.typeDescription), but it gives \(result.typeDescription)",
            at: site.span, labels: [.init(update.declaration.span, "this update")])
    }

    /// One parameter after the update; `memory` is read and written.
    func apply(
        _ parameter: Value, _ gradient: Value, step: Int, memory values: inout [Value], _ machine: Machine, _ site: Site
    ) throws -> Value {
        for (entry, value) in zip(memory, values) { entry.cell.value = value }
        let arguments: [Value] = [parameter, gradient, .number(Double(step + 1))]
        let result = try machine.call(.function(update), Array(arguments.prefix(update.parameters.count)), names: nil, site)
        for index in values.indices { values[index] = memory[index].cell.value.settled }
        guard let new = result.settled.tensor, let old = parameter.tensor, new.shape == old.shape else {
            throw misfit(parameter, result, site)
        }
        // A setting of 64 bits must not widen parameters of 32.
        return Value(new.converted(to: old.type))
    }
}

/// `lbfgs(…)`.
package final class LBFGSRule: RuleValue {
    package let rate: Double
    package let memory: Int

    init(rate: Double, memory: Int) { (self.rate, self.memory) = (rate, memory) }

    override func transplanted(by transplant: Transplant) -> ObjectValue { self }
    package override var name: String { "lbfgs" }
    package override var fieldNames: [String] { ["lr", "history"] }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "lr": .number(rate)
        case "history": .number(Double(memory))
        default: nil
        }
    }
    package override func describe(_ style: NumberStyle) -> String {
        "lbfgs(lr: \(style.format(rate)), history: \(memory))"
    }
}

/// `plateau(…)`: η that is lowered when the loss stalls.
package final class PlateauValue: ObjectValue {
    package let plateau: Plateau
    init(_ plateau: Plateau) { self.plateau = plateau }

    override func transplanted(by transplant: Transplant) -> ObjectValue { self }
    package override var typeName: String { "a schedule" }
    package override func describe(_ style: NumberStyle) -> String {
        "plateau(\(style.format(plateau.rate)), factor: \(style.format(plateau.factor)), patience: \(plateau.patience))"
    }
}
