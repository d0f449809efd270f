import Foundation
import Testing

/// Every file that has unsafe code is listed in docs/design/unsafe.md with the reason why it stays in bounds; and nothing turns Swift's checks off.
@Suite struct UnsafeCodeTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let marks = ["Unsafe", "unsafe", "Unmanaged", "@unchecked", "(unchecked)", "withMemoryRebound", "bitPattern:", "assumingMemoryBound"]

    private static func isUnsafe(_ line: Substring) -> Bool {
        let code = line.drop { $0 == " " }
        return !code.hasPrefix("//") && marks.contains { code.contains($0) }
            // Numbers and their bits are safe.
            && !(code.contains("bitPattern:") && !marks.contains { $0 != "bitPattern:" && code.contains($0) } && !code.contains("Pointer("))
    }

    private func found() throws -> Set<String> {
        let sources = UnsafeCodeTests.root.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var found: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let path = "Sources/" + file.path.dropFirst(sources.path.count + 1)
            let text = try String(contentsOf: file, encoding: .utf8)
            if text.split(separator: "\n").contains(where: UnsafeCodeTests.isUnsafe) { found.insert(path) }
        }
        return found
    }

    @Test func everyFileWithUnsafeCodeIsAccountedFor() throws {
        let page = try String(contentsOf: UnsafeCodeTests.root.appendingPathComponent("docs/design/unsafe.md"), encoding: .utf8)
        let listed = Set(page.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("| `Sources/") else { return nil }
            return line.split(separator: "`").dropFirst().first.map(String.init)
        })
        let found = try found()
        #expect(found.subtracting(listed) == [], "unsafe code without a reason in docs/design/unsafe.md")
        #expect(listed.subtracting(found) == [], "listed, but without unsafe code")
    }

    @Test func checksStayOn() throws {
        let manifest = try String(contentsOf: UnsafeCodeTests.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        for flag in ["Ounchecked", "enforce-exclusivity", "strict-memory-safety:off"] { #expect(!manifest.contains(flag)) }
        // What SwiftPM calls unsafe may be said to the linker, not to a compiler.
        #expect(manifest.components(separatedBy: "unsafeFlags").count == 2)
        #expect(manifest.contains("[LinkerSetting] = Context.environment[\"GRAD_SANITIZE\"] != nil ? [] : [\n    .unsafeFlags("))
    }
}
