import Tensors

extension Graph {
    /// The graph in the form that steps are made from: elementwise operations and products have operands of one element type, and none that is
    /// broadcast in a way that a pass over memory cannot follow. Right factors are turned where OpenBLAS is faster with them so.
    func legalized() -> Graph {
        var builder = GraphBuilder(for: .plain)
        let turned = turnedFactors()
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
            var attributes = term.attributes
            if turned.contains(place) {
                operands[1] = builder.turned(operands[1])
                attributes = Attributes([.flag(attributes.flag(0)), .flag(false)])
            }
            places[place] = builder.term(
                term.primitive, operands, attributes, shape: term.shape, type: term.type, origin: term.origin)
        }
        return builder.finish(outputs: outputs.map { places[$0] })
    }
}

extension Graph {
    /// The products whose transposed right factor is better copied in the order in which it is read; one copy serves all that read it.
    private func turnedFactors() -> Set<Int> {
        var products: [Int: [(place: Int, product: Product)]] = [:]
        for (place, term) in terms.enumerated() where term.primitive === Primitive.matmul && term.attributes.flag(1) {
            let (a, b) = (terms[term.operands[0]].shape, terms[term.operands[1]].shape)
            guard b.rank >= 2, let product = try? Product(a, b, term.attributes.flag(0), true) else { continue }
            products[term.operands[1], default: []].append((place, product))
        }
        var turned: Set<Int> = []
        for uses in products.values where uses.contains(where: \.product.gainsByCopy) || (uses.count >= 4 && uses.allSatisfy { $0.product.hasSmallRight }) {
            turned.formUnion(uses.map(\.place))
        }
        return turned
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

    /// A matrix transposed, or each of many.
    fileprivate mutating func turned(_ place: Int) -> Int {
        let term = self[place]
        let axes = term.shape.axes
        let shape = Shape(axes.dropLast(2) + [axes[axes.count - 1], axes[axes.count - 2]])
        return self.term(axes.count == 2 ? .transpose : .swap, [place], shape: shape, type: term.type, origin: term.origin)
    }
}

/// How an operand's numbers are read along a result: runs of so many numbers, each so many times, so that number i is
/// `data[(i / (run repeating) run + i % run) % period]`.
struct Broadcast: Hashable {
    let repeating: Int
    let period: Int
    let run: Int

    static let whole = Broadcast(repeating: 1, period: .max)
    static let one = Broadcast(repeating: .max, period: 1)

    private init(repeating: Int, period: Int, run: Int = 1) { (self.repeating, self.period, self.run) = (repeating, period, run) }

    var isWhole: Bool { self == .whole }

    /// `nil` where the axes that do not stretch are apart, but for one gap with the last axes behind it: `[blocks, 1, columns]`.
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
        // Neighbouring axes of one kind, and their numbers; those in front of the operand's own only repeat all of it.
        var groups: [(isOwn: Bool, count: Int)] = []
        for axis in shape.axes.indices where shape[axis] != 1 {
            let isOwn = axis >= missing && operand[axis - missing] != 1
            if groups.isEmpty, !isOwn { continue }
            if groups.last?.isOwn == isOwn { groups[groups.count - 1].count *= shape[axis] } else { groups.append((isOwn, shape[axis])) }
        }
        guard groups.count <= 3 else { return nil }
        self.init(
            repeating: groups.count > 1 ? groups[1].count : 1, period: operand.count, run: groups.count > 2 ? groups[2].count : 1)
    }
}
