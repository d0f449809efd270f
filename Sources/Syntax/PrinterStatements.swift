extension Printer {
    /// Statements one below the other. `block` is the block that they stand in, for the comments at its ends.
    mutating func layout(_ statements: [Statement], in block: Span?) -> Layout {
        var parts: [Layout] = []
        var previousEnd: Int32?
        for (index, statement) in statements.enumerated() {
            let span = statement.span
            for comment in comments.takeSpans(before: span.start) {
                separate(&parts, previousEnd, comment.span.start)
                parts.append(.text(comment.text))
                previousEnd = comment.span.end
            }
            separate(&parts, previousEnd, span.start)
            parts.append(wholeOrVerbatim(statement))
            previousEnd = span.end
            let limit = index + 1 < statements.count ? statements[index + 1].span.start : block?.end ?? Int32.max
            if let comment = comments.takeTrailing(after: span.end, before: limit, source) { parts.append(.trailing(comment)) }
        }
        for comment in comments.takeSpans(before: block?.end ?? Int32.max) {
            separate(&parts, previousEnd, comment.span.start)
            parts.append(.text(comment.text))
            previousEnd = comment.span.end
        }
        return .sequence(parts)
    }

    /// A line break, and a blank line where the source has one or more.
    private func separate(_ parts: inout [Layout], _ previous: Int32?, _ next: Int32) {
        guard let previous else { return }
        guard let source else { return parts.append(.hardline) }
        let gap = source.lineIndex(of: Int(next)) - source.lineIndex(of: max(0, Int(previous) - 1))
        if gap > 1 { parts.append(.blank) }
        parts.append(.hardline)
    }

    /// A statement with a comment where no layout has room for one is left as it was written.
    private mutating func wholeOrVerbatim(_ statement: Statement) -> Layout {
        let span = statement.span
        let before = comments
        let layout = self.layout(statement)
        guard let source, comments.contains(in: span, where: { _ in true }) else { return layout }
        comments = before
        comments.drop(before: span.end)
        let lines = source.lineIndex(of: Int(span.start))...source.lineIndex(of: Int(span.end))
        let text = lines.map { index in
            let line = source.lineRange(index)
            return source.text(max(line.lowerBound, Int(span.start)), min(line.upperBound, Int(span.end)))
        }
        return .text(text.joined(separator: "\n") + (statement.isMuted ? ";" : ""))
    }

    mutating func layout(_ statement: Statement) -> Layout {
        switch statement {
        case .expression(let value, let muted): return layout(value) + end(muted)
        case .introduce(let name, let value, let muted, _):
            return .text("\(text(name)) = ") + layout(value) + end(muted)
        case .define(let function): return definition(function)
        case .update(let target, let value, let muted, let span):
            let left = layout(target)
            return left + .text(" \(updateSign(target, value, span)) ") + layout(value) + end(muted)
        case .branch(let condition, let block, let otherwise, _): return branch(condition, block, otherwise)
        case .forLoop(let name, let values, let block, _):
            return .text("for \(text(name)) in ") + layout(values) + .text(" ") + layout(block)
        case .whileLoop(let condition, let block, _): return .text("while ") + layout(condition) + .text(" ") + layout(block)
        case .breakLoop: return .text("break")
        case .continueLoop: return .text("continue")
        case .returnValue(let value, _): return .text("return") + (value.map { .text(" ") + layout($0) } ?? .text(""))
        case .importFile(let path, let span): return .text("import " + importText(path, span))
        case .rule(let rule): return self.rule(rule)
        case .invalid(let span): return .text(written(span) ?? "<invalid>")
        }
    }

    private func end(_ muted: Bool) -> Layout { .text(muted ? ";" : "") }

    private func updateSign(_ target: Expression, _ value: Expression, _ span: Span) -> String {
        let between = written(Span(span.source, Int(target.span.end), Int(max(target.span.end, value.span.start))))
        return between.map { $0.contains("←") } ?? false ? "←" : "<-"
    }

    private mutating func importText(_ path: String, _ span: Span) -> String {
        guard let text = written(span), let quote = text.firstIndex(of: "\"") else { return string([.text(path)]) }
        return String(text[quote...])
    }

    private mutating func definition(_ function: Function) -> Layout {
        let head = Layout.text(function.name.map { text($0) } ?? "f") + parameters(function.parameters, function.span)
        return head + .text(" = ") + body(function.body)
    }

    private mutating func branch(_ condition: Expression, _ block: Block, _ otherwise: ElseBranch?) -> Layout {
        let first = Layout.text("if ") + layout(condition) + .text(" ") + layout(block)
        switch otherwise {
        case nil: return first
        case .block(let block): return first + .text(" else ") + layout(block)
        case .branch(let statement): return first + .text(" else ") + layout(statement)
        }
    }

    // MARK: Blocks

    mutating func layout(_ block: Block) -> Layout {
        if let line = oneLine(block) { return line }
        var inner: [Layout] = []
        if let first = block.statements.first?.span.start ?? Optional(block.span.end),
            let comment = comments.takeTrailing(after: block.span.start + 1, before: first, source)
        {
            inner.append(.trailing(comment))
        }
        inner.append(.hardline)
        inner.append(layout(block.statements, in: block.span))
        return .text("{") + .block(.sequence(inner)) + .hardline + .text("}")
    }

    /// A block written on one line stays there if it fits.
    private mutating func oneLine(_ block: Block) -> Layout? {
        if block.statements.isEmpty, !comments.contains(in: block.span, where: { _ in true }) { return .text("{ }") }
        guard let source, source.lineIndex(of: Int(block.span.start)) == source.lineIndex(of: Int(block.span.end)),
            block.span.end - block.span.start <= 80
        else { return nil }
        var parts: [Layout] = []
        for (index, statement) in block.statements.enumerated() {
            let text = layout(statement)
            if text.mustBreak { return nil }
            // What broke would make the block one of several lines the next time.
            parts.append(text.flat)
            // Where it is not muted a `;` stands between all the same.
            if index < block.statements.count - 1 { parts.append(.text(statement.isMuted ? " " : "; ")) }
        }
        return .text("{ ") + .sequence(parts) + .text(" }")
    }

    // MARK: Rules

    private mutating func rule(_ rule: RuleDeclaration) -> Layout {
        let head = Layout.text("rule \(text(rule.name))") + parameters(rule.parameters, rule.span)
        let memory = rule.memory.map { field in
            Statement.introduce(field.name, field.value, muted: false, field.name.span.joined(with: field.value.span))
        }
        var statements = memory + [.define(rule.update)]
        if source != nil { statements.sort { $0.span.start < $1.span.start } }
        var inner: [Layout] = []
        if let open = openBrace(rule), let comment = comments.takeTrailing(after: open, before: statements[0].span.start, source) {
            inner.append(.trailing(comment))
        }
        inner += [.hardline, layout(statements, in: rule.span)]
        return head + .text(" {") + .block(.sequence(inner)) + .hardline + .text("}")
    }

    /// Behind the brace of a rule: the last one before its first statement that no comment holds.
    private func openBrace(_ rule: RuleDeclaration) -> Int32? {
        guard let source else { return nil }
        let start = (rule.parameters.last.map { $0.defaultValue?.span ?? $0.name.span } ?? rule.name.span).end
        var index = Int(start)
        while index < Int(rule.span.end), source.bytes[index] != UInt8(ascii: "{") { index += 1 }
        return Int32(index + 1)
    }

    // MARK: Strings

    mutating func string(_ parts: [StringPart]) -> String {
        var text = "\""
        for part in parts {
            switch part {
            case .text(let plain): text += escaped(plain)
            case .value(let value): text += "{\(Printer.print(value, digits: digits))}"
            }
        }
        return text + "\""
    }

    private func escaped(_ plain: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in plain.unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\"", "\\", "{":
                result.append("\\")
                result.append(scalar)
            case _ where scalar.value < 32 || scalar.value == 127:
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}

extension Statement {
    var isMuted: Bool {
        switch self {
        case .expression(_, let muted), .introduce(_, _, let muted, _), .update(_, _, let muted, _): muted
        default: false
        }
    }
}
