package import Syntax
package import Tensors

// How errors gain context as they rise: a primitive's error knows shapes; here it gets the operands as written and the place.

extension Machine {
    /// What a primitive threw, as the program's: an error with its place, or the wish to stop.
    package func failure(_ error: PrimitiveError, _ site: Site, _ operands: [Value] = []) -> any Error {
        error.isInterruption ? Interruption() : diagnostic(error, site, operands)
    }

    /// A primitive's refusal, with the operands named by their source text.
    package func diagnostic(_ error: PrimitiveError, _ site: Site, _ operands: [Value]) -> Diagnostic {
        var message = error.message
        var parts: [String] = []
        var labels: [Diagnostic.Label] = []
        for position in error.operands where position < operands.count {
            let text = position < site.operands.count ? sourceText(site.operands[position]) : nil
            parts.append("\(text.map { "`\($0)`" } ?? "operand \(position + 1)") is \(shapeText(operands[position]))")
            if position < site.operands.count, site.operands.count > 1 {
                labels.append(.init(site.operands[position], shapeText(operands[position])))
            }
        }
        if !parts.isEmpty { message += ": " + parts.joined(separator: ", ") }
        var diagnostic = Diagnostic(message, at: site.span, labels: labels, hints: error.hint.map { [$0] } ?? [])
        diagnostic.limit = error.limit?.rawValue
        return diagnostic
    }

    /// `[3, 1]`, or what else it is.
    private func shapeText(_ value: Value) -> String {
        guard let tensor = value.outline else { return value.typeDescription }
        return tensor.rank == 0 ? "a number" : tensor.shape.description
    }

    /// What was written at a span, on one line and not too long.
    package func sourceText(_ span: Span) -> String? {
        guard let source = source(span.source) else { return nil }
        let text = source.text(span)
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 40 ? String(line.prefix(38)) + "…" : line
    }

    /// The wrong kind of value: "`+` needs numbers or tensors, but `name` is a string"; of an argument that no text stands for, since a
    /// builtin calls the function, "but was given a string".
    package func typeError(
        _ what: String, needs: String, _ value: Value, at span: Span, isWritten: Bool = true, hints: [String] = []
    ) -> Diagnostic {
        let text = sourceText(span).map { "`\($0)`" } ?? "this"
        if value.isNothing {
            return Diagnostic(
                "\(what) needs \(needs), but \(text) gives no value", at: span, hints: ["a function gives the value of its last line"])
        }
        return Diagnostic(
            "\(what) needs \(needs), but \(isWritten ? "\(text) is" : "was given") \(value.typeDescription)", at: span, hints: hints)
    }
}
