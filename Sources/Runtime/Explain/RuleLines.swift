import Syntax
import Tensors

/// The lines of a rule's update for one parameter, each with the numbers put in and what it gave.
struct RuleLines {
    struct Line {
        /// What the line writes: `m ←`, `d`, or the parameter's name with an arrow for the last.
        let target: String
        let formula: Expression
        let numbers: Expression
        let result: Value
        /// A memory's value before.
        let before: Value?
    }

    private let machine: Machine
    private let site: Site
    private let rule: WrittenRule
    private var values: [String: Value] = [:]
    private var shown: [String: Expression] = [:]
    private let zeros: Set<String>
    private let parameter: String
    private let style: NumberStyle
    private(set) var lines: [Line] = []

    /// - Parameter gradientName: What the gradient is called in the formulas: `dL/dw`.
    init(
        _ rule: WrittenRule, parameter: String, gradientName: String, value: Value, gradient: Value, step: Int, memory: [Value],
        style: NumberStyle, _ machine: Machine, _ site: Site
    ) throws {
        (self.machine, self.site, self.rule, self.parameter, self.style) = (machine, site, rule, parameter, style)
        var zeros: Set<String> = []
        for setting in rule.settings {
            let value = setting.cell.value.settled
            values[setting.name] = value
            if case .number(0) = value { zeros.insert(setting.name) }
        }
        self.zeros = zeros
        for (entry, value) in zip(rule.memory, memory) { values[entry.name] = value }
        let names = rule.declaration.update.parameters.map(\.name.text)
        let nowhere = Span(SourceID(-1), 0, 0)
        for (name, (value, text)) in zip(names, [(value, parameter), (gradient, gradientName), (.number(Double(step + 1)), "t")]) {
            values[name] = value
            shown[name] = .name(Name(text, nowhere))
        }
        switch rule.declaration.update.body {
        case .expression(let expression): try finish(expression)
        case .block(let block): _ = try run(block)
        }
    }

    /// Whether the update has come to its value.
    private mutating func run(_ block: Block) throws -> Bool {
        for (index, statement) in block.statements.enumerated() {
            switch statement {
            case .introduce(let name, let value, _, _): try line(name.text, name.text, value, before: nil)
            case .update(.name(let name), let value, _, _): try line(name.text, "\(name.text) ←", value, before: values[name.text])
            case .branch(let condition, let yes, let no, _):
                guard let holds = try branch(condition) else { return true }
                if holds {
                    if try run(yes) { return true }
                } else if case .block(let other) = no {
                    if try run(other) { return true }
                } else if case .branch(let other) = no {
                    if try run(Block([other], block.span)) { return true }
                }
                if index == block.statements.count - 1 { return true }
            case .returnValue(.some(let value), _):
                try finish(value)
                return true
            case .expression(let value, _):
                guard index == block.statements.count - 1 else { continue }
                try finish(value)
                return true
            // Loops run in the rule itself; what they leave behind is not told line by line.
            default: return true
            }
        }
        return false
    }

    private mutating func finish(_ value: Expression) throws { try line("", "\(parameter) ←", value, before: nil) }

    private mutating func line(_ name: String, _ target: String, _ value: Expression, before: Value?) throws {
        guard let result = try evaluate(value) else { return }
        let short = value.dropping(zeros: zeros)
        lines.append(Line(target: target, formula: short.replacing(shown), numbers: short.replacing(numerals(short)), result: result, before: before))
        if !name.isEmpty { values[name] = result }
    }

    private mutating func branch(_ condition: Expression) throws -> Bool? {
        guard case .boolean(let holds)? = try evaluate(condition) else { return nil }
        lines.append(Line(
            target: "if", formula: condition.replacing(shown), numbers: condition.replacing(numerals(condition)), result: .boolean(holds), before: nil))
        return holds
    }

    /// Numbers by the names of an expression; tensors keep their names.
    private func numerals(_ expression: Expression) -> [String: Expression] {
        var parts = shown
        for name in expression.names {
            guard let value = values[name], let tensor = value.tensor, tensor.rank == 0 else { continue }
            parts[name] = style.numeral(tensor.number)
        }
        return parts
    }

    /// The value of a line: its text as a function of the names in it. `nil` where it does not stand alone.
    private func evaluate(_ expression: Expression) throws -> Value? {
        let globals = machine.globalPlaces()
        let known = expression.names.sorted().compactMap { name -> (String, Value)? in
            (values[name] ?? globals.first { $0.name == name }?.place.pointee.settled).map { (name, $0) }
        }
        let text = "line_(\(known.map(\.0).joined(separator: ", "))) = \(Printer.print(expression))\n"
        guard let function = machine.defined(text) else { return nil }
        return try machine.call(function, known.map(\.1), names: nil, site).settled
    }
}

extension NumberStyle {
    /// A number as an expression, with no more digits than are shown.
    func numeral(_ value: Double) -> Expression {
        let nowhere = Span(SourceID(-1), 0, 0)
        let text = format(abs(value))
        let rounded = Double(text) ?? abs(value)
        return value < 0 ? .unary(.minus, .number(rounded, nowhere), nowhere) : .number(rounded, nowhere)
    }
}
