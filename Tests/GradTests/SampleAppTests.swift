import Grad
import Testing

/// A small app: somebody types a model; the app fits it to its data with a loss of its own, written in Swift, shows the losses live, and uses the
/// fitted model.
private actor CurveFitter {
    private let session: AsyncSession
    private(set) var losses: [Double] = []

    /// - Throws: What is wrong with the model, for the text field to mark.
    init(model: String, x: [Double], y: [Double]) async throws {
        var options = Session.Options()
        options.limits = .untrusted
        session = AsyncSession(options: options) { _ in }
        try await session.run("fitted(p, x) = \(model)", name: "model")
        await session.perform { session in
            session["x"] = Value(x)
            session["y"] = Value(y)
            CurveFitter.defineLoss(session)
        }
        try await session.run("objective(p) = huber(fitted(p, x) - y)")
    }

    /// Huber's loss, which does not mind outliers, as the app wants it: a square near zero, straight lines beyond 1.
    private static func defineLoss(_ session: Session) {
        session.define("huber", parameters: ["error"]) { arguments in
            let terms = arguments[0].numbers.map { abs($0) <= 1 ? $0 * $0 / 2 : abs($0) - 0.5 }
            return try Tensor([terms.reduce(0, +) / Double(terms.count)], shape: [])
        } derivative: { arguments, _, gradient in
            let scale = gradient.numbers[0] / Double(arguments[0].count)
            return [arguments[0].map { min(max($0, -1), 1) * scale }]
        }
    }

    func fit(from start: Record, steps: Int) async throws -> Record {
        let progress = session.progress()
        let listener = Task { [self] in
            for await step in progress {
                show(step.loss)
                if step.isDone { break }
            }
        }
        await session.perform { $0["start"] = .record(start) }
        defer { listener.cancel() }
        let parameters = try await session.run("run = train(objective, start, steps: \(steps), rule: adam(lr: 0.05))\nrun.params")
        await listener.value
        return try parameters.as(Record.self)
    }

    private func show(_ loss: Double) { losses.append(loss) }

    func predict(_ x: [Double]) async throws -> [Double] {
        await session.perform { $0["at"] = Value(x) }
        return try await session.run("fitted(run.params, at)").as([Double].self)
    }
}

@Suite struct SampleAppTests {
    private let x = (0..<40).map { Double($0) / 10 }
    /// 2 sin(x) + 0.5, and one reading that is far off.
    private var y: [Double] { x.enumerated().map { $0 == 7 ? 50 : 2 * sine($1) + 0.5 } }
    /// By its series, which needs no library.
    private func sine(_ x: Double) -> Double {
        var (sum, term) = (0.0, x)
        for k in 1...12 {
            sum += term
            term *= -x * x / Double(2 * k * (2 * k + 1))
        }
        return sum
    }

    @Test func aModelGivenAsTextIsFittedLive() async throws {
        let fitter = try await CurveFitter(model: "p.a * sin(x) + p.b", x: x, y: y)
        let fitted = try await fitter.fit(from: ["a": 0, "b": 0], steps: 2000)
        #expect(abs((try fitted["a"]?.as(Double.self) ?? 0) - 2) < 0.1)
        #expect(abs((try fitted["b"]?.as(Double.self) ?? 0) - 0.5) < 0.1)
        let losses = await fitter.losses
        #expect(losses.count > 1 && losses.last! < losses.first!)
        #expect(abs(try await fitter.predict([0])[0] - 0.5) < 0.1)
    }

    @Test func aBadModelIsMarked() async {
        let error = await #expect(throws: GradError.self) { try await CurveFitter(model: "p.a * sinus(x)", x: x, y: y) }
        #expect(error?.kind == .rejected)
        #expect(error?.diagnostics.first?.hints.contains { $0.contains("sin") } == true)
    }

    @Test func aHostileModelIsStopped() async {
        let error = await #expect(throws: GradError.self) {
            let fitter = try await CurveFitter(model: "{ while true { }; x }", x: x, y: y)
            _ = try await fitter.fit(from: ["a": 0], steps: 10)
        }
        guard case .limit = error?.kind else { return #expect(Bool(false)) as Void }
    }
}
