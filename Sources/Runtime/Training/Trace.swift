import Autodiff
import Syntax
import Tensors
import Training

extension Builtin {
    static let trace = Builtin(
        "trace", [.required("x")], .training,
        summary: "of a run, its table: for each update the parameters and the loss before it, gradient, update, and their ratio; of a matrix, the sum of the diagonal",
        examples: [
            "trace(train(w -> (w - 3)^2, 0, lr: 0.1, steps: 2)).update  # [0.6, 0.48]", "trace([[1, 2], [3, 4]])  # 5",
        ]
    ) { call in
        if case .object(let object) = call[0], let run = object as? RunValue { return .object(TraceValue(run)) }
        guard call[0].tensor?.rank == 2 else { throw call.typeError(0, needs: "a run, as `train` gives it, or a matrix") }
        func applied(_ primitive: Primitive, _ x: Value) throws -> Value {
            try call.run(primitive, [x] + primitive.parameters.dropFirst().map { _ in nil })
        }
        return try applied(.sum, applied(.diag, call[0]))
    }
}

/// What `trace` gives: columns by name, printed as a table.
package final class TraceValue: ObjectValue {
    private let columns: [(name: String, values: [Double])]
    private let updates: Int

    /// The parameters themselves where the run kept them, else their norm. Ratios are those of the norms: about 1e-3 is usual.
    init(_ run: RunValue) {
        let log = run.state.history.steps
        updates = log.given
        let (update, size) = (log["update"], log["parameters"])
        let path = RunFigures.path(run).map { zip(RunFigures.names(run), $0).map { (name: $0, values: Array($1.prefix(update.count))) } }
        let places = path.flatMap { $0.allSatisfy { $0.values.count == update.count } ? $0 : nil } ?? [("parameters", size)]
        columns = [("step", log["step"])] + places + [
            ("loss", log["loss"]), ("gradient", log["gradient"]), ("update", update), ("ratio", zip(update, size).map { $1 > 0 ? $0 / $1 : .nan }),
        ]
    }

    override func transplanted(by transplant: Transplant) -> ObjectValue { self }
    package override var typeName: String { "a trace" }
    package override var fieldNames: [String] { columns.map(\.name) }
    package override func field(_ name: String) -> Value? { columns.first { $0.name == name }.map { Value(Tensor($0.values)) } }
    package override var fileForms: [FileForm] {
        TableValue(names: fieldNames, columns: columns.map { Value(Tensor($0.values)) }, rowCount: columns[0].values.count).fileForms
    }

    /// Of a long run the beginning and the end.
    private static let edge = 10

    package override func describe(_ style: NumberStyle) -> String {
        var style = style
        style.digits = min(style.digits, 6)
        let count = columns[0].values.count
        let isCut = count > 2 * TraceValue.edge + 1
        let rows = isCut ? Array(0..<TraceValue.edge) + Array((count - TraceValue.edge)..<count) : Array(0..<count)
        var lines = rows.map { row in columns.map { $0.values[row].isNaN ? "" : style.format($0.values[row]) } }
        if isCut { lines.insert(["…"], at: TraceValue.edge) }
        return TextTable.text([columns.map(\.name)] + lines)
    }
}
