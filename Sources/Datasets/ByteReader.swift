/// Reads binary files with every count checked: a header may lie.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var left: Int { bytes.count - position }

    mutating func take(_ count: Int) throws(DataError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= left else {
            throw DataError("the file ends too early: \(count) more bytes were announced, \(left) are there")
        }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func integer(_ count: Int, bigEndian: Bool) throws(DataError) -> UInt64 {
        let part = try take(count)
        return (bigEndian ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
