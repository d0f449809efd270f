/// What went wrong inside a primitive, in the terms of shapes and numbers alone. The layers above add the operands'
/// source text, the place and the calls under way.
package struct PrimitiveError: Error, Sendable, Equatable {
    /// One sentence without a full stop.
    package let message: String
    /// The operands whose shapes belong to the explanation, by position; the runtime writes "`X @ w` is [3]" for each.
    package let operands: [Int]
    /// What to try.
    package let hint: String?
    /// The limit of the session that was hit, if that is what went wrong.
    package let limit: Limit?
    /// Nothing went wrong: somebody asked to stop.
    package let isInterruption: Bool

    package init(_ message: String, operands: [Int] = [], hint: String? = nil, limit: Limit? = nil, isInterruption: Bool = false) {
        self.message = message
        self.operands = operands
        self.hint = hint
        self.limit = limit
        self.isInterruption = isInterruption
    }
}
