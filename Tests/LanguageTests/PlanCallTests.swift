import Foundation
import Runtime
import Syntax
import Testing

/// Calls that repeat run by plans, and give what the tape gives.
@Suite struct PlanCallTests {
    @Test func aLoopRecordsTwiceAndThenRunsThePlan() {
        expect("L(w) = (w - 3)^2\nw = 0\nfor i in 1...10 { w <- w - 0.125 * ∇L(w) }\nprint(w)", prints: ["2.831059456"]) {
            ($0.compiled, $0.hits) = (1, 8)
        }
    }

    @Test func whatAFunctionReadsIsAnInput() {
        expect(
            "a = 2\nX = [1, 2]\nf(w) = a * sum(X * w^2)\nfor i in 1...4 { print(grad(f)(1)); a <- a + 1; X <- X + 1 }",
            prints: ["12", "30", "56", "90"]
        ) { ($0.compiled, $0.hits) = (1, 2) }
    }

    @Test func aBranchIsAGuard() {
        expect("f(x) = if x > 2 then x^2 else 10x\nfor i in 1...6 { print(grad(f)(i)) }", prints: ["10", "10", "6", "8", "10", "12"]) {
            ($0.compiled, $0.hits, $0.misses) = (2, 3, 1)
        }
    }

    @Test func aCountIsAGuard() {
        expect(
            "n = 2\nf(x) = { s = 0\n for i in 1...n { s <- s + x^i }\n s }\nfor k in 1...4 { print(grad(f)(2)) }\nn <- 3\nprint(grad(f)(2))",
            prints: ["5", "5", "5", "5", "17"]
        ) { ($0.compiled, $0.hits, $0.misses) = (2, 2, 1) }
    }

    @Test func eachShapeHasItsPlan() {
        expect("f(x) = sum(x^2)\nfor i in 1...3 { print(grad(f)([1, 2])); print(grad(f)(i)) }", prints: ["[2, 4]", "2", "[2, 4]", "4", "[2, 4]", "6"]) {
            // The two take turns, so that no call is like the last one that had no plan.
            ($0.compiled, $0.hits) = (0, 0)
        }
    }

    @Test func whatAFunctionDoesBesidesIsDoneEachTime() {
        expect("f(x) = { print(\"here\")\n x^2 }\nfor i in 1...3 { grad(f)(i) }", prints: ["here", "here", "here"]) { $0.abandoned = 1 }
        expect(
            "make() = { n = 0\n g(x) = { n <- n + 1\n n * x }\n g }\ng = make()\nfor i in 1...4 { print(grad(g)(5)) }",
            prints: ["1", "2", "3", "4"]
        ) { $0.abandoned = 1 }
    }

    @Test func randomNumbersAreDrawnAnew() {
        let code = "seed(1)\nf(x) = x * rand()\nfor i in 1...5 { print(grad(f)(i), rand()) }"
        let planned = counts(code)
        #expect(planned.found.output == counts(code, .off).found.output)
        #expect(planned.counts.hits == 3)
    }

    @Test(arguments: [
        "sum(v * randn([3]))", "sum(dropout(v, p: 0.4))", "sum(v[permutation(3)] * v)", "sum(v * randint(0, 5, [3]))", "sum(shuffle(v) * v)",
        "sum(choice(v, 2, replace: false)) * v[0]", "sum(v * bernoulli([0.1, 0.5, 0.9])) * rand()", "if rand() > 0.5 then v[0] * rand() else sum(v)",
        "{ unused = randn([4])\n v[randint(0, 3)] * rand() }",
    ]) func everyDrawIsTheTapes(_ body: String) {
        let code = "f(v) = \(body)\nfor i in 1...12 { print(grad(f)([1, i, 3]), rand()) }"
        for mode in [PlanMode.on, .forced, .forcedInMemory] {
            let planned = counts(code, mode)
            #expect(planned.found.output == counts(code, .off).found.output, "\(planned.found.error?.message ?? "")")
            #expect(planned.counts.compiled > 0, "\(planned.counts)")
        }
    }

    @Test func aDerivativeOfOnesOwnIsPartOfAPlan() {
        let code = """
            scale = 3
            h = custom_grad((x, y) -> { t = tanh(x) * scale\n if t > 2 then t + y else t - y }, (x, y, r, g) -> list(g * r * scale, 2g))
            f(x) = sum(x) * h(x[0], x[1]^2)
            for i in 1...8 { print(grad(f)([0.3 * i, 2]), hessian(f)([0.3 * i, 2])); scale <- scale + 0.1 }
            """
        for mode in [PlanMode.on, .forced, .forcedInMemory] {
            let planned = counts(code, mode)
            #expect(planned.found.output == counts(code, .off).found.output, "\(planned.found.error?.message ?? "")")
            #expect(planned.counts.hits > 0 && planned.counts.abandoned == 0, "\(planned.counts)")
        }
    }

    @Test func anErrorIsToldAsTheTapeTellsIt() {
        let code = "v = [1, 2, 3]\nf(x, i) = x * v[i]\nfor i in 0...5 { grad(f, wrt: x)(2, i) }"
        #expect(counts(code).found.error?.message == counts(code, .off).found.error?.message)
    }

    @Test func aClosureMadeAnewIsTheSameFunction() {
        expect("for i in 1...5 { print(grad(w -> (w - i)^2)(0)) }", prints: ["-2", "-4", "-6", "-8", "-10"]) {
            ($0.compiled, $0.hits) = (1, 3)
        }
    }

    @Test func secondDerivativesToo() {
        let code = "f(x) = sum(x^3) + x[0] * x[1]\nfor i in 1...3 { print(hessian(f)([i, 2]), hvp(f, [i, 1], [1, 0]), jacobian(x -> x^2)([i, 3])) }"
        let planned = counts(code)
        #expect(planned.found.output == counts(code, .off).found.output)
        #expect(planned.counts.hits == 3)
    }

    @Test(arguments: [
        "x @ A", "B @ x", "A.T @ x", "tanh(B @ x) * sum(x)", "(reshape(x, [3, 1]) * A) @ B", "((x * B) @ A).T @ (B @ x)", "x[0...1] * x[1...2]",
        "concat([x[1...2], x])", "stack([x, x * x], axis: 1)", "take(x, [2, 0, 2]) * x", "reshape(x, [3, 1]) * reshape(x, [1, 3])",
        "mean(reshape(x, [3, 1]) * A, axis: 0)", "sum(reshape(x, [3, 1]) * A, axis: 1, keep: true)", "where(x > 0, x^2, sqrt(-x))", "softmax(x)",
        "f32(x) * 2", "[x @ x, sum(x^3)]", "cumsum(x)", "max(x) * x", "pad(x, 2)", "transpose(reshape(x, [3, 1, 1]) * reshape(A, [1, 3, 4]), axes: [1, 2, 0])",
        "swap(reshape(x, [3, 1]) * A)", "swap(reshape(x, [1, 3, 1]) * reshape(A, [1, 3, 4]), 0, 2)", "x / (x[0] - x[1])", "(x + zeros([2, 3])) @ inv(A[:, 0...2] + 3 * eye(3))",
    ]) func aJacobianHasTheRowsOfItsPullbacks(_ body: String) {
        let code = """
            A = sin(reshape(arange(12), [3, 4]))
            B = cos(reshape(arange(12), [4, 3]))
            f(x) = ravel(\(body))
            for i in 1...3 {
                x = [0.3 * i, -0.2, 0.5]
                n = length(f(x))
                for k in 0..<n { print(max(abs(jacobian(f)(x)[k] - vjp(f, x, eye(n)[k]))) < 1e-6) }
                h = hessian(x -> sum(f(x)^2))(x)
                for k in 0..<3 { print(max(abs(h[k] - hvp(x -> sum(f(x)^2), x, eye(3)[k]))) < 1e-5) }
            }
            """
        for mode in [PlanMode.on, .off, .forced, .forcedInMemory] {
            let found = counts(code, mode).found
            #expect(found.error == nil, "\(found.error?.message ?? "")")
            #expect(found.output.count >= 15 && found.output.allSatisfy { $0 == "true" }, "\(found.output)")
        }
    }

    @Test func aRuleThatGoesByTheAdjointIsAskedForEachRow() {
        let code = """
            rule = custom_grad(x -> x^2, (x, y, g) -> if g[0] > 0 then g else g * 2x)
            f(x) = rule(x) * sum(x)
            for i in 1...3 { for k in 0..<3 { print(max(abs(jacobian(f)([i, 2, 3])[k] - vjp(f, [i, 2, 3], eye(3)[k]))) == 0) } }
            """
        for mode in [PlanMode.on, .off] { #expect(counts(code, mode).found.output == Array(repeating: "true", count: 9)) }
    }

    /// More numbers than a register program can name, carried from turn to turn and kept for the way back.
    @Test(arguments: [
        "for i in 1...n { s <- s * 0.999 + sin(x * s) }", "for i in 1...n { s <- s + x / i\n if mod(i, 7) == 0 { s <- s * cos(s) } }",
        "for i in 1...n { (s, t) = (0.5 * t + x, s - 0.1 * t^2) }", "for i in 1...n { s <- f32(s) * 0.9 + x }",
        "for i in 1...n { s <- s * 0.99 + sum(v * s) * 0.001 }",
    ]) func aLongLoopOfNumbersIsWrittenOnce(_ loop: String) {
        let code = "v = [1, 2]\nn = 9000\nf(x) = { s = x\n t = 0\n \(loop.replacingOccurrences(of: "(s, t) = (0.5 * t + x, s - 0.1 * t^2)", with: "u = s\n s <- 0.5 * t + x\n t <- 0.3 * u - 0.1 * t^2"))\n s + t }\n"
            + "for k in 1...3 { print(grad(f)(0.1 * k)) }"
        let (planned, taped) = (counts(code), counts(code, .off))
        #expect(planned.found.error == nil && planned.counts.hits == 1, "\(planned.counts) \(planned.found.error?.message ?? "")")
        #expect(planned.found.output == taped.found.output)
    }

    @Test func aHessianIsAFewProducts() {
        let session = Session()
        let found = session.run("""
            X = sin(reshape(arange(200), [20, 10]))
            loss(w) = mean(softplus(X @ w)) + 0.01 * sum(w^2)
            for i in 1...3 { hessian(loss)(ones([10])) }
            print(plan(loss))
            """)
        let products = found.output.joined().split(separator: "\n").count { $0.contains("matmul") }
        #expect((1...4).contains(products), "\(found.output)")
    }

    @Test func nothingIsCompiledWhenPlansAreOff() {
        #expect(counts("L(w) = w^2\nfor i in 1...9 { grad(L)(i) }", .off).counts == PlanCounts())
    }
}
