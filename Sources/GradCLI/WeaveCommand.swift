import ArgumentParser
import Files
import GradREPL
import Runtime
import Syntax
import Weave
import Wording

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `grad weave LESSON.grad -o page.html`: a lesson as one page.
struct WeaveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weave", abstract: "Write a lesson as a page: text, code, results and pictures in one HTML file.",
        discussion: """
            Comments at the margin are text, in Markdown; `$…$` in them sets an expression as mathematics. The rest is program, and what it \
            shows stands under it. The page needs no network and no other file.
            """)

    @ParentCommand var parent: GradCommand
    @OptionGroup var color: SubcommandColorOptions

    @Option(name: [.customShort("o"), .long], help: "The page (- is standard output), or with several lessons a folder; without it NAME.html here.", completion: .file())
    var output: String?

    @Option(help: "The language of the text, en or pt: a lesson is looked for in the folder of that name beside it, and where there is none it is taken to be written in it. By default what LANG says.")
    var lang: Language?

    @ArgumentParser.Argument(help: "Lessons.", completion: .file(extensions: ["grad"]))
    var files: [String]

    func run() throws {
        let console = Console(terminal: color.terminal(parent))
        InterruptFlag().install()
        let status = DeepStack.run { files.reduce(ExitStatus.success) { $0.worse(weave($1, console)) } }
        try status.end(console)
    }

    private func weave(_ file: String, _ console: Console) -> ExitStatus {
        let (path, language) = translated(file)
        switch Input(expressions: [], file: path).read(console) {
        case .ended(let status): return status
        case .read(let text):
            let session = CommandSession(parent.options, console, arguments: [])
            session.interpreter.machine.style.width = 80
            session.interpreter.machine.environment.language = language
            session.interpreter.machine.environment.progress = nil
            let woven = Weaver(
                session.interpreter.addSource(name: text.name, bytes: text.bytes), session.interpreter, language: language)
            do {
                if output == "-" {
                    console.write(woven.html)
                    return session.report(woven.outcome)
                }
                try StoredFile.write(Array(woven.html.utf8), to: target(path))
            } catch {
                console.complain("\(target(path)) cannot be written: \(error)")
                return .failed
            }
            return session.report(woven.outcome)
        }
    }

    // MARK: Names

    /// The lesson in the language asked for, where there is one, and the language it then is in.
    private func translated(_ file: String) -> (path: String, language: Language) {
        var parts = file.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let own = parts.dropLast().last.flatMap({ Language(rawValue: $0) }) { return (file, own) }
        let wanted = lang ?? parent.options.language
        parts.insert(wanted.rawValue, at: parts.count - 1)
        let other = parts.joined(separator: "/")
        return access(other, R_OK) == 0 ? (other, wanted) : (file, lang ?? .english)
    }

    private func target(_ path: String) -> String {
        if let output, files.count == 1, !output.hasSuffix("/") { return output }
        var name = path.split(separator: "/").last.map(String.init) ?? "page"
        if name.hasSuffix(".grad") { name.removeLast(5) }
        if name == "-" { name = "page" }
        let folder = output.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
        return folder + name + ".html"
    }
}

extension Language: ExpressibleByArgument {}
