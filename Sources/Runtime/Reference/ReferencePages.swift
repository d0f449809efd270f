/// The reference pages, generated from the declarations: one page for primitives, one for builtins, one for the prelude.
package struct ReferencePages {
    /// A page's file name and its text.
    package let pages: [(name: String, text: String)]

    package init(_ interpreter: Interpreter) {
        let help = interpreter.allHelp
        let bodies = ReferencePages.kinds.map { page -> (name: String, text: String) in
            let entries = help.filter { $0.kind == page.kind }
            return (page.name, ReferencePages.text(page.title, page.opening, entries, page.kind))
        }
        pages = [("README.md", ReferencePages.index(help))] + bodies
    }

    private static let kinds: [(kind: Help.Kind, name: String, title: String, opening: String)] = [
        (
            .primitive, "primitives.md", "Primitives",
            "What tapes record and formulas are made of. All work on numbers and tensors; those with a derivative have it to every order."
        ),
        (
            .builtin, "builtins.md", "Builtins",
            "Functions that make and take apart values, draw random numbers, differentiate, train, read and print."
        ),
        (
            .prelude, "prelude.md", "The prelude",
            "The part of the language that is written in the language. `:source NAME` prints what runs; copy it and change it."
        ),
    ]

    // MARK: Pages

    private static let notice = "<!-- Written by scripts/reference from the declarations. -->\n\n"

    private static func index(_ help: [Help]) -> String {
        var text = notice + "# Reference\n"
        for page in kinds {
            text += "\n## [\(page.title)](\(page.name))\n\n\(page.opening)\n\n"
            for (family, entries) in families(help.filter { $0.kind == page.kind }, page.kind) {
                let links = entries.map { "[`\($0.name)`](\(page.name)#\(anchor($0.name)))" }
                text += "- **\(family)**: \(links.joined(separator: ", "))\n"
            }
        }
        return text
    }

    private static func text(_ title: String, _ opening: String, _ entries: [Help], _ kind: Help.Kind) -> String {
        notice + "# \(title)\n\n\(opening)\n"
            + families(entries, kind).map { family, entries in
                "\n## \(family)\n" + entries.map(entry).joined()
            }.joined()
    }

    private static func entry(_ help: Help) -> String {
        var text = "\n<a id=\"\(anchor(help.name))\"></a>\n### `\(help.signature)`\n\n\(sentence(help.summary))\n"
        if !help.options.isEmpty { text += "\n" + help.options.map { "- `\($0.name)`: \($0.note)\n" }.joined() }
        if !help.examples.isEmpty { text += fenced(help.examples.joined(separator: "\n")) }
        if let source = help.source { text += "\nDefined as:\n" + fenced(source) }
        return text
    }

    private static func fenced(_ code: String) -> String { "\n```\n\(code)\n```\n" }

    /// The first letter stays: it may be a name, as in "x where it is positive".
    private static func sentence(_ summary: String) -> String { summary + "." }

    // MARK: Order

    /// Headings in the order in which the language lists them, and what stands under each by name.
    private static func families(_ entries: [Help], _ kind: Help.Kind) -> [(String, [Help])] {
        let groups = Dictionary(grouping: entries, by: \.family)
        let order = titles(kind).enumerated().reduce(into: [String: Int]()) { $0[$1.element] = $1.offset }
        return groups.sorted { (order[$0.key] ?? .max, $0.key) < (order[$1.key] ?? .max, $1.key) }
            .map { ($0.key, $0.value.sorted { $0.name < $1.name }) }
    }

    private static func titles(_ kind: Help.Kind) -> [String] {
        switch kind {
        case .primitive: Help.primitiveFamilies
        case .builtin: Builtin.Family.allCases.map(\.rawValue)
        case .prelude: Prelude.files.map(\.title)
        case .own: []
        }
    }

    private static func anchor(_ name: String) -> String { name == "π" ? "pi" : name }
}
