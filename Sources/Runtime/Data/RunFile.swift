import Datasets
import Syntax
import Tensors
import Training

/// A run in one file of tensors: parameters, what the rule remembers, history and where everything stands, bit by bit; beside them, as
/// JSON, what a run was started with. Functions (the loss, schedules, a rule of one's own) and the data are not in it: they are told
/// by name, so that what is given when the run is read back can be checked.
enum RunFile {
    static let metadataName = "grad.run"
    static let version = 1

    static func isRun(_ file: Safetensors) -> Bool { file.text(metadataName) != nil }

    // MARK: Writing

    static func file(_ run: RunValue) throws(DataError) -> Safetensors {
        let (setup, state) = (run.setup, run.state)
        var file = Safetensors()
        try Tree.append(state.parameters, "params", to: &file)
        try Tree.append(state.best, "best", to: &file)
        for (leaf, values) in state.memory.enumerated() {
            for (index, value) in values.enumerated() { try Tree.append(value, "memory.\(leaf).\(index)", to: &file) }
        }
        for (index, gradient) in (state.lastGradient ?? []).enumerated() { file.tensors.append(("gradient.\(index)", gradient)) }
        if let lbfgs = state.lbfgs { file.tensors.append(("lbfgs", Tensor(lbfgs.state))) }
        for (name, log) in logs(state.history) { append(log, "history.\(name)", to: &file) }
        file.tensors.append(("state", Tensor(scalars(state))))
        file.metadata = [(metadataName, try description(setup, state).description)]
        return file
    }

    /// The logs of a history by name.
    static func logs(_ history: History) -> [(String, Log)] { [("steps", history.steps), ("epochs", history.epochs), ("path", history.path)] }

    private static func append(_ log: Log, _ name: String, to file: inout Safetensors) {
        let columns = log.columns
        let rows = columns.first?.count ?? 0
        file.tensors.append((name, Tensor(columns.flatMap { $0 }, shape: Shape([log.names.count, rows]))))
        if let newest = log.newest { file.tensors.append((name + ".newest", Tensor(newest))) }
    }

    /// Numbers that may be infinite or NaN, which JSON cannot say.
    private static func scalars(_ state: TrainingState) -> [Double] {
        [
            state.stopping.bestLoss, state.plateau?.rate ?? 0, state.plateau?.best ?? 0, state.sums.loss, state.sums.gradient, state.sums.update,
        ]
    }

    private static func description(_ setup: TrainingSetup, _ state: TrainingState) throws(DataError) -> JSON {
        var memory: [JSON] = []
        for values in state.memory {
            var forms: [JSON] = []
            for value in values { forms.append(try Tree.form(value)) }
            memory.append(.array(forms))
        }
        var members: [(name: String, value: JSON)] = [
            ("version", .number(Double(version))), ("steps", .number(Double(state.steps))), ("ending", ending(state.ending)),
            ("loss", .text(setup.loss.name ?? "loss")), ("parameter", .text(setup.loss.parameters.first?.name ?? "p")),
            ("rule", StoredRule.description(setup.rule)), ("options", options(setup)), ("params", try Tree.form(state.parameters)),
            ("memory", .array(memory)), ("gradients", .number(Double(state.lastGradient?.count ?? 0))),
            ("data", .array(setup.data.map { Fingerprint($0.name, $0.tensor).json })),
            ("validation", .array(setup.validation.map { Fingerprint($0.name, $0.tensor).json })),
            ("stopping", counts(["best": state.stopping.bestEpoch, "waited": state.stopping.waited])), ("sums", counts(["rows": state.sums.rows, "updates": state.sums.updates])),
            ("logs", .object(logs(state.history).map { ($0, .object([
                ("names", .array($1.names.map { .text($0) })), ("stride", .number(Double($1.stride))), ("given", .number(Double($1.given))),
            ])) })),
        ]
        if let plateau = state.plateau {
            members.append(("plateau", .object([
                ("factor", .number(plateau.factor)), ("patience", .number(Double(plateau.patience))), ("min", .number(plateau.floor)),
                ("bad", .number(Double(plateau.bad))),
            ])))
        }
        return .object(members)
    }

    private static func counts(_ counts: KeyValuePairs<String, Int>) -> JSON { .object(counts.map { ($0.key, .number(Double($0.value))) }) }

    private static func options(_ setup: TrainingSetup) -> JSON {
        var members: [(name: String, value: JSON)] = [("seed", .text(String(setup.seed, radix: 16)))]
        if let batch = setup.batch { members.append(("batch", .number(Double(batch)))) }
        if let clip = setup.clip { members.append(("clip", .number(clip))) }
        if let patience = setup.patience { members.append(("patience", .number(Double(patience)))) }
        if let precision = setup.precision { members.append(("precision", .text(precision.name))) }
        if setup.metric != nil { members.append(("metric", .text(setup.metricName ?? "metric"))) }
        if let model = setup.model { members.append(("model", .text(model.name ?? "a function"))) }
        if let augment = setup.augment { members.append(("augment", .text(augment.name ?? "a function"))) }
        if !setup.measures { members.append(("measures", .boolean(false))) }
        return .object(members)
    }

    private static func ending(_ ending: TrainingState.Ending) -> JSON {
        switch ending {
        case .none: .array([.text("none")])
        case .finished: .array([.text("finished")])
        case .patience(let waited): .array([.text("patience"), .number(Double(waited))])
        case .converged: .array([.text("converged")])
        case .interrupted: .array([.text("interrupted")])
        case .notFinite(let sentence): .array([.text("not finite"), .text(sentence)])
        }
    }
}

/// By what data is known again: its name, shape, type and a hash of its bits.
struct Fingerprint: Equatable {
    let name: String
    let shape: [Int]
    let type: String
    let hash: String

    init(_ name: String, _ tensor: Tensor) {
        (self.name, shape, type) = (name, tensor.shape.axes, tensor.type.name)
        // FNV-1a, over whole numbers at a time.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func take(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 &+ hash >> 29 }
        for number in tensor.numbers { take(number.bitPattern) }
        self.hash = String(hash, radix: 16)
    }

    var json: JSON {
        .object([("name", .text(name)), ("shape", .array(shape.map { .number(Double($0)) })), ("type", .text(type)), ("hash", .text(hash))])
    }

    init?(_ json: JSON) {
        guard let name = json["name"]?.text, let type = json["type"]?.text, let hash = json["hash"]?.text else { return nil }
        let shape = json["shape"]?.array?.compactMap(\.whole) ?? []
        guard !shape.isEmpty, shape.allSatisfy({ $0 >= 0 && $0 < Shape.largestCount }) else { return nil }
        (self.name, self.shape, self.type, self.hash) = (name, shape, type, hash)
    }
}
