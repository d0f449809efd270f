import Tensors

/// A graph of small tensors as one of numbers alone: each tensor becomes a term for each of its numbers, so that all of it is one register program.
///
/// What only moves numbers leaves nothing behind, what adds them becomes additions, and an elementwise operation is made number by number.
struct EntryGraph {
    /// Its inputs and outputs are the numbers of the other's, one after another.
    let graph: Graph
    /// How many numbers each input of the other is; none of large ones, which it does not use.
    let inputCounts: [Int]

    /// Numbers of a tensor at most: above, a pass over memory takes less time than as many instructions.
    private static let mostEntries = 16
    /// Numbers in all tensors at most, and terms that are made of them.
    private static let mostTerms = 1 << 13

    /// `nil` where something is too large, or has no form number by number; and where there is no tensor at all.
    init?(_ whole: Graph) {
        let uses = whole.useCounts
        let isSmall = { (place: Int) in whole[place].shape.count <= EntryGraph.mostEntries }
        guard whole.terms.contains(where: { $0.shape.rank > 0 }), whole.terms.indices.allSatisfy({ isSmall($0) || uses[$0] == 0 }),
            whole.terms.reduce(0, { $0 + min($1.shape.count, EntryGraph.mostEntries) }) <= EntryGraph.mostTerms
        else { return nil }
        var maker = EntryMaker(whole)
        inputCounts = whole.inputs.map { isSmall($0) ? whole[$0].shape.count : 0 }
        for (input, count) in zip(whole.inputs, inputCounts) { maker.addInput(input, count: count) }
        for place in whole.terms.indices where !whole[place].isInput {
            guard maker.add(place), maker.builder.terms.count <= EntryGraph.mostTerms else { return nil }
        }
        graph = maker.builder.finish(outputs: whole.outputs.flatMap { maker.entries[$0] })
    }
}

private struct EntryMaker {
    let whole: Graph
    var builder = GraphBuilder(for: .plan)
    /// Of each term the terms of its numbers.
    var entries: [[Int]]
    /// What was found out, so that the same movement, as the turns of a loop have it, is run on unit tensors once.
    private var movements: [Movement: LinearEntries] = [:]

    private struct Movement: Hashable {
        let primitive: Primitive
        let attributes: Attributes
        let shapes: [Shape]
        let fixed: [[UInt64]?]
    }

    init(_ whole: Graph) {
        self.whole = whole
        entries = Array(repeating: [], count: whole.terms.count)
    }

    mutating func addInput(_ place: Int, count: Int) {
        let term = whole[place]
        entries[place] = (0..<count).map { _ in builder.input(.scalar, term.type, origin: term.origin) }
    }

    mutating func add(_ place: Int) -> Bool {
        let term = whole[place]
        guard let made = made(term), made.count == term.shape.count else { return false }
        entries[place] = made
        return true
    }

    private mutating func made(_ term: Term) -> [Int]? {
        if let value = term.value { return value.numbers.map { builder.number($0, term.type) } }
        if term.primitive === Primitive.cast { return entries[term.operands[0]].map { builder.cast($0, to: term.type) } }
        if term.primitive.operation != nil { return elementwise(term) }
        if term.primitive === Primitive.matmul { return product(term) }
        return linear(term)
    }

    private mutating func elementwise(_ term: Term) -> [Int] {
        let operands = term.operands.map { operand -> [Int] in
            let places = Tensor((0..<whole[operand].shape.count).map(Double.init), shape: whole[operand].shape)
            let spread = Elementwise.expand(places, to: term.shape).numbers.map { entries[operand][Int($0)] }
            // Among numbers each has its own type, as in the language; a tensor gives its type to the numbers it meets.
            return term.shape.rank == 0 ? spread : spread.map { builder.cast($0, to: term.type) }
        }
        return (0..<term.shape.count).map { place in
            builder.term(
                term.primitive, operands.map { $0[place] }, term.attributes, shape: .scalar, type: term.type, origin: term.origin)
        }
    }

    private mutating func product(_ term: Term) -> [Int]? {
        let (a, b) = (whole[term.operands[0]], whole[term.operands[1]])
        guard let product = try? Product(a.shape, b.shape, term.attributes.flag(0), term.attributes.flag(1)) else { return nil }
        let left = entries[term.operands[0]].map { builder.cast($0, to: term.type) }
        let right = entries[term.operands[1]].map { builder.cast($0, to: term.type) }
        return product.factors(a.shape, b.shape).map { pairs in sum(pairs.map { apply(.multiply, left[$0.a], right[$0.b], term) }, term, asTree: false) }
    }

    /// What moves and adds numbers. An operand that is known, as the places of a gather may be, is no number to move.
    private mutating func linear(_ term: Term) -> [Int]? {
        let fixed = term.operands.map { operand -> Tensor? in
            let numbers = entries[operand].compactMap { builder[$0].number }
            guard numbers.count == whole[operand].shape.count else { return nil }
            return Tensor(numbers, shape: whole[operand].shape, type: whole[operand].type)
        }
        let shapes = term.operands.map { whole[$0].shape }
        let key = Movement(
            primitive: term.primitive, attributes: term.attributes, shapes: shapes, fixed: fixed.map { $0?.numbers.map(\.bitPattern) })
        guard let linear = movements[key] ?? LinearEntries(term.primitive, term.attributes, shapes, fixed: fixed) else { return nil }
        movements[key] = linear
        return zip(linear.origin, linear.addends).map { origin, addends in
            guard let first = addends.first else { return builder.number(origin, term.type) }
            let isAlike = addends.allSatisfy { $0.coefficient == first.coefficient }
            let parts = addends.map { addend -> Int in
                let part = builder.cast(entries[term.operands[addend.operand]][addend.place], to: term.type)
                return isAlike ? part : apply(.multiply, builder.number(addend.coefficient, term.type), part, term)
            }
            let isRow = zip(addends, addends.dropFirst()).allSatisfy { $0.place + 1 == $1.place }
            let total = sum(parts, term, asTree: isRow)
            let scaled = isAlike ? apply(.multiply, builder.number(first.coefficient, term.type), total, term) : total
            return apply(.add, builder.number(origin, term.type), scaled, term)
        }
    }

    /// In the order in which the kernels add: one after another, but a row of eight and more as a tree of halves (`reductions.h`).
    private mutating func sum(_ parts: [Int], _ term: Term, asTree: Bool) -> Int {
        guard var total = parts.first else { return builder.number(0, term.type) }
        guard asTree, parts.count >= 8 else {
            for part in parts.dropFirst() { total = apply(.add, total, part, term) }
            return total
        }
        var (parts, half) = (parts, 8)
        while half > 0 {
            for place in half..<max(half, parts.count) { parts[place - half] = apply(.add, parts[place - half], parts[place], term) }
            parts.removeLast(max(0, parts.count - half))
            half /= 2
        }
        return parts[0]
    }

    private mutating func apply(_ primitive: Primitive, _ a: Int, _ b: Int, _ term: Term) -> Int {
        builder.term(primitive, [a, b], shape: .scalar, type: term.type, origin: term.origin)
    }
}
