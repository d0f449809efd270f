/// The tree as an S-expression without places, for tests and for looking at: `(* 2 (^ x 2))`.
extension Expression {
    package var dump: String {
        switch self {
        case .number(let value, _): formatNumber(value)
        case .string(let parts, _): "(string" + parts.map { " " + $0.dump }.joined() + ")"
        case .boolean(let value, _): "\(value)"
        case .name(let name): name.text
        case .array(let elements, _): "[" + elements.map(\.dump).joined(separator: " ") + "]"
        case .record(let fields, _): "{" + fields.map { "\($0.name.text): \($0.value.dump)" }.joined(separator: " ") + "}"
        case .unary(let sign, let operand, _): "(\(sign.rawValue) \(operand.dump))"
        case .binary(let sign, let left, let right, _):
            "(\(sign == .juxtapose ? "times" : sign.rawValue) \(left.dump) \(right.dump))"
        case .call(let callee, let arguments, _): "(call \(callee.dump)" + arguments.map { " " + $0.dump }.joined() + ")"
        case .index(let value, let items, _): "(index \(value.dump)" + items.map { " " + $0.dump }.joined() + ")"
        case .field(let value, let name, _): "(. \(value.dump) \(name.text))"
        case .prime(let value, let order, _): "(prime\(order) \(value.dump))"
        case .partial(let function, let name, _): "(∂ \(function.dump) \(name.text))"
        case .lambda(let function): function.dump
        case .conditional(let condition, let first, let second, _): "(if \(condition.dump) \(first.dump) \(second.dump))"
        case .range(let first, let last, let closed, _): "(\(closed ? "..." : "..<") \(first.dump) \(last.dump))"
        case .explain(let value, _): "(explain \(value.dump))"
        case .parenthesized(let value, _): "(paren \(value.dump))"
        case .invalid: "<invalid>"
        }
    }
}

extension StringPart {
    fileprivate var dump: String {
        switch self {
        case .text(let text): "\(text.debugDescription)"
        case .value(let value): value.dump
        }
    }
}

extension Argument {
    fileprivate var dump: String { (name.map { "\($0.text): " } ?? "") + value.dump }
}

extension IndexItem {
    fileprivate var dump: String {
        switch self {
        case .at(let value): value.dump
        case .range(let first, let last, let closed, _):
            "(\(closed ? "..." : "..<") \(first?.dump ?? "_") \(last?.dump ?? "_"))"
        case .all: ":"
        }
    }
}

extension Function {
    package var dump: String {
        let head = name.map { "define \($0.text)" } ?? "lambda"
        return "(\(head) (\(parameters.map(\.dump).joined(separator: " "))) \(body.dump))"
    }
}

extension Parameter {
    fileprivate var dump: String {
        name.text + (shape.map { "[" + $0.map(\.dump).joined(separator: " ") + "]" } ?? "")
            + (defaultValue.map { ": " + $0.dump } ?? "")
    }
}

extension Body {
    fileprivate var dump: String {
        switch self {
        case .expression(let value): value.dump
        case .block(let block): block.dump
        }
    }
}

extension Block {
    fileprivate var dump: String { "(block" + statements.map { " " + $0.dump }.joined() + ")" }
}

extension Statement {
    package var dump: String {
        switch self {
        case .expression(let value, let muted): value.dump + (muted ? ";" : "")
        case .introduce(let name, let value, let muted, _): "(= \(name.text) \(value.dump))" + (muted ? ";" : "")
        case .define(let function): function.dump
        case .update(let target, let value, let muted, _): "(<- \(target.dump) \(value.dump))" + (muted ? ";" : "")
        case .branch(let condition, let block, let otherwise, _):
            "(if \(condition.dump) \(block.dump)\(otherwise.map { " " + $0.dump } ?? ""))"
        case .forLoop(let name, let values, let block, _): "(for \(name.text) \(values.dump) \(block.dump))"
        case .whileLoop(let condition, let block, _): "(while \(condition.dump) \(block.dump))"
        case .breakLoop: "break"
        case .continueLoop: "continue"
        case .returnValue(let value, _): "(return\(value.map { " " + $0.dump } ?? ""))"
        case .importFile(let path, _): "(import \(path.debugDescription))"
        case .rule(let rule): rule.dump
        case .invalid: "<invalid>"
        }
    }
}

extension ElseBranch {
    fileprivate var dump: String {
        switch self {
        case .block(let block): block.dump
        case .branch(let statement): statement.dump
        }
    }
}

extension RuleDeclaration {
    fileprivate var dump: String {
        let memory = self.memory.map { " (= \($0.name.text) \($0.value.dump))" }.joined()
        return "(rule \(name.text) (\(parameters.map(\.dump).joined(separator: " ")))\(memory) \(update.dump))"
    }
}

extension Program {
    package var dump: String { statements.map(\.dump).joined(separator: "\n") }
}
