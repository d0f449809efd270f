import Syntax

// Expressions with something put in for their names.

extension Expression {
    /// With expressions in the place of names; a numeral directly before a number gets its sign.
    func replacing(_ parts: [String: Expression]) -> Expression {
        func inner(_ expression: Expression) -> Expression { expression.replacing(parts) }
        switch self {
        case .name(let name): return parts[name.text] ?? self
        case .unary(let sign, let operand, let span): return .unary(sign, inner(operand), span)
        case .binary(.juxtapose, let left, let right, let place):
            let (left, right) = (inner(left), inner(right))
            return .binary(left.startsWithNumber || right.startsWithNumber ? (left.isNumeral && !right.startsWithNumber ? .juxtapose : .multiply) : .juxtapose, left, right, operatorSpan: place)
        case .binary(let sign, let left, let right, let place): return .binary(sign, inner(left), inner(right), operatorSpan: place)
        case .call(let callee, let arguments, let span):
            return .call(inner(callee), arguments.map { Argument(name: $0.name, value: inner($0.value)) }, span)
        case .index(let base, let items, let span): return .index(inner(base), items, span)
        case .field(let base, let name, let span): return .field(inner(base), name, span)
        case .parenthesized(let value, let span): return .parenthesized(inner(value), span)
        case .conditional(let condition, let yes, let no, let span): return .conditional(inner(condition), inner(yes), inner(no), span)
        case .array(let elements, let span): return .array(elements.map(inner), span)
        case .record(let fields, let span): return .record(fields.map { RecordField(name: $0.name, value: inner($0.value)) }, span)
        default: return self
        }
    }

    private var isNumeral: Bool { if case .number(let value, _) = self { value >= 0 } else { false } }

    /// Printed, it begins with a digit or a sign.
    private var startsWithNumber: Bool {
        switch self {
        case .number, .unary(.minus, _, _): true
        case .binary(.power, let base, _, _): base.startsWithNumber
        case .parenthesized(let inner, _): if case .number = inner { true } else { false }
        default: false
        }
    }

    /// With these names taken for zero, and what follows from that left out: `g + weight_decay * θ` becomes `g`.
    func dropping(zeros: Set<String>) -> Expression {
        func inner(_ expression: Expression) -> Expression { expression.dropping(zeros: zeros) }
        switch self {
        case .name(let name): return zeros.contains(name.text) ? .number(0, name.span) : self
        case .unary(let sign, let operand, let span):
            let operand = inner(operand)
            return operand.isZero ? operand : .unary(sign, operand, span)
        case .binary(let sign, let left, let right, let place):
            let (a, b) = (inner(left), inner(right))
            switch sign {
            case .add where a.isZero: return b
            case .add where b.isZero, .subtract where b.isZero: return a
            case .multiply where a.isZero || b.isZero, .juxtapose where a.isZero || b.isZero: return .number(0, span)
            case .divide where a.isZero: return .number(0, span)
            default: return .binary(sign, a, b, operatorSpan: place)
            }
        case .call(let callee, let arguments, let span):
            return .call(callee, arguments.map { Argument(name: $0.name, value: inner($0.value)) }, span)
        case .parenthesized(let value, let span):
            let value = inner(value)
            switch value {
            case .binary: return .parenthesized(value, span)
            default: return value
            }
        default: return self
        }
    }

    private var isZero: Bool { if case .number(0, _) = self { true } else { false } }

    /// The names that occur in it.
    var names: Set<String> {
        switch self {
        case .name(let name): [name.text]
        case .unary(_, let operand, _), .parenthesized(let operand, _), .field(let operand, _, _), .prime(let operand, _, _),
            .partial(let operand, _, _):
            operand.names
        case .binary(_, let left, let right, _), .range(let left, let right, _, _): left.names.union(right.names)
        case .call(let callee, let arguments, _): arguments.reduce(callee.names) { $0.union($1.value.names) }
        case .index(let base, let items, _):
            items.reduce(base.names) { names, item in
                if case .at(let expression) = item { names.union(expression.names) } else { names }
            }
        case .conditional(let condition, let yes, let no, _): condition.names.union(yes.names).union(no.names)
        case .array(let elements, _): elements.reduce([]) { $0.union($1.names) }
        case .record(let fields, _): fields.reduce([]) { $0.union($1.value.names) }
        default: []
        }
    }
}
