import Runtime
import Syntax

/// What Tab finds at the prompt: names, fields, named arguments, commands and files.
struct NameCompletion {
    let session: PromptSession

    static let keywords = [
        "and", "break", "continue", "else", "explain", "false", "for", "if", "import", "in", "not", "or", "return", "rule",
        "then", "true", "while",
    ]

    func complete(_ request: Completion.Request) -> Completion.Result {
        let before = request.before
        if before.hasPrefix(":") || before.hasPrefix("?") { return command(before) }
        return expression(before, before: before)
    }

    private func result(_ candidates: [Completion.Candidate], for word: some StringProtocol, in before: String) -> Completion.Result {
        Completion.Result(start: before.utf8.count - word.utf8.count, candidates: candidates)
    }

    // MARK: Commands

    private func command(_ before: String) -> Completion.Result {
        if before.hasPrefix("?") { return result(names(before.dropFirst()), for: before.dropFirst(), in: before) }
        guard let space = before.firstIndex(of: " ") else {
            let found = Command.all.filter { (":" + $0.name).hasPrefix(before) }
            return result(found.map { .init(":" + $0.name) }, for: before, in: before)
        }
        let name = before[before.index(after: before.startIndex)..<space]
        let argument = before[space...].drop { $0 == " " }
        let commands = Command.all.filter { $0.name.hasPrefix(name) }
        switch (Command.all.first { $0.name == name } ?? (commands.count == 1 ? commands[0] : nil))?.argumentKind {
        case .name where argument.hasPrefix(":"):
            let found = Command.all.filter { (":" + $0.name).hasPrefix(argument) }
            return result(found.map { .init(":" + $0.name) }, for: argument, in: before)
        case .name: return result(names(argument), for: argument, in: before)
        case .expression: return expression(String(argument), before: before)
        case .file: return files(argument, in: before)
        default: return .none
        }
    }

    // MARK: Expressions

    private func expression(_ text: String, before: String) -> Completion.Result {
        let context = CursorContext(before: text)
        switch context.place {
        case .nothing: return .none
        case .string(let content): return files(content[...], in: before)
        case .field(let path): return result(fields(path, context.word), for: context.word, in: before)
        case .name:
            var candidates = arguments(context)
            // An empty word would list everything there is.
            if !context.word.isEmpty { candidates += names(context.word[...], also: context.words) }
            return result(candidates, for: context.word, in: before)
        }
    }

    /// Names that begin with the word; a Greek letter also where it is spelled out.
    private func names(_ word: Substring, also local: [String] = []) -> [Completion.Candidate] {
        let own = session.interpreter.globals.names
        let known = Set(own + session.interpreter.builtins.names + local.filter { $0.count > 1 } + NameCompletion.keywords)
        return known.sorted().compactMap { name in
            if name.hasPrefix(word) { return .init(name) }
            let spelled = asciiName(name)
            return spelled.hasPrefix(word) && !word.isEmpty ? .init(name, label: "\(name) (\(spelled))") : nil
        }
    }

    /// The arguments of the function that have not been given yet.
    private func arguments(_ context: CursorContext) -> [Completion.Candidate] {
        guard let call = context.call, case .function(let callable)? = value(call.function)?.settled else { return [] }
        return callable.parameters.dropFirst(max(0, call.count)).filter { parameter in
            !parameter.isVariadic && !call.names.contains(canonicalName(parameter.name)) && parameter.name.hasPrefix(context.word)
        }.map { .init("\($0.name): ") }
    }

    private func fields(_ path: [String], _ word: String) -> [Completion.Candidate] {
        guard let first = path.first, var current = value(first)?.settled else { return [] }
        for name in path.dropFirst() {
            guard let next = NameCompletion.field(name, of: current) else { return [] }
            current = next
        }
        let names: [String] =
            switch current {
            case .record(let record): record.names
            case .object(let object): object.fieldNames
            case .tensor: ["T"]
            default: []
            }
        return names.filter { $0.hasPrefix(word) || asciiName($0).hasPrefix(word) }.map { .init($0) }
    }

    private static func field(_ name: String, of value: Value) -> Value? {
        switch value {
        case .record(let record): record[canonicalName(name)]?.settled
        case .object(let object): object.field(name)?.settled
        default: nil
        }
    }

    private func value(_ name: String) -> Value? {
        let name = canonicalName(name)
        if let value = session.interpreter.globals[name]?.global?.pointee, !value.isNothing { return value }
        return session.interpreter.builtins[name]
    }

    // MARK: Files

    private func files(_ path: Substring, in before: String) -> Completion.Result {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        let word = slash.map { path[path.index(after: $0)...] } ?? path
        let found = UserFiles.names(in: UserFiles.expanded(folder)).filter { $0.hasPrefix(word) }
        return result(found.map { .init($0) }, for: word, in: before)
    }
}
