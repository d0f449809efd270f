import Autodiff
import Syntax
import Tensors

/// The parts that all derivatives share: arguments become variables, results are read back in the same form.
enum Differentiation {
    /// Arguments with fresh variables in them, and how to put results back into their form.
    struct Variables {
        var arguments: [Value?]
        var nodes: [Node] = []
        /// Names of the parameters differentiated by, with the form of each and its count of leaves.
        var entries: [(name: String, form: Value, count: Int)] = []
        /// Several parameters: results are a record by name.
        var isRecord: Bool

        /// One value per node, in the form of the arguments; by parameter name if there are several.
        func form(_ values: [Value]) -> Value {
            var next = 0
            let parts = entries.map { entry -> (String, Value) in
                defer { next += entry.count }
                return (entry.name, rebuild(entry.form, values[next..<(next + entry.count)]))
            }
            return isRecord ? .record(parts) : parts.first?.1 ?? .nothing
        }

        private func rebuild(_ form: Value, _ values: ArraySlice<Value>) -> Value {
            var position = values.startIndex
            return form.mapLeaves { leaf in
                guard leaf.isNumeric else { return leaf }
                defer { position += 1 }
                return values[position]
            }
        }

        /// Says which parameters the function does not use.
        func noteUnused(_ gradients: [Node?], _ function: Callable, _ tape: Tape, _ machine: Machine, _ site: Site) {
            var paths: [String] = []
            for entry in entries {
                let leaves = entry.form.leafPaths(entry.name)
                paths += zip(leaves, entry.form.leaves).filter { $1.isNumeric }.map(\.0)
            }
            let name = function.name.map { "`\($0)`" } ?? "the function"
            let zero = zip(paths, zip(gradients, nodes)).filter { $1.0 == nil }
            let isUsed = tape.used(nodes)
            let unused = zero.filter { !isUsed.contains($1.1.index) }.map { "`\($0.0)`" }
            let stepwise = zero.filter { isUsed.contains($1.1.index) }.map { "`\($0.0)`" }
            if !unused.isEmpty {
                machine.note("\(name) does not depend on \(unused.joined(separator: ", ")), so that derivative is zero", at: site.span)
            }
            if !stepwise.isEmpty {
                machine.note(
                    "\(name) uses \(stepwise.joined(separator: ", ")) only where the derivative is zero everywhere", at: site.span,
                    hints: ["comparisons, rounding, `sign` and `stop` let no derivative through"])
            }
        }
    }

    static func variables(
        _ function: Callable, _ arguments: [Value?], _ chosen: [String]?, _ machine: Machine, _ site: Site, _ tape: Tape
    ) throws -> Variables {
        let parameters = function.parameters
        let positions = try positions(function, arguments, chosen, site)
        var result = Variables(arguments: arguments, isRecord: chosen.map { $0.count > 1 } ?? (positions.count > 1))
        for position in positions {
            guard let argument = arguments[position]?.settled else { continue }
            let before = result.nodes.count
            result.arguments[position] = argument.mapLeaves { leaf in
                switch leaf.settled {
                case .node(let node) where node.tape === tape:
                    let variable = tape.variable(node)
                    result.nodes.append(variable)
                    return .node(variable)
                case let settled:
                    guard settled.isNumeric, let tensor = settled.outline else { return leaf }
                    let variable = tape.variable(tensor)
                    result.nodes.append(variable)
                    return .node(variable)
                }
            }
            let name = position < parameters.count ? parameters[position].name : "argument \(position + 1)"
            result.entries.append((name, argument, result.nodes.count - before))
        }
        return result
    }

    /// Which arguments to differentiate by: those that `wrt:` names, else all required ones that hold numbers.
    private static func positions(
        _ function: Callable, _ arguments: [Value?], _ chosen: [String]?, _ site: Site
    ) throws -> [Int] {
        let parameters = function.parameters
        if let chosen {
            return try chosen.map { name in
                let position = try requireParameter(name, of: function, what: "`wrt: \(name)`", site)
                guard let value = arguments[position], value.settled.isDifferentiable else {
                    throw Diagnostic("`\(name)` is not a number or a tensor, so no derivative by it can be taken", at: site.span)
                }
                return position
            }
        }
        let candidates = arguments.indices.filter { arguments[$0]?.settled.isDifferentiable ?? false }
        let required = candidates.filter { $0 >= parameters.count || parameters[$0].isRequired }
        let positions = required.isEmpty ? candidates : required
        guard !positions.isEmpty else {
            throw Diagnostic(
                "a derivative needs an argument that is a number or a tensor", at: site.span,
                hints: arguments.isEmpty ? ["a function without parameters has no derivative"] : [])
        }
        return positions
    }

    /// The position of the parameter of this name.
    @discardableResult
    static func requireParameter(_ name: String, of function: Callable, what: String, _ site: Site) throws -> Int {
        let names = function.parameters.map(\.name)
        if let position = names.firstIndex(of: name) { return position }
        let similar = nearestNames(to: name, among: names)
        let hint =
            if let nearest = similar.first { "did you mean `\(nearest)`?" }
            else if names.isEmpty { "a function without parameters has no derivative" }
            else if names.count == 1 { "its parameter is `\(names[0])`" }
            else { "its parameters are \(names.map { "`\($0)`" }.joined(separator: ", "))" }
        throw Diagnostic("\(what) names no parameter of \(function.name.map { "`\($0)`" } ?? "the function")", at: site.span, hints: [hint])
    }

    /// The output as a single number on the tape; `nil` when it is one that does not depend on any variable.
    static func scalar(
        _ output: Value, of function: Callable, _ machine: Machine, _ site: Site, _ tape: Tape
    ) throws -> Node? {
        let name = function.name.map { "`\($0)`" } ?? "the function"
        guard let tensor = output.outline, !isBoolean(output) else {
            throw Diagnostic(
                "a gradient is taken of a number, but \(name) gives \(output.typeDescription)", at: site.span,
                hints: output.isNothing ? ["its last line should be the value"] : [])
        }
        guard tensor.rank == 0 else {
            throw Diagnostic(
                "a gradient is taken of a number, but \(name) gives \(output.typeDescription)", at: site.span,
                hints: [
                    "make it one number with `sum` or `mean`",
                    "for the derivative of every entry write `jacobian(\(function.name ?? "f"))`",
                ])
        }
        if case .node(let node) = output { return node }
        return nil
    }

    private static func isBoolean(_ value: Value) -> Bool {
        if case .node(let node) = value { node.primitive.isPredicate } else { false }
    }
}

extension Tape {
    /// Those of the nodes, by index, that something was computed from.
    fileprivate func used(_ candidates: [Node]) -> Set<Int> {
        guard let first = candidates.map(\.index).min() else { return [] }
        let wanted = Set(candidates.map(\.index))
        var found: Set<Int> = []
        for node in nodes[first...] {
            for position in 0..<Int(node.operands.count) {
                let index = Int(node.operands[position])
                if wanted.contains(index) { found.insert(index) }
            }
        }
        return found
    }
}
