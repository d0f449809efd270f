import Grad
import Synchronization
import Testing

@Suite struct AsyncSessionTests {
    @Test func runsShareNames() async throws {
        let session = AsyncSession { _ in }
        try await session.run("L(w) = (w - 3)^2")
        #expect(try await session.run("L'(0)") == -6)
        #expect(try await session.call("L", [1]) == 4)
        #expect(await session.perform { $0.names } == ["L"])
    }

    @Test func errorsArriveAsTheyAre() async throws {
        let session = AsyncSession { _ in }
        let error = await #expect(throws: GradError.self) { try await session.run("1 +", name: "half.grad") }
        #expect(error?.kind == .rejected)
        #expect(try await session.run("2") == 2)
    }

    @Test(arguments: [
        "while true { }", "x = randn([1000, 1000])\nwhile true { x <- x @ x / 1000 }",
        "L(w) = (w - 3)^2\nr = train(L, 0, steps: 1e12)\nwhile true { }",
    ]) func cancellingTheTaskStopsTheProgram(_ program: String) async throws {
        let session = AsyncSession { _ in }
        let started = Mutex(false)
        await session.perform { $0.define("begun") { () -> Bool in started.withLock { $0 = true }; return true } }
        let task = Task { () -> GradError? in
            do throws(GradError) { try await session.run("before = begun()\n" + program); return nil } catch { return error }
        }
        while !started.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        let error = await task.value
        #expect(error?.kind == .cancelled)
        #expect(try await session.run("1 + 1") == 2)
        #expect(await session.perform { $0["before"] } == nil)
    }

    @Test func aTaskCancelledBeforeItsTurnDoesNotRun() async throws {
        let session = AsyncSession { _ in }
        let task = Task { () -> GradError? in
            while !Task.isCancelled { await Task.yield() }
            do throws(GradError) { try await session.run("x = 1\nwhile true { }"); return nil } catch { return error }
        }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
        #expect(await session.perform { $0["x"] } == nil)
    }

    @Test func cancellingOneRunLeavesTheNext() async throws {
        let session = AsyncSession { _ in }
        for _ in 1...20 {
            let task = Task { try? await session.run("while true { }") }
            let other = Task { try await session.run("1 + 1") }
            task.cancel()
            _ = await task.value
            #expect(try await other.value == 2)
        }
    }

    @Test func programsMayRecurseDeeply() async throws {
        let session = AsyncSession { _ in }
        #expect(try await session.run("f(n) = if n == 0 then 0 else 1 + f(n - 1)\nf(5000)") == 5000)
    }

    @Test func sessionsRunBesideEachOther() async throws {
        let sums = try await withThrowingTaskGroup(of: Double.self) { group in
            for i in 1...8 {
                group.addTask {
                    let session = AsyncSession { _ in }
                    return try await session.run("s = 0\nfor i in 1...10000 { s <- s + \(i)i }\ns").as(Double.self)
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sums == 36 * 50_005_000)
    }

    @Test func progressIsAnAsyncSequence() async throws {
        let session = AsyncSession { _ in }
        let first = session.progress()
        let second = session.progress(buffering: .bufferingNewest(1))
        try await session.run("L(w) = (w - 3)^2\nr = train(L, 0, steps: 200, lr: 0.1)")
        var losses: [Double] = []
        for await progress in first {
            losses.append(progress.loss)
            if progress.isDone { break }
        }
        #expect(losses.count >= 1)
        #expect((losses.last ?? 1) < 1e-6)
        for await progress in second {
            #expect(progress.isDone && progress.step == 200)
            break
        }
    }

    /// What comes is what the run holds in the end, without and with data.
    @Test(arguments: [
        "L(w) = (w - 3)^2\nr = train(L, 0, steps: 500, lr: 0.1)",
        "X = randn([40, 2])\ny = X @ [1, 2]\nL(w, X, y) = mean((X @ w - y)^2)\n"
            + "r = train(L, [0, 0], data: {X: X, y: y}, batch: 10, epochs: 5, lr: 0.1)",
    ]) func historyIsAnAsyncSequence(_ program: String) async throws {
        let session = AsyncSession { _ in }
        let stream = session.history()
        try await session.run(program)
        let steps = try await session.run("r.history.steps.loss").as([Double].self)
        let epochs = try await session.run("r.history.epochs.loss").as([Double].self)
        var rows: [HistoryRow] = []
        for await row in stream {
            rows.append(row)
            if rows.count == steps.count + epochs.count { break }
        }
        #expect(rows.filter { $0.kind == .step }.map { $0["loss"] } == steps)
        #expect(rows.filter { $0.kind == .epoch }.map { $0["loss"] } == epochs)
        #expect(rows.first?.kind == .epoch && rows.first?["epoch"] == 0)
        // An epoch's row comes after those of its steps.
        let places = rows.map { $0["step"] ?? .nan }
        #expect(places == places.sorted())
        #expect(rows.first?["no such column"] == nil)
    }

    /// A run that goes on tells of what is new alone.
    @Test func historyOfARunThatGoesOn() throws {
        var steps: [Double] = []
        let session = Session(output: { _ in }, history: { rows in steps += rows.filter { $0.kind == .step }.compactMap { $0["step"] } })
        try session.run("L(w) = (w - 3)^2\nr = train(L, 0, steps: 20)")
        try session.run("r <- train(r, steps: 10)")
        #expect(steps == (1...30).map(Double.init))
    }

    @Test func streamsEndWithTheSession() async throws {
        let progress: AsyncStream<Progress>, history: AsyncStream<HistoryRow>
        do {
            let session = AsyncSession { _ in }
            (progress, history) = (session.progress(), session.history())
            try await session.run("1")
        }
        for await _ in progress {}
        for await _ in history {}
    }
}
