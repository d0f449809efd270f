import Files
import ArgumentParser
import GradREPL
import Runtime
import Syntax

/// `grad fmt FILE…`: programs in the canonical form.
struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Write programs in the canonical form.",
        discussion: "A file with errors is left as it is. Standard input (-) is written, formatted, to standard output.")

    @ParentCommand var parent: GradCommand
    @OptionGroup var color: SubcommandColorOptions

    @Flag(help: "Change nothing: list the files that are not in the canonical form, and exit with 1 if there are any.")
    var check = false

    @ArgumentParser.Argument(help: "Files, or - for standard input.", completion: .file(extensions: ["grad"]))
    var files: [String]

    func run() throws {
        let console = Console(terminal: color.terminal(parent))
        let status = files.reduce(ExitStatus.success) { $0.worse(format($1, console)) }
        try status.end(console)
    }

    private func format(_ path: String, _ console: Console) -> ExitStatus {
        switch Input(expressions: [], file: path).read(console) {
        case .ended(let status): status
        case .read(let text): DeepStack.run { format(text, path, console) }
        }
    }

    private func format(_ text: Input.Text, _ path: String, _ console: Console) -> ExitStatus {
        let source = Source(id: SourceID(0), name: text.name, bytes: text.bytes)
        guard let formatted = Syntax.format(source) else {
            let renderer = DiagnosticRenderer(color: console.terminal.colorsErrors, width: Terminal.width()) { _ in source }
            console.report(Syntax.parse(source).diagnostics.map(renderer.render).joined(separator: "\n"))
            return .rejected
        }
        let isCanonical = formatted.utf8.elementsEqual(text.bytes)
        if check {
            if !isCanonical { console.print(source.name) }
            return isCanonical ? .success : .differs
        }
        if path == "-" {
            console.write(formatted)
            return .success
        }
        return isCanonical ? .success : replace(path, formatted, console)
    }

    private func replace(_ path: String, _ text: String, _ console: Console) -> ExitStatus {
        do {
            try StoredFile.write(Array(text.utf8), to: path)
            return .success
        } catch {
            console.complain("\(path) cannot be written: \(error)")
            return .failed
        }
    }
}
