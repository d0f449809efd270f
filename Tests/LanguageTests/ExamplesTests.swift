import Foundation
import Runtime
import Syntax
import Testing

/// Every example in the help of every primitive, builtin and function of the prelude runs and gives what stands behind its `#`.
@Suite struct ExamplesTests {
    @Test(arguments: Example.names)
    func examples(_ name: String) throws {
        let help = try #require(Example.all[name])
        let session = Session()
        for line in help.examples {
            let (code, result) = Example.split(line)
            let found = session.run(code)
            if let result {
                #expect(session.isShown(result, by: found), "\(line)\nfound \(found.shown)")
            } else {
                #expect(found.error == nil, "\(line)")
            }
        }
    }

    @Test func everythingIsExplained() {
        #expect(Example.names.count > 250)
        for help in Example.all.values {
            #expect(!help.summary.isEmpty, "\(help.name) has no summary")
            #expect(!help.family.isEmpty, "\(help.name) has no family")
            #expect(!help.summary.hasSuffix("."), "\(help.name)'s summary ends with a full stop")
            #expect(!help.examples.isEmpty || help.family == "Constants", "\(help.name) has no example")
        }
    }

    @Test func thePreludeIsFaultless() {
        let session = Session()
        #expect(session.interpreter.allHelp.count == Example.names.count)
        #expect(session.interpreter.preludeFaults.isEmpty, "\(session.interpreter.preludeFaults)")
    }
}

enum Example {
    static let all: [String: Help] = Dictionary(
        Session().interpreter.allHelp.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    static let names = all.keys.sorted()

    /// The code and the result that stands behind the last `#`; a `#` within a string does not count.
    static func split(_ line: String) -> (code: String, result: String?) {
        guard let mark = line.range(of: "  # ", options: .backwards) else { return (line, nil) }
        return (String(line[..<mark.lowerBound]), String(line[mark.upperBound...]))
    }
}
