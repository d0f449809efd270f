/// A source text with its place in the world: what spans point into.
///
/// Any bytes are accepted. A byte-order mark at the start belongs to no line; lines end at LF, CRLF or a lone CR.
package final class Source: Sendable {
    package let id: SourceID
    /// What messages call it: `lesson.grad`, `<input 3>`.
    package let name: String
    package let bytes: [UInt8]
    /// The offset at which each line begins; never empty.
    package let lineStarts: [Int32]
    /// The first offsets at which the bytes are not UTF-8 (at most sixteen are kept).
    package let malformed: [Int]

    /// Spans hold 32-bit offsets; what is longer is refused by the parser.
    package static let largestSize = 1 << 30

    package init(id: SourceID, name: String, bytes: [UInt8]) {
        self.id = id
        self.name = name
        self.bytes = bytes
        (lineStarts, malformed) = Source.survey(bytes)
    }

    package convenience init(id: SourceID, name: String, text: String) {
        self.init(id: id, name: name, bytes: Array(text.utf8))
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }
    package var lineCount: Int { lineStarts.count }
    package var hasByteOrderMark: Bool { lineStarts[0] == 3 }

    /// The text between two offsets, whatever they are: they are clamped to the source.
    package func text(_ start: Int, _ end: Int) -> String {
        let low = min(max(start, 0), bytes.count)
        let high = min(max(end, low), bytes.count)
        return String(decoding: bytes[low..<high], as: UTF8.self)
    }

    package func text(_ span: Span) -> String { text(Int(span.start), Int(span.end)) }

    /// The line, counted from 0, that holds an offset.
    package func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// Line and column, both counted from 1; columns count characters as a person sees them.
    package func location(of offset: Int) -> (line: Int, column: Int) {
        let line = lineIndex(of: offset)
        let start = Int(lineStarts[line])
        let end = min(max(offset, start), bytes.count)
        return (line + 1, 1 + characterCount(start, end))
    }

    /// The offsets of a line (counted from 0) without its line end.
    package func lineRange(_ index: Int) -> Range<Int> {
        guard index >= 0, index < lineStarts.count else { return bytes.count..<bytes.count }
        let start = min(Int(lineStarts[index]), bytes.count)
        var end = index + 1 < lineStarts.count ? Int(lineStarts[index + 1]) : bytes.count
        while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }

    private func characterCount(_ start: Int, _ end: Int) -> Int {
        let slice = bytes[start..<end]
        return slice.allSatisfy { $0 < 0x80 } ? slice.count : String(decoding: slice, as: UTF8.self).count
    }

    private static func survey(_ bytes: [UInt8]) -> (lines: [Int32], malformed: [Int]) {
        guard bytes.count <= largestSize else { return ([0], []) }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var lines = [Int32(start)]
        var malformed: [Int] = []
        var offset = start
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte >= 0x80 {
                guard let (_, length) = decodeScalar(bytes, offset) else {
                    if malformed.count < 16 { malformed.append(offset) }
                    offset += 1
                    continue
                }
                offset += length
                continue
            }
            offset += 1
            let isReturn = byte == 13 && !(offset < bytes.count && bytes[offset] == 10)
            if byte == 10 || isReturn { lines.append(Int32(offset)) }
        }
        return (lines, malformed)
    }
}

/// The scalar at an offset with its length in bytes, or `nil` where the bytes are not UTF-8.
func decodeScalar(_ bytes: [UInt8], _ offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
    let first = bytes[offset]
    let length: Int
    var value: UInt32
    switch first {
    case 0..<0x80: return (Unicode.Scalar(first), 1)
    case 0xC2..<0xE0: (length, value) = (2, UInt32(first & 0x1F))
    case 0xE0..<0xF0: (length, value) = (3, UInt32(first & 0x0F))
    case 0xF0..<0xF5: (length, value) = (4, UInt32(first & 0x07))
    default: return nil
    }
    guard offset + length <= bytes.count else { return nil }
    for index in offset + 1..<offset + length {
        guard bytes[index] & 0xC0 == 0x80 else { return nil }
        value = value << 6 | UInt32(bytes[index] & 0x3F)
    }
    let smallest: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
}
