import Foundation
import Runtime
import Syntax
import Wording

/// A program run as `grad FILE` runs it: what goes to standard output, and the messages as they are rendered.
struct CommandRun {
    private(set) var output = ""
    private(set) var messages = ""

    /// - Parameter folders: where the program's files are looked for; what it writes is kept in memory.
    init(name: String, bytes: [UInt8], folders: URL..., language: Language = .english) {
        var output = "", notes: [Diagnostic] = []
        var environment = Environment(print: { _ in }, note: { notes.append($0) })
        environment.language = language
        TestFiles(below: folders).open(to: &environment)
        let interpreter = Interpreter(environment: environment)
        environment.print = { output += $0 + "\n" }
        interpreter.machine.environment = environment
        let outcome = interpreter.run(interpreter.addSource(name: name, bytes: bytes)) { event in
            if case .value(let value) = event { output += interpreter.machine.style.describe(value) + "\n" }
        }
        let renderer = DiagnosticRenderer(color: false) { interpreter.source($0) }
        switch outcome {
        case .finished: break
        case .rejected(let diagnostics): notes += diagnostics
        case .failed(let diagnostic): notes.append(diagnostic)
        case .interrupted: messages = "interrupted\n"
        }
        self.output = output
        messages += notes.map(renderer.render).joined(separator: "\n")
    }
}
