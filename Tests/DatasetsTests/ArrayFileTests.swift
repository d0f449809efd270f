import Datasets
import Tensors
import Testing

struct ArrayFileTests {
    @Test(arguments: [ElementType.f64, .f32])
    func npyReadsBack(_ type: ElementType) throws {
        let tensor = Tensor([1, -2.5, 3, 0.25, 5, 6], shape: Shape([2, 3])).converted(to: type)
        #expect(try NPY.read(NPY.write(tensor)).isIdentical(to: tensor))
    }

    @Test func npyCutAnywhereIsRefused() {
        let whole = NPY.write(Tensor([1, 2, 3]))
        for count in 0..<whole.count {
            #expect(throws: DataError.self) { try NPY.read(Array(whole.prefix(count))) }
        }
    }

    @Test func npyThatLiesAboutItsShapeIsRefused() throws {
        var bytes = NPY.write(Tensor([1, 2, 3]))
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "(")))
        bytes.replaceSubrange((place + 1)..<(place + 3), with: Array("9999999999999,".utf8))
        #expect(throws: DataError.self) { try NPY.read(bytes) }
    }

    @Test func idxReadsBytesAndShapes() throws {
        let bytes: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 255]
        let tensor = try IDX.read(bytes)
        #expect(tensor.shape == Shape([2, 2]))
        #expect(tensor.numbers == [1, 2, 3, 255])
        for count in 0..<bytes.count { #expect(throws: DataError.self) { try IDX.read(Array(bytes.prefix(count))) } }
    }

    @Test func idxThatLiesAboutItsLengthIsRefused() {
        #expect(throws: DataError.self) { try IDX.read([0, 0, 8, 1, 255, 255, 255, 255, 1]) }
    }
}

struct OtherFormTests {
    @Test(arguments: [ElementType.f64, .f32])
    func idxReadsBack(_ type: ElementType) throws {
        let whole = Tensor([0, 1, 254, 255], shape: Shape([2, 2]))
        #expect(try IDX.read(IDX.write(whole)).isIdentical(to: whole))
        let real = Tensor([0.5, -1, 254, .infinity], shape: Shape([4]), type: type)
        #expect(try IDX.read(IDX.write(real)).isIdentical(to: real))
        #expect(try IDX.read(Gzip.deflate(IDX.write(real))).isIdentical(to: real))
    }

    @Test func npyColumnsFirst() throws {
        let header = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n"
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + [1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 255, 255]
        let tensor = try NPY.read(bytes)
        #expect(tensor.shape == Shape([2, 3]) && tensor.numbers == [1, 2, 3, 4, 5, -1])
    }

    @Test func safetensorsReadsBack() throws {
        let tensors: [(String, Tensor)] = [
            ("a.b", Tensor([1, .nan, -0.0], shape: Shape([3, 1]))), ("ß", Tensor(7, type: .f32)), ("none", Tensor([], shape: Shape([0, 4]))),
        ]
        let read = try Safetensors(reading: Safetensors(tensors: tensors, metadata: [("a\"\n", "é\u{1}")]).bytes)
        #expect(read.tensors.map(\.name) == tensors.map(\.0))
        for (read, written) in zip(read.tensors, tensors) { #expect(read.tensor.isIdentical(to: written.1)) }
        #expect(read.text("a\"\n") == "é\u{1}")
    }

    /// 1, -2, the smallest and the largest that each holds.
    @Test(arguments: [
        ("F16", [0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0xFF, 0x7B], [1, -2, 0x1p-24, 65504]),
        ("BF16", [0x80, 0x3F, 0x00, 0xC0, 0x01, 0x00, 0x7F, 0x7F], [1, -2, 0x1p-133, 0x1.FEp127]),
    ] as [(String, [UInt8], [Double])])
    func halfPrecisionIsExact(_ type: String, _ bytes: [UInt8], _ numbers: [Double]) throws {
        let header = "{\"w\":{\"dtype\":\"\(type)\",\"shape\":[4],\"data_offsets\":[0,8]}}"
        let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        #expect(try Safetensors(reading: length + Array(header.utf8) + bytes)["w"]?.numbers == numbers)
    }

    @Test func compressedPartsAreJoined() throws {
        let (first, second) = (Array("one".utf8), [UInt8](repeating: 65, count: 3_000_000))
        #expect(try Gzip.inflate(Gzip.deflate(first) + Gzip.deflate(second)) == first + second)
        #expect(try Gzip.inflate(Gzip.deflate([])) == [])
        #expect(throws: DataError.self) { try Gzip.inflate(Gzip.deflate(first) + [1, 2, 3]) }
    }
}

struct JSONTests {
    @Test(arguments: [
        "null", "true", "[1,-2.5,1e+30,\"a\\\"b\\\\\\n\"]", "{\"a\":{},\"b\":[],\"ä\":\"\\u0001\"}", "[[[]]]", "0.1", "1e-300",
    ])
    func readsBack(_ text: String) throws {
        #expect(try JSON.parse(Array(text.utf8)).description == text)
    }

    @Test func escapesAreRead() throws {
        #expect(try JSON.parse(Array("\"\\u00e9\\ud83d\\ude00\\/\\b\\f\\t\"".utf8)) == .text("é😀/\u{8}\u{C}\t"))
    }

    @Test(arguments: [
        "", "[1,]", "{\"a\" 1}", "{a:1}", "[1 2]", "01", "+1", ".5", "1.", "--1", "1e", "nul", "\"a", "\"\\x\"", "\"\\ud800\"", "\"\n\"", "[1] 2", "NaN",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(throws: DataError.self) { try JSON.parse(Array(text.utf8)) }
    }
}
