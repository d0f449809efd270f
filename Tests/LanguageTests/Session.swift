import Foundation
import Runtime
import Syntax

/// An interpreter with what it prints, for tests of single expressions.
final class Session {
    struct Found {
        var output: [String] = []
        var values: [Value] = []
        var error: Diagnostic?
        /// Everything that a person would see.
        var shown = ""
    }

    let interpreter: Interpreter
    let files = TestFiles()
    private var output: [String] = []
    private(set) var notes: [Diagnostic] = []

    init(seed: Int = 0) {
        var environment = Environment(print: { _ in }, note: { _ in })
        files.open(to: &environment)
        interpreter = Interpreter(environment: environment, seed: seed)
        interpreter.machine.environment.print = { [unowned self] in output.append($0) }
        interpreter.machine.environment.note = { [unowned self] in notes.append($0) }
    }

    func run(_ code: String) -> Found {
        var found = Found()
        output = []
        let source = interpreter.addSource(name: "test", bytes: Array(code.utf8))
        let outcome = interpreter.run(source) { event in
            if case .value(let value) = event { found.values.append(value) }
        }
        switch outcome {
        case .rejected(let diagnostics): found.error = diagnostics.first
        case .failed(let diagnostic): found.error = diagnostic
        case .finished, .interrupted: break
        }
        found.output = output
        found.shown = (output + found.values.map(interpreter.machine.style.describe) + [found.error?.message ?? ""])
            .filter { !$0.isEmpty }.joined(separator: "\n")
        return found
    }

    /// Whether what was found is what a comment tells: as it is printed, or as a value that prints the same.
    func isShown(_ result: String, by found: Found) -> Bool {
        if found.error != nil { return false }
        if found.shown == result { return true }
        guard let value = found.values.last, let expected = run(result).values.last else { return false }
        let style = interpreter.machine.style
        return style.describe(value) == style.describe(expected)
    }
}
