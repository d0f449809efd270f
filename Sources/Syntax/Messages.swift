/// All that lexer and parser say, one declaration each: a plain sentence, its place, and what to try.
enum Message {
    /// A piece of the program for a sentence: on one line, and short.
    private static func quoted(_ source: Source, _ span: Span) -> String { quoted(source.text(span)) }

    private static func quoted(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let parts = line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        return parts.count <= 40 ? parts : parts.prefix(39) + "…"
    }

    /// What stands at a place: "`)`", "the end of the line".
    private static func found(_ source: Source, _ span: Span) -> String {
        guard span.end > span.start else { return Int(span.start) >= source.bytes.count ? "the end of the text" : "nothing" }
        return "`\(quoted(source, span))`"
    }
}

// MARK: Characters

extension Message {
    static func sourceTooLong(_ source: Source) -> Diagnostic {
        Diagnostic("`\(source.name)` is too long: \(source.bytes.count) bytes, at most \(Source.largestSize) are read", at: nil)
    }

    static func malformedText(_ span: Span, count: Int) -> Diagnostic {
        let more = count > 1 ? ["there are \(count > 15 ? "many" : "\(count)") such places"] : []
        return Diagnostic(
            "this byte is not UTF-8 text", at: span, hints: ["save the file with the encoding UTF-8"] + more)
    }

    static func unknownCharacter(_ span: Span, _ source: Source) -> Diagnostic {
        let scalars = source.text(span).unicodeScalars
        let isControl = scalars.allSatisfy { $0.value < 32 || $0.value == 127 }
        guard isControl || scalars.count > 1 || scalars.isEmpty else {
            return Diagnostic("`\(source.text(span))` has no meaning here", at: span)
        }
        if isControl, let first = scalars.first {
            let code = String(first.value, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
            return Diagnostic("there is a control character here, U+\(padded)", at: span, hints: ["take it out"])
        }
        return Diagnostic("`\(quoted(source, span))` has no meaning here", at: span)
    }

    static func questionMark(_ span: Span) -> Diagnostic {
        Diagnostic("`?` has no meaning here", at: span, hints: ["a choice is written `if c then a else b`"])
    }

    static func backslash(_ span: Span) -> Diagnostic {
        Diagnostic(
            "`\\` has no meaning here", at: span,
            hints: ["to solve a linear system write `solve(A, b)`", "a statement goes on after an operator at the end of its line"])
    }

    static func strayQuote(_ span: Span) -> Diagnostic {
        Diagnostic(
            "this quote belongs to nothing", at: span,
            hints: ["strings stand in double quotes, `\"text\"`", "a derivative's prime stands directly behind the function, `f'(x)`"])
    }

    static func singleQuotes(_ span: Span, _ text: String) -> Diagnostic {
        Diagnostic("strings stand in double quotes", at: span, hints: ["write `\"\(quoted(text))\"`"])
    }

    static func curlyQuotes(_ span: Span, _ text: String) -> Diagnostic {
        Diagnostic("these are curly quotes; strings stand in straight ones", at: span, hints: ["write `\"\(quoted(text))\"`"])
    }

    static func curlyPrime(_ span: Span) -> Diagnostic {
        Diagnostic("this is a curly quote; a derivative is written with a straight one", at: span, hints: ["write `f'(x)`"])
    }

    static func foreignComment(_ span: Span) -> Diagnostic {
        Diagnostic("a comment begins with `#`", at: span)
    }
}

// MARK: Spellings of other languages

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

// MARK: Strings and numbers

extension Message {
    static func unclosedString(_ span: Span) -> Diagnostic {
        Diagnostic("this string does not end on its line", at: span, hints: ["close it with `\"`; a new line inside is written `\\n`"])
    }

    static func unknownEscape(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic(
            "`\(source.text(span))` means nothing in a string", at: span,
            hints: ["known are `\\n` `\\t` `\\\"` `\\\\` `\\{` and `\\u{3B8}`; a backslash is written `\\\\`"])
    }

    static func badUnicodeEscape(_ span: Span) -> Diagnostic {
        Diagnostic("this is not a character's number", at: span, hints: ["write up to six hexadecimal digits in braces, `\\u{3B8}` for θ"])
    }

    static func emptyInterpolation(_ span: Span) -> Diagnostic {
        Diagnostic("nothing stands between these braces", at: span, hints: ["`{x}` puts in the value of x; a brace itself is written `\\{`"])
    }

    static func formatInString(_ span: Span) -> Diagnostic {
        Diagnostic("a format cannot be given here", at: span, hints: ["write `{format(x, digits: 3)}`"])
    }

    static func numberTooLarge(_ span: Span) -> Diagnostic {
        Diagnostic("this number is too large", at: span, hints: ["the largest is about 1.8e308; infinity is `inf`"])
    }

    static func primeOfNumber(_ span: Span) -> Diagnostic {
        Diagnostic("a prime takes the derivative of a function, and this is a number", at: span)
    }

    static func badSuperscript(_ span: Span) -> Diagnostic {
        Diagnostic("this is no exponent", at: span, hints: ["write `^`, as in `x^-1`"])
    }

    static func detachedSuperscript(_ span: Span) -> Diagnostic {
        Diagnostic("an exponent stands directly behind its base", at: span, hints: ["write `x²` or `x^2`"])
    }

    static func powerOfPower(_ span: Span) -> Diagnostic {
        Diagnostic(
            "a power of a power needs parentheses", at: span, hints: ["write `(x²)^3` or `x^(2^3)`"])
    }
}

// MARK: Brackets

extension Message {
    /// `place` is where the missing bracket was noticed, `nil` at the end of the text.
    static func unclosedBracket(_ opener: Span, at place: Span?, _ source: Source) -> Diagnostic {
        let open = String(source.text(opener).suffix(1))
        let close = open == "(" ? ")" : open == "[" ? "]" : "}"
        guard let place else {
            return Diagnostic("`\(open)` is never closed", at: opener, hints: ["put the missing `\(close)`"])
        }
        return Diagnostic(
            "a `\(close)` is missing here", at: place, labels: [.init(opener, "`\(open)` is still open")])
    }

    static func strayCloser(_ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic("`\(source.text(span))` closes nothing", at: span, hints: ["take it out, or put the opening bracket"])
    }

    static func wrongCloser(_ span: Span, opener: Span, _ source: Source) -> Diagnostic {
        let open = source.text(opener)
        let close = open == "(" ? ")" : open == "[" ? "]" : "}"
        return Diagnostic(
            "`\(source.text(span))` cannot close `\(open)`", at: span, labels: [.init(opener, "opened here")],
            hints: ["write `\(close)`"])
    }

    static func missingComma(_ before: Span, _ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic(
            "a comma is missing before this", at: span, hints: ["write `\(quoted(source, before)), \(quoted(source, span))`"])
    }

    static func missingElement(_ span: Span) -> Diagnostic {
        Diagnostic("a value is missing before this comma", at: span)
    }

    static func emptyParentheses(_ span: Span) -> Diagnostic {
        Diagnostic("nothing stands between these parentheses", at: span, hints: ["a function without arguments is `() -> 3`"])
    }

    static func tuple(_ open: Span, _ span: Span, _ source: Source) -> Diagnostic {
        Diagnostic(
            "values in parentheses cannot be separated by commas", at: span,
            hints: ["a list is written in brackets, `[a, b]`", "a call has no space before its parenthesis, `f(a, b)`"])
    }

    static func strayComma(_ span: Span) -> Diagnostic {
        Diagnostic(
            "a comma has no meaning here", at: span, hints: ["several values are a list, `[a, b]`, or a record, `{a: 1, b: 2}`"])
    }

    static func strayBrace(_ span: Span) -> Diagnostic {
        Diagnostic(
            "a block cannot stand here", at: span,
            hints: ["a function with a block is `f(x) = { … }`", "a record is `{w: 1, b: 0}`"])
    }

    static func strayIn(_ span: Span) -> Diagnostic {
        Diagnostic("`in` belongs to a loop", at: span, hints: ["whether x is among the elements says `contains(xs, x)`"])
    }

    static func comprehension(_ span: Span) -> Diagnostic {
        Diagnostic("`for` does not stand behind a value", at: span, hints: ["a function of every element is `map(i -> i^2, 1...3)`"])
    }

    static func tooDeep(_ span: Span) -> Diagnostic {
        Diagnostic("this is nested too deeply", at: span, hints: ["give names to parts of it"])
    }
}

// MARK: Expressions

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

extension Expression {
    /// Behind the signs before it.
    fileprivate var bareProduct: Expression {
        switch self {
        case .unary(_, let operand, _): operand.bareProduct
        default: self
        }
    }
}
