import Files
import Runtime
import Syntax
import Tensors

// What the commands do.

extension Command {
    /// Words of other prompts, and slips.
    static func nearest(to name: String) -> [String] {
        let others = [
            "exit": "quit", "bye": "quit", "who": "vars", "whos": "vars", "ls": "vars", "timeit": "time", "t": "type",
            "clear": "reset", "run": "load", "open": "load", "write": "save", "doc": "help", "h": "help", "src": "source",
        ]
        if let meant = others[name] { return [meant] }
        return nearestNames(to: name, among: all.map(\.name))
    }
}

// MARK: Looking

extension PromptSession {
    func help(_ topic: String) {
        if topic.isEmpty { return output.result(overview) }
        if topic.hasPrefix(":"), let command = Command.all.first(where: { ":" + $0.name == topic }) {
            return output.result("\(paint.bold(command.usage))\n  \(command.help)")
        }
        if let text = helpText.help(for: topic) { return output.result(text) }
        say("`\(topic)` is not known here" + suggestion(helpText.similar(to: topic), otherwise: "`:help` alone lists the commands"))
    }

    private var overview: String {
        let column = (Command.all.map { displayWidth($0.usage) }.max() ?? 0) + 2
        let commands = Command.all.map { command in
            "  " + paint.name(command.usage) + String(repeating: " ", count: column - displayWidth(command.usage)) + command.help
        }
        return (["An input is shown with its value, which `ans` then holds; a `;` at its end mutes it."]
            + ["", "  L(w) = (w - 3)^2       a function", "  L'(0)                  its derivative at 0; also grad(L)(0) or ∇L(0)"]
            + ["  w = 0                  a name", "  w <- w - 0.1 * L'(w)   an update: one step downhill", ""]
            + commands
            + ["", "Tab completes names, and turns \\theta into θ; Ctrl-R searches the history;", "Ctrl-C stops a computation."])
            .joined(separator: "\n")
    }

    func showSource(_ name: String) {
        if name.isEmpty { return say("`:source` needs a name, as in `:source mse`") }
        if let text = helpText.source(of: name) { return output.result(text) }
        guard let value = helpText.value(of: name) else {
            return say("`\(name)` is not known here" + suggestion(helpText.similar(to: name), otherwise: "`:vars` lists your names"))
        }
        if case .function = value.settled { return say("`\(name)` is built in, and not written in Grad; `:help \(name)` tells about it") }
        say("`\(name)` is not a function but \(value.typeDescription)")
    }

    func showPlan(_ name: String) {
        if name.isEmpty { return say("`:plan` needs the name of a function, as in `:plan L`") }
        let value = interpreter.globals[name]?.global?.pointee ?? helpText.value(of: name)
        guard let value else {
            return say("`\(name)` is not known here" + suggestion(helpText.similar(to: name), otherwise: "`:vars` lists your names"))
        }
        guard case .function(let function) = value.settled else { return say("`\(name)` is not a function but \(value.typeDescription)") }
        output.result(PlanListing(function).text)
    }

    func listNames() {
        let names = interpreter.globals.names
        if names.isEmpty { return say("there are no names yet; `w = 0` introduces one") }
        let column = (names.map { displayWidth($0) }.max() ?? 0) + 2
        for name in names {
            guard let value = interpreter.globals[name]?.global?.pointee else { continue }
            let gap = String(repeating: " ", count: column - displayWidth(name))
            var text = echo.brief(value)
            if case .function(let callable) = value.settled { text = helpText.signature(of: callable) }
            output.result(paint.name(name) + gap + text)
        }
    }

    func showType(_ text: String) {
        if text.isEmpty { return say("`:type` needs an expression, as in `:type [1, 2]`") }
        if let value = trial(text) { output.result(echo.type(value)) }
    }

    /// The value of a text, with everything it changed taken back.
    private func trial(_ text: String) -> Value? {
        let source = interpreter.addSource(name: "<input>", bytes: Array(text.utf8))
        let (outcome, changes) = interpreter.recording { interpreter.run(source) }
        interpreter.takeBack(changes)
        switch outcome {
        case .finished(let value):
            return value
        case .rejected(let diagnostics): for diagnostic in diagnostics { show(diagnostic) }
        case .failed(let diagnostic): show(diagnostic)
        case .interrupted: say("interrupted")
        }
        return nil
    }

    /// A short one is run again in a loop, so that what is told is the time of a turn.
    func time(_ text: String) {
        if text.isEmpty { return say("`:time` needs an expression, as in `:time sum(randn(1000))`") }
        let start = Duration.now()
        guard trial(text) != nil else { return }
        let once = Duration.now() - start
        if once < 0.1, let (turns, seconds) = loop(text, about: once) {
            return output.result("\(Duration.text(seconds / Double(turns))) (mean of \(turns) runs)")
        }
        output.result(Duration.text(once))
    }

    private func loop(_ text: String, about once: Double) -> (turns: Int, seconds: Double)? {
        var turns = max(1, min(1000, Int(0.02 / max(once, 1e-7))))
        while true {
            let source = interpreter.addSource(name: "<input>", bytes: Array("for _turn in 1...\(turns) {\n\(text)\n}".utf8))
            let start = Duration.now()
            let (outcome, changes) = interpreter.recording { interpreter.run(source) }
            let seconds = Duration.now() - start
            interpreter.takeBack(changes)
            guard case .finished = outcome else { return nil }
            if seconds > 0.1 || turns >= 10_000_000 { return (turns, seconds) }
            turns = max(turns + 1, min(turns * 10, Int(0.2 / max(seconds / Double(turns), 1e-9))))
        }
    }
}

// MARK: Files

extension PromptSession {
    func load(_ argument: String) {
        let path = UserFiles.expanded(argument.unquoted)
        if path.isEmpty { return say("`:load` needs a file, as in `:load lesson.grad`") }
        do {
            run(interpreter.addSource(name: path, bytes: try UserFiles.read(path)), file: path)
        } catch {
            say("`\(path)` cannot be read: \(error)")
        }
    }

    func save(_ argument: String) {
        let path = UserFiles.expanded(argument.unquoted)
        if path.isEmpty { return say("`:save` needs a file, as in `:save session.grad`") }
        if inputs.isEmpty { return say("there is nothing to save yet") }
        if UserFiles.exists(path), !saved.contains(path) { return say("`\(path)` is there already; choose another name, or remove it first") }
        let text = SessionScript(inputs: inputs).text
        do {
            try StoredFile.write(Array(text.utf8), to: path)
        } catch {
            return say("`\(path)` cannot be written: \(error)")
        }
        saved.insert(path)
        say("saved to \(path): \(inputs.count) input\(inputs.count == 1 ? "" : "s")")
        warn(about: text, path)
    }

    /// Inputs that follow one another may mean something else in one file: a name used before it is introduced anew.
    private func warn(about text: String, _ path: String) {
        let fresh = Interpreter(environment: Environment(print: { _ in }, note: { _ in }))
        let source = fresh.addSource(name: path, bytes: Array(text.utf8))
        guard let fault = fresh.check(source).first(where: { $0.severity == .error }) else { return }
        let renderer = DiagnosticRenderer(color: output.colorsMessages, width: output.width()) { fresh.source($0) }
        say("but as one file it does not run:\n" + renderer.render(fault).trimmed)
    }
}

// MARK: Changing

extension PromptSession {
    func undoLast() {
        guard let last = steps.last else { return say("there is nothing to take back") }
        let restored = difference(from: last.changes.before)
        guard let step = undo() else { return }
        let lines = step.text.trimmed.split(separator: "\n")
        say("taken back: \(lines.first ?? "")\(lines.count > 1 ? " …" : "")")
        for line in restored { output.result(line) }
    }

    /// What the names of a session hold again, now that it is `before` once more.
    private func difference(from before: [(name: String, value: Value)]) -> [String] {
        let current = interpreter.globals
        var lines: [String] = []
        for (name, value) in before where name != PromptSession.answer {
            guard let now = current[name]?.global?.pointee else {
                lines.append("\(paint.name(name)) is back")
                continue
            }
            if now.isIdentical(to: value) { continue }
            if case .function = now.settled, case .function = value.settled {
                lines.append("\(paint.name(name)) is as it was before")
            } else {
                lines.append(echo.update(name, from: now, to: value))
            }
        }
        let kept = Set(before.map(\.name))
        let gone = current.names.filter { !kept.contains($0) && $0 != PromptSession.answer }
        if !gone.isEmpty { lines.append("gone: " + gone.map(paint.name).joined(separator: ", ")) }
        return lines
    }

    func forget() {
        reset()
        say("all names are forgotten; `:undo` brings them back")
    }

    func setDigits(_ text: String) {
        if text.isEmpty { return output.result("\(interpreter.machine.style.digits)") }
        guard let digits = Int(text), (1...17).contains(digits) else {
            return say("`:digits` needs a whole number from 1 to 17, not `\(text)`")
        }
        interpreter.machine.style.digits = digits
    }

    func setNaN(_ text: String) {
        switch text {
        case "": output.result(interpreter.machine.stopsAtNaN ? "stop" : "go")
        case "stop": interpreter.machine.stopsAtNaN = true
        case "go": interpreter.machine.stopsAtNaN = false
        default: say("`:nan` needs `stop` or `go`, not `\(text)`")
        }
    }

    func setSeed(_ text: String) {
        guard let seed = Int(text) else { return say("`:seed` needs a whole number, as in `:seed 42`") }
        change(":seed \(seed)", script: "seed(\(seed))") { interpreter.machine.random = RandomStream(seed: seed) }
    }
}

extension String {
    /// Without quotes around it.
    fileprivate var unquoted: String {
        count > 1 && first == "\"" && last == "\"" ? String(dropFirst().dropLast()) : self
    }
}
