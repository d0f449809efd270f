import Runtime

/// One row of a training's history: an update's, or an epoch's with what was measured at its end.
///
/// A run of very many updates keeps an even sample of them, and so many come.
public struct HistoryRow: Sendable, Equatable {
    /// What a row tells of.
    public enum Kind: Sendable { case step, epoch }

    /// Whether it tells of an update or of an epoch.
    public let kind: Kind
    /// What the numbers are called: the fields of `run.history.steps`, or of `run.history.epochs`.
    public let names: [String]
    /// The numbers, in the order of their names; NaN for what was not asked for, such as a metric.
    public let numbers: [Double]

    /// A number by its name, such as `"loss"`.
    public subscript(name: String) -> Double? { names.firstIndex(of: name).map { numbers[$0] } }

    /// In the order in which they were recorded: an epoch's after those of its steps.
    static func rows(_ news: HistoryRows) -> [HistoryRow] {
        let steps = news.steps.map { HistoryRow(kind: .step, names: news.stepNames, numbers: $0) }
        var rows: [HistoryRow] = [], next = 0
        for numbers in news.epochs {
            let epoch = HistoryRow(kind: .epoch, names: news.epochNames, numbers: numbers)
            while next < steps.count, let step = steps[next]["step"], let last = epoch["step"], step <= last {
                rows.append(steps[next])
                next += 1
            }
            rows.append(epoch)
        }
        return rows + steps[next...]
    }
}
