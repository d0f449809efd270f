import Kernels
package import Tensors

/// Makes terms in their normal form, each form once.
package final class Algebra {
    private enum Key: Hashable {
        case symbol(String, [Int])
        case count(Int)
        case sum([Double], [Int], [Int])
        case product([Int], [Int], [Int])
        case apply(Primitive, [Int], Attributes, [Int])
    }

    private var table: [Key: FormulaTerm] = [:]
    private var next = 0
    package private(set) var one: FormulaTerm
    package private(set) var zero: FormulaTerm

    /// Numbers that multiply an operand of a matrix product or a sum stay there, so that the operand is what a layer hands back to the one before.
    let keepsNumbersInside: Bool

    private let rules: FormulaRules

    package init(rules: FormulaRules = .all, keepsNumbersInside: Bool = false) {
        self.rules = rules
        self.keepsNumbersInside = keepsNumbersInside
        one = FormulaTerm(.product([]), .scalar, id: 0)
        zero = FormulaTerm(.sum([]), .scalar, id: 1)
        next = 2
        table[.product([], [], [])] = one
        table[.sum([], [], [])] = zero
    }

    private func made(_ key: Key, _ form: FormulaTerm.Form, _ shape: Shape) -> FormulaTerm {
        if let term = table[key] { return term }
        let term = FormulaTerm(form, shape, id: next)
        next += 1
        table[key] = term
        return term
    }

    // MARK: Leaves

    package func symbol(_ name: String, _ shape: Shape = .scalar) -> FormulaTerm { made(.symbol(name, shape.axes), .symbol(name), shape) }

    package func count(_ count: Int) -> FormulaTerm { count == 1 ? one : made(.count(count), .count(count), .scalar) }

    package func number(_ value: Double) -> FormulaTerm {
        if value == 1 { return one }
        if value == 0 { return zero }
        return made(.sum([value], [one.id], []), .sum([Addend(coefficient: value, term: one)]), .scalar)
    }

    /// A constant: a number, many times the same number, or a tensor of its own.
    package func constant(_ tensor: Tensor) -> FormulaTerm {
        if tensor.rank == 0 { return number(tensor.number) }
        let numbers = tensor.numbers
        if let first = numbers.first, numbers.allSatisfy({ $0 == first }) { return expanded(number(first), tensor.shape) }
        next += 1
        return FormulaTerm(.tensor(tensor), tensor.shape, id: next - 1)
    }

    // MARK: Sums

    package func add(_ terms: [FormulaTerm]) -> FormulaTerm { sum(terms.map { Addend(coefficient: 1, term: $0) }) }
    package func subtract(_ a: FormulaTerm, _ b: FormulaTerm) -> FormulaTerm { sum([Addend(coefficient: 1, term: a), Addend(coefficient: -1, term: b)]) }
    package func negate(_ a: FormulaTerm) -> FormulaTerm { sum([Addend(coefficient: -1, term: a)]) }
    package func scale(_ a: FormulaTerm, by number: Double) -> FormulaTerm { sum([Addend(coefficient: number, term: a)]) }

    /// The sum of numbers times terms; of the shape that they broadcast to.
    package func sum(_ given: [Addend]) -> FormulaTerm {
        let shape = broadcast(given.map(\.term.shape))
        var order: [Int] = []
        var found: [Int: Addend] = [:]
        func put(_ coefficient: Double, _ term: FormulaTerm) {
            if found[term.id] == nil { order.append(term.id) }
            let sum = (found[term.id]?.coefficient ?? 0) + coefficient
            found[term.id] = Addend(coefficient: sum, term: term)
        }
        let isStripped = strips(given.map(\.term), to: shape)
        for addend in given {
            let term = isStripped ? stripped(addend.term) : addend.term
            switch term.form {
            // A number before a sum in parentheses stays: 2(w - 3) is what a person would write.
            case .sum(let inner) where inner.count <= 1 || abs(addend.coefficient) == 1:
                for part in inner { put(addend.coefficient * part.coefficient, part.term) }
            default: put(addend.coefficient, term)
            }
        }
        let addends = order.compactMap { found[$0] }.filter { $0.coefficient != 0 }
        let natural = broadcast(addends.map(\.term.shape))
        if addends.count == 1, addends[0].coefficient == 1 { return expanded(addends[0].term, shape) }
        let term = made(
            .sum(addends.map(\.coefficient), addends.map(\.term.id), natural.axes), .sum(addends), natural)
        return expanded(addends.isEmpty ? zero : term, shape)
    }

    // MARK: Products

    package func multiply(_ terms: [FormulaTerm]) -> FormulaTerm { product(terms.map { Factor(base: $0, exponent: one) }) }
    package func divide(_ a: FormulaTerm, _ b: FormulaTerm) -> FormulaTerm {
        product([Factor(base: a, exponent: one), Factor(base: b, exponent: number(-1))])
    }
    package func power(_ base: FormulaTerm, _ exponent: FormulaTerm) -> FormulaTerm { product([Factor(base: base, exponent: exponent)]) }
    package func power(_ base: FormulaTerm, _ exponent: Double) -> FormulaTerm { power(base, number(exponent)) }

    package func product(_ given: [Factor]) -> FormulaTerm {
        let shape = broadcast(given.flatMap { [$0.base.shape, $0.exponent.shape] })
        var coefficient = 1.0
        var order: [Int] = []
        var found: [Int: Factor] = [:]
        func put(_ base: FormulaTerm, _ exponent: FormulaTerm) {
            if exponent.number == 0 || base.isOne { return }
            let whole = exponent.number.map { $0 == $0.rounded() && abs($0) < 64 } ?? false
            switch base.form {
            case .sum(let addends) where addends.count <= 1:
                let number = addends.first?.coefficient ?? 0
                if let power = exponent.number, whole || number > 0 {
                    coefficient *= raised(number, power)
                    if let term = addends.first?.term { put(term, exponent) }
                    return
                }
            case .sum(let addends) where whole && (addends.first { !$0.term.isOne }?.coefficient ?? 1) < 0:
                // Of a - b and b - a one is normal, so that they cancel.
                if let power = exponent.number, power.truncatingRemainder(dividingBy: 2) != 0 { coefficient = -coefficient }
                return put(negate(base), exponent)
            case .product(let factors) where whole || exponent.isOne:
                for factor in factors { put(factor.base, multiply([factor.exponent, exponent])) }
                return
            default: break
            }
            if found[base.id] == nil { order.append(base.id) }
            let sum = found[base.id].map { add([$0.exponent, exponent]) } ?? exponent
            found[base.id] = Factor(base: base, exponent: sum)
        }
        let isStripped = strips(given.map(\.base), to: shape)
        for factor in given { put(isStripped ? stripped(factor.base) : factor.base, factor.exponent) }
        if coefficient == 0 { return expanded(zero, shape) }
        let factors = order.compactMap { found[$0] }.filter { $0.exponent.number != 0 }
        for rule in rules.products {
            guard let changed = rule.rewrite(factors, self) else { continue }
            return expanded(scale(product(changed), by: coefficient), shape)
        }
        let natural = broadcast(factors.flatMap { [$0.base.shape, $0.exponent.shape] })
        let term: FormulaTerm
        if factors.count == 1, factors[0].exponent.isOne {
            term = factors[0].base
        } else if factors.isEmpty {
            term = one
        } else {
            term = made(.product(factors.map(\.base.id), factors.map(\.exponent.id), natural.axes), .product(factors), natural)
        }
        return expanded(coefficient == 1 ? term : scale(term, by: coefficient), shape)
    }

    private func raised(_ number: Double, _ power: Double) -> Double {
        if power == 1 { return number }
        if power == -1 { return 1 / number }
        return grad_scalar(GRAD_POW, number, power, 0)
    }

    // MARK: Data

    /// What stays as it is when the formula is used, by its name.
    package var data: [String: Tensor] = [:]
    /// Sums of data that were taken for 1, since they are 1 in every place: the formula holds for such data.
    package private(set) var ones: [FormulaTerm] = []

    /// Whether a sum is of probabilities, or of rows that mark one class each.
    private func isOne(sumOf term: FormulaTerm, _ attributes: Attributes) -> Bool {
        guard case .symbol(let name) = term.form, let tensor = data[name], let sum = try? Primitive.sum.evaluate([tensor], attributes),
            sum.count > 1, sum.numbers.allSatisfy({ $0 == 1 })
        else { return false }
        let axes = Attributes([attributes[0]])
        let key = Key.apply(.sum, [term.id], axes, sum.shape.axes)
        if table[key] == nil { ones.append(made(key, .apply(.sum, [term], axes), sum.shape)) }
        return true
    }

    // MARK: Everything else

    /// A primitive applied, as the rules would have it written.
    package func apply(_ primitive: Primitive, _ operands: [FormulaTerm], _ attributes: Attributes, _ shape: Shape) -> FormulaTerm {
        if primitive == .sum, isOne(sumOf: operands[0], attributes) { return expanded(one, shape) }
        for rule in rules.applications where rule.primitive == nil || rule.primitive == primitive {
            if let term = rule.rewrite(Application(primitive, operands, attributes, shape), self), term.shape == shape { return term }
        }
        return made(.apply(primitive, operands.map(\.id), attributes, shape.axes), .apply(primitive, operands, attributes), shape)
    }

    /// Stretched to a shape.
    package func expanded(_ term: FormulaTerm, _ shape: Shape) -> FormulaTerm {
        if term.shape == shape { return term }
        let inner = term.application(of: .expand)?[0] ?? term
        if inner.shape == shape { return inner }
        // A number before it stays in front.
        if inner.number == nil || inner.number == 0 {
            let scaled = inner.scaled
            if scaled.coefficient != 1, inner.number == nil {
                return sumOfOne(scaled.coefficient, expanded(scaled.term, shape))
            }
        } else if let number = inner.number, number != 1 {
            return sumOfOne(number, expanded(one, shape))
        }
        return made(
            .apply(.expand, [inner.id], Attributes([.ints(shape.axes)]), shape.axes),
            .apply(.expand, [inner], Attributes([.ints(shape.axes)])), shape)
    }

    private func sumOfOne(_ coefficient: Double, _ term: FormulaTerm) -> FormulaTerm {
        made(.sum([coefficient], [term.id], term.shape.axes), .sum([Addend(coefficient: coefficient, term: term)]), term.shape)
    }

    func stripped(_ term: FormulaTerm) -> FormulaTerm {
        if let inner = term.application(of: .expand) { return inner[0] }
        let scaled = term.scaled
        if scaled.coefficient != 1, let inner = scaled.term.application(of: .expand) { return scale(inner[0], by: scaled.coefficient) }
        return term
    }

    /// Whether parts that were stretched may go in as they are: broadcasting stretches them.
    private func strips(_ terms: [FormulaTerm], to shape: Shape) -> Bool {
        var result: Shape? = .scalar
        for term in terms { result = result.flatMap { Shape.broadcast($0, stripped(term).shape) } }
        return result.map { $0 == shape || Shape.broadcast($0, shape) == shape } ?? false
    }

    func broadcast(_ shapes: [Shape]) -> Shape {
        shapes.reduce(.scalar) { Shape.broadcast($0, $1) ?? ($0.rank >= $1.rank ? $0 : $1) }
    }
}
