import Syntax

// The walk over statements and expressions.

extension Resolver {
    mutating func visit(_ statement: Statement) {
        switch statement {
        case .expression(let expression, _): visit(expression)
        case .introduce(let name, let value, _, _):
            visit(value)
            introduce(name)
        case .define(let function):
            if let name = function.name { introduce(name, isFunction: true) }
            visit(function)
        case .update(let target, let value, _, _):
            visit(value)
            visitTarget(target)
        case .branch(let condition, let block, let otherwise, _):
            visit(condition)
            visit(block)
            switch otherwise {
            case .block(let block): visit(block)
            case .branch(let statement): visit(statement)
            case nil: break
            }
        case .forLoop(let name, let values, let body, _):
            visit(values)
            visitLoop(body, variable: name)
        case .whileLoop(let condition, let body, _):
            visit(condition)
            visitLoop(body)
        case .breakLoop(let span): requireLoop("break", span)
        case .continueLoop(let span): requireLoop("continue", span)
        case .returnValue(let value, let span):
            requireFunction(span)
            if let value { visit(value) }
        case .importFile(_, let span): visitImport(span)
        case .rule(let rule):
            requireTopLevel("rule", rule.span)
            visit(rule)
        case .invalid: break
        }
    }

    private mutating func visitTarget(_ target: Expression) {
        switch target {
        case .name(let name): update(name)
        case .field(let base, _, _): visitTarget(base)
        case .index(let base, let items, _):
            visitTarget(base)
            for item in items { visit(item) }
        case .parenthesized(let inner, _): visitTarget(inner)
        default: break
        }
    }

    mutating func visit(_ expression: Expression) {
        switch expression {
        case .number, .boolean, .invalid: break
        case .string(let parts, _):
            for case .value(let value) in parts { visit(value) }
        case .name(let name): use(name)
        case .array(let elements, _): for element in elements { visit(element) }
        case .record(let fields, _): visit(fields)
        case .unary(_, let operand, _): visit(operand)
        case .binary(let sign, let left, let right, _):
            visit(left)
            if sign == .pipe, case .call(let callee, let arguments, let span) = right {
                visitCall(callee, [Argument(name: nil, value: left)] + arguments, span, visited: 1)
            } else {
                visit(right)
            }
        case .call(let callee, let arguments, let span): visitCall(callee, arguments, span, visited: 0)
        case .index(let base, let items, _):
            visit(base)
            for item in items { visit(item) }
        case .field(let base, _, _): visit(base)
        case .prime(let base, _, _), .partial(let base, _, _): visit(base)
        case .lambda(let function): visit(function)
        case .conditional(let condition, let yes, let no, _):
            visit(condition)
            visit(yes)
            visit(no)
        case .range(let lower, let upper, _, _):
            visit(lower)
            visit(upper)
        case .explain(let inner, _): visitExplained(inner)
        case .parenthesized(let inner, _): visit(inner)
        }
    }

    /// In `explain f'(x)` an `x` that is not known stands for any number, as on paper.
    private mutating func visitExplained(_ expression: Expression) {
        guard case .call(let callee, let arguments, _) = expression, case .prime = callee, arguments.count == 1, arguments[0].name == nil,
            case .name(let name) = arguments[0].value, !isKnown(name)
        else { return visit(expression) }
        visit(callee)
        resolution.symbols.insert(name.span)
    }

    private mutating func visit(_ fields: [RecordField]) {
        var seen: [String: Name] = [:]
        for field in fields {
            if let earlier = seen.updateValue(field.name, forKey: field.name.text) {
                report(Messages.repeatedField(field.name, at: earlier.span))
            }
            visit(field.value)
        }
    }

    private mutating func visit(_ item: IndexItem) {
        switch item {
        case .at(let expression): visit(expression)
        case .range(let lower, let upper, _, _):
            if let lower { visit(lower) }
            if let upper { visit(upper) }
        case .all: break
        }
    }

    /// `visited` leading arguments were walked already (the left side of a pipe).
    private mutating func visitCall(_ callee: Expression, _ arguments: [Argument], _ span: Span, visited: Int) {
        visit(callee)
        let signature = signature(of: callee)
        for (index, argument) in arguments.enumerated() where index >= visited {
            // `wrt: a` names a parameter of the function, not a variable here.
            if argument.name?.text == "wrt", argument.value.parameterNames != nil { continue }
            visit(argument.value)
        }
        if let signature { check(arguments, against: signature, callee, span) }
    }

    private func signature(of callee: Expression) -> [ParameterInfo]? {
        guard case .name(let name) = callee, let reference = resolution.uses[name.span] else { return nil }
        switch reference {
        case .global(let variable): return variable.signature
        case .constant(.function(let callable)): return callable.parameters
        default: return nil
        }
    }

    private mutating func check(
        _ arguments: [Argument], against parameters: [ParameterInfo], _ callee: Expression, _ span: Span
    ) {
        if let problem = ArgumentBinding.problem(arguments, parameters, callee: callee, span) { report(problem) }
    }

    mutating func visit(_ rule: RuleDeclaration) {
        introduce(rule.name)
        visitRuleBody(rule)
    }
}

extension Expression {
    /// The names in `wrt: a` or `wrt: [a, b]`.
    var parameterNames: [String]? {
        switch self {
        case .name(let name): return [name.text]
        case .array(let elements, _):
            let names = elements.compactMap { element -> String? in
                if case .name(let name) = element { name.text } else { nil }
            }
            return names.count == elements.count ? names : nil
        default: return nil
        }
    }
}
