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

        /// The options of a session that you say nothing about.
        public init() {}
    }

    /// Seconds of a clock that never goes back.
    public static func systemClock() -> Double {
        let passed = ContinuousClock.now - clockStart
        return Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18
    }

    private static let clockStart = ContinuousClock.now
}
