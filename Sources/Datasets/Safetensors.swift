package import Tensors

/// Tensors by name in one file, with texts beside them: the format of the safetensors project (a length, a JSON header with the place
/// of each tensor, then their bytes, little-endian).
package struct Safetensors {
    package var tensors: [(name: String, tensor: Tensor)]
    /// What the header says besides, by name.
    package var metadata: [(name: String, text: String)]

    package init(tensors: [(name: String, tensor: Tensor)] = [], metadata: [(name: String, text: String)] = []) {
        (self.tensors, self.metadata) = (tensors, metadata)
    }

    package subscript(name: String) -> Tensor? { tensors.first { $0.name == name }?.tensor }
    package func text(_ name: String) -> String? { metadata.first { $0.name == name }?.text }

    private static let metadataName = "__metadata__"
    /// The limit that the format sets for its header.
    private static let longestHeader = 100_000_000

    // MARK: Writing

    package var bytes: [UInt8] {
        var members: [(name: String, value: JSON)] = []
        if !metadata.isEmpty { members.append((Safetensors.metadataName, .object(metadata.map { ($0.name, .text($0.text)) }))) }
        var offset = 0
        for (name, tensor) in tensors {
            let end = offset + tensor.count * tensor.type.size
            members.append((name, .object([
                ("dtype", .text(tensor.type == .f64 ? "F64" : "F32")), ("shape", .array(tensor.shape.axes.map { .number(Double($0)) })),
                ("data_offsets", .array([.number(Double(offset)), .number(Double(end))])),
            ])))
            offset = end
        }
        var header = Array(JSON.object(members).description.utf8)
        // Tensors begin at a multiple of 8 bytes.
        while header.count % 8 != 0 { header.append(0x20) }
        var result: [UInt8] = []
        result.reserveCapacity(8 + header.count + offset)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { result.append(contentsOf: $0) }
        result += header
        for (_, tensor) in tensors { RawNumbers.append(tensor, to: &result) }
        return result
    }

    // MARK: Reading

    package init(reading bytes: [UInt8]) throws(DataError) {
        self.init()
        var reader = ByteReader(bytes)
        let length = Int(clamping: try reader.integer(8, bigEndian: false))
        guard length <= Safetensors.longestHeader else { throw DataError("this is no safetensors file") }
        let header = try JSON.parse(Array(try reader.take(length)))
        guard case .object(let members) = header else { throw DataError("this is no safetensors file") }
        let body = bytes[(8 + length)...]
        var held = 0
        for (name, value) in members {
            if name == Safetensors.metadataName {
                guard case .object(let texts) = value else { throw DataError("the header of the safetensors file cannot be read") }
                metadata = texts.compactMap { entry in entry.value.text.map { (entry.name, $0) } }
            } else {
                let (tensor, count) = try Safetensors.tensor(value, name, in: body)
                // Many that lie in the same bytes would need more memory than the file has, without end.
                held += count
                guard held <= body.count else { throw DataError("`\(name)` lies in bytes that belong to another tensor") }
                tensors.append((name, tensor))
            }
        }
    }

    private static func tensor(_ entry: JSON, _ name: String, in body: ArraySlice<UInt8>) throws(DataError) -> (Tensor, bytes: Int) {
        let axes = entry["shape"]?.array?.map(\.whole), offsets = entry["data_offsets"]?.array?.map(\.whole)
        guard let kind = entry["dtype"]?.text, let axes, let offsets, offsets.count == 2, let start = offsets[0], let end = offsets[1] else {
            throw DataError("the header of the safetensors file does not tell where `\(name)` is")
        }
        guard let type = types[kind] else { throw DataError("`\(name)` holds numbers of type \(kind), which cannot be read") }
        guard start >= 0, start <= end, end <= body.count else { throw DataError("`\(name)` lies beyond the end of the file") }
        let shape: Shape
        do throws(PrimitiveError) {
            // A length that is no whole number fails as a negative one does.
            shape = try RawNumbers.shape(axes.map { $0 ?? -1 }, within: end - start)
        } catch {
            throw DataError("`\(name)` is announced with the shape \(axes.map { $0 ?? -1 }), more than the file holds")
        }
        guard shape.rank <= 64, shape.count * type.size == end - start else {
            throw DataError("`\(name)` has the shape \(shape), which does not go with its \(end - start) bytes")
        }
        let part = body[(body.startIndex + start)..<(body.startIndex + end)]
        return (RawNumbers.tensor(part, type.code, shape, bigEndian: false), part.count)
    }

    /// The types of the format that fit into doubles, as `RawNumbers` calls them.
    private static let types: [String: (code: String, size: Int)] = [
        "F64": ("f8", 8), "F32": ("f4", 4), "F16": ("f2", 2), "BF16": ("bf", 2), "I64": ("i8", 8), "I32": ("i4", 4), "I16": ("i2", 2),
        "I8": ("i1", 1), "U64": ("u8", 8), "U32": ("u4", 4), "U16": ("u2", 2), "U8": ("u1", 1), "BOOL": ("b1", 1),
    ]
}
