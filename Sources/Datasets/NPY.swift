package import Tensors

/// NumPy's format for one array (NEP 1): versions 1 to 3, numbers of any size in row-major or column-major order.
package enum NPY {
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    package static func read(_ bytes: [UInt8]) throws(DataError) -> Tensor {
        var reader = ByteReader(bytes)
        guard bytes.count >= 8, try reader.take(6).elementsEqual(magic) else { throw DataError("this is no npy file") }
        let version = try reader.integer(1, bigEndian: false)
        _ = try reader.take(1)
        let length = try reader.integer(version == 1 ? 2 : 4, bigEndian: false)
        let header = String(decoding: try reader.take(Int(clamping: length)), as: UTF8.self)
        guard let kind = value("descr", in: header), let order = value("fortran_order", in: header), let axes = shape(header) else {
            throw DataError("the header of the npy file cannot be read")
        }
        let isFortran = order.hasPrefix("True")
        let shape: Shape
        do throws(PrimitiveError) {
            shape = try Shape.checked(axes, limit: max(1, bytes.count))
        } catch {
            throw DataError("the npy file announces the shape \(axes), more than it holds")
        }
        let type = kind.filter { $0 != "'" && $0 != "\"" }
        let numbers = try self.numbers(&reader, type, shape.count)
        let result = Tensor(isFortran ? rowMajor(numbers, shape) : numbers, shape: shape)
        return type.hasSuffix("f4") ? result.converted(to: .f32) : result
    }

    package static func write(_ tensor: Tensor) -> [UInt8] {
        let axes = tensor.shape.axes.map { "\($0)," }.joined(separator: " ")
        var header = "{'descr': '\(tensor.type == .f64 ? "<f8" : "<f4")', 'fortran_order': False, 'shape': (\(axes)), }"
        // Data begins at a multiple of 64 bytes, behind magic, version and length.
        while (header.utf8.count + 11) % 64 != 0 { header += " " }
        header += "\n"
        let length = UInt16(header.utf8.count)
        return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8) + RawNumbers.bytes(tensor)
    }

    /// The text behind `'key':` up to the next comma at this level.
    private static func value(_ key: String, in header: String) -> String? {
        guard let range = header.firstRange(of: "'\(key)'") else { return nil }
        let rest = header[range.upperBound...].drop { $0 == ":" || $0 == " " }
        return String(rest.prefix { $0 != "," && $0 != "}" }).trimmed
    }

    private static func shape(_ header: String) -> [Int]? {
        guard let range = header.firstRange(of: "'shape'"), let open = header[range.upperBound...].firstIndex(of: "("),
            let close = header[open...].firstIndex(of: ")")
        else { return nil }
        let parts = header[header.index(after: open)..<close].split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
        let axes = parts.compactMap { Int($0) }
        return axes.count == parts.count && axes.allSatisfy { $0 >= 0 } ? axes : nil
    }

    private static func numbers(_ reader: inout ByteReader, _ type: String, _ count: Int) throws(DataError) -> [Double] {
        let bigEndian = type.hasPrefix(">")
        let code = String(type.drop { "<>|=".contains($0) })
        let sizes = ["f8": 8, "f4": 4, "i8": 8, "i4": 4, "i2": 2, "i1": 1, "u8": 8, "u4": 4, "u2": 2, "u1": 1, "b1": 1]
        guard let size = sizes[code] else {
            throw DataError("numbers of type `\(type)` cannot be read", hint: "save the array as float64 or float32")
        }
        guard count <= reader.left / size else {
            throw DataError("the file ends too early: \(count) numbers were announced, \(reader.left / size) are there")
        }
        var result: [Double] = []
        result.reserveCapacity(count)
        for _ in 0..<count {
            let bits = try reader.integer(size, bigEndian: bigEndian)
            result.append(RawNumbers.number(bits, code))
        }
        return result
    }

    private static func rowMajor(_ numbers: [Double], _ shape: Shape) -> [Double] {
        guard shape.rank > 1 else { return numbers }
        let strides = shape.strides
        var result = numbers
        var place = [Int](repeating: 0, count: shape.rank)
        for number in numbers {
            result[zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }] = number
            var axis = 0
            while axis < shape.rank {
                place[axis] += 1
                if place[axis] < shape[axis] { break }
                place[axis] = 0
                axis += 1
            }
        }
        return result
    }
}

/// Numbers as they lie in files.
enum RawNumbers {
    static func number(_ bits: UInt64, _ code: String) -> Double {
        switch code {
        case "f8": Double(bitPattern: bits)
        case "f4": Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case "i8": Double(Int64(bitPattern: bits))
        case "i4": Double(Int32(truncatingIfNeeded: bits))
        case "i2": Double(Int16(truncatingIfNeeded: bits))
        case "i1": Double(Int8(truncatingIfNeeded: bits))
        default: Double(bits)
        }
    }

    /// Little-endian.
    static func bytes(_ tensor: Tensor) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(tensor.count * tensor.type.size)
        for number in tensor.numbers {
            switch tensor.type {
            case .f64: withUnsafeBytes(of: number.bitPattern.littleEndian) { result.append(contentsOf: $0) }
            case .f32: withUnsafeBytes(of: Float(number).bitPattern.littleEndian) { result.append(contentsOf: $0) }
            }
        }
        return result
    }
}
