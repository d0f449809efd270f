/// `rule NAME(parameters) { memory; update(θ, g, t) = … }`.
extension Parser {
    mutating func rule() -> Statement {
        let start = current.start
        advance()
        let name = self.name(current)
        advance()
        var parameters: [Parameter] = []
        if kind == .leftParen, current.isAdjacent { (parameters, _) = parameterList() }
        guard kind == .leftBrace else {
            fail(Message.missingBlock(gap, after: "rule"))
            return finishInvalid()
        }
        let body = block()
        let highest = height
        let place = span(from: start)
        endStatement()
        height = highest + 1
        return sort(body, name, parameters, place)
    }

    /// Tells memory from the update function.
    private mutating func sort(_ body: Block, _ name: Name, _ parameters: [Parameter], _ place: Span) -> Statement {
        var memory: [RecordField] = []
        var update: Function?
        for statement in body.statements {
            switch statement {
            case .introduce(let name, let value, _, _): memory.append(RecordField(name: name, value: value))
            case .define(let function):
                let isUpdate = function.name?.text == "update"
                if isUpdate, update == nil {
                    update = function
                } else if let name = function.name {
                    report(isUpdate ? Message.secondUpdate(name.span) : Message.functionInRule(name))
                }
            case .invalid: break
            default: report(Message.statementInRule(statement.span))
            }
        }
        checkDuplicates(memory.lazy.map(\.name), Message.duplicateMemory)
        guard let update else {
            let hasInvalid = body.statements.contains { if case .invalid = $0 { true } else { false } }
            if !hasInvalid { report(Message.ruleWithoutUpdate(name)) }
            return .invalid(place)
        }
        if update.parameters.count != 3 { report(Message.updateParameters(update, source)) }
        return .rule(RuleDeclaration(name: name, parameters: parameters, memory: memory, update: update, span: place))
    }
}

extension Statement {
    /// From the first to the last sign of the statement, without a `;` behind it.
    package var span: Span {
        switch self {
        case .expression(let value, _): value.span
        case .define(let function): function.span
        case .rule(let declaration): declaration.span
        case .introduce(_, _, _, let span), .update(_, _, _, let span), .branch(_, _, _, let span),
            .forLoop(_, _, _, let span), .whileLoop(_, _, let span), .breakLoop(let span), .continueLoop(let span),
            .returnValue(_, let span), .importFile(_, let span), .invalid(let span):
            span
        }
    }
}
