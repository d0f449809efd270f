import Foundation
import FuzzSupport
import Runtime
import Testing

/// What `scripts/fuzz` found: programs that failed once must end in values or messages, format to the same tree, and leave their session
/// alive.
@Suite struct FuzzTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    private static let corpus = tests.appendingPathComponent("Fuzz/Corpus")

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: corpus.path)) ?? []).filter { $0.hasSuffix(".grad") }.sorted()

    @Test func thereAreFiles() { #expect(FuzzTests.files.count >= 2) }

    @Test(arguments: files) func whatFailedOnce(_ file: String) throws {
        let bytes = [UInt8](try Data(contentsOf: FuzzTests.corpus.appendingPathComponent(file)))
        _ = try Checks.parse(bytes)
        _ = try Checks.format(bytes)
        try Checks.run(bytes)
    }

    /// Programs that a grammar makes, the same ones every time; the one under way stays in the file that is told, should the process end.
    /// Most must run: what is refused before tries the parser, the formatter and the resolver alone.
    @Test func programsOfTheGrammar() {
        let report = DeepStack.run { Generators.grammar(FuzzTests.options("grammar", count: 150)) }
        #expect(report.faults == [])
        #expect(report.tried == 150)
        #expect(report.finished + report.failed > 120, "\(report)")
        #expect(report.finished > 30, "\(report)")
    }

    @Test func mutationsOfGoldenCases() {
        let cases = FuzzTests.tests.appendingPathComponent("LanguageTests/Cases").path
        let report = DeepStack.run { Generators.mutate(FuzzTests.options("mutate", count: 60), folders: [cases]) }
        #expect(report.faults == [])
        #expect(report.tried == 60)
    }

    private static func options(_ name: String, count: Int) -> Generators.Options {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("grad-\(name)-\(UUID().uuidString).grad").path
        print("programs of \(name): \(file)")
        return Generators.Options(["-seed=1", "-seconds=600", "-count=\(count)", "-file=\(file)"])
    }
}
