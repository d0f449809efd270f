import Autodiff
import Syntax
import Tensors

/// Runs a function with names instead of numbers: its arguments, and the numbers and tensors that it and the functions behind it use
/// from outside, are put on the tape as what they are called. Nothing that the function prints, notes or changes outlives the run.
struct Unknowns {
    let machine: Machine
    let site: Site

    /// What a traced run hands out, while its tape is open.
    struct Trace {
        let tape: Tape
        /// The function's value, with nodes in its leaves.
        let value: Value
        /// The nodes of named numbers and tensors.
        let named: [(node: Node, name: String)]
        /// Names that come from outside, with their values.
        let outside: [(name: String, value: Value)]
        /// How many nodes there were before the function ran.
        let start: Int

        /// Conditions that the run went by.
        var branches: [Node] { tape.guarded.filter { $0.primitive.isPredicate && $0.value.rank == 0 } }
    }

    func trace<R>(_ function: Callable, _ arguments: [Value?], _ body: (Trace) throws -> R) throws -> R {
        let quiet = machine.environment
        machine.environment.print = { _ in }
        machine.environment.note = { _ in }
        (machine.environment.progress, machine.environment.history) = (nil, nil)
        machine.environment.plans = .off
        let (tape, depth, random) = (machine.tape, machine.depth, machine.random)
        (machine.tape, machine.depth) = (nil, 0)
        defer {
            machine.environment = quiet
            (machine.tape, machine.depth, machine.random) = (tape, depth, random)
        }
        return try machine.tracing { tape in
            tape.isForFormula = true
            var named: [(Node, String)] = []
            func unknown(_ value: Value, _ name: String) -> Value {
                var paths = value.leafPaths(name)[...]
                return value.mapLeaves { leaf in
                    let path = paths.popFirst() ?? name
                    guard leaf.settled.isNumeric, let tensor = leaf.tensor else { return leaf }
                    let node = tape.variable(tensor)
                    named.append((node, path))
                    return .node(node)
                }
            }
            let parameters = function.parameters
            let own = arguments.enumerated().map { index, argument in
                argument.map { unknown($0.settled, index < parameters.count ? parameters[index].name : "x\(index + 1)") }
            }
            let given = Set(zip(parameters, arguments).compactMap { $1 == nil ? nil : $0.name })
            let places = places(of: function, except: given)
            let saved = places.map { ($0.place, $0.place.pointee) }
            defer { for (place, value) in saved { place.pointee = value } }
            var outside: [(String, Value)] = []
            for (name, place) in places {
                outside.append((name, content(place.pointee)))
                replace(place, by: unknown(content(place.pointee), name))
            }
            defer { restore(places, outside.map(\.1)) }
            let start = tape.nodes.count
            let value = try machine.invoke(function, own, site).settled
            return try body(Trace(tape: tape, value: value, named: named, outside: outside, start: start))
        }
    }

    // MARK: What a function uses from outside

    private func content(_ value: Value) -> Value { if case .cell(let cell) = value { cell.value } else { value } }

    /// A captured variable that is shared lies in a cell, which keeps its place.
    private func replace(_ place: UnsafeMutablePointer<Value>, by value: Value) {
        if case .cell(let cell) = place.pointee { cell.value = value } else { place.pointee = value }
    }

    private func restore(_ places: [(name: String, place: UnsafeMutablePointer<Value>)], _ values: [Value]) {
        for ((_, place), value) in zip(places, values) { replace(place, by: value) }
    }

    /// Numbers, tensors and records of them that the function and those behind it can see, by name; a name that is taken stays a number.
    private func places(of function: Callable, except taken: Set<String>) -> [(name: String, place: UnsafeMutablePointer<Value>)] {
        var found: [(String, UnsafeMutablePointer<Value>)] = []
        var taken = taken
        var seen: Set<ObjectIdentifier> = []
        func look(_ name: String, _ place: UnsafeMutablePointer<Value>) {
            let value = content(place.pointee)
            if case .function(let callable) = value { return visit(callable) }
            guard value.isDifferentiable, !value.isTraced, taken.insert(name).inserted else { return }
            found.append((name, place))
        }
        func visit(_ callable: Callable) {
            guard seen.insert(ObjectIdentifier(callable)).inserted else { return }
            callable.parts.forEach(visit)
            guard let closure = callable.asClosure else { return }
            for (index, name) in closure.code.captureNames.enumerated() { look(name, closure.captures + index) }
            for variable in closure.code.globals {
                if let place = variable.global { look(variable.name, place) }
            }
        }
        visit(function)
        return found
    }
}

extension Callable {
    /// The functions of the language behind it, itself included.
    var closures: [Closure] { (asClosure.map { [$0] } ?? []) + parts.flatMap(\.closures) }
}
