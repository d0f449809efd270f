import Plots
import Syntax

/// What every picture can be told: its texts, scales, limits and size.
struct PictureOptions {
    static let parameters: [ParameterInfo] = [
        .optional("title", "none"), .optional("xlabel", "none"), .optional("ylabel", "none"), .optional("names", "none"),
        .optional("log", "where it helps"), .optional("xlim", "the data's"), .optional("ylim", "the data's"),
        .optional("width", "the screen's"), .optional("height", "the screen's"),
    ]

    private let call: Builtin.Call

    init(_ call: Builtin.Call) { self.call = call }

    // MARK: Applied

    func value(_ figure: Figure) throws -> Value { .object(try object(figure)) }

    func object(_ figure: Figure) throws -> FigureValue {
        var figure = figure
        if let title = try text("title") { figure.title = title }
        if let label = try text("xlabel") { figure.x.label = label }
        if let label = try text("ylabel") { figure.y.label = label }
        if let range = try interval("xlim") { figure.x.range = range }
        if let range = try interval("ylim") { figure.y.range = range }
        if let (x, y) = try scales() { (figure.x.scale, figure.y.scale) = (x, y) }
        try rename(&figure)
        let size = FigureValue.Size(width: try size("width", 20...1000), height: try size("height", 3...500))
        let machine = call.machine
        return FigureValue(figure, size: size) { machine.environment.screen() }
    }

    /// The names go to the series that have one; to all, where there are too few of those.
    private func rename(_ figure: inout Figure) throws {
        guard let (index, value) = given("names") else { return }
        let names = try Builtin.Call.texts(value).orThrow(call.typeError(index, needs: "a list of strings for `names`", hints: ["as in `names: [\"training\", \"test\"]`"]))
        let named = figure.series.indices.filter { !figure.series[$0].name.isEmpty }
        let targets = names.count <= named.count ? named : Array(figure.series.indices)
        guard names.count <= targets.count else {
            throw call.problem("there are \(names.count) names for \(targets.count) \(targets.count == 1 ? "thing" : "things") drawn", at: index)
        }
        for (target, name) in zip(targets, names) { figure.series[target].name = name }
    }

    // MARK: Single options

    private func given(_ name: String) -> (index: Int, value: Value)? {
        call.place(of: name).map { ($0, call[$0]) }
    }

    private func text(_ name: String) throws -> String? { try given(name).map { try call.text($0.index) } }

    private func interval(_ name: String) throws -> Interval? { try given(name).map { try call.interval($0.index) } }

    private func size(_ name: String, _ allowed: ClosedRange<Int>) throws -> Int? {
        guard let (index, _) = given(name) else { return nil }
        let size = try call.whole(index)
        guard allowed.contains(size) else {
            throw call.problem(
                "`\(name)` must lie between \(allowed.lowerBound) and \(allowed.upperBound), but it is \(size)", at: index,
                hints: ["it is counted in characters"])
        }
        return size
    }

    /// `log: true` and `log: "y"`, `"x"`, `"xy"`; `log: false` keeps both axes linear.
    private func scales() throws -> (Scale, Scale)? {
        guard let (index, value) = given("log") else { return nil }
        switch value {
        case .boolean(let isLog): return (.linear, isLog ? .log : .linear)
        case .text(let text):
            switch text.string {
            case "x": return (.log, .linear)
            case "y": return (.linear, .log)
            case "xy", "yx": return (.log, .log)
            default: break
            }
        default: break
        }
        throw call.typeError(index, needs: "true, false, \"x\", \"y\" or \"xy\" for `log`")
    }
}

extension Optional {
    func orThrow(_ error: @autoclosure () throws -> any Error) throws -> Wrapped {
        guard let self else { throw try error() }
        return self
    }
}
