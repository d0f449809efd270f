import CZlib
package import Tensors

/// The format of MNIST (Y. LeCun): a type, the lengths of the axes, the numbers, all big-endian; gzipped or not.
package enum IDX {
    package static func read(_ bytes: [UInt8]) throws(DataError) -> Tensor {
        var reader = ByteReader(bytes.starts(with: [0x1F, 0x8B]) ? try Gzip.inflate(bytes) : bytes)
        guard try reader.integer(2, bigEndian: true) == 0 else { throw DataError("this is no idx file") }
        let codes: [UInt64: String] = [0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"]
        guard let code = codes[try reader.integer(1, bigEndian: true)] else { throw DataError("the idx file's type of numbers is not known") }
        let rank = Int(try reader.integer(1, bigEndian: true))
        var axes: [Int] = []
        for _ in 0..<rank { axes.append(Int(try reader.integer(4, bigEndian: true))) }
        let shape: Shape
        do throws(PrimitiveError) {
            shape = try Shape.checked(axes, limit: max(1, reader.left))
        } catch {
            throw DataError("the idx file announces the shape \(axes), more than it holds")
        }
        guard let size = Int(String(code.suffix(1))), shape.count <= reader.left / size else {
            throw DataError("the file ends too early: the shape \(axes) was announced")
        }
        var numbers: [Double] = []
        numbers.reserveCapacity(shape.count)
        for _ in 0..<shape.count { numbers.append(RawNumbers.number(try reader.integer(size, bigEndian: true), code)) }
        return Tensor(numbers, shape: shape)
    }
}

/// Compressed files.
enum Gzip {
    /// What a compressed file may grow to.
    private static let most = 4 << 30

    static func inflate(_ bytes: [UInt8]) throws(DataError) -> [UInt8] {
        var stream = z_stream()
        guard grad_inflate_init_gzip(&stream) == Z_OK else { throw DataError("the compressed file cannot be opened") }
        defer { inflateEnd(&stream) }
        var input = bytes
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var status = Z_OK
        let count = input.count
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(clamping: count)
            while status == Z_OK, result.count < most {
                let made = chunk.withUnsafeMutableBufferPointer { out -> Int in
                    stream.next_out = out.baseAddress
                    stream.avail_out = UInt32(out.count)
                    status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    return out.count - Int(stream.avail_out)
                }
                result.append(contentsOf: chunk[..<made])
                if made == 0 && stream.avail_in == 0 { break }
            }
        }
        guard status == Z_STREAM_END else { throw DataError("the compressed file is damaged or ends too early") }
        return result
    }
}
