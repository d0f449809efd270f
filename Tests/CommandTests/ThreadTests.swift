import Autodiff
import Foundation
import Processors
import Runtime
import Testing

/// One processor and two give the same, to the last bit, whatever runs by plans on both. How many there are a process finds out once, so each is one
/// of its own, and leaves its numbers in a file.
@Suite(.enabled(if: areTwo)) struct ThreadTests {
    /// Training runs and loops, large enough for both processors.
    static let programs = [
        "a classifier by Adam, batch 512": """
            X = sin(reshape(arange(1024 * 64), [1024, 64]))
            y = mod(floor(arange(1024) / 7), 10)
            p = {W: sin(3 * reshape(arange(64 * 520), [64, 520])) / 8, b: zeros([520]), V: sin(5 * reshape(arange(5200), [520, 10])) / 8, c: zeros([10])}
            loss(p, X, y) = cross_entropy(tanh(X @ p.W + p.b) @ p.V + p.c, y)
            q = train(loss, p, data: {X: X, y: y}, batch: 512, steps: 8, rule: adam(lr: 0.001), precision: PRECISION).params
            """,
        "relu, momentum, clipping, no minibatches": """
            X = cos(reshape(arange(700 * 200), [700, 200]))
            y = sin(arange(700))
            p = {W: sin(3 * reshape(arange(200 * 300), [200, 300])) / 14, V: cos(arange(300)) / 17}
            loss(p, X, y) = mse(relu(X @ p.W) @ p.V, y) + 1e-3 * mean(p.W^2)
            q = train(loss, p, data: {X: X, y: y}, steps: 6, rule: momentum(lr: 0.01), clip: 1, precision: PRECISION).params
            """,
        "two convolutions": """
            X = PRECISION(sin(reshape(arange(64 * 784), [64, 1, 28, 28])))
            y = mod(arange(64), 10)
            p = {k: PRECISION(sin(3 * reshape(arange(200), [8, 1, 5, 5])) / 5), m: PRECISION(sin(5 * reshape(arange(3200), [16, 8, 5, 5])) / 14), W: PRECISION(sin(7 * reshape(arange(2560), [256, 10])) / 16)}
            net(p) = max_pool2d(relu(conv2d(max_pool2d(relu(conv2d(X, p.k)), 2), p.m)), 2)
            loss(p) = cross_entropy(reshape(net(p), [64, 256]) @ p.W, y)
            q = p
            for i in 1...4 { q <- q - 0.01 * grad(loss)(q) }
            """,
        "a chain and its sums": """
            x = PRECISION(linspace(0, 1, 700003))
            f(x) = sum(((((2x + 1) * x - 3) * x + 5)^2 * x - 1) * 0.5)
            g(x) = exp(sin(x) * tanh(2x)) / (1 + x^2) - log(1 + x) * cos(3x)
            q = {x: x, s: f(x)}
            for i in 1...4 { q <- {x: q.x - 1e-3 * grad(f)(q.x) + 1e-3 * g(q.x), s: q.s + f(g(q.x))} }
            """,
    ]

    @Test(arguments: Self.programs.keys.sorted(), ["f64", "f32"]) func trainingIsTheSame(_ name: String, _ precision: String) throws {
        try expectTheSame(Self.programs[name]!.replacing("PRECISION", with: precision))
    }

    @Test(arguments: 1...8) func generatedProgramsAreTheSame(_ seed: Int) throws {
        var generator = ProgramOfTensors(seed: UInt64(seed))
        try expectTheSame(generator.program())
    }

    private func expectTheSame(_ program: String) throws {
        let folder = try Folder()
        try folder.write(program + "\nsave(q, \"q.safetensors\")\n", to: "program.grad")
        func saved(processors: String) throws -> Data {
            let run = try Command.shell("taskset -c \(processors) \"$grad\" program.grad", in: folder)
            #expect(run.status == 0, "\(run.errors)\n\(program)")
            let data = try Data(contentsOf: folder.url("q.safetensors"))
            try FileManager.default.removeItem(at: folder.url("q.safetensors"))
            return data
        }
        let (first, second) = (usable_processor(0), usable_processor(1))
        let one = try saved(processors: "\(first)"), two = try saved(processors: "\(first),\(second)")
        #expect(one == two, "\(program)")
        #expect(sharesWork(program), "it stays on one processor:\n\(program)")
    }

    /// Or else the comparison would say nothing.
    private func sharesWork(_ program: String) -> Bool {
        let before = Threads.shares
        let interpreter = Interpreter(environment: Environment(print: { _ in }, note: { _ in }))
        _ = DeepStack.run { interpreter.run(interpreter.addSource(name: "program", bytes: Array(program.utf8))) { _ in } }
        return Threads.shares > before
    }
}

/// Two processors, and the command that gives a program one of them.
private let areTwo = usable_processor(1) >= 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")

/// A random loss of large tensors with branches and loops, and some steps of descent by it: finite, and the same for a seed.
private struct ProgramOfTensors {
    private var state: UInt64
    private var loops = 0
    private let rows: Int, columns: Int

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15
        (rows, columns) = seed % 2 == 0 ? (4099, 131) : (613, 947)
    }

    private mutating func roll(_ count: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % count
    }

    mutating func program() -> String {
        let precision = roll(2) == 0 ? "f64" : "f32"
        return """
            x = \(precision)(sin(reshape(arange(\(rows * columns)), [\(rows), \(columns)])))
            p = {x: x, v: \(precision)(cos(arange(\(columns)))), u: \(precision)(sin(reshape(arange(\(rows)), [\(rows), 1]))), W: \(precision)(cos(3 * reshape(arange(\(columns * 90)), [\(columns), 90])) / 9)}
            f(p) = {
                a = \(expression(4))
                \(statement())
                \(statement())
                \(loss())
            }
            q = p
            for i in 1...4 { q <- q - 0.1 * grad(f)(q) }
            """
    }

    private mutating func statement() -> String {
        loops += 1
        switch roll(3) {
        case 0: return "for k\(loops) in 1...\(1 + roll(3)) { a <- tanh(a * \(leaf()) + \(expression(2))) }"
        case 1: return "a <- if mean(a) > 0.\(roll(9)) then \(expression(3)) else a * \(expression(2))"
        default: return "a <- \(expression(3)) - 0.5a"
        }
    }

    private mutating func loss() -> String {
        switch roll(5) {
        case 0: return "mean((a + \(expression(3)))^2)"
        case 1: return "mean(logsumexp(a @ p.W, axis: 1)) + mean(\(expression(3)) * a)"
        case 2: return "sum(sum(a * p.v, axis: 1)^2) / \(rows * columns) + mean(sin(a))"
        case 3: return "mean((a.T @ (a @ p.W))^2) / \(rows * rows)"
        default: return "mean(max(a, axis: 1)) + mean(softmax(a) * \(expression(2)))"
        }
    }

    private mutating func leaf() -> String { ["p.x", "p.v", "p.u", "0.3", "1.7"][roll(5)] }

    /// Of the shape of all the numbers.
    private mutating func expression(_ depth: Int) -> String {
        if depth == 0 { return "p.x" }
        let inner = expression(depth - 1)
        switch roll(8) {
        case 0: return "sin(\(inner) + \(leaf()))"
        case 1: return "tanh(\(inner) * \(leaf()))"
        case 2: return "sigmoid(\(inner) - \(leaf()))"
        case 3: return "exp(-(\(inner))^2)"
        case 4: return "(\(inner) * \(leaf()) + \(expression(depth - 1)))"
        case 5: return "relu(\(inner) + \(leaf()))"
        case 6: return "(\(inner) / (1.5 + \(leaf())^2))"
        default: return "log(1 + (\(inner))^2)"
        }
    }
}
