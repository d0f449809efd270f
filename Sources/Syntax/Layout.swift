/// A text that knows where it may break: what the printer makes, and `rendered` fits to a width.
indirect enum Layout {
    case text(String)
    /// A break, or a space where the group fits its line.
    case line
    /// A break, or nothing.
    case softline
    /// Always a break.
    case hardline
    /// A break at the edge of a bracket whose content stands on lines of its own.
    case edge
    /// Nothing; what is around it breaks, as it does around an edge.
    case opened
    /// A blank line, if one break follows.
    case blank
    case sequence([Layout])
    /// Its lines stand further right where the group around it is broken; in a `block` always.
    case indented(Layout)
    case block(Layout)
    /// Broken at none of its own lines, or at all.
    case group(Layout)
    /// A comment behind what stands on the line; a break must follow.
    case trailing(String)

    static func + (left: Layout, right: Layout) -> Layout { .sequence([left, right]) }

    /// Whether something in it breaks whatever the width.
    var mustBreak: Bool {
        switch self {
        case .hardline, .edge, .opened, .blank, .trailing: true
        case .text, .line, .softline: false
        case .sequence(let parts): parts.contains(where: \.mustBreak)
        case .indented(let part), .block(let part), .group(let part): part.mustBreak
        }
    }

    /// On one line, however long; for what need not break.
    var flat: Layout {
        switch self {
        case .line: .text(" ")
        case .softline: .text("")
        case .text, .hardline, .edge, .opened, .blank, .trailing: self
        case .sequence(let parts): .sequence(parts.map(\.flat))
        case .indented(let part), .block(let part), .group(let part): part.flat
        }
    }

    /// Whether a bracket in it stands open over several lines. Blocks of statements do not count: they leave what is around them as it is.
    private var hasEdge: Bool {
        switch self {
        case .edge, .opened: true
        case .text, .line, .softline, .hardline, .blank, .trailing, .block: false
        case .sequence(let parts): parts.contains(where: \.hasEdge)
        case .indented(let part), .group(let part): part.hasEdge
        }
    }

    /// A group that breaks with the brackets in it, so that it breaks again when they are read as open ones.
    static func groupOfOperands(_ inside: Layout) -> Layout { inside.hasEdge ? .opened + inside.broken : .group(inside) }

    /// With its own lines broken, those of groups in it left.
    private var broken: Layout {
        switch self {
        case .line, .softline: .hardline
        case .text, .hardline, .edge, .opened, .blank, .trailing, .group, .block: self
        case .sequence(let parts): .sequence(parts.map(\.broken))
        case .indented(let part): .block(part.broken)
        }
    }

    func joined(_ separator: Layout, _ rest: [Layout]) -> Layout {
        .sequence([self] + rest.flatMap { [separator, $0] })
    }
}

/// One line of output, with the comment behind it.
struct RenderedLine {
    var text = ""
    var comment: String?
}

/// Fits layouts to a width, as Wadler's and Oppen's printers do: a group whose text does not fit the rest of the line is broken.
struct LayoutRenderer {
    let width: Int
    private(set) var lines = [RenderedLine()]
    private var column = 0

    init(width: Int) { self.width = width }

    private struct Work {
        let layout: Layout
        let indent: Int
        let isFlat: Bool
    }

    mutating func render(_ layout: Layout) {
        var stack = [Work(layout: layout, indent: 0, isFlat: false)]
        while let work = stack.popLast() {
            switch work.layout {
            case .text(let text): append(text)
            case .line: if work.isFlat { append(" ") } else { newline(work.indent) }
            case .softline: if !work.isFlat { newline(work.indent) }
            case .hardline, .edge: newline(work.indent)
            case .opened: break
            case .blank: lines.append(RenderedLine())
            case .trailing(let comment): lines[lines.count - 1].comment = comment
            case .sequence(let parts):
                for part in parts.reversed() { stack.append(Work(layout: part, indent: work.indent, isFlat: work.isFlat)) }
            case .indented(let part):
                stack.append(Work(layout: part, indent: work.indent + (work.isFlat ? 0 : 4), isFlat: work.isFlat))
            // Its lines are its own, whatever the line that it begins on does.
            case .block(let part): stack.append(Work(layout: part, indent: work.indent + 4, isFlat: false))
            case .group(let part):
                let isFlat = work.isFlat || fits(Work(layout: part, indent: 0, isFlat: true), stack)
                stack.append(Work(layout: part, indent: work.indent, isFlat: isFlat))
            }
        }
    }

    private mutating func append(_ text: String) {
        lines[lines.count - 1].text += text
        column += displayWidth(text)
    }

    private mutating func newline(_ indent: Int) {
        lines.append(RenderedLine(text: String(repeating: " ", count: indent)))
        column = indent
    }

    /// Whether this, and what follows up to the next break, fits the line.
    private func fits(_ first: Work, _ rest: [Work]) -> Bool {
        var room = width - column
        var stack = [first]
        var next = rest.count
        while room >= 0 {
            if stack.isEmpty {
                guard next > 0 else { return true }
                next -= 1
                stack.append(rest[next])
            }
            let work = stack.removeLast()
            switch work.layout {
            case .text(let text): room -= displayWidth(text)
            case .line:
                if !work.isFlat { return true }
                room -= 1
            case .softline: if !work.isFlat { return true }
            // A forced break ends the line that has to fit; a block in a call leaves the rest of the call as it is.
            case .opened: break
            case .hardline, .edge, .blank, .trailing: return true
            case .sequence(let parts):
                for part in parts.reversed() { stack.append(Work(layout: part, indent: 0, isFlat: work.isFlat)) }
            case .indented(let part), .block(let part): stack.append(Work(layout: part, indent: 0, isFlat: work.isFlat))
            case .group(let part): stack.append(Work(layout: part, indent: 0, isFlat: work.isFlat))
            }
        }
        return false
    }

    /// The lines as one text; comments behind the code of lines that follow one another stand in one column.
    func text() -> String {
        var result = ""
        var index = 0
        while index < lines.count {
            var end = index
            while end < lines.count, lines[end].comment != nil { end += 1 }
            if end == index {
                result += trimmed(lines[index].text) + "\n"
                index += 1
                continue
            }
            let widths = lines[index..<end].map { displayWidth(trimmed($0.text)) }
            let longest = widths.max() ?? 0
            for line in index..<end {
                let gap = longest + 2 <= width - 30 ? longest - widths[line - index] + 2 : 2
                result += trimmed(lines[line].text) + String(repeating: " ", count: gap) + (lines[line].comment ?? "") + "\n"
            }
            index = end
        }
        return result
    }

    private func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
