/// A language in which Grad speaks to a learner. The names and signs of Grad itself, and the decimal point, are the same in all.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case portuguese = "pt"

    /// From a code or a locale: `pt`, `pt-BR`, `pt_BR.UTF-8`; `nil` for one that Grad does not speak.
    package init?(code: String) {
        let language = code.prefix { $0.isASCII && $0.isLetter }
        guard let found = Language.allCases.first(where: { $0.rawValue == language.lowercased() }) else { return nil }
        self = found
    }

    /// What the locale of the environment asks for, English where it asks for nothing that Grad speaks. `LC_ALL` goes before
    /// `LC_MESSAGES`, and that before `LANG`, as POSIX has it.
    package static func preferred(environment: (String) -> String?) -> Language {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"]
        let locale = names.lazy.compactMap(environment).first { !$0.isEmpty }
        return locale.flatMap(Language.init(code:)) ?? .english
    }
}
