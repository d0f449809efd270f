import Tensors

extension Graph {
    /// The graph in the form that steps are made from: elementwise operations and products have operands of one element type, and none that is
    /// broadcast in a way that a pass over memory cannot follow.
    func legalized() -> Graph {
        var builder = GraphBuilder(for: .plain)
        var places = [Int](repeating: -1, count: terms.count)
        for input in inputs { places[input] = builder.input(terms[input].shape, terms[input].type, origin: terms[input].origin) }
        for (place, term) in terms.enumerated() where !term.isInput {
            if let value = term.value {
                places[place] = builder.constant(value, origin: term.origin)
                continue
            }
            var operands = term.operands.map { places[$0] }
            if term.isElementwise, term.shape.rank > 0 {
                operands = operands.map { builder.fitted($0, to: term) }
            } else if term.primitive === Primitive.matmul {
                operands = operands.map { builder.cast($0, to: term.type) }
            }
            places[place] = builder.term(
                term.primitive, operands, term.attributes, shape: term.shape, type: term.type, origin: term.origin)
        }
        return builder.finish(outputs: outputs.map { places[$0] })
    }
}

extension Term {
    /// Number by number, and not of no numbers at all.
    var isElementwise: Bool { primitive.operation != nil && shape.count > 0 }
}

extension GraphBuilder {
    fileprivate mutating func fitted(_ place: Int, to term: Term) -> Int {
        if self[place].shape.rank == 0 { return place }
        let typed = cast(place, to: term.type)
        return Broadcast(self[typed].shape, in: term.shape) == nil ? stretched(typed, to: term.shape) : typed
    }
}

/// How an operand's numbers are read along a result: number i is `data[i / repeating % period]`.
struct Broadcast: Hashable {
    let repeating: Int
    let period: Int

    static let whole = Broadcast(repeating: 1, period: .max)
    static let one = Broadcast(repeating: .max, period: 1)

    private init(repeating: Int, period: Int) { (self.repeating, self.period) = (repeating, period) }

    /// `nil` where the axes that do not stretch are apart.
    init?(_ operand: Shape, in shape: Shape) {
        if operand.count == shape.count {
            self = .whole
            return
        }
        if operand.count == 1 {
            self = .one
            return
        }
        let missing = shape.rank - operand.rank
        let own = shape.axes.indices.filter { $0 >= missing && operand[$0 - missing] != 1 }
        guard let first = own.first, let last = own.last,
            (first...last).allSatisfy({ own.contains($0) || shape[$0] == 1 })
        else { return nil }
        self.init(repeating: shape.axes[(last + 1)...].reduce(1, *), period: operand.count)
    }
}
