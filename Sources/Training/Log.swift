/// A table of numbers that grows by rows: one for the steps of a run, one for its epochs.
///
/// A long run keeps an even sample: when `capacity` rows are full, every second one is dropped and from then on only every second
/// is taken. The last row is always there.
package struct Log: Sendable, Equatable {
    package let names: [String]
    /// One for each name, all of the same length, without the newest row where that was passed over.
    private var kept: [LogColumn]
    /// Every how many rows one is kept.
    package private(set) var stride = 1
    /// How many rows were given.
    package private(set) var given = 0
    /// The newest row, if the stride passed it over; else what is left of one, whose memory the next takes.
    private var last: [Double] = []
    private var isPending = false

    package static let capacity = 1 << 14

    /// Numbers of a column, for rows one after another.
    package enum Series {
        case numbers(UnsafePointer<Double>)
        case same(Double)

        package subscript(index: Int) -> Double {
            switch self {
            case .numbers(let numbers): numbers[index]
            case .same(let number): number
            }
        }
    }

    package init(_ names: [String]) {
        self.names = names
        kept = names.map { _ in LogColumn() }
    }

    /// As it was saved.
    package init(_ names: [String], columns: [[Double]], stride: Int, given: Int, pending: [Double]?) {
        (self.names, kept) = (names, columns.map(LogColumn.init))
        self.stride = max(1, stride)
        self.given = given
        last = pending ?? []
        isPending = pending != nil
    }

    /// The newest row, if the stride passed it over.
    package var newest: [Double]? { isPending ? last : nil }

    package static func == (a: Log, b: Log) -> Bool {
        a.names == b.names && a.columns == b.columns && a.stride == b.stride && a.given == b.given && a.newest == b.newest
    }

    /// As `kept` has them.
    package var columns: [[Double]] { kept.map(\.values) }

    private var rowCount: Int { kept.first?.count ?? 0 }

    /// Rows that are there, the newest included.
    package var count: Int { rowCount + (isPending ? 1 : 0) }

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
        for column in kept.indices { kept[column].append(row[column]) }
        if rowCount == Log.capacity { thin() }
    }

    /// Takes `count` rows, of which those at `places`, or all, are in the series. None that is to stay may be missing; the newest may be for a while.
    package mutating func append(_ count: Int, at places: ArraySlice<Int>? = nil, _ series: [Series]) {
        precondition(series.count == names.count)
        guard count > 0 else { return }
        var (done, index) = (0, places?.startIndex ?? 0)
        let start = index
        while done < count {
            // Up to where the table is full.
            let first = done + passedOver, left = Log.capacity - rowCount, stride = stride
            let wanted = first < count ? min(left, (count - 1 - first) / stride + 1) : 0
            if wanted > 0 {
                put(wanted, series) { rows in
                    var place = first
                    for row in 0..<wanted {
                        if let places { while index < places.endIndex, places[index] < place { index += 1 } } else { index = place }
                        rows[row] = index - start
                        place += stride
                    }
                }
            }
            let end = wanted < left ? count : first + (wanted - 1) * stride + 1
            (given, done) = (given + end - done, end)
            if rowCount == Log.capacity { thin() }
        }
        let available = places?.count ?? count
        let newest = places.map { $0.last ?? -1 } ?? count - 1
        isPending = newest == count - 1 && (given - 1) % stride != 0
        if isPending { last = series.map { $0[available - 1] } }
    }

    /// So many rows of series, behind those that are kept; which ones is filled in.
    private mutating func put(_ count: Int, _ series: [Series], _ fill: (UnsafeMutableBufferPointer<Int>) -> Void) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { rows in
            fill(rows)
            let isSolid = rows[count - 1] - rows[0] == count - 1
            withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { room in
                for (column, series) in series.enumerated() {
                    switch series {
                    case .same(let number): kept[column].append(number, count: count)
                    case .numbers(let source) where isSolid:
                        kept[column].append(contentsOf: UnsafeBufferPointer(start: source + rows[0], count: count))
                    case .numbers(let source):
                        for index in 0..<count { room[index] = source[rows[index]] }
                        kept[column].append(contentsOf: UnsafeBufferPointer(room))
                    }
                }
            }
        }
    }

    /// Makes room for rows to come, so that it is not made again and again while they do.
    package mutating func reserve(_ rows: Int) {
        for column in kept.indices { kept[column].reserve(min(Log.capacity, rowCount + rows / stride + 1)) }
    }

    /// How many of the next rows are passed over.
    package var passedOver: Int { (stride - given % stride) % stride }

    private mutating func thin() {
        for column in kept.indices { kept[column].thin() }
        stride *= 2
    }

    /// A column with the newest row; empty for a name that is not there.
    package subscript(name: String) -> [Double] {
        guard let index = names.firstIndex(of: name) else { return [] }
        return kept[index].values + (newest.map { [$0[index]] } ?? [])
    }

    /// The newest number of a column.
    package func last(_ name: String) -> Double? { names.firstIndex(of: name).flatMap(last(at:)) }

    package func last(at column: Int) -> Double? { isPending ? last[column] : kept[column].last }

    /// The rows that are there of those given from the `number`th on, counted from 0.
    package func rows(from number: Int) -> [[Double]] {
        let first = (number + stride - 1) / stride
        let rows = first < rowCount ? (first..<rowCount).map { row in kept.map { $0[row] } } : []
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
    /// One row for each epoch, from epoch 0, before any update. `loss` is taken over all training rows at the epoch's end (without measures it is `mean`),
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

    /// Of the next updates of a run without data, where each is an epoch, those that leave something in a table, and the last: their places, or `nil`
    /// for all. The row of an epoch, after that of the one under way, tells of the update before it.
    package func places(of updates: Int) -> [Int]? {
        let tables = tracksPath ? [steps, epochs, path] : [steps, epochs]
        guard updates > 0, tables.allSatisfy({ $0.stride > 1 }) else { return nil }
        return withUnsafeTemporaryAllocation(of: Bool.self, capacity: updates) { isKept in
            isKept.update(repeating: false)
            isKept[updates - 1] = true
            var places: [Int] = []
            places.reserveCapacity(updates)
            for table in tables { for place in stride(from: table.passedOver, to: updates, by: table.stride) { isKept[place] = true } }
            for place in 0..<updates where isKept[place] { places.append(place) }
            return places
        }
    }

    package mutating func track(_ parameters: [Double]) { parameters.withUnsafeBufferPointer { track($0) } }

    package mutating func track(_ parameters: UnsafeBufferPointer<Double>) {
        if tracksPath, parameters.count == path.names.count { path.append(parameters) }
    }

    /// One row for each of many updates.
    package mutating func track(_ count: Int, at places: ArraySlice<Int>? = nil, _ series: [Log.Series]) {
        if tracksPath { path.append(count, at: places, series) }
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

    /// Of the losses; NaN before the first.
    package var mean: Double { loss / Double(rows) }

    package mutating func add(loss: Double, rows: Int, gradient: Double, update: Double) {
        self.loss += loss * Double(rows)
        self.rows += rows
        self.gradient += gradient
        self.update += update
        updates += 1
    }
}
