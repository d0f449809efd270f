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

    /// Which files programs may read, by `import` and by functions that load data.
    public struct FileAccess {
        let read: ((String) throws -> [UInt8])?

        /// No files at all.
        public static var none: FileAccess { FileAccess(read: nil) }

        /// Whatever `read` gives for a path: from a folder, an archive or memory.
        ///
        /// - Parameter read: The bytes of the file at a path, which is as the program writes it; relative paths of an imported file are
        ///   made relative to the file that imports. An error that it throws becomes an error of the program.
        public static func reading(_ read: @escaping (String) throws -> [UInt8]) -> FileAccess { FileAccess(read: read) }

        private init(read: ((String) throws -> [UInt8])?) { self.read = read }
    }

    /// Seconds of a clock that never goes back.
    public static func systemClock() -> Double {
        let passed = ContinuousClock.now - clockStart
        return Double(passed.components.seconds) + Double(passed.components.attoseconds) * 1e-18
    }

    private static let clockStart = ContinuousClock.now
}
