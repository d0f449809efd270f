import Syntax
package import Wording

/// Blocks of text as HTML.
package struct MarkdownHTML {
    /// Sections found so far, for the list of contents.
    private(set) var sections: [(id: String, title: String)] = []
    private(set) var title: String?

    private let language: Language

    package init(_ language: Language = .english) { self.language = language }

    package mutating func html(_ blocks: [Markdown.Block]) -> String { blocks.map { html($0) + "\n" }.joined() }

    private mutating func html(_ block: Markdown.Block) -> String {
        switch block {
        case .heading(let level, let text): return heading(level, text)
        case .paragraph(let text): return paragraph(text)
        case .code(let text, let language): return code(text, language)
        case .rule: return "<hr/>"
        case .quote(let blocks): return element("blockquote", "\n" + html(blocks))
        case .list(let items, let start, let isTight): return list(items, start, isTight)
        case .table(let head, let alignment, let rows): return table(head, alignment, rows)
        }
    }

    private func inlines(_ text: String) -> String { Inlines.html(text) { Formula.html($0, language) } }

    private mutating func heading(_ level: Int, _ text: String) -> String {
        if level == 1, title == nil { title = text }
        guard level == 2 else { return element("h\(level)", inlines(text)) }
        let id = "s\(sections.count + 1)"
        sections.append((id, inlines(text)))
        return "<h2 id=\"\(id)\">\(inlines(text))</h2>"
    }

    /// One that is a formula and nothing else stands on a line of its own.
    private func paragraph(_ text: String) -> String {
        if text.hasPrefix("$$"), text.hasSuffix("$$"), text.count > 4, let set = Formula.html(String(text.dropFirst(2).dropLast(2)), isDisplayed: true, language) {
            return element("div", set, class: "formula")
        }
        return element("p", inlines(text))
    }

    /// Text that parses is a program; a command or a table of numbers is not.
    private func code(_ text: String, _ language: String) -> String {
        let source = Source(id: SourceID(0), name: "", text: text)
        let isProgram = language == "grad" || language.isEmpty && !parse(source).diagnostics.hasErrors
        return element("pre", element("code", isProgram ? Highlighter.html(text) : escaped(text)), class: isProgram ? "grad" : "text")
    }

    private mutating func list(_ items: [[Markdown.Block]], _ start: Int?, _ isTight: Bool) -> String {
        let name = start == nil ? "ul" : "ol"
        let first = start.flatMap { $0 == 1 ? nil : " start=\"\($0)\"" } ?? ""
        let content = items.map { blocks -> String in
            if isTight, case .paragraph(let text)? = blocks.first {
                return element("li", inlines(text) + (blocks.count > 1 ? "\n" + html(Array(blocks.dropFirst())) : ""))
            }
            return element("li", "\n" + html(blocks))
        }
        return "<\(name)\(first)>\n\(content.joined(separator: "\n"))\n</\(name)>"
    }

    private func table(_ head: [String], _ alignment: [Markdown.Alignment], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ name: String) -> String {
            let cells = zip(cells, alignment).map { cell, side in
                "<\(name)\(side == .none ? "" : " class=\"\(side.rawValue)\"")>\(inlines(cell))</\(name)>"
            }
            return element("tr", cells.joined())
        }
        let isHeadless = head.allSatisfy(\.isEmpty)
        let top = isHeadless ? "" : element("thead", row(head, "th"))
        return "<div class=\"wide\"><table>\(top)<tbody>\n\(rows.map { row($0, "td") }.joined(separator: "\n"))\n</tbody></table></div>"
    }
}
