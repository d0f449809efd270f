import Foundation
import Runtime
import Syntax
import Tensors
import TerminalSupport
import Wording

/// One run of a case's program, and its text with what it did written in.
final class GoldenRun {
    /// What happened while a statement ran.
    private struct Record {
        var output: [String] = []
        var notes: [Diagnostic] = []
    }

    /// Longer results stand below their statement.
    private static let longestComment = 100
    private static let deadline = isUnderThreadSanitizer ? 600.0 : 60

    private let program: String
    private let source: Source
    private let interpreter: Interpreter
    /// By the line, counted from 0, on which the statement ends.
    private var records: [Int: Record] = [:]
    private var line = 0
    private var ending: [String] = []
    /// Diagnostics as people see them, instead of part by part.
    private let isRendered: Bool

    init(path: String, text: String, plans: PlanMode = .on) {
        program = GoldenRun.withoutEnding(text)
        let settings = program.hasPrefix("#:") ? program.prefix { $0 != "\n" }.dropFirst(2) : ""
        let words = settings.split(separator: ",").map { $0.split(separator: " ").map(String.init) }
        func setting(_ name: String) -> String? { words.first { $0.first == name }?.last }
        var limits = Limits()
        for case let words in words where words.count == 3 && words[0] == "limit" {
            if let limit = Limit(rawValue: words[1]), let number = Double(words[2]) { limits[limit] = number }
        }

        isRendered = setting("rendered") != nil

        let start = Date()
        var environment = Environment(
            print: { _ in }, note: { _ in }, interruptions: { Date().timeIntervalSince(start) > GoldenRun.deadline ? 1 : 0 })
        environment.plans = plans
        if setting("no") == nil { TestFiles(below: GoldenCase.root, Page.root).open(to: &environment) }
        environment.loadFile = environment.readFile
        environment.limits = limits
        interpreter = Interpreter(environment: environment, seed: setting("seed").flatMap { Int($0) } ?? 0)
        interpreter.machine.stopsAtNaN = setting("nan") == "stop"
        if let language = setting("lang").flatMap(Language.init(code:)) { interpreter.machine.environment.language = language }
        if let digits = setting("digits").flatMap({ Int($0) }) { interpreter.machine.style.digits = digits }
        source = interpreter.addSource(name: path, bytes: Array(program.utf8))
        interpreter.machine.environment.print = { [unowned self] in output($0) }
        interpreter.machine.environment.note = { [unowned self] in records[line, default: Record()].notes.append($0) }
        run()
    }

    /// Without the errors at the end.
    private static func withoutEnding(_ text: String) -> String {
        var lines = text.components(separatedBy: "\n")
        while lines.last == "" { lines.removeLast() }
        if let start = lines.lastIndex(where: { $0.hasPrefix("#! exit ") }) { lines.removeSubrange(start...) }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    private func run() {
        let outcome = interpreter.run(source) { event in
            switch event {
            case .statement(let span):
                line = source.location(of: Int(max(span.start, span.end - 1))).line - 1
                records[line, default: Record()] = records[line] ?? Record()
            case .value(let value): output(interpreter.machine.style.describe(value))
            case .update: break
            }
        }
        switch outcome {
        case .finished: break
        case .rejected(let diagnostics): ending = ["#! exit 65"] + diagnostics.flatMap(lines)
        case .failed(let diagnostic): ending = ["#! exit 70"] + lines(diagnostic)
        case .interrupted: ending = ["#! exit 130"]
        }
    }

    private func output(_ text: String) {
        records[line, default: Record()].output += text.components(separatedBy: "\n")
    }

    private func lines(_ diagnostic: Diagnostic) -> [String] {
        var lines: [String]
        if isRendered {
            let renderer = DiagnosticRenderer(color: false) { [unowned self] in interpreter.source($0) }
            lines = renderer.render(diagnostic).components(separatedBy: "\n")
            if lines.last == "" { lines.removeLast() }
        } else {
            lines = DiagnosticLines(interpreter: interpreter, main: source.id).lines(diagnostic)
        }
        return lines.map { $0.isEmpty ? "#!" : "#! " + $0 }
    }

    // MARK: Writing

    func annotated() -> String {
        let comments = Dictionary(
            parse(source).program.comments.map { (source.location(of: Int($0.span.start)).line - 1, $0) }, uniquingKeysWith: { $1 })
        var result: [String] = []
        for (index, line) in program.dropLast().components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("#|") || line.hasPrefix("#!") { continue }
            if let record = records[index] {
                result += annotated(line, comments[index], record)
            } else {
                result.append(line)
            }
        }
        return (result + (ending.isEmpty ? [] : [""] + ending)).joined(separator: "\n") + "\n"
    }

    private func annotated(_ line: String, _ comment: Comment?, _ record: Record) -> [String] {
        var code = line
        var column = 0
        if let comment {
            column = source.location(of: Int(comment.span.start)).column - 1
            code = String(line.prefix(column))
        }
        while code.hasSuffix(" ") { code.removeLast() }
        var result: [String]
        if record.output.count == 1, let text = record.output.first, GoldenRun.fitsBehind(text) {
            result = [code + String(repeating: " ", count: max(2, column - code.count)) + "# " + text]
        } else {
            result = [code] + record.output.map { $0.isEmpty ? "#|" : "#| " + $0 }
        }
        for note in record.notes { result += lines(note) }
        return result
    }

    private static func fitsBehind(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix(" ") && !text.hasSuffix(" ") && text.count <= longestComment
    }
}
