import Autodiff
import Syntax
import Tensors

/// One update as a function of all that changes from update to update, so that it can be recorded and become a plan: the gather of the minibatch, its
/// augmentation, loss, gradients, clipping, the rule for each parameter, and what history keeps.
///
/// Arguments: the parameters; for each leaf of them the rule's memories; the last gradient, zeros before the first update (nothing without measures); the number of the update; row numbers, or
/// nothing; and the data, one after another. Without measures nothing is computed that only explains. The result is a list in the order of `Outcome`.
final class TrainingStep: Callable {
    /// What a step gives, by its place in the list.
    enum Outcome: Int, CaseIterable {
        case parameters, memory, gradients, loss, gradientNorm, updateNorm, parameterNorm, cosine, zeros, layers, clipped, rate
    }

    let setup: TrainingSetup
    let rule: WrittenRule

    init(_ setup: TrainingSetup, _ rule: WrittenRule) { (self.setup, self.rule) = (setup, rule) }

    /// The functions that a step calls.
    var roots: [Callable] { [setup.loss, rule.update] + (setup.augment.map { [$0] } ?? []) }

    override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        let given = arguments.map { $0 ?? .nothing }
        let math = Math(machine: machine, site: site)
        let taken = try zip(setup.data, given[5...]).map { entry, value in
            (name: entry.name, value: given[4].isNothing ? value : try math.apply(.take, [value, given[4]], Attributes([.int(0)])))
        }
        let rows = try setup.augmented(taken, machine, site)
        let (loss, raw) = try gradients(given[0], rows, machine, site)
        machine.tape?.letGoFromHere()
        var norm = try math.norm(raw)
        var gradients = raw
        var clipped = Value.number(0)
        if let clip = setup.clip {
            let isLarge = try math.apply(.greater, [norm, .number(clip)])
            let factor = try math.divide(.number(clip), math.add(norm, .number(1e-6)))
            let scale = try math.apply(.where, [isLarge, factor, .number(1)])
            gradients = try raw.map { try math.apply(.multiply, [$0, scale]) }
            norm = try math.norm(gradients)
            clipped = try math.apply(.where, [isLarge, .number(1), .number(0)])
        }
        let old = given[0].leaves.filter(\.isNumeric)
        guard case .list(let memories) = given[1] else { return .nothing }
        var (new, memory): ([Value], [Value]) = ([], [])
        for (index, parameter) in old.enumerated() {
            guard case .list(let list) = memories.elements[index] else { return .nothing }
            let (moved, kept) = try update(parameter, gradients[index], list.elements, step: given[3], machine, site, math)
            new.append(moved)
            memory.append(.list(kept))
        }
        let moves = try zip(new, old).map { try math.apply(.subtract, [$0, $1]) }
        var results: [Outcome: Value] = [
            .parameters: .list(new), .memory: .list(memory), .loss: loss, .gradientNorm: norm, .updateNorm: try math.norm(moves),
            .clipped: clipped, .rate: rule.settings.first { $0.name == "lr" }?.cell.value ?? .number(.nan),
        ]
        if case .list(let last) = given[2] {
            results[.gradients] = .list(gradients)
            results[.parameterNorm] = try math.norm(old)
            // Beside zeros it is 0 / 0, which says that there was no update before.
            results[.cosine] = try math.divide(math.dot(last.elements, gradients), math.apply(.multiply, [math.norm(last.elements), norm]))
            results[.zeros] = try math.zeros(gradients)
            results[.layers] = try layers(gradients, math)
        }
        return .list(Outcome.allCases.map { results[$0] ?? ($0 == .gradients ? .list([]) : .number(.nan)) })
    }

    private func gradients(
        _ parameters: Value, _ rows: [(name: String, value: Value)], _ machine: Machine, _ site: Site
    ) throws -> (loss: Value, gradients: [Value]) {
        let name = setup.loss.parameters.first?.name ?? "p"
        let function = GradientFunction(of: setup.loss, by: [name], result: .valueAndGradient)
        let arguments: [Value?] = setup.loss.parameters.enumerated().map { index, parameter in
            index == 0 ? parameters : rows.first { $0.name == parameter.name }?.value
        }
        guard case .record(let record) = try machine.invoke(function, arguments, site), let loss = record["value"],
            let gradient = record["grad"]
        else { throw Diagnostic("the loss gives no number", at: site.span) }
        return (loss, gradient.leaves.filter(\.isNumeric))
    }

    /// The rule's value and its memories after it; their types are those that they had.
    private func update(
        _ parameter: Value, _ gradient: Value, _ memory: [Value], step: Value, _ machine: Machine, _ site: Site, _ math: Math
    ) throws -> (Value, [Value]) {
        for (entry, value) in zip(rule.memory, memory) { entry.cell.value = value }
        let arguments = [parameter, gradient, step]
        let result = try machine.call(.function(rule.update), Array(arguments.prefix(rule.update.parameters.count)), names: nil, site)
        let kept = rule.memory.map(\.cell.value.settled)
        guard let new = result.outline, let old = parameter.outline, new.shape == old.shape else { throw rule.misfit(parameter, result, site) }
        return (try math.cast(result, to: old.type), kept)
    }

    private func layers(_ gradients: [Value], _ math: Math) throws -> Value {
        let matrices = gradients.filter { ($0.outline?.rank ?? 0) >= 2 }
        guard let first = matrices.first, let last = matrices.last, matrices.count > 1 else { return .number(.nan) }
        return try math.divide(math.norm([first]), math.norm([last]))
    }
}

/// Measures in primitives, so that they are recorded.
private struct Math {
    let machine: Machine
    let site: Site

    func apply(_ primitive: Primitive, _ operands: [Value], _ attributes: Attributes = .none) throws -> Value {
        try machine.apply(primitive, operands, attributes, site)
    }
    func add(_ a: Value, _ b: Value) throws -> Value { try apply(.add, [a, b]) }
    func divide(_ a: Value, _ b: Value) throws -> Value { try apply(.divide, [a, b]) }

    func cast(_ value: Value, to type: ElementType) throws -> Value {
        value.outline?.type == type ? value : try apply(.cast, [value], Attributes([.text(type.name)]))
    }

    /// The sum of all numbers, as a plain number.
    private func total(_ value: Value) throws -> Value {
        if value.outline?.rank == 0 { return try cast(value, to: .f64) }
        return try cast(apply(.sum, [value], Attributes([.none, .flag(false)])), to: .f64)
    }

    func dot(_ a: [Value], _ b: [Value]) throws -> Value {
        var sum = Value.number(0)
        for (x, y) in zip(a, b) { sum = try add(sum, total(apply(.multiply, [x, y]))) }
        return sum
    }

    func norm(_ values: [Value]) throws -> Value {
        // Of one number it is the number without its sign.
        if values.count == 1, values[0].outline?.isNumber == true { return try apply(.magnitude, [values[0]]) }
        return try apply(.sqrt, [dot(values, values)])
    }

    func zeros(_ values: [Value]) throws -> Value {
        let count = values.reduce(0) { $0 + ($1.outline?.count ?? 0) }
        guard count > 0 else { return .number(.nan) }
        var sum = Value.number(0)
        for value in values where value.isTraced { sum = try add(sum, total(apply(.equal, [value, .number(0)]))) }
        for value in values where !value.isTraced {
            let zeros = (value.tensor?.numbers ?? []).count { $0 == 0 }
            sum = try add(sum, .number(Double(zeros)))
        }
        return try divide(sum, .number(Double(count)))
    }
}
