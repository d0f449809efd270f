/// Whether a text is a well-formed XML document: tags that match, attributes in quotes and once each, only the five
/// named entities, no stray `<` or `&`, no characters that XML forbids.
package struct XMLChecker {
    private var rest: Substring.UnicodeScalarView
    private var open: [String] = []
    private var hadRoot = false

    /// What is wrong, with the text that follows; `nil` when nothing is.
    package static func problem(in text: String) -> String? {
        var checker = XMLChecker(rest: text[...].unicodeScalars)
        do throws(Problem) {
            try checker.document()
            return nil
        } catch {
            return error.text + " before: " + String(String(checker.rest.prefix(60)))
        }
    }

    private struct Problem: Error { let text: String }

    private init(rest: Substring.UnicodeScalarView) { self.rest = rest }

    private mutating func document() throws(Problem) {
        while let next = rest.first {
            if next == "<" { try tag() } else { try content() }
        }
        if let last = open.last { throw Problem(text: "<\(last)> is not closed") }
        if !hadRoot { throw Problem(text: "no element") }
    }

    private mutating func tag() throws(Problem) {
        rest.removeFirst()
        let isClosing = take("/")
        let name = word()
        if name.isEmpty { throw Problem(text: "a tag without name") }
        if isClosing {
            guard take(">"), open.popLast() == name else { throw Problem(text: "</\(name)> does not match") }
            return
        }
        if open.isEmpty, hadRoot { throw Problem(text: "a second root") }
        hadRoot = true
        var seen: Set<String> = []
        while true {
            let hadSpace = skipSpace()
            if take("/") {
                guard take(">") else { throw Problem(text: "/ without >") }
                return
            }
            if take(">") { return open.append(name) }
            let attribute = word()
            guard hadSpace, !attribute.isEmpty, seen.insert(attribute).inserted, take("="), take("\"") else { throw Problem(text: "a bad attribute \(attribute)") }
            while let next = rest.first, next != "\"" { try character(next) }
            guard take("\"") else { throw Problem(text: "an attribute without end") }
        }
    }

    private mutating func content() throws(Problem) {
        guard let next = rest.first else { return }
        if open.isEmpty, !next.properties.isWhitespace { throw Problem(text: "text outside the root") }
        try character(next)
    }

    private mutating func character(_ scalar: Unicode.Scalar) throws(Problem) {
        let isAllowed = scalar.value >= 0x20 || [0x9, 0xA, 0xD].contains(scalar.value)
        guard isAllowed, scalar != "<", scalar.value & 0xFFFE != 0xFFFE else { throw Problem(text: "a forbidden character") }
        rest.removeFirst()
        guard scalar == "&" else { return }
        let entity = String(String.UnicodeScalarView(rest.prefix { $0 != ";" && $0 != "<" }))
        guard ["amp", "lt", "gt", "quot", "#39"].contains(entity) else { throw Problem(text: "a bad entity") }
        rest.removeFirst(entity.unicodeScalars.count + 1)
    }

    private mutating func word() -> String {
        let name = rest.prefix { $0.properties.isAlphabetic || "-_:".unicodeScalars.contains($0) || ("0"..."9").contains($0) }
        rest.removeFirst(name.count)
        return String(String.UnicodeScalarView(name))
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipSpace() -> Bool {
        let count = rest.prefix { $0.properties.isWhitespace }.count
        rest.removeFirst(count)
        return count > 0
    }
}
