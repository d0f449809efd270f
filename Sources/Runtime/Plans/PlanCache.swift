import Autodiff
import Tensors

/// What is done with a function: plans are kept for each.
indirect enum Transform: Hashable {
    case call
    case gradient(Transform, by: [String]?, withValue: Bool)
    case jacobian(Transform, by: [String]?)
    case tangent(Transform)
    case pullback(Transform)
}

/// A compiled call: what it is for, and how its results become a value again.
final class ReadyPlan {
    let plan: Plan
    let arguments: [Form]
    let probes: [Probe]
    let result: ResultForm
    /// Random numbers that are inputs, in the order in which they are drawn, and where those of rank 1 and more go.
    private let draws: [(draw: Draw, input: Int, memory: Storage?, count: Int)]
    /// Where it makes one number of one number: its input and result.
    let ofNumber: (input: Int, result: Int)?
    /// The tape held zero adjoints at zero beside NaN: results that are not finite are left to it.
    let mustBeFinite: Bool

    /// The inputs after those that were reached are `draws`.
    init(_ plan: Plan, _ reach: Reach, draws: [Draw], _ result: ResultForm, mustBeFinite: Bool) {
        (self.plan, self.result, self.mustBeFinite) = (plan, result, mustBeFinite)
        (arguments, probes) = (reach.arguments, reach.probes)
        if draws.isEmpty, case .number(let result) = result, arguments.count == 1, case .number(let input) = arguments[0] {
            ofNumber = (input, result)
        } else {
            ofNumber = nil
        }
        self.draws = draws.enumerated().map { index, draw in
            let input = reach.inputs.count + index
            let shape = plan.graph[plan.graph.inputs[input]].shape
            let memory = shape.rank == 0 ? nil : Storage(byteCount: max(8, shape.count * 8))
            if let memory { plan.setMemory(input, memory.bytes) }
            return (draw, input, memory, shape.count)
        }
    }

    var isRandom: Bool { !draws.isEmpty }

    /// Fills the inputs that are random numbers.
    func draw(from stream: inout RandomStream) throws(PrimitiveError) {
        for (draw, input, memory, count) in draws {
            if let memory {
                let numbers = memory.bytes.bindMemory(to: Double.self, capacity: count)
                try stream.draw(draw, into: UnsafeMutableBufferPointer(start: numbers, count: count))
            } else {
                plan.setNumber(input, try stream.draw(draw).number)
            }
        }
    }
}

/// A value whose numbers are results of a plan.
indirect enum ResultForm {
    case number(Int)
    case truth(Int)
    case tensor(Int, Shape, ElementType)
    case list([ResultForm])
    case record([String], [ResultForm])
    case fixed(Value)
}

/// Plans of one function under one transform.
final class PlanEntry {
    /// The last first: a loop asks for the same one again.
    @exclusivity(unchecked) var plans: [ReadyPlan] = []
    /// The arguments of the last call for which there was no plan.
    var lastArguments: [Form]?
    /// Why it is left to the tape.
    @exclusivity(unchecked) var reason: String?
    @exclusivity(unchecked) private(set) var hits = 0
    private var traces = 0
    /// Its machine knows of it.
    fileprivate var isKnown = false
    fileprivate let link = PlanEntryLink()

    var wasAsked: Bool { lastArguments != nil || !plans.isEmpty || reason != nil }

    init() { link.entry = self }

    deinit { link.entry = nil }

    static let mostPlans = 4
    /// A function may be recorded this often at no gain before it is left to the tape.
    private static let patience = 8

    func hit(_ index: Int) {
        hits += 1
        if index > 0 { plans.swapAt(0, index) }
    }

    func traced() {
        traces += 1
        if traces > PlanEntry.patience + hits / 16 { reason = "its path keeps changing" }
    }

    func add(_ plan: ReadyPlan) {
        plans.insert(plan, at: 0)
        if plans.count > PlanEntry.mostPlans { plans.removeLast() }
    }
}

/// Knows of an entry as long as that is there. Were there a weak reference to it, each time that it is retained would take three times as long.
private final class PlanEntryLink {
    unowned(unsafe) var entry: PlanEntry?
}

/// The entries that have anything in them: what a plan goes by are functions, whose code has the entry, so that they hold one another until the machine
/// that they belong to has ended.
struct PlanEntries {
    private var known: [PlanEntryLink] = []
    private var most = 64

    mutating func add(_ entry: PlanEntry) {
        guard !entry.isKnown else { return }
        entry.isKnown = true
        known.append(entry.link)
        guard known.count > most else { return }
        known.removeAll { $0.entry == nil }
        most = max(64, 2 * known.count)
    }

    mutating func clear() {
        for case let entry? in known.map(\.entry) { (entry.plans, entry.lastArguments) = ([], nil) }
        known = []
    }
}

/// The plans of one function's code, by transform.
package final class PlanCache {
    private var entries: [Transform: PlanEntry] = [:]
    /// The derivative by one number.
    let derivative: NumericDerivative

    package init() {
        let entry = PlanEntry()
        derivative = NumericDerivative(entry)
        entries[.gradient(.call, by: nil, withValue: false)] = entry
    }

    func entry(_ transform: Transform) -> PlanEntry {
        if let entry = entries[transform] { return entry }
        let entry = PlanEntry()
        entries[transform] = entry
        return entry
    }

    /// Those that were asked for.
    var all: [(transform: Transform, entry: PlanEntry)] { entries.filter { $0.value.wasAsked }.map { ($0.key, $0.value) } }
}

/// When calls are compiled.
package enum PlanMode: Sendable {
    /// From the second call on.
    case on
    case off
    /// From the first, whose result then comes from the plan: to test plans by.
    case forced
    /// The same, and small tensors are memory in them as large ones are.
    case forcedInMemory

    var isForced: Bool { self == .forced || self == .forcedInMemory }
}

/// What became of calls that might run by a plan.
package struct PlanCounts: Equatable, Sendable {
    /// Tapes that became plans.
    package var compiled = 0
    /// Calls that a plan answered.
    package var hits = 0
    /// Plans that a guard or a refusal sent back to the tape.
    package var misses = 0
    /// Tapes that could not become plans.
    package var abandoned = 0
    /// Of the calls that were answered, updates of training that a register program made, one after another; and of these the ones that history passed
    /// over, of which nothing was measured.
    package var repeated = 0
    package var unmeasured = 0
    package init() {}
}

/// Thrown while a tape is recorded for a plan, before anything is done that a plan could not do again.
struct Unplannable: Error {
    let reason: String
}
