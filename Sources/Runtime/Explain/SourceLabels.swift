import Autodiff
import Syntax
import Tensors

/// What a program calls the values that it computes: in `h = tanh(X @ W)` the product's tanh is `h`.
struct SourceLabels {
    private var names: [Span: String] = [:]
    private var declared: [(parameter: String, lengths: [String?])] = []

    init(_ function: Callable) {
        var seen: Set<Span> = []
        for closure in function.closures { visit(closure, &seen) }
    }

    private mutating func visit(_ closure: Closure, _ seen: inout Set<Span>) {
        let declaration = closure.declaration
        guard seen.insert(declaration.span).inserted else { return }
        for parameter in declaration.parameters {
            guard let shape = parameter.shape else { continue }
            declared.append((parameter.name.text, shape.map { if case .name(let name) = $0 { name.text } else { nil } }))
        }
        if case .block(let block) = declaration.body { visit(block) }
    }

    private mutating func visit(_ block: Block) {
        for statement in block.statements {
            switch statement {
            case .introduce(let name, let value, _, _): put(name.text, value)
            case .update(.name(let name), let value, _, _): put(name.text, value)
            case .branch(_, let body, let other, _):
                visit(body)
                if case .block(let block) = other { visit(block) }
            case .forLoop(_, _, let body, _), .whileLoop(_, let body, _): visit(body)
            default: break
            }
        }
    }

    private mutating func put(_ name: String, _ value: Expression) {
        if case .parenthesized(let inner, _) = value { return put(name, inner) }
        names[value.span] = name
    }

    func label(_ node: Node) -> String? { names[node.origin.span] }

    /// What lengths are called, where one name alone stands for a length.
    func lengths(_ named: [(node: Node, name: String)]) -> [Int: String] {
        var found: [Int: Set<String>] = [:]
        for (parameter, lengths) in declared {
            guard let shape = named.first(where: { $0.name == parameter })?.node.shape, shape.rank == lengths.count else { continue }
            for (axis, name) in lengths.enumerated() { if let name { found[shape[axis], default: []].insert(name) } }
        }
        return found.compactMapValues { $0.count == 1 ? $0.first : nil }.filter { $0.key > 1 }
    }
}
