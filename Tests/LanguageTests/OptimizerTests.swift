import Foundation
import Runtime
import Syntax
import Tensors
import Testing

/// Every update rule of the prelude against torch.optim, over 100 steps: `scripts/oracles/optimizers.py` made the numbers.
struct OptimizerTests {
    struct Trajectory: CustomTestStringConvertible, Sendable {
        let problem: String
        let rule: String
        /// After 1, 10 and 100 steps.
        let parameters: [[Double]]

        var testDescription: String { "\(problem), \(rule)" }
    }

    /// The same functions as in the script, in Grad.
    static let problems = [
        "quadratic": """
            A = [[3, 0.5, 0.1], [0.5, 2, 0.3], [0.1, 0.3, 1]]
            b = [1, -2, 0.5]
            L(p) = 0.5 * p @ A @ p - b @ p
            start = [1, 1, -1]
            """,
        "rosenbrock": """
            L(p) = (1 - p.x)^2 + 100(p.y - p.x^2)^2
            start = {x: -1.2, y: 1}
            """,
        "network": """
            X = [[0.2, -1], [1.1, 0.4], [-0.7, 0.9], [0.5, 0.5], [-1.2, -0.3]]
            Y = [0.3, -0.2, 0.8, 0.1, -0.5]
            L(p) = mean((tanh(X @ p.W + p.b) @ p.v + p.c - Y)^2)
            start = {W: [[0.3, -0.2, 0.5], [0.1, 0.4, -0.6]], b: [0.1, 0, -0.1], v: [0.7, -0.3, 0.2], c: 0.05}
            """,
    ]

    static let trajectories: [Trajectory] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Oracles/optimizers.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return Trajectory(
                problem: parts[0], rule: parts[1],
                parameters: parts[2].split(separator: ";").map { $0.split(separator: " ").compactMap { Double($0) } })
        }
    }()

    @Test(arguments: trajectories)
    func followsTorch(_ trajectory: Trajectory) throws {
        for (steps, expected) in zip([1, 10, 100], trajectory.parameters) {
            let program = """
                \(Self.problems[trajectory.problem] ?? "")
                train(L, start, rule: \(trajectory.rule), steps: \(steps)).params
                """
            let found = try numbers(of: program)
            #expect(found.count == expected.count)
            for (a, b) in zip(found, expected) {
                #expect(abs(a - b) <= 1e-12 * max(1, abs(b)), "\(trajectory.testDescription) after \(steps): \(a), torch \(b)")
            }
        }
    }

    @Test func everyRuleIsCompared() {
        let rules = Set(Self.trajectories.map { $0.rule.prefix { $0 != "(" } })
        #expect(rules.count == 11)
        #expect(Self.trajectories.count > 60)
    }

    private func numbers(of program: String) throws -> [Double] {
        let interpreter = Interpreter(environment: Environment(print: { _ in }, note: { _ in }))
        let source = interpreter.addSource(name: "trajectory", bytes: Array(program.utf8))
        guard case .finished(let value) = interpreter.run(source) else {
            Issue.record("the program fails: \(program)")
            return []
        }
        return value.leaves.compactMap(\.tensor).flatMap(\.numbers)
    }
}
