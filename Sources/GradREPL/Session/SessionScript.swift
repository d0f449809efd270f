import Runtime
import Syntax

/// An input that succeeded, as `:save` writes it.
struct SavedInput {
    let source: Source
    /// Its last statement is an expression whose value `ans` holds.
    let setsAnswer: Bool
    /// It came from this file.
    var file: String?
}

/// The session as a script that gives the same values when it runs.
struct SessionScript {
    let inputs: [SavedInput]

    var text: String {
        var text = "# A session at the prompt of Grad.\n"
        for (index, input) in inputs.enumerated() {
            text += "\n"
            if let file = input.file { text += "# From \(file)\n" }
            let body = isAnswerUsed(after: index) ? SessionScript.namingAnswer(input.source) : input.source.text
            text += body.hasSuffix("\n") ? body : body + "\n"
        }
        return text
    }

    /// A file knows no `ans`; the script introduces it where a later input uses it.
    private func isAnswerUsed(after index: Int) -> Bool {
        guard inputs[index].setsAnswer else { return false }
        for later in inputs[(index + 1)...] {
            if SessionScript.mentionsAnswer(later.source.text) { return true }
            if later.setsAnswer { return false }
        }
        return false
    }

    static func mentionsAnswer(_ text: String) -> Bool {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains(PromptSession.answer[...])
    }

    /// The last expression `e` becomes `ans = e` and, where it is shown, `ans`.
    private static func namingAnswer(_ source: Source) -> String {
        guard case .expression(let expression, let isMuted)? = parse(source).program.statements.last else { return source.text }
        let start = Int(expression.span.start)
        let named = source.text(0, start) + "\(PromptSession.answer) = " + source.text(start, source.bytes.count)
        return isMuted ? named : named + "\n\(PromptSession.answer)"
    }
}
