import CZlib

/// Compressed files (RFC 1952), by zlib.
package enum Gzip {
    package static let magic: [UInt8] = [0x1F, 0x8B]
    /// What a compressed file may grow to: a few kilobytes can be made to swell to all the memory there is.
    private static let most = 1 << 30
    /// Bytes given to zlib at a time; it counts in 32 bits.
    private static let chunk = 1 << 20

    /// The bytes of a compressed file, of all its parts if it has several.
    package static func inflate(_ bytes: [UInt8]) throws(DataError) -> [UInt8] {
        var stream = z_stream()
        guard grad_inflate_init_gzip(&stream) == Z_OK else { throw DataError("there is no memory to read the file") }
        defer { inflateEnd(&stream) }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let code = run(&stream, bytes, &position, into: &result) { stream, _ in CZlib.inflate(stream, Z_NO_FLUSH) }
            guard result.count <= most else { throw DataError("the compressed file would grow to more than \(most) bytes") }
            guard code == Z_STREAM_END else { throw DataError("the compressed file is damaged or ends too early") }
            // Zeros may fill up the end.
            if bytes[position...].allSatisfy({ $0 == 0 }) { return result }
            guard inflateReset(&stream) == Z_OK else { throw DataError("there is no memory to read the file") }
        }
        return result
    }

    package static func deflate(_ bytes: [UInt8]) throws(DataError) -> [UInt8] {
        var stream = z_stream()
        guard grad_deflate_init_gzip(&stream) == Z_OK else { throw DataError("there is no memory to compress the file") }
        defer { deflateEnd(&stream) }
        var result: [UInt8] = []
        var position = 0
        let code = run(&stream, bytes, &position, into: &result) { stream, isLast in CZlib.deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH) }
        guard code == Z_STREAM_END else { throw DataError("the file cannot be compressed") }
        return result
    }

    /// Runs the stream over the bytes from a position, until it ends or fails, or the result passes the limit.
    private static func run(
        _ stream: inout z_stream, _ bytes: [UInt8], _ position: inout Int, into result: inout [UInt8],
        step: (UnsafeMutablePointer<z_stream>, _ isLast: Bool) -> Int32
    ) -> Int32 {
        var output = [UInt8](repeating: 0, count: chunk)
        var code = Z_OK
        while code == Z_OK, result.count <= most {
            var input = Array(bytes[position..<min(position + chunk, bytes.count)])
            let isLast = position + input.count == bytes.count
            let given = input.count
            let made = input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    code = step(&stream, isLast)
                    return output.count - Int(stream.avail_out)
                }
            }
            let taken = given - Int(stream.avail_in)
            position += taken
            result.append(contentsOf: output[..<made])
            // Without any progress the input has ended too early.
            if taken == 0, made == 0 { break }
        }
        return code
    }
}
