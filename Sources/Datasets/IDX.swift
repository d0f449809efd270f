package import Tensors

/// The format of MNIST (Y. LeCun): a type, the lengths of the axes, the numbers, all big-endian; gzipped or not.
package enum IDX {
    package static func read(_ bytes: [UInt8]) throws(DataError) -> Tensor {
        var reader = ByteReader(bytes.starts(with: Gzip.magic) ? try Gzip.inflate(bytes) : bytes)
        guard try reader.integer(2, bigEndian: true) == 0 else { throw DataError("this is no idx file") }
        let type = try reader.integer(1, bigEndian: true)
        guard let code = codes.first(where: { $0.type == type })?.code else { throw DataError("the idx file's type of numbers is not known") }
        let rank = Int(try reader.integer(1, bigEndian: true))
        var axes: [Int] = []
        for _ in 0..<rank { axes.append(Int(try reader.integer(4, bigEndian: true))) }
        let shape: Shape
        do throws(PrimitiveError) {
            shape = try RawNumbers.shape(axes, within: reader.left)
        } catch {
            throw DataError("the idx file announces the shape \(axes), more than it holds")
        }
        let size = RawNumbers.size(code)
        guard shape.rank <= 64, shape.count <= reader.left / size else {
            throw DataError("the file ends too early: the shape \(axes) was announced")
        }
        return RawNumbers.tensor(try reader.take(shape.count * size), code, shape, bigEndian: true)
    }

    private static let codes: [(type: UInt64, code: String)] = [
        (0x08, "u1"), (0x09, "i1"), (0x0B, "i2"), (0x0C, "i4"), (0x0D, "f4"), (0x0E, "f8"),
    ]

    /// As bytes where the numbers are whole and from 0 to 255, as pixels and labels are; else in the tensor's own type.
    package static func write(_ tensor: Tensor) throws(DataError) -> [UInt8] {
        guard tensor.rank < 256, tensor.shape.axes.allSatisfy({ $0 <= UInt32.max }) else { throw DataError("the tensor is too large for an idx file") }
        let numbers = tensor.numbers
        let areBytes = numbers.allSatisfy { UInt8(exactly: $0) != nil }
        var result: [UInt8] = [0, 0, areBytes ? 0x08 : tensor.type == .f32 ? 0x0D : 0x0E, UInt8(tensor.rank)]
        for axis in tensor.shape.axes { withUnsafeBytes(of: UInt32(axis).bigEndian) { result.append(contentsOf: $0) } }
        for number in numbers {
            if areBytes {
                result.append(UInt8(exactly: number) ?? 0)
            } else if tensor.type == .f32 {
                withUnsafeBytes(of: Float(number).bitPattern.bigEndian) { result.append(contentsOf: $0) }
            } else {
                withUnsafeBytes(of: number.bitPattern.bigEndian) { result.append(contentsOf: $0) }
            }
        }
        return result
    }
}
