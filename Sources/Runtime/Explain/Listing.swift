import Autodiff
import Plots
import Syntax
import Tensors

/// What a function does, operation by operation: each with a name, what it is made of, its value and its adjoint.
struct Listing {
    struct Entry {
        let name: String
        /// The operation on the names of its operands; `nil` for what was given.
        let operation: String?
        let value: Tensor
        let adjoint: Tensor?
        /// Places of its operands in the listing.
        let operands: [Int]
        let isLabelled: Bool
    }

    let entries: [Entry]
    /// The function's value, with nodes settled.
    let value: Value
    let conditions: Int

    private static let mostAdjoints = 400

    /// - Parameter takesAdjoints: Whether to go backwards as well, if the value is one number.
    init(_ function: Callable, _ arguments: [Value?], _ machine: Machine, _ site: Site, takesAdjoints: Bool) throws {
        let labels = SourceLabels(function)
        let result: ([Entry], Value, Int) = try Unknowns(machine: machine, site: site).trace(function, arguments) { trace in
            let outputs = trace.value.leaves.compactMap { leaf -> Node? in if case .node(let node) = leaf { node } else { nil } }
            var seen: Set<Int> = []
            let nodes = outputs.flatMap { trace.tape.origins(of: $0) }.filter { seen.insert($0.index).inserted }.sorted { $0.index < $1.index }
                .filter { !$0.isConstant }
            let isScalar = outputs.count == 1 && outputs[0].shape.rank == 0 && nodes.count <= Listing.mostAdjoints
            let adjoints = takesAdjoints && isScalar
                ? try machine.sweep(site) { try trace.tape.adjoints(of: outputs[0], at: nodes) } : nodes.map { _ in nil }
            let named = Dictionary(trace.named.map { ($0.node.index, $0.name) }) { first, _ in first }
            var builder = Builder(named: named, labels: labels, outputs: Set(outputs.map(\.index)), name: function.name)
            for (node, adjoint) in zip(nodes, adjoints) { builder.add(node, adjoint) }
            let settled = trace.value.mapLeaves { leaf -> Value in if case .node(let node) = leaf { Value.plain(node) } else { leaf } }
            return (builder.entries, settled, trace.branches.count)
        }
        (entries, value, conditions) = result
    }

    private struct Builder {
        let named: [Int: String]
        let labels: SourceLabels
        let outputs: Set<Int>
        let name: String?
        var entries: [Entry] = []
        private var places: [Int: Int] = [:]
        private var taken: Set<String> = []
        private var count = 0
        private let algebra = Algebra()

        init(named: [Int: String], labels: SourceLabels, outputs: Set<Int>, name: String?) {
            (self.named, self.labels, self.outputs, self.name) = (named, labels, outputs, name)
            taken = Set(named.values)
        }

        mutating func add(_ node: Node, _ adjoint: Tensor?) {
            places[node.index] = entries.count
            if let name = named[node.index] {
                return entries.append(Entry(name: name, operation: nil, value: node.value, adjoint: adjoint, operands: [], isLabelled: true))
            }
            var label = labels.label(node)
            if label == nil, outputs.contains(node.index), outputs.count == 1 { label = name }
            let operands = (0..<Int(node.operands.count)).map(node.operand)
            let terms = operands.map { operand -> FormulaTerm in
                guard let place = places[operand.index] else { return algebra.constant(operand.value) }
                return algebra.symbol(entries[place].name, operand.shape)
            }
            let name = fresh(label)
            let text = terms.contains { if case .tensor(let tensor) = $0.form { tensor.count > 8 } else { false } }
                ? node.primitive.name : Printer.print(FormulaWriter().application(node.primitive, terms, node.attributes, node.shape))
            entries.append(Entry(
                name: name, operation: text, value: node.value, adjoint: adjoint, operands: operands.compactMap { places[$0.index] },
                isLabelled: label != nil))
        }

        private mutating func fresh(_ label: String?) -> String {
            if let label, taken.insert(label).inserted { return label }
            while true {
                count += 1
                let name = "v\(count)"
                if taken.insert(name).inserted { return name }
            }
        }
    }

    /// A number, a short vector, or a shape with the size.
    static func brief(_ tensor: Tensor?, _ style: NumberStyle) -> String {
        guard let tensor else { return "0" }
        if tensor.rank == 0 { return style.rounded(tensor.number, digits: 6) }
        if tensor.rank == 1, tensor.count <= 4 { return "[\(tensor.numbers.map { style.rounded($0, digits: 4) }.joined(separator: ", "))]" }
        return "\(tensor.shape) ‖·‖ \(style.rounded(Measures.norm([tensor]), digits: 4))"
    }
}
