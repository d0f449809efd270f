/// A source text of a program: a file, one input at the prompt, or a part of the prelude.
package struct SourceID: Hashable, Sendable {
    package let number: Int32
    package init(_ number: Int32) { self.number = number }
}

/// A half-open range of UTF-8 offsets in one source.
package struct Span: Hashable, Sendable {
    package let source: SourceID
    package let start: Int32
    package let end: Int32

    package init(_ source: SourceID, _ start: Int, _ end: Int) {
        self.source = source
        self.start = Int32(start)
        self.end = Int32(end)
    }

    package func contains(_ other: Span) -> Bool { source == other.source && start <= other.start && other.end <= end }

    /// The smallest span that covers both.
    package func joined(with other: Span) -> Span {
        Span(source, Int(min(start, other.start)), Int(max(end, other.end)))
    }
}
