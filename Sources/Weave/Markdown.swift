/// The comments of a lesson as text: headings, paragraphs, lists, quotations, tables, code. A part of CommonMark, with tables and formulas;
/// HTML is not passed on.
package struct Markdown {
    /// A piece of text, in order.
    package indirect enum Block: Equatable {
        case heading(level: Int, String)
        case paragraph(String)
        case code(String, language: String)
        case list([[Block]], start: Int?, isTight: Bool)
        case quote([Block])
        case table(head: [String], alignment: [Alignment], rows: [[String]])
        case rule
    }

    package enum Alignment: String { case none = "", left, center, right }

    private var lines: ArraySlice<String>
    /// Inside an item of a list, where an indented mark can only be a list.
    private var isInItem = false

    private init(_ lines: ArraySlice<String>) { self.lines = lines }

    package static func blocks(_ lines: [String]) -> [Block] {
        var reader = Markdown(lines[...])
        return reader.read(depth: 0)
    }

    /// Deeper lists and quotations are read as text.
    private static let mostNested = 20

    private mutating func read(depth: Int) -> [Block] {
        var blocks: [Block] = []
        while let line = lines.first {
            let text = trimmed(line)
            if text.isEmpty {
                lines.removeFirst()
            } else if indent(line) >= 4 {
                blocks.append(indentedCode())
            } else if text.hasPrefix("```") || text.hasPrefix("~~~") {
                blocks.append(fencedCode(text))
            } else if let heading = Markdown.heading(text) {
                lines.removeFirst()
                blocks.append(heading)
            } else if Markdown.isRule(text) {
                lines.removeFirst()
                blocks.append(.rule)
            } else if text.hasPrefix(">"), depth < Markdown.mostNested {
                blocks.append(quote(depth))
            } else if Item(line) != nil, depth < Markdown.mostNested {
                blocks.append(list(depth))
            } else if let table = table() {
                blocks.append(table)
            } else {
                blocks.append(paragraph())
            }
        }
        return blocks
    }

    // MARK: Kinds of blocks

    private static func heading(_ text: String) -> Block? {
        let level = text.prefix { $0 == "#" }.count
        guard (1...6).contains(level), text.dropFirst(level).first == " " else { return nil }
        var title = trimmed(text.dropFirst(level))
        while title.hasSuffix("#") { title = trimmed(title.dropLast()) }
        return .heading(level: level, title)
    }

    private static func isRule(_ text: String) -> Bool {
        let marks = text.filter { $0 != " " }
        guard let first = marks.first, "-*_".contains(first), marks.count >= 3 else { return false }
        return marks.allSatisfy { $0 == first }
    }

    private mutating func indentedCode() -> Block {
        var code: [String] = []
        while let line = lines.first, trimmed(line).isEmpty || indent(line) >= 4 {
            code.append(String(line.dropFirst(4)))
            lines.removeFirst()
        }
        while code.last.map({ trimmed($0).isEmpty }) ?? false { code.removeLast() }
        return .code(code.joined(separator: "\n"), language: "")
    }

    private mutating func fencedCode(_ opening: String) -> Block {
        let fence = String(opening.prefix { $0 == opening.first })
        let language = trimmed(opening.dropFirst(fence.count))
        lines.removeFirst()
        var code: [String] = []
        while let line = lines.popFirst(), !trimmed(line).hasPrefix(fence) { code.append(line) }
        return .code(code.joined(separator: "\n"), language: language)
    }

    private mutating func quote(_ depth: Int) -> Block {
        var inner: [String] = []
        while let line = lines.first, trimmed(line).hasPrefix(">") {
            let rest = trimmedStart(line).dropFirst()
            inner.append(String(rest.hasPrefix(" ") ? rest.dropFirst() : rest))
            lines.removeFirst()
        }
        var reader = Markdown(inner[...])
        return .quote(reader.read(depth: depth + 1))
    }

    private mutating func list(_ depth: Int) -> Block {
        guard let first = lines.first.flatMap(Item.init) else { return paragraph() }
        var items: [[Block]] = []
        var isTight = true
        while let line = lines.first, let item = Item(line), item.number.isNumeric == first.number.isNumeric {
            lines.removeFirst()
            var inner = [item.text]
            while let next = lines.first {
                if trimmed(next).isEmpty {
                    // A blank line goes on with the item only if what follows is indented under it.
                    let following = lines.first { !trimmed($0).isEmpty }
                    guard let following, indent(following) >= item.width else { break }
                    isTight = isTight && Item(following) != nil
                    inner.append("")
                } else if indent(next) >= item.width {
                    inner.append(String(next.dropFirst(item.width)))
                } else if Item(next) != nil || Markdown.startsBlock(next) || (inner.last?.isEmpty ?? false) {
                    break
                } else {
                    inner.append(trimmed(next))
                }
                lines.removeFirst()
            }
            var reader = Markdown(inner[...])
            reader.isInItem = true
            items.append(reader.read(depth: depth + 1))
            let rest = lines.drop { trimmed($0).isEmpty }
            if rest.count < lines.count, let next = rest.first, let other = Item(next), other.number.isNumeric == first.number.isNumeric {
                isTight = false
                lines = rest
            }
        }
        return .list(items, start: first.number.value, isTight: isTight)
    }

    private static func startsBlock(_ line: String) -> Bool {
        let text = trimmed(line)
        return text.isEmpty || heading(text) != nil || isRule(text) || text.hasPrefix("```") || text.hasPrefix(">")
    }

    private mutating func paragraph() -> Block {
        var text: [String] = []
        while let line = lines.first, text.isEmpty || !(Markdown.startsBlock(line) || Item(line) != nil && (isInItem || endsInColon(text))) {
            // Trailing spaces stand for a break.
            text.append(trimmedStart(line))
            lines.removeFirst()
        }
        return .paragraph(trimmed(text.joined(separator: "\n")))
    }

    /// A list follows a paragraph directly only where that announces it: a line may well begin with a minus sign or a number.
    private func endsInColon(_ text: [String]) -> Bool { text.last.map { trimmed($0).hasSuffix(":") } ?? false }

    // MARK: Tables

    private mutating func table() -> Block? {
        guard let head = lines.first, head.contains("|"), let line = lines.dropFirst().first, let alignment = Markdown.alignment(line) else { return nil }
        let names = Markdown.cells(head)
        guard names.count == alignment.count else { return nil }
        lines.removeFirst(2)
        var rows: [[String]] = []
        while let row = lines.first, row.contains("|") {
            lines.removeFirst()
            let cells = Markdown.cells(row)
            rows.append((0..<names.count).map { $0 < cells.count ? cells[$0] : "" })
        }
        return .table(head: names, alignment: alignment, rows: rows)
    }

    private static func alignment(_ line: String) -> [Alignment]? {
        let cells = cells(line)
        var result: [Alignment] = []
        for cell in cells {
            guard cell.contains("-"), cell.allSatisfy({ $0 == "-" || $0 == ":" }) else { return nil }
            result.append(cell.hasPrefix(":") ? (cell.hasSuffix(":") ? .center : .left) : cell.hasSuffix(":") ? .right : .none)
        }
        return line.contains("|") ? result : nil
    }

    /// Between bars; one behind a backslash or in code is none.
    private static func cells(_ line: String) -> [String] {
        var cells: [String] = [""]
        var isCode = false
        var isEscaped = false
        for character in trimmed(line) {
            if character == "|", !isCode, !isEscaped {
                cells.append("")
                continue
            }
            if character == "|", isEscaped { cells[cells.count - 1].removeLast() }
            if character == "`", !isEscaped { isCode.toggle() }
            isEscaped = character == "\\" && !isEscaped
            cells[cells.count - 1].append(character)
        }
        var trimmedCells = cells.map { trimmed($0) }
        if trimmedCells.first == "" { trimmedCells.removeFirst() }
        if trimmedCells.last == "", trimmed(line).hasSuffix("|") { trimmedCells.removeLast() }
        return trimmedCells
    }
}

/// The first line of an item of a list: `- text`, `2. text`.
private struct Item {
    enum Number {
        case bullet
        case count(Int)
        var isNumeric: Bool { value != nil }
        var value: Int? { if case .count(let count) = self { count } else { nil } }
    }

    let number: Number
    /// How far what belongs to it is indented.
    let width: Int
    let text: String

    init?(_ line: String) {
        let indent = indent(line)
        let body = line.dropFirst(indent)
        guard indent < 4, let first = body.first else { return nil }
        let mark: Int
        if "-*+".contains(first) {
            (number, mark) = (.bullet, 1)
        } else {
            let digits = body.prefix { $0.isASCII && $0.isNumber }
            guard let count = Int(digits), digits.count <= 9, let point = body.dropFirst(digits.count).first, point == "." || point == ")" else { return nil }
            (number, mark) = (.count(count), digits.count + 1)
        }
        let rest = body.dropFirst(mark)
        guard rest.first == " " || rest.isEmpty else { return nil }
        let gap = min(rest.prefix { $0 == " " }.count, 4)
        width = indent + mark + max(gap, 1)
        text = String(rest.dropFirst(gap))
        if text.isEmpty, indent == 0, mark == 1, first != "-" { return nil }
    }
}

private func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }
private func trimmedStart(_ line: some StringProtocol) -> String { String(line.drop { $0 == " " }) }

func trimmed(_ text: some StringProtocol) -> String {
    var rest = text[...]
    while rest.first?.isWhitespace ?? false { rest.removeFirst() }
    while rest.last?.isWhitespace ?? false { rest.removeLast() }
    return String(rest)
}
