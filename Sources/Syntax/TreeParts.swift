extension Expression {
    /// The expressions that it is made of, in order; those of a lambda's body too.
    package var parts: [Expression] {
        switch self {
        case .number, .boolean, .name, .invalid: []
        case .string(let parts, _): parts.compactMap { if case .value(let value) = $0 { value } else { nil } }
        case .array(let elements, _): elements
        case .record(let fields, _): fields.map(\.value)
        case .unary(_, let operand, _), .field(let operand, _, _), .prime(let operand, _, _), .partial(let operand, _, _),
            .explain(let operand, _), .parenthesized(let operand, _):
            [operand]
        case .binary(_, let left, let right, _), .range(let left, let right, _, _): [left, right]
        case .call(let callee, let arguments, _): [callee] + arguments.map(\.value)
        case .index(let indexed, let items, _):
            [indexed]
                + items.flatMap { item -> [Expression] in
                    switch item {
                    case .at(let place): [place]
                    case .range(let low, let high, _, _): [low, high].compactMap { $0 }
                    case .all: []
                    }
                }
        case .lambda(let function): function.body.parts
        case .conditional(let condition, let value, let other, _): [condition, value, other]
        }
    }
}

extension Body {
    /// The expressions of its statements, in order.
    package var parts: [Expression] {
        switch self {
        case .expression(let expression): [expression]
        case .block(let block): block.parts
        }
    }
}

extension Block {
    package var parts: [Expression] { statements.flatMap(\.parts) }
}

extension Statement {
    package var parts: [Expression] {
        switch self {
        case .expression(let value, _), .introduce(_, let value, _, _): [value]
        case .define(let function): function.body.parts
        case .update(let target, let value, _, _): [target, value]
        case .branch(let condition, let body, let other, _):
            switch other {
            case .block(let block): [condition] + body.parts + block.parts
            case .branch(let branch): [condition] + body.parts + branch.parts
            case nil: [condition] + body.parts
            }
        case .forLoop(_, let range, let body, _): [range] + body.parts
        case .whileLoop(let condition, let body, _): [condition] + body.parts
        case .returnValue(let value, _): value.map { [$0] } ?? []
        case .rule(let rule): rule.memory.map(\.value) + rule.update.body.parts
        case .breakLoop, .continueLoop, .importFile, .invalid: []
        }
    }
}
