import ArgumentParser
import GradREPL
import Runtime

/// `grad help NAME`: what `:help NAME` tells at the prompt; without a name, or with that of a command, how to use the command.
struct HelpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "help", abstract: "Help for a name of the language, or for a command.")

    @ParentCommand var parent: GradCommand

    @Argument(help: "A function, an operator or a constant of the language; or a command: check, fmt, weave.")
    var name: String?

    func run() throws {
        guard let name else { throw CleanExit.helpRequest(GradCommand.self) }
        let commands: [any ParsableCommand.Type] = [CheckCommand.self, FormatCommand.self, WeaveCommand.self, HelpCommand.self]
        if let command = commands.first(where: { $0.configuration.commandName == name }) {
            throw CleanExit.helpRequest(command)
        }
        let console = Console(terminal: parent.options.color.terminal)
        let status = DeepStack.run { show(name, CommandSession(parent.options, console, arguments: [])) }
        try status.end(console)
    }

    private func show(_ name: String, _ session: CommandSession) -> ExitStatus {
        let console = session.console
        let text = session.interpreter.helpPage(for: name, color: console.terminal.colorsOutput, width: Terminal.width())
        if let text {
            console.print(text)
            return .success
        }
        let similar = session.interpreter.namesLike(name).map { "`\($0)`" }
        let hint = similar.isEmpty ? "" : "; did you mean \(similar.joined(separator: " or "))?"
        console.complain("`\(name)` is not known\(hint)")
        return .usage
    }
}
