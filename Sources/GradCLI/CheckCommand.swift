import ArgumentParser
import GradREPL
import Runtime
import Syntax

/// `grad check FILE…`: all that can be found without running.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell what is wrong with programs without running them.")

    @ParentCommand var parent: GradCommand
    @OptionGroup var color: SubcommandColorOptions

    @ArgumentParser.Argument(help: "Files, or - for standard input.", completion: .file(extensions: ["grad"]))
    var files: [String]

    func run() throws {
        let console = Console(terminal: color.terminal(parent))
        let texts = files.map { Input(expressions: [], file: $0).read(console) }
        let status = DeepStack.run {
            texts.reduce(ExitStatus.success) { status, reading in
                switch reading {
                case .ended(let other): status.worse(other)
                // A session of its own for each: what one file introduces the next does not know.
                case .read(let text): status.worse(CommandSession(parent.options, console, arguments: []).check(text))
                }
            }
        }
        try status.end(console)
    }
}

extension CommandSession {
    fileprivate func check(_ text: Input.Text) -> ExitStatus {
        let found = interpreter.check(interpreter.addSource(name: text.name, bytes: text.bytes))
        if !found.isEmpty { report(found) }
        return found.hasErrors ? .rejected : .success
    }
}

/// The colour options behind the name of a command; they go before those in front of it.
struct SubcommandColorOptions: ParsableArguments {
    @Option(help: "Colour: when standard output or error is a terminal and NO_COLOR is not set, always, or never.")
    var color: Terminal.ColorChoice?

    @Flag(help: "The same as --color never.")
    var noColor = false

    func terminal(_ parent: GradCommand) -> Terminal {
        .current(color: noColor ? .never : color ?? parent.options.color.choice)
    }
}
