import Autodiff
import Syntax
import Tensors
import Training

/// What `train` and `step` take behind the loss and the parameters.
struct TrainingOptions {
    static let parameters: [ParameterInfo] = [
        .named("lr", "0.001", "η, the learning rate, of the rule `sgd` or of one that is given by its name: a number, a schedule, or a function of the step"),
        .named("rule", "sgd", "the update rule: `adam`, `momentum(lr: 0.1)`, `lbfgs()`, or one of your own"),
        .named("steps", "none", "how many updates"),
        .named("epochs", "none", "how many passes over the data instead: 10, without data 100"),
        .named("data", "none", "a record of rows by the names of the loss's other arguments: `{X: X, y: y}`"),
        .named("batch", "full", "rows of a minibatch; the last of an epoch has what is left"),
        .named("validate", "none", "rows that are not trained on: a fraction of the data, or a record like `data`"),
        .named("metric", "none", "a function of predictions and labels, or of the loss's arguments, for each epoch"),
        .named("model", "none", "the function of parameters and inputs that makes the metric's predictions"),
        .named("patience", "none", "ends after so many epochs without a better loss, and hands out the best parameters"),
        .named("clip", "none", "the largest norm that a gradient may have; beyond it, it is scaled down"),
        .named("precision", "f64", "f32 or f64"),
        .named("seed", "the session's", "what the order of the rows, and the division by `validate`, depend on"),
        .named("every", "none", "a function of the run, called after each epoch"),
        .named("augment", "none", "a function that changes the rows of a minibatch before each update"),
        .named("measures", "true", "false leaves out what only explains a run: faster, and an epoch's loss is the mean of its minibatches"),
    ]

    private let call: Builtin.Call
    private let offset: Int
    private let parameters: [ParameterInfo]
    private var machine: Machine { call.machine }

    /// `parameters` are those of the builtin from `offset` on; an option that is not among them is not given.
    init(_ call: Builtin.Call, from offset: Int, _ parameters: [ParameterInfo] = TrainingOptions.parameters) {
        (self.call, self.offset, self.parameters) = (call, offset, parameters)
    }

    /// A given option; `nil` where it was left out.
    private func option(_ name: String) -> Value? {
        guard let index = parameters.firstIndex(where: { $0.name == name }) else { return nil }
        return call.arguments[offset + index]?.settled
    }

    /// Where an option stands.
    private func span(_ name: String) -> Span {
        parameters.firstIndex { $0.name == name }.map { call.span(offset + $0) } ?? call.site.span
    }

    /// `option` is the one at fault, if it is one.
    private func failure(_ message: String, _ option: String? = nil, hints: [String] = []) -> Diagnostic {
        Diagnostic(message, at: option.map(span) ?? call.site.span, hints: hints)
    }

    // MARK: Starting

    func start() throws -> (TrainingSetup, TrainingState) {
        guard case .function(let loss) = call[0] else {
            throw machine.typeError("`loss`", needs: "a function of the parameters", call[0], at: call.span(0))
        }
        guard call.has(1), call[1].isDifferentiable else {
            throw failure(
                "training needs the parameters to start from, behind the loss",
                hints: ["numbers, tensors, or records and lists of them: `train(loss, {w: zeros([2]), b: 0}, …)`"])
        }
        let precision = try precision()
        let seed = try option("seed").map { UInt64(bitPattern: Int64(try machine.whole($0, "`seed`", at: span("seed")))) } ?? machine.random.key
        let all = try data(option("data"), "data", precision, loss)
        var (training, validation) = (all, [(name: String, tensor: Tensor)]())
        if let validate = option("validate") {
            (training, validation) = try divide(all, validate, seed: seed, precision, loss)
        }
        let metric = try function("metric")
        let setup = TrainingSetup(
            loss: loss, rule: try rule(), data: training, validation: validation, metric: metric,
            metricName: metric.map { $0.name ?? "metric" }, model: try function("model"), augment: try function("augment"),
            every: try function("every"), clip: try positive("clip"), batch: try batch(), patience: try count("patience"), seed: seed,
            precision: precision, measures: try flag("measures") ?? true)
        return (setup, state(setup, parameters: call[1], precision))
    }

    private func state(_ setup: TrainingSetup, parameters: Value, _ precision: ElementType?) -> TrainingState {
        let start = parameters.mapLeaves { leaf -> Value in
            guard let precision, let tensor = leaf.settled.tensor else { return leaf.settled }
            return Value(tensor.converted(to: precision))
        }
        let leaves = start.leaves.compactMap(\.tensor)
        let count = leaves.reduce(0) { $0 + $1.count }
        return TrainingState(
            parameters: start, memory: leaves.map { (setup.rule as? WrittenRule)?.freshMemory(for: $0) ?? [] },
            lbfgs: (setup.rule as? LBFGSRule).map { LBFGS(rate: $0.rate, memory: $0.memory) }, plateau: setup.plateau,
            stopping: EarlyStopping(patience: setup.patience),
            history: History(start: count <= History.mostTracked ? leaves.flatMap(\.numbers) : []), best: start)
    }

    /// A run that goes on may be given other stopping and reporting; what decides its path stays.
    func changed(_ setup: TrainingSetup) throws -> TrainingSetup {
        for name in ["lr", "rule", "data", "batch", "validate", "metric", "model", "clip", "precision", "seed", "augment", "measures"]
        where option(name) != nil {
            throw failure(
                "`\(name)` belongs to the start of a run and cannot be changed while it goes on", name,
                hints: ["start a new run from its parameters: `train(loss, run.params, \(name): …)`"])
        }
        let patience = try count("patience") ?? setup.patience
        let every = try function("every") ?? setup.every
        return TrainingSetup(
            loss: setup.loss, rule: setup.rule, data: setup.data, validation: setup.validation, metric: setup.metric,
            metricName: setup.metricName, model: setup.model, augment: setup.augment, every: every, clip: setup.clip,
            batch: setup.batch, patience: patience, seed: setup.seed, precision: setup.precision, measures: setup.measures)
    }

    func goal(default standard: Trainer.Goal?) throws -> Trainer.Goal {
        let (steps, epochs) = (try count("steps"), try count("epochs"))
        switch (steps, epochs) {
        case (let steps?, nil): return .steps(steps)
        case (nil, let epochs?): return .epochs(epochs)
        case (nil, nil):
            if let standard { return standard }
            throw failure("say how much further: `steps:` or `epochs:`")
        default: throw failure("give `steps` or `epochs`, not both", "epochs")
        }
    }

    // MARK: Single options

    private func rule() throws -> RuleValue {
        let rate = try rate().map { [("lr", $0)] } ?? []
        guard let given = option("rule") else {
            guard case .function(let sgd)? = machine.languageFunction("sgd") else { throw failure("the rule `sgd` is missing") }
            return try rule(from: sgd, rate)
        }
        if case .function(let function) = given {
            // `rule: adam` with `lr:` beside it.
            if !rate.isEmpty, !function.parameters.contains(where: { $0.name == "lr" }) {
                throw failure("the rule `\(function.name ?? "")` has no `lr`", "lr")
            }
            if function.parameters.contains(where: \.isRequired) { throw notARule(given) }
            return try rule(from: function, rate)
        }
        guard case .object(let object) = given, let rule = object as? RuleValue else { throw notARule(given) }
        if option("lr") != nil {
            throw failure("`lr` is a setting of the rule", "lr", hints: ["write `rule: \(rule.name)(lr: …)`"])
        }
        return try checked(rule)
    }

    private func rule(from function: Callable, _ settings: [(String, Value)]) throws -> RuleValue {
        let result = try machine.call(.function(function), settings.map(\.1), names: settings.map(\.0), call.site)
        guard case .object(let object) = result, let rule = object as? RuleValue else { throw notARule(result) }
        return try checked(rule)
    }

    private func notARule(_ value: Value) -> Diagnostic {
        machine.typeError("`rule`", needs: "an update rule, such as `adam(lr: 0.01)`", value, at: span("rule"))
    }

    /// η beside the rule, or without one.
    private func rate() throws -> Value? {
        guard let value = option("lr") else { return nil }
        try check(rate: value, "lr")
        return value
    }

    private func checked(_ rule: RuleValue) throws -> RuleValue {
        if let rate = rule.field("lr") { try check(rate: rate, "rule") }
        return rule
    }

    /// η is a number that is not negative, or something that gives one at each step.
    private func check(rate: Value, _ option: String) throws {
        switch rate {
        case .function: return
        case .object(let object) where object is PlateauValue: return
        default: break
        }
        guard let number = rate.tensor, number.rank == 0 else {
            throw machine.typeError("`lr`", needs: "a number or a schedule", rate, at: span(option), isWritten: option == "lr")
        }
        guard number.number >= 0 else {
            throw failure("`lr` cannot be negative", option, hints: ["to go uphill, train the negative of the function: `p -> -f(p)`"])
        }
    }

    private func function(_ name: String) throws -> Callable? {
        guard let value = option(name) else { return nil }
        guard case .function(let function) = value else {
            throw machine.typeError("`\(name)`", needs: "a function", value, at: span(name))
        }
        return function
    }

    private func count(_ name: String) throws -> Int? {
        guard let value = option(name) else { return nil }
        let count = try machine.whole(value, "`\(name)`", at: span(name))
        guard count >= 0 else { throw failure("`\(name)` cannot be negative", name) }
        return count
    }

    private func flag(_ name: String) throws -> Bool? {
        try option(name).map { try machine.boolean($0, "`\(name)`", at: span(name)) }
    }

    private func positive(_ name: String) throws -> Double? {
        guard let value = option(name) else { return nil }
        let number = try machine.number(value, "`\(name)`", at: span(name))
        guard number > 0 else { throw failure("`\(name)` must be above 0", name) }
        return number
    }

    private func batch() throws -> Int? {
        guard let value = option("batch") else { return nil }
        switch value {
        case .text(let text) where text.string == "full": return nil
        // `batch: full` names the builtin function of that name.
        case .function(let function) where function.name == "full": return nil
        case .text, .function: throw machine.typeError("`batch`", needs: "a number of rows, or `full` for all", value, at: span("batch"))
        default: break
        }
        let size = try machine.whole(value, "`batch`", at: span("batch"))
        guard size > 0 else { throw failure("`batch` must be at least 1", "batch", hints: ["`batch: full` takes all rows at once"]) }
        return size
    }

    private func precision() throws -> ElementType? {
        guard let value = option("precision") else { return nil }
        let name: String?
        switch value {
        case .text(let text): name = text.string
        case .function(let function): name = function.name
        default: name = nil
        }
        switch name {
        case "f32": return .f32
        case "f64": return .f64
        default: throw failure("`precision` is f32 or f64", "precision")
        }
    }

    // MARK: Data

    /// Rows by the names of the loss's other arguments.
    private func data(
        _ value: Value?, _ what: String, _ precision: ElementType?, _ loss: Callable
    ) throws -> [(name: String, tensor: Tensor)] {
        guard let value else {
            if let needed = loss.parameters.dropFirst().first(where: \.isRequired) {
                throw failure("the loss also needs `\(needed.name)`", hints: ["give it as data: `data: {\(needed.name): …}`"])
            }
            return []
        }
        guard case .record(let record) = value else {
            throw machine.typeError("`\(what)`", needs: "a record of tensors, as in {X: X, y: y}", value, at: span(what))
        }
        let names = loss.parameters.dropFirst().map(\.name)
        if let missing = loss.parameters.dropFirst().first(where: { $0.isRequired && record[$0.name] == nil }) {
            throw failure("the loss needs `\(missing.name)`, which `\(what)` does not have", what, hints: ["its fields are the names of the loss's arguments"])
        }
        var result: [(name: String, tensor: Tensor)] = []
        for (name, value) in zip(record.names, record.values) {
            guard names.contains(name) else {
                let similar = nearestNames(to: name, among: names)
                throw failure(
                    "`\(what)` has `\(name)`, which is no argument of the loss", what,
                    hints: [similar.isEmpty ? "its arguments are \(names.map { "`\($0)`" }.joined(separator: ", "))" : "did you mean `\(similar[0])`?"])
            }
            guard let tensor = value.settled.tensor, tensor.rank > 0 else {
                throw failure("`\(name)` of `\(what)` must be a tensor with one row for each example, but it is \(value.typeDescription)", what)
            }
            if let first = result.first, first.tensor.shape[0] != tensor.shape[0] {
                throw failure("`\(first.name)` has \(first.tensor.shape[0]) rows, but `\(name)` has \(tensor.shape[0])", what)
            }
            result.append((name, precision.map(tensor.converted) ?? tensor))
        }
        guard result.first.map({ $0.tensor.shape[0] > 0 }) ?? false else { throw failure("`\(what)` has no rows", what) }
        return names.compactMap { name in result.first { $0.name == name } }
    }

    private func divide(
        _ all: [(name: String, tensor: Tensor)], _ validate: Value, seed: UInt64, _ precision: ElementType?, _ loss: Callable
    ) throws -> ([(name: String, tensor: Tensor)], [(name: String, tensor: Tensor)]) {
        guard !all.isEmpty else { throw failure("`validate` needs `data`", "validate") }
        if case .record = validate { return (all, try data(validate, "validate", precision, loss)) }
        let fraction = try machine.number(validate, "`validate`", at: span("validate"))
        guard fraction > 0 && fraction < 1 else {
            throw failure("`validate` must lie between 0 and 1", "validate", hints: ["0.2 sets a fifth of the rows aside; or give a record of rows"])
        }
        let rows = all[0].tensor.shape[0]
        guard rows > 1 else { throw failure("one row cannot be divided into training and validation", "validate") }
        let labels = all.last.flatMap { $0.tensor.rank == 1 ? $0.tensor.numbers : nil }
        let parts = try Splitting.split(
            rows: rows, fraction: fraction, classes: labels, stream: RandomStream(key: seed).split("split"))
        func take(_ rows: [Int]) throws -> [(name: String, tensor: Tensor)] {
            let indices = Tensor(rows.map(Double.init))
            return try all.map { ($0.name, try Primitive.take.evaluate([$0.tensor, indices], Attributes([.int(0)]))) }
        }
        return (try take(parts.second), try take(parts.first))
    }
}
