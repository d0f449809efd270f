import Autodiff
import Tensors

// Parameters of a model are trees: numbers, tensors, records and lists of them. A gradient, an update or a
// memory has the same form; these functions walk forms.

extension Value {
    /// Applies `change` to every number and tensor, keeping the form.
    package func mapLeaves(_ change: (Value) throws -> Value) rethrows -> Value {
        switch self {
        case .list(let list):
            .list(try list.elements.map { try $0.mapLeaves(change) })
        case .record(let record):
            .record(Record(names: record.names, values: try record.values.map { try $0.mapLeaves(change) }))
        default:
            try change(self)
        }
    }

    /// As `mapLeaves`, for numbers and tensors alone; all else stays as it is.
    package func mapNumbers(_ change: (Value) throws -> Value) rethrows -> Value {
        try mapLeaves { leaf in
            let leaf = leaf.settled
            return leaf.isNumeric ? try change(leaf) : leaf
        }
    }

    /// All leaves, in the order of the form.
    package var leaves: [Value] {
        var result: [Value] = []
        forEachLeaf { result.append($0) }
        return result
    }

    package func forEachLeaf(_ body: (Value) throws -> Void) rethrows {
        switch self {
        case .list(let list): for element in list.elements { try element.forEachLeaf(body) }
        case .record(let record): for value in record.values { try value.forEachLeaf(body) }
        default: try body(self)
        }
    }

    /// Whether a derivative can be taken by it: it holds a number or a tensor somewhere.
    package var isDifferentiable: Bool {
        switch self {
        case .number, .tensor, .node: true
        case .list(let list): !list.elements.isEmpty && list.elements.allSatisfy(\.isDifferentiable)
        case .record(let record): record.values.contains(where: \.isDifferentiable)
        default: false
        }
    }

    /// Names of the leaves, as paths: `w`, `layers[0].b`; the empty path for a value that is a leaf itself.
    package func leafPaths(_ prefix: String = "") -> [String] {
        switch self {
        case .list(let list):
            list.elements.enumerated().flatMap { $1.leafPaths("\(prefix)[\($0)]") }
        case .record(let record):
            zip(record.names, record.values).flatMap { $1.leafPaths(prefix.isEmpty ? $0 : "\(prefix).\($0)") }
        default: [prefix]
        }
    }
}
