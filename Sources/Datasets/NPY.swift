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
        let shape: Shape
        do throws(PrimitiveError) {
            shape = try RawNumbers.shape(axes, within: bytes.count)
        } catch {
            throw DataError("the npy file announces the shape \(axes), more than it holds")
        }
        let type = kind.filter { $0 != "'" && $0 != "\"" }
        let code = String(type.drop { "<>|=".contains($0) })
        guard codes.contains(code) else {
            throw DataError("numbers of type `\(type)` cannot be read", hint: "save the array as float64 or float32")
        }
        let size = RawNumbers.size(code)
        guard shape.rank <= 64, shape.count <= reader.left / size else {
            throw DataError("the file ends too early: \(shape.count) numbers were announced, \(reader.left / size) are there")
        }
        let tensor = RawNumbers.tensor(try reader.take(shape.count * size), code, shape, bigEndian: type.hasPrefix(">"))
        return order.hasPrefix("True") ? rowMajor(tensor) : tensor
    }

    private static let codes: Set<String> = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"]

    package static func write(_ tensor: Tensor) -> [UInt8] {
        // As Python writes a tuple: of one number with a comma.
        let axes = tensor.shape.axes.map(String.init).joined(separator: ", ") + (tensor.rank == 1 ? "," : "")
        var header = "{'descr': '\(tensor.type == .f64 ? "<f8" : "<f4")', 'fortran_order': False, 'shape': (\(axes)), }"
        // Data begins at a multiple of 64 bytes, behind magic, version and length.
        while (header.utf8.count + 11) % 64 != 0 { header += " " }
        header += "\n"
        let length = UInt16(header.utf8.count)
        var result = magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8)
        RawNumbers.append(tensor, to: &result)
        return result
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

    /// Numbers that lie column by column, put row by row.
    private static func rowMajor(_ tensor: Tensor) -> Tensor {
        let shape = tensor.shape
        guard shape.rank > 1 else { return tensor }
        let strides = shape.strides
        var result = [Double](repeating: 0, count: tensor.count)
        var place = [Int](repeating: 0, count: shape.rank)
        var target = 0
        for number in tensor.numbers {
            result[target] = number
            // The first axis runs fastest.
            for axis in 0..<shape.rank {
                place[axis] += 1
                target += strides[axis]
                if place[axis] < shape[axis] { break }
                target -= strides[axis] * shape[axis]
                place[axis] = 0
            }
        }
        return Tensor(result, shape: shape, type: tensor.type)
    }
}

extension String {
    /// Without spaces at its ends.
    fileprivate var trimmed: String {
        let start = drop { $0 == " " }
        return String(start[..<(start.lastIndex { $0 != " " }.map(start.index(after:)) ?? start.startIndex)])
    }
}
