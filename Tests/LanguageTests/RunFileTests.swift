import Runtime
import Syntax
import Testing

/// A run that is stored and read back goes on to the last bit as if it had never stopped, whatever its rule and schedule: the files of
/// both, in which all is that a run knows of itself, hold the same bytes.
@Suite struct RunFileTests {
    /// All rules of the prelude and L-BFGS; all schedules of the prelude and plateau.
    static let rules = names(in: "Update rules") + ["lbfgs"]
    static let schedules = ["plain"] + names(in: "Schedules") + ["plateau"]

    private static func names(in family: String) -> [String] {
        Example.all.values.filter { $0.kind == .prelude && $0.family.hasPrefix(family) }.map(\.name).sorted()
    }

    @Test func tablesAreComplete() {
        #expect(RunFileTests.rules.count >= 12 && RunFileTests.rules.contains("radam"))
        #expect(RunFileTests.schedules.count >= 10 && RunFileTests.schedules.contains("one_cycle"))
    }

    /// - Parameter lr: η as the rule gets it.
    private func program(_ rule: String, _ lr: String) -> String {
        """
        seed(3)
        X = randn([30, 3])
        y = where(X[:, 0] + 0.5 * X[:, 1] + 0.3 * randn([30]) > 0, 1, 0)
        noisy(p, X, y) = cross_entropy(dropout(X, p: 0.2) @ p.layers[0] + p.b, y)
        smooth(p, X, y) = cross_entropy(X @ p.layers[0] + p.b, y) + 0.01 * sum(p.layers[0]^2)
        loss = \(rule == "lbfgs" ? "smooth" : "noisy")
        model(p, X) = X @ p.layers[0] + p.b
        start = {layers: list(zeros([3, 2])), b: zeros([2]), name: "net"}
        data = {X: X, y: y}
        eta = \(lr)
        given = \(rule)(lr: eta)
        fresh() = train(loss, start, data: data, batch: \(rule == "lbfgs" ? "full" : "7"), validate: 0.2, metric: accuracy, model: model,
          clip: 0.5, patience: 50, rule: given, steps: 0)
        """
    }

    @Test(arguments: rules, schedules)
    func goesOnExactly(_ rule: String, _ schedule: String) throws {
        // L-BFGS searches its own step along the line.
        if rule == "lbfgs" && schedule != "plain" { return }
        let lr = schedule == "plain" ? "0.05" : schedule == "plateau" ? "plateau(0.05, factor: 0.5, patience: 0)" : "\(schedule)(0.05)"
        // Schedules are functions, so they are given again.
        let isWhole = ["plain", "plateau"].contains(schedule)
        let session = Session()
        let found = session.run(program(rule, lr) + """

            save(train(fresh(), steps: 19), "once.safetensors")
            half = train(fresh(), steps: 8)
            save(train(half, steps: 11), "twice.safetensors")
            save(step(train(half, steps: 10)), "thrice.safetensors")
            save(half, "half.safetensors")
            back = load("half.safetensors", loss: loss, data: data, model: model\(isWhole ? "" : ", rule: given"))
            save(back, "back.safetensors")
            save(train(back, steps: 11), "file.safetensors")
            """)
        #expect(found.error == nil, "\(found.error?.message ?? "")")
        let written = session.files.written
        let once = try #require(written["once.safetensors"])
        for name in ["twice", "thrice", "file"] { #expect(written["\(name).safetensors"] == once, "\(name)") }
        #expect(written["back.safetensors"] == written["half.safetensors"])
    }

    @Test(arguments: ["f32", "f64"])
    func keepsItsPrecision(_ precision: String) throws {
        let session = Session()
        let found = session.run("""
            L(p) = (1 - p.x)^2 + 100 * (p.y - p.x^2)^2
            run(n) = train(L, {x: -1, y: 1}, rule: adam(lr: 0.01), precision: \(precision), steps: n)
            save(run(20), "once.safetensors")
            save(run(8), "half.safetensors")
            save(train(load("half.safetensors", loss: L), steps: 12), "file.safetensors")
            """)
        #expect(found.error == nil, "\(found.error?.message ?? "")")
        #expect(session.files.written["file.safetensors"] == session.files.written["once.safetensors"])
    }

    /// A run that ended for want of patience, at NaN, or in the middle of an epoch tells so again.
    @Test(arguments: [
        "train(w -> (w - 3)^2, 0, lr: 1.1, steps: 30, patience: 3)", "train(w -> log(w), 1, lr: 2, steps: 5)",
        "train((p, x) -> mean((x - p)^2), 0, data: {x: [1, 2, 3, 4, 5]}, batch: 2, lr: 0.1, steps: 4)",
        "train(w -> w^2, 0, rule: lbfgs(), steps: 4)", "train(p -> sum(p.w^2), {w: f32([1, 2]), name: \"net\"}, lr: 0.1, steps: 1)",
    ])
    func looksTheSame(_ run: String) throws {
        let session = Session()
        let found = session.run("run = \(run)\nsave(run, \"r.safetensors\")\nback = load(\"r.safetensors\")\n[str(run), str(back)]")
        #expect(found.error == nil, "\(found.error?.message ?? "")")
        let texts = try #require(found.values.first.map(session.interpreter.machine.style.describe))
        let shown = session.run("str(run) == str(back) and str(run.history) == str(back.history)").values.first
        #expect(session.interpreter.machine.style.describe(try #require(shown)) == "true", "\(texts)")
    }

    /// Cut anywhere, or with a byte changed anywhere, the file is refused or read, and what is read can be looked at and go on; nothing traps.
    @Test func damagedFilesDoNoHarm() throws {
        let session = Session()
        let setup = session.run("""
            L(p, x) = mean((x - p.w)^2) + p.b^2
            data = {x: [1, 2, 3]}
            save(train(L, {w: 0, b: 1}, data: data, batch: 2, rule: momentum(lr: plateau(0.1)), epochs: 2), "r.safetensors")
            """)
        #expect(setup.error == nil)
        let whole = try #require(session.files.written["r.safetensors"])
        let program = "r = load(\"d.safetensors\"); str(r); r.history.steps; load(\"d.safetensors\", loss: L, data: data) |> step"
        for count in stride(from: 0, to: whole.count, by: 5) {
            session.files.written["d.safetensors"] = Array(whole.prefix(count))
            #expect(session.run(program).error != nil, "\(count) bytes")
        }
        let values: [UInt8] = [0x22, 0x30, 0x39, 0x2D, 0x7D, 0xFF]
        for (turn, place) in stride(from: 0, to: whole.count, by: 3).enumerated() {
            var bytes = whole
            bytes[place] = values[turn % values.count]
            session.files.written["d.safetensors"] = bytes
            _ = session.run(program)
        }
    }
}
