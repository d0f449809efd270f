package import Runtime
package import Syntax
import Plots
package import Wording

/// A lesson as one page: its comments as text, its program in colours, what it showed under it, pictures in their place.
package struct Weaver {
    /// The page: one file that needs no other, and is well-formed XML behind its first line.
    package let html: String
    package let outcome: Interpreter.Outcome

    /// - Parameter language: of the text.
    package init(_ source: Source, _ interpreter: Interpreter, language: Language) {
        let (highlighter, recording) = (Highlighter(source), Recording(interpreter, source))
        outcome = recording.outcome
        var text = MarkdownHTML(language)
        var body = ""
        let program = Parts(source: source, highlighter: highlighter, recording: recording, interpreter: interpreter, language: language)
        for part in Segments(source, parse(source).program).parts {
            switch part {
            case .text(let lines): body += text.html(Markdown.blocks(lines))
            case .code(let lines): body += program.code(lines)
            }
        }
        let file = Weaver.file(source)
        html = Page(
            title: text.title ?? file, language: language.rawValue, sections: text.sections, body: body, file: file).html
    }
}

extension Weaver {
    fileprivate static func file(_ source: Source) -> String { source.name.split(separator: "/").last.map(String.init) ?? source.name }
}

/// Code and what it showed.
private struct Parts {
    let source: Source
    let highlighter: Highlighter
    let recording: Recording
    let interpreter: Interpreter
    let language: Language

    /// Lines of the program, cut where something was shown: behind a value, and behind the lines up to the next blank one that print.
    func code(_ lines: Range<Int>) -> String {
        var result = ""
        var start = lines.lowerBound
        var pending: [Recording.Entry] = []
        for line in lines {
            let entries = recording.entries[line] ?? []
            pending += entries
            let isEnd = line == lines.upperBound - 1
            guard isEnd || entries.contains(where: { !$0.isPrinted }) || isBlank(line + 1) && pending.contains(where: { !$0.isBlank }) else { continue }
            result += code(from: start, through: line) + shown(pending)
            (start, pending) = (line + 1, [])
        }
        return result
    }

    private func isBlank(_ line: Int) -> Bool {
        trimmed(source.text(source.lineRange(line).lowerBound, source.lineRange(line).upperBound)).isEmpty
    }

    private func code(from start: Int, through end: Int) -> String {
        var (start, end) = (start, end)
        while start <= end, isBlank(start) { start += 1 }
        while end >= start, isBlank(end) { end -= 1 }
        guard start <= end else { return "" }
        let text = highlighter.html(source.lineRange(start).lowerBound, source.lineRange(end).upperBound)
        return element("pre", element("code", trimmedEnd(text)), class: "grad") + "\n"
    }

    private func trimmedEnd(_ text: String) -> String {
        var rest = text[...]
        while rest.last?.isNewline ?? false { rest.removeLast() }
        return String(rest)
    }

    // MARK: Results

    private func shown(_ entries: [Recording.Entry]) -> String {
        var result = ""
        var text: [String] = []
        func flush() {
            // Empty lines at the edges part results on a terminal; here the layout does.
            while text.first?.isEmpty ?? false { text.removeFirst() }
            while text.last?.isEmpty ?? false { text.removeLast() }
            if !text.isEmpty { result += element("pre", element("samp", escaped(text.joined(separator: "\n"))), class: "out") + "\n" }
            text = []
        }
        for entry in entries {
            switch entry {
            case .text(let line): text.append(line)
            case .problem(let problem):
                flush()
                result += self.problem(problem)
            case .value(let value):
                guard let set = picture(value) else {
                    text.append(interpreter.machine.style.describe(value))
                    continue
                }
                flush()
                result += set
            }
        }
        flush()
        return result
    }

    /// A figure as SVG, a formula as mathematics; `nil` for what is text.
    private func picture(_ value: Value) -> String? {
        guard case .object(let object) = value else { return nil }
        if let figure = object as? FigureValue { return self.figure(figure) }
        guard let formula = object as? FormulaValue, let set = Formula.lines(formula.lines, language) else { return nil }
        let path = formula.path.map { element("p", escaped($0), class: "path") } ?? ""
        return element("div", set + path, class: "formula") + "\n"
    }

    /// Drawn twice, since shrunk to a phone its text could not be read.
    private func figure(_ figure: FigureValue) -> String {
        let (broad, narrow) = (figure.svg(columns: 66, rows: 17), figure.svg(columns: 39, rows: 15, most: 39))
        let both = broad == narrow ? broad : element("div", "\n" + broad, class: "broad") + element("div", "\n" + narrow, class: "narrow")
        return element("figure", "\n" + both) + "\n"
    }

    private func problem(_ problem: Diagnostic) -> String {
        let interpreter = interpreter
        // Where the lesson lay when it was woven is nobody's business.
        let renderer = DiagnosticRenderer(color: false) { id in
            interpreter.source(id).map { Source(id: id, name: Weaver.file($0), bytes: $0.bytes) }
        }
        return element("pre", element("samp", escaped(trimmedEnd(renderer.render(problem)))), class: problem.severity == .error ? "error" : "note") + "\n"
    }
}

extension Formula {
    /// Several lines, each a formula; `nil` if one of them is none.
    static func lines(_ lines: [String], _ language: Language) -> String? {
        let set = lines.compactMap { html($0, isDisplayed: true, language) }
        return set.isEmpty || set.count != lines.count ? nil : set.joined(separator: "\n")
    }
}
