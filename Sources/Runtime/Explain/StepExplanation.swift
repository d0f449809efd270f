import Autodiff
import Kernels
import Syntax
import Tensors
import Training
import Wording

/// `explain step(…)`: one update with its formulas, the numbers put in, what it was to bring and what it brought.
struct StepExplanation {
    let machine: Machine
    let site: Site
    let style: NumberStyle
    let setup: TrainingSetup
    let before: TrainingState
    let after: TrainingState
    let loss: BatchLoss
    /// The gradient that the rule was given, after clipping.
    let gradients: [Tensor]
    let norm: Double
    let (lossBefore, lossAfter): (Double, Double)
    let learned: String

    /// Of a call of `step`.
    static func lines(_ call: Builtin.Call) throws -> ExplanationValue {
        if case .object(let object) = call[0], let run = object as? RunValue {
            let explanation = try StepExplanation(run.setup, run.state, call.machine, call.site)
            return ExplanationValue(try explanation.lines(), value: .object(RunValue(run.setup, explanation.after)))
        }
        let (setup, state) = try TrainingOptions(call, from: 2).start()
        let explanation = try StepExplanation(setup, state, call.machine, call.site)
        return ExplanationValue(try explanation.lines(), value: explanation.after.parameters)
    }

    init(_ setup: TrainingSetup, _ state: TrainingState, _ machine: Machine, _ site: Site) throws {
        (self.setup, self.before, self.machine, self.site) = (setup, state, machine, site)
        style = machine.style.explaining
        var trainer = Trainer(setup, state, goal: .steps(1), machine, site)
        let rows = try trainer.nextRows()
        loss = BatchLoss(setup, rows)
        let evaluated = try trainer.evaluate(state.parameters, rows)
        (lossBefore, norm) = (evaluated.loss, Measures.norm(evaluated.gradients))
        let plans = machine.environment.plans
        machine.environment.plans = .off
        defer { machine.environment.plans = plans }
        try trainer.update()
        if case .notFinite(let sentence) = trainer.state.ending {
            throw Diagnostic(sentence, at: site.span, hints: ["a smaller η often helps: `lr: …`"])
        }
        after = trainer.state
        gradients = after.lastGradient ?? evaluated.gradients
        let outside = machine.random
        machine.random = setup.randomness(ofStep: state.steps)
        defer { machine.random = outside }
        lossAfter = try machine.invoke(loss, [after.parameters], site).settled.tensor?.number ?? .nan
        learned = setup.loss.parameters.first?.name ?? "p"
    }

    var lossName: String { setup.loss.name ?? "L" }

    private func say(_ message: Message, _ parts: KeyValuePairs<String, String> = [:]) -> String { machine.say(message, parts) }
    private func number(_ value: Double) -> String { style.format(value) }

    func lines() throws -> [String] {
        if let value = before.parameters.tensor, value.rank == 0 { return try scalarLines(value.number) }
        return try tensorLines()
    }

    // MARK: One number

    private func scalarLines(_ value: Double) throws -> [String] {
        var rows = AlignedRows(firstGap: 2)
        let derivative = "d\(lossName)/d\(learned)"
        let gradient = gradients.first?.number ?? .nan
        if let formula = lossFormula() {
            rows.add(lossName, "= \(formula.text)", "= \(formula.put(before.parameters, style))", "= \(number(lossBefore))")
        } else {
            rows.add(lossName, "= \(number(lossBefore))")
        }
        let slope = gradient == 0 ? Words.steps.flat : gradient < 0 ? Words.steps.falls : Words.steps.rises
        let remark = say(slope, ["loss": lossName, "name": learned])
        if let formula = gradientFormula() {
            let parts = formula.parts(before.parameters, machine, site)
            for part in parts {
                let numbers = formula.put(before.parameters, style, in: part.expression, also: parts)
                rows.add(part.name, "= \(Printer.print(part.expression))", "= \(numbers)", "= \(style.describe(part.value))")
            }
            rows.add(
                derivative, "= \(formula.text)", "= \(formula.put(before.parameters, style, also: parts))", "= \(number(evaluatedSlope))", remark)
        } else {
            rows.add(derivative, "= \(number(evaluatedSlope))", "", "", remark)
        }
        if norm != abs(gradient), setup.clip != nil { rows.add("", say(Words.steps.clipped, ["from": number(norm), "to": number(abs(gradient))])) }
        try addRuleLines(&rows, derivative, gradient)
        let change = changeRemark
        if let formula = lossFormula() {
            rows.add(lossName, "= \(formula.put(after.parameters, style))", "= \(number(lossAfter))", "", change)
        } else {
            rows.add(lossName, "= \(number(lossAfter))", "", "", change)
        }
        return rows.lines + (try theory(curvatureName: "\(lossName)''"))
    }

    /// The slope before clipping, with its sign.
    private var evaluatedSlope: Double {
        guard let given = gradients.first?.number, setup.clip != nil else { return gradients.first?.number ?? .nan }
        return given < 0 ? -norm : norm
    }

    private func addRuleLines(_ rows: inout AlignedRows, _ derivative: String, _ gradient: Double) throws {
        guard let rule = setup.rule as? WrittenRule, let parameter = before.parameters.leaves.first(where: \.isNumeric) else {
            return rows.add(learned, "← \(setup.rule.describe(style))", "", "= \(style.describe(after.parameters))")
        }
        try rule.set(step: before.steps, plateau: before.plateau, machine, site)
        let lines = try RuleLines(
            rule, parameter: learned, gradientName: derivative, value: parameter, gradient: .number(gradient), step: before.steps,
            memory: before.memory.first ?? [], style: style, machine, site)
        for line in lines.lines {
            let result = style.describe(line.result)
            let (name, sign) = line.target.hasSuffix("←") ? (String(line.target.dropLast(2)), "←") : (line.target, line.target == "if" ? " " : "=")
            let remark = line.before.map { say(Words.steps.memory, ["name": name, "before": style.describe($0), "after": result]) } ?? ""
            rows.add(name, "\(sign) \(Printer.print(line.formula))", "= \(Printer.print(line.numbers))", "= \(result)", remark)
        }
        if lines.lines.last?.target != "\(learned) ←" {
            rows.add(learned, "← \(rule.name)", "", "= \(style.describe(after.parameters))")
        }
    }

    private var changeRemark: String {
        let difference = lossAfter - lossBefore
        if difference == 0 { return say(Words.steps.unchanged) }
        let percent = style.rounded(abs(difference / lossBefore) * 100, digits: 3)
        let message = difference < 0 ? Words.steps.down : Words.steps.up
        return say(message, ["amount": number(abs(difference)), "percent": percent])
    }

    // MARK: What was predicted, and why

    /// The change by the slope and by the curvature, and the range of η that the curvature allows.
    private func theory(curvatureName: String) throws -> [String] {
        let move = zip(after.parameters.leaves.compactMap(\.tensor), before.parameters.leaves.compactMap(\.tensor))
            .map { Elementwise.binary(GRAD_SUB, $0, $1) }
        let slope = Measures.dot(gradientsBefore, move)
        guard let bend = try? bend(along: move), bend.isFinite else { return [] }
        var rows = AlignedRows(lastGap: 4)
        let sign = bend < 0 ? "-" : "+"
        rows.add(
            say(Words.steps.check),
            say(Words.steps.prediction, [
                "slope": number(slope), "curvature": sign + number(abs(bend)), "sum": number(slope + bend), "actual": number(lossAfter - lossBefore),
            ]))
        if let why = try why(curvatureName) { rows.add(say(Words.steps.why), why) }
        return rows.lines
    }

    /// Before clipping.
    private var gradientsBefore: [Tensor] {
        let given = Measures.norm(gradients)
        guard setup.clip != nil, given > 0, norm != given else { return gradients }
        return gradients.map { Elementwise.binary(GRAD_MUL, $0, Tensor(norm / given)) }
    }

    /// ½ ΔᵀHΔ.
    private func bend(along move: [Tensor]) throws -> Double {
        let direction = Trainer.refill(before.parameters, move.map(Value.init))
        let gradient = GradientFunction(of: loss, by: [learned])
        let product = try Differentiation.tangent(gradient, before.parameters, direction, machine, site)
        return 0.5 * Measures.dot(move, product.leaves.compactMap(\.tensor))
    }

    private func why(_ name: String) throws -> String? {
        guard let rule = setup.rule as? WrittenRule, let largest = try? largestCurvature() else { return nil }
        let rate = rule.rate
        let curvature = style.rounded(largest, digits: 4)
        if largest <= 0 { return say(Words.steps.bendsDown, ["name": name, "curvature": curvature]) }
        func over(_ numerator: Double) -> String { style.rounded(numerator / largest, digits: 4) }
        let beta = rule.settings.first { $0.name == "μ" }?.cell.value.tensor?.number
        switch rule.name {
        case "sgd":
            return say(Words.steps.range, [
                "name": name, "curvature": curvature, "glide": over(1), "limit": over(2), "rate": number(rate),
            ])
        case "momentum":
            guard let beta else { return nil }
            return say(Words.steps.heavyBall, ["name": name, "curvature": curvature, "limit": over(2 + 2 * beta), "rate": number(rate)])
        case "nesterov":
            guard let beta else { return nil }
            return say(Words.steps.nesterov, [
                "name": name, "curvature": curvature, "limit": over((2 + 2 * beta) / (1 + 2 * beta)), "rate": number(rate),
            ])
        default: return say(Words.steps.plainLimit, ["name": name, "curvature": curvature, "limit": over(2)])
        }
    }

    /// Of one number the second derivative, else the Hessian's largest eigenvalue.
    private func largestCurvature() throws -> Double? {
        if let value = before.parameters.tensor, value.rank == 0 {
            return 2 * (try bend(along: [Tensor(1)]))
        }
        guard before.parameters.leaves.compactMap(\.tensor).reduce(0, { $0 + $1.count }) <= 200_000 else { return nil }
        return try Curvature(RunValue(setup, before), machine, site).largest()
    }

    // MARK: Formulas

    /// The loss as its program has it, or as the tape has it.
    private func lossFormula() -> ShownFormula? {
        if let written = setup.loss.asClosure?.declaration, case .expression(let body) = written.body {
            let formula = ShownFormula(body, learned, outside: machine.globalPlaces().map { ($0.name, $0.place.pointee.settled) })
            if formula.text.count <= 44 { return formula }
        }
        return traced(setup.loss)
    }

    private func gradientFormula() -> ShownFormula? { traced(GradientFunction(of: setup.loss, by: [learned])) }

    private func traced(_ function: Callable) -> ShownFormula? {
        let arguments = setup.arguments(before.parameters, loss.rows)
        guard let formula = try? FormulaMaker(machine, site).formula(of: function, at: arguments) else { return nil }
        let shown = ShownFormula(formula, learned)
        return shown.text.count <= 60 && shown.definitions.count <= 6 ? shown : nil
    }

    // MARK: Many numbers

    private func tensorLines() throws -> [String] {
        var lines: [String] = []
        var rows = AlignedRows()
        if let formula = lossFormula() {
            rows.add(lossName, "= \(formula.text)", "= \(number(lossBefore))")
        } else {
            rows.add(lossName, "= \(number(lossBefore))")
        }
        if let formula = gradientFormula() {
            for definition in formula.definitions { rows.add(definition.name, "= \(Printer.print(definition.expression))") }
            rows.add("∇\(lossName)", "= \(formula.text)")
        }
        let count = gradients.reduce(0) { $0 + $1.count }
        rows.add("‖∇\(lossName)‖", "= \(number(norm))", say(Words.steps.numbers, ["count": "\(count)"]))
        if setup.clip != nil, Measures.norm(gradients) < norm {
            rows.add("", say(Words.steps.clipped, ["from": number(norm), "to": number(Measures.norm(gradients))]))
        }
        lines += rows.lines
        lines += try ruleTable()
        lines += fieldTable()
        lines += moveTable()
        lines.append("\(lossName)  \(number(lossBefore)) → \(number(lossAfter))     \(changeRemark)")
        return lines + (try theory(curvatureName: say(Words.steps.largestCurvature)))
    }

    /// The rule's lines, with the size of what each gives for every field.
    private func ruleTable() throws -> [String] {
        guard let rule = setup.rule as? WrittenRule else { return [say(Words.steps.rule, ["rule": setup.rule.describe(style)])] }
        try rule.set(step: before.steps, plateau: before.plateau, machine, site)
        let leaves = before.parameters.leaves.filter(\.isNumeric)
        guard let first = leaves.first, let gradient = gradients.first else { return [] }
        let parts = try RuleLines(
            rule, parameter: "θ", gradientName: "g", value: first, gradient: Value(gradient), step: before.steps,
            memory: before.memory.first ?? [], style: style, machine, site)
        var rows = AlignedRows()
        for line in parts.lines {
            let (name, sign) = line.target.hasSuffix("←") ? (String(line.target.dropLast(2)), "←") : (line.target, line.target == "if" ? " " : "=")
            let isLast = line.target == "θ ←"
            let remark = line.before.flatMap { before -> String? in
                guard let old = before.tensor, let new = line.result.tensor, leaves.count == 1 else { return nil }
                return say(Words.steps.memory, ["name": "‖\(name)‖", "before": number(Measures.norm([old])), "after": number(Measures.norm([new]))])
            }
            let numbers = Printer.print(line.numbers)
            rows.add("  \(isLast ? "θ" : name)", "\(sign) \(Printer.print(line.formula))", numbers == Printer.print(line.formula) ? "" : "= \(numbers)", remark ?? "")
        }
        return [say(Words.steps.rule, ["rule": rule.describe(style)])] + rows.lines
    }

    private func fieldTable() -> [String] {
        let paths = zip(before.parameters.leafPaths(learned), before.parameters.leaves).filter { $1.isNumeric }
        var rows = AlignedRows(gap: 3, lastGap: 3)
        rows.add("  θ", say(Words.steps.shape), "‖θ‖", "‖g‖", "‖Δθ‖", "‖Δθ‖/‖θ‖")
        let new = after.parameters.leaves.compactMap(\.tensor)
        for (index, (path, leaf)) in paths.enumerated() where index < gradients.count && index < new.count {
            guard let old = leaf.tensor else { continue }
            let move = Measures.norm([Elementwise.binary(GRAD_SUB, new[index], old)])
            let size = Measures.norm([old])
            rows.add(cells: [
                "  \(path)", old.rank == 0 ? "-" : "\(old.shape)", short(size), short(Measures.norm([gradients[index]])), short(move),
                size > 0 ? short(move / size) : "-",
            ])
        }
        return rows.lines
    }

    private func short(_ value: Double) -> String { style.rounded(value, digits: 4) }

    private static let shownMoves = 5

    /// The entries that moved most.
    private func moveTable() -> [String] {
        let paths = zip(before.parameters.leafPaths(learned), before.parameters.leaves).filter { $1.isNumeric }.map(\.0)
        let (old, new) = (before.parameters.leaves.compactMap(\.tensor), after.parameters.leaves.compactMap(\.tensor))
        var moves: [(size: Double, leaf: Int, place: Int)] = []
        for leaf in old.indices where leaf < new.count {
            for (place, (a, b)) in zip(old[leaf].numbers, new[leaf].numbers).enumerated() {
                moves.append((abs(b - a), leaf, place))
                if moves.count > 4096 { moves = StepExplanation.largest(moves) }
            }
        }
        moves = StepExplanation.largest(moves)
        var rows = AlignedRows(gap: 3, lastGap: 3)
        for move in moves where move.size > 0 {
            let (a, b) = (old[move.leaf].numbers[move.place], new[move.leaf].numbers[move.place])
            let name = paths[move.leaf] + StepExplanation.subscripts(move.place, old[move.leaf].shape)
            rows.add(
                "  \(name)", "\(short(a)) → \(short(b))",
                say(Words.steps.entry, ["move": (b > a ? "+" : "") + short(b - a), "gradient": short(gradients[move.leaf].numbers[move.place])]))
        }
        return rows.isEmpty ? [] : [say(moves.count == 1 ? Words.steps.largestMove : Words.steps.largestMoves)] + rows.lines
    }

    private static func largest(_ moves: [(size: Double, leaf: Int, place: Int)]) -> [(size: Double, leaf: Int, place: Int)] {
        Array(moves.sorted { ($1.size, $0.leaf, $0.place) < ($0.size, $1.leaf, $1.place) }.prefix(shownMoves))
    }

    private static func subscripts(_ place: Int, _ shape: Shape) -> String {
        guard shape.rank > 0 else { return "" }
        var rest = place
        let indices = shape.strides.map { stride -> String in
            defer { rest %= max(1, stride) }
            return "\(rest / max(1, stride))"
        }
        return "[\(indices.joined(separator: ", "))]"
    }
}

/// The loss on the rows of one update, as a function of the parameters alone.
final class BatchLoss: Callable {
    private let setup: TrainingSetup
    let rows: [(name: String, tensor: Tensor)]

    init(_ setup: TrainingSetup, _ rows: [(name: String, tensor: Tensor)]) {
        (self.setup, self.rows) = (setup, rows)
        super.init()
    }

    override var name: String? { setup.loss.name }
    override var parameters: [ParameterInfo] { [setup.loss.parameters.first ?? .required("p")] }
    override var parts: [Callable] { [setup.loss] }

    override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        try machine.invoke(setup.loss, setup.arguments(arguments.first.flatMap { $0 } ?? .nothing, rows), site)
    }
}

extension NumberStyle {
    /// Explanations show six digits unless more were asked for than usual.
    var explaining: NumberStyle {
        var style = self
        style.digits = digits == 10 ? 6 : digits
        return style
    }

    /// With so many significant digits at most.
    func rounded(_ value: Double, digits: Int) -> String {
        var style = NumberStyle(digits: digits)
        style.places = nil
        return style.format(value)
    }
}
