import Grad
import Testing

@Suite struct SessionTests {
    @Test func runsShareNames() throws {
        let session = Session()
        #expect(try session.run("a = 2") == .nothing)
        #expect(try session.run("a + 1") == 3)
        #expect(session.names == ["a"])
    }

    @Test func sessionsDoNotMeet() throws {
        let (one, other) = (Session(), Session())
        try one.run("a = 1")
        #expect(other["a"] == nil)
        #expect(throws: GradError.self) { try other.run("a") }
    }

    @Test func namesAreSetChangedAndForgotten() throws {
        let session = Session()
        session["theta"] = 1
        #expect(try session.run("θ + 1") == 2)
        session["θ"] = "now a string"
        #expect(session["theta"] == "now a string")
        session["θ"] = nil
        #expect(session["θ"] == nil)
        #expect(session.names == [])
        #expect(throws: GradError.self) { try session.run("θ") }
    }

    @Test func failingProgramChangesNothing() throws {
        let session = Session()
        try session.run("a = 1")
        let error = #expect(throws: GradError.self) { try session.run("b = 2\na <- 5\nassert(a < 3, \"too large\")") }
        #expect(error?.kind == .failed)
        #expect(error?.message == "assertion failed: too large")
        #expect(session["a"] == 1)
        #expect(session["b"] == nil)
        #expect(session.names == ["a"])
    }

    @Test func rejectedProgramTellsEveryError() throws {
        let error = #expect(throws: GradError.self) { try Session().run("a = sun(1)\nb = unknown", name: "two.grad") }
        #expect(error?.kind == .rejected)
        #expect(error?.diagnostics.count == 2)
        let first = error?.diagnostics.first
        #expect(first?.location?.source == "two.grad")
        #expect(first?.location?.start == error?.diagnostics.first?.location?.start)
        #expect(first?.location?.start.line == 1)
        #expect(first?.location?.start.column == 5)
        #expect(first?.location?.start.utf8Offset == 4)
        #expect(first?.location?.end.utf8Offset == 7)
        #expect(first?.hints.contains { $0.contains("`sum`") } == true)
        #expect(error?.description.contains("two.grad:2:5") == true)
    }

    @Test func columnsCountCharacters() throws {
        let error = #expect(throws: GradError.self) { try Session().run("θ̂ = 1\n\"θ̂😀\" + nope") }
        #expect(error?.diagnostics.first?.location?.start.column == 8)
        #expect(error?.diagnostics.first?.location?.start.line == 2)
    }

    @Test func errorsCarryCalls() throws {
        let session = Session()
        try session.run("f(x) = assert(x > 0, \"positive\")\ng(x) = f(x - 1)")
        let error = #expect(throws: GradError.self) { try session.run("g(0)") }
        #expect(error?.diagnostics.first?.calls.map(\.function) == ["f", "g"])
        #expect(error?.diagnostics.first?.calls.first?.location?.start.line == 2)
    }

    @Test func recursionWithoutEndIsAnError() throws {
        let session = Session()
        let error = #expect(throws: GradError.self) { try session.run("f(n) = 1 + f(n + 1)\nf(0)") }
        #expect(error?.message == "the calls nest too deep")
        #expect((error?.diagnostics.first?.calls.count ?? 0) <= 200)
        #expect(try session.run("1 + 1") == 2)
    }

    @Test func checkDoesNotRun() throws {
        var lines: [String] = []
        let session = Session { lines.append($0) }
        #expect(session.check("print(1)\na = 2") == [])
        #expect(lines == [])
        #expect(session["a"] == nil)
        let found = session.check("nope")
        #expect(found.map(\.severity) == [.error])
        #expect(found.first?.message == "`nope` is not known here")
    }

    @Test func outputAndNotesGoToTheHost() throws {
        var lines: [String] = []
        var notes: [String] = []
        let session = Session(output: { lines.append($0) }, notes: { notes.append($0.message) })
        try session.run("print(\"a\", 1 / 3)\n7")
        #expect(lines == ["a 0.3333333333"])
        try session.run("f(a, b) = a^2\ngrad(f)(1, 2)")
        #expect(notes.count == 1)
    }

    @Test func noFilesByDefault() throws {
        let error = #expect(throws: GradError.self) { try Session().run(#"import "/etc/passwd""#) }
        #expect(error?.message == "`import` is not allowed here")
    }

    @Test func seedsDecideRandomNumbers() throws {
        func draw(_ seed: Int) throws -> Value {
            var options = Session.Options()
            options.seed = seed
            return try Session(options: options).run("rand([3])")
        }
        #expect(try draw(1) == draw(1))
        #expect(try draw(1) != draw(2))
    }

    @Test func stopsAtNaN() throws {
        #expect(try Session().run("log(0)") == .number(-.infinity))
        var options = Session.Options()
        options.stopsAtNaN = true
        #expect(throws: GradError.self) { try Session(options: options).run("log(0)") }
    }

    @Test func sessionIsFreed() throws {
        weak var freed: Session?
        do {
            let session = Session()
            session.define("one") { () -> Int in 1 }
            try session.run("f = x -> one() + x\nf(2)")
            freed = session
            #expect(freed != nil)
        }
        #expect(freed == nil)
    }
}

@Suite struct CancellingTests {
    @Test(.timeLimit(.minutes(10))) func stopsALoopFromAnotherThread() async throws {
        // The session is made and used inside the task; only its canceller goes out.
        let (cancellers, continuation) = AsyncStream.makeStream(of: Canceller.self)
        let running = Task.detached { () -> GradError? in
            let session = Session()
            continuation.yield(session.canceller)
            do throws(GradError) {
                try session.run("a = 1\nwhile true { a <- a + 1 }")
                return nil
            } catch {
                // Nothing is half changed, and it goes on.
                let goesOn = try? session.run("1 + 1")
                return goesOn == 2 && session["a"] == nil ? error : nil
            }
        }
        for await canceller in cancellers {
            try await Task.sleep(for: .milliseconds(100))
            canceller.cancel()
            break
        }
        let error = await running.value
        #expect(error?.kind == .cancelled)
    }

    @Test func cancellingWhenNothingRunsDoesNothing() throws {
        let session = Session()
        session.canceller.cancel()
        #expect(try session.run("2 * 3") == 6)
    }
}
