import Foundation
import FuzzSupport
import Testing

/// What `scripts/fuzz` found: programs that failed once must end in values or messages, format to the same tree, and leave their session
/// alive. A broken property ends the process.
@Suite struct FuzzTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let corpus = tests.appendingPathComponent("Fuzz/Corpus")

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: corpus.path)) ?? []).filter { $0.hasSuffix(".grad") }.sorted()

    @Test func thereAreFiles() { #expect(FuzzTests.files.count >= 2) }

    @Test(arguments: files) func whatFailedOnce(_ file: String) throws {
        let bytes = [UInt8](try Data(contentsOf: FuzzTests.corpus.appendingPathComponent(file)))
        _ = Checks.parse(bytes)
        _ = Checks.format(bytes)
        Checks.run(bytes)
    }
}
