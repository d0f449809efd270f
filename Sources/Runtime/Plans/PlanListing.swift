import Autodiff
import Tensors

extension Builtin {
    static let plan = Builtin(
        "plan", [.required("f")], .text,
        summary: "what calls of f and of its derivatives were compiled to, step by step, as text; or why they were not",
        examples: ["L(w) = (w - 3)^2; grad(L)(0); grad(L)(1)", "plan(L)"]
    ) { call in
        try call.requireFunction(0)
        guard case .function(let function) = call[0] else { return .nothing }
        return .string(PlanListing(function).text)
    }
}

/// The plans of a function, readably.
package struct PlanListing {
    package let text: String

    package init(_ function: Callable) {
        let name = function.name ?? "the function"
        guard let subject = function.subject else {
            text = "`\(name)` is not written in Grad, so no plans are kept for it"
            return
        }
        let kept = subject.closure.code.plans.all.sorted { $0.transform.title(name) < $1.transform.title(name) }
        let parts = kept.flatMap { transform, entry in PlanListing.lines(transform.title(name), entry) }
        text = parts.isEmpty
            ? "no calls of `\(name)` or of its derivatives have repeated yet: a plan is made at the second with operands of one form"
            : parts.joined(separator: "\n")
    }

    private static func lines(_ title: String, _ entry: PlanEntry) -> [String] {
        if entry.plans.isEmpty { return ["\(title): " + (entry.reason.map { "left to the tape, since \($0)" } ?? "called once so far")] }
        let note = entry.reason.map { ["(new plans are not made any more, since \($0))"] } ?? []
        return entry.plans.flatMap { ready -> [String] in
            let plan = ready.plan
            var lines = [
                "\(title) of \(ready.arguments.map(\.title).joined(separator: ", ")): \(plan.stepCount) \(plan.stepCount == 1 ? "step" : "steps"), "
                    + "\(plan.passes) over tensors, \(plan.byteCount) bytes, \(plan.flops) operations on numbers, run \(plan.runs) times"
            ]
            for (index, step) in plan.listing.enumerated() {
                lines.append("  \(index + 1)  \(step.label)" + (step.flops > 0 ? "  (\(step.flops))" : ""))
            }
            let used = plan.graph.simplifications.sorted()
            if !used.isEmpty { lines.append("  simplified by: " + used.joined(separator: "; ")) }
            return lines
        } + note
    }
}

extension Transform {
    func title(_ name: String) -> String {
        switch self {
        case .call: name
        case .gradient(let inner, let names, let withValue):
            (withValue ? "value_and_grad(" : "grad(") + inner.title(name) + (names.map { ", wrt: [\($0.joined(separator: ", "))]" } ?? "") + ")"
        case .jacobian(let inner, _): "jacobian(\(inner.title(name)))"
        case .tangent(let inner): "jvp(\(inner.title(name)))"
        case .pullback(let inner): "vjp(\(inner.title(name)))"
        }
    }
}

extension Form {
    var title: String {
        switch self {
        case .number: "a number"
        case .tensor(_, let shape, let type): "\(type.name) \(shape)"
        case .list(let forms): "[\(forms.map(\.title).joined(separator: ", "))]"
        case .record(let names, let forms): "{\(zip(names, forms).map { "\($0): \($1.title)" }.joined(separator: ", "))}"
        case .closure, .again, .composed: "a function"
        case .sameCell: "a variable"
        case .same(let value): value.isNothing ? "nothing" : value.typeDescription
        }
    }
}
