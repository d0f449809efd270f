import Autodiff
import Kernels
import Syntax
import Tensors

extension Compiler {
    func compile(_ expression: Expression) -> Code {
        let machine = machine
        switch expression {
        case .number(let number, _): return .constant(.number(number))
        case .boolean(let boolean, _): return .constant(.boolean(boolean))
        case .string(let parts, _): return string(parts)
        case .name(let name): return load(name)
        case .parenthesized(let inner, _): return compile(inner)
        case .array(let elements, let span): return array(elements, span)
        case .record(let fields, let span):
            let names = fields.map(\.name.text)
            let values = fields.map { (compile($0.value).evaluate, $0.value.span) }
            let site = Site(span)
            return Code { frame in
                try machine.bounded(.record(Record(names: names, values: try values.map { try Compiler.valued($0.0(frame), $0.1) })), site)
            }
        case .unary(let sign, let operand, let span): return unary(sign, operand, span)
        case .binary(let sign, let left, let right, let signSpan): return binary(sign, left, right, signSpan, expression.span)
        case .call(let callee, let arguments, let span): return call(callee, arguments, span)
        case .index(let base, let items, let span):
            let value = compile(base).evaluate
            let indices = items.map(compile)
            let site = Site(span, [base.span])
            return Code { frame in try machine.index(try value(frame), indices, frame, site) }
        case .field(let base, let name, let span):
            let value = compile(base).evaluate
            let site = Site(span, [base.span])
            return Code { frame in try machine.field(try value(frame), name, site) }
        case .prime(let base, let order, let span):
            let value = compile(base).evaluate
            let site = Site(span, [base.span])
            return Code { frame in try machine.prime(try value(frame), order, site) }
        case .partial(let base, let name, let span):
            let value = compile(base).evaluate
            let site = Site(span, [base.span])
            return Code { frame in try machine.partial(try value(frame), name, site) }
        case .lambda(let function): return Code(.general, self.function(function))
        case .conditional(let condition, let yes, let no, _):
            let test = test(condition)
            let (yes, no) = (compile(yes).evaluate, compile(no).evaluate)
            return Code { frame in try test(frame) ? try yes(frame) : try no(frame) }
        case .range(let lower, let upper, let isClosed, let span):
            let (lowerCode, upperCode) = (compile(lower).evaluate, compile(upper).evaluate)
            let site = Site(span, [lower.span, upper.span])
            return Code { frame in
                .range(try machine.range(try lowerCode(frame), try upperCode(frame), isClosed: isClosed, site))
            }
        case .explain(let inner, let span): return explain(inner, span)
        case .invalid: return .constant(.nothing)
        }
    }

    static func valued(_ value: Value, _ span: Span) throws -> Value {
        if case .nothing = value { throw noValue(span) }
        return value
    }

    /// From here on it is asked whether there is memory for a string.
    private static let longText = 1 << 16

    private func string(_ parts: [StringPart]) -> Code {
        let machine = machine
        let pieces = parts.map { part -> Evaluate in
            switch part {
            case .text(let text):
                let value = Value.string(text)
                return { _ in value }
            case .value(let expression):
                let evaluate = compile(expression).evaluate
                let span = expression.span
                return { frame in .string(machine.style.plain(try Compiler.valued(evaluate(frame), span))) }
            }
        }
        if parts.isEmpty { return .constant(.string("")) }
        if pieces.count == 1 { return Code(.general, pieces[0]) }
        let site = Site(parts.lazy.compactMap(\.expression?.span).first ?? Span(SourceID(-1), 0, 0))
        return Code { frame in
            var result = ""
            for piece in pieces {
                guard case .text(let text) = try piece(frame) else { continue }
                // A string grows by doubling its memory.
                if text.string.utf8.count > Compiler.longText { try machine.admit(bytes: 2 * (result.utf8.count + text.string.utf8.count), site) }
                result += text.string
            }
            return .string(result)
        }
    }

    private func array(_ elements: [Expression], _ span: Span) -> Code {
        let machine = machine
        let numbers = elements.compactMap(\.literal)
        if numbers.count == elements.count, !numbers.isEmpty {
            let tensor = TensorValue(.init(numbers))
            return Code { _ in .tensor(tensor) }
        }
        let values = elements.map { compile($0).evaluate }
        let site = Site(span, elements.map(\.span))
        return Code { frame in
            var evaluated: [Value] = []
            evaluated.reserveCapacity(values.count)
            for (index, value) in values.enumerated() {
                evaluated.append(try Compiler.valued(value(frame), site.operands[index]))
            }
            return try machine.array(evaluated, site)
        }
    }

    private func unary(_ sign: UnaryOperator, _ operand: Expression, _ span: Span) -> Code {
        let machine = machine
        let site = Site(span, [operand.span])
        let code = compile(operand)
        let value = code.evaluate
        switch sign {
        case .minus:
            if case .constant(let number) = code.form { return .constant(.number(-number)) }
            return Code { frame in try machine.negate(try value(frame), site) }
        case .plus:
            return Code { frame in
                let value = try value(frame)
                guard value.isNumeric else { throw machine.typeError("`+`", needs: "a number or a tensor", value, at: site.span) }
                return value
            }
        case .not:
            let test = test(operand)
            return Code { frame in .boolean(!(try test(frame))) }
        case .nabla: return Code { frame in try machine.gradientFunction(of: try value(frame), site) }
        }
    }

    private func binary(
        _ sign: BinaryOperator, _ left: Expression, _ right: Expression, _ signSpan: Span, _ span: Span
    ) -> Code {
        let machine = machine
        if sign == .and || sign == .or { return logical(sign, left, right) }
        if sign == .pipe { return pipe(left, right, span) }
        let site = Site(span, [left.span, right.span])
        let (first, second) = (compile(left), compile(right))
        switch sign {
        case .add: return arithmetic(AddNumbers.self, first, second, site)
        case .subtract: return arithmetic(SubtractNumbers.self, first, second, site)
        case .multiply, .juxtapose: return arithmetic(MultiplyNumbers.self, first, second, site)
        case .divide: return arithmetic(DivideNumbers.self, first, second, site)
        case .power: return arithmetic(RaiseNumbers.self, first, second, site)
        case .matmul:
            let (first, second) = (first.evaluate, second.evaluate)
            return Code { frame in try machine.binary(.matmul, try first(frame), try second(frame), site) }
        case .less: return comparison(LessThan.self, first, second, site)
        case .lessOrEqual: return comparison(AtMost.self, first, second, site)
        case .greater: return comparison(GreaterThan.self, first, second, site)
        case .greaterOrEqual: return comparison(AtLeast.self, first, second, site)
        case .equal: return comparison(EqualTo.self, first, second, site)
        case .notEqual: return comparison(DifferentFrom.self, first, second, site)
        case .and, .or, .pipe: return .constant(.nothing)
        }
    }

    /// The right side runs only if the left does not decide. Masks (tensors of 1 and 0) combine number by number.
    private func logical(_ sign: BinaryOperator, _ left: Expression, _ right: Expression) -> Code {
        let machine = machine
        let (first, second) = (compile(left).evaluate, compile(right).evaluate)
        let site = Site(left.span.joined(with: right.span), [left.span, right.span])
        let isAnd = sign == .and
        return Code { frame in
            let a = try first(frame)
            if let tensor = a.outline, tensor.rank > 0 {
                let b = try second(frame)
                return try machine.apply(isAnd ? .logicalAnd : .logicalOr, [a, b], .none, site)
            }
            if try machine.truth(a, site.operands[0]) != isAnd { return .boolean(!isAnd) }
            return .boolean(try machine.truth(try second(frame), site.operands[1]))
        }
    }

    private func pipe(_ left: Expression, _ right: Expression, _ span: Span) -> Code {
        if case .call(let callee, let arguments, _) = right {
            return call(callee, [Argument(name: nil, value: left)] + arguments, span)
        }
        return call(right, [Argument(name: nil, value: left)], span)
    }

    /// Code of a condition.
    func test(_ condition: Expression) -> Test {
        let machine = machine
        switch condition {
        case .parenthesized(let inner, _): return test(inner)
        case .boolean(let boolean, _): return { _ in boolean }
        case .unary(.not, let operand, _):
            let test = test(operand)
            return { frame in !(try test(frame)) }
        case .binary(let sign, let left, let right, _):
            let site = Site(condition.span, [left.span, right.span])
            switch sign {
            case .less: return test(LessThan.self, compile(left), compile(right), site)
            case .lessOrEqual: return test(AtMost.self, compile(left), compile(right), site)
            case .greater: return test(GreaterThan.self, compile(left), compile(right), site)
            case .greaterOrEqual: return test(AtLeast.self, compile(left), compile(right), site)
            case .equal: return test(EqualTo.self, compile(left), compile(right), site)
            case .notEqual: return test(DifferentFrom.self, compile(left), compile(right), site)
            default: break
            }
        default: break
        }
        let value = compile(condition).evaluate
        let span = condition.span
        return { frame in
            let value = try value(frame)
            if case .boolean(let boolean) = value { return boolean }
            return try machine.truth(value, span)
        }
    }
}

extension Expression {
    /// The number of a numeral, with its sign.
    fileprivate var literal: Double? {
        switch self {
        case .number(let number, _): number
        case .unary(.minus, .number(let number, _), _): -number
        default: nil
        }
    }
}

extension StringPart {
    fileprivate var expression: Expression? {
        if case .value(let expression) = self { expression } else { nil }
    }
}
