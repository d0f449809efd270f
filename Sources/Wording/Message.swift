/// Something that Grad says to a learner, in every language that it speaks: one declaration. A language that is missing does not compile.
///
/// `{name}` in a text stands for what is put in there. Both texts have the same of them, as a test sees to.
package struct Message: Sendable {
    package let english: String
    package let portuguese: String

    package init(_ english: String, pt portuguese: String) { (self.english, self.portuguese) = (english, portuguese) }

    package func template(in language: Language) -> String {
        switch language {
        case .english: english
        case .portuguese: portuguese
        }
    }

    /// The text with everything put in.
    package func callAsFunction(_ language: Language, _ parts: KeyValuePairs<String, String> = [:]) -> String {
        Message.filled(template(in: language), parts)
    }

    /// What stands in braces, in the order of the text.
    package static func placeholders(in template: String) -> [String] {
        template.split(separator: "{", omittingEmptySubsequences: false).dropFirst().compactMap { piece in
            piece.firstIndex(of: "}").map { String(piece[..<$0]) }
        }
    }

    /// One pass from left to right, so that braces in what is put in stay as they are.
    private static func filled(_ template: String, _ parts: KeyValuePairs<String, String>) -> String {
        guard !parts.isEmpty else { return template }
        var result = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            result += rest[..<open]
            result += parts.first { $0.key == name }?.value ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}
