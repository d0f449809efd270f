import Datasets
import Syntax
import Tensors
import Training

/// A run out of a file: where it stood, and what it was started with. Nothing that the file says is believed before it is checked.
struct RunReader {
    static let unreadable = DataError("what the file says of its run cannot be read")

    let json: JSON
    let rule: StoredRule
    let state: TrainingState
    let data: [Fingerprint]
    let validation: [Fingerprint]
    /// The numbers of L-BFGS, which it takes back itself.
    let lbfgs: [Double]?

    init(_ file: Safetensors) throws(DataError) {
        json = try JSON.parse(Array((file.text(RunFile.metadataName) ?? "").utf8))
        guard let version = json["version"]?.whole else { throw RunReader.unreadable }
        guard version <= RunFile.version else { throw DataError("the file was written by a later version of Grad") }
        guard let rule = json["rule"] else { throw RunReader.unreadable }
        self.rule = try StoredRule.read(rule)
        data = try RunReader.fingerprints(json["data"])
        validation = try RunReader.fingerprints(json["validation"])
        state = try RunReader.state(json, file)
        lbfgs = file["lbfgs"]?.numbers
    }

    private static func fingerprints(_ json: JSON?) throws(DataError) -> [Fingerprint] {
        guard let entries = json?.array else { throw unreadable }
        var prints: [Fingerprint] = []
        for entry in entries {
            guard let print = Fingerprint(entry), print.shape[0] > 0, prints.first.map({ $0.shape[0] == print.shape[0] }) ?? true else { throw unreadable }
            prints.append(print)
        }
        return prints
    }

    // MARK: Where it stood

    private static func state(_ json: JSON, _ file: Safetensors) throws(DataError) -> TrainingState {
        guard let form = json["params"], let scalars = file["state"]?.numbers, scalars.count == 6, let steps = json["steps"]?.whole, steps >= 0,
            let best = json["stopping"]?["best"]?.whole, let waited = json["stopping"]?["waited"]?.whole, let rows = json["sums"]?["rows"]?.whole, let updates = json["sums"]?["updates"]?.whole,
            let memory = json["memory"]?.array
        else { throw unreadable }
        let parameters = try Tree.value(form, "params", in: file)
        let leaves = parameters.leaves.compactMap(\.tensor)
        guard !leaves.isEmpty, memory.count == leaves.count else { throw unreadable }
        var state = TrainingState(
            parameters: parameters, memory: try RunReader.memory(memory, file), lbfgs: nil, plateau: nil,
            stopping: EarlyStopping(patience: nil, bestEpoch: best, bestLoss: scalars[0], waited: waited),
            best: try Tree.value(form, "best", in: file))
        guard zip(state.best.leaves, parameters.leaves).allSatisfy({ $0.tensor?.shape == $1.tensor?.shape }) else { throw unreadable }
        state.steps = steps
        (state.sums.loss, state.sums.gradient, state.sums.update) = (scalars[3], scalars[4], scalars[5])
        (state.sums.rows, state.sums.updates) = (rows, updates)
        state.ending = try ending(json["ending"])
        state.history = try history(json["logs"], file, leaves)
        state.lastGradient = try gradients(json["gradients"]?.whole ?? 0, file, leaves)
        if let plateau = json["plateau"] {
            guard let factor = plateau["factor"]?.number, let patience = plateau["patience"]?.whole, let floor = plateau["min"]?.number,
                let bad = plateau["bad"]?.whole, bad >= 0, bad < Int.max
            else { throw unreadable }
            state.plateau = Plateau(rate: scalars[1], factor: factor, patience: patience, floor: floor, best: scalars[2], bad: bad)
        }
        return state
    }

    private static func memory(_ forms: [JSON], _ file: Safetensors) throws(DataError) -> [[Value]] {
        var memory: [[Value]] = []
        for (leaf, forms) in forms.enumerated() {
            var values: [Value] = []
            guard let forms = forms.array else { throw unreadable }
            for (index, form) in forms.enumerated() { values.append(try Tree.value(form, "memory.\(leaf).\(index)", in: file)) }
            memory.append(values)
        }
        return memory
    }

    private static func gradients(_ count: Int, _ file: Safetensors, _ leaves: [Tensor]) throws(DataError) -> [Tensor]? {
        if count == 0 { return nil }
        guard count == leaves.count else { throw unreadable }
        var gradients: [Tensor] = []
        for (index, leaf) in leaves.enumerated() {
            guard let gradient = file["gradient.\(index)"], gradient.shape == leaf.shape else { throw unreadable }
            gradients.append(gradient)
        }
        return gradients
    }

    private static func history(_ json: JSON?, _ file: Safetensors, _ leaves: [Tensor]) throws(DataError) -> History {
        let count = leaves.reduce(0) { $0 + $1.count }
        let fresh = History(start: count <= History.mostTracked ? leaves.flatMap(\.numbers) : [])
        var logs: [String: Log] = [:]
        for (name, log) in RunFile.logs(fresh) {
            guard let entry = json?[name], let names = entry["names"]?.array?.map(\.text), names == log.names.map(Optional.some),
                let stride = entry["stride"]?.whole, stride > 0, let given = entry["given"]?.whole, given >= 0, given < Int.max,
                let table = file["history.\(name)"], table.rank == 2, table.shape[0] == names.count, table.shape[1] < Log.capacity
            else { throw unreadable }
            let newest = file["history.\(name).newest"]?.numbers
            guard newest.map({ $0.count == names.count }) ?? true else { throw unreadable }
            let (numbers, rows) = (table.numbers, table.shape[1])
            let columns = names.indices.map { Array(numbers[($0 * rows)..<(($0 + 1) * rows)]) }
            logs[name] = Log(log.names, columns: columns, stride: stride, given: given, pending: newest)
        }
        guard let steps = logs["steps"], let epochs = logs["epochs"], let path = logs["path"] else { throw unreadable }
        return History(steps: steps, epochs: epochs, path: path)
    }

    private static func ending(_ json: JSON?) throws(DataError) -> TrainingState.Ending {
        guard let parts = json?.array, let kind = parts.first?.text else { throw unreadable }
        switch kind {
        case "none": return .none
        case "finished": return .finished
        case "converged": return .converged
        case "interrupted": return .interrupted
        case "patience": if parts.count == 2, let waited = parts[1].whole { return .patience(waited) }
        case "not finite": if parts.count == 2, let sentence = parts[1].text { return .notFinite(sentence) }
        default: break
        }
        throw unreadable
    }
}
