import Foundation
import Runtime
import Syntax
import Tensors
import Testing

/// What training has to reach on real data, in f64 and from a fixed seed.
struct RealResultsTests {
    /// The rows of a data set of the lessons; classes of text are numbered in the order of the alphabet.
    private static func rows(_ name: String) throws -> (X: Tensor, y: Tensor) {
        let url = Page.root.appendingPathComponent("docs/lessons/data/\(name).csv")
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        let names = Set(lines.compactMap(\.last)).sorted()
        let labels = lines.map { line in line.last.flatMap { Double($0) ?? names.firstIndex(of: $0).map(Double.init) } ?? .nan }
        let inputs = lines.flatMap { $0.dropLast().map { Double($0) ?? .nan } }
        return (Tensor(inputs, shape: Shape([lines.count, inputs.count / lines.count])), Tensor(labels))
    }

    /// Runs a program that finds the rows as `X` and `y`; its value, a number.
    private func number(_ program: String, on name: String? = nil) throws -> Double {
        let session = Session()
        if let name {
            let (X, y) = try Self.rows(name)
            let nowhere = Span(SourceID(-1), 0, 0)
            session.interpreter.globals.set("X", to: Value(X), at: nowhere)
            session.interpreter.globals.set("y", to: Value(y), at: nowhere)
        }
        let found = session.run(program)
        return try #require(found.values.last?.tensor?.number, "\(found.shown)")
    }

    // MARK: A convex loss

    struct Optimum: CustomTestStringConvertible, Sendable {
        let data: String
        let penalty: String
        let loss: Double
        var testDescription: String { "\(data), \(penalty)" }
    }

    /// By scikit-learn: `scripts/oracles/optima.py` made them.
    static let optima: [Optimum] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Oracles/optima.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return Optimum(data: parts[0], penalty: parts[1], loss: Double(parts[2]) ?? .nan)
        }
    }()

    @Test func optimaAreFound() { #expect(Self.optima.count == 4) }

    @Test(arguments: optima)
    func softmaxRegressionReachesTheOptimum(_ optimum: Optimum) throws {
        let loss = try number("""
            loss(p, X, y) = cross_entropy(X @ p.W + p.b, y) + \(optimum.penalty) * sum(p.W^2)
            classes = max(y) + 1
            start = {W: zeros([size(X, axis: 1), classes]), b: zeros([classes])}
            train(loss, start, data: {X: standardize(X), y: y}, rule: lbfgs(history: 20), epochs: 150).loss
            """, on: optimum.data)
        #expect(abs(loss - optimum.loss) < 1e-6)
    }

    // MARK: Digits

    private static let dense = """
        model(p, X) = tanh(X @ p.W + p.b) @ p.V + p.c
        loss(p, X, y) = cross_entropy(model(p, X), y)
        start = {W: glorot(64, 128), b: zeros([128]), V: glorot(128, 10), c: zeros([10])}
        train(loss, start, data: {X: X / 16, y: y}, validate: 0.2, model: model, metric: accuracy, batch: 32, epochs: 30, rule: adam(lr: 0.002), seed: 1).metric
        """

    private static let convolutional = """
        model(p, X) = {
            h = max_pool2d(relu(conv2d(X, p.K, padding: 1) + reshape(p.k, [1, 12, 1, 1])), 2)
            g = max_pool2d(relu(conv2d(h, p.L, padding: 1) + reshape(p.l, [1, 24, 1, 1])), 2)
            reshape(g, [size(X, axis: 0), 96]) @ p.W + p.b
        }
        loss(p, X, y) = cross_entropy(model(p, X), y)
        start = {
            K: sqrt(2 / 9) * randn([12, 1, 3, 3]), k: zeros([12]), L: sqrt(2 / 108) * randn([24, 12, 3, 3]), l: zeros([24]), W: glorot(96, 10), b: zeros([10])
        }
        images = reshape(X / 16, [1797, 1, 8, 8])
        train(loss, start, data: {X: images, y: y}, validate: 0.2, model: model, metric: accuracy, batch: 32, epochs: 12, rule: adam(lr: 0.004), seed: 1).metric
        """

    @Test func networksReadDigits() throws {
        let dense = try number(Self.dense, on: "digits")
        #expect(dense >= 0.97)
        #expect(try number(Self.convolutional, on: "digits") > dense)
    }

    // MARK: A loop over time

    @Test func recurrentCellLearnsTheSignOfARunningSum() throws {
        let share = try number("""
            seed(1)
            make(n) = { X = where(rand([n, 12]) < 0.5, -1, 1) * 1.0; {X: X, y: where(sum(X, axis: 1) + 0.5 > 0, 1, 0)} }
            cell(p, h, x) = tanh(h @ p.U + x * p.w + p.b)
            read(p, X) = {
                h = zeros([size(X, axis: 0), 8])
                for t in 0..<12 { h <- cell(p, h, X[:, t...t]) }
                h @ p.v + p.c
            }
            loss(p, X, y) = binary_cross_entropy(read(p, X), y)
            right(p, X, y) = mean((read(p, X) > 0) == (y == 1))
            start = {U: 0.3 * randn([8, 8]), w: 0.5 * randn([1, 8]), b: zeros([8]), v: 0.3 * randn([8]), c: 0}
            train(loss, start, data: make(400), validate: make(200), metric: right, batch: 40, epochs: 40, patience: 40, rule: adam(lr: 0.02), clip: 1).metric
            """)
        #expect(share >= 0.98)
    }
}
