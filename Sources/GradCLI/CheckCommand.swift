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
        var status = ExitStatus.success
        for file in files {
            // A session of its own for each: what one file introduces the next does not know.
            let session = CommandSession(parent.options, console, arguments: [])
            status = status.worse(session.check(file))
        }
        try status.end(console)
    }
}

extension CommandSession {
    fileprivate func check(_ path: String) -> ExitStatus {
        guard let source = source(path) else { return .usage }
        let found = DeepStack.run { interpreter.check(source) }
        report(found)
        return found.hasErrors ? .rejected : .success
    }

    /// A file, or standard input for `-`; `nil` when it cannot be read, which is told.
    func source(_ path: String) -> Source? {
        do {
            let isInput = path == "-"
            guard let bytes = try isInput ? readAll(0, isStopped: { false }) : readFile(path) else { return nil }
            return interpreter.addSource(name: isInput ? "<stdin>" : path, bytes: bytes)
        } catch {
            console.complain("\(path) cannot be read: \(error)")
            return nil
        }
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
