import Datasets
import Tensors
import Testing

/// What a damaged or hostile file does to the readers: an error, or some value; never a trap.
struct RobustnessTests {
    /// A reader with a whole file of its form, in which every byte counts: cut anywhere it is refused.
    struct Form: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
        var isRefusedWhenCut = true
        let read: @Sendable ([UInt8]) throws -> Void
    }

    static let forms: [Form] = {
        let tensor = Tensor([1, -2.5, 3, 0.25, 5, 6], shape: Shape([2, 3]))
        let bytes = Tensor([0, 1, 2, 255], shape: Shape([2, 2]))
        let named = Safetensors(tensors: [("w", tensor), ("layers.0.b", tensor.converted(to: .f32)), ("n", Tensor(3))], metadata: [("form", "{\"a\": 1}")])
        let table = "name,x\n\"a, \"\"b\"\"\",1.5\nc,\n"
        return [
            Form(testDescription: "npy", bytes: NPY.write(tensor)) { _ = try NPY.read($0) },
            Form(testDescription: "idx", bytes: (try? IDX.write(bytes)) ?? []) { _ = try IDX.read($0) },
            Form(testDescription: "idx, compressed", bytes: (try? Gzip.deflate(IDX.write(tensor))) ?? []) { _ = try IDX.read($0) },
            Form(testDescription: "safetensors", bytes: named.bytes) { _ = try Safetensors(reading: $0) },
            Form(testDescription: "json", bytes: Array("{\"a\\u00e9\": [1, -2.5e3, true, null], \"b\": {}}".utf8)) { _ = try JSON.parse($0) },
            Form(testDescription: "csv", bytes: Array(table.utf8), isRefusedWhenCut: false) { _ = try CSV.parse($0) },
        ]
    }()

    @Test(arguments: forms) func wholeFilesAreRead(_ form: Form) throws {
        #expect(!form.bytes.isEmpty)
        try form.read(form.bytes)
    }

    @Test(arguments: forms) func cutAnywhere(_ form: Form) {
        for count in 0..<form.bytes.count {
            let part = Array(form.bytes.prefix(count))
            if form.isRefusedWhenCut {
                #expect(throws: DataError.self, "\(count) bytes") { try form.read(part) }
            } else {
                try? form.read(part)
            }
        }
    }

    /// Every byte in turn made each of some telling values, and many bytes at random.
    @Test(arguments: forms) func damagedAnywhere(_ form: Form) {
        for place in form.bytes.indices {
            for value: UInt8 in [0, 1, 0x22, 0x2C, 0x2D, 0x39, 0x7F, 0x80, 0xFF] {
                var bytes = form.bytes
                bytes[place] = value
                try? form.read(bytes)
            }
        }
        var generator = SeededGenerator(11)
        for _ in 0..<3000 {
            var bytes = form.bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            try? form.read(bytes)
        }
    }

    /// Headers that announce more than the file holds.
    @Test(arguments: [
        "'shape': (99999999999999, 9999999999999)", "'shape': (4611686018427387904, 2)", "'shape': (0, 9223372036854775807)",
        "'shape': (99999999999999999999,)", "'shape': (-1,)", "'shape': (2, 3", "'shape': 6",
    ])
    func npyThatLies(_ shape: String) {
        let header = "{'descr': '<f8', 'fortran_order': False, \(shape), }\n"
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [UInt8](repeating: 0, count: 48)
        #expect(throws: DataError.self) { try NPY.read(bytes) }
    }

    @Test(arguments: [
        "{\"w\":{\"dtype\":\"F64\",\"shape\":[1e18],\"data_offsets\":[0,8]}}", "{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,16]}}",
        "{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[-8,0]}}", "{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,0]}}",
        "{\"w\":{\"dtype\":\"F64\",\"shape\":[0.5],\"data_offsets\":[0,8]}}", "{\"w\":{\"dtype\":\"Q8\",\"shape\":[1],\"data_offsets\":[0,8]}}",
        "{\"w\":{\"dtype\":\"F64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", "[]", "{\"w\":3}", "{\"__metadata__\":3}",
        "{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[9e300,9e300]}}",
    ])
    func safetensorsThatLies(_ header: String) {
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        #expect(throws: DataError.self) { try Safetensors(reading: length + Array(header.utf8) + [UInt8](repeating: 0, count: 8)) }
    }

    @Test func headersOfImpossibleLengthAreRefused() {
        #expect(throws: DataError.self) { try Safetensors(reading: [UInt8](repeating: 255, count: 64)) }
        #expect(throws: DataError.self) { try IDX.read([0, 0, 0x0E, 255] + [UInt8](repeating: 255, count: 255 * 4)) }
    }

    @Test func nestingIsBounded() {
        #expect(throws: DataError.self) { try JSON.parse([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) }
    }

    @Test func separatorsAloneTakeNoUndueMemory() {
        #expect(throws: DataError.self) { try CSV.parse([UInt8](repeating: UInt8(ascii: ","), count: 2_000_000)) }
    }
}

/// Random numbers of a known seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
