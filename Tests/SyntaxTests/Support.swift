import Syntax

func source(_ text: String) -> Source { Source(id: SourceID(1), name: "test.grad", text: text) }
func parsed(_ text: String) -> ParseResult { parse(source(text)) }

/// The tree of a text, then what is wrong with it.
func tree(_ text: String) -> String {
    let result = parsed(text)
    return ([result.program.dump] + result.diagnostics.map { "! " + $0.message }).joined(separator: "\n")
}
