import Syntax

/// A lesson in its parts: comments that stand alone at the margin are text, everything else is program.
struct Segments {
    enum Part: Equatable {
        case text([String])
        /// Lines of the source, counted from 0.
        case code(Range<Int>)
    }

    private(set) var parts: [Part] = []
    private let source: Source
    private var isFirst = true

    init(_ source: Source, _ program: Program) {
        self.source = source
        let inside = Segments.linesInside(program, source)
        let comments = Dictionary(
            program.comments.map { (source.location(of: Int($0.span.start)), $0) }.filter { $0.0.column == 1 }
                .map { ($0.0.line - 1, Segments.text($0.1)) }, uniquingKeysWith: { first, _ in first })
        var group: [String] = []
        var code: Range<Int>?
        for line in 0..<source.lineCount {
            if let text = comments[line], !inside.contains(line) {
                close(&code)
                group.append(text)
            } else {
                close(&group)
                let isBlank = trimmed(source.text(source.lineRange(line).lowerBound, source.lineRange(line).upperBound)).isEmpty
                if !isBlank { code = (code?.lowerBound ?? line)..<(line + 1) }
            }
        }
        close(&group)
        close(&code)
    }

    private mutating func close(_ code: inout Range<Int>?) {
        if let lines = code { parts.append(.code(lines)) }
        code = nil
    }

    private mutating func close(_ group: inout [String]) {
        guard !group.isEmpty else { return }
        let lines = headed(group)
        if case .text(let before)? = parts.last { parts[parts.count - 1] = .text(before + [""] + lines) } else { parts.append(.text(lines)) }
        (group, isFirst) = ([], false)
    }

    /// A lesson's first line, when it stands alone, is its title; `1. The derivative`, alone at the head of a block, a section's.
    private func headed(_ group: [String]) -> [String] {
        guard let first = group.first, group.count == 1 || trimmed(group[1]).isEmpty, !first.hasPrefix("#"), !first.hasPrefix(" ") else { return group }
        let digits = first.prefix { $0.isASCII && $0.isNumber }
        let isSection = !digits.isEmpty && first.dropFirst(digits.count).hasPrefix(". ") && !first.hasSuffix(".")
        if isSection { return ["## " + first] + group.dropFirst() }
        return isFirst && !first.hasPrefix("-") ? ["# " + first] + group.dropFirst() : group
    }

    private static func text(_ comment: Comment) -> String {
        let text = comment.text.hasPrefix("#") ? comment.text.dropFirst() : comment.text[...]
        return String(text.hasPrefix(" ") ? text.dropFirst() : text)
    }

    /// Lines on which a statement stands: a comment among them belongs to the program.
    private static func linesInside(_ program: Program, _ source: Source) -> Set<Int> {
        var lines: Set<Int> = []
        for statement in program.statements {
            let (start, end) = (Int(statement.span.start), max(Int(statement.span.start), Int(statement.span.end) - 1))
            for line in source.lineIndex(of: start)...max(source.lineIndex(of: start), source.lineIndex(of: end)) { lines.insert(line) }
        }
        return lines
    }
}
