import ArgumentParser
import GradREPL
import Runtime

/// `grad reference-pages [PAGE]`, for scripts/reference: a page of the reference, or the names of all.
struct ReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference-pages", abstract: "Write a page of the reference.", shouldDisplay: false)

    @ParentCommand var parent: GradCommand

    @Argument(help: "The page's file name; without it the names of all pages are listed.")
    var page: String?

    func run() throws {
        let console = Console(terminal: parent.options.color.terminal)
        let pages = ReferencePages(CommandSession(parent.options, console, arguments: []).interpreter).pages
        guard let page else {
            for page in pages { console.print(page.name) }
            return try ExitStatus.success.end(console)
        }
        guard let found = pages.first(where: { $0.name == page }) else {
            console.complain("there is no page \(page)")
            return try ExitStatus.usage.end(console)
        }
        console.write(found.text)
        try ExitStatus.success.end(console)
    }
}
