import TerminalSupport

/// The program itself lies beside the tests too.
func program() -> String { harness().replacing("/EditorHarness", with: "/grad") }

extension Home {
    /// The program itself at its prompt, in this folder.
    func startPrompt(_ extra: [String: String] = [:], width: Int = 80, height: Int = 30) throws -> PseudoTerminal {
        var environment = ["HOME": path, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PWD": path]
        environment.merge(extra) { $1 }
        let words = environment.map { "\($0.key)='\($0.value)'" }.sorted().joined(separator: " ")
        // A shell, so that it starts in the folder.
        let terminal = try PseudoTerminal(
            "/bin/sh", arguments: ["-c", "cd '\(path)' && exec env \(words) '\(program())'"], environment: ["PATH": "/usr/bin:/bin"],
            width: width, height: height)
        terminal.companion = self
        try terminal.waitForPrompt()
        return terminal
    }
}

extension PseudoTerminal {
    func waitForPrompt() throws {
        try wait("the prompt") { $0.cursorRow == "grad>" }
    }

    /// Runs an input.
    ///
    /// - Returns: the rows that it showed.
    @discardableResult
    func run(_ input: String) throws -> [String] {
        let before = lines.count
        // A paste keeps its line ends; otherwise each is a press of Enter.
        let keys = input.hasPrefix(Key.escape) ? input : input.replacing("\n", with: Key.enter)
        try send(keys + Key.enter)
        // The prompt of before does not count.
        try wait("the end of `\(input)`") { screen in
            screen.cursorRow == "grad>" && screen.text.split(separator: "\n", omittingEmptySubsequences: false).count > before
        }
        return Array(lines.dropFirst(before).dropLast())
    }

    /// All rows that were ever shown.
    var lines: [String] { screen.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
}
