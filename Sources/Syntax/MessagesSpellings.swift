// What is written as other languages write it.

extension Message {
    static func spelledAnd(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("`\(source.text(span))` is written `and`", at: span)
    }

    static func spelledOr(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("`\(source.text(span))` is written `or`", at: span)
    }

    static func spelledNot(_ span: Span) -> Diagnostic {
        Diagnostic("`!` is written `not`", at: span, hints: ["write `not x`; “not equal” is `!=`"])
    }

    static func factorial(_ span: Span) -> Diagnostic {
        Diagnostic("`!` behind a value has no meaning", at: span, hints: ["a factorial is `prod(1...n)`"])
    }

    static func spelledNotEqual(_ span: Span) -> Diagnostic {
        Diagnostic("`<>` is written `!=` or `≠`", at: span)
    }

    static func tripleEqual(_ span: Span) -> Diagnostic {
        Diagnostic("equality has two signs: `==` and `!=`", at: span)
    }

    static func doubleStar(_ span: Span) -> Diagnostic {
        Diagnostic("a power is written `^`", at: span, hints: ["`x^2` is x squared"])
    }

    static func doubleSlash(_ span: Span) -> Diagnostic {
        Diagnostic(
            "`//` has no meaning here", at: span, hints: ["a quotient rounded down is `floor(a / b)`", "a comment begins with `#`"])
    }

    static func percent(_ span: Span) -> Diagnostic {
        Diagnostic("`%` has no meaning here", at: span, hints: ["the remainder of a division is `mod(a, b)`"])
    }

    static func dottedOperator(_ span: Span, _ source: Source) -> Diagnostic {
        let text = source.text(span)
        return Diagnostic(
            "`\(text)` needs no dot: `\(text.dropFirst())` works element by element", at: span,
            hints: ["the matrix product is `A @ B`"])
    }

    static func fatArrow(_ span: Span) -> Diagnostic {
        Diagnostic("the arrow of a function is written `->`", at: span, hints: ["write `x -> x^2`"])
    }

    static func colonEquals(_ span: Span) -> Diagnostic {
        Diagnostic("`:=` has no meaning here", at: span, hints: ["`x = 1` introduces a name, `x <- 2` changes it"])
    }

    static func twoDots(_ span: Span) -> Diagnostic {
        Diagnostic(
            "a range is written with `...` or `..<`", at: span,
            hints: ["`1...5` runs from 1 to 5", "`0..<5` runs from 0 to 4"])
    }

    static func foreignNumeral(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic(
            "`\(quoted(source, span))` is not a number here", at: span, hints: ["numbers are written in decimal, `255` or `2.5e3`"])
    }

    static func capitalBoolean(_ span: Span, _ word: String) -> Diagnostic {
        Diagnostic("`\(word)` is written `\(word == "True" ? "true" : "false")`", at: span)
    }

    static func none(_ span: Span) -> Diagnostic {
        Diagnostic("there is no `None`", at: span, hints: ["every name has a value; leave out an argument that has a default"])
    }

    static func declarationWord(_ span: Span, _ word: String) -> Diagnostic {
        Diagnostic(
            "a name needs no `\(word)`", at: span, hints: ["`x = 1` introduces a name, `x <- 2` changes it"])
    }

    static func functionWord(_ span: Span, _ word: String, name: String?) -> Diagnostic {
        Diagnostic(
            "a function needs no `\(word)`", at: span,
            hints: ["write `\(name ?? "f")(x) = x^2`, or `\(name ?? "f")(x) = { … }` for several lines"])
    }

    static func endWord(_ span: Span) -> Diagnostic {
        Diagnostic("a block ends with `}`, not with `end`", at: span)
    }

    static func lambdaWord(_ span: Span) -> Diagnostic {
        Diagnostic("a function without a name is written with an arrow", at: span, hints: ["write `x -> x^2` or `(a, b) -> a * b`"])
    }

    static func printWord(_ span: Span, _ word: String) -> Diagnostic {
        Diagnostic(
            "`\(word)` needs parentheses", at: span,
            hints: ["write `print(x)`", "at the start of a line the value alone is shown too"])
    }

    static func elif(_ span: Span, _ word: String) -> Diagnostic {
        Diagnostic("`\(word)` is written `else if`", at: span, hints: ["write `if a { … } else if b { … } else { … }`"])
    }

    static func increment(_ span: Span, _ source: Source) -> Diagnostic {
        let sign = source.text(span).prefix(1)
        return Diagnostic("there is no `\(source.text(span))`", at: span, hints: ["write `i <- i \(sign) 1`"])
    }

    static func compoundAssign(_ sign: Span, _ target: Span, _ value: Span, _ source: Source) -> Diagnostic {
        let name = quoted(source, target)
        let operation = source.text(sign).dropLast()
        return Diagnostic(
            "a name is changed with `<-`", at: sign, hints: ["write `\(name) <- \(name) \(operation) \(quoted(source, value))`"])
    }
}
