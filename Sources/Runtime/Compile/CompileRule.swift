import Syntax

extension Compiler {
    /// `rule adam(…) { … }`: a function of its settings that gives the rule, ready to remember.
    func compileRule(_ rule: RuleDeclaration) -> Execute {
        guard let code = ruleCode(rule), let variable = resolution.declarations[rule.name.span] else { return { _ in .next } }
        let store = store(.global(variable))
        return { frame in
            store(frame, .function(Closure(code, captures: [])))
            return .next
        }
    }

    func ruleCode(_ rule: RuleDeclaration) -> FunctionCode? {
        guard let scope = resolution.functions[rule.span] else { return nil }
        let starts = rule.memory.map { (compile($0.value).evaluate, introduce($0.name), resolution.declarations[$0.name.span]) }
        let names = rule.memory.map(\.name.text)
        let update = function(rule.update)
        let settings = rule.parameters.map { ($0.name.text, resolution.declarations[$0.name.span]?.slot ?? 0) }
        let declaration = Function(
            name: rule.name, parameters: rule.parameters, body: .block(Block([], rule.span)), span: rule.span)
        return FunctionCode(
            declaration: declaration, origin: .init(declaration: .rule(rule), resolution: resolution), preparations: rule.parameters.map(preparation), slotCount: scope.slotCount
        ) { frame in
            let values = settings.compactMap { name, slot -> (String, Cell, Value)? in
                guard case .cell(let cell) = frame.slots[slot] else { return nil }
                return (name, cell, cell.value)
            }
            var memory: [(String, Cell, Value)] = []
            for (index, (start, introduce, variable)) in starts.enumerated() {
                let value = try start(frame)
                introduce(frame, value)
                if let slot = variable?.slot, case .cell(let cell) = frame.slots[slot] {
                    memory.append((names[index], cell, value))
                }
            }
            guard case .function(let function) = try update(frame), let closure = function as? Closure else { return .nothing }
            return .object(WrittenRule(rule, settings: values, memory: memory, update: closure))
        }
    }
}
