import Plots
import Syntax
import Tensors

extension Builtin {
    static let contour = Builtin(
        "contour",
        [.required("f"), .optional("x", "-5...5"), .optional("y", "-5...5"), .optional("path", "none"), .optional("levels", "chosen")]
            + PictureOptions.parameters, .pictures,
        summary: "lines of equal value of a function of two numbers (or of a vector of two), with the path of a run on it; of a run of two parameters, its loss and its path",
        examples: [
            "f(a, b) = a^2 + 3(b - 1)^2", "fig = contour(f, x: -2...2, y: -1...3)",
            "run = train(p -> f(p[0], p[1]), [-1.5, 2.5], lr: 0.1, steps: 10)", "fig = contour(run)",
        ]
    ) { call in
        try PictureOptions(call).value(ContourRequest(call).figure())
    }
}

/// What `contour` was asked for.
struct ContourRequest {
    private let call: Builtin.Call
    private let run: RunValue?
    private let path: [[Double]]?

    init(_ call: Builtin.Call) throws {
        self.call = call
        let given = if case .object = call[0] { 0 } else { call.place(of: "path") }
        guard let index = given else {
            (run, path) = (nil, nil)
            return
        }
        guard case .object(let object) = call[index], let run = object as? RunValue else {
            throw call.typeError(index, needs: index == 0 ? "a function of two numbers, or a run" : "a run for `path`")
        }
        guard let path = RunFigures.path(run), path.count == 2 else {
            let count = run.state.parameters.leaves.reduce(0) { $0 + ($1.outline?.count ?? 0) }
            throw call.problem(
                "a contour shows a run of two parameters, but this one has \(count)", at: index,
                hints: count == 1 ? ["`plot(f, -1...7, path: run)` shows the path of a run of one"] : [])
        }
        (self.run, self.path) = (run, path)
    }

    func figure() throws -> Figure {
        let xs = try call.place(of: "x").map(call.interval) ?? path.map { RunFigures.extent($0[0]) } ?? Interval(-5, 5)
        let ys = try call.place(of: "y").map(call.interval) ?? path.map { RunFigures.extent($0[1]) } ?? Interval(-5, 5)
        let sampler = Sampler(function: try function(), call: call, index: 0)
        let (name, labels, arguments) = try form(sampler.function)
        let side = Sampler.side
        let (columns, rows) = (Sampler.even(xs, side), Sampler.even(ys, side))
        let style = call.machine.style
        let values = try rows.flatMap { y in
            try columns.map { x in
                try sampler.value(arguments(x, y), at: "\(labels[0]) = \(style.format(x)), \(labels[1]) = \(style.format(y))")
            }
        }
        return .contour(
            Grid(nodes: values, rows: side, columns: side, x: xs, y: ys), levels: try call.place(of: "levels").map(levels) ?? [], x: labels[0],
            y: labels[1], name: name, path: path.map { ("descent", $0[0], $0[1]) })
    }

    private func levels(_ index: Int) throws -> [Double] {
        if let tensor = call[index].tensor, tensor.rank == 0 { return [tensor.number] }
        return try call.vector(index)
    }


    /// The function, with its data bound where it is the loss of the run.
    private func function() throws -> Callable {
        guard case .function(let function) = call[0] else {
            guard let run else { throw call.typeError(0, needs: "a function of two numbers, or a run") }
            return BoundLoss(run.setup)
        }
        return run.map { $0.setup.loss === function ? BoundLoss($0.setup) : function } ?? function
    }

    /// How two numbers become the function's arguments, and what they are called.
    private func form(_ function: Callable) throws -> (name: String, labels: [String], arguments: (Double, Double) -> [Value]) {
        let name = call.machine.label(function)
        if let run, function is BoundLoss {
            return (name, RunFigures.names(run), { [RunFigures.filled(run.state.parameters, [$0, $1])] })
        }
        switch Sampler.required(function) {
        case 2: return (name, function.parameters.prefix(2).map(\.name), { [.number($0), .number($1)] })
        case 1:
            let own = function.parameters[0].name
            let labels = run.map(RunFigures.names) ?? ["\(own)[0]", "\(own)[1]"]
            let form = run?.state.parameters ?? Value(Tensor([0, 0]))
            return (name, labels, { [RunFigures.filled(form, [$0, $1])] })
        case let count:
            throw call.problem(
                "a contour needs a function of two numbers, but \(function.name.map { "`\($0)`" } ?? "this one") takes \(count)", at: 0,
                hints: ["fix the others: `contour((a, b) -> …, x: -2...2, y: -2...2)`"])
        }
    }
}
