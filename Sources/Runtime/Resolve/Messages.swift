import Syntax

/// What the resolver and the binding of arguments say.
enum Messages {
    static func unknownName(_ name: Name, similar: [String]) -> Diagnostic {
        let hint =
            if name.text == "help" {
                "help is no function: it is `:help NAME` at the prompt, and `grad help NAME` in a shell"
            } else if similar.isEmpty {
                "introduce it first: `\(name.text) = …`"
            } else {
                "did you mean \(similar.map { "`\($0)`" }.joined(separator: " or "))?"
            }
        return Diagnostic("`\(name.text)` is not known here", at: name.span, hints: [hint])
    }

    static func namesRunTogether(_ name: Name, _ first: String, _ second: String, isCall: Bool) -> Diagnostic {
        Diagnostic(
            "`\(name.text)` is not known here", at: name.span,
            hints: [isCall ? "to call write `\(first)(\(second))`" : "to multiply write `\(first) * \(second)`"])
    }

    static func usedBeforeIntroduction(_ name: Name, introduced: Span) -> Diagnostic {
        Diagnostic(
            "`\(name.text)` is used before it is introduced", at: name.span,
            labels: [.init(introduced, "introduced only here")], hints: ["move the line that introduces it further up"])
    }

    static func alreadyIntroduced(_ name: Name, at earlier: Span) -> Diagnostic {
        Diagnostic(
            "`=` introduces a name, but `\(name.text)` is there already", at: name.span,
            labels: [.init(earlier, "introduced here")],
            hints: ["to update it write `\(name.text) <- …`; for something new choose another name"])
    }

    static func updatedBuiltin(_ name: Name) -> Diagnostic {
        Diagnostic(
            "`\(name.text)` belongs to the language and cannot be updated", at: name.span,
            hints: ["`\(name.text) = …` introduces a name of your own"])
    }

    static func repeatedParameter(_ name: Name, at earlier: Span) -> Diagnostic {
        Diagnostic(
            "`\(name.text)` is the name of two parameters", at: name.span, labels: [.init(earlier, "the first one")])
    }

    static func repeatedField(_ name: Name, at earlier: Span) -> Diagnostic {
        Diagnostic("the field `\(name.text)` is given twice", at: name.span, labels: [.init(earlier, "the first one")])
    }

    static func outsideLoop(_ word: String, _ span: Span) -> Diagnostic {
        Diagnostic("`\(word)` stands outside a loop", at: span, hints: ["it belongs inside `for` or `while`"])
    }

    static func returnOutsideFunction(_ span: Span) -> Diagnostic {
        Diagnostic("`return` stands outside a function", at: span)
    }

    static func notAtTopLevel(_ what: String, _ span: Span) -> Diagnostic {
        Diagnostic("`\(what)` belongs at the top level of a file", at: span)
    }

    // MARK: Arguments

    /// `f(a, b, k: …)`
    static func signature(_ callee: String?, _ parameters: [ParameterInfo]) -> String {
        let list = parameters.map { parameter in
            if parameter.isVariadic { return "\(parameter.name)…" }
            return parameter.isRequired ? parameter.name : "\(parameter.name): \(parameter.defaultText ?? "…")"
        }
        return callee.map { "\($0)(\(list.joined(separator: ", ")))" } ?? "(\(list.joined(separator: ", "))) -> …"
    }

    private static func subject(_ callee: String?) -> String { callee.map { "`\($0)`" } ?? "the function" }

    static func tooManyArguments(_ callee: String?, given: Int, _ span: Span, _ signature: String) -> Diagnostic {
        Diagnostic(
            "\(subject(callee)) was given \(given == 1 ? "an argument" : "\(given) arguments"), which is too many", at: span, hints: ["it is `\(signature)`"])
    }

    static func unnamedArgument(
        _ callee: String?, _ positions: Int, _ span: Span, _ parameters: [ParameterInfo], _ signature: String
    ) -> Diagnostic {
        let takesData = parameters.contains { $0.isNamed && $0.name == "data" }
        return Diagnostic(
            "\(subject(callee)) takes \(positions == 1 ? "1 value" : "\(positions) values") by position, what follows by name", at: span,
            hints: (takesData ? ["what else the loss needs is its data: `data: {X: …, y: …}`"] : []) + ["it is `\(signature)`"])
    }

    static func unknownArgument(
        _ callee: String?, _ name: String, _ span: Span, _ similar: [String], _ signature: String
    ) -> Diagnostic {
        Diagnostic(
            "\(subject(callee)) has no parameter `\(name)`", at: span,
            hints: (similar.isEmpty ? [] : ["did you mean `\(similar[0])`?"]) + ["it is `\(signature)`"])
    }

    static func argumentTwice(_ callee: String?, _ name: String?, _ span: Span, _ signature: String) -> Diagnostic {
        Diagnostic(
            name.map { "the argument `\($0)` is given twice" } ?? "this argument is given by name as well", at: span,
            hints: ["it is `\(signature)`"])
    }

    static func missingArguments(_ callee: String?, _ missing: [String], _ span: Span, _ signature: String) -> Diagnostic {
        let names = missing.map { "`\($0)`" }.joined(separator: ", ")
        return Diagnostic(
            "\(subject(callee)) also needs \(names)", at: span, hints: ["it is `\(signature)`"])
    }
}
