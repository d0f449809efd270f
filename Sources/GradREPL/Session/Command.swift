import Runtime

/// A command of the prompt: its whole declaration.
struct Command: Sendable {
    let name: String
    /// As help shows them.
    let arguments: String
    let help: String
    /// What Tab completes behind it.
    let argumentKind: ArgumentKind
    /// Given the text behind the name.
    let action: @Sendable (PromptSession, String) -> PromptSession.Next

    enum ArgumentKind: Sendable { case none, name, expression, file }

    init(
        _ name: String, _ arguments: String, _ help: String, completes kind: ArgumentKind = .none,
        quits action: @escaping @Sendable (PromptSession, String) -> PromptSession.Next
    ) {
        self.name = name
        self.arguments = arguments
        self.help = help
        self.argumentKind = kind
        self.action = action
    }

    init(
        _ name: String, _ arguments: String, _ help: String, completes kind: ArgumentKind = .none,
        action: @escaping @Sendable (PromptSession, String) -> Void
    ) {
        self.init(name, arguments, help, completes: kind, quits: { session, argument in
            action(session, argument)
            return .readMore
        })
    }

    /// As it is typed.
    var usage: String { ":" + name + (arguments.isEmpty ? "" : " " + arguments) }

    /// In the order in which help lists them.
    static let all: [Command] = [
        Command("help", "[NAME]", "this list; of a name what it does, with examples", completes: .name) { $0.help($1) },
        Command("source", "NAME", "the definition of a function that is written in Grad", completes: .name) { $0.showSource($1) },
        Command("vars", "", "the names of this session and what they hold") { session, _ in session.listNames() },
        Command("type", "EXPR", "what kind of value an expression has; nothing is changed", completes: .expression) { $0.showType($1) },
        Command("time", "EXPR", "how long an expression takes; nothing is changed", completes: .expression) { $0.time($1) },
        Command("plan", "NAME", "what calls of a function and its derivatives were compiled to", completes: .name) { $0.showPlan($1) },
        Command("load", "FILE", "runs a file as if it were typed here", completes: .file) { $0.load($1) },
        Command("save", "FILE", "writes what was typed here as a script that runs", completes: .file) { $0.save($1) },
        Command("undo", "", "takes the last input back, whatever it changed") { session, _ in session.undoLast() },
        Command("reset", "", "forgets all names, and starts the random numbers anew") { session, _ in session.forget() },
        Command("digits", "[N]", "shows numbers with N significant digits; 17 shows all") { $0.setDigits($1) },
        Command("nan", "[stop|go]", "whether a computation stops where it makes NaN or an infinity") { $0.setNaN($1) },
        Command("seed", "N", "starts the random numbers anew from a seed") { $0.setSeed($1) },
        Command("quit", "", "leaves; so does Ctrl-D", quits: { _, _ in .quit }),
    ]
}

extension PromptSession {
    /// Runs a line that begins with `:`, or with `?` for help.
    func command(_ line: String) -> Next {
        if line.hasPrefix("?") { return command(":help " + line.drop { $0 == "?" }) }
        let parts = line.dropFirst().split(maxSplits: 1) { $0 == " " || $0 == "\t" }
        let argument = parts.count > 1 ? String(parts[1]).trimmed : ""
        guard let name = parts.first.map(String.init) else { return command(":help") }
        guard let command = find(name) else { return .readMore }
        return command.action(self, argument)
    }

    /// The command of that name, or the only one that begins so.
    private func find(_ name: String) -> Command? {
        if let command = Command.all.first(where: { $0.name == name }) { return command }
        let beginning = Command.all.filter { $0.name.hasPrefix(name) }
        if beginning.count == 1 { return beginning[0] }
        let similar = beginning.isEmpty ? Command.nearest(to: name) : beginning.map(\.name)
        say("there is no command `:\(name)`" + suggestion(similar.map { ":" + $0 }, otherwise: "`:help` lists them"))
        return nil
    }

    /// `; did you mean …?`, or another sentence.
    func suggestion(_ names: [String], otherwise: String) -> String {
        if names.isEmpty { return "; " + otherwise }
        return "; did you mean " + names.map { "`\($0)`" }.joined(separator: " or ") + "?"
    }
}

extension String {
    /// Without blanks at either end.
    var trimmed: String {
        var text = drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
