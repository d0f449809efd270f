import Autodiff
import Syntax
import Tensors

// How a primitive that is no sum, product or power is written.

extension FormulaWriter {
    private static let nowhere = Span(SourceID(-1), 0, 0)

    func application(_ primitive: Primitive, _ operands: [FormulaTerm], _ attributes: Attributes, _ shape: Shape) -> Expression {
        let nowhere = FormulaWriter.nowhere
        switch primitive {
        case .expand: return stretched(operands[0], shape)
        case .sumTo: return summed(operands[0], to: shape)
        case .transpose where attributes.ints(0) == nil && shape.rank == 2:
            return .field(postfixed(expression(operands[0])), Name("T", nowhere), nowhere)
        case .matmul: return matrixProduct(operands[0], operands[1])
        case .oneHot: return call("one_hot", [expression(operands[0])] + attributes.values.compactMap(value))
        case .slice: if let index = index(operands[0], attributes) { return index }
        case .where:
            return call("where", [condition(operands[0])] + operands.dropFirst().map { expression($0) })
        default: break
        }
        switch primitive.notation {
        case .infix(let sign):
            if let sign = BinaryOperator(rawValue: sign), operands.count == 2 {
                return binary(sign, expression(operands[0]), expression(operands[1]))
            }
        case .prefix, .postfix, .call: break
        }
        let lists = primitive.parameters.contains { if case .operands = $0.kind { true } else { false } }
        let arguments = operands.map { expression($0) }
        let named = zip(primitive.parameters.filter { !$0.isOperand }, attributes.values).compactMap { parameter, attribute in
            attribute == parameter.defaultValue || isDefault(attribute, parameter, operands.first)
                ? nil : value(of: attribute).map { (parameter.name, $0) }
        }
        return call(primitive.name, lists ? [.array(arguments, nowhere)] : arguments, named)
    }

    /// The opposite of a condition.
    func negation(of term: FormulaTerm) -> Expression {
        let opposite: [BinaryOperator: BinaryOperator] = [
            .less: .greaterOrEqual, .lessOrEqual: .greater, .greater: .lessOrEqual, .greaterOrEqual: .less, .equal: .notEqual, .notEqual: .equal,
        ]
        if case .binary(let sign, let a, let b, _) = condition(term), let turned = opposite[sign] { return binary(turned, a, b) }
        return .unary(.not, condition(term), FormulaWriter.nowhere)
    }

    /// An axis that is the default written another way.
    private func isDefault(_ attribute: Attribute, _ parameter: Autodiff.Parameter, _ operand: FormulaTerm?) -> Bool {
        guard case .int(let usual)? = parameter.defaultValue, parameter.name == "axis", let rank = operand?.shape.rank else { return false }
        return Attributes([attribute]).ints(0) == [usual < 0 ? usual + rank : usual]
    }

    func value(of attribute: Attribute) -> Expression? {
        let nowhere = FormulaWriter.nowhere
        switch attribute {
        case .none: return nil
        case .flag(let flag): return .boolean(flag, nowhere)
        case .int(let int): return number(Double(int))
        case .ints(let ints): return ints.count == 1 ? number(Double(ints[0])) : .array(ints.map { number(Double($0)) }, nowhere)
        case .real(let real): return number(real)
        case .text(let text): return .string([.text(text)], nowhere)
        }
    }

    private func shapeLiteral(_ shape: Shape) -> Expression {
        .array(shape.axes.map { axis in lengths[axis].map(name) ?? number(Double(axis)) }, FormulaWriter.nowhere)
    }

    /// `ones([3])`, `zeros([3])`, or anything else copied out.
    private func stretched(_ term: FormulaTerm, _ shape: Shape) -> Expression {
        if term.number == 1 { return call("ones", [shapeLiteral(shape)]) }
        if term.number == 0 { return call("zeros", [shapeLiteral(shape)]) }
        if case .product(let factors) = term.form, factors.count == 1, factors[0].exponent.number == -1, case .count = factors[0].base.form {
            return binary(.divide, call("ones", [shapeLiteral(shape)]), expression(factors[0].base))
        }
        return call("expand", [expression(term), shapeLiteral(shape)])
    }

    /// The sum that undoes a broadcast, by its axes.
    private func summed(_ term: FormulaTerm, to shape: Shape) -> Expression {
        let missing = term.shape.rank - shape.rank
        let kept = shape.axes.indices.filter { shape[$0] == 1 && term.shape[$0 + missing] != 1 }
        let axes = Array(0..<missing) + kept.map { $0 + missing }
        let isKept = missing == 0
        if missing > 0 && !kept.isEmpty { return call("sum_to", [expression(term), shapeLiteral(shape)]) }
        let axis = axes.count == 1 ? number(Double(axes[0])) : .array(axes.map { number(Double($0)) }, FormulaWriter.nowhere)
        let named: [(String, Expression)] = axes.count == term.shape.rank && !isKept ? [] : [("axis", axis)]
        return call("sum", [expression(term)], named + (isKept ? [("keep", .boolean(true, FormulaWriter.nowhere))] : []))
    }

    private func matrixProduct(_ a: FormulaTerm, _ b: FormulaTerm) -> Expression {
        var left = expression(a)
        var right = expression(b)
        // Elementwise factors of an operand would be read as factors of the whole.
        if case .binary(let sign, _, _, _) = left, sign != .matmul, sign != .power { left = .parenthesized(left, FormulaWriter.nowhere) }
        if case .unary = left { left = .parenthesized(left, FormulaWriter.nowhere) }
        if case .binary(let sign, _, _, _) = right, sign != .power { right = .parenthesized(right, FormulaWriter.nowhere) }
        return binary(.matmul, left, right)
    }

    /// What a field or an index may follow.
    private func postfixed(_ expression: Expression) -> Expression {
        switch expression {
        case .binary, .unary: .parenthesized(expression, FormulaWriter.nowhere)
        default: expression
        }
    }

    /// `x[1..<3]`, `M[:, 0...1]`.
    private func index(_ term: FormulaTerm, _ attributes: Attributes) -> Expression? {
        let nowhere = FormulaWriter.nowhere
        guard let starts = attributes.ints(0), let stops = attributes.ints(1), starts.count == stops.count else { return nil }
        let axes = attributes.ints(2)?.map { $0 < 0 ? $0 + term.shape.rank : $0 } ?? Array(starts.indices)
        guard axes.count == starts.count, let last = axes.max(), last < term.shape.rank else { return nil }
        let items = (0...last).map { axis -> IndexItem in
            guard let place = axes.firstIndex(of: axis) else { return .all(nowhere) }
            let length = term.shape[axis]
            let (start, stop) = (starts[place] < 0 ? starts[place] + length : starts[place], stops[place] < 0 ? stops[place] + length : stops[place])
            if start == 0, stop == length { return .all(nowhere) }
            return .range(.number(Double(start), nowhere), .number(Double(stop), nowhere), closed: false, nowhere)
        }
        return .index(postfixed(expression(term)), items, nowhere)
    }
}
