import Foundation
import Syntax
import Testing
import Wording

/// A lesson in another language is the same program with other comments, that finds its data one folder up.
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

    @Test func everyLessonIsTranslated() {
        #expect(TranslationTests.translated.contains("01-descent.grad"))
        #expect(TranslationTests.translated == TranslationTests.lessons(TranslationTests.folder))
    }

    /// What it prints stands in `Lessons/pt`.
    @Test(arguments: translated)
    func runs(_ name: String) throws {
        let folder = TranslationTests.folder.appendingPathComponent("pt")
        let bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
        let run = CommandRun(name: name, bytes: bytes, folders: folder, language: .portuguese)
        #expect(run.messages == "")
        let output = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Lessons/pt/\(name.dropLast(".grad".count)).out")
        let expected = try? String(decoding: Data(contentsOf: output), as: UTF8.self)
        try DocsTests.compare(run.output, with: expected ?? "", in: output.lastPathComponent) {
            try Data($0.utf8).write(to: output)
        }
    }

    private static func source(_ file: URL) throws -> Source {
        Source(id: SourceID(0), name: file.lastPathComponent, bytes: [UInt8](try Data(contentsOf: file)))
    }

    private static func code(_ source: Source) -> [String] {
        tokens(of: source).tokens.map { token in
            let text = source.text(Int(token.start), Int(token.end))
            return text.hasPrefix("\"../data/") ? "\"" + text.dropFirst(4) : text
        }
    }

    /// Blocks of comment lines, parted by anything else.
    private static func blocks(_ source: Source) -> Int {
        let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
        return zip([""] + lines, lines).count { !$0.hasPrefix("#") && $1.hasPrefix("#") }
    }
}
