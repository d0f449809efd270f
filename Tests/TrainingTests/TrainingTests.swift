import Tensors
import Testing
import Training

struct LogTests {
    @Test func longLogKeepsAnEvenSampleAndTheLastRow() {
        var log = Log(["step", "square"])
        for i in 0..<200_000 { log.append([Double(i), Double(i * i)]) }
        #expect(log.given == 200_000)
        #expect(log.count <= Log.capacity)
        #expect(log.last("step") == 199_999)
        let steps = log["step"]
        #expect(zip(steps.dropFirst(), steps).dropLast().allSatisfy { $0 - $1 == Double(log.stride) })
    }

    /// Columns in equal steps are kept as such: what comes out is what went in, to the bit, wherever a column leaves its steps.
    @Test(arguments: [1, 2, 3, 100, 16_383, 16_384, 16_385, 20_000, 70_001]) func columnsInEqualStepsKeepTheirBits(_ left: Int) {
        let columns: [(Int) -> Double] = [
            { Double($0 + 1) }, { _ in .nan }, { _ in -0.0 }, { 0.1 * Double($0) }, { $0 < left ? 0.01 : 0.005 }, { $0 < left ? Double($0) : -Double($0) },
            { $0 < left ? -0.0 : 0 }, { $0 % 2 == 0 ? .nan : 1 }, { $0 == left ? .infinity : 1 },
        ]
        var log = Log(columns.indices.map { "c\($0)" })
        for row in 0..<100_000 { log.append(columns.map { $0(row) }) }
        for (index, column) in columns.enumerated() {
            let rows = Array(stride(from: 0, to: 100_000, by: log.stride)) + (log.newest == nil ? [] : [99_999])
            #expect(log["c\(index)"].map(\.bitPattern) == rows.map { column($0).bitPattern }, "column \(index)")
        }
        let stored = Log(log.names, columns: log.columns, stride: log.stride, given: log.given, pending: log.newest)
        #expect(stored.columns.joined().map(\.bitPattern) == log.columns.joined().map(\.bitPattern))
    }

    @Test(arguments: [0, 1, 3, 5, 199_999, 200_000]) func rowsFromOneOn(_ first: Int) {
        var log = Log(["step"])
        for i in 0..<200_000 { log.append([Double(i)]) }
        #expect(log.rows(from: first) == log.rows.filter { $0[0] >= Double(first) })
    }
}

struct HistoryTests {
    /// Of updates given together those that no table keeps may be left out; the rows that stay are those of a run that gave every one.
    @Test(arguments: [7, 64]) func updatesPassedOverLeaveTheRowsThatStay(_ most: Int) {
        var all = History(start: [0]), some = all
        var (update, left) = (0, 0)
        while update < 200_000 {
            let count = min(most, 200_000 - update)
            let places = some.places(of: count)
            let numbers = (places ?? Array(0..<count)).map { Double(update + $0) }
            left += count - numbers.count
            numbers.withUnsafeBufferPointer { room in
                guard let base = room.baseAddress else { return }
                let series = { (names: [String]) in names.map { _ in Log.Series.numbers(base) } }
                some.steps.append(count, at: places?[...], series(some.steps.names))
                some.epochs.append(count, at: places?[...], series(some.epochs.names))
                some.track(count, at: places?[...], series(some.path.names))
            }
            update += count
        }
        for update in 0..<200_000 { give(&all, update) }
        #expect(some == all)
        #expect(left > 100_000)
    }

    /// Rows given together leave what they leave one by one, also where one column is the same number in all.
    @Test func rowsMayBeGivenTogether() {
        var (together, single) = (Log(["a", "b", "c"]), Log(["a", "b", "c"]))
        together.reserve(200_000)
        var next = 0.0
        for turn in 0..<400 {
            let count = turn * 37 % 500 + 1
            let numbers = (0..<2 * count).map { next + Double($0) }
            next += Double(2 * count)
            numbers.withUnsafeBufferPointer {
                if let rows = $0.baseAddress { together.append(count, [.numbers(rows), .same(next), .numbers(rows + count)]) }
            }
            for row in 0..<count { single.append([numbers[row], next, numbers[count + row]]) }
            #expect(together == single && together.last("b") == single.last("b"), "\(turn)")
        }
        #expect(together.stride > 4 && together.count < Log.capacity)
    }

    /// The newest row may be missing for a while: then the one that was kept last is the newest.
    @Test func theNewestRowMayComeLater() {
        var log = Log(["a"])
        for row in 0..<20_000 { log.append([Double(row)]) }
        #expect(log.stride == 2 && log.last("a") == 19_999)
        let numbers = [20_000.0, 20_002]
        numbers.withUnsafeBufferPointer { if let rows = $0.baseAddress { log.append(4, at: [0, 2][...], [.numbers(rows)]) } }
        #expect(log.given == 20_004 && log.newest == nil && log.last("a") == 20_002)
        log.append([20_004])
        #expect(log["a"].suffix(3) == [20_000, 20_002, 20_004])
    }

    private func give(_ history: inout History, _ update: Int) {
        history.steps.append([Double](repeating: Double(update), count: history.steps.names.count))
        history.epochs.append([Double](repeating: Double(update), count: history.epochs.names.count))
        history.track([Double(update)])
    }
}

struct MinibatchTests {
    @Test func everyRowComesOnceAnEpoch() throws {
        var batches = Minibatches(rows: 10, size: 4, stream: RandomStream(seed: 1))
        #expect(batches.perEpoch == 3)
        for epoch in 0..<3 {
            var rows: [Double] = []
            for update in 0..<3 { rows += try batches.indices(epoch: epoch, update: update)?.numbers ?? [] }
            #expect(rows.sorted() == (0..<10).map(Double.init))
        }
    }

    @Test func orderDependsOnSeedAndEpochAlone() throws {
        var all = Minibatches(rows: 50, size: 7, stream: RandomStream(seed: 3))
        var late = Minibatches(rows: 50, size: 7, stream: RandomStream(seed: 3))
        _ = try all.indices(epoch: 0, update: 0)
        #expect(try all.indices(epoch: 4, update: 2)?.numbers == late.indices(epoch: 4, update: 2)?.numbers)
        #expect(try all.indices(epoch: 4, update: 0)?.numbers != all.indices(epoch: 5, update: 0)?.numbers)
    }

    @Test func splitKeepsTheProportionsOfClasses() throws {
        let classes = (0..<150).map { Double($0 / 50) }
        let parts = try Splitting.split(rows: 150, fraction: 0.2, classes: classes, stream: RandomStream(seed: 7))
        #expect(parts.first.count == 30 && parts.second.count == 120)
        #expect(Set(parts.first).isDisjoint(with: parts.second))
        for label in [0.0, 1, 2] { #expect(parts.first.filter { classes[$0] == label }.count == 10) }
    }
}

struct StoppingTests {
    @Test func patienceCountsEpochsWithoutImprovement() {
        var stopping = EarlyStopping(patience: 2)
        let losses = [1.0, 0.5, 0.5, 0.50001]
        let best = losses.enumerated().map { stopping.observe($1, epoch: $0) }
        #expect(best == [true, true, false, false])
        #expect(stopping.isOver && stopping.bestEpoch == 1)
    }

    @Test func lossesMayBeTakenInTogether() {
        let losses = [3.0, 2, 2.5, 1, 1.00001, 4]
        var one = EarlyStopping(patience: nil), together = one
        for (epoch, loss) in losses.enumerated() { _ = one.observe(loss, epoch: 7 + epoch) }
        #expect(losses.withUnsafeBufferPointer { together.observe($0, from: 7) } == 3)
        #expect(together == one && together.bestEpoch == 10)
        #expect([5.0, 6].withUnsafeBufferPointer { together.observe($0, from: 13) } == nil)
        #expect(together.bestLoss == 1)
    }

    /// As torch's ReduceLROnPlateau: it fires after patience + 1 bad epochs.
    @Test func plateauFiresAfterPatienceAndOne() {
        var plateau = Plateau(rate: 1, patience: 2)
        let rates = [1.0, 1, 1, 1, 1].map { loss -> Double in
            plateau.observe(loss)
            return plateau.rate
        }
        #expect(rates == [1, 1, 1, 0.1, 0.1])
    }
}

struct LBFGSTests {
    private func rosenbrock(_ x: [Double]) -> (Double, [Double]) {
        let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
        return (a * a + 100 * b * b, [-2 * a - 400 * x[0] * b, 200 * b])
    }

    @Test func reachesTheMinimumOfRosenbrock() {
        var rule = LBFGS()
        var x = [-1.2, 1.0]
        for _ in 0..<200 {
            let (loss, gradient) = rosenbrock(x)
            x = rule.iterate(x, loss: loss, gradient: gradient, evaluate: rosenbrock)
        }
        #expect(abs(x[0] - 1) < 1e-3 && abs(x[1] - 1) < 2e-3)
    }

    @Test func stateGoesOnToTheBit() {
        var rule = LBFGS()
        var x = [-1.2, 1.0]
        for _ in 0..<5 {
            let (loss, gradient) = rosenbrock(x)
            x = rule.iterate(x, loss: loss, gradient: gradient, evaluate: rosenbrock)
        }
        var copy = LBFGS()
        let isRestored = copy.restore(rule.state)
        let (loss, gradient) = rosenbrock(x)
        let next = copy.iterate(x, loss: loss, gradient: gradient, evaluate: rosenbrock)
        let expected = rule.iterate(x, loss: loss, gradient: gradient, evaluate: rosenbrock)
        let takesNonsense = copy.restore([1, 2, 3])
        #expect(isRestored)
        #expect(next == expected)
        #expect(!takesNonsense)
    }
}

struct DiagnosisTests {
    private func history(_ losses: [Double], validation: [Double]? = nil, cosine: Double = 0.5) -> History {
        var history = History()
        for (epoch, loss) in losses.enumerated() {
            history.epochs.append([Double(epoch), Double(epoch), loss, loss, validation?[epoch] ?? .nan, .nan, 0.1, 1, 0.01])
            history.steps.append([Double(epoch), loss, 0.1, loss, 0.01, 1, cosine, 0, .nan, 0])
        }
        return history
    }

    private func kinds(_ history: History, baseline: Double? = nil, fullBatch: Bool = true) -> [Finding.Kind] {
        Diagnosis.findings(
            Symptoms(history, baseline: baseline, hasClasses: false, isFullBatch: fullBatch, notFinite: nil)).map(\.kind)
    }

    @Test(arguments: [
        (0.0, "0"), (1.0, "1"), (-2.5, "-2.5"), (1.590000001e-7, "1.59e-7"), (0.015934, "0.01593"), (0.00099999, "0.001"), (9.99996, "10"),
        (123.456, "123.5"), (13227.9, "13230"), (987654321.0, "987700000"), (1e12, "1e12"), (0.5, "0.5"), (1e-4, "0.0001"),
    ])
    func evidenceHasFourDigits(_ number: Double, _ text: String) {
        #expect(Diagnosis.text(number) == text)
    }

    @Test func growingLossDiverges() {
        #expect(kinds(history((0..<10).map { 9 * Double(1 << $0) })).first == .diverging)
    }

    @Test func settledCurveIsHealthy() {
        #expect(kinds(history((0..<40).map { 1 + 8 / Double(1 << min($0, 40)) })) == [.healthy])
    }

    @Test func validationThatTurnsUpOverfits() {
        let training = (0..<20).map { 1 / Double($0 + 1) }
        let validation = (0..<20).map { 0.5 + 0.05 * abs(Double($0) - 5) }
        #expect(kinds(history(training, validation: validation)).contains(.overfitting))
    }

    @Test func flatLossIsAPlateau() {
        #expect(kinds(history([Double](repeating: 2, count: 10))).contains(.plateau))
    }

    /// From a guess by steps far too short: what is wrong is η, and not the data.
    @Test func shortStepsAreAPlateau() {
        let found = kinds(history((0..<20).map { 5 - 1e-4 * Double($0) }, cosine: 0.99), baseline: 5)
        #expect(found == [.plateau])
        #expect(kinds(history([Double](repeating: 5, count: 20), cosine: 0.1), baseline: 5) == [.noBetterThanGuessing])
    }

    /// Falls steeply and then trembles: there is no swing in that.
    @Test func curveThatSettlesDoesNotOscillate() {
        let settled = [4, 0.9, 0.3, 0.1, 0.05, 0.051, 0.0505, 0.0507, 0.0504, 0.0506, 0.0505, 0.0506]
        #expect(kinds(history(settled), fullBatch: false) == [.healthy])
        let swinging = [4, 1, 2, 1, 2.2, 0.9, 2.1, 1, 2, 1.1, 2, 1]
        #expect(kinds(history(swinging), fullBatch: false) == [.oscillating])
    }

    @Test func lossThatStillFallsIsTooSlow() {
        #expect(kinds(history((0..<20).map { 10 - 0.3 * Double($0) })) == [.tooSlow])
    }

    @Test func oneEpochIsNotEnough() {
        #expect(kinds(history([1, 0.9])) == [.notEnoughHistory])
    }
}
