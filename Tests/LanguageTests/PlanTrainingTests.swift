import Foundation
import Runtime
import Syntax
import Testing

/// A run by plans is the run by the tape.
@Suite struct PlanTrainingTests {
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

    @Test(arguments: PlanTrainingTests.problems) func trainingGoesOnAsIfNeverStopped(_ problem: String) {
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

    @Test(arguments: PlanTrainingTests.problems) func trainingByPlanAgreesWithTheTape(_ problem: String) {
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

    @Test(arguments: PlanTrainingTests.noisy) func trainingThatDrawsRunsByPlan(_ problem: String) {
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
}
