import Datasets
import Foundation
import Tensors
import Testing

/// Files as NumPy and the safetensors library write them, made by `scripts/oracles/files.py`.
struct OtherProgramsTests {
    struct Entry: Sendable, CustomTestStringConvertible {
        let file: String
        /// In a file of several.
        let name: String?
        let shape: [Int]
        let numbers: [Double]
        var testDescription: String { file + (name.map { " \($0)" } ?? "") }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Files")

    static let entries: [Entry] = {
        let text = (try? String(contentsOf: folder.appendingPathComponent("expected.txt"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return Entry(
                file: words[0], name: words[1] == "-" ? nil : words[1], shape: words[2].split(separator: ",").compactMap { Int($0) },
                numbers: words.dropFirst(3).compactMap { Double($0) })
        }
    }()

    private func bytes(_ file: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: OtherProgramsTests.folder.appendingPathComponent(file))) }

    @Test func allFilesAreThere() { #expect(OtherProgramsTests.entries.count >= 30) }

    @Test(arguments: entries)
    func isRead(_ entry: Entry) throws {
        let bytes = try bytes(entry.file)
        let tensor = entry.file.hasSuffix(".npy") ? try NPY.read(bytes)
            : entry.file.hasSuffix(".safetensors") ? try Safetensors(reading: bytes)[entry.name ?? ""] : try IDX.read(bytes)
        #expect(tensor?.shape.axes == entry.shape)
        #expect(tensor?.numbers.map(\.bitPattern) == entry.numbers.map(\.bitPattern))
    }

    @Test func metadataIsRead() throws {
        #expect(try Safetensors(reading: bytes("model.safetensors")).text("note") == "é\n\"quoted\"")
    }

    /// What is written is what they would write.
    @Test(arguments: ["f8.npy", "f4-vector.npy", "number.npy", "none.npy"])
    func npyIsWrittenAlike(_ file: String) throws {
        #expect(try NPY.write(NPY.read(bytes(file))) == bytes(file))
    }

    @Test(arguments: ["float.idx", "double.idx"])
    func idxIsWrittenAlike(_ file: String) throws {
        #expect(try IDX.write(IDX.read(bytes(file))) == bytes(file))
    }
}
