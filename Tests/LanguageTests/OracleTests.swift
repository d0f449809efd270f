import Foundation
import Runtime
import Tensors
import Testing

/// Functions of the prelude and their gradients against PyTorch's values, as scripts/oracles/prelude.py wrote them.
@Suite struct OracleTests {
    @Test(arguments: OracleLine.all)
    fileprivate func prelude(_ line: OracleLine) throws {
        let found = Session().run(line.expression)
        try #require(found.error == nil, "\(line.expression): \(found.shown)")
        let numbers = try #require(found.values.last?.tensor?.numbers, "\(line.expression)")
        try #require(numbers.count == line.numbers.count, "\(line.expression)")
        for (number, expected) in zip(numbers, line.numbers) {
            #expect(abs(number - expected) <= 1e-10 * max(abs(expected), 1e-3), "\(line.expression): \(number), not \(expected)")
        }
    }

    @Test func linesAreFound() { #expect(OracleLine.all.count > 100) }
}

/// An expression and the numbers of its value.
private struct OracleLine: Sendable, CustomTestStringConvertible {
    let expression: String
    let numbers: [Double]
    var testDescription: String { expression }

    static let all: [OracleLine] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Oracles/prelude.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            let parts = line.components(separatedBy: " | ")
            return OracleLine(expression: parts[0], numbers: parts[1].split(separator: " ").compactMap { Double($0) })
        }
    }()
}
