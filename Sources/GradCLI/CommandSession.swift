import Files
import GradREPL
import Runtime
import Syntax
import Tensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An interpreter with the process's streams, files, clock and Ctrl-C as its world. Made and used on a deep stack.
final class CommandSession {
    let interpreter: Interpreter
    let console: Console
    let renderer: DiagnosticRenderer
    /// Shows a line of results.
    private let show: (String) -> Void

    /// - Parameter folder: Where the program lies; in a sandbox it imports from there and nowhere else.
    init(_ options: RunOptions, _ console: Console, arguments: [String], folder: String? = nil) {
        self.console = console
        let sources = SourceTable()
        let renderer = DiagnosticRenderer(color: console.terminal.colorsErrors, width: Terminal.width()) { sources.lookup($0) }
        let interrupts = InterruptFlag()
        // What a sandboxed program shows is text, and no command to the terminal.
        let show: (String) -> Void = options.sandbox ? { console.print(visibleText($0)) } : { console.print($0) }
        var environment = Environment(
            print: show, note: { console.report(renderer.render($0)) },
            interruptions: { interrupts.count }, readFile: { path in try readFile(path) }, now: Duration.now)
        environment.language = options.language
        environment.writeFile = { path, bytes in try StoredFile.write(bytes, to: UserFiles.expanded(path)) }
        environment.limits = options.limits
        if options.sandbox { CommandSession.confine(&environment, to: folder, reading: options.allow) }
        environment.progress = { console.progress.show($0) }
        environment.loading = { console.progress.show(reading: $0, $1, of: $2) }
        environment.plans = options.plans
        environment.cores = Environment.processors
        environment.screen = console.terminal.screen
        if options.sandbox {
            environment.screen = {
                var screen = console.terminal.screen()
                screen.color = false
                return screen
            }
        }
        if console.terminal.movesCursor, !options.sandbox {
            environment.stage = Stage(write: { console.write($0) }, pause: Terminal.pause)
        }
        let interpreter = Interpreter(environment: environment, seed: options.seed)
        sources.lookup = { [unowned interpreter] in interpreter.source($0) }
        interpreter.machine.style.digits = options.digits
        if isatty(STDOUT_FILENO) == 1 { interpreter.machine.style.width = Terminal.width() }
        interpreter.machine.stopsAtNaN = options.nan == .stop
        interpreter.builtins.add("args", .list(arguments.map { .string($0) }))
        self.interpreter = interpreter
        self.renderer = renderer
        self.show = show
    }

    /// Leaves a program the files in its own folder to import, and those in `folders` to read.
    private static func confine(_ environment: inout Environment, to own: String?, reading folders: [String]) {
        let own = own.flatMap { try? ConfinedFolder($0, base: ".") }
        let allowed = folders.compactMap { try? ConfinedFolder($0, base: ".") }
        let limits = environment.limits
        environment.writeFile = nil
        environment.loadFile = own.map { folder in { path in try folder.read(path, limit: limits.source) } }
        environment.readFile = allowed.isEmpty ? nil : { path in
            var refusal: (any Error)?
            for folder in allowed {
                do { return try folder.read(path, limit: limits.memory) } catch { refusal = refusal ?? error }
            }
            throw refusal ?? FileError("it is outside of the folder that this program may use")
        }
    }

    // MARK: Running

    /// Runs a program, shows the values of bare expressions, and tells what went wrong.
    func run(_ text: Input.Text) -> ExitStatus {
        let source = interpreter.addSource(name: text.name, bytes: text.bytes)
        let outcome = interpreter.run(source) { event in
            if case .value(let value) = event { show(interpreter.machine.style.describe(value)) }
        }
        return report(outcome)
    }

    /// Tells what stopped a program.
    func report(_ outcome: Interpreter.Outcome) -> ExitStatus {
        switch outcome {
        case .finished: return .success
        case .rejected(let diagnostics):
            report(diagnostics)
            return .rejected
        case .failed(let diagnostic):
            report([diagnostic])
            return .failed
        case .interrupted: return .interrupted
        }
    }

    func report(_ diagnostics: [Diagnostic]) {
        console.report(diagnostics.map(renderer.render).joined(separator: "\n"))
    }
}

/// Lets the renderer, which the interpreter's world needs, find the interpreter's sources.
private final class SourceTable {
    var lookup: (SourceID) -> Source? = { _ in nil }
}
