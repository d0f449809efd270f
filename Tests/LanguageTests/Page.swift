import Foundation
import Runtime
import Syntax
import Testing

/// A page of the documentation with its examples.
///
/// A block that begins with ```` ```grad ```` is a program with its results in comments, in the form of the golden cases. One that begins
/// with ```` ```grad name.grad ```` is a file of that name; all that the command shows for it stands in the next ```` ```text ```` block.
struct Page: Sendable, CustomTestStringConvertible {
    /// Below the root of the package.
    let path: String

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let all: [Page] = {
        let files = FileManager.default.enumerator(atPath: root.appendingPathComponent("docs").path)?
            .compactMap { $0 as? String } ?? []
        return [Page(path: "README.md")] + files.filter { $0.hasSuffix(".md") }.sorted().map { Page(path: "docs/" + $0) }
    }()

    var testDescription: String { path }
    private var file: URL { Page.root.appendingPathComponent(path) }

    func text() throws -> String { try String(decoding: Data(contentsOf: file), as: UTF8.self) }
    func write(_ text: String) throws { try Data(text.utf8).write(to: file) }

    /// The text with what each example does written in.
    func withExamplesRun(_ text: String) -> String {
        var result: [String] = []
        /// What the next `text` block has to hold, after a file's block.
        var pending: String?
        for part in Page.parts(text.components(separatedBy: "\n")) {
            switch part {
            case .prose(let lines):
                result += lines
            case .block("grad", let body):
                pending = nil
                result += ["```grad"] + Page.annotated(body, path) + ["```"]
            case .block("text", let body):
                result += ["```text"] + (pending.map(Page.lines) ?? body) + ["```"]
                pending = nil
            case .block(let info, let body):
                if info.hasPrefix("grad ") {
                    let run = CommandRun(name: String(info.dropFirst("grad ".count)), bytes: [UInt8]((body.joined(separator: "\n") + "\n").utf8), folders: Lesson.folder)
                    pending = run.output + run.messages
                }
                result += ["```" + info] + body + ["```"]
            }
        }
        return result.joined(separator: "\n")
    }

    private static func annotated(_ body: [String], _ path: String) -> [String] {
        lines(GoldenCase(path: path).annotated(body.joined(separator: "\n") + "\n"))
    }

    /// Without the empty one behind the last line end.
    private static func lines(_ text: String) -> [String] {
        let lines = text.components(separatedBy: "\n")
        return lines.last == "" ? Array(lines.dropLast()) : lines
    }

    private enum Part {
        case prose([String])
        /// What stands behind the fence, and the lines up to the next.
        case block(String, [String])
    }

    private static func parts(_ lines: [String]) -> [Part] {
        var parts: [Part] = []
        var open: (info: String, body: [String])?
        var prose: [String] = []
        for line in lines {
            if let block = open {
                if line == "```" {
                    parts.append(.block(block.info, block.body))
                    open = nil
                } else {
                    open?.body.append(line)
                }
            } else if line.hasPrefix("```") {
                parts.append(.prose(prose))
                (prose, open) = ([], (String(line.dropFirst(3)), []))
            } else {
                prose.append(line)
            }
        }
        if let block = open { prose += ["```" + block.info] + block.body }
        return parts + [.prose(prose)]
    }
}
