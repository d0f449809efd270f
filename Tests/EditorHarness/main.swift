// Reads inputs through the line editor and prints each as it was understood, for the tests to look at.

import GradREPL

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An input is unfinished while a bracket is open.
func isComplete(_ text: String) -> Bool {
    text.reduce(0) { $0 + ("([{".contains($1) ? 1 : ")]}".contains($1) ? -1 : 0) } <= 0
}

let names = ["gradient", "grad", "jacobian", "loss", "learning_rate", "learned", "théorème", "∇f"]

func complete(_ request: Completion.Request) -> Completion.Result {
    let before = request.before
    let word = before.reversed().prefix { $0.isLetter || $0 == "_" || $0 == "∇" }.count
    let start = before.index(before.endIndex, offsetBy: -word)
    let candidates = names.filter { $0.hasPrefix(before[start...]) && word > 0 }.sorted()
    return Completion.Result(
        start: before.utf8.distance(from: before.startIndex, to: start), candidates: candidates.map { .init($0) })
}

func escaped(_ text: String) -> String {
    "\"" + text.replacing("\t", with: "\\t").split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n") + "\""
}

let terminal = Terminal.current()
let prompt = Prompt("grad> ", continuation: "....  ", style: terminal.colorsOutput ? "1;32" : nil)
let editor = LineEditor(
    prompt: prompt, terminal: terminal, history: .standard(), completer: complete, isComplete: isComplete,
    note: { print("note: \($0)") })

guard let editor else {
    while let line = readLine() { print("line \(escaped(line))") }
    exit(0)
}
reading: while true {
    switch editor.readInput() {
    case .text("spin"):
        // A computation that polls the flag.
        let flag = InterruptFlag()
        print("spinning")
        while !flag.isRaised { usleep(1000) }
        print("stopped")
    case .text(let text): print("read \(escaped(text))")
    case .interrupted: print("interrupted")
    case .endOfFile: break reading
    }
}
print("bye")
