package import Tensors

/// Makes terms one after another. Asking for a term gives the place of an equal one that is there already, of a constant if its operands are
/// constants, or of what the simplifications make of it.
package struct GraphBuilder {
    package private(set) var terms: [Term] = []
    package private(set) var inputs: [Int] = []
    package let purpose: GraphPurpose
    /// The names of the simplifications that were used.
    package private(set) var used: Set<String> = []

    private var known: [Key: Int] = [:]
    private let rules: [Primitive: [Simplification]]
    /// Rules may make terms to which rules apply; a bound holds them, whatever the table says.
    private var depth = 0
    private static let deepest = 64

    package init(for purpose: GraphPurpose) {
        self.purpose = purpose
        rules = Simplification.rules(for: purpose)
    }

    package subscript(place: Int) -> Term { terms[place] }

    /// What makes two terms the same.
    private struct Key: Hashable {
        let primitive: Primitive
        let attributes: Attributes
        let operands: [Int]
        let shape: Shape
        let type: ElementType
        /// Of a constant.
        let bits: [UInt64]
    }

    // MARK: Leaves

    package mutating func input(_ shape: Shape, _ type: ElementType, origin: Origin = .unknown) -> Int {
        terms.append(Term(primitive: .variable, attributes: .none, operands: [], shape: shape, type: type, value: nil, origin: origin))
        inputs.append(terms.count - 1)
        return terms.count - 1
    }

    package mutating func constant(_ value: Tensor, origin: Origin = .unknown) -> Int {
        // A tensor that holds one number everywhere is that number, stretched: so `x + zeros` is seen for what it is.
        if value.rank > 0, let number = value.onlyNumber {
            let one = constant(Tensor(number, type: value.type), origin: origin)
            return stretched(one, to: value.shape)
        }
        let key = Key(
            primitive: .constant, attributes: .none, operands: [], shape: value.shape, type: value.type, bits: value.identity)
        return place(of: key) {
            Term(primitive: .constant, attributes: .none, operands: [], shape: value.shape, type: value.type, value: value, origin: origin)
        }
    }

    package mutating func number(_ value: Double, _ type: ElementType = .f64) -> Int { constant(Tensor(value, type: type)) }

    // MARK: Terms

    /// A term of a shape and a type that are known, as those of a tape's node are.
    package mutating func term(
        _ primitive: Primitive, _ operands: [Int], _ attributes: Attributes = .none, shape: Shape, type: ElementType,
        origin: Origin = .unknown
    ) -> Int {
        if let folded = folded(primitive, operands, attributes, shape, type) { return constant(folded, origin: origin) }
        let term = Term(
            primitive: primitive, attributes: attributes, operands: operands, shape: shape, type: type, value: nil, origin: origin)
        if let simpler = simplified(term) { return simpler }
        let sorted = primitive.isCommutative && operands.count == 2 && operands[0] > operands[1] ? operands.reversed() : operands
        let key = Key(primitive: primitive, attributes: attributes, operands: sorted, shape: shape, type: type, bits: [])
        return place(of: key) { term }
    }

    /// A term whose shape follows from its operands, and whose type too unless told; `nil` if they do not fit.
    package mutating func make(
        _ primitive: Primitive, _ operands: [Int], _ attributes: Attributes = .none, type: ElementType? = nil, origin: Origin = .unknown
    ) -> Int? {
        guard let shape = try? primitive.shape(operands.map { terms[$0].shape }, attributes) else { return nil }
        return term(primitive, operands, attributes, shape: shape, type: type ?? self.type(primitive, operands), origin: origin)
    }

    /// The type that elementwise operations give (a number takes that of the tensor it meets); of others, the first operand's.
    private func type(_ primitive: Primitive, _ operands: [Int]) -> ElementType {
        guard primitive.operation != nil else { return operands.first.map { terms[$0].type } ?? .f64 }
        let tensors = operands.filter { terms[$0].shape.rank > 0 }
        return (tensors.isEmpty ? operands : tensors).allSatisfy { terms[$0].type == .f32 } ? .f32 : .f64
    }

    package mutating func stretched(_ place: Int, to shape: Shape) -> Int {
        if terms[place].shape == shape { return place }
        return term(.expand, [place], Attributes([.ints(shape.axes)]), shape: shape, type: terms[place].type)
    }

    package mutating func reshaped(_ place: Int, to shape: Shape) -> Int {
        if terms[place].shape == shape { return place }
        return term(.reshape, [place], Attributes([.ints(shape.axes)]), shape: shape, type: terms[place].type)
    }

    package mutating func cast(_ place: Int, to type: ElementType) -> Int {
        if terms[place].type == type { return place }
        return term(.cast, [place], Attributes([.text(type.name)]), shape: terms[place].shape, type: type)
    }

    private mutating func place(of key: Key, _ make: () -> Term) -> Int {
        if let place = known[key] { return place }
        terms.append(make())
        known[key] = terms.count - 1
        return terms.count - 1
    }

    /// The value, if all operands are constants and it is no larger than they are.
    private func folded(
        _ primitive: Primitive, _ operands: [Int], _ attributes: Attributes, _ shape: Shape, _ type: ElementType
    ) -> Tensor? {
        guard !operands.isEmpty, operands.allSatisfy({ terms[$0].isConstant }) else { return nil }
        let values = operands.compactMap { terms[$0].value }
        guard shape.count <= max(16, values.reduce(0) { $0 + $1.count }) else { return nil }
        guard primitive != .expand || shape.rank == 0 else { return nil }
        return (try? primitive.evaluate(values, attributes))?.converted(to: type)
    }

    // MARK: Simplifying

    /// What the first rule that applies makes of a term, brought to the term's own shape and type.
    private mutating func simplified(_ term: Term) -> Int? {
        guard depth < GraphBuilder.deepest, let candidates = rules[term.primitive] else { return nil }
        depth += 1
        defer { depth -= 1 }
        for rule in candidates {
            guard let place = rule.rewrite(&self, term) else { continue }
            used.insert(rule.name)
            return cast(stretched(place, to: term.shape), to: term.type)
        }
        return nil
    }

    // MARK: The end

    /// The graph of what the outputs need.
    package func finish(outputs: [Int]) -> Graph {
        Graph(needing: outputs, inputs: inputs, of: terms, simplifications: used)
    }
}

extension Primitive {
    /// a op b = b op a, to the bit.
    package var isCommutative: Bool { Primitive.commutative.contains(self) }
    private static let commutative: Set<Primitive> = [
        .add, .multiply, .minimum, .maximum, .equal, .notEqual, .logicalAnd, .logicalOr,
    ]
}

extension Tensor {
    /// The one number that it holds everywhere.
    fileprivate var onlyNumber: Double? {
        guard count > 0 else { return nil }
        let first = self[0]
        for position in 0..<count where self[position].bitPattern != first.bitPattern { return nil }
        return first
    }

    /// Equal for equal constants: by content where that is small, else by the memory.
    fileprivate var identity: [UInt64] {
        if count <= 64 { return numbers.map(\.bitPattern) }
        return [storage.map { UInt64(UInt(bitPattern: ObjectIdentifier($0))) } ?? 0]
    }
}
