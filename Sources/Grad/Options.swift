import Wording

extension Session {
    /// Where random numbers start, and how numbers are shown.
    public struct Options: Sendable {
        /// Where random numbers start: the same seed gives the same numbers.
        public var seed = 0
        /// Significant digits of numbers in strings and messages, 1 to 17; 17 shows every number exactly.
        public var digits = 10
        /// Whether a program stops where NaN or an infinity comes out of finite numbers.
        public var stopsAtNaN = false
        /// What programs may use.
        public var limits = Limits()
        /// In which language `explain` and `diagnose` speak.
        public var language = Language.english

        /// The options of a session that you say nothing about.
        public init() {}
    }

    /// A language in which Grad speaks to a learner. Error messages are in English in all of them, and so is the decimal point.
    public enum Language: Sendable, CaseIterable {
        case english, portuguese

        /// From a code or a locale such as `pt` or `pt_BR.UTF-8`; `nil` for a language that Grad does not speak.
        public init?(code: String) {
            guard let language = Wording.Language(code: code) else { return nil }
            switch language {
            case .english: self = .english
            case .portuguese: self = .portuguese
            }
        }

        var lowered: Wording.Language {
            switch self {
            case .english: .english
            case .portuguese: .portuguese
            }
        }
    }

    /// Seconds of a clock that never goes back.
    public static func systemClock() -> Double {
        let passed = ContinuousClock.now - clockStart
        return Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18
    }

    private static let clockStart = ContinuousClock.now
}
