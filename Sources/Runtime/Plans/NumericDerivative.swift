import Autodiff
import Tensors

/// The derivative of a function of one number, as long as a plan gives it: what `w <- w - 0.1 * ∇L(w)` calls, interpreted or in a program of
/// numbers.
struct NumericDerivative {
    private let entry: PlanEntry

    init(_ entry: PlanEntry) { self.entry = entry }

    /// `nil` when no plan holds for what the function reaches now: then it has to be called.
    func value(at x: Double, _ machine: Machine) -> Double? {
        guard machine.tape == nil, !machine.stopsAtNaN, machine.environment.plans != .off, entry.reason == nil else { return nil }
        for index in entry.plans.indices {
            guard let value = entry.plans[index].number(at: x) else { continue }
            entry.hit(index)
            machine.planCounts.hits += 1
            return value
        }
        return nil
    }
}

extension ReadyPlan {
    /// The number that it makes of one number, for a function that captured nothing; `nil` when it does not fit or a guard fails.
    fileprivate func number(at x: Double) -> Double? {
        guard let ofNumber else { return nil }
        for probe in probes {
            switch probe.source {
            case .root: if case .closure = probe.form { continue }
            case .global(let variable): if let memory = variable.global, holds(probe.form, memory) { continue }
            case .capture: break
            }
            return nil
        }
        plan.setNumber(ofNumber.input, x)
        guard (try? plan.run()) == true else { return nil }
        let value = plan.number(ofNumber.result)
        return mustBeFinite && !value.isFinite ? nil : value
    }

    /// Whether a name at top level holds what the plan was made for; hands its numbers to the plan.
    @inline(__always)
    private func holds(_ form: Form, _ memory: UnsafeMutablePointer<Value>) -> Bool {
        guard case .closure(let code, _) = form else { return plan.takes(memory.pointee, as: form) }
        guard case .function(let callable) = memory.pointee, let closure = callable.asClosure else { return false }
        return closure.code === code && closure.captureCount == 0
    }
}
