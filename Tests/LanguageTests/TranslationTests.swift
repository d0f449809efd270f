import Foundation
import Syntax
import Testing

/// A lesson in another language is the same program with other comments.
@Suite struct TranslationTests {
    private static let folder = Page.root.appendingPathComponent("docs/lessons")

    private static func lessons(_ folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".grad") }.sorted()
    }

    static let translated = lessons(folder.appendingPathComponent("pt"))

    @Test(arguments: translated)
    func hasTheSameCode(_ name: String) throws {
        let original = try TranslationTests.source(TranslationTests.folder.appendingPathComponent(name))
        let translation = try TranslationTests.source(TranslationTests.folder.appendingPathComponent("pt/" + name))
        #expect(TranslationTests.code(translation) == TranslationTests.code(original))
        #expect(translation.text != original.text)
        #expect(format(translation) == translation.text)
    }

    /// As many blocks of text as the original: none was forgotten.
    @Test(arguments: translated)
    func hasEveryText(_ name: String) throws {
        let original = try TranslationTests.source(TranslationTests.folder.appendingPathComponent(name))
        let translation = try TranslationTests.source(TranslationTests.folder.appendingPathComponent("pt/" + name))
        #expect(TranslationTests.blocks(translation) == TranslationTests.blocks(original))
    }

    @Test func lessonsAreFound() {
        #expect(Set(TranslationTests.translated).isSuperset(of: ["01-descent.grad", "02-gradients.grad", "03-line.grad"]))
        #expect(Set(TranslationTests.translated).isSubset(of: TranslationTests.lessons(TranslationTests.folder)))
    }

    private static func source(_ file: URL) throws -> Source {
        Source(id: SourceID(0), name: file.lastPathComponent, bytes: [UInt8](try Data(contentsOf: file)))
    }

    private static func code(_ source: Source) -> [String] {
        tokens(of: source).tokens.map { source.text(Int($0.start), Int($0.end)) }
    }

    /// Blocks of comment lines, parted by anything else.
    private static func blocks(_ source: Source) -> Int {
        let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
        return zip([""] + lines, lines).count { !$0.hasPrefix("#") && $1.hasPrefix("#") }
    }
}
