import Foundation
import Runtime
import Syntax
import Testing

/// Random programs give the same by the tape and by plans, in memory and in registers.
@Suite struct GeneratedProgramTests {
    /// A random function of a number x, a vector v and a matrix M, with branches and loops, of numbers in the range of ordinary ones.
    private struct Generator {
        var random: SystemLike
        mutating func pick(_ options: [String]) -> String { options[random.below(options.count)] }

        mutating func number(_ depth: Int) -> String {
            if depth == 0 { return pick(["x", "a", "0.5", "2", "v[1]", "M[0, 1]"]) }
            let (p, q) = (number(depth - 1), number(depth - 1))
            return pick([
                "(\(p) + \(q))", "(\(p) - \(q))", "(\(p) * \(q))", "sin(\(p))", "tanh(\(p))", "exp(-abs(\(p)))", "sqrt(1 + (\(p))^2)",
                "(if \(p) > \(q) then \(p) else \(q))", "sum(\(vector(depth - 1)))", "mean(\(matrix(depth - 1)))", "max(\(vector(depth - 1)))",
                "(\(p) / (1 + (\(q))^2))", "(\(vector(depth - 1)) @ \(vector(depth - 1)))", "sigmoid(\(p))^3", "logsumexp(\(vector(depth - 1)))",
                "(\(p) + 0.1 * randn())", "(if rand() > 0.3 then \(p) else \(q))", "square(\(p), \(q))",
            ])
        }

        mutating func vector(_ depth: Int) -> String {
            if depth == 0 { return pick(["v", "w", "M[1]", "[x, a, 1]"]) }
            let (p, q) = (vector(depth - 1), vector(depth - 1))
            return pick([
                "(\(p) + \(q))", "(\(p) * \(q))", "(\(matrix(depth - 1)) @ \(p))", "tanh(\(p))", "softmax(\(p))", "where(\(p) > 0, \(p), \(q))",
                "(\(p) * \(number(depth - 1)))", "sum(\(matrix(depth - 1)), axis: 0)", "relu(\(p))", "concat([\(p)[1...2], \(q)[0..<1]])", "(-\(p))",
                "cumsum(\(p))", "dropout(\(p), p: 0.3)", "shuffle(\(p))", "(\(p) * rand([3]))",
            ])
        }

        mutating func matrix(_ depth: Int) -> String {
            if depth == 0 { return pick(["M", "N", "M.T"]) }
            let (p, q) = (matrix(depth - 1), matrix(depth - 1))
            return pick([
                "(\(p) + \(q))", "(\(p) * \(q))", "(\(p) @ \(q))", "(\(p)).T", "(\(p) * \(vector(depth - 1)))", "tanh(\(p))", "log_softmax(\(p))",
                "(\(p) * \(number(depth - 1)))", "(\(p) - mean(\(q), axis: 1, keep: true))",
            ])
        }

        mutating func function() -> String {
            """
            f(x, v, M) = {
                s = \(number(3))
                for i in 1...3 { s <- 0.3 * s + \(number(2)) * i }
                k = 0
                while k < 6 and abs(s) < 4 {
                    k <- k + 1
                    s <- s + \(number(1))
                    if s < -1 { break }
                }
                if s > 0.1 { s <- \(number(2)) }
                s + \(number(3))
            }
            """
        }
    }

    /// A small generator of its own, so that the programs are the same everywhere (Knuth's MMIX constants).
    private struct SystemLike {
        var state: UInt64
        mutating func below(_ count: Int) -> Int {
            state = state &* 6364136223846793005 &+ 1442695040888963407
            return Int((state >> 33) % UInt64(count))
        }
    }

    /// More of them where `GRAD_PROGRAMS` says how many.
    private static let programs = ProcessInfo.processInfo.environment["GRAD_PROGRAMS"].flatMap { Int($0) } ?? 60

    @Test(arguments: 0..<GeneratedProgramTests.programs) func generatedProgramsAgree(_ seed: Int) {
        var generator = Generator(random: SystemLike(state: UInt64(seed) &* 977 &+ 5))
        let function = generator.function()
        let code = """
            a = 0.7
            w = [0.2, -0.4, 0.9]
            square = custom_grad((x, y) -> x^2 + sin(y), (x, y, r, g) -> list(g * 2x, g * cos(y) + 0.01 * r))
            N = [[0.1, 0.5, -0.3], [0.7, -0.2, 0.4], [-0.6, 0.3, 0.8]]
            \(function)
            M = N + 0.1
            for i in 1...5 {
                x = 0.3 * i - 0.8
                g = value_and_grad(f)(x, [x, 0.5, -x], M * x)
                print(g.value, ravel(g.grad), ravel(grad(x -> grad(f, wrt: x)(x, [1, x, 2], M))(x)), hvp(v -> f(x, v, M), [x, 1, 2], [1, x, -1]))
                a <- a - 0.3
                w <- w * -0.9
            }
            """
        let off = counts(code, .off)
        #expect(off.found.error == nil, "\(off.found.error?.message ?? "")\n\(code)")
        for mode in [PlanMode.on, .forced, .forcedInMemory] {
            let (a, b) = (numbers(counts(code, mode).found.output), numbers(off.found.output))
            let agree = a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN || abs($0 - $1) <= 1e-7 * max(1, abs($1)) }
            #expect(agree, "\(mode)\n\(code)\n\(a)\n\(b)")
        }
    }
}
