import Foundation
import Runtime
import Syntax
import Testing

/// The lessons and the examples of the pages are programs: they run, and do what stands beside them.
@Suite struct DocsTests {
    /// What a lesson prints stands in `Lessons`, in a file of its name.
    @Test(arguments: Lesson.all)
    func lesson(_ lesson: Lesson) throws {
        let run = CommandRun(name: "\(lesson.name).grad", bytes: [UInt8](try Data(contentsOf: lesson.program)), folders: Lesson.folder)
        #expect(run.messages == "")
        let expected = try? String(decoding: Data(contentsOf: lesson.output), as: UTF8.self)
        try DocsTests.compare(run.output, with: expected ?? "", in: lesson.output.lastPathComponent) {
            try Data($0.utf8).write(to: lesson.output)
        }
    }

    /// `grad fmt --check` has nothing to say.
    @Test(arguments: Lesson.all)
    func lessonIsFormatted(_ lesson: Lesson) throws {
        let text = try String(decoding: Data(contentsOf: lesson.program), as: UTF8.self)
        let formatted = format(Source(id: SourceID(0), name: lesson.name, bytes: Array(text.utf8)))
        #expect(formatted == text, "\(LineDifference(expected: formatted ?? "", actual: text))")
    }

    @Test func lessonsAreFound() {
        #expect(Lesson.all.map(\.name).contains("01-descent"))
    }

    /// Every example of a page, written anew from what it does, must stand in the page already.
    @Test(arguments: Page.all)
    func page(_ page: Page) throws {
        let text = try page.text()
        try DocsTests.compare(page.withExamplesRun(text), with: text, in: page.path) { try page.write($0) }
    }

    @Test func pagesAreFound() throws {
        #expect(Page.all.map(\.path).contains("README.md"))
        #expect(try Page.all.contains { try $0.text().contains("```grad") })
    }

    static func compare(_ actual: String, with expected: String, in name: String, record: (String) throws -> Void) rethrows {
        guard actual != expected else { return }
        if ProcessInfo.processInfo.environment["GRAD_RECORD"] == "1" {
            try record(actual)
            Issue.record("recorded \(name): read the difference")
        } else {
            Issue.record("\(name)\n\(LineDifference(expected: expected, actual: actual))")
        }
    }
}

/// A program below `docs/lessons`.
struct Lesson: Sendable, CustomTestStringConvertible {
    let name: String

    static let folder = Page.root.appendingPathComponent("docs/lessons")
    static let all: [Lesson] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".grad") }.sorted().map { Lesson(name: String($0.dropLast(".grad".count))) }
    }()

    var testDescription: String { name }
    var program: URL { Lesson.folder.appendingPathComponent(name + ".grad") }
    var output: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Lessons/\(name).out")
    }
}
