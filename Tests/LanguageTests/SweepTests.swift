import Runtime
import Testing

/// A sweep gives the same on one core and on several, to the bit.
struct SweepTests {
    /// Programs that end in a sweep, with all that a function can bring along to another thread.
    static let programs = [
        "a function of the session": """
            L(w) = (w - 3)^2
            sweep(lr -> train(L, 0, lr: lr, steps: 50), [0.001, 0.01, 0.1, 1, 1.1])
            """,
        "captured values, records, defaults": """
            make(target, scale: 2) = { spread = [1, 2] * scale; p -> sum((p.w - target)^2 * spread) + p.b^2 }
            loss = make([1, -1])
            f(lr) = train(loss, {w: [0, 0], b: 1}, rule: adam(lr: lr), steps: 40)
            sweep(f, [0.01, 0.1, 0.5])
            """,
        "a learner's rule with memory and a schedule": """
            rule mine(lr: 0.1, keep: 0.9) { m = 0
             update(θ, g, t) = { m <- keep * m + g; θ - lr * m } }
            sweep((lr, keep) -> train(w -> (w - 3)^2, 0, rule: mine(lr: cosine(lr, steps: 20), keep: keep), steps: 20), [0.01, 0.1], [0, 0.5, 0.9])
            """,
        "minibatches, validation, metric, augmentation, random start": """
            X = randn([60, 3])
            y = X @ [1, -2, 0.5] + 0.1 * randn([60])
            loss(p, X, y) = mse(X @ p.w + p.b, y)
            worst(p, X, y) = max(abs(X @ p.w + p.b - y))
            noisy(X) = X + 0.1 * randn(shape(X))
            sweep((lr, batch) -> train(loss, {w: randn([3]), b: 0}, data: {X: X, y: y}, lr: lr, batch: batch, epochs: 4, validate: 0.25, metric: worst, augment: noisy), [0.01, 0.1], [7, 20])
            """,
        "a recursive loss, branches, a derivative inside": """
            power(x, n) = if n == 0 then 1 else x * power(x, n - 1)
            L(w) = { s = 0; for i in 1...3 { s <- s + power(w - i, 2) }; if w > 1 { s } else { 2s } }
            M(w) = L(w) + 0.1 * grad(L)(w)^2
            sweep(lr -> train(M, 5, lr: lr, steps: 9), [0.01, 0.02, 0.03])
            """,
        "a variable from outside that is written": """
            count = 0
            sweep(lr -> { count <- count + 1; train(w -> (w - count)^2, 0, lr: lr, steps: 3) }, [0.1, 0.2, 0.3])
            """,
        "a counter that a closure holds": """
            counter() = { n = 0; () -> { n <- n + 1; n } }
            c = counter()
            sweep(lr -> train(w -> (w - c())^2, 0, lr: lr, steps: 3), [0.1, 0.2, 0.3])
            """,
        "what fails": """
            sweep(n -> { print("n = {n}"); train(w -> w^2, 1, steps: n) }, [1, 2, -1, 4])
            """,
        "what prints": """
            sweep(n -> { print("n = {n}"); train(w -> w^2, 1, steps: n) }, [9, 5, 1, 4])
            """,
    ]

    @Test(arguments: programs.keys.sorted())
    func sameOnAnyNumberOfCores(_ name: String) throws {
        let program = try #require(Self.programs[name])
        let once = shown(program, cores: 1)
        #expect(once.contains("verdict") || once.contains("negative"), "\(once)")
        for cores in [2, 3, 8] { #expect(shown(program, cores: cores) == once) }
    }

    /// Output, and all digits of the parameters of all runs.
    private func shown(_ program: String, cores: Int) -> String {
        let session = Session()
        session.interpreter.machine.environment.cores = cores
        let found = session.run(program)
        guard case .object(let object)? = found.values.last, let sweep = object as? SweepValue else { return found.shown }
        let style = NumberStyle(digits: 17)
        return found.shown + sweep.runs.map { run in
            ["params", "metric", "memory"].map { run.field($0).map(style.describe) ?? "" }.joined(separator: " ")
        }.joined(separator: "\n")
    }

    /// They were in fact on several threads, and their runs go on in the session they came to.
    @Test func runsComeBack() throws {
        let session = Session()
        session.interpreter.machine.environment.cores = 4
        let found = session.run("""
            rule mine(lr: 0.1) { m = 0
             update(θ, g, t) = { m <- 0.9 * m + g; θ - lr * m } }
            L(w) = (w - 3)^2
            s = sweep(lr -> train(v -> L(v) + 0, 0, rule: mine(lr: lr), steps: 5), [0.01, 0.02, 0.03, 0.04])
            train(s.runs[2], steps: 5).params == train(L, 0, rule: mine(lr: 0.03), steps: 10).params
            """)
        #expect(found.shown == "true")
    }
}
