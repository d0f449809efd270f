import Foundation
import Runtime
import Syntax
import TerminalSupport
import Testing

/// One `.grad` file with its expectations.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    /// Below `Cases`, without the ending.
    let path: String

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")

    /// All of them, in order of path.
    static let all: [GoldenCase] = {
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".grad") && !$0.split(separator: "/").contains("files") && !isTooDeep($0) }
            .sorted().map { GoldenCase(path: String($0.dropLast(".grad".count))) }
    }()

    /// Chains of 200,000 closures are freed by recursion where temporaries keep objects longer, as under the thread sanitizer, whose frames are large as well.
    private static func isTooDeep(_ path: String) -> Bool {
        isUnderThreadSanitizer && path.hasPrefix("hostile/closures_through_")
    }

    var testDescription: String { path }
    private var file: URL { GoldenCase.root.appendingPathComponent(path + ".grad") }

    func text() throws -> String { try String(decoding: Data(contentsOf: file), as: UTF8.self) }
    func write(_ text: String) throws { try Data(text.utf8).write(to: file) }

    /// The text with its expectations replaced by what the program does. Places in messages depend on the layout, so this goes on until nothing
    /// moves any more.
    func annotated(_ text: String, plans: PlanMode = .on) -> String {
        var text = text
        for _ in 0..<3 {
            let next = GoldenRun(path: path + ".grad", text: text, plans: plans).annotated()
            if next == text { break }
            text = next
        }
        return text
    }
}

/// A line-by-line comparison for the report of a failed case.
struct LineDifference: CustomStringConvertible {
    let description: String

    init(expected: String, actual: String) {
        let (old, new) = (expected.components(separatedBy: "\n"), actual.components(separatedBy: "\n"))
        let changes = new.difference(from: old)
        let removed = Set(changes.removals.map { if case .remove(let offset, _, _) = $0 { offset } else { -1 } })
        let inserted = Set(changes.insertions.map { if case .insert(let offset, _, _) = $0 { offset } else { -1 } })
        var lines: [String] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if removed.contains(i) {
                lines.append("expected \(i + 1): \(old[i])")
                i += 1
            } else if inserted.contains(j) {
                lines.append("found    \(j + 1): \(new[j])")
                j += 1
            } else {
                (i, j) = (i + 1, j + 1)
            }
        }
        description = lines.prefix(40).joined(separator: "\n")
    }
}
