import Foundation
import Runtime
import Syntax
import Testing

/// Calls that repeat run by plans, and give what the tape gives.
@Suite struct PlanCallTests {
    private func counts(_ code: String, _ mode: PlanMode = .on) -> (counts: PlanCounts, found: Session.Found) {
        let session = Session()
        session.interpreter.machine.environment.plans = mode
        let found = DeepStack.run { session.run(code) }
        return (session.interpreter.machine.planCounts, found)
    }

    private func expect(_ code: String, prints output: [String], _ expected: (inout PlanCounts) -> Void) {
        let (counts, found) = counts(code)
        var wanted = PlanCounts()
        expected(&wanted)
        #expect(found.error == nil, "\(found.error?.message ?? "")")
        #expect(counts == wanted, "\(counts)\n\(code)")
        #expect(found.output == output)
    }

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

    // MARK: Training

    private let rules = [
        "sgd(lr: 0.05)", "momentum(lr: 0.02)", "nesterov(lr: 0.02)", "adagrad(lr: 0.1)", "rmsprop(lr: 0.02)", "adadelta()",
        "adam(lr: 0.05)", "adamw(lr: 0.05)", "nadam(lr: 0.05)", "radam(lr: 0.05)", "lion(lr: 0.01)", "sgd(lr: t -> 0.1 / (t + 1))",
    ]

    private static let problems = [
        "train(w -> (w - 3)^2 + 0.1 * w^4, 0, steps: STEPS, rule: RULE)",
        "train(p -> (1 - p.x)^2 + 10 * (p.y - p.x^2)^2, {x: -1, y: 1}, steps: STEPS, rule: RULE, clip: 5)",
        "train((p, X, y) -> mean((tanh(X @ p.w + p.b) - y)^2), {w: [0.1, -0.2], b: 0.3}, data: {X: X, y: y}, batch: 3, epochs: STEPS, rule: RULE)",
        "train((p, X, y) -> mean((X @ p.w - y)^2), {w: f32([0.1, -0.2])}, data: {X: f32(X), y: f32(y)}, batch: 8, epochs: STEPS, rule: RULE)",
    ]
    private let data = "X = [[1, 2], [3, -1], [0.5, 0.2], [1, 1], [-2, 1], [0, 1], [2, 2], [1, -1]]\ny = [1, 0, 1, 1, 0, 0.5, 1, 0.2]\n"

    @Test(arguments: PlanCallTests.problems) func trainingGoesOnAsIfNeverStopped(_ problem: String) {
        for rule in rules {
            func text(_ steps: String) -> String { problem.replacingOccurrences(of: "STEPS", with: steps).replacingOccurrences(of: "RULE", with: rule) }
            let more = problem.contains("epochs") ? "epochs" : "steps"
            let code = data + "a = \(text("30"))\nb = \(text("11"))\nc = train(b, \(more): 19)\nprint(a.params, a.history.steps.loss, a.history.epochs.loss, a.memory, a.loss, a.best)\nprint(c.params, c.history.steps.loss, c.history.epochs.loss, c.memory, c.loss, c.best)"
            let session = Session()
            session.interpreter.machine.style.digits = 17
            let found = DeepStack.run { session.run(code) }
            #expect(found.error == nil, "\(rule): \(found.error?.message ?? "")")
            #expect(found.output.count == 2 && found.output.first == found.output.last, "\(rule) \(problem)")
        }
    }

    /// Where each update is looked at, as patience asks for, and where those that the history passes over are not.
    @Test(arguments: ["0, steps: N", "0.5, steps: N, rule: adam(lr: 0.3)", "{a: 1, b: 2, c: 0, d: 1, e: 5}, steps: N, rule: momentum(lr: 0.01)"])
    func aLongRunOfNumbersKeepsWhatAPatientOneKeeps(_ problem: String) {
        let loss = problem.hasPrefix("{") ? "p -> (p.a - p.b)^2 + p.c^4 + cos(p.d) * (p.e - 1)^2 + p.b^2" : "w -> (w - 3)^2 + sin(5w)"
        func run(_ options: String) -> String {
            let text = problem.replacingOccurrences(of: "N", with: "140000")
            return "r = train(\(loss), \(text)\(options))\nh = r.history\nprint(r.best, h.steps.step[-3], size(h.steps.loss), "
                + "sum(h.steps.loss), sum(h.epochs.loss), h.epochs.epoch[-1], h.epochs.gradient[-1], h.epochs.update[-1], h.steps.loss[-1])"
        }
        let found = counts(run("")), patient = counts(run(", patience: 1000000"))
        #expect(found.found.error == nil && found.found.output == patient.found.output, "\(found.found.error?.message ?? "")")
        #expect(found.counts.hits > 139_990)
    }

    /// Small tensors are registers: C repeats the update, and of those that history passes over nothing is measured. What a count or a place was read from
    /// is no input that changes.
    @Test(arguments: ["adam(lr: 0.01)", "momentum(lr: 1e-4)", "radam(lr: 0.001)"]) func aRunOverSmallTensorsIsARegisterProgram(_ rule: String) {
        func run(_ options: String, _ mode: PlanMode) -> (counts: PlanCounts, found: Session.Found) {
            counts(
                "d = 3\nf(p) = { x = p.x\n sum(100 * (x[1..<d] - x[0..<d - 1]^2)^2 + (1 - x[0..<d - 1])^2) + sum((p.M @ x)^2) + p.b^2 }\n"
                    + "r = train(f, {x: sin(arange(d)), M: cos(reshape(arange(6), [2, 3])), b: 1}, steps: 80000, rule: \(rule)\(options))\nh = r.history\n"
                    + "print(r.best, size(h.steps.loss), sum(h.steps.loss), sum(h.steps.cosine[1...-1]), sum(h.epochs.update[1...-1]))",
                mode)
        }
        let (registers, patient, memory) = (run("", .on), run(", patience: 1000000", .on), run("", .forcedInMemory))
        #expect(registers.found.error == nil, "\(registers.found.error?.message ?? "")")
        #expect(registers.counts.repeated > 79_900 && registers.counts.unmeasured > 2000, "\(registers.counts)")
        #expect(patient.counts.unmeasured == 0 && patient.found.output == registers.found.output)
        #expect(memory.counts.repeated == 0 && memory.counts.hits > 79_900)
        let (a, b) = (numbers(registers.found.output), numbers(memory.found.output))
        #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }, "\(a)\n\(b)")
    }

    /// Without measures nothing but the parameters may be handed on; where there are rows, the loop runs over the plan.
    @Test func withoutMeasuresUpdatesAreRepeatedToo() {
        let small = counts("r = train(w -> (w - 3)^2, 0, steps: 50000, lr: 0.01, measures: false)\nprint(r.params, size(r.history.steps.loss))")
        #expect(small.found.error == nil && small.counts.repeated > 49_900, "\(small.counts)")
        #expect(small.found.output == counts("r = train(w -> (w - 3)^2, 0, steps: 50000, lr: 0.01)\nprint(r.params, size(r.history.steps.loss))").found.output)
        let rows = counts(data + "r = train((p, X, y) -> mean((tanh(X @ p) - y)^2), [0.1, 0.2], data: {X: X, y: y}, batch: 4, epochs: 5, measures: false)\nprint(r.steps)")
        #expect(rows.found.error == nil && rows.counts.compiled == 2 && rows.counts.hits == 9, "\(rows.counts)")
    }

    /// A place that is computed from what changes has to stay the same at each turn, which only single updates look at.
    @Test func aPlaceThatMayChangeIsLookedAtInEachUpdate() {
        let code = "f(x) = sum((x[round(0 * x[0])] - 1)^2 + (x - 2)^2)\nr = train(f, [0.5, 1], steps: 500, lr: 0.01)\nprint(r.params)"
        let planned = counts(code)
        #expect(planned.found.error == nil && planned.counts.repeated == 0 && planned.found.output == counts(code, .off).found.output)
    }

    /// One plan for the updates, the first of which has zeros for the gradient before it, and one for the loss over all rows, which is asked for at
    /// the start and at the end of each epoch.
    @Test func theLossOverAllRowsIsAPlansToo() {
        expect(data + "r = train((p, X, y) -> mean((tanh(X @ p) - y)^2), [0.1, 0.2], data: {X: X, y: y}, batch: 4, epochs: 5)\nprint(size(r.history.epochs.loss))", prints: ["6"]) {
            ($0.compiled, $0.hits) = (2, 9 + 5)
        }
    }

    @Test(arguments: PlanCallTests.problems) func trainingByPlanAgreesWithTheTape(_ problem: String) {
        for rule in rules {
            let code = data + "r = " + problem.replacingOccurrences(of: "STEPS", with: "12").replacingOccurrences(of: "RULE", with: rule)
                + "\nprint(join(ravel(r.params), r.history.steps.loss, r.history.steps.gradient[1...-1], r.history.steps.update, r.history.steps.parameters, r.history.steps.cosine[1...-1], r.history.steps.zeros))"
            let (planned, taped) = (counts(code), counts(code, .off))
            #expect(planned.counts.hits > 0 && planned.found.error == nil, "\(rule): \(planned.found.error?.message ?? "")")
            #expect(taped.counts.hits == 0)
            let (a, b) = (numbers(planned.found.output), numbers(taped.found.output))
            let tolerance = problem.contains("f32") ? 2e-4 : 1e-8
            #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }, "\(rule) \(problem)\n\(a)\n\(b)")
        }
    }

    private static let noisy = [
        "train((p, X, y) -> mean((dropout(tanh(X @ p.w + p.b), p: 0.3) - y)^2), P, data: D, batch: 3, epochs: 6, rule: adam(lr: 0.05), seed: 4)",
        "train((p, X, y) -> mean((tanh(X @ p.w + p.b) - y)^2), P, data: D, batch: 4, epochs: 12, augment: X -> X + 0.1 * randn(shape(X)), lr: 0.05)",
        "train((p, X, y) -> mean((tanh(X @ p.w + p.b) - y)^2), P, data: D, batch: 4, epochs: 12, augment: (X, y) -> { k = permutation(4)\n {X: X[k], y: y[k]} }, lr: 0.05)",
        "train((p, X, y) -> mean((dropout(X, p: 0.2) @ p.w - y)^2), {w: f32(P.w)}, data: {X: f32(X), y: f32(y)}, batch: 4, epochs: 12, augment: X -> X * 1.5, lr: 0.05)",
        "train((p, X, y) -> mean((relu(X @ p.w) - y)^2), {w: P.w}, data: D, batch: 3, epochs: 6, lr: 0.05, clip: 0.1)",
        "train(p -> (p - 3)^2 + p * randn(), 0, steps: 20, lr: 0.05)",
        "train(p -> sum((p + 0.1 * randn([2]))^2), [1, 2], steps: 20, rule: momentum(lr: 0.05))",
        "train((p, X, y) -> mean((tanh(X @ p.w + p.b) - y)^2), P, data: D, batch: 4, epochs: 12, every: r -> { n <- n + r.loss }, lr: 0.05)",
        "train(p -> (p - 3)^2, 0, steps: 20, every: r -> { n <- n + r.loss }, lr: 0.05)",
    ]

    @Test(arguments: PlanCallTests.noisy) func trainingThatDrawsRunsByPlan(_ problem: String) {
        let code = data + "n = 0\nP = {w: [0.1, -0.2], b: 0.3}\nD = {X: X, y: y}\nr = \(problem)\n"
            + "print(join(ravel(r.params), r.history.steps.loss, r.history.epochs.loss, [n, rand()]))"
        let (planned, taped) = (counts(code), counts(code, .off))
        #expect(planned.found.error == nil, "\(planned.found.error?.message ?? "")")
        #expect(planned.counts.abandoned == 0 && planned.counts.misses == 0 && planned.counts.hits > 10, "\(planned.counts)")
        let (a, b) = (numbers(planned.found.output), numbers(taped.found.output))
        let tolerance = problem.contains("f32") ? 2e-4 : 1e-8
        #expect(a.count > 10 && a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }, "\(a)\n\(b)")
    }

    @Test func trainingThatDrawsGoesOnAsIfNeverStopped() {
        let problem = "train((p, X, y) -> mean((dropout(tanh(X @ p.w), p: 0.3) - y)^2), {w: [0.1, -0.2]}, data: {X: X, y: y}, batch: 3, rule: adam(lr: 0.05), epochs: "
        let found = counts(data + "a = \(problem)9)\nb = train(\(problem)4), epochs: 5)\nprint(a.params == b.params, a.history.steps.loss == b.history.steps.loss)").found
        #expect(found.error == nil && !found.output.joined().contains("false") && !found.output.joined().contains("0"), "\(found.output)")
    }

    private func numbers(_ output: [String]) -> [Double] {
        output.joined(separator: " ").split { !"0123456789.e-+naif".contains($0) }.compactMap { Double($0) }
    }

    // MARK: Generated programs

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

    @Test(arguments: 0..<PlanCallTests.programs) func generatedProgramsAgree(_ seed: Int) {
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
