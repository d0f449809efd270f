/// In the line editor an input of several lines stands as it looks on the screen: every line but the first begins with
/// as many spaces as the prompt is wide. What the language and the history get is without them.
struct Indentation {
    /// Columns of the prompt.
    let margin: Int
    /// Columns that a block stands in from what opens it.
    static let step = 2

    /// The text as the editor holds it.
    func shown(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.joined(separator: "\n" + String(repeating: " ", count: margin))
    }

    /// The text as the user means it: without the margin, without blanks at the end of lines or empty lines at the end.
    func meant(_ shown: String) -> String {
        var lines = shown.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
            index == 0 ? line : withoutMargin(line)
        }
        for index in lines.indices { lines[index] = trimmed(lines[index]) }
        while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private func withoutMargin(_ line: Substring) -> Substring {
        let margin = line.prefix(margin).prefix { $0 == " " }
        return line[margin.endIndex...]
    }

    private func trimmed(_ line: Substring) -> Substring {
        var line = line
        while let last = line.last, last == " " || last == "\t" { line.removeLast() }
        return line
    }

    /// The spaces that a new line after `text` begins with: the margin, what the last line had, and a step more if it
    /// opens a block.
    func next(after text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let last = lines.last else { return String(repeating: " ", count: margin) }
        var columns = last.prefix { $0 == " " }.count + (lines.count == 1 ? margin : 0)
        if let end = trimmed(last).last, "{[(".contains(end) { columns += Self.step }
        return String(repeating: " ", count: max(columns, margin))
    }

    /// Whether the last two lines of `text` are empty: the user wants an unfinished input taken as it is.
    static func endsWithTwoEmptyLines(_ text: String) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count > 2 && lines.suffix(2).allSatisfy { $0.allSatisfy { $0 == " " || $0 == "\t" } }
    }
}
