package import Tensors

/// A formula as a tree that shares equal parts: what a tape becomes when it is to be read by a person.
///
/// Sums and products are flat and normal: a sum is a list of terms with numbers before them, a product a list of bases with exponents and no
/// number. So `2x` is a sum of one addend, a number is a sum of the empty product, and like parts meet by themselves. Terms are made by
/// an `Algebra`, which gives the same term for the same form; they compare by identity.
package final class FormulaTerm {
    package enum Form {
        /// A name of the program: `w`, `p.w`, `x[0]`.
        case symbol(String)
        /// How many numbers an axis or a tensor holds: printed by its name where it has one.
        case count(Int)
        /// A tensor that is no name's.
        case tensor(Tensor)
        case sum([Addend])
        case product([Factor])
        case apply(Primitive, [FormulaTerm], Attributes)
    }

    package let form: Form
    package let shape: Shape
    /// Terms are numbered as they are made, which orders what has no other order.
    package let id: Int
    /// About how many signs and names it takes to write it.
    package let cost: Int

    init(_ form: Form, _ shape: Shape, id: Int) {
        (self.form, self.shape, self.id) = (form, shape, id)
        cost = min(FormulaTerm.cost(of: form) { $0.cost }, 1 << 40)
    }

    /// What a form costs, given what its parts do.
    package static func cost(of form: Form, _ part: (FormulaTerm) -> Int) -> Int {
        switch form {
        case .symbol, .count: 1
        case .tensor(let tensor): 2 + tensor.count
        case .sum(let addends):
            addends.reduce(addends.count - 1) { sum, addend in
                let isPlain = addend.term.isOne || abs(addend.coefficient) == 1
                return sum + (addend.term.isOne ? 1 : part(addend.term) + (addend.term.isSum ? 1 : 0)) + (isPlain ? 0 : 1)
            }
        case .product(let factors):
            factors.reduce(max(0, factors.count - 1)) { sum, factor in
                let exponent = factor.exponent.number.map { abs($0) == 1 ? ($0 < 0 ? 1 : 0) : 2 } ?? part(factor.exponent) + 1
                return sum + part(factor.base) + (factor.base.isSum ? 1 : 0) + exponent
            }
        case .apply(_, let operands, _): operands.reduce(2) { $0 + part($1) }
        }
    }
}

package struct Addend {
    package let coefficient: Double
    package let term: FormulaTerm
    package init(coefficient: Double, term: FormulaTerm) { (self.coefficient, self.term) = (coefficient, term) }
}

package struct Factor {
    package let base: FormulaTerm
    package let exponent: FormulaTerm
}

extension FormulaTerm {
    /// The empty product.
    package var isOne: Bool { if case .product(let factors) = form { factors.isEmpty } else { false } }

    package var isSum: Bool { if case .sum(let addends) = form { addends.count > 1 } else { false } }

    /// The number that it is.
    package var number: Double? {
        switch form {
        case .sum(let addends) where addends.isEmpty: 0
        case .sum(let addends) where addends.count == 1 && addends[0].term.isOne: addends[0].coefficient
        case .product(let factors) where factors.isEmpty: 1
        default: nil
        }
    }

    /// The identity matrix.
    var isIdentity: Bool {
        guard case .tensor(let tensor) = form, tensor.rank == 2, tensor.shape[0] == tensor.shape[1] else { return false }
        let n = tensor.shape[0]
        return tensor.numbers.enumerated().allSatisfy { $1 == ($0 / n == $0 % n ? 1 : 0) }
    }

    package var isScalar: Bool { shape.rank == 0 }

    /// The number before it, and the rest.
    package var scaled: Addend {
        if case .sum(let addends) = form, addends.count == 1 { return addends[0] }
        return Addend(coefficient: 1, term: self)
    }

    package var addends: [Addend] {
        if case .sum(let addends) = form { addends } else { [Addend(coefficient: 1, term: self)] }
    }

    /// The bases and exponents of a product without a number before it.
    func factors(_ algebra: Algebra) -> [Factor] {
        if case .product(let factors) = form { factors } else { [Factor(base: self, exponent: algebra.one)] }
    }

    /// What it is made of.
    package var parts: [FormulaTerm] {
        switch form {
        case .symbol, .count, .tensor: []
        case .sum(let addends): addends.map(\.term)
        case .product(let factors): factors.flatMap { [$0.base, $0.exponent] }
        case .apply(_, let operands, _): operands
        }
    }

    package func application(of primitive: Primitive) -> [FormulaTerm]? {
        if case .apply(primitive, let operands, _) = form { operands } else { nil }
    }
}
