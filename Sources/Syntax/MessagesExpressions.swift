extension Message {
    static func unexpected(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("\(found(source, span)) is not expected here", at: span)
    }

    static func expectedValue(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("a value is expected here, not \(found(source, span))", at: span)
    }

    static func expectedStatement(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("a statement cannot begin with \(found(source, span))", at: span)
    }

    static func missingOperand(_ span: Span, after sign: Span, _ source: Source) -> Diagnostic {
        Diagnostic("a value is missing behind `\(source.text(sign))`", at: sign)
    }

    static func missingValue(_ span: Span, after word: String) -> Diagnostic {
        Diagnostic("a value is missing behind `\(word)`", at: span)
    }

    static func missingOperator(_ before: Span, _ span: Span, isNumeral: Bool, _ source: Source) -> Diagnostic {
        let (left, right) = (quoted(source, before), quoted(source, span))
        let startsWithName = source.text(span).unicodeScalars.first?.startsName ?? false
        if isNumeral, !startsWithName, let first = source.text(span).unicodeScalars.first, first.isDigit || first == "." {
            let hint = span.start > before.end ? "the digits of one number are grouped as in `1_000`" : "a number has one point"
            return Diagnostic("two numbers stand side by side", at: span, hints: [hint, "elements of a list are separated by commas"])
        }
        if left == ")" || left == "]" {
            return Diagnostic("an operator is missing before `\(right)`", at: span, hints: ["to multiply write `* \(right)`"])
        }
        var hints = ["to multiply write `\(left) * \(right)`"]
        if isNumeral, startsWithName { hints[0] += " or `\(left)\(right)`" }
        if !isNumeral, source.text(before).unicodeScalars.first?.startsName ?? false, span.start > before.end {
            hints.append("to call write `\(left)(\(right))`")
        }
        return Diagnostic("an operator is missing before `\(right)`", at: span, hints: hints)
    }

    static func secondStatement(_ span: Span) -> Diagnostic {
        Diagnostic("a second statement begins here", at: span, hints: ["write it on a line of its own"])
    }

    static func detachedCall(_ before: Span, _ span: Span, _ source: Source) -> Diagnostic {
        let left = quoted(source, before)
        return Diagnostic(
            "there is a space before this parenthesis", at: span,
            hints: ["to call write `\(left)(…)`", "to multiply write `\(left) * (…)`"])
    }

    static func detachedIndex(_ before: Span, _ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic(
            "there is a space before this bracket", at: span, hints: ["an index stands directly behind, `\(quoted(source, before))[…]`"])
    }

    /// `1/2x`: both readings, as they would be written.
    static func ambiguousProduct(_ left: Span, _ sign: Span, _ right: Expression, _ source: Source) -> Diagnostic {
        let (a, op, b) = (quoted(source, left), source.text(sign), quoted(source, right.span))
        let space = op == "^" ? "" : " "
        var number = b
        var factor = "…"
        if case .binary(_, let first, let second, _) = right.bareProduct {
            number = quoted(source, Span(right.span.source, Int(right.span.start), Int(first.span.end)))
            factor = quoted(source, second.span)
        }
        return Diagnostic(
            "this can be read in two ways", at: left.joined(with: right.span),
            hints: ["write `\(a)\(space)\(op)\(space)(\(b))`", "or `\(a)\(space)\(op)\(space)\(number) * \(factor)`"])
    }

    static func ambiguousRoot(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("this can be read in two ways", at: span, hints: ["write `√(2x)`", "or `√2 * x`"])
    }

    static func callOfNumber(_ callee: Span, _ open: Span, _ source: Source) -> Diagnostic {
        let left = quoted(source, callee)
        return Diagnostic(
            "a number cannot be called", at: callee, hints: ["to multiply write `\(left) * (…)`"])
    }

    static func indexOfNumber(_ number: Span, _ open: Span) -> Diagnostic {
        Diagnostic("a number has no elements", at: number, hints: ["to multiply write `2 * [1, 2]`"])
    }

    static func emptyIndex(_ span: Span) -> Diagnostic {
        Diagnostic("an index is missing between these brackets", at: span, hints: ["`x[0]` is the first element, `x[:]` are all"])
    }

    static func colonInIndex(_ span: Span) -> Diagnostic {
        Diagnostic(
            "a range of indices is not written with `:`", at: span,
            hints: ["`x[1..<3]` are the elements 1 and 2, `x[1...3]` has 3 too", "`x[2...]` goes to the end; `:` alone takes the whole axis"])
    }

    static func chainedComparison(
        _ first: Span, _ second: Span, _ before: Span, _ middle: String, _ last: Span, _ source: Source
    ) -> Diagnostic {
        let center = quoted(middle)
        let reading = "\(quoted(source, before)) and \(center) \(source.text(second)) \(quoted(source, last))"
        return Diagnostic("comparisons cannot be chained", at: second, labels: [.init(first, "after this one")], hints: ["write `\(reading)`"])
    }

    static func chainedRange(_ span: Span) -> Diagnostic {
        Diagnostic("a range has two ends", at: span, hints: ["numbers at a distance are `arange(0, 10, 2)` or `linspace(0, 1, 5)`"])
    }

    static func needsParentheses(_ span: Span, _ source: Source) -> Diagnostic {
        let text = source.text(span)
        let what = text == "if" || text == "not" || text == "explain" ? "`\(text)`" : "a function"
        return Diagnostic("\(what) behind an operator needs parentheses", at: span, hints: ["write `a + (…)`"])
    }

    static func missingExplained(_ span: Span) -> Diagnostic {
        Diagnostic("an expression is missing behind `explain`", at: span, hints: ["write `explain grad(L)` or `explain L'(0)`"])
    }

    static func missingField(_ span: Span) -> Diagnostic {
        Diagnostic("the name of a field is missing behind the dot", at: span, hints: ["an element is taken with an index, `x[0]`"])
    }

    static func missingNablaOperand(_ span: Span) -> Diagnostic {
        Diagnostic("a function is missing behind `∇`", at: span, hints: ["write `∇L(w)` or `∇(x -> x^2)(3)`"])
    }

    static func nablaSquared(_ span: Span) -> Diagnostic {
        Diagnostic("`∇` has no powers", at: span, hints: ["the matrix of second derivatives is `hessian(f)`"])
    }

    static func missingPartialFunction(_ span: Span) -> Diagnostic {
        Diagnostic("a function is missing behind `∂`", at: span, hints: ["write `∂L/∂w` or `∂(∂L/∂w)/∂b`"])
    }

    static func partialSquared(_ span: Span) -> Diagnostic {
        Diagnostic("`∂` has no powers", at: span, hints: ["a second derivative is `∂(∂L/∂w)/∂w`, all of them `hessian(L)`"])
    }

    static func missingPartialName(_ span: Span, _ function: String) -> Diagnostic {
        Diagnostic(
            "it is missing what the derivative is taken by", at: span,
            hints: ["write `∂\(function)/∂w`, where `w` is a parameter of `\(function)`; the whole gradient is `∇\(function)`"])
    }

    static func partialByField(_ span: Span, _ function: String, _ parameter: String, _ field: String) -> Diagnostic {
        Diagnostic(
            "`∂` takes the name of a parameter, without its fields", at: span,
            hints: ["the derivative by `\(parameter)` has its fields: `∂\(function)/∂\(parameter)(…).\(field)`"])
    }

    static func missingThen(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("`then` is missing here", at: span, hints: ["a choice is written `if c then a else b`"])
    }

    static func missingElse(_ span: Span, start: Span) -> Diagnostic {
        Diagnostic(
            "this `if` gives no value otherwise: `else` is missing", at: span, labels: [.init(start, "of this `if`")],
            hints: ["write `if c then a else b`", "to do something only sometimes write `if c { … }`"])
    }

    static func strayElse(_ span: Span) -> Diagnostic {
        Diagnostic("this `else` belongs to no `if`", at: span, hints: ["write `if c { … } else { … }` or `if c then a else b`"])
    }

    static func strayThen(_ span: Span) -> Diagnostic {
        Diagnostic("this `then` belongs to no `if`", at: span, hints: ["write `if c then a else b`"])
    }

    static func strayArrow(_ span: Span) -> Diagnostic {
        Diagnostic(
            "before `->` stand names", at: span, hints: ["write `x -> x^2` or `(a, b) -> a * b`", "a function with a name is `f(x) = …`"])
    }

    static func strayColon(_ span: Span) -> Diagnostic {
        Diagnostic(
            "`:` has no meaning here", at: span, hints: ["a block stands in braces, `{ … }`", "a record is `{w: 1, b: 0}`"])
    }
}

extension Expression {
    /// Behind the signs before it.
    fileprivate var bareProduct: Expression {
        switch self {
        case .unary(_, let operand, _): operand.bareProduct
        default: self
        }
    }
}
