import Grad
import Testing

@Suite struct LimitTests {
    private func session(_ change: (inout Session.Limits) -> Void) -> Session {
        var options = Session.Options()
        change(&options.limits)
        return Session(options: options) { _ in }
    }

    /// Each limit with a program that goes beyond it, and one that does not.
    static let cases: [(Session.Limit, @Sendable (inout Session.Limits) -> Void, beyond: String, within: String)] = [
        (.time, { $0.time = .milliseconds(30) }, "while true { }", "1"),
        (.steps, { $0.steps = 1000 }, "n = 0\nwhile true { n <- n + 1 }", "n = 0\nwhile n < 900 { n <- n + 1 }"),
        // An update is a step.
        (.steps, { $0.steps = 10_000 }, "train(w -> (w - 3)^2, 0, lr: 0.1, steps: 1e12)", "train(w -> (w - 3)^2, 0, lr: 0.1, steps: 2000)"),
        (.memory, { $0.memory = 1_000_000 }, "ones([1000, 1000])", "ones([100, 100])"),
        (.callDepth, { $0.callDepth = 20 }, "f(n) = 1 + f(n + 1)\nf(0)", "f(n) = if n == 0 then 0 else 1 + f(n - 1)\nf(18)"),
        (.output, { $0.output = 10 }, "print(\"eleven bytes\")", "print(\"nine\")"),
        (.source, { $0.source = 20 }, "1 + 1 + 1 + 1 + 1 + 1", "1 + 1"),
        (.rank, { $0.rank = 2 }, "zeros([1, 1, 1])", "zeros([1, 1])"),
        (.elements, { $0.elements = 10 }, "zeros([11])", "zeros([10])"),
    ]

    @Test(arguments: cases.indices) func everyLimitIsToldAndLeavesTheSessionUsable(_ index: Int) throws {
        let (limit, change, beyond, within) = LimitTests.cases[index]
        let session = session(change)
        try session.run("kept = 1")
        for _ in 1...3 {
            let error = #expect(throws: GradError.self) { try session.run(beyond, name: "beyond.grad") }
            #expect(error?.kind == .limit(limit))
            #expect(error?.message.contains("limit") == true)
            // A program that is too long has no place in it.
            #expect(error?.diagnostics.first?.location?.source == (limit == .source ? nil : "beyond.grad"))
            try session.run(within)
        }
        #expect(session["kept"] == 1)
    }

    @Test func everyLimitHasACase() {
        #expect(Set(LimitTests.cases.map(\.0)) == Set(Session.Limit.allCases))
    }

    @Test func untrustedProgramsAreHeld() {
        var options = Session.Options()
        options.limits = .untrusted
        options.limits.time = .seconds(120)
        options.limits.steps = 1_000_000
        let session = Session(options: options) { _ in }
        for (program, limit) in [
            ("randn([1e4, 1e4]) @ randn([1e4, 1e4])", .elements), ("f(x) = f(x) + 1\nf(0)", .callDepth),
            ("for i in 1...1e15 { print(i) }", .output), ("x = 1\nwhile true { x <- x + 1 }", .steps),
            ("s = \"ab\"\nwhile true { s <- \"{s}{s}\" }", .memory), ("x = [0]\nwhile true { x <- join(x, x) }", .elements),
            ("k = list()\nwhile true { k <- append(k, randn([20000])) }", .memory),
        ] as [(String, Session.Limit)] {
            let error = #expect(throws: GradError.self, "\(program)") { try session.run(program) }
            #expect(error?.kind == .limit(limit), "\(program)")
        }
    }

    @Test func memoryIsGivenBack() throws {
        let session = session { $0.memory = 3_000_000 }
        for _ in 1...20 {
            try session.run("x = ones([200000])")
            #expect(throws: GradError.self) { try session.run("y = x\nz = ones([200000])") }
            session["x"] = nil
        }
        try session.run("x = ones([200000])")
    }

    @Test func valuesTakenOutStayCharged() throws {
        let session = session { $0.memory = 1_000_000 }
        var taken: [Value] = []
        for _ in 1...5 { taken.append(try session.run("ones([20000])")) }
        #expect(throws: GradError.self) { for _ in 1...2 { taken.append(try session.run("ones([20000])")) } }
        taken = []
        try session.run("ones([100000])")
    }

    @Test func valuesOutliveTheSession() throws {
        var value: Value?
        do {
            let session = Session { _ in }
            value = try session.run("ones([1000]) * 3")
        }
        #expect(try value?.as([Double].self).last == 3)
    }

    @Test func limitsOfOneSessionDoNotBindAnother() throws {
        let small = session { $0.memory = 100_000 }
        let large = Session { _ in }
        large.define("within") { () -> Bool in (try? small.run("ones([20000])")) == nil }
        #expect(try large.run("a = ones([100000])\nwithin()\nb = a + 1\nwithin() and b[0] == 2") == true)
    }

    @Test(arguments: [
        "A = ones([4000, 4000])\nB = A @ A\nC = B @ A", "x = randn([3e7])\nwhile true { x <- sort(x) }",
        "A = randn([1500, 1500])\nwhile true { B = svd(A) }", "x = ones([3e7])\nwhile true { x <- tanh(x) }",
        "x = ones([3e7])\nwhile true { y = sum(x) + sum(cumsum(x)) }", "while true { x = randn([3e7]) }",
        "X = ones([64, 16, 64, 64])\nw = ones([64, 16, 5, 5])\nwhile true { Y = conv2d(X, w) }",
    ]) func longOperationsAreStopped(_ program: String) throws {
        let session = session { $0.time = .milliseconds(150) }
        let start = ContinuousClock.now
        let error = #expect(throws: GradError.self) { try session.run(program) }
        #expect(error?.kind == .limit(.time))
        // Not a matter of speed: unstopped, each takes for ever or many seconds.
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(try session.run("1 + 1") == 2)
    }
}
