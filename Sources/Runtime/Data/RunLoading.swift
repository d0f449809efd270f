import Autodiff
import Datasets
import Syntax
import Tensors
import Training

/// `load(path, loss: …, data: …)` of a run: what the file could not hold is given anew, and checked against what the file says of it.
struct RunLoading {
    /// What `load` takes for a run, behind the path and the form.
    static let parameters: [ParameterInfo] = names.map { .optional($0, "none") }
    private static let names = ["loss", "rule", "data", "validate", "metric", "model", "augment", "every"]

    private let call: Builtin.Call
    private let path: String
    private let stored: RunReader
    private let offset: Int
    private var machine: Machine { call.machine }

    init(_ call: Builtin.Call, from offset: Int, _ path: String, _ file: Safetensors) throws {
        (self.call, self.offset, self.path) = (call, offset, path)
        stored = try call.reading(path) { () throws(DataError) in try RunReader(file) }
    }

    /// The first of a run's options that was given; they go with no other file.
    static func given(_ call: Builtin.Call, from offset: Int) -> (name: String, index: Int)? {
        names.indices.first { call.has(offset + $0) }.map { (names[$0], offset + $0) }
    }

    private func index(_ name: String) -> Int { offset + (RunLoading.names.firstIndex(of: name) ?? 0) }
    private func has(_ name: String) -> Bool { call.has(index(name)) }
    private func option(_ name: String) -> Value? { call.arguments[index(name)]?.settled }

    private func problem(_ message: String, _ name: String? = nil, hints: [String] = []) -> Diagnostic {
        call.problem(message, at: name.flatMap { has($0) ? index($0) : nil }, hints: hints)
    }

    // MARK: Runs

    func run() throws -> RunValue {
        guard has("loss") else {
            if let (name, _) = RunLoading.given(call, from: offset) {
                throw problem("`\(name)` alone does not let the run go on: it needs its loss", name, hints: ["give `loss: \(lossName)` too"])
            }
            return RunValue(incompleteSetup(), stored.state)
        }
        let (setup, fresh) = try setup()
        try check(stored.data, setup.data, "data")
        try check(stored.validation, setup.validation, "validate")
        var state = stored.state
        state.stopping.patience = setup.patience
        state.lbfgs = fresh.lbfgs
        guard fresh.memory.map(\.count) == state.memory.map(\.count) else {
            throw problem("the rule does not remember what the run's rule did", "rule", hints: ["it was \(stored.rule.describe(machine.style))"])
        }
        if let saved = stored.lbfgs {
            guard state.lbfgs?.restore(saved) ?? false else { throw call.problem("`\(path)` cannot be read: \(RunReader.unreadable.message)", at: 0) }
        }
        return RunValue(setup, state)
    }

    private var lossName: String { stored.json["loss"]?.text ?? "loss" }
    private var options: JSON? { stored.json["options"] }
    private var seed: UInt64 { options?["seed"]?.text.flatMap { UInt64($0, radix: 16) } ?? 0 }
    private var measures: Bool { options?["measures"] != .boolean(false) }
    private var precision: ElementType? {
        switch options?["precision"]?.text {
        case "f32": .f32
        case "f64": .f64
        default: nil
        }
    }

    /// A run to be looked at: parameters and history are there, and going on says what is missing.
    private func incompleteSetup() -> TrainingSetup {
        func rows(_ prints: [Fingerprint]) -> [(String, Tensor)] {
            prints.map { ($0.name, Tensor([], shape: Shape([$0.shape[0], 0]))) }
        }
        let parameters = [stored.json["parameter"]?.text ?? "p"] + stored.data.map(\.name)
        let metric = options?["metric"]?.text
        return TrainingSetup(
            loss: MissingFunction(lossName, parameters: parameters, path: path), rule: stored.rule, data: rows(stored.data),
            validation: rows(stored.validation), metric: metric.map { MissingFunction($0, parameters: parameters, path: path) }, metricName: metric,
            model: nil, augment: nil, every: nil, clip: options?["clip"]?.number, batch: options?["batch"]?.whole.flatMap { $0 > 0 ? $0 : nil },
            patience: options?["patience"]?.whole, seed: seed, precision: precision, measures: measures)
    }

    /// A run that goes on: started anew with what was given and what the file says, by `train`'s own checks.
    private func setup() throws -> (TrainingSetup, TrainingState) {
        var values: [String: Value] = [:]
        for name in RunLoading.names { values[name] = option(name) }
        values["loss"] = nil
        values["rule"] = .object(try rule())
        if !has("data"), !stored.data.isEmpty {
            throw problem(
                "the run was trained on data, which is not in the file", hints: ["give it as `data: {\(stored.data.map { "\($0.name): …" }.joined(separator: ", "))}`"])
        }
        if !has("validate") { values["validate"] = try validatedPart() }
        for name in ["metric", "model", "augment"] where !has(name) {
            guard let own = options?[name]?.text else { continue }
            guard name == "metric", let known = machine.languageFunction(own) else {
                throw problem("the run was started with `\(name): \(own)`, and a file holds no functions", hints: ["give `\(name):` too"])
            }
            values[name] = known
        }
        values["batch"] = options?["batch"]?.number.map { .number($0) }
        values["clip"] = options?["clip"]?.number.map { .number($0) }
        values["patience"] = options?["patience"]?.number.map { .number($0) }
        values["measures"] = .boolean(measures)
        values["precision"] = (options?["precision"]?.text).map { .string($0) }
        // The key of the session's numbers is the seed of a run that is told none.
        let outside = machine.random
        machine.random = RandomStream(key: seed)
        defer { machine.random = outside }
        return try TrainingOptions(started(values), from: 2).start()
    }

    /// The call of `train` that would start it, with the places of this one.
    private func started(_ values: [String: Value]) -> Builtin.Call {
        let names = TrainingOptions.parameters.map(\.name)
        let spans = [call.span(index("loss")), call.site.span] + names.map { RunLoading.names.contains($0) && has($0) ? call.span(index($0)) : call.site.span }
        return Builtin.Call(
            builtin: .train, arguments: [option("loss"), stored.state.parameters] + names.map { values[$0] }, machine: machine, site: Site(call.site.span, spans))
    }

    private func rule() throws -> RuleValue {
        if has("rule") {
            var given = option("rule") ?? .nothing
            // A rule by its name alone has the settings that are in the file.
            if case .function = given {
                given = try stored.rule.made(by: given, machine, call.site).map(Value.object) ?? machine.call(given, [], names: nil, call.site).settled
            }
            guard case .object(let object) = given, let rule = object as? RuleValue else {
                throw machine.typeError("`rule`", needs: "an update rule, such as `adam(lr: 0.01)`", given, at: call.span(index("rule")))
            }
            guard stored.rule.matches(rule) else {
                throw problem(
                    "this is not the run's rule, which was \(stored.rule.describe(machine.style))", "rule",
                    hints: rule.name == stored.rule.name ? ["`rule: \(rule.name)` alone takes the settings of the file"] : [])
            }
            return rule
        }
        guard let rule = try stored.rule.made(machine, call.site) else {
            throw problem("the run's rule, \(stored.rule.describe(machine.style)), is not all in the file: it is or has a function of your own", hints: ["give it as `rule:`"])
        }
        return rule
    }

    // MARK: Data

    /// `validate:` as it was: rows set aside from the data, if all of them are given.
    private func validatedPart() throws -> Value? {
        guard let own = stored.validation.first?.shape[0], let first = stored.data.first else { return nil }
        guard case .record(let record)? = option("data"), let rows = record[first.name]?.tensor?.shape.axes.first, rows == own + first.shape[0] else {
            throw problem(
                "the run was trained on \(first.shape[0]) rows and validated on \(own) others", "data",
                hints: ["give all \(own + first.shape[0]) rows as `data`, or the others as `validate: {…}`"])
        }
        return .number(Double(own) / Double(rows))
    }

    private func check(_ prints: [Fingerprint], _ rows: [(name: String, tensor: Tensor)], _ option: String) throws {
        let names = prints.map(\.name)
        guard names == rows.map(\.name) else {
            throw problem(
                prints.isEmpty ? "the run was started without `\(option)`" : "the run's `\(option)` had \(Machine.listed(names))", option)
        }
        for (print, row) in zip(prints, rows) {
            let own = Fingerprint(row.name, row.tensor)
            if own == print { continue }
            let difference = own.shape == print.shape ? "its numbers differ" : "its shape is \(Shape(own.shape)), and was \(Shape(print.shape))"
            throw problem("`\(own.name)` is not what the run was started with: \(difference)", option, hints: ["to train on other data, start a new run from `run.params`"])
        }
    }
}
