import Syntax

/// Which argument goes to which parameter: by position first, then by name.
enum ArgumentBinding {
    /// For each parameter the index of its argument, `nil` where none is given; `rest` are those of a variadic parameter.
    struct Plan {
        var sources: [Int?]
        var rest: [Int] = []

        /// Where the arguments stand, in the order of the parameters; one that is not given stands where the call does.
        func places(_ spans: [Span], _ parameters: [ParameterInfo], call: Span) -> [Span] {
            let fixed = parameters.indices.filter { !parameters[$0].isVariadic }
            return fixed.map { sources[$0].map { spans[$0] } ?? call } + rest.map { spans[$0] }
        }
    }

    enum Fault {
        case tooMany(Int)
        case unnamed(Int)
        case unknownName(Int)
        case givenTwice(Int)
        case missing([String])
    }

    static func bind(_ names: [String?], to parameters: [ParameterInfo]) -> Result<Plan, BindingFault> {
        var plan = Plan(sources: [Int?](repeating: nil, count: parameters.count))
        var position = 0
        for (index, name) in names.enumerated() {
            if let name {
                guard let target = parameters.firstIndex(where: { $0.name == name && !$0.isVariadic }) else {
                    return .failure(BindingFault(.unknownName(index)))
                }
                guard plan.sources[target] == nil else { return .failure(BindingFault(.givenTwice(index))) }
                plan.sources[target] = index
            } else if position < parameters.count, parameters[position].isVariadic {
                plan.rest.append(index)
            } else {
                guard position < parameters.count else { return .failure(BindingFault(.tooMany(index))) }
                guard !parameters[position].isNamed else { return .failure(BindingFault(.unnamed(index))) }
                guard plan.sources[position] == nil else { return .failure(BindingFault(.givenTwice(index))) }
                plan.sources[position] = index
                position += 1
            }
        }
        let missing = parameters.indices.filter {
            parameters[$0].isRequired && plan.sources[$0] == nil && !parameters[$0].isVariadic
        }
        if !missing.isEmpty { return .failure(BindingFault(.missing(missing.map { parameters[$0].name }))) }
        return .success(plan)
    }

    /// What is wrong with a call, as a message.
    static func problem(
        _ arguments: [Argument], _ parameters: [ParameterInfo], callee: Expression, _ span: Span
    ) -> Diagnostic? {
        var name: String?
        if case .name(let known) = callee { name = known.text }
        return problem(
            arguments.map { $0.name?.text }, spans: arguments.map { $0.name?.span ?? $0.value.span }, parameters,
            callee: name, span)
    }

    static func problem(
        _ names: [String?], spans: [Span], _ parameters: [ParameterInfo], callee: String?, _ span: Span
    ) -> Diagnostic? {
        guard case .failure(let failure) = bind(names, to: parameters) else { return nil }
        let signature = Messages.signature(callee, parameters)
        switch failure.fault {
        case .tooMany(let index):
            return Messages.tooManyArguments(callee, given: names.count, spans[index], signature)
        case .unnamed(let index):
            return Messages.unnamedArgument(callee, index, spans[index], parameters, signature)
        case .unknownName(let index):
            return Messages.unknownArgument(
                callee, names[index] ?? "", spans[index], nearestNames(to: names[index] ?? "", among: parameters.map(\.name)),
                signature)
        case .givenTwice(let index):
            return Messages.argumentTwice(callee, names[index], spans[index], signature)
        case .missing(let missing):
            return Messages.missingArguments(callee, missing, span, signature)
        }
    }
}

struct BindingFault: Error {
    let fault: ArgumentBinding.Fault
    init(_ fault: ArgumentBinding.Fault) { self.fault = fault }
}
