import Tensors

/// One algebraic simplification: where it applies and what it makes. The table of all of them serves plans and formulas alike.
///
/// A rule sees a term that is about to be made, its operands simplified already. It gives the place of a term to use instead, made
/// with the builder, or `nil` where it does not apply. The result may be of a shape that stretches to the term's, and of another
/// element type: both are put right.
package struct Simplification: Sendable {
    /// How close the result is to what it stands for.
    package enum Strength: Sendable {
        /// The same bits (a zero's sign aside).
        case exact
        /// The same but for rounding, NaN and infinities included.
        case rounding
        /// The same for real numbers: NaN, infinities or a division by zero may be lost on the way. Formulas only.
        case real
        /// Brings a term into the form that plans run; for formulas it would only be noise.
        case lowering
    }

    package let name: String
    package let strength: Strength
    /// The primitives of terms that it looks at.
    package let heads: [Primitive]
    package let rewrite: @Sendable (inout GraphBuilder, Term) -> Int?

    package init(
        _ name: String, _ strength: Strength, _ heads: [Primitive],
        _ rewrite: @escaping @Sendable (inout GraphBuilder, Term) -> Int?
    ) {
        self.name = name
        self.strength = strength
        self.heads = heads
        self.rewrite = rewrite
    }

    /// Every rule, family by family; of those that apply to a term the first is taken.
    package static let table: [Simplification] = signs + units + constants + powers + inverses + stretching + layout + matrices + sums + choices

    /// The rules for a purpose, by the primitive that they look at.
    package static func rules(for purpose: GraphPurpose) -> [Primitive: [Simplification]] {
        switch purpose {
        case .plan: forPlans
        case .formula: forFormulas
        case .plain: [:]
        }
    }

    private static let forPlans = byHead { $0.strength != .real }
    private static let forFormulas = byHead { $0.strength != .lowering }

    private static func byHead(_ serves: (Simplification) -> Bool) -> [Primitive: [Simplification]] {
        var result: [Primitive: [Simplification]] = [:]
        for rule in table where serves(rule) {
            for head in rule.heads { result[head, default: []].append(rule) }
        }
        return result
    }
}

// What rules ask of terms.

extension GraphBuilder {
    /// The operands of a term, if it is of this primitive.
    package func parts(_ place: Int, of primitive: Primitive) -> [Int]? {
        self[place].primitive === primitive ? self[place].operands : nil
    }

    /// The number, if a term is one constant, stretched or not.
    package func number(of place: Int) -> Double? {
        if let inner = parts(place, of: .expand) { return number(of: inner[0]) }
        return self[place].number
    }

    /// The term itself, without the stretching that broadcasting does anyway.
    package func unstretched(_ place: Int) -> Int {
        parts(place, of: .expand).map { unstretched($0[0]) } ?? place
    }

    /// `a op b` for an elementwise primitive.
    package mutating func apply(_ primitive: Primitive, _ operands: Int...) -> Int? { make(primitive, operands) }

    /// `apply` twice: the outer around the inner.
    package mutating func negated(_ place: Int?) -> Int? { place.flatMap { make(.negate, [$0]) } }
}
