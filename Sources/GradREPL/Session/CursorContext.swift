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
    /// The function whose arguments the cursor is among, where one begins.
    private(set) var call: Call?
    /// All words before, in order.
    private(set) var words: [String] = []

    /// A call whose parenthesis is open, and what it has been given.
    struct Call: Equatable {
        let function: String
        /// Arguments by position.
        var count = 0
        /// Arguments by name.
        var names: Set<String> = []
    }

    /// What is open around the cursor.
    private enum Opening: Equatable {
        case call(Call)
        case bracket
        /// The text of a string from its quote on.
        case string(String)
        /// An expression inside a string.
        case interpolation
    }

    private var open: [Opening] = []
    private var path: [String] = []
    private var isBehindDot = false
    private var beginsArgument = false
    private var isComment = false
    private var isEscaped = false

    init(before text: String) {
        for character in text { read(character) }
        if isComment {
            place = .nothing
        } else if case .string(let content)? = open.last {
            (place, word) = (.string(content), "")
        } else if isBehindDot {
            place = path.isEmpty || path.contains("") ? .nothing : .field(path)
        }
        if case .call(let call)? = open.last, beginsArgument { self.call = call }
    }

    private mutating func read(_ character: Character) {
        if case .string(let content)? = open.last {
            readString(character, content)
        } else if isComment {
            isComment = character != "\n"
        } else if character.continuesName {
            // Digits before a name multiply it: 2x.
            let isFactor = word.isEmpty && character.isASCII && character.isNumber && !isBehindDot
            if !isFactor { word.append(character) }
        } else {
            readSign(character)
        }
    }

    private mutating func readString(_ character: Character, _ content: String) {
        open[open.count - 1] = .string(content + String(character))
        switch character {
        case _ where isEscaped: isEscaped = false
        case "\\": isEscaped = true
        case "\"": open.removeLast()
        case "{": open.append(.interpolation)
        default: break
        }
    }

    private mutating func readSign(_ character: Character) {
        let behind = word
        if !word.isEmpty { words.append(word) }
        word = ""
        if character == "." {
            path = isBehindDot ? path + [behind] : (behind.isEmpty ? [] : [behind])
            isBehindDot = true
            return
        }
        (isBehindDot, path) = (false, [])
        let began = beginsArgument
        if !character.isWhitespace { beginsArgument = false }
        switch character {
        case "(":
            open.append(behind.isEmpty ? .bracket : .call(Call(function: behind)))
            beginsArgument = !behind.isEmpty
        case "[", "{": open.append(.bracket)
        case ")", "]", "}": _ = open.popLast()
        case ",": argumentEnds()
        case ":": if began { argumentIsNamed(behind) }
        case "\"": open.append(.string(""))
        case "#": isComment = true
        case _ where !behind.isEmpty: beginsArgument = false
        default: break
        }
    }

    private mutating func argumentEnds() {
        guard case .call(var call)? = open.last else { return }
        call.count += 1
        open[open.count - 1] = .call(call)
        beginsArgument = true
    }

    private mutating func argumentIsNamed(_ name: String) {
        guard case .call(var call)? = open.last else { return }
        // The comma behind it will count it among those by position.
        call.count -= 1
        call.names.insert(name)
        open[open.count - 1] = .call(call)
    }
}

extension Character {
    /// Part of a name, or its marks.
    var continuesName: Bool { isLetter || isNumber || self == "_" }
}
