package import Runtime
import Syntax
import Tensors
package import Wording

/// What stands behind the prompt: inputs and commands in, lines out. It knows nothing of terminals.
///
/// An input happens as a whole or not at all: one that fails or is interrupted leaves nothing behind.
package final class PromptSession {
    /// Where the lines go.
    package struct Output {
        /// A line of results.
        package var result: (String) -> Void
        /// A line of messages.
        package var message: (String) -> Void
        package var colorsResults: Bool
        package var colorsMessages: Bool
        /// Columns of the terminal now.
        package var width: () -> Int

        package init(
            result: @escaping (String) -> Void, message: @escaping (String) -> Void, colorsResults: Bool = false,
            colorsMessages: Bool = false, width: @escaping () -> Int = { 80 }
        ) {
            self.result = result
            self.message = message
            self.colorsResults = colorsResults
            self.colorsMessages = colorsMessages
            self.width = width
        }
    }

    /// What the command's options say.
    package struct Settings: Sendable {
        package var seed = 0
        package var digits = 10
        package var stopsAtNaN = false
        package var plans = PlanMode.on
        package var language = Language.english
        package init() {}
    }

    /// What an input asks of the loop around it.
    package enum Next { case readMore, quit }

    /// The name that holds the last value.
    static let answer = "ans"

    let interpreter: Interpreter
    let output: Output
    private let settings: Settings
    /// What can be taken back, oldest first.
    private(set) var steps: [Step] = []
    private(set) var inputs: [SavedInput] = []
    /// Files that this session has written, and may write again.
    var saved: Set<String> = []
    private var inputCount = 0
    private let beginning: Changes

    /// One input or command that changed something.
    struct Step {
        let text: String
        let changes: Changes
        let inputsBefore: [SavedInput]
        /// Of the tensors that it replaced, which only it holds.
        var byteCount = 0
    }

    /// Steps that are kept, and the memory that all but the last may hold.
    private static let mostSteps = 100
    private static let mostBytes = 1 << 30

    package init(environment: Environment, settings: Settings = Settings(), output: Output) {
        self.output = output
        self.settings = settings
        interpreter = Interpreter(environment: environment, seed: settings.seed)
        interpreter.machine.style.digits = settings.digits
        interpreter.machine.stopsAtNaN = settings.stopsAtNaN
        interpreter.machine.environment.plans = settings.plans
        interpreter.machine.environment.language = settings.language
        beginning = interpreter.recording {}.1
    }

    var paint: Paint { Paint(isOn: output.colorsResults) }
    var helpText: HelpText { HelpText(interpreter: interpreter, paint: paint, width: output.width()) }

    var echo: Echo {
        var style = interpreter.machine.style
        style.width = output.width()
        return Echo(style: style, paint: paint, help: helpText)
    }

    // MARK: Inputs

    /// Whether a text can be run as it stands.
    package static func isComplete(_ text: String) -> Bool {
        isCommand(text) || !parse(Source(id: SourceID(-1), name: "", text: text)).needsMore
    }

    private static func isCommand(_ text: String) -> Bool { text.hasPrefix(":") || text.hasPrefix("?") }

    /// Runs an input or a command.
    package func take(_ text: String) -> Next {
        let text = text.drop { $0.isWhitespace }
        if text.isEmpty { return .readMore }
        if PromptSession.isCommand(String(text)) {
            // Behind a command, further lines are inputs of their own, as when a transcript is pasted.
            let lines = text.split(separator: "\n", maxSplits: 1)
            if command(String(lines[0])) == .quit { return .quit }
            return lines.count > 1 ? take(String(lines[1])) : .readMore
        }
        if let command = plainCommand(text) { return self.command(command) }
        if Command.all.contains(where: { $0.name == text }), helpText.value(of: String(text)) == nil {
            say("`\(text)` is not known here; the command is `:\(text)`")
            return .readMore
        }
        run(newSource(String(text)))
        return .readMore
    }

    /// What newcomers type instead of a command.
    private func plainCommand(_ text: Substring) -> String? {
        let words = text.split { " ()\n".contains($0) }
        guard let first = words.first, words.count <= 2, interpreter.globals[String(first)] == nil else { return nil }
        switch (first, words.count) {
        case ("quit", 1), ("exit", 1): return ":quit"
        case ("help", 1): return ":help"
        case ("help", 2): return ":help \(words[1])"
        default: return nil
        }
    }

    private func newSource(_ text: String) -> Source {
        inputCount += 1
        return interpreter.addSource(name: "<input \(inputCount)>", bytes: Array(text.utf8))
    }

    /// Runs a source as one step; of a file, `file` is its name.
    @discardableResult
    func run(_ source: Source, file: String? = nil) -> Bool {
        interpreter.machine.style.width = output.width()
        interpreter.forgetInterruptions()
        let echo = echo
        var endsInValue = false
        let (outcome, changes) = interpreter.recording {
            let outcome = interpreter.run(source) { event in
                switch event {
                case .statement: endsInValue = false
                case .value(let value):
                    endsInValue = true
                    output.result(echo.value(value))
                case .update(let name, let old, let new): output.result(echo.update(name, from: old, to: new))
                }
            }
            if case .finished(let value) = outcome { keepAnswer(value, source) }
            return outcome
        }
        switch outcome {
        case .finished(let value):
            let isShown = endsInValue || isMuted(source)
            add(Step(text: file.map { ":load \($0)" } ?? source.text, changes: changes, inputsBefore: inputs))
            inputs.append(SavedInput(source: source, setsAnswer: isShown && !value.isNothing, file: file))
            return true
        case .rejected(let diagnostics):
            interpreter.takeBack(changes)
            for diagnostic in diagnostics { show(diagnostic) }
        case .failed(let diagnostic):
            let hasChanged = interpreter.hasChanged(since: changes)
            interpreter.takeBack(changes)
            show(diagnostic)
            if hasChanged { output.message("nothing of this input was kept") }
        case .interrupted:
            interpreter.takeBack(changes)
            output.message("interrupted; nothing was changed")
        }
        return false
    }

    private func keepAnswer(_ value: Value, _ source: Source) {
        if value.isNothing { return }
        interpreter.globals.set(PromptSession.answer, to: value, at: Span(source.id, 0, 0))
    }

    private func isMuted(_ source: Source) -> Bool {
        if case .expression(_, muted: true)? = parse(source).program.statements.last { true } else { false }
    }

    // MARK: Steps

    func add(_ step: Step) {
        var step = step
        step.byteCount = replacedBytes(step.changes)
        steps.append(step)
        var total = steps.reduce(0) { $0 + $1.byteCount }
        while steps.count > PromptSession.mostSteps || (steps.count > 1 && total > PromptSession.mostBytes) {
            total -= steps.removeFirst().byteCount
        }
    }

    private func replacedBytes(_ changes: Changes) -> Int {
        changes.before.reduce(0) { total, entry in
            if interpreter.globals[entry.name]?.global?.pointee.isIdentical(to: entry.value) ?? false { return total }
            return total + entry.value.leaves.reduce(0) { $0 + ($1.tensor?.count ?? 0) * MemoryLayout<Double>.size }
        }
    }

    /// Does something to the state that can be taken back; `script` is what `:save` writes for it.
    func change(_ text: String, script: String? = nil, _ body: () -> Void) {
        let (_, changes) = interpreter.recording(body)
        add(Step(text: text, changes: changes, inputsBefore: inputs))
        if let script { inputs.append(SavedInput(source: newSource(script), setsAnswer: false)) }
    }

    /// Takes the last step back.
    func undo() -> Step? {
        guard let step = steps.popLast() else { return nil }
        interpreter.takeBack(step.changes)
        inputs = step.inputsBefore
        return step
    }

    func reset() {
        let before = inputs
        let (_, changes) = interpreter.recording { interpreter.takeBack(beginning) }
        add(Step(text: ":reset", changes: changes, inputsBefore: before))
        inputs = []
    }

    // MARK: Messages

    func show(_ diagnostic: Diagnostic) {
        let renderer = DiagnosticRenderer(color: output.colorsMessages, width: output.width()) { [interpreter] in interpreter.source($0) }
        var text = renderer.render(diagnostic)
        if text.hasSuffix("\n") { text.removeLast() }
        output.message(text)
    }

    func say(_ line: String) { output.message(line) }
}
