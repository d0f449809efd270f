import Plots
import Syntax
import Tensors

extension Builtin {
    static let boundary = Builtin(
        "boundary", [.required("model"), .optional("data", "the run's"), .optional("params", "none")] + PictureOptions.parameters, .pictures,
        summary: "which class a classifier of two features sees where, with the examples it was given",
        examples: [
            "X = [[0, 0], [1, 1], [0, 1], [1, 0]]", "fig = boundary(X -> X @ [1, 1] > 1.5, {X: X, y: [0, 1, 0, 0]})",
        ]
    ) { call in
        try PictureOptions(call).value(BoundaryRequest(call).figure())
    }
}

/// What `boundary` was asked for.
///
/// What a model gives may be: rows of scores, one for each class (the largest wins); labels; one number a row, which is
/// a probability when all of them lie in 0…1 (the border is at 0.5) and a score otherwise (the border is at 0).
struct BoundaryRequest {
    private let call: Builtin.Call
    private let model: Callable
    private let parameters: Value?
    private let inputs: Tensor
    private let classes: Classes

    /// Cells on each side.
    private static let side = 120

    init(_ call: Builtin.Call) throws {
        self.call = call
        let data: (inputs: Value, labels: Value)
        if case .object(let object) = call[0] {
            guard let run = object as? RunValue else { throw call.typeError(0, needs: "a model: a function of rows, or a run") }
            guard let model = run.setup.model else {
                throw call.problem(
                    "this run does not know its model", at: 0,
                    hints: ["`train(…, model: f)` tells it, or write `boundary(X -> f(run.params, X), {X: X, y: y})`"])
            }
            (self.model, parameters) = (model, run.state.parameters)
            guard run.setup.data.count >= 2, !call.has(1) else {
                data = try BoundaryRequest.data(call)
                (inputs, classes) = try BoundaryRequest.checked(data, call)
                return
            }
            data = (Value(run.setup.data[0].tensor), Value(run.setup.data[run.setup.data.count - 1].tensor))
        } else {
            guard case .function(let model) = call[0] else { throw call.typeError(0, needs: "a model: a function of rows, or a run") }
            self.model = model
            parameters = call.has(2) ? call[2] : nil
            data = try BoundaryRequest.data(call)
        }
        (inputs, classes) = try BoundaryRequest.checked(data, call)
    }

    private static func data(_ call: Builtin.Call) throws -> (Value, Value) {
        guard call.has(1) else { throw call.problem("`boundary` needs the examples behind the model", hints: ["as in `boundary(model, {X: X, y: y})`"]) }
        guard case .record(let record) = call[1], record.names.count >= 2 else {
            throw call.typeError(1, needs: "a record of inputs and labels", hints: ["as in `boundary(model, {X: X, y: y})`"])
        }
        return (record.values[0], record.values[1])
    }

    private static func checked(_ data: (inputs: Value, labels: Value), _ call: Builtin.Call) throws -> (Tensor, Classes) {
        let place = call.has(1) ? 1 : 0
        guard let inputs = data.inputs.settled.tensor, inputs.rank == 2 else {
            throw call.problem("the inputs must be a matrix, one row for each example, but they are \(data.inputs.typeDescription)", at: place)
        }
        guard inputs.shape[1] == 2 else {
            throw call.problem(Builtin.twoColumns(inputs), at: place, hints: ["train a model of two columns, `X[:, 0...1]`, to see its border"])
        }
        let classes: Classes
        do throws(Classes.Problem) { classes = try Classes(data.labels, style: NumberStyle(digits: 6)) } catch {
            throw error.diagnostic("the data", call, at: place)
        }
        guard classes.indices.count == inputs.shape[0] else {
            throw call.problem("there are \(inputs.shape[0]) inputs, but \(classes.indices.count) labels", at: place)
        }
        return (inputs, classes)
    }

    func figure() throws -> Figure {
        let columns = Builtin.Call.columns(inputs)
        let (x, y) = (BoundaryRequest.extent(columns[0]), BoundaryRequest.extent(columns[1]))
        let side = BoundaryRequest.side
        func centres(_ interval: Interval) -> [Double] {
            (0..<side).map { interval.low + (interval.high - interval.low) * (Double($0) + 0.5) / Double(side) }
        }
        let xs = centres(x)
        let places = centres(y).flatMap { y in xs.map { ($0, y) } }
        let regions = try classes(at: places)
        return .boundary(
            Grid(regions, rows: side, columns: side, x: x, y: y), classes: classes.split(columns[0], columns[1]), x: "x[0]", y: "x[1]")
    }

    private static func extent(_ values: [Double]) -> Interval {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return Interval(-1, 1) }
        let room = high > low ? (high - low) * 0.12 : max(abs(low), 1) * 0.5
        return Interval(low - room, high + room)
    }

    // MARK: The model

    /// The class at each place: 0, 1, 2, …, NaN for none.
    private func classes(at places: [(Double, Double)]) throws -> [Double] {
        let scores = try scores(places)
        if let width = scores.first?.count, width > 1 {
            return scores.map { Classes.largest($0).map(Double.init) ?? .nan }
        }
        let values = scores.map { $0.first ?? .nan }
        // Labels: every value is one of the classes'.
        let known = Dictionary(classes.labels.enumerated().map { ($1, Double($0)) }) { first, _ in first }
        if values.allSatisfy({ known[$0] != nil || $0.isNaN }) { return values.map { known[$0] ?? .nan } }
        let isProbability = values.allSatisfy { $0.isNaN || (0...1).contains($0) }
        return values.map { $0.isNaN ? .nan : $0 > (isProbability ? 0.5 : 0) ? 1 : 0 }
    }

    /// The model's answer to each place: to all rows at once, or, for a model of one example, one by one.
    private func scores(_ places: [(Double, Double)]) throws -> [[Double]] {
        let rows = Tensor(places.flatMap { [$0.0, $0.1] }, shape: Shape([places.count, 2]))
        do {
            if let scores = BoundaryRequest.rows(try answer(Value(rows)), places.count) { return scores }
        } catch let problem as Diagnostic {
            guard (try? answer(Value(Tensor([places[0].0, places[0].1])))) != nil else { throw problem }
        }
        return try places.map { place in
            let value = try answer(Value(Tensor([place.0, place.1])))
            guard let tensor = BoundaryRequest.number(value), tensor.rank <= 1, tensor.count > 0 else {
                throw call.problem(
                    "the model must give a label, a probability or scores for each row, but it gives \(value.typeDescription)", at: 0)
            }
            return tensor.numbers
        }
    }

    private func answer(_ input: Value) throws -> Value {
        let arguments = (parameters.map { [$0] } ?? []) + [input]
        return try call.machine.call(.function(model), arguments, names: nil, call.site, calleeSpan: call.span(0)).settled
    }

    private static func number(_ value: Value) -> Tensor? {
        if case .boolean(let flag) = value { return Tensor(flag ? 1 : 0) }
        return value.tensor
    }

    /// One list of numbers for each row; `nil` when there are not as many.
    private static func rows(_ value: Value, _ count: Int) -> [[Double]]? {
        guard let tensor = value.tensor, tensor.rank >= 1, tensor.rank <= 2, tensor.shape[0] == count else { return nil }
        return tensor.rank == 1 ? tensor.numbers.map { [$0] } : Builtin.Call.rows(tensor)
    }
}
