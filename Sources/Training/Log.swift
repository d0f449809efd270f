/// A table of numbers that grows by rows: one for the steps of a run, one for its epochs.
///
/// A long run keeps an even sample: when `capacity` rows are full, every second one is dropped and from then on only every second
/// is taken. The last row is always there.
package struct Log: Sendable, Equatable {
    package let names: [String]
    /// The rows, one after another: so a row is put down in one piece.
    private var numbers: [Double] = []
    /// Every how many rows one is kept.
    package private(set) var stride = 1
    /// How many rows were given.
    package private(set) var given = 0
    /// The newest row, if the stride passed it over; else what is left of one, whose memory the next takes.
    private var last: [Double] = []
    private var isPending = false

    package static let capacity = 1 << 14

    package init(_ names: [String]) {
        self.names = names
    }

    /// As it was saved.
    package init(_ names: [String], columns: [[Double]], stride: Int, given: Int, pending: [Double]?) {
        self.names = names
        numbers = (columns.first ?? []).indices.flatMap { row in columns.map { $0[row] } }
        self.stride = max(1, stride)
        self.given = given
        last = pending ?? []
        isPending = pending != nil
    }

    /// The newest row, if the stride passed it over.
    package var newest: [Double]? { isPending ? last : nil }

    package static func == (a: Log, b: Log) -> Bool {
        a.names == b.names && a.numbers == b.numbers && a.stride == b.stride && a.given == b.given && a.newest == b.newest
    }

    /// Rows that are kept, without the newest where that was passed over.
    private var kept: Int { names.isEmpty ? 0 : numbers.count / names.count }

    /// Rows that are there, the newest included.
    package var count: Int { kept + (isPending ? 1 : 0) }

    /// One column for each name, all of the same length, without the newest row where that was passed over.
    package var columns: [[Double]] { names.indices.map(column) }

    private func column(_ index: Int) -> [Double] { Swift.stride(from: index, to: numbers.count, by: names.count).map { numbers[$0] } }

    package mutating func append(_ row: [Double]) { row.withUnsafeBufferPointer { append($0) } }

    package mutating func append(_ row: UnsafeBufferPointer<Double>) {
        precondition(row.count == names.count)
        defer { given += 1 }
        guard given % stride == 0 else {
            // In the memory of the last one, which a long run passes over every time.
            last.replaceSubrange(last.indices, with: row)
            isPending = true
            return
        }
        isPending = false
        numbers.append(contentsOf: row)
        if numbers.count == Log.capacity * names.count { thin() }
    }

    /// Rows one after another, whose starts lie `spacing` numbers apart.
    package mutating func append(rows: UnsafePointer<Double>, count: Int, spacing: Int) {
        let width = names.count
        var done = 0
        while done < count {
            if stride == 1, spacing == width {
                let some = min(count - done, Log.capacity - kept)
                numbers.append(contentsOf: UnsafeBufferPointer(start: rows + done * spacing, count: some * width))
                (given, done) = (given + some, done + some)
                if kept == Log.capacity { thin() }
            } else if passedOver > 0, done + 1 < count {
                // Of those that are passed over only the newest stays, for a while.
                let some = min(count - done - 1, passedOver)
                (given, done) = (given + some, done + some)
            } else {
                append(UnsafeBufferPointer(start: rows + done * spacing, count: width))
                done += 1
            }
        }
    }

    /// Makes room for rows to come, so that it is not made again and again while they do.
    package mutating func reserve(_ rows: Int) { numbers.reserveCapacity(min(Log.capacity, kept + rows / stride + 1) * names.count) }

    /// How many of the next rows are passed over.
    package var passedOver: Int { (stride - given % stride) % stride }

    /// Counts rows that are passed over and are not the newest for long.
    package mutating func pass(_ rows: Int) { given += rows }

    private mutating func thin() {
        let width = names.count
        let half = (kept + 1) / 2
        numbers.withUnsafeMutableBufferPointer { numbers in
            for row in 0..<half { for column in 0..<width { numbers[row * width + column] = numbers[2 * row * width + column] } }
        }
        numbers.removeLast(numbers.count - half * width)
        stride *= 2
    }

    /// A column with the newest row; empty for a name that is not there.
    package subscript(name: String) -> [Double] {
        guard let index = names.firstIndex(of: name) else { return [] }
        return column(index) + (newest.map { [$0[index]] } ?? [])
    }

    /// The newest number of a column.
    package func last(_ name: String) -> Double? { names.firstIndex(of: name).flatMap(last(at:)) }

    package func last(at column: Int) -> Double? {
        isPending ? last[column] : numbers.isEmpty ? nil : numbers[numbers.count - names.count + column]
    }

    /// The rows that are there of those given from the `number`th on, counted from 0.
    package func rows(from number: Int) -> [[Double]] {
        let first = (number + stride - 1) / stride, width = names.count
        let rows = first < kept ? (first..<kept).map { Array(numbers[$0 * width..<($0 + 1) * width]) } : []
        return rows + (newest.map { number < given ? [$0] : [] } ?? [])
    }

    package var rows: [[Double]] { rows(from: 0) }
}

/// What a run remembers of itself.
package struct History: Sendable, Equatable {
    /// One row for each update. `loss` is that of the minibatch before the update; `cosine` is that between this gradient and the
    /// last; `zeros` the share of gradient entries that are exactly 0; `layers` the gradient norm of the first layer over the last's.
    package var steps = Log([
        "step", "loss", "lr", "gradient", "update", "parameters", "cosine", "zeros", "layers", "clipped",
    ])
    /// One row for each epoch, from epoch 0, before any update. `loss` is taken over all training rows at the epoch's end,
    /// `mean` over its minibatches as they ran (it lags half an epoch behind), `gradient` and `update` are the means of the norms of its
    /// steps; NaN stands for what was not asked for.
    package var epochs = Log(["epoch", "step", "loss", "mean", "validation", "metric", "lr", "gradient", "update"])
    /// The parameters of a small model, one row for the start and one after each update, one column for each number. Without columns
    /// where there are more of them than `mostTracked`.
    package private(set) var path: Log

    /// More numbers than this have no path that could be drawn, and it would take as much time as the update.
    package static let mostTracked = 4

    /// - Parameter start: the parameters' numbers before the first update.
    package init(start: [Double] = []) {
        let isTracked = !start.isEmpty && start.count <= History.mostTracked
        path = Log(isTracked ? start.indices.map { "p\($0)" } : [])
        if isTracked { path.append(start) }
    }

    /// As it was saved.
    package init(steps: Log, epochs: Log, path: Log) { (self.steps, self.epochs, self.path) = (steps, epochs, path) }

    package var tracksPath: Bool { !path.names.isEmpty }

    /// How many of the next updates of a run without data, where each is an epoch, leave nothing in any table.
    package var passedOver: Int { min(steps.passedOver, max(0, epochs.passedOver - 1), tracksPath ? path.passedOver : Int.max) }

    /// Of a run with strides of 1 and 2 all updates have to be told of, otherwise two in a row: the row of an epoch tells of the update before it. With a
    /// stride of 4 it takes less time to tell of all than to turn to others so often.
    package var toldTogether: Int { max(steps.stride, epochs.stride) <= 4 ? .max : 2 }

    /// Counts such updates.
    package mutating func pass(_ updates: Int) {
        steps.pass(updates)
        epochs.pass(updates)
        if tracksPath { path.pass(updates) }
    }

    package mutating func track(_ parameters: [Double]) { parameters.withUnsafeBufferPointer { track($0) } }

    package mutating func track(_ parameters: UnsafeBufferPointer<Double>) {
        if tracksPath, parameters.count == path.names.count { path.append(parameters) }
    }

    /// One row for each of many updates, `spacing` numbers apart.
    package mutating func track(rows: UnsafePointer<Double>, count: Int, spacing: Int) {
        if tracksPath { path.append(rows: rows, count: count, spacing: spacing) }
    }

    /// Makes room for updates to come, of a run whose updates are epochs.
    package mutating func reserve(_ updates: Int) {
        steps.reserve(updates)
        epochs.reserve(updates)
        if tracksPath { path.reserve(updates) }
    }

    /// η of the newest update.
    package var rate: Double? { steps.last(at: History.rateColumn) }
    private static let rateColumn = 2
}

/// What the updates of the epoch under way add up to, for its row in the history.
package struct EpochSums: Sendable, Equatable {
    /// Minibatch losses, weighted by rows.
    package var loss = 0.0
    package var rows = 0
    package var gradient = 0.0
    package var update = 0.0
    package var updates = 0

    package init() {}
    package init(loss: Double, rows: Int, gradient: Double, update: Double, updates: Int) {
        (self.loss, self.rows, self.gradient, self.update, self.updates) = (loss, rows, gradient, update, updates)
    }

    package mutating func add(loss: Double, rows: Int, gradient: Double, update: Double) {
        self.loss += loss * Double(rows)
        self.rows += rows
        self.gradient += gradient
        self.update += update
        updates += 1
    }
}
