import Autodiff
import Foundation
import Runtime
import Syntax
import Tensors
import Testing
import Wording

/// The table `Formulas.txt`: functions and their formulas. Each formula is compared with the table, pasted back, and run at random points
/// against the tape.
@Suite struct FormulaTests {
    static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Formulas.txt")

    struct Entry: CustomTestStringConvertible {
        var lets: [String] = []
        /// Shapes of the parameters, by name; numbers where there are none.
        var shapes: [String: String] = [:]
        var function = ""
        var line = 0
        var expected: [String] = []
        var testDescription: String { function }
    }

    static let entries: [Entry] = {
        var entries: [Entry] = []
        var lets: [String] = []
        var shapes: [String: String] = [:]
        for (number, line) in lines.enumerated() {
            if line.hasPrefix("let ") {
                lets.append(String(line.dropFirst(4)))
            } else if line.hasPrefix("at ") {
                shapes = Dictionary(line.dropFirst(3).components(separatedBy: "], ").map { part in
                    let open = part.firstIndex(of: "[") ?? part.endIndex
                    let shape = part[open...]
                    return (part[..<open].trimmingCharacters(in: .whitespaces), shape.isEmpty ? "" : shape.hasSuffix("]") ? String(shape) : shape + "]")
                }) { $1 }
            } else if line.hasPrefix("f ") {
                entries.append(Entry(lets: lets, shapes: shapes, function: String(line.dropFirst(2)), line: number))
                shapes = [:]
            } else if line.hasPrefix("    "), !entries.isEmpty {
                entries[entries.count - 1].expected.append(String(line.dropFirst(4)))
            }
        }
        return entries
    }()

    static var lines: [String] { ((try? String(contentsOf: file, encoding: .utf8)) ?? "").components(separatedBy: "\n") }

    @Test func thereAreAtLeastAHundredAndFifty() { #expect(FormulaTests.entries.count >= 150) }

    @Test(arguments: entries) func formula(_ entry: Entry) throws {
        let session = try #require(FormulaTests.session(entry))
        var points = Points(entry, session)
        let found = session.run("formula_ = formula(F_\(points.place))\nformula_\nformula_.text")
        guard found.values.count == 2, case .text(let text) = found.values[1] else {
            Issue.record("\(found.error?.message ?? "no formula") \(found.error?.hints ?? [])")
            return
        }
        #expect(session.interpreter.machine.style.describe(found.values[0]) == entry.expected.joined(separator: "\n"))
        for _ in 0..<3 {
            let names = zip(points.parameters, points.next()).map { "\($0) = \($1)" }
            let pasted = session.run((names + [text.string]).joined(separator: "\n"))
            #expect(pasted.error == nil, "\(pasted.error?.message ?? "")")
            let own = session.run("F_(\(points.parameters.joined(separator: ", ")))")
            let (a, b) = (numbers(pasted.values.last), numbers(own.values.last))
            #expect(a.count == b.count && !b.isEmpty)
            for (x, y) in zip(a, b) where y.isFinite { #expect(abs(x - y) <= 1e-9 * max(1, abs(y)), "\(x) is not \(y)") }
        }
    }

    /// Without the rule, a formula of the table is another or none.
    @Test(arguments: FormulaRules.all.identities) func everyRuleIsNeeded(_ identity: String) {
        #expect(FormulaRules.all.identities.count { $0 == identity } == 1)
        let changes = FormulaTests.entries.contains { entry in
            guard let session = FormulaTests.session(entry) else { return false }
            session.interpreter.machine.formulaRules = .all.without(identity)
            var points = Points(entry, session)
            let found = session.run("formula(F_\(points.place))")
            return found.values.map(session.interpreter.machine.style.describe) != [entry.expected.joined(separator: "\n")]
        }
        #expect(changes)
    }

    /// Where the function of an entry is `F_`.
    private static func session(_ entry: Entry) -> Session? {
        let session = Session()
        let runs = (entry.lets + ["F_ = \(entry.function)"]).map { session.run($0) }
        guard runs.allSatisfy({ $0.error == nil }), case .function? = session.interpreter.globals["F_"]?.global?.pointee else {
            Issue.record("\(entry.function) is no function")
            return nil
        }
        return session
    }

    /// Random arguments of an entry's function.
    private struct Points {
        let entry: Entry
        let parameters: [String]
        private var stream = RandomStream(seed: 7)

        init(_ entry: Entry, _ session: Session) {
            self.entry = entry
            if case .function(let function)? = session.interpreter.globals["F_"]?.global?.pointee {
                parameters = function.parameters.filter(\.isRequired).map(\.name)
            } else {
                parameters = []
            }
        }

        mutating func next() -> [String] {
            parameters.map { name in
                let shape = entry.shapes[name] ?? ""
                return shape.isEmpty ? "\(0.2 + stream.uniform(.scalar).number * 1.6)" : "0.3 + 0.2 * randn(\(shape))"
            }
        }

        /// Where the formula is traced, as an argument.
        var place: String {
            mutating get {
                guard !entry.shapes.isEmpty else { return "" }
                return ", at: \(parameters.count == 1 ? next()[0] : "list(\(next().joined(separator: ", ")))")"
            }
        }
    }

    private func numbers(_ value: Value?) -> [Double] { value?.leaves.compactMap(\.tensor).flatMap(\.numbers) ?? [] }

    /// Derivations name the rule of each primitive, in every language.
    @Test(arguments: Primitive.catalogue.filter { !$0.rule.isEmpty }.map { ($0.name, $0.rule) })
    func everyRuleOfAPrimitiveHasAName(_ primitive: String, _ rule: String) { #expect(Words.knownRules.contains(rule)) }
}
