import Tensors

/// Numbers as they lie in files. A code is a letter and a count of bytes, as NumPy has them: `f8`, `i4`, `u1`; `bf` is the 16-bit
/// format that keeps the exponents of 32.
enum RawNumbers {
    static func number(_ bits: UInt64, _ code: String) -> Double {
        switch code {
        case "f8": Double(bitPattern: bits)
        case "f4": Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case "f2": half(UInt16(truncatingIfNeeded: bits))
        case "bf": Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits) << 16))
        case "i8": Double(Int64(bitPattern: bits))
        case "i4": Double(Int32(truncatingIfNeeded: bits))
        case "i2": Double(Int16(truncatingIfNeeded: bits))
        case "i1": Double(Int8(truncatingIfNeeded: bits))
        default: Double(bits)
        }
    }

    /// A shape that a header tells, whose numbers must fit into so many bytes; one with a length of 0 holds none.
    static func shape(_ axes: [Int], within bytes: Int) throws(PrimitiveError) -> Shape {
        try Shape.checked(axes, limit: axes.contains(0) ? Shape.largestCount : max(1, bytes))
    }

    static func size(_ code: String) -> Int { code == "bf" ? 2 : Int(String(code.suffix(1))) ?? 8 }

    /// IEEE 754's 16-bit format, whose numbers are all exact in 64 bits.
    private static func half(_ bits: UInt16) -> Double {
        let sign: Double = bits >> 15 == 0 ? 1 : -1
        let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }

    /// A tensor out of exactly as many bytes as its shape takes; 32-bit floats stay so, all else becomes 64-bit.
    static func tensor(_ bytes: ArraySlice<UInt8>, _ code: String, _ shape: Shape, bigEndian: Bool) -> Tensor {
        let size = size(code)
        precondition(bytes.count == shape.count * size, "the caller has checked the count")
        if code == "f4" {
            return Tensor(f32: shape) { numbers in
                fill(UnsafeMutableRawBufferPointer(numbers), bytes, size, bigEndian)
            }
        }
        return Tensor(f64: shape) { numbers in
            if code == "f8" { return fill(UnsafeMutableRawBufferPointer(numbers), bytes, size, bigEndian) }
            bytes.withUnsafeBytes { raw in
                for index in numbers.indices {
                    var bits: UInt64 = 0
                    for place in 0..<size {
                        let byte = UInt64(raw[index * size + place])
                        bits |= byte << UInt64(8 * (bigEndian ? size - 1 - place : place))
                    }
                    numbers[index] = number(bits, code)
                }
            }
        }
    }

    /// Copies numbers of `size` bytes, turned around where the machine has them the other way.
    private static func fill(_ target: UnsafeMutableRawBufferPointer, _ bytes: ArraySlice<UInt8>, _ size: Int, _ bigEndian: Bool) {
        bytes.withUnsafeBytes { source in
            guard bigEndian != (UInt16(1).littleEndian != 1) else { return target.copyMemory(from: source) }
            for start in stride(from: 0, to: source.count, by: size) {
                for place in 0..<size { target[start + place] = source[start + size - 1 - place] }
            }
        }
    }

    /// Adds a tensor's numbers, little-endian, in its own type.
    static func append(_ tensor: Tensor, to result: inout [UInt8]) {
        let count = tensor.count
        switch tensor.type {
        case .f64: tensor.withDoubles { append(UnsafeRawBufferPointer(start: $0, count: 8 * count), 8, to: &result) }
        case .f32: tensor.withFloats { append(UnsafeRawBufferPointer(start: $0, count: 4 * count), 4, to: &result) }
        }
    }

    private static func append(_ numbers: UnsafeRawBufferPointer, _ size: Int, to result: inout [UInt8]) {
        if UInt16(1).littleEndian == 1 { return result.append(contentsOf: numbers) }
        for start in stride(from: 0, to: numbers.count, by: size) { result.append(contentsOf: numbers[start..<(start + size)].reversed()) }
    }
}
