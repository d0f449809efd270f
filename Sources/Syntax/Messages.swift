/// All that lexer and parser say, one declaration each: a plain sentence, its place, and what to try.
enum Message {
    /// A piece of the program for a sentence: on one line, and short.
    static func quoted(_ source: Source, _ span: Span) -> String { quoted(source.text(span)) }

    static func quoted(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let parts = line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        return parts.count <= 40 ? parts : parts.prefix(39) + "…"
    }

    /// What stands at a place: "`)`", "the end of the line".
    static func found(_ source: Source, _ span: Span) -> String {
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
