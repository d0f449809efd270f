package import Runtime

extension Interpreter {
    /// What `grad help NAME` shows: what `:help NAME` does at the prompt, and the definition of what is written in the language. `nil` for a
    /// name that is not known.
    package func helpPage(for name: String, color: Bool, width: Int) -> String? {
        let text = HelpText(interpreter: self, paint: Paint(isOn: color), width: width, isPrompt: false)
        guard let help = text.help(for: name) else { return nil }
        guard let source = text.source(of: name) else { return help }
        return help + "\n\n" + source.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }.joined(separator: "\n")
    }

    /// Known names that resemble one that is not.
    package func namesLike(_ name: String) -> [String] {
        HelpText(interpreter: self, paint: Paint(isOn: false), width: 80).similar(to: name)
    }
}
