import Runtime
import Syntax
import Testing

/// A program run with plans as they are set: how often calls were compiled and run by them, and what it printed.
func counts(_ code: String, _ mode: PlanMode = .on) -> (counts: PlanCounts, found: Session.Found) {
    let session = Session()
    session.interpreter.machine.environment.plans = mode
    let found = DeepStack.run { session.run(code) }
    return (session.interpreter.machine.planCounts, found)
}

/// What a program prints, and how often its calls are compiled and run by plans.
func expect(_ code: String, prints output: [String], _ expected: (inout PlanCounts) -> Void) {
    let (counts, found) = counts(code)
    var wanted = PlanCounts()
    expected(&wanted)
    #expect(found.error == nil, "\(found.error?.message ?? "")")
    #expect(counts == wanted, "\(counts)\n\(code)")
    #expect(found.output == output)
}

/// The numbers in what was printed.
func numbers(_ output: [String]) -> [Double] {
    output.joined(separator: " ").split { !"0123456789.e-+naif".contains($0) }.compactMap { Double($0) }
}
