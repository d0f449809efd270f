// MARK: Names and changes

extension Message {
    static func assignInCondition(_ span: Span) -> Diagnostic {
        Diagnostic("`=` introduces a name; equality is `==`", at: span, hints: ["write `==`"])
    }

    static func assignInExpression(_ span: Span) -> Diagnostic {
        Diagnostic("`=` cannot stand inside an expression", at: span, hints: ["equality is `==`", "a named argument is `f(k: 2)`"])
    }

    static func updateInExpression(_ span: Span) -> Diagnostic {
        Diagnostic(
            "`<-` cannot stand inside an expression", at: span,
            hints: ["it changes a name, in a line of its own: `x <- 1`", "“less than minus” is written with a space, `x < -1`"])
    }

    static func compoundInExpression(_ span: Span) -> Diagnostic {
        Diagnostic("a name cannot be changed inside an expression", at: span, hints: ["write `x <- x + 1` in a line of its own"])
    }

    static func badAssign(_ span: Span) -> Diagnostic {
        Diagnostic(
            "`=` introduces a name, and this is no name", at: span,
            hints: ["to change a part of a value write `p.w <- 1` or `x[0] <- 1`", "equality is `==`"])
    }

    static func chainedAssign(_ span: Span) -> Diagnostic {
        Diagnostic("one `=` introduces one name", at: span, hints: ["write two lines", "equality is `==`"])
    }

    static func badTarget(_ span: Span) -> Diagnostic {
        Diagnostic("this cannot be changed", at: span, hints: ["before `<-` stands a name, a field `p.w` or an element `x[0]`"])
    }

    static func statementAsValue(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic(
            "`\(source.text(span))` gives no value", at: span, hints: ["to do something only sometimes write `if c { … }`"])
    }

    static func strayTerminator(_ span: Span) -> Diagnostic {
        Diagnostic("this `;` ends no statement", at: span, hints: ["`;` stands behind a statement whose value is not to be shown"])
    }

    static func keywordAsName(_ span: Span, _ word: String) -> Diagnostic {
        Diagnostic("`\(word)` is a word of the language and cannot be a name", at: span, hints: ["write `\(word)_` or another name"])
    }
}

// MARK: Functions, calls, records

extension Message {
    static func missingBody(_ span: Span, after sign: Span, _ source: Source) -> Diagnostic {
        Diagnostic("the function's value is missing behind `\(source.text(sign))`", at: span)
    }

    static func arrowInDefinition(_ span: Span, _ name: String) -> Diagnostic {
        Diagnostic("a function with a name is defined with `=`", at: span, hints: ["write `\(name)(…) = …`", "without a name it is `x -> …`"])
    }

    static func definitionWithoutSign(_ span: Span, _ name: String) -> Diagnostic {
        Diagnostic("`=` is missing before this block", at: span, hints: ["write `\(name)(…) = { … }`"])
    }

    static func badParameter(_ span: Span) -> Diagnostic {
        Diagnostic("a parameter is a name", at: span, hints: ["write `f(x)`, `f(x, k: 2)` with a default, `f(X[n, d])` with a shape"])
    }

    static func assignInParameter(_ span: Span, name: Name, _ source: Source) -> Diagnostic {
        Diagnostic("a default is given with `:`", at: span, hints: ["write `\(source.text(name.span)): …`"])
    }

    static func duplicateParameter(_ name: Name, _ earlier: Span) -> Diagnostic {
        Diagnostic("there are two parameters `\(name.text)`", at: name.span, labels: [.init(earlier, "the first")])
    }

    static func duplicateArgument(_ name: Name, _ earlier: Span) -> Diagnostic {
        Diagnostic("the argument `\(name.text)` is given twice", at: name.span, labels: [.init(earlier, "first here")])
    }

    static func duplicateField(_ name: Name, _ earlier: Span) -> Diagnostic {
        Diagnostic("there are two fields `\(name.text)`", at: name.span, labels: [.init(earlier, "the first")])
    }

    static func duplicateMemory(_ name: Name, _ earlier: Span) -> Diagnostic {
        Diagnostic("the rule's memory has two `\(name.text)`", at: name.span, labels: [.init(earlier, "the first")])
    }

    static func emptyShape(_ span: Span) -> Diagnostic {
        Diagnostic("a shape has at least one length", at: span, hints: ["write `X[n, d]`; a parameter of any shape is just `X`"])
    }

    static func badLength(_ span: Span) -> Diagnostic {
        Diagnostic("a declared length is a name or a whole number", at: span, hints: ["write `X[n, d]` or `x[3]`"])
    }

    static func assignInCall(_ span: Span, name: String) -> Diagnostic {
        Diagnostic("a named argument is given with `:`", at: span, hints: ["write `\(name): …`", "equality is `==`"])
    }

    static func assignInRecord(_ span: Span, name: String) -> Diagnostic {
        Diagnostic("a field is given with `:`", at: span, hints: ["write `\(name): …`"])
    }

    static func quotedField(_ span: Span, _ source: Source) -> Diagnostic {
        let name = source.text(Span(span.source, Int(span.start) + 1, Int(span.end) - 1))
        return Diagnostic("the name of a field has no quotes", at: span, hints: ["write `\(quoted(name)): …`"])
    }

    static func missingFieldName(_ span: Span) -> Diagnostic {
        Diagnostic("the name of a field is expected here", at: span, hints: ["a record is written `{w: 1, b: 0}`"])
    }

    static func missingFieldColon(_ span: Span, name: String) -> Diagnostic {
        Diagnostic("the field `\(quoted(name))` has no value", at: span, hints: ["write `\(quoted(name)): …`"])
    }

    static func blockAsValue(_ span: Span) -> Diagnostic {
        Diagnostic(
            "a block cannot stand here", at: span,
            hints: ["a record is `{w: 1, b: 0}`", "a block is the body of a function, `f(x) = { … }` or `x -> { … }`"])
    }
}

// MARK: Control

extension Message {
    static func missingCondition(_ span: Span) -> Diagnostic {
        Diagnostic("a condition is missing here", at: span, hints: ["write `if x > 0 { … }`"])
    }

    static func missingBlock(_ span: Span, after word: String) -> Diagnostic {
        let hint =
            switch word {
            case "if": "write `if c { … }` or, for a value, `if c then a else b`"
            case "else": "write `else { … }` or `else if c { … }`"
            case "for": "write `for i in 1...5 { … }`"
            case "rule": "write `rule sgd(lr: 0.1) { update(θ, g, t) = θ - lr * g }`"
            default: "write `while c { … }`"
            }
        return Diagnostic("the block of this `\(word)` is missing: `{` is expected here", at: span, hints: [hint])
    }

    static func colonBeforeBlock(_ span: Span, _ word: String) -> Diagnostic {
        Diagnostic("the block of `\(word)` stands in braces, not behind a colon", at: span, hints: ["write `\(word) … { … }`"])
    }

    static func blockAfterThen(_ span: Span) -> Diagnostic {
        Diagnostic("behind `then` and `else` of a choice stands a value, not a block", at: span, hints: ["leave out `then`: `if c { … } else { … }`"])
    }

    static func braceBranchAsValue(_ span: Span) -> Diagnostic {
        Diagnostic("an `if` with braces gives no value", at: span, hints: ["write `if c then a else b`", "or a block: `f(x) = { if c { … } … }`"])
    }

    static func missingLoopName(_ span: Span) -> Diagnostic {
        Diagnostic("the name that runs through the values is missing", at: span, hints: ["write `for i in 1...5 { … }`"])
    }

    static func twoLoopNames(_ span: Span) -> Diagnostic {
        Diagnostic("a loop has one name", at: span, hints: ["take the parts inside the loop: `for p in pairs { a = p[0] … }`"])
    }

    static func missingIn(_ span: Span) -> Diagnostic {
        Diagnostic("`in` is missing here", at: span, hints: ["write `for i in 1...5 { … }`"])
    }

    static func assignInFor(_ span: Span) -> Diagnostic {
        Diagnostic("a loop runs through values with `in`", at: span, hints: ["write `for i in 1...5 { … }`"])
    }

    static func parenthesesInFor(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("the head of a loop has no parentheses", at: span, hints: ["write `for i in 1...5 { … }`"])
    }

    static func importWithoutString(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("the name of a file is missing behind `import`", at: span, hints: ["write `import \"layers.grad\"`"])
    }

    static func emptyImport(_ span: Span) -> Diagnostic {
        Diagnostic("the name of the file is empty", at: span, hints: ["write `import \"layers.grad\"`"])
    }
}

// MARK: Rules

extension Message {
    private static let updateForm = "write `update(θ, g, t) = θ - lr * g`: parameter, gradient, number of the step"

    static func ruleWithoutUpdate(_ name: Name) -> Diagnostic {
        Diagnostic("the rule `\(name.text)` has no `update`", at: name.span, hints: [updateForm])
    }

    static func secondUpdate(_ span: Span) -> Diagnostic {
        Diagnostic("a rule has one `update`", at: span)
    }

    static func updateParameters(_ update: Function, _ source: Source) -> Diagnostic {
        Diagnostic(
            "`update` takes three arguments", at: update.name?.span ?? update.span, hints: [updateForm])
    }

    static func functionInRule(_ name: Name) -> Diagnostic {
        Diagnostic("a rule holds memory and `update`, no other function", at: name.span, hints: ["define `\(name.text)` before the rule"])
    }

    static func statementInRule(_ span: Span) -> Diagnostic {
        Diagnostic("a rule holds memory, `m = 0`, and `update`, nothing else", at: span, hints: ["put this into `update` or before the rule"])
    }
}
