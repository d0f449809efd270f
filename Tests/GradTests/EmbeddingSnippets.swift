import Foundation
import Grad
import Synchronization
import Testing

/// The samples of docs/guide/embedding.md. What stands between `// snippet` and `// end` is in the guide, word for word.
@Suite struct EmbeddingSnippets {
    @Test func first() throws {
        // snippet
        let session = Session()
        try session.run("L(w) = (w - 3)^2")
        let slope = try session.run("L'(0)").as(Double.self)  // -6
        // end
        #expect(slope == -6)
    }

    @Test func descent() throws {
        // snippet
        let session = Session()
        try session.run("L(w) = (w - 3)^2")
        session["w"] = 0
        for _ in 1...50 {
            try session.run("w <- w - 0.1 * L'(w)")
        }
        let w = try session["w"]?.as(Double.self)  // 2.99996
        // end
        #expect(abs((w ?? 0) - 3) < 1e-4)
    }

    @Test func values() throws {
        // snippet
        let session = Session()
        session["X"] = Value([[1.0, 2.0], [3.0, 4.0]])  // a tensor of shape [2, 2]
        session["y"] = [5, 6]
        session["model"] = ["w": [0.5, -0.5], "b": 0.1]  // a record
        try session.run("loss(p) = mean((X @ p.w + p.b - y)^2)")
        let gradient = try session.run("grad(loss)(model)").as(Record.self)
        let dw = try gradient["w"]?.as([Double].self)
        let predictions = try session.run("X @ model.w + model.b").as(Tensor.self)
        // end
        #expect(dw?.count == 2)
        #expect(gradient.names == ["w", "b"])
        #expect(predictions.shape == [2])
        #expect(zip(predictions.numbers, [-0.4, -0.4]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func calls() throws {
        // snippet
        let session = Session()
        try session.run("scaled(x, by: 2) = by * x")
        let doubled = try session.call("scaled", [1.0, 2.0]).as([Double].self)  // [2, 4]
        let tripled = try session.call("scaled", 5.0, named: ["by": 3.0]).as(Double.self)  // 15
        let slope = try session.run("grad(x -> x^3)").as(Function.self)
        let atTwo = try session.call(slope, 2.0).as(Double.self)  // 12
        // end
        #expect(doubled == [2, 4])
        #expect(tripled == 15)
        #expect(atTwo == 12)
    }

    @Test func hostFunctions() throws {
        // snippet
        let session = Session()
        let measured = ["morning": 3.5, "noon": 5.25]
        session.define("temperature", parameters: ["hour"]) { (hour: String) throws -> Double in
            guard let value = measured[hour] else { throw MissingReading(hour: hour) }
            return value
        }
        session.define("clip", parameters: ["xs", "bound"]) { (xs: [Double], bound: Double) in
            xs.map { min(max($0, -bound), bound) }
        }
        let rise = try session.run("temperature(\"noon\") - temperature(\"morning\")")  // 1.75
        let clipped = try session.run("clip([-3, 0.5, 9], 1)")  // [-1, 0.5, 1]
        // end
        #expect(rise == 1.75)
        #expect(clipped == [-1, 0.5, 1])
        let error = #expect(throws: GradError.self) { try session.run("temperature(\"night\")") }
        #expect(error?.message == "`temperature` failed: no reading for night")
    }

    @Test func derivatives() throws {
        // snippet
        let session = Session()
        session.define("soft", parameters: ["x"]) { arguments in
            arguments[0].map { $0 / (1 + abs($0)) }
        } derivative: { arguments, result, gradient in
            [try arguments[0].map { 1 / ((1 + abs($0)) * (1 + abs($0))) }.zip(with: gradient, *)]
        }
        let slopes = try session.run("grad(x -> sum(soft(x)))([0, 1])").as([Double].self)  // [1, 0.25]
        // end
        #expect(slopes == [1, 0.25])
    }

    @Test func errors() throws {
        var shown: [String] = []
        func show(_ text: String) { shown.append(text) }
        // snippet
        let session = Session()
        do {
            try session.run("x = [1, 2]\ny = x + [1, 2, 3]", name: "sums.grad")
        } catch {
            // `error` is a GradError: run(_:name:) throws nothing else.
            show(error.message)
            for diagnostic in error.diagnostics {
                if let place = diagnostic.location {
                    show("\(place.source), line \(place.start.line), column \(place.start.column)")
                }
                diagnostic.hints.forEach(show)
            }
            show(error.description)  // all of it, with the line and carets
        }
        // end
        #expect(shown.first?.contains("[2]") == true)
        #expect(shown.contains("sums.grad, line 2, column 5"))
        #expect(shown.last?.contains("^") == true)
        #expect(session["x"] == nil)
    }

    @Test func world() throws {
        // snippet
        var lines: [String] = []
        var options = Session.Options()
        options.seed = 7
        options.digits = 4
        let library = ["shapes.grad": "area(r) = π * r^2"]
        let files = Session.FileAccess.reading { path in
            guard let text = library[path] else { throw MissingFile(path: path) }
            return Array(text.utf8)
        }
        let session = Session(options: options, files: files) { line in lines.append(line) }
        try session.run(#"import "shapes.grad""#)
        try session.run(#"print("area: {area(2)}")"#)  // lines is ["area: 12.57"]
        // end
        #expect(lines == ["area: 12.57"])
    }

    @Test func language() throws {
        // snippet
        var lines: [String] = []
        var options = Session.Options()
        options.language = .portuguese
        let session = Session(options: options) { line in lines.append(line) }
        try session.run("L(w) = (w - 3)^2")
        try session.run("print((explain step(L, 0, lr: 0.1)).text)")
        // end
        #expect(lines.joined().contains("L diminui quando w cresce"))
        #expect(Session.Language(code: "pt_BR.UTF-8") == .portuguese)
        #expect(Session.Language(code: "en") == .english)
        #expect(Session.Language(code: "xx") == nil)
    }

    @Test func folders() throws {
        let lesson = try LessonFolder()
        let folder = lesson.path
        var shown: [String] = []
        func show(_ text: String) { shown.append(text) }
        // snippet
        let files = try Session.FileAccess.folder(folder)  // reading; with writing: true both
        let session = Session(files: files)
        try session.run(#"import "shapes.grad""#)
        do {
            try session.run(#"import "../secret.grad""#)
        } catch {
            show(error.message)  // … it is outside of the folder that this program may use
        }
        // end
        #expect(shown.first?.contains("outside of the folder") == true)
        #expect(try session.run("area(1) > 3") == true)
    }

    @Test func limits() throws {
        var shown: [String] = []
        func show(_ text: String) { shown.append(text) }
        // snippet
        var options = Session.Options()
        options.limits = .untrusted  // 10 s, 256 MB and so on
        options.limits.steps = 1_000_000
        let session = Session(options: options)
        do {
            try session.run("n = 0\nwhile true { n <- n + 1 }", name: "theirs.grad")
        } catch {
            if case .limit(let limit) = error.kind {
                show("\(limit): \(error.message)")  // steps: the program made more steps than …
            }
        }
        // end
        #expect(shown == ["steps: the program made more steps than its limit of 1000000"])
        #expect(session["n"] == nil)
    }

    @Test func cancelling() throws {
        // snippet
        let session = Session()
        let canceller = session.canceller
        session.define("tick") { () -> Bool in
            // This would be a button, or a timer, on another thread.
            canceller.cancel()
            return true
        }
        do {
            try session.run("tick()\nwhile true { }")
        } catch where error.kind == .cancelled {
            // Nothing is half changed, and the session goes on.
            try session.run("1 + 1")
        }
        // end
        #expect(try session.run("1 + 1") == 2)
    }

    @Test func concurrency() async throws {
        // snippet
        let session = AsyncSession()
        try await session.run("loss(w) = sum((w - [1, 2])^2)")
        let progress = session.progress()
        let training = Task {
            try await session.run("run = train(loss, [0, 0], steps: 1000, lr: 0.01)\nrun.params")
        }
        var losses: [Double] = []
        for await step in progress {
            losses.append(step.loss)  // live, while it trains
            if step.isDone { break }
        }
        let fitted = try await training.value.as([Double].self)
        // end
        #expect(losses.count > 0)
        #expect(abs(fitted[1] - 2) < 1e-3)
    }

    @Test func rowsOfHistory() async throws {
        // snippet
        let session = AsyncSession()
        let rows = session.history()
        try await session.run("run = train(w -> (w - 3)^2, 0, steps: 100, lr: 0.1)")
        var norms: [Double] = []
        for await row in rows where row.kind == .step {
            norms.append(row["gradient"] ?? .nan)
            if row["step"] == 100 { break }
        }
        // end
        #expect(norms.count == 100 && norms[0] == 6)
    }

    @Test func cancellation() async throws {
        // snippet
        let session = AsyncSession()
        let endless = Task { try await session.run("while true { }") }
        endless.cancel()
        do {
            _ = try await endless.value
        } catch let error as GradError where error.kind == .cancelled {
            try await session.run("1 + 1")  // the session goes on
        }
        // end
        #expect(try await session.run("2") == 2)
    }

    @Test func performing() async throws {
        // snippet
        let session = AsyncSession()
        let names = try await session.perform { session in
            session["x"] = [1, 2, 3]
            session.define("half") { (x: Double) in x / 2 }
            try session.run("y = half(x[0])")
            return session.names
        }
        // end
        #expect(names == ["x", "half", "y"])
    }
}

private struct MissingReading: Error, CustomStringConvertible {
    let hour: String
    var description: String { "no reading for \(hour)" }
}

private struct MissingFile: Error, CustomStringConvertible {
    let path: String
    var description: String { "there is no \(path)" }
}

/// A folder with one file, and one file beside it.
private final class LessonFolder {
    let path: String

    init() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("grad-guide-\(UUID().uuidString)")
        let folder = root.appendingPathComponent("lesson")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "area(r) = π * r^2\n".write(to: folder.appendingPathComponent("shapes.grad"), atomically: false, encoding: .utf8)
        try "secret = 42\n".write(to: root.appendingPathComponent("secret.grad"), atomically: false, encoding: .utf8)
        path = folder.path
    }
}
