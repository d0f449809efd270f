import Runtime
import Syntax

/// What `:help NAME` and `:source NAME` show.
struct HelpText {
    let interpreter: Interpreter
    let paint: Paint
    /// Columns of the terminal.
    let width: Int
    /// Commands of the prompt can be pointed to.
    var isPrompt = true

    /// `huber(a, b, delta: 1)`.
    func signature(of callable: Callable, named name: String? = nil) -> String {
        "\(name ?? callable.name ?? "function")(\(parameters(of: callable).joined(separator: ", ")))"
    }

    private func parameters(of callable: Callable) -> [String] {
        if let function = (callable as? Closure)?.declaration, let source = interpreter.source(function.span.source) {
            return function.parameters.map { HelpText.text($0, in: source) }
        }
        return callable.parameters.map { parameter in
            if parameter.isVariadic { return parameter.name + "…" }
            return parameter.isRequired ? parameter.name : "\(parameter.name): \(parameter.defaultText ?? "…")"
        }
    }

    /// `X[n, d]`, `k: 2`, as it is written.
    private static func text(_ parameter: Syntax.Parameter, in source: Source) -> String {
        let shape = parameter.shape.map { lengths in "[\(lengths.map { source.text($0.span) }.joined(separator: ", "))]" }
        let value = parameter.defaultValue.map { ": " + source.text($0.span) }
        return source.text(parameter.name.span) + (shape ?? "") + (value ?? "")
    }

    /// `nil` for a name that is not known.
    func help(for name: String) -> String? {
        guard let help = interpreter.help(for: name) else {
            return value(of: name).map { "\(name) is \($0.typeDescription)" }
        }
        let head = HelpText.wrapped(help.signature, width: width, indent: 4).map(paint.bold).joined(separator: "\n")
        if help.kind == .own, help.summary.isEmpty, let source = help.source {
            return text(head, "", source.split(separator: "\n").map(String.init))
        }
        let pointer = help.kind == .prelude && isPrompt ? "\n\n  " + paint.dim("`:source \(name)` shows how it is written in Grad") : ""
        return text(head, help.summary, help.examples, options: help.options) + pointer
    }

    private func text(_ head: String, _ summary: String, _ examples: [String], options: [(name: String, note: String)] = []) -> String {
        var lines = [head] + HelpText.wrapped(summary, width: width - 2).map { "  " + $0 }
        let column = (options.map(\.name.count).max() ?? 0) + 4
        if !options.isEmpty { lines.append("") }
        for (name, note) in options {
            let text = HelpText.wrapped(note, width: max(24, width - column))
            let heads = ["  " + paint.bold(name) + String(repeating: " ", count: column - 2 - name.count)]
                + Array(repeating: String(repeating: " ", count: column), count: text.count)
            lines += zip(heads, text).map(+)
        }
        if !examples.isEmpty { lines += (summary.isEmpty ? [] : [""]) + examples.map { "  " + withQuietResult($0) } }
        return lines.joined(separator: "\n")
    }

    /// An example's result is not to be typed.
    private func withQuietResult(_ example: String) -> String {
        guard let mark = example.firstRange(of: "  # ") else { return example }
        return example[..<mark.lowerBound] + paint.dim(String(example[mark.lowerBound...]))
    }

    /// Lines broken between words, all but the first behind `indent` blanks.
    static func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, displayWidth(last) + 1 + displayWidth(String(word)) <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append((lines.isEmpty ? "" : String(repeating: " ", count: indent)) + word)
            }
        }
        return lines
    }

    /// The text of a function that is written in the language.
    func source(of name: String) -> String? {
        guard case .function(let callable)? = value(of: name)?.settled else { return nil }
        return definition(callable)
    }

    func definition(_ callable: Callable) -> String? {
        guard let span = (callable as? Closure)?.declaration.span else { return nil }
        return interpreter.source(span.source)?.text(span)
    }

    func value(of name: String) -> Value? {
        let name = name == "∇" ? "grad" : canonicalName(name)
        if let value = interpreter.globals[name]?.global?.pointee, !value.isNothing { return value }
        return interpreter.builtins[name]
    }

    /// The names that one may have meant.
    func similar(to name: String) -> [String] {
        nearestNames(to: canonicalName(name), among: interpreter.globals.names + interpreter.builtins.names)
    }
}
