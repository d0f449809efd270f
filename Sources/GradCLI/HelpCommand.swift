import ArgumentParser
import Runtime

/// `grad help NAME`: what `:help NAME` tells at the prompt; without a name, or with that of a command, how to use the command.
struct HelpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "help", abstract: "Help for a name of the language, or for a command.")

    @ParentCommand var parent: GradCommand

    @Argument(help: "A function, an operator or a constant of the language; or a command: check, fmt.")
    var name: String?

    func run() throws {
        guard let name else { throw CleanExit.helpRequest(GradCommand.self) }
        let commands: [any ParsableCommand.Type] = [CheckCommand.self, FormatCommand.self, HelpCommand.self]
        if let command = commands.first(where: { $0.configuration.commandName == name }) {
            throw CleanExit.helpRequest(command)
        }
        let console = Console(terminal: parent.options.color.terminal)
        try show(name, CommandSession(parent.options, console, arguments: [])).end(console)
    }

    private func show(_ name: String, _ session: CommandSession) -> ExitStatus {
        guard session.interpreter.builtins[name] != nil else {
            session.console.complain("there is no help for `\(name)`")
            return .usage
        }
        return .success
    }
}
