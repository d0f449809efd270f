import Syntax
import Tensors

/// Finds what every name refers to before anything runs, and reports unknown names, wrong arguments and misplaced statements.
struct Resolver {
    let globals: Globals
    let builtins: Builtins
    let resolution = Resolution()
    private(set) var diagnostics: [Diagnostic] = []

    var scope: FunctionScope
    /// Names that statements further down introduce at top level, with their places.
    private var upcoming: [String: Span] = [:]
    private var loopDepth = 0
    private var isInFunction: Bool { scope !== resolution.main }
    private var isTopLevel: Bool { !isInFunction && blockDepth == 0 }
    private var blockDepth = 0

    /// The names that each import introduces, by its place.
    let imported: [Span: [Name]]

    init(globals: Globals, builtins: Builtins, imported: [Span: [Name]] = [:]) {
        self.imported = imported
        self.globals = globals
        self.builtins = builtins
        scope = resolution.main
    }

    mutating func resolve(_ program: Program) {
        announce(program.statements)
        for statement in program.statements { visit(statement) }
    }

    mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

    // MARK: Top-level names

    /// Makes all top-level names known at once, so that functions can call each other in any order.
    private mutating func announce(_ statements: [Statement]) {
        var counts: [String: Int] = [:]
        for case .some(let name) in statements.map(\.introducedName) {
            counts[name.text, default: 0] += 1
            if upcoming[name.text] == nil { upcoming[name.text] = name.span }
        }
        for case .importFile(_, let span) in statements {
            for name in imported[span] ?? [] {
                counts[name.text, default: 0] += 1
                if upcoming[name.text] == nil { upcoming[name.text] = span }
            }
        }
        for statement in statements {
            guard let name = statement.introducedName else { continue }
            let variable = globals.variable(for: name)
            if case .define(let function) = statement, counts[name.text] == 1 {
                variable.signature = function.signature
            } else {
                variable.signature = nil
            }
        }
    }

    /// From here on the names of an imported file can be used.
    mutating func visitImport(_ span: Span) {
        requireTopLevel("import", span)
        for name in imported[span] ?? [] { upcoming[name.text] = nil }
    }

    // MARK: Names

    mutating func use(_ name: Name) {
        if let reference = lookUp(name) { resolution.uses[name.span] = reference }
    }

    mutating func isKnown(_ name: Name) -> Bool {
        scope.find(name.text) != nil || globals[name.text] != nil || builtins[name.text] != nil
    }

    private mutating func lookUp(_ name: Name) -> Reference? {
        if let local = scope.find(name.text) { return local }
        if let variable = globals[name.text] {
            if !isInFunction, let place = upcoming[name.text], variable.global?.pointee.isNothing ?? true {
                report(Messages.usedBeforeIntroduction(name, introduced: place))
            }
            scope.uses(variable)
            return .global(variable)
        }
        if let value = builtins[name.text] { return .constant(value) }
        let parts = runTogether(name.text)
        report(
            parts.map { Messages.namesRunTogether(name, $0.first, $0.second, isCall: $0.isCall) }
                ?? Messages.unknownName(name, similar: nearestNames(to: name.text, among: knownNames)))
        return nil
    }

    /// `πr`, `sinx`: two known names without a sign between them, one of them a single letter.
    private func runTogether(_ name: String) -> (first: String, second: String, isCall: Bool)? {
        let known = Set(knownNames)
        for count in [1, name.count - 1] where name.count > 1 {
            let (first, second) = (String(name.prefix(count)), String(name.dropFirst(count)))
            guard known.contains(first), known.contains(second) else { continue }
            let isCall = if case .function? = builtins[first], globals[first] == nil { true } else { false }
            // A function is no factor.
            if case .function? = builtins[second], globals[second] == nil { continue }
            return (first, second, isCall)
        }
        return nil
    }

    private var knownNames: [String] { scope.visibleNames + globals.names + builtins.names }

    /// `x = …` in this scope.
    mutating func introduce(_ name: Name, isFunction: Bool = false) {
        if isTopLevel {
            resolution.declarations[name.span] = globals.variable(for: name)
            upcoming[name.text] = nil
            return
        }
        if let earlier = scope.inInnermostBlock(name.text), earlier.span == name.span {
            // A function that its block announced.
            resolution.declarations[name.span] = earlier
            return
        }
        if let earlier = scope.visible(name.text) ?? (isInFunction ? nil : globals[name.text]) {
            report(Messages.alreadyIntroduced(name, at: earlier.span))
        }
        resolution.declarations[name.span] = scope.introduce(name)
    }

    mutating func update(_ name: Name) {
        guard let reference = lookUp(name) else { return }
        switch reference {
        case .global(let variable):
            variable.isUpdated = true
            variable.signature = nil
        case .local(let variable), .captured(_, let variable): variable.isUpdated = true
        case .constant: report(Messages.updatedBuiltin(name))
        }
        resolution.uses[name.span] = reference
    }

    // MARK: Blocks and functions

    mutating func visit(_ block: Block) {
        scope.openBlock()
        blockDepth += 1
        for case .define(let function) in block.statements {
            if let name = function.name {
                if let earlier = scope.inInnermostBlock(name.text) ?? scope.visible(name.text) {
                    report(Messages.alreadyIntroduced(name, at: earlier.span))
                }
                _ = scope.introduce(name, isUpdated: true)
            }
        }
        for statement in block.statements { visit(statement) }
        blockDepth -= 1
        scope.closeBlock()
    }

    mutating func visitLoop(_ body: Block, variable: Name? = nil) {
        loopDepth += 1
        if let variable {
            scope.openBlock()
            resolution.declarations[variable.span] = scope.introduce(variable)
        }
        visit(body)
        if variable != nil { scope.closeBlock() }
        loopDepth -= 1
    }

    mutating func visit(_ function: Function) {
        let outer = (scope, loopDepth, blockDepth)
        scope = FunctionScope(parent: outer.0)
        (loopDepth, blockDepth) = (0, 0)
        resolution.functions[function.span] = scope
        visit(function.parameters)
        switch function.body {
        case .expression(let expression): visit(expression)
        case .block(let block): visit(block)
        }
        (scope, loopDepth, blockDepth) = outer
    }

    /// A rule is a function of its settings; what it remembers lives in cells, which `update` reads and writes.
    mutating func visitRuleBody(_ rule: RuleDeclaration) {
        let outer = (scope, loopDepth, blockDepth)
        scope = FunctionScope(parent: outer.0)
        (loopDepth, blockDepth) = (0, 0)
        resolution.functions[rule.span] = scope
        visit(rule.parameters)
        for parameter in rule.parameters {
            // A setting may be a schedule, so that its value changes from step to step.
            let variable = resolution.declarations[parameter.name.span]
            variable?.isUpdated = true
            variable?.isCaptured = true
        }
        for memory in rule.memory {
            visit(memory.value)
            introduce(memory.name)
            let variable = resolution.declarations[memory.name.span]
            variable?.isUpdated = true
            variable?.isCaptured = true
        }
        visit(rule.update)
        (scope, loopDepth, blockDepth) = outer
    }

    private mutating func visit(_ parameters: [Syntax.Parameter]) {
        scope.reserveParameters(parameters.count)
        for (slot, parameter) in parameters.enumerated() { visit(parameter, slot) }
    }

    private mutating func visit(_ parameter: Syntax.Parameter, _ slot: Int) {
        if let value = parameter.defaultValue { visit(value) }
        if let earlier = scope.inInnermostBlock(parameter.name.text) {
            report(Messages.repeatedParameter(parameter.name, at: earlier.span))
        }
        resolution.declarations[parameter.name.span] = scope.introduce(parameter.name, slot: slot)
        for length in parameter.shape ?? [] {
            // A length named for the first time is introduced; after that it is a check.
            if case .name(let name) = length, scope.visible(name.text) == nil {
                resolution.declarations[name.span] = scope.introduce(name)
            } else {
                visit(length)
            }
        }
    }

    mutating func requireLoop(_ word: String, _ span: Span) {
        if loopDepth == 0 { report(Messages.outsideLoop(word, span)) }
    }

    mutating func requireFunction(_ span: Span) {
        if !isInFunction { report(Messages.returnOutsideFunction(span)) }
    }

    mutating func requireTopLevel(_ what: String, _ span: Span) {
        if !isTopLevel { report(Messages.notAtTopLevel(what, span)) }
    }
}

extension Statement {
    /// The name that a statement introduces in its own scope.
    var introducedName: Name? {
        switch self {
        case .introduce(let name, _, _, _): name
        case .define(let function): function.name
        case .rule(let rule): rule.name
        default: nil
        }
    }
}

extension Function {
    var signature: [ParameterInfo] {
        parameters.map { parameter in
            ParameterInfo(
                parameter.name.text, isRequired: parameter.defaultValue == nil, defaultText: parameter.defaultValue?.shortText)
        }
    }
}

extension Expression {
    /// As it is written, where that is short.
    fileprivate var shortText: String? {
        let text = Printer.print(self)
        return text.count <= 30 && !text.contains("\n") ? text : nil
    }
}
