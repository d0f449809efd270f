import Files
import Runtime
import Syntax
import Tensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The prompt: reads inputs on a terminal, runs them and shows what came of them, until the user leaves.
package struct REPL {
    private let terminal: Terminal
    private let settings: PromptSession.Settings
    private let greeting: String

    /// - Parameters:
    ///   - terminal: one that `isInteractive`; other input is a script, and not the prompt's matter.
    ///   - version: what the greeting says of the program.
    package init(
        terminal: Terminal = .current(), settings: PromptSession.Settings = .init(), version: String? = nil
    ) {
        self.terminal = terminal
        self.settings = settings
        greeting = "Grad\(version.map { " " + $0 } ?? ""). `:help` tells what can be typed; Ctrl-D leaves."
    }

    /// Runs until the user leaves. On the main thread only.
    ///
    /// - Returns: the exit status: 0; 64 where there is no terminal to edit on.
    package func run() -> Int32 {
        let session = makeSession()
        let completion = NameCompletion(session: session)
        let prompt = Prompt("grad> ", continuation: "....  ", style: terminal.colorsOutput ? "1;32" : nil)
        let editor = LineEditor(
            prompt: prompt, terminal: terminal, history: .standard(), completer: completion.complete,
            isComplete: PromptSession.isComplete, note: REPL.tell)
        guard let editor else {
            REPL.tell("the prompt needs a terminal")
            return 64
        }
        Swift.print(Paint(isOn: terminal.colorsOutput).dim(greeting))
        while true {
            switch editor.readInput() {
            case .interrupted: continue
            case .endOfFile: return 0
            case .text(let text):
                let next = DeepStack.run { session.take(text) }
                // Whatever comes next belongs below it.
                fflush(nil)
                if next == .quit { return 0 }
            }
        }
    }

    private func makeSession() -> PromptSession {
        let progress = ProgressLine(
            redraws: terminal.movesCursor && isatty(STDERR_FILENO) == 1, isUTF8: terminal.isUTF8, width: Terminal.width,
            now: Duration.now, write: REPL.emit)
        let print: (String) -> Void = { line in
            progress.clear()
            Swift.print(line)
        }
        let message: (String) -> Void = { line in
            progress.clear()
            REPL.tell(line)
        }
        let output = PromptSession.Output(
            result: print, message: message, colorsResults: terminal.colorsOutput,
            colorsMessages: terminal.colorsErrors, width: { Terminal.width() })
        let flag = InterruptFlag()
        var note: (Diagnostic) -> Void = { _ in }
        var environment = Environment(
            print: print, note: { note($0) }, interruptions: { flag.count },
            readFile: { try UserFiles.read(UserFiles.expanded($0)) }, now: Duration.now)
        environment.writeFile = { path, bytes in try StoredFile.write(bytes, to: UserFiles.expanded(path)) }
        environment.limits = .ofMachine
        environment.progress = progress.show
        environment.cores = Environment.processors
        environment.loading = { progress.show(reading: $0, $1, of: $2) }
        environment.screen = terminal.screen
        if terminal.movesCursor {
            environment.stage = Stage(
                write: { text in
                    progress.clear()
                    Swift.print(text, terminator: "")
                    fflush(nil)
                }, pause: Terminal.pause)
        }
        let session = PromptSession(environment: environment, settings: settings, output: output)
        note = { [unowned session] in session.show($0) }
        return session
    }

    /// A line on standard error, below what was printed before.
    private static func tell(_ line: String) { emit(line + "\n") }

    private static func emit(_ text: String) {
        fflush(nil)
        let bytes = Array(text.utf8)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno != EINTR { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
