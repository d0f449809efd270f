import Plots
import Runtime
import Syntax

/// What a program showed while it ran, by the line on which the statement ended that showed it.
final class Recording {
    enum Entry {
        case text(String)
        case value(Value)
        case problem(Diagnostic)

        var isPrinted: Bool { if case .text = self { true } else { false } }
        /// An empty line, which parts results on a terminal.
        var isBlank: Bool { if case .text(let line) = self { line.isEmpty } else { false } }
    }

    private(set) var entries: [Int: [Entry]] = [:]
    private(set) var outcome = Interpreter.Outcome.finished(.nothing)
    private let source: Source
    private var line = 0

    init(_ interpreter: Interpreter, _ source: Source) {
        self.source = source
        let outside = interpreter.machine.environment
        defer { interpreter.machine.environment = outside }
        interpreter.machine.environment.print = { [unowned self] in add(.text($0)) }
        interpreter.machine.environment.note = { [unowned self] in add(.problem($0)) }
        interpreter.machine.environment.screen = { Screen() }
        interpreter.machine.environment.stage = nil
        outcome = interpreter.run(source) { event in
            switch event {
            case .statement(let span): line = source.lineIndex(of: max(Int(span.start), Int(span.end) - 1))
            case .value(let value): add(.value(value))
            case .update: break
            }
        }
        switch outcome {
        case .finished, .interrupted: break
        case .failed(let problem): add(.problem(problem))
        case .rejected(let problems):
            for problem in problems {
                line = problem.span.map { $0.source == source.id ? source.lineIndex(of: Int($0.start)) : 0 } ?? 0
                add(.problem(problem))
            }
        }
    }

    private func add(_ entry: Entry) { entries[line, default: []].append(entry) }
}
