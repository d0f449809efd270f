/// What is wrong with a file of data, with the place where there is one.
package struct DataError: Error, Equatable, Sendable {
    /// One sentence without a full stop.
    package let message: String
    /// Counted from 1; `nil` where the file has no lines.
    package let line: Int?
    package let column: Int?
    package let hint: String?

    package init(_ message: String, line: Int? = nil, column: Int? = nil, hint: String? = nil) {
        (self.message, self.line, self.column, self.hint) = (message, line, column, hint)
    }
}
