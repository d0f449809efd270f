import Syntax

/// Which fields a function reads of a parameter, as its text and that of the functions it hands the parameter to tell: `p.W` and `p.b`.
struct FieldSearch {
    private let function: (String) -> Callable?
    private var visited: Set<Span> = []
    private(set) var fields: [String] = []

    /// `function` finds a function of the session by its name.
    init(_ parameter: Int, of callable: Callable, _ function: @escaping (String) -> Callable?) {
        self.function = function
        enter(callable, parameter)
    }

    private mutating func enter(_ callable: Callable, _ parameter: Int) {
        guard let declaration = callable.closures.first?.declaration, parameter < declaration.parameters.count else { return }
        let name = declaration.parameters[parameter].name
        guard visited.insert(name.span).inserted else { return }
        for part in declaration.body.parts { visit(part, name.text) }
    }

    private mutating func visit(_ expression: Expression, _ name: String) {
        switch expression {
        case .field(.name(let owner), let field, _) where owner.text == name:
            if !fields.contains(field.text) { fields.append(field.text) }
        case .call(.name(let callee), let arguments, _):
            if let callable = function(callee.text) {
                for (index, argument) in arguments.enumerated() where argument.isName(name) {
                    let target = argument.name.flatMap { given in callable.parameters.firstIndex { $0.name == given.text } }
                    enter(callable, target ?? index)
                }
            }
            for argument in arguments { visit(argument.value, name) }
        default:
            for part in expression.parts { visit(part, name) }
        }
    }
}

extension Argument {
    fileprivate func isName(_ text: String) -> Bool {
        if case .name(let name) = value { name.text == text } else { false }
    }
}
