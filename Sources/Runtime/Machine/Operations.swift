package import Autodiff
package import Syntax
package import Tensors

// Operators on values of every kind: numbers and tensors through their primitives, traced values onto the tape, records and lists
// field by field.

extension Machine {
    /// Applies a primitive to numbers, tensors and nodes; the result joins the tape if an operand is on it.
    package func apply(_ primitive: Primitive, _ operands: [Value], _ attributes: Attributes = .none, _ site: Site) throws -> Value {
        let value: Value
        if let tape, tape.nodes.count > tape.mostNodes { throw Unplannable(reason: "its tape is too long") }
        do throws(PrimitiveError) {
            if let tape, operands.contains(where: \.isTraced) {
                tape.origin = Origin(site.span)
                let nodes = try operands.map { operand throws(PrimitiveError) in try self.node(operand, on: tape) }
                value = .node(try tape.apply(primitive, nodes, attributes))
            } else {
                let tensors = try operands.map { operand throws(PrimitiveError) in
                    guard let tensor = operand.tensor else { throw PrimitiveError("not a number or a tensor") }
                    return tensor
                }
                let result = try primitive.evaluate(tensors, attributes)
                value = primitive.isPredicate && result.rank == 0 ? .boolean(result.number != 0) : Value(result)
            }
            if stopsAtNaN { try stopAtNaN(value, primitive, operands) }
        } catch {
            throw failure(error, site, operands)
        }
        // Turns are counted between two looks at Ctrl-C, but what is done to tensors may take as long as thousands of them.
        if case .number = value { return value }
        try checkInterruption()
        return value
    }

    /// An operand as a node of the tape that is being recorded.
    package func node(_ value: Value, on tape: Tape) throws(PrimitiveError) -> Node {
        if case .node(let node) = value, node.tape === tape, node.isLive { return node }
        guard let tensor = value.tensor else { throw PrimitiveError("not a number or a tensor") }
        return tape.constant(tensor)
    }

    private func stopAtNaN(_ value: Value, _ primitive: Primitive, _ operands: [Value]) throws(PrimitiveError) {
        guard let tensor = value.outline, !tensor.isFinite, operands.allSatisfy({ $0.outline?.isFinite ?? true }) else {
            return
        }
        throw PrimitiveError(
            "`\(primitive.sign)` made a number that is not finite out of finite ones", operands: [],
            hint: "look at the operands: a logarithm or division of zero, or an overflow of exp?")
    }

    /// `a op b` for an arithmetic operator.
    package func binary(_ primitive: Primitive, _ a: Value, _ b: Value, _ site: Site) throws -> Value {
        let (a, b) = (a.settled, b.settled)
        if a.isNumeric && b.isNumeric { return try apply(primitive, [a, b], .none, site) }
        switch (a, b) {
        case (.record(let left), .record(let right)) where primitive.isFieldwise:
            return try fieldwise(primitive, left, right, site)
        case (.list(let left), .list(let right)) where primitive.isFieldwise:
            guard left.elements.count == right.elements.count else {
                throw Diagnostic(
                    "the lists differ in length: \(left.elements.count) and \(right.elements.count)", at: site.span,
                    hints: primitive == .add ? ["to join lists write `join(a, b)`"] : [])
            }
            return .list(try zip(left.elements, right.elements).map { try part(primitive, $0, $1, site) })
        case (.record, _) where b.isNumeric && primitive.scales && a.isDifferentiable,
            (.list, _) where b.isNumeric && primitive.scales && a.isDifferentiable:
            return try a.mapNumbers { try apply(primitive, [$0, b], .none, site) }
        case (_, .record) where a.isNumeric && primitive == .multiply && b.isDifferentiable,
            (_, .list) where a.isNumeric && primitive == .multiply && b.isDifferentiable:
            return try b.mapNumbers { try apply(primitive, [a, $0], .none, site) }
        case (.text(let left), .text(let right)) where primitive == .add:
            try admit(bytes: left.string.utf8.count + right.string.utf8.count, site)
            return .string(left.string + right.string)
        default:
            throw operandError(primitive, a, b, site)
        }
    }

    private func fieldwise(_ primitive: Primitive, _ left: Record, _ right: Record, _ site: Site) throws -> Value {
        guard Set(left.names) == Set(right.names) else {
            let differing = Set(left.names).symmetricDifference(right.names).sorted().map { "`\($0)`" }
            throw Diagnostic(
                "the records differ in their fields: \(differing.joined(separator: ", "))", at: site.span,
                hints: ["`+` and `-` work field by field, so both need the same fields"])
        }
        let values = try zip(left.names, left.values).map { name, value in
            try part(primitive, value, right[name] ?? .nothing, site)
        }
        return .record(Record(names: left.names, values: values))
    }

    /// Fields that hold no numbers (a name, an activation) are no part of a sum: both sides have the same.
    private func part(_ primitive: Primitive, _ a: Value, _ b: Value, _ site: Site) throws -> Value {
        switch a.settled {
        case .text, .boolean, .function, .range, .object:
            guard a.isEqual(to: b) else {
                throw Diagnostic(
                    "the parts that are no numbers must be equal, but one is \(style.describe(a)), the other \(style.describe(b))", at: site.span,
                    hints: ["`+` and `-` work on the numbers of records and lists and leave the rest as it is"])
            }
            return a
        default: return try binary(primitive, a, b, site)
        }
    }

    private func operandError(_ primitive: Primitive, _ a: Value, _ b: Value, _ site: Site) -> Diagnostic {
        let sign = primitive.sign
        let (culprit, index) = a.isNumeric ? (b, 1) : (a, 0)
        var hints: [String] = []
        switch culprit {
        case .function: hints = ["call it: a function has a value only for arguments"]
        case .text where primitive == .add: hints = ["to put values into a string write \"… {value} …\""]
        case .record, .list: hints = ["records and lists of numbers take `+` and `-` with their like, and `*` and `/` with a number"]
        case .boolean: hints = ["for 1 or 0 write `if … then 1 else 0`"]
        default: break
        }
        let span = index < site.operands.count ? site.operands[index] : site.span
        return typeError("`\(sign)`", needs: "numbers or tensors", culprit, at: span, hints: hints)
    }

    /// A comparison: of numbers a boolean, of tensors 1 and 0 elementwise; equality also of anything else.
    package func compare(_ primitive: Primitive, _ a: Value, _ b: Value, _ site: Site) throws -> Value {
        let (a, b) = (a.settled, b.settled)
        if a.isNumeric && b.isNumeric { return try apply(primitive, [a, b], .none, site) }
        if primitive == .equal || primitive == .notEqual {
            return .boolean(a.isEqual(to: b) == (primitive == .equal))
        }
        if case .text(let left) = a, case .text(let right) = b {
            let order = left.string < right.string ? -1.0 : left.string == right.string ? 0 : 1
            return try apply(primitive, [.number(order), .number(0)], .none, site)
        }
        throw operandError(primitive, a, b, site)
    }

    package func negate(_ value: Value, _ site: Site) throws -> Value {
        if case .number(let number) = value { return .number(-number) }
        let value = value.settled
        if value.isNumeric { return try apply(.negate, [value], .none, site) }
        switch value {
        case .record, .list: return try value.mapNumbers { try apply(.negate, [$0], .none, site) }
        default: throw typeError("`-`", needs: "a number or a tensor", value, at: site.operands.first ?? site.span)
        }
    }

    /// What `if`, `while`, `and`, `or` and `not` go by.
    package func truth(_ value: Value, _ span: Span) throws -> Bool {
        switch value {
        case .boolean(let boolean): return boolean
        case .node(let node) where node.value.rank == 0 && node.primitive.isPredicate:
            node.tape.observe(node)
            return node.value.number != 0
        case .tensor, .node:
            throw typeError(
                "a condition", needs: "true or false", value, at: span,
                hints: ["to ask of all its numbers at once write `all(…)` or `any(…)`; for a choice number by number, `where`"])
        case .number:
            throw typeError("a condition", needs: "true or false", value, at: span, hints: ["compare it: `… != 0`"])
        default: throw typeError("a condition", needs: "true or false", value, at: span)
        }
    }
}

extension Value {
    package var isTraced: Bool {
        if case .node(let node) = self { node.isLive } else { false }
    }

    /// A number or a tensor, traced or not.
    package var isNumeric: Bool {
        switch self {
        case .number, .tensor, .node: true
        default: false
        }
    }

    /// Equality of values of any kind; numbers of equal shape compare by value.
    package func isEqual(to other: Value) -> Bool {
        switch (settled, other.settled) {
        case (.nothing, .nothing): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.text(let a), .text(let b)): a.string == b.string
        case (.list(let a), .list(let b)):
            a.elements.count == b.elements.count && zip(a.elements, b.elements).allSatisfy { $0.isEqual(to: $1) }
        case (.record(let a), .record(let b)):
            a.names.count == b.names.count
                && zip(a.names, a.values).allSatisfy { name, value in b[name].map(value.isEqual) ?? false }
        case (.range(let a), .range(let b)):
            a.lower == b.lower && a.upper == b.upper && a.isClosed == b.isClosed
        case (.function(let a), .function(let b)): a === b
        case (.object(let a), .object(let b)): a === b
        case (let a, let b):
            if let a = a.tensor, let b = b.tensor { a.shape == b.shape && a.numbers == b.numbers } else { false }
        }
    }
}

extension Primitive {
    /// `+` and `-` work on two records or lists field by field.
    fileprivate var isFieldwise: Bool { self == .add || self == .subtract }
    /// A record times or over a number.
    fileprivate var scales: Bool { self == .multiply || self == .divide }

    /// As it is written between operands, or its name.
    package var sign: String {
        switch notation {
        case .infix(let sign), .prefix(let sign), .postfix(let sign): sign
        case .call: name
        }
    }
}

extension Origin {
    package init(_ span: Span) { self.init(source: span.source.number, start: span.start, end: span.end) }
    package var span: Span { Span(SourceID(source), Int(start), Int(end)) }
}
