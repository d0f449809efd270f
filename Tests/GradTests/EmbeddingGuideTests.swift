import Foundation
import Testing

/// The samples in the guide are those that `EmbeddingSnippets` runs.
@Suite struct EmbeddingGuideTests {
    private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    @Test func samplesAreRun() throws {
        let guide = try text("../../docs/guide/embedding.md")
        let samples = blocks(guide, from: "```swift", to: "```")
        let snippets = blocks(try text("EmbeddingSnippets.swift"), from: "// snippet", to: "// end")
        #expect(samples.count >= 8)
        for (sample, snippet) in zip(samples, snippets) { #expect(sample == snippet) }
        #expect(samples.count == snippets.count)
    }

    private func text(_ path: String) throws -> String {
        try String(contentsOf: EmbeddingGuideTests.here.appendingPathComponent(path), encoding: .utf8)
    }

    /// The lines between two marks that stand on lines of their own, without their common indentation.
    private func blocks(_ text: String, from start: String, to end: String) -> [String] {
        var blocks: [String] = []
        var lines: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            if let block = lines {
                if trimmed == end {
                    blocks.append(dedented(block))
                    lines = nil
                } else {
                    lines = block + [line]
                }
            } else if trimmed == start {
                lines = []
            }
        }
        return blocks
    }

    private func dedented(_ lines: [Substring]) -> String {
        let margin = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { $0.dropFirst(margin) }.joined(separator: "\n")
    }
}
