import Plots
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Pictures as they were last approved, in `Snapshots`. With `GRAD_RECORD=1` they are written anew, and the run fails:
/// a person reads the difference.
@Suite struct SnapshotTests {
    @Test(arguments: Samples.all.map(\.name))
    func asText(name: String) throws {
        let figure = try #require(Samples.all.first { $0.name == name }).figure
        let kinds = [
            ("unicode, 76 columns", TextRenderer(width: 76, height: 12)),
            ("ASCII, 60 columns", TextRenderer(width: 60, height: 12, unicode: false)),
            ("unicode, 20 columns", TextRenderer(width: 20, height: 6)),
        ]
        let text = kinds.map { "== \($0)\n" + $1.render(figure) }.joined()
        let colored = TextRenderer(width: 60, height: 8, color: true).render(figure).split(separator: "\u{1B}", omittingEmptySubsequences: false)
        try compare(text + "== colour, ESC written as \\e\n" + colored.joined(separator: "\\e"), "\(name).txt")
    }

    @Test(arguments: Samples.all.map(\.name))
    func asSVG(name: String) throws {
        let figure = try #require(Samples.all.first { $0.name == name }).figure
        try compare(SVGRenderer(width: 480, height: 320).render(figure), "\(name).svg")
    }

    @Test func graph() throws {
        try compare(SVGRenderer().render(Samples.graph), "graph.svg")
    }

    private func compare(_ text: String, _ file: String) throws {
        let path = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Snapshots/" + file
        if let record = getenv("GRAD_RECORD"), record.pointee == Int8(bitPattern: UInt8(ascii: "1")) {
            let stream = try #require(fopen(path, "w"))
            fputs(text, stream)
            fclose(stream)
            Issue.record("recorded \(file): read the difference, then run again without GRAD_RECORD")
            return
        }
        let stored = try #require(read(path), "no snapshot \(file)")
        #expect(text == stored, "\(file) differs")
    }

    private func read(_ path: String) -> String? {
        guard let stream = fopen(path, "r") else { return nil }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer.prefix(count) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
