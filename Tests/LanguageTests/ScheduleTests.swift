import Foundation
import Runtime
import Tensors
import Testing

/// Every schedule of the prelude against torch.optim.lr_scheduler: `scripts/oracles/schedules.py` made the numbers.
struct ScheduleTests {
    struct Course: CustomTestStringConvertible, Sendable {
        let schedule: String
        /// At steps 0, 1, 2, …
        let rates: [String]
        /// The loss at the end of each step, which a plateau follows; empty for functions of the step.
        let losses: [String]

        var testDescription: String { schedule }

        /// A program whose value is the list of rates.
        var program: String {
            if losses.isEmpty { return "map(\(schedule), 0..<\(rates.count))" }
            // A rule that counts, so that the loss of each step is the one that torch was told.
            return """
                losses = [0, \(losses.joined(separator: ", "))]
                rule count(lr: 1) { update(θ, g, t) = θ + 1 }
                L(w) = losses[stop(w)] + 0 * w
                train(L, 0, rule: count(lr: \(schedule)), steps: \(losses.count)).history.steps.lr
                """
        }
    }

    static let courses: [Course] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Oracles/schedules.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
            return Course(schedule: parts[0].joined(separator: " "), rates: parts[1], losses: parts.count > 2 ? parts[2] : [])
        }
    }()

    @Test(arguments: courses)
    func followsTorch(_ course: Course) throws {
        let result = Session().run(course.program)
        let found = try #require(result.values.last, "\(result.shown)").leaves.compactMap(\.tensor).flatMap(\.numbers)
        #expect(found.count == course.rates.count)
        for (step, (a, b)) in zip(found, course.rates.compactMap { Double($0) }).enumerated() {
            #expect(abs(a - b) <= 1e-12 * max(abs(b), 1e-3), "\(course.schedule) at step \(step): \(a), torch \(b)")
        }
    }

    /// Nothing with a torch counterpart is left out.
    @Test func everyScheduleIsCompared() {
        let names = Set(Self.courses.map { String($0.schedule.prefix { $0 != "(" }) })
        #expect(names == ["constant", "step_decay", "exponential", "cosine", "warm_restarts", "warmup", "polynomial", "one_cycle", "plateau"])
    }
}
