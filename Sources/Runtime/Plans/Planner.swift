import Autodiff
import Syntax
import Tensors

// Calls by plan. A call of the same form as one before is recorded once more, with all that it reaches as variables of the tape: the tape becomes a
// plan, and calls to come run by it, as long as its guards hold. See docs/design/plans.md.

/// The function of the language that a call comes down to, and what is done with it.
struct PlanSubject {
    let closure: Closure
    let transform: Transform

    func under(_ outer: (Transform) -> Transform) -> PlanSubject { PlanSubject(closure: closure, transform: outer(transform)) }
}

extension Machine {
    /// The value of a call by the plan of a function of the language; `nil` when it is left to the tape.
    func planned(_ callable: Callable, _ arguments: [Value?], _ site: Site, fromFirst: Bool = false) throws -> Value? {
        guard tape == nil, environment.plans != .off, let subject = callable.subject else { return nil }
        return try planned(
            callable, roots: [subject.closure], subject.closure.code.plans.entry(subject.transform), arguments, site, fromFirst: fromFirst)
    }

    /// Tapes longer than this are not compiled.
    private static let mostNodes = 1_000_000
    /// Recording holds all that a call computes at once, which a call by itself lets go of: this many bytes of it, about.
    private static let mostRecorded = 1 << 30
    /// A call of a function is worth a plan, as its derivatives always are, where its arguments have as many numbers.
    static let worthAPlan = 1 << 14

    /// The value of a call by a plan, or while one is being made; `nil` when the call is left to the tape. `roots` are the functions that
    /// `callable` calls, `entry` where its plans are kept, `own` cells that it fills itself. `fromFirst`: the first call is run by its plan already,
    /// so that what a call gives does not depend on which came before. `isJudged`: the caller refuses itself what should have been finite.
    func planned(
        _ callable: Callable, roots: [Callable], _ entry: PlanEntry, _ arguments: [Value?], _ site: Site, own: [Cell] = [],
        fromFirst: Bool = false, isJudged: Bool = false
    ) throws -> Value? {
        let fromFirst = fromFirst || environment.plans.isForced
        guard tape == nil, environment.plans != .off, !stopsAtNaN, entry.reason == nil else { return nil }
        for index in entry.plans.indices {
            let ready = entry.plans[index]
            var matcher = Matcher(ready.plan, own: own)
            guard matcher.matches(ready, roots: roots, arguments) else { continue }
            if let value = try run(ready, site) {
                entry.hit(index)
                planCounts.hits += 1
                return value
            }
            planCounts.misses += 1
        }
        let reach = Reach(roots: roots, arguments, own: own)
        planEntries.add(entry)
        guard fromFirst || entry.lastArguments.map({ Form.agree($0, reach.arguments) }) ?? false else {
            entry.lastArguments = reach.arguments
            return nil
        }
        entry.traced()
        return try recorded(callable, reach, entry, arguments, site, isRun: fromFirst, isJudged: isJudged)
    }

    // MARK: Running

    private func run(_ ready: ReadyPlan, _ site: Site) throws -> Value? {
        let plan = ready.plan
        var made: [Storage?] = []
        for index in 0..<plan.resultCount {
            let term = plan.graph[plan.graph.outputs[index]]
            if term.shape.rank == 0 {
                made.append(nil)
            } else {
                let storage = Storage(byteCount: max(1, term.shape.count * term.type.size))
                plan.setResult(index, storage.bytes)
                made.append(storage)
            }
        }
        let before = random
        var isWhole = false
        // Of a run that comes to nothing the numbers were not drawn.
        defer { if !isWhole { random = before } }
        do {
            try ready.draw(from: &random)
            guard try plan.run() else { return nil }
        } catch {
            // What is wrong the tape tells, at its place.
            return nil
        }
        let value = ready.result.value(plan, made)
        if ready.mustBeFinite, !value.leaves.allSatisfy({ $0.tensor?.isFinite ?? true }) { return nil }
        isWhole = true
        try checkInterruption()
        return value
    }

    // MARK: Recording

    private func recorded(
        _ callable: Callable, _ reach: Reach, _ entry: PlanEntry, _ arguments: [Value?], _ site: Site, isRun: Bool, isJudged: Bool
    ) throws -> Value? {
        let fresh = Tape()
        fresh.isForPlan = true
        let largest = reach.inputs.lazy.compactMap(\.tensor).map { $0.count * $0.type.size }.max() ?? 8
        fresh.mostNodes = callable is Closure ? max(64, Machine.mostRecorded / max(8, largest)) : Machine.mostNodes
        fresh.poll = { [unowned self] in try checkWork() }
        let nodes = reach.inputs.map { fresh.variable($0.tensor ?? Tensor(.nan)) }
        let before = random
        let output: Value
        do {
            output = try withReached(reach, as: nodes) {
                (tape, depth) = (fresh, depth + 1)
                defer {
                    (tape, depth) = (nil, depth - 1)
                }
                let given = zip(reach.arguments, arguments).map { form, value in value.map { form.replacing($0, by: nodes) } }
                return try callable.invoke(given, self, site).settled
            }
        } catch let error as Interruption {
            fresh.close()
            throw error
        } catch {
            // The tape will say what is wrong, if anything is.
            fresh.close()
            random = before
            planCounts.abandoned += 1
            entry.reason = (error as? Unplannable)?.reason ?? "it stopped with an error"
            return nil
        }
        defer { fresh.close() }
        guard fresh.nodes.count <= fresh.mostNodes, let ready = compiled(fresh, nodes, output, reach, isJudged: isJudged) else {
            planCounts.abandoned += 1
            entry.reason = fresh.nodes.count > fresh.mostNodes ? "its tape is too long" : "its result is no number, tensor, or form of such"
            return output.mapLeaves { leaf in if case .node(let node) = leaf { Value.plain(node) } else { leaf } }
        }
        planCounts.compiled += 1
        entry.add(ready)
        if isRun {
            for (index, input) in reach.inputs.enumerated() { if let tensor = input.tensor { ready.plan.set(index, tensor) } }
            let after = random
            random = before
            if let value = try run(ready, site) { return value }
            random = after
            planCounts.misses += 1
        }
        return output.mapLeaves { leaf in if case .node(let node) = leaf { Value.plain(node) } else { leaf } }
    }

    private func compiled(_ tape: Tape, _ inputs: [Node], _ output: Value, _ reach: Reach, isJudged: Bool) -> ReadyPlan? {
        var results: [Node] = []
        guard let form = ResultForm(output, &results) else { return nil }
        let guards = tape.guarded
        let graph = Graph(tape, outputs: results + guards, inputs: inputs + tape.draws.map(\.node), for: .plan)
        let expected = guards.map { (value: $0.value, isCondition: $0.primitive.isPredicate && $0.shape.rank == 0) }
        let inRegisters = environment.plans != .forcedInMemory
        guard let plan = Plan(graph, results: results.count, expected: expected, inRegisters: inRegisters) else { return nil }
        return ReadyPlan(plan, reach, draws: tape.draws.map(\.draw), form, mustBeFinite: tape.hasSelection && !isJudged)
    }

    /// Runs `body` with the numbers of all that is reached replaced by nodes, and puts everything back. If the body changed any of it, the
    /// change is undone and the call is not for a plan.
    private func withReached<R>(_ reach: Reach, as nodes: [Node], _ body: () throws -> R) throws -> R {
        var places: [(place: Place, old: Value, new: Value)] = []
        for probe in reach.probes {
            guard let place = place(of: probe.source, reach) else { continue }
            if case .sameCell = probe.form { continue }
            let old = place.value
            let new = probe.form.replacing(old, by: nodes)
            place.put(new)
            places.append((place, old, new))
        }
        defer { for entry in places.reversed() { entry.place.put(entry.old) } }
        let result = try body()
        for entry in places where !entry.place.value.isSame(as: entry.new) {
            throw Unplannable(reason: "it changes a variable outside of it")
        }
        return result
    }

    /// Memory that a function reads.
    private enum Place {
        case memory(UnsafeMutablePointer<Value>)
        case cell(Cell)

        var value: Value {
            switch self {
            case .memory(let place): place.pointee
            case .cell(let cell): cell.value
            }
        }

        func put(_ value: Value) {
            switch self {
            case .memory(let place): place.pointee = value
            case .cell(let cell): cell.value = value
            }
        }
    }

    private func place(of source: ReachedFrom, _ reach: Reach) -> Place? {
        let memory: UnsafeMutablePointer<Value>
        switch source {
        case .root: return nil
        case .global(let variable):
            guard let global = variable.global else { return nil }
            memory = global
        case .capture(let closure, let index): memory = reach.closures[closure].captures + index
        }
        if case .cell(let cell) = memory.pointee { return .cell(cell) }
        return .memory(memory)
    }
}

extension Form {
    /// Whether two lists of arguments have the same forms, whatever their numbers and functions are.
    static func agree(_ a: [Form], _ b: [Form]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { $0.agrees(with: $1) } }

    private func agrees(with other: Form) -> Bool {
        switch (self, other) {
        case (.number, .number): true
        case (.tensor(_, let a, let s), .tensor(_, let b, let t)): a == b && s == t
        case (.list(let a), .list(let b)): Form.agree(a, b)
        case (.record(let a, let x), .record(let b, let y)): a == b && Form.agree(x, y)
        case (.closure(let a, _), .closure(let b, _)): a === b
        case (.again(let a), .again(let b)): a == b
        case (.composed(let a, let x), .composed(let b, let y)): a.isLike(b) && Form.agree(x, y)
        case (.same(let a), .same(let b)): a.isSame(as: b)
        default: false
        }
    }
}

extension ResultForm {
    /// `nil` where there is something in it that a plan cannot make: a function, an object.
    init?(_ value: Value, _ results: inout [Node]) {
        switch value {
        case .node(let node) where node.isConstant: self = .fixed(Value.plain(node))
        case .node(let node):
            results.append(node)
            let place = results.count - 1
            if node.shape.rank == 0, node.primitive.isPredicate {
                self = .truth(place)
            } else {
                self = node.shape.rank == 0 && node.type == .f64 ? .number(place) : .tensor(place, node.shape, node.type)
            }
        case .list(let list):
            guard let parts = ResultForm.parts(list.elements, &results) else { return nil }
            self = .list(parts)
        case .record(let record):
            guard let parts = ResultForm.parts(record.values, &results) else { return nil }
            self = .record(record.names, parts)
        case .function, .object, .cell: return nil
        default: self = .fixed(value)
        }
    }

    private static func parts(_ values: [Value], _ results: inout [Node]) -> [ResultForm]? {
        var parts: [ResultForm] = []
        for value in values {
            guard let part = ResultForm(value.settled, &results) else { return nil }
            parts.append(part)
        }
        return parts
    }

    func value(_ plan: Plan, _ made: [Storage?]) -> Value {
        switch self {
        case .number(let place): return .number(plan.number(place))
        case .truth(let place): return .boolean(plan.number(place) != 0)
        case .tensor(let place, let shape, let type):
            if let storage = made[place] { return Value(Tensor(shape: shape, type: type, storage: storage)) }
            return Value(Tensor(plan.number(place), type: type))
        case .list(let parts): return .list(parts.map { $0.value(plan, made) })
        case .record(let names, let parts): return .record(Record(names: names, values: parts.map { $0.value(plan, made) }))
        case .fixed(let value): return value
        }
    }
}

extension Value {
    /// Without its tape, and on record there as what something outside went by.
    var observed: Value {
        guard case .node(let node) = self else { return self }
        node.tape.observe(node)
        return Value.plain(node)
    }
}
