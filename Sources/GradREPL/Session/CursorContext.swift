/// What stands at the cursor, as far as completion cares: found by reading the text from its start, since it does not
/// parse yet.
struct CursorContext: Equatable {
    enum Place: Equatable {
        /// Inside a string: the text from its quote on.
        case string(String)
        /// Behind a dot: the names before it, outermost first.
        case field([String])
        case name
        /// In a comment, or behind something that takes no name.
        case nothing
    }

    private(set) var place = Place.name
    /// What has been typed of the word.
    private(set) var word = ""
    /// The function whose arguments the cursor is among, and at the beginning of one.
    private(set) var callee: String?
    /// All words before, in order.
    private(set) var words: [String] = []

    /// What is open around the cursor.
    private enum Opening: Equatable {
        case call(String)
        case bracket
        /// The text of a string from its quote on.
        case string(String)
        /// An expression inside a string.
        case interpolation
    }

    init(before text: String) {
        var open: [Opening] = []
        var path: [String] = []
        var isBehindDot = false
        var beginsArgument = false
        var isComment = false
        func endWord(_ context: inout CursorContext) {
            if !context.word.isEmpty { context.words.append(context.word) }
            context.word = ""
        }
        var isEscaped = false
        for character in text {
            if case .string(let content)? = open.last {
                open[open.count - 1] = .string(content + String(character))
                if isEscaped { isEscaped = false }
                else if character == "\\" { isEscaped = true }
                else if character == "\"" { open.removeLast() }
                else if character == "{" { open.append(.interpolation) }
                continue
            }
            if isComment {
                if character == "\n" { isComment = false }
                continue
            }
            if character.continuesName {
                // Digits before a name multiply it: 2x.
                if word.isEmpty, character.isASCII, character.isNumber, !isBehindDot { 
                    path = []
                    continue
                }
                word.append(character)
                continue
            }
            let behind = word
            endWord(&self)
            switch character {
            case ".":
                path = isBehindDot ? path + [behind] : (behind.isEmpty ? [] : [behind])
                isBehindDot = true
                continue
            case "(":
                open.append(behind.isEmpty ? .bracket : .call(behind))
                beginsArgument = !behind.isEmpty
            case "[", "{":
                open.append(.bracket)
                beginsArgument = false
            case ")", "]": if !open.isEmpty { open.removeLast() }
            case "}":
                if !open.isEmpty { open.removeLast() }
            case ",": beginsArgument = true
            case "\"":
                open.append(.string(""))
                isEscaped = false
            case "#": isComment = true
            case " ", "\t", "\n": break
            default: beginsArgument = false
            }
            isBehindDot = false
            path = []
            if !character.isWhitespace, !"(,".contains(character) { beginsArgument = false }
        }
        if isComment {
            place = .nothing
        } else if case .string(let content)? = open.last {
            (place, word) = (.string(content), "")
        } else if isBehindDot {
            place = path.isEmpty || path.contains("") ? .nothing : .field(path)
        }
        if case .call(let name)? = open.last, beginsArgument { callee = name }
    }
}

extension Character {
    /// Part of a name, or its marks.
    var continuesName: Bool { isLetter || isNumber || self == "_" }
}
