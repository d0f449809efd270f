import Autodiff
import Syntax
import Tensors
import Wording

/// `explain L'(0)`: the derivative rule by rule, from the whole to its parts, as it is done on paper.
struct DerivationExplanation {
    private let function: PrimeFunction
    private let arguments: [Value?]
    private let machine: Machine
    private let site: Site
    /// What was asked for, with its numbers; `nil` where there are none.
    private let text: String?

    init(_ function: PrimeFunction, _ arguments: [Value?], _ machine: Machine, _ site: Site, text: String) {
        (self.function, self.arguments, self.machine, self.site, self.text) = (function, arguments, machine, site, text)
    }

    /// For any number: the steps are those at the first point where there are some.
    init(_ function: PrimeFunction, _ machine: Machine, _ site: Site) {
        (self.function, self.machine, self.site, text) = (function, machine, site, nil)
        let points = PointSearch(function, [], machine).candidates
        arguments = points.first { (try? machine.invoke(function, $0, site)) != nil } ?? points[0]
    }

    private static let mostSteps = 24
    private var style: NumberStyle { machine.style.explaining }
    private var variable: String { function.parameters.first?.name ?? "x" }

    func lines() throws -> [String] {
        let before = function.function
        var lines: [String] = []
        if before is PrimeFunction {
            // A higher derivative is the derivative of the formula of the one before.
            let formula = try FormulaMaker(machine, site).formula(of: before, at: arguments)
            let names = [variable] + formula.outside.map(\.name)
            let body = formula.lines.joined(separator: "\n    ")
            let name = before.name ?? "f'"
            lines.append("\(name)(\(variable)) = \(formula.lines.joined(separator: "; "))")
            if let defined = machine.defined("derivative_(\(names.joined(separator: ", "))) = {\n    \(body)\n}\n"), case .function(let inner) = defined {
                lines += try steps(inner, arguments + formula.outside.map(\.value))
            }
        } else {
            let name = before.name ?? "f"
            if let declaration = before.asClosure?.declaration, case .expression(let body) = declaration.body {
                lines.append("\(name)(\(variable)) = \(Printer.print(body))")
            }
            lines += try steps(before, arguments)
        }
        return lines + (try result())
    }

    /// The formula, and the numbers put in.
    private func result() throws -> [String] {
        let name = function.name ?? "f'"
        let value = try machine.invoke(function, arguments, site)
        guard let point = arguments.first??.settled, let formula = try? FormulaMaker(machine, site).formula(of: function, at: arguments) else {
            return text.map { ["\($0) = \(style.describe(value))"] } ?? []
        }
        var rows = AlignedRows()
        for definition in formula.definitions {
            rows.add(machine.say(Words.formulas.so), definition.name, "= \(Printer.print(definition.expression))")
        }
        rows.add(machine.say(Words.formulas.so), "\(name)(\(variable))", "= \(Printer.print(formula.result))")
        if let text {
            let (numbers, result) = (ShownFormula(formula, variable).put(point, style), style.describe(value))
            rows.add("", text, formula.definitions.isEmpty && numbers != result ? "= \(numbers) = \(result)" : "= \(result)")
        }
        let path = formula.conditionText.map { [machine.say(Words.formulas.path, ["condition": $0])] } ?? []
        return rows.lines + path
    }

    // MARK: The steps

    private func steps(_ function: Callable, _ arguments: [Value?]) throws -> [String] {
        let labels = SourceLabels(function)
        return try Unknowns(machine: machine, site: site).trace(function, arguments) { trace in
            guard case .node(let output) = trace.value, let unknown = trace.named.first(where: { $0.name == variable })?.node else {
                return ["1  \(rule("constant"))   d/d\(variable) (\(style.describe(trace.value))) = 0"]
            }
            let algebra = Algebra(rules: machine.formulaRules)
            var terms = TapeTerms(algebra)
            for (node, name) in trace.named { terms.name(node, algebra.symbol(name, node.shape)) }
            let nodes = trace.tape.origins(of: output).reversed()
            let active = trace.tape.dependents(of: [unknown], through: output.index)
            var tidying = Tidying(algebra)
            var rows = AlignedRows(gap: 2, lastGap: 2)
            var seen: Set<String> = []
            var number = 0
            let wanted = nodes.filter { active[$0.index] && $0.operands.count > 0 && $0.index != unknown.index }
            for node in wanted {
                let line = try step(node, unknown, active, &terms, &tidying, trace.tape, labels)
                guard seen.insert(line.equation).inserted else { continue }
                number += 1
                if number <= DerivationExplanation.mostSteps { rows.add("\(number)", line.rules, line.equation) }
            }
            let left = number - DerivationExplanation.mostSteps
            return rows.lines + (left > 0 ? ["…  \(machine.say(Words.formulas.leftOut, ["count": "\(left)"]))"] : [])
        }
    }

    private func rule(_ name: String) -> String { machine.say(Words.rule(named: name)) }

    private func step(
        _ node: Node, _ unknown: Node, _ active: [Bool], _ terms: inout TapeTerms, _ tidying: inout Tidying, _ tape: Tape,
        _ labels: SourceLabels
    ) throws -> (rules: String, equation: String) {
        let writer = FormulaWriter()
        let local = try tape.localDerivatives(of: node)
        var parts: [Expression] = []
        var isChained = false
        for position in 0..<Int(node.operands.count) {
            let operand = node.operand(position)
            guard active[operand.index], let derivative = local[position] else { continue }
            let factor = tidying.tidied(terms.term(derivative))
            if operand.index == unknown.index {
                parts.append(writer.expression(factor))
                continue
            }
            isChained = isChained || !(node.primitive.isLinear)
            let inner = writer.name("d/d\(variable) \(enclosed(operand, &terms, labels))")
            switch factor.number {
            case 1: parts.append(inner)
            case -1: parts.append(.unary(.minus, inner, Span(SourceID(-1), 0, 0)))
            case 0: continue
            default: parts.append(writer.binary(.multiply, writer.expression(factor), inner))
            }
        }
        let right = parts.dropFirst().reduce(parts.first ?? writer.number(0)) { writer.binary(.add, $0, $1) }
        let isPartlyConstant = (0..<Int(node.operands.count)).contains { !active[node.operand($0).index] }
        var names = [ruleName(node, active)]
        if isPartlyConstant, [.add, .subtract].contains(node.primitive) { names.append("constant") }
        if isChained { names.append("chain rule") }
        return (
            names.map(rule).joined(separator: ", "),
            "d/d\(variable) \(enclosed(node, &terms, labels)) = \(Printer.print(right))"
        )
    }

    private func ruleName(_ node: Node, _ active: [Bool]) -> String {
        let isActive = (0..<Int(node.operands.count)).map { active[node.operand($0).index] }
        switch node.primitive {
        case .multiply where isActive.contains(false), .divide where isActive == [true, false]: return "constant factor"
        case .power where isActive == [false, true]: return "exponential"
        default: return node.primitive.rule.isEmpty ? node.primitive.name : node.primitive.rule
        }
    }

    /// A part of the function as the program has it, in parentheses where it needs them.
    private func enclosed(_ node: Node, _ terms: inout TapeTerms, _ labels: SourceLabels) -> String {
        if let label = labels.label(node) { return label }
        let span = node.origin.span
        if span.source.number >= 0, let source = machine.source(span.source), source.name != "<formula>" {
            let parsed = parse(Source(id: SourceID(-1), name: "", text: source.text(span)))
            if case .expression(let expression, _)? = parsed.program.statements.first, !parsed.diagnostics.hasErrors {
                let text = Printer.print(expression)
                if text.count <= 60 { return text.isEnclosed || expression.isAtom ? text : "(\(text))" }
            }
        }
        let expression = FormulaWriter().expression(terms.term(node))
        let text = Printer.print(expression)
        return expression.isAtom ? text : "(\(text))"
    }
}

extension Primitive {
    /// Its derivative does not depend on where it is taken, so that no chain is spoken of.
    fileprivate var isLinear: Bool { [.add, .subtract, .negate, .sum, .mean, .expand].contains(self) }
}

extension String {
    fileprivate var isEnclosed: Bool { hasPrefix("(") && hasSuffix(")") && dropFirst().dropLast().allSatisfy { $0 != "(" && $0 != ")" } }
}

extension Expression {
    /// Stands behind `d/dx` without parentheses.
    fileprivate var isAtom: Bool {
        switch self {
        case .name, .number, .call, .index, .field, .parenthesized: true
        case .binary(.power, let base, let exponent, _): base.isAtom && exponent.isAtom
        default: false
        }
    }
}
