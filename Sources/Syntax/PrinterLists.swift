/// What stands in brackets, and functions.
extension Printer {
    mutating func array(_ elements: [Expression], _ span: Span) -> Layout {
        let isMatrix = elements.contains { if case .array = $0 { true } else { false } }
        let isOpen = isOpened(span) || (isMatrix && hasLineBreaks(elements))
        let isPlain = !isMatrix && elements.count > 8 && elements.allSatisfy(\.isScalarLiteral)
        var items: [Item] = []
        for element in elements { items.append(Item(span: element.span, layout: layout(element))) }
        return bracketed("[", items, "]", span, isOpen: isOpen && !isPlain, fills: isPlain)
    }

    mutating func record(_ fields: [RecordField], _ span: Span) -> Layout {
        var items: [Item] = []
        for field in fields {
            let place = field.name.span.joined(with: field.value.span)
            items.append(Item(span: place, layout: .text("\(text(field.name)): ") + layout(field.value)))
        }
        return bracketed("{", items, "}", span, isOpen: isOpened(span))
    }

    mutating func call(_ callee: Expression, _ arguments: [Argument], _ span: Span) -> Layout {
        if case .name(let name) = callee, written(name.span) == "√", let argument = arguments.first {
            return .text("√") + layout(argument.value)
        }
        let function = callee.isSurelyNumber ? layout(callee) : operand(callee, Level.postfix)
        var items: [Item] = []
        for argument in arguments {
            let place = argument.name.map { $0.span.joined(with: argument.value.span) } ?? argument.value.span
            let label = argument.name.map { Layout.text("\(text($0)): ") } ?? .text("")
            items.append(Item(span: place, layout: label + layout(argument.value)))
        }
        let inside = Span(span.source, Int(min(callee.span.end, span.end)), Int(span.end))
        if let last = arguments.last?.value, last.isHuggable(alone: arguments.count == 1), !hasComments(inside, items) {
            let inner = items.dropFirst().map(\.layout)
            return function + .text("(") + items[0].layout.joined(.text(", "), inner) + .text(")")
        }
        return function + bracketed("(", items, ")", inside, isOpen: isOpened(inside))
    }

    mutating func index(_ value: Expression, _ items: [IndexItem], _ span: Span) -> Layout {
        let base = operand(value, Level.postfix)
        var parts: [Layout] = []
        for item in items { parts.append(layout(item)) }
        guard let first = parts.first else { return base + .text("[]") }
        return base + .text("[") + first.joined(.text(", "), Array(parts.dropFirst())) + .text("]")
    }

    private mutating func layout(_ item: IndexItem) -> Layout {
        switch item {
        case .at(let value): return layout(value)
        case .all: return .text(":")
        case .range(let first, let last, let closed, let span):
            let start = first.map { operand($0, Level.sum) } ?? .text("")
            let end = last.map { operand($0, Level.sum) } ?? .text("")
            let isDots = closed && (written(span)?.contains("…") ?? false)
            return start + .text(isDots ? "…" : closed ? "..." : "..<") + end
        }
    }

    // MARK: Functions

    mutating func lambda(_ function: Function) -> Layout {
        let arrow = written(function.span).map { $0.contains("→") && !$0.contains("->") } ?? false ? " → " : " -> "
        let isBare = function.parameters.count == 1 && function.parameters[0].isPlainName && !isParenthesized(function)
        let head = isBare ? Layout.text(text(function.parameters[0].name)) : parameters(function.parameters, function.span)
        return head + .text(arrow) + body(function.body)
    }

    private func isParenthesized(_ function: Function) -> Bool { written(function.span)?.hasPrefix("(") ?? false }

    mutating func parameters(_ parameters: [Parameter], _ span: Span) -> Layout {
        var items: [Item] = []
        for parameter in parameters {
            var layout = Layout.text(text(parameter.name))
            if let shape = parameter.shape {
                var lengths: [String] = []
                for length in shape { if case .text(let text) = self.layout(length) { lengths.append(text) } }
                layout = layout + .text("[\(lengths.joined(separator: ", "))]")
            }
            if let value = parameter.defaultValue { layout = layout + .text(": ") + self.layout(value) }
            items.append(Item(span: parameter.name.span, layout: layout))
        }
        return bracketed("(", items, ")", nil, isOpen: false)
    }

    mutating func body(_ body: Body) -> Layout {
        switch body {
        case .expression(let value): layout(value)
        case .block(let block): layout(block)
        }
    }

    // MARK: Brackets

    struct Item {
        let span: Span
        let layout: Layout
    }

    /// Items between commas: on one line, or each on its own (`fills`: as many as fit). `span` is where the bracket stands in the source.
    mutating func bracketed(
        _ open: String, _ items: [Item], _ close: String, _ span: Span?, isOpen: Bool, fills: Bool = false
    ) -> Layout {
        guard let first = items.first else { return .text(open + close) }
        if let span, hasComments(span, items) { return commented(open, items, close, span) }
        var inner = [first.layout]
        let between: Layout = isOpen ? .hardline : .line
        for item in items.dropFirst() {
            inner += [.text(","), fills ? .group(.line + item.layout) : between + item.layout]
        }
        let edge: Layout = isOpen ? .edge : .softline
        let inside = edge + .sequence(inner)
        let whole = .text(open) + (isOpen ? .block(inside) : .indented(inside)) + edge + .text(close)
        return span == nil ? .groupOfOperands(whole) : .group(whole)
    }

    /// One item a line, with the comments between them.
    private mutating func commented(_ open: String, _ items: [Item], _ close: String, _ span: Span) -> Layout {
        var inner: [Layout] = []
        if let comment = comments.takeTrailing(after: span.start + 1, before: items[0].span.start, source) { inner.append(.trailing(comment)) }
        for (index, item) in items.enumerated() {
            for comment in comments.take(before: item.span.start) { inner += [.hardline, .text(comment)] }
            inner += [.hardline, item.layout]
            if index < items.count - 1 { inner.append(.text(",")) }
            let limit = index < items.count - 1 ? items[index + 1].span.start : span.end
            if let comment = comments.takeTrailing(after: item.span.end, before: limit, source) { inner.append(.trailing(comment)) }
        }
        for comment in comments.take(before: span.end) { inner += [.hardline, .text(comment)] }
        return .text(open) + .block(.sequence(inner)) + .hardline + .text(close)
    }

    /// Comments between the items themselves.
    private func hasComments(_ span: Span, _ items: [Item]) -> Bool {
        comments.contains(in: span) { place in !items.contains { $0.span.start <= place && place < $0.span.end } }
    }

    /// A line break was written directly behind the opening bracket.
    private func isOpened(_ span: Span) -> Bool {
        guard let source, span.end > span.start else { return false }
        var index = Int(span.start)
        while index < Int(span.end), source.bytes[index] == 32 { index += 1 }
        index += 1
        while index < Int(span.end), source.bytes[index] == 32 || source.bytes[index] == 9 { index += 1 }
        return index < Int(span.end) && (source.bytes[index] == 10 || source.bytes[index] == 13)
    }

    private func hasLineBreaks(_ elements: [Expression]) -> Bool {
        guard let source, let first = elements.first, let last = elements.last else { return false }
        return source.lineIndex(of: Int(first.span.start)) != source.lineIndex(of: Int(last.span.start))
    }
}

extension Parameter {
    fileprivate var isPlainName: Bool { shape == nil && defaultValue == nil }
}

extension Expression {
    fileprivate var isScalarLiteral: Bool {
        switch self {
        case .number: true
        case .unary(.minus, let operand, _): operand.isScalarLiteral
        default: false
        }
    }

    /// As a last argument it breaks inside its own brackets rather than moving to a line of its own.
    fileprivate func isHuggable(alone: Bool) -> Bool {
        switch self {
        case .lambda(let function): if case .block = function.body { true } else { false }
        case .array, .record: alone
        default: false
        }
    }
}
