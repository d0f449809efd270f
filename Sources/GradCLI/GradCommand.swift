import ArgumentParser
import GradREPL
import Runtime

/// `grad`: runs files, expressions and standard input, and holds the other commands.
struct GradCommand: ParsableCommand {
    static let version = "0.1.0"

    fileprivate static let usage = """
        grad [options]                       a prompt, or a script from standard input
        grad [options] FILE [args ...]       run a file; the script finds the rest in `args`
        grad [options] -e EXPR [args ...]    run what is written here
        grad check FILE ...                  tell what is wrong without running it
        grad fmt [--check] FILE ...          write files in the canonical form
        grad --sandbox FILE [args ...]       run a file of someone you do not know
        grad weave FILE ... [-o PAGE]        write lessons as pages
        grad help [NAME]                     help for a name of the language
        """

    static let configuration = CommandConfiguration(
        commandName: "grad",
        abstract: "A small math language for gradients.",
        usage: GradCommand.usage,
        discussion: """
            Results go to standard output, messages to standard error. Exit status: 0; 64 when the command line is wrong \
            or a file cannot be read; 65 when a program does not parse or resolve; 70 when it failed while running; \
            130 when it was interrupted.
            """,
        version: "grad \(version)",
        subcommands: [RunCommand.self, CheckCommand.self, FormatCommand.self, WeaveCommand.self, HelpCommand.self, ReferenceCommand.self],
        defaultSubcommand: RunCommand.self)

    @OptionGroup var options: RunOptions
}

/// What stands on the command line behind the options: a file, or `-` for standard input, and the script's own arguments,
/// which are passed on as they are.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a file, an expression or standard input.", usage: GradCommand.usage,
        shouldDisplay: false)

    @ParentCommand var parent: GradCommand

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The file to run, or - for standard input, and the script's arguments.", valueName: "file"),
        completion: .file(extensions: ["grad"]))
    var words: [String] = []

    func validate() throws {
        guard let first = words.first, first.hasPrefix("-"), first != "-", first != "--" else { return }
        throw ValidationError("there is no option \(first)")
    }

    /// The folder of a file; `nil` for standard input.
    private func folder(of file: String) -> String? {
        if file == "-" { return nil }
        return file.lastIndex(of: "/").map { String(file[...$0]) } ?? "."
    }

    func run() throws {
        let options = parent.options
        let terminal = options.color.terminal
        var words = words[...]
        // A `--` in front of everything ends the options of `grad` itself.
        if words.first == "--" { words = words.dropFirst() }
        let file = options.expressions.isEmpty ? words.popFirst() : nil
        if file == nil, options.expressions.isEmpty, terminal.isInteractive { return try runPrompt(options, terminal) }

        let console = Console(terminal: terminal)
        let interrupts = InterruptFlag()
        interrupts.install()
        interrupts.installForEnding()
        switch Input(expressions: options.expressions, file: file).read(console) {
        case .ended(let status):
            interrupts.endAsAsked()
            try status.end(console)
        case .read(let text):
            let status = DeepStack.run {
                CommandSession(options, console, arguments: Array(words), folder: file.flatMap(folder)).run(text)
            }
            console.flush()
            interrupts.endAsAsked()
            try status.end(console)
        }
    }
}
