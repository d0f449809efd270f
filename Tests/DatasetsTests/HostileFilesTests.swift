import Datasets
import Foundation
import Testing

/// Files that lie, cut at every byte and with every byte changed: each is read or refused with a message.
struct HostileFilesTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fuzz/Corpus")

    private static let loaders: [String: @Sendable ([UInt8]) throws -> Void] = [
        "csv": { _ = try CSV.parse($0) }, "npy": { _ = try NPY.read($0) }, "idx": { _ = try IDX.read($0) },
        "safetensors": { _ = try Safetensors(reading: $0) },
    ]

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
        loaders[URL(fileURLWithPath: $0).pathExtension] != nil
    }.sorted()

    private func read(_ file: String) throws -> (bytes: [UInt8], load: ([UInt8]) throws -> Void) {
        let url = HostileFilesTests.folder.appendingPathComponent(file)
        return ([UInt8](try Data(contentsOf: url)), try #require(HostileFilesTests.loaders[url.pathExtension]))
    }

    private func check(_ bytes: [UInt8], _ load: ([UInt8]) throws -> Void) {
        do {
            try load(bytes)
        } catch {
            #expect((error as? DataError)?.message.isEmpty == false)
        }
    }

    @Test func thereAreFiles() { #expect(HostileFilesTests.files.count >= 10) }

    @Test(arguments: files) func wholeFilesLoad(_ file: String) throws {
        let (bytes, load) = try read(file)
        try load(bytes)
    }

    @Test(arguments: files) func cutAtEveryByte(_ file: String) throws {
        let (bytes, load) = try read(file)
        for count in 0..<bytes.count { check(Array(bytes.prefix(count)), load) }
    }

    @Test(arguments: files) func everyByteChanged(_ file: String) throws {
        let (bytes, load) = try read(file)
        for place in bytes.indices {
            for value in [0, 1, 0x20, 0x39, 0x7F, 0x80, 0xFF, bytes[place] ^ 1] as [UInt8] {
                var changed = bytes
                changed[place] = value
                check(changed, load)
            }
        }
    }

    /// Tensors that lie in one another's bytes would take more memory than the file has.
    @Test func tensorsInTheSameBytes() {
        let entries = (0..<1000).map { "\"t\($0)\":{\"dtype\":\"F64\",\"shape\":[4],\"data_offsets\":[0,32]}" }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        let bytes = withUnsafeBytes(of: UInt64(header.count).littleEndian) { [UInt8]($0) } + header + [UInt8](repeating: 0, count: 32)
        #expect { try Safetensors(reading: bytes) } throws: { ($0 as? DataError)?.message.contains("another tensor") == true }
    }

    /// Shapes whose product overflows, or is beyond the file.
    @Test(arguments: [
        "(4294967296, 4294967296)", "(9223372036854775807,)", "(99999999999999999999,)", "(3, -1)", "(0, 9223372036854775807)", "(1,", "()", "(2)",
    ])
    func shapesOfNPY(_ shape: String) {
        var header = "{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }"
        header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        check(bytes) { _ = try NPY.read($0) }
    }

    @Test(arguments: [255, 128, 9] as [UInt8]) func ranksOfIDX(_ rank: UInt8) {
        check([0, 0, 8, rank] + [UInt8](repeating: 0xFF, count: 4 * Int(rank))) { _ = try IDX.read($0) }
        check([0, 0, 8, rank] + [UInt8](repeating: 0, count: 4 * Int(rank))) { _ = try IDX.read($0) }
    }

    /// Rows of very different length, and a row that never ends.
    @Test func rowsOfCSV() {
        check(Array((String(repeating: ",", count: 100_000) + "\n1\n").utf8)) { _ = try CSV.parse($0) }
        check(Array(("\"" + String(repeating: "a", count: 1_000_000)).utf8)) { _ = try CSV.parse($0) }
        check(Array(String(repeating: "1\n", count: 100_000).utf8)) { _ = try CSV.parse($0) }
        check([UInt8](repeating: 0, count: 1000)) { _ = try CSV.parse($0) }
    }
}
