/// The text of a paragraph: code, emphasis, links, formulas, escapes. After CommonMark, without raw HTML: what looks like a tag is text.
package struct Inlines {
    private let characters: [Character]
    private var position = 0
    private let math: (String) -> String?
    private var depth: Int
    /// Where emphasis seems to begin that nothing ends: known after one try, so that many of them take no time.
    private var unclosed: Set<Int> = []
    /// From where on no mark of a kind ends emphasis.
    private var lastClosing: [String: Int] = [:]
    private let lastLink: Int

    private static let mostNested = 30

    /// - Parameter math: a Grad expression as a formula; `nil` for what is none.
    package static func html(_ text: String, math: @escaping (String) -> String? = { _ in nil }) -> String { html(text, math, depth: 0) }

    private static func html(_ text: String, _ math: @escaping (String) -> String?, depth: Int) -> String {
        var inlines = Inlines(characters: Array(text), math: math, depth: depth)
        return inlines.run(until: nil)
    }

    private init(characters: [Character], math: @escaping (String) -> String?, depth: Int) {
        (self.characters, self.math, self.depth) = (characters, math, depth)
        lastLink = characters.indices.dropLast().last { characters[$0] == "]" && characters[$0 + 1] == "(" } ?? -1
    }

    private func peek(_ distance: Int = 0) -> Character? {
        position + distance >= 0 && position + distance < characters.count ? characters[position + distance] : nil
    }

    /// Up to a closing run of emphasis, which is consumed; all of it without one.
    private mutating func run(until close: String?) -> String {
        var result = ""
        while let character = peek() {
            if let close, isClosing(close) {
                position += close.count
                return result
            }
            switch character {
            case "\\": result += escape()
            case "`": result += code()
            case "$": result += formula()
            case "*", "_": result += emphasis(character)
            case "[": result += link()
            case "<": result += automatic()
            case "\n":
                position += 1
                // Two spaces or a backslash before the line's end break it.
                if result.hasSuffix("  ") {
                    while result.hasSuffix(" ") { result.removeLast() }
                    result += "<br/>"
                }
                result += "\n"
            default:
                result += escaped(String(character))
                position += 1
            }
        }
        return result
    }

    // MARK: Parts

    private mutating func escape() -> String {
        position += 1
        guard let next = peek() else { return "\\" }
        position += 1
        if next == "\n" { return "<br/>\n" }
        return "\\`*_{}[]()<>#+-.!|$~\"'".contains(next) ? escaped(String(next)) : "\\" + escaped(String(next))
    }

    /// Between runs of as many backquotes as it began with.
    private mutating func code() -> String {
        let start = position
        while peek() == "`" { position += 1 }
        let count = position - start
        var end = position
        while end < characters.count {
            guard characters[end] == "`" else { end += 1; continue }
            var run = end
            while run < characters.count, characters[run] == "`" { run += 1 }
            if run - end == count {
                var content = String(characters[position..<end]).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
                if content.hasPrefix(" "), content.hasSuffix(" "), content.contains(where: { $0 != " " }) {
                    content = String(content.dropFirst().dropLast())
                }
                position = run
                return element("code", escaped(content))
            }
            end = run
        }
        return String(repeating: "`", count: count)
    }

    private mutating func formula() -> String {
        guard let end = characters[(position + 1)...].firstIndex(of: "$"), end > position + 1 else {
            position += 1
            return "$"
        }
        let content = String(characters[(position + 1)..<end])
        // "from $5 to $6" holds no formula.
        guard content.first != " ", content.last != " ", let set = math(content) else {
            position += 1
            return "$"
        }
        position = end + 1
        return set
    }

    private mutating func emphasis(_ mark: Character) -> String {
        let count = peek(1) == mark ? 2 : 1
        let marks = String(repeating: mark, count: count)
        guard isOpening(mark, count), depth < Inlines.mostNested, !unclosed.contains(position), mayClose(marks) else {
            position += count
            return marks
        }
        let start = position
        position += count
        depth += 1
        let content = run(until: marks)
        depth -= 1
        let isClosed = position >= count && position <= characters.count && String(characters[(position - count)..<position]) == marks
            && position > start + count && isLeftOf(position - count)
        if isClosed, !content.isEmpty { return element(count == 2 ? "strong" : "em", content) }
        unclosed.insert(start)
        position = start + count
        return marks
    }

    private mutating func mayClose(_ marks: String) -> Bool {
        if lastClosing[marks] == nil {
            let start = position
            defer { position = start }
            lastClosing[marks] = characters.indices.last { place in
                position = place
                return isClosing(marks)
            } ?? -1
        }
        return position < lastClosing[marks] ?? -1
    }

    /// Whether what stands before a place is no space: a closing mark leans on a word.
    private func isLeftOf(_ place: Int) -> Bool { place > 0 && !characters[place - 1].isWhitespace }

    private func isOpening(_ mark: Character, _ count: Int) -> Bool {
        guard let next = peek(count), !next.isWhitespace else { return false }
        // An underscore inside a word is part of a name.
        return mark == "*" || !(peek(-1).map { $0.isLetter || $0.isNumber } ?? false)
    }

    private func isClosing(_ marks: String) -> Bool {
        guard let mark = marks.first, isLeftOf(position) else { return false }
        guard (0..<marks.count).allSatisfy({ peek($0) == mark }) else { return false }
        if marks.count == 1, peek(1) == mark { return false }
        return mark == "*" || !(peek(marks.count).map { $0.isLetter || $0.isNumber } ?? false)
    }

    // MARK: Links

    private mutating func link() -> String {
        let start = position
        guard depth < Inlines.mostNested, position < lastLink, let close = matching("[", "]", from: position), close + 1 < characters.count, characters[close + 1] == "(",
            let end = matching("(", ")", from: close + 1)
        else {
            position += 1
            return "["
        }
        let target = String(characters[(close + 2)..<end])
        guard let safe = Inlines.safe(target) else {
            position = start + 1
            return "["
        }
        let text = Inlines.html(String(characters[(start + 1)..<close]), math, depth: depth + 1)
        position = end + 1
        return "<a href=\"\(escaped(safe))\">\(text)</a>"
    }

    /// `<https://…>`.
    private mutating func automatic() -> String {
        if let end = characters[position...].firstIndex(of: ">") {
            let target = String(characters[(position + 1)..<end])
            if target.hasPrefix("https://") || target.hasPrefix("http://"), !target.contains(where: \.isWhitespace) {
                position = end + 1
                return "<a href=\"\(escaped(target))\">\(escaped(target))</a>"
            }
        }
        position += 1
        return "&lt;"
    }

    /// A page opened from disk must not run what a comment says: only the usual schemes, and places in the neighbourhood.
    private static func safe(_ target: String) -> String? {
        guard !target.isEmpty, !target.contains(where: \.isWhitespace) else { return nil }
        let scheme = target.prefix { $0 != ":" && $0 != "/" && $0 != "#" && $0 != "?" }
        guard scheme.count < target.count, target[scheme.endIndex] == ":" else { return target }
        return ["http", "https", "mailto"].contains(scheme.lowercased()) ? target : nil
    }

    private func matching(_ open: Character, _ close: Character, from start: Int) -> Int? {
        var depth = 0
        var index = start
        while index < characters.count {
            if characters[index] == "\\" {
                index += 2
                continue
            }
            if characters[index] == open { depth += 1 }
            if characters[index] == close {
                depth -= 1
                if depth == 0 { return index }
            }
            index += 1
        }
        return nil
    }
}
