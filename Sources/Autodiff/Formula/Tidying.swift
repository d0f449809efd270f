import Tensors

/// Of the ways to write a term, the shortest: common factors taken out, fractions brought together, products multiplied out where that cancels.
package struct Tidying {
    private let algebra: Algebra
    private var done: [Int: FormulaTerm] = [:]

    package init(_ algebra: Algebra) { self.algebra = algebra }

    /// Larger sums are left as they are.
    private static let mostAddends = 24
    private static let mostCost = 600

    package mutating func tidied(_ term: FormulaTerm) -> FormulaTerm {
        if let known = done[term.id] { return known }
        // Operands first, in a loop: the tape of a long loop is deeper than the stack.
        var stack = [term]
        while let top = stack.last {
            if done[top.id] != nil {
                stack.removeLast()
                continue
            }
            let open = top.parts.filter { done[$0.id] == nil }
            if open.isEmpty {
                stack.removeLast()
                let result = simplest(rebuilt(top))
                done[top.id] = result
                if done[result.id] == nil { done[result.id] = result }
            } else {
                stack += open
            }
        }
        return done[term.id] ?? term
    }

    private func tidy(_ term: FormulaTerm) -> FormulaTerm { done[term.id] ?? term }

    private func rebuilt(_ term: FormulaTerm) -> FormulaTerm {
        switch term.form {
        case .symbol, .count, .tensor: return term
        case .sum(let addends):
            return algebra.expanded(
                algebra.sum(addends.map { Addend(coefficient: $0.coefficient, term: tidy($0.term)) }), term.shape)
        case .product(let factors):
            return algebra.expanded(
                algebra.product(factors.map { Factor(base: tidy($0.base), exponent: tidy($0.exponent)) }), term.shape)
        case .apply(let primitive, let operands, let attributes):
            return algebra.apply(primitive, operands.map(tidy), attributes, term.shape)
        }
    }

    /// A form that is multiplied out may lead back to where it came from, so the ways are followed to a depth.
    private static let mostDepth = 3

    private func simplest(_ term: FormulaTerm, depth: Int = 0) -> FormulaTerm {
        guard term.cost <= Tidying.mostCost, depth < Tidying.mostDepth else { return term }
        if let inner = term.application(of: .expand)?[0], inner.parts.count > 1 {
            return algebra.expanded(simplest(inner, depth: depth), term.shape)
        }
        let scaled = term.scaled
        if scaled.coefficient != 1, scaled.term.isSum || scaled.term.parts.count > 1 {
            return algebra.scale(simplest(scaled.term, depth: depth), by: scaled.coefficient)
        }
        var best = term
        func consider(_ candidate: FormulaTerm?, gain: Int = 1) {
            guard let candidate, candidate.shape == term.shape, candidate.cost <= best.cost - gain else { return }
            best = candidate
        }
        switch term.form {
        case .sum(let addends) where addends.count > 1 && addends.count <= Tidying.mostAddends:
            consider(pythagorean(addends))
            let multiplied = multipliedOut(term)
            consider(multiplied, gain: 2)
            if let factored = factored(term) { consider(factored.term, gain: factored.isPlain ? 3 : factored.hasName ? 1 : -1) }
            consider(together(term))
            if let multiplied { consider(factored(multiplied)?.term, gain: 2) }
        case .product(let factors) where factors.contains(where: { $0.base.isSum }):
            guard let multiplied = multipliedOut(term) else { break }
            consider(multiplied.isSum ? simplest(multiplied, depth: depth + 1) : multiplied, gain: 4)
        default: break
        }
        // What is shorter now may be made shorter still.
        return best.cost < term.cost ? simplest(best, depth: depth + 1) : best
    }

    // MARK: Common factors

    /// `a x + b x = x (a + b)`; `isPlain` when only names were taken out, which on paper often stay where they are.
    private func factored(_ term: FormulaTerm) -> (term: FormulaTerm, isPlain: Bool, hasName: Bool)? {
        let addends = term.addends
        guard addends.count > 1 else { return nil }
        let products = addends.map { $0.term.factors(algebra) }
        var common: [Factor] = []
        for factor in products[0] where factor.exponent.number != nil {
            let exponents = products.map { product in product.first { $0.base === factor.base }?.exponent.number }
            guard let lowest = exponents.compactMap({ $0 }).min(), exponents.allSatisfy({ $0 != nil }) else { continue }
            common.append(Factor(base: factor.base, exponent: algebra.number(lowest)))
        }
        let sizes = addends.map { abs($0.coefficient) }
        let number = sizes.allSatisfy { $0 == sizes[0] } ? sizes[0] : 1
        guard !common.isEmpty || number != 1 else { return nil }
        let inverse = common.map { Factor(base: $0.base, exponent: algebra.negate($0.exponent)) }
        let rest = algebra.sum(zip(addends, products).map {
            Addend(coefficient: $0.coefficient / number, term: algebra.product($1 + inverse))
        })
        let result = algebra.scale(algebra.product(common + [Factor(base: rest, exponent: algebra.one)]), by: number)
        guard result.shape == term.shape else { return nil }
        let onlyNames = common.allSatisfy { if case .symbol = $0.base.form { true } else { false } }
        // What is left has a name by itself, as in x (s - y).
        let hasName = rest.addends.contains { if case .symbol = $0.term.form { true } else { false } }
        return (result, onlyNames && !hasName, onlyNames && hasName)
    }

    // MARK: Fractions

    /// `a / b + c / d = (a d + c b) / (b d)`.
    private func together(_ term: FormulaTerm) -> FormulaTerm? {
        let addends = term.addends
        var divisor: [Int: (base: FormulaTerm, power: Double)] = [:]
        for addend in addends {
            for factor in addend.term.factors(algebra) {
                guard let power = factor.exponent.number, power < 0 else { continue }
                divisor[factor.base.id] = (factor.base, max(divisor[factor.base.id]?.power ?? 0, -power))
            }
        }
        guard !divisor.isEmpty else { return nil }
        let bases = divisor.values.sorted { $0.base.id < $1.base.id }
        let below = bases.map { Factor(base: $0.base, exponent: algebra.number(-$0.power)) }
        let above = bases.map { Factor(base: $0.base, exponent: algebra.number($0.power)) }
        let numerator = algebra.sum(addends.map {
            Addend(coefficient: $0.coefficient, term: algebra.product($0.term.factors(algebra) + above))
        })
        var best: FormulaTerm?
        for candidate in [numerator, multipliedOut(numerator), multipliedOut(numerator).flatMap { factored($0)?.term }, factored(numerator)?.term] {
            guard let candidate else { continue }
            let scaled = candidate.scaled
            let result = algebra.scale(
                algebra.product([Factor(base: scaled.term, exponent: algebra.one)] + below), by: scaled.coefficient)
            if result.cost < best?.cost ?? .max { best = result }
        }
        return best
    }

    // MARK: Multiplying out

    /// Products of sums as one sum of products, where that stays small; `nil` where there is nothing to do.
    private func multipliedOut(_ term: FormulaTerm) -> FormulaTerm? {
        var changed = false
        guard let addends = multiplied(term, &changed), changed else { return nil }
        return algebra.sum(addends)
    }

    private func multiplied(_ term: FormulaTerm, _ changed: inout Bool) -> [Addend]? {
        var result: [Addend] = []
        for addend in term.addends {
            var parts = [Addend(coefficient: addend.coefficient, term: algebra.one)]
            for factor in addend.term.factors(algebra) {
                guard factor.base.isSum, let power = factor.exponent.number, power > 0, power <= 4, power == power.rounded() else {
                    parts = parts.map { Addend(coefficient: $0.coefficient, term: algebra.product($0.term.factors(algebra) + [factor])) }
                    continue
                }
                changed = true
                guard let inner = multiplied(factor.base, &changed) else { return nil }
                for _ in 0..<Int(power) {
                    guard parts.count * inner.count <= 4 * Tidying.mostAddends else { return nil }
                    parts = parts.flatMap { part in
                        inner.map {
                            let product = algebra.multiply([part.term, $0.term]).scaled
                            return Addend(coefficient: part.coefficient * $0.coefficient * product.coefficient, term: product.term)
                        }
                    }
                }
            }
            result += parts
        }
        return result.count <= 8 * Tidying.mostAddends ? result : nil
    }

    // MARK: Identities of sums

    /// `sin(a)^2 + cos(a)^2 = 1`, `cosh(a)^2 - sinh(a)^2 = 1`.
    private func pythagorean(_ addends: [Addend]) -> FormulaTerm? {
        for (first, sign) in [(Primitive.sin, 1.0), (.sinh, -1)] {
            let second: Primitive = first == .sin ? .cos : .cosh
            for (i, a) in addends.enumerated() {
                guard let x = squared(a.term, first),
                    let j = addends.firstIndex(where: { squared($0.term, second) === x && $0.coefficient == sign * a.coefficient })
                else { continue }
                let rest = addends.indices.filter { $0 != i && $0 != j }.map { addends[$0] }
                return algebra.sum(rest + [Addend(coefficient: sign * a.coefficient, term: algebra.one)])
            }
        }
        return nil
    }

    private func squared(_ term: FormulaTerm, _ primitive: Primitive) -> FormulaTerm? {
        guard case .product(let factors) = term.form, factors.count == 1, factors[0].exponent.number == 2 else { return nil }
        return factors[0].base.application(of: primitive)?[0]
    }
}
