import Autodiff
import Syntax
import Tensors

/// Writes terms as expressions of the language, in the order in which a person would: numbers first, then names, functions and sums.
struct FormulaWriter {
    /// Parts that are called by a name instead of being written out, by the ids of their terms.
    var names: [Int: String] = [:]
    /// What lengths are called.
    var lengths: [Int: String] = [:]

    private static let nowhere = Span(SourceID(-1), 0, 0)
    private var nowhere: Span { FormulaWriter.nowhere }

    func text(_ term: FormulaTerm, isNamed: Bool = true) -> String { Printer.print(expression(term, isNamed: isNamed)) }

    /// `isNamed: false` writes out the term itself even if it has a name.
    func expression(_ term: FormulaTerm, isNamed: Bool = true) -> Expression {
        if isNamed, let name = names[term.id] { return self.name(name) }
        if let number = term.number { return self.number(number) }
        switch term.form {
        case .symbol(let name): return self.name(name)
        case .count(let count): return length(count)
        case .tensor(let tensor): return literal(tensor)
        case .sum(let addends): return sum(addends, term.shape)
        case .product: return product(1, term, isNamed: isNamed)
        case .apply(let primitive, let operands, let attributes):
            let value = application(primitive, operands, attributes, term.shape)
            // A condition as a number.
            return term.isPredicate && term.isScalar ? call("where", [value, number(1), number(0)]) : value
        }
    }

    /// What holds or not, where a condition is wanted.
    func condition(_ term: FormulaTerm) -> Expression {
        guard names[term.id] == nil, case .apply(let primitive, let operands, let attributes) = term.form else { return expression(term) }
        return application(primitive, operands, attributes, term.shape)
    }

    // MARK: Leaves

    func name(_ text: String) -> Expression { .name(Name(text, nowhere)) }

    func number(_ value: Double) -> Expression {
        value < 0 ? .unary(.minus, .number(-value, nowhere), nowhere) : .number(value, nowhere)
    }

    /// A length by its name, or as the product of two lengths that have names.
    private func length(_ count: Int) -> Expression {
        if let name = lengths[count] { return self.name(name) }
        for (a, first) in lengths.sorted(by: { $0.value < $1.value }) where a > 1 && count % a == 0 {
            if let second = lengths[count / a] { return .parenthesized(binary(.multiply, name(first), name(second)), nowhere) }
        }
        return .number(Double(count), nowhere)
    }

    private func literal(_ tensor: Tensor) -> Expression { literal(tensor, axis: 0, at: 0) }

    private func literal(_ tensor: Tensor, axis: Int, at offset: Int) -> Expression {
        if axis == tensor.rank { return number(tensor[offset]) }
        let stride = tensor.shape.strides[axis]
        return .array((0..<tensor.shape[axis]).map { literal(tensor, axis: axis + 1, at: offset + $0 * stride) }, nowhere)
    }

    func binary(_ sign: BinaryOperator, _ a: Expression, _ b: Expression) -> Expression {
        .binary(sign, a, b, operatorSpan: nowhere)
    }

    func call(_ function: String, _ arguments: [Expression], _ named: [(String, Expression)] = []) -> Expression {
        .call(
            name(function), arguments.map { Argument(name: nil, value: $0) } + named.map { Argument(name: Name($0.0, nowhere), value: $0.1) },
            nowhere)
    }

    // MARK: Sums

    /// What is added comes before what is taken away, and a number last: `2w - 6`, `1 - s`.
    private func sum(_ addends: [Addend], _ shape: Shape) -> Expression {
        if addends.isEmpty { return number(0) }
        if addends.count == 1 { return product(addends[0].coefficient, addends[0].term) }
        var order = addends.filter { !$0.term.isOne } + addends.filter { $0.term.isOne }
        if let first = order.firstIndex(where: { !isNegative($0) }) { order.insert(order.remove(at: first), at: 0) }
        var result = product(order[0].coefficient, order[0].term)
        for addend in order.dropFirst() {
            let isNegative = isNegative(addend)
            let part = product(isNegative ? -addend.coefficient : addend.coefficient, addend.term)
            result = binary(isNegative ? .subtract : .add, result, part)
        }
        return result
    }

    /// A minus that a difference does not take in.
    private func isNegative(_ addend: Addend) -> Bool {
        guard addend.coefficient < 0, names[addend.term.id] == nil, case .product(let factors) = addend.term.form else { return addend.coefficient < 0 }
        return !factors.contains { turns($0.base) && $0.exponent.isOne }
    }

    /// A difference: `b - a` is as good as `a - b` with a minus.
    private func turns(_ base: FormulaTerm) -> Bool {
        base.isSum && names[base.id] == nil && base.addends.contains { $0.coefficient < 0 }
    }

    // MARK: Products

    /// A number times a term.
    private func product(_ coefficient: Double, _ term: FormulaTerm, isNamed: Bool = true) -> Expression {
        if term.isOne { return number(coefficient) }
        if (isNamed && names[term.id] != nil) || term.isSum {
            let isFlipped = coefficient < 0 && names[term.id] == nil && term.addends.contains { $0.coefficient < 0 }
            return times(isFlipped ? -coefficient : coefficient, [Power(base: term, exponent: 1, isFlipped: isFlipped)], [])
        }
        guard case .product(let factors) = term.form else {
            return times(coefficient, [Power(base: term, exponent: 1)], [])
        }
        var above: [Power] = []
        var below: [Power] = []
        var coefficient = coefficient
        // Two differences are turned round together where that reads better: (1 - s) * (1 - 2s).
        var pairs = factors.filter { $0.exponent.isOne && turns($0.base) && readsFromOne($0.base) }.count
        let hasOne = pairs > 0
        if coefficient < 0 { pairs -= 1 }
        pairs -= pairs % 2
        for factor in factors {
            guard let exponent = factor.exponent.number else {
                above.append(Power(base: factor.base, exponent: nil, symbolic: factor.exponent))
                continue
            }
            var isFlipped = false
            if factor.base.isSum, names[factor.base.id] == nil, exponent == exponent.rounded() {
                if exponent.truncatingRemainder(dividingBy: 2) != 0 {
                    if factor.exponent.isOne, pairs > 0, readsFromOne(factor.base) {
                        isFlipped = true
                        pairs -= 1
                    } else {
                        isFlipped = coefficient < 0 && turns(factor.base) && (readsFromOne(factor.base) || !hasOne)
                        if isFlipped { coefficient = -coefficient }
                    }
                } else {
                    isFlipped = readsFromOne(factor.base)
                }
            }
            let power = Power(base: factor.base, exponent: abs(exponent), isFlipped: isFlipped)
            if exponent < 0 { below.append(power) } else { above.append(power) }
        }
        return times(coefficient, above, below)
    }

    /// `f(x) - 1`, which in a square is written `1 - f(x)`.
    private func readsFromOne(_ term: FormulaTerm) -> Bool {
        guard case .sum(let addends) = term.form, addends.count == 2,
            let one = addends.first(where: \.term.isOne), let other = addends.first(where: { !$0.term.isOne })
        else { return false }
        return one.coefficient < 0 && other.coefficient > 0 && !other.term.parts.isEmpty
    }

    private struct Power {
        let base: FormulaTerm
        /// `nil` for one that is no number.
        let exponent: Double?
        var symbolic: FormulaTerm?
        /// Written as `b - a` for the normal `a - b`.
        var isFlipped = false
    }

    private func times(_ coefficient: Double, _ above: [Power], _ below: [Power]) -> Expression {
        let predicates = above.filter { $0.base.isPredicate && $0.base.isScalar && $0.exponent != nil }
        if !predicates.isEmpty {
            let rest = above.filter { !($0.base.isPredicate && $0.base.isScalar && $0.exponent != nil) }
            let both = predicates.dropFirst().reduce(condition(predicates[0].base)) { binary(.and, $0, condition($1.base)) }
            let value = rest.isEmpty && below.isEmpty ? number(coefficient) : times(coefficient, rest, below)
            return call("where", [both, value, number(0)])
        }
        let (top, bottom) = FormulaWriter.fraction(abs(coefficient))
        let sizes = below.filter { if case .count = $0.base.form { true } else { false } }
        let others = below.filter { if case .count = $0.base.form { false } else { true } }
        var numerator = above.sorted { rank($0) < rank($1) }.map(written)
        let hasNumbersBefore = top != 1 && (bottom != 1 || !sizes.isEmpty) && others.isEmpty && !numerator.isEmpty
        var divisors = (bottom == 1 ? [] : [Expression.number(bottom, nowhere)]) + sizes.map(written)
        if numerator.isEmpty { numerator = [.number(top, nowhere)] }
        else if hasNumbersBefore {
            numerator.insert(quotient(.number(top, nowhere), divisors), at: 0)
            divisors = []
        } else if top != 1 {
            if isMatrixProduct(numerator[0]) { numerator.insert(.number(top, nowhere), at: 0) }
            else { numerator[0] = binary(.juxtapose, .number(top, nowhere), numerator[0]) }
        }
        divisors += others.sorted { rank($0) < rank($1) }.map(written)
        // `-a * b` is read as `(-a) * b`, which is as good.
        if coefficient < 0 {
            if case .binary(.matmul, let a, let b, _) = numerator[0], !isMatrixProduct(a) {
                numerator[0] = binary(.matmul, .unary(.minus, a, nowhere), b)
            } else {
                numerator[0] = .unary(.minus, numerator[0], nowhere)
            }
        }
        return quotient(chained(numerator, isAlone: above.filter { !$0.base.isScalar }.count <= 1), divisors)
    }

    private func chained(_ factors: [Expression], isAlone: Bool) -> Expression {
        var result = guarded(factors[0], isAlone: isAlone, isFirst: true)
        for factor in factors.dropFirst() {
            let right = guarded(factor, isAlone: isAlone, isFirst: false)
            // `2 / n * X.T @ r`: the product goes on, and means the same.
            if isAlone, case .binary(.matmul, let a, let b, _) = right {
                result = binary(.matmul, binary(.multiply, result, a), b)
            } else {
                result = binary(.multiply, result, right)
            }
        }
        return result
    }

    /// A matrix product among elementwise factors stands in parentheses.
    private func guarded(_ factor: Expression, isAlone: Bool, isFirst: Bool) -> Expression {
        if isMatrixProduct(factor), !isAlone { return .parenthesized(factor, nowhere) }
        if isAlone, !isFirst, case .binary(.matmul, let a, _, _) = factor, isMatrixProduct(a) { return .parenthesized(factor, nowhere) }
        return factor
    }

    private func isMatrixProduct(_ expression: Expression) -> Bool {
        if case .binary(.matmul, _, _, _) = expression { true } else { false }
    }

    private func quotient(_ numerator: Expression, _ divisors: [Expression]) -> Expression {
        guard let first = divisors.first else { return numerator }
        if divisors.count == 1 { return binary(.divide, numerator, first) }
        if case .number(let value, _) = first {
            let rest = divisors.dropFirst(2).reduce(binary(.juxtapose, .number(value, nowhere), divisors[1])) { binary(.multiply, $0, $1) }
            return binary(.divide, numerator, .parenthesized(rest, nowhere))
        }
        return binary(.divide, numerator, divisors.dropFirst().reduce(first) { binary(.multiply, $0, $1) })
    }

    /// Names, then powers and functions, then sums.
    private func rank(_ power: Power) -> Int {
        let scalar = power.base.isScalar ? 0 : 10
        switch power.base.form {
        case .count: return -1
        case .symbol: return scalar
        case .apply(.matmul, _, _): return scalar
        case .sum: return names[power.base.id] == nil ? scalar + 3 : scalar + 1
        case .product: return scalar + 2
        default: return scalar + 1
        }
    }

    private func written(_ power: Power) -> Expression {
        if let exponent = power.symbolic { return binary(.power, expression(power.base), expression(exponent)) }
        let exponent = power.exponent ?? 1
        var base = power.isFlipped ? flipped(power.base) : expression(power.base)
        if exponent == 1 { return base }
        if exponent == 0.5 { return call("sqrt", [base]) }
        if isMatrixProduct(base) { base = .parenthesized(base, nowhere) }
        return binary(.power, base, number(exponent))
    }

    private func flipped(_ term: FormulaTerm) -> Expression {
        sum(term.addends.map { Addend(coefficient: -$0.coefficient, term: $0.term) }, term.shape)
    }

    /// Numerator and denominator of a number that a person would write so: 0.5 is 1 / 2, and 0.1 stays.
    static func fraction(_ value: Double) -> (Double, Double) {
        if value == value.rounded() || value == 0 { return (value, 1) }
        let inverse = 1 / value
        if abs(inverse - inverse.rounded()) < 1e-12 * inverse, inverse.rounded() < 1e6, !isShort(value) || [2, 4, 8, 16, 32, 64].contains(inverse.rounded()) {
            return (1, inverse.rounded())
        }
        if isShort(value) { return (value, 1) }
        for bottom in 3...60 {
            let top = value * Double(bottom)
            if abs(top - top.rounded()) < 1e-13 * max(1, top), top.rounded() > 0, top < 1000 { return (top.rounded(), Double(bottom)) }
        }
        return (value, 1)
    }

    private static func isShort(_ value: Double) -> Bool {
        let scaled = value * 10000
        return abs(scaled - scaled.rounded()) < 1e-9 * abs(scaled)
    }
}

extension FormulaTerm {
    /// 1 where something holds, else 0.
    var isPredicate: Bool { if case .apply(let primitive, _, _) = form { primitive.isPredicate } else { false } }
}
