import CLibedit

/// The functions behind the keys. Each answers with one of libedit's codes.
extension LineEditor {
    private static let refresh = UInt8(CC_REFRESH)
    private static let moved = UInt8(CC_CURSOR)
    private static let beep = UInt8(CC_REFRESH_BEEP)
    private static let nothing = UInt8(CC_NORM)

    func enter() -> UInt8 {
        // A terminal whose cursor cannot go up has each line read by itself.
        if !movesCursor || isFinished(buffer.text) {
            // It was put off if keys came faster than they could be shown.
            drawOver()
            moveCursor(to: buffer.scalars.count)
            if isTall { drawWhole() }
            push(PrivateKey.newline)
            return Self.moved
        }
        return beginLine()
    }

    func enterFromCommandMode() -> UInt8 {
        moveCursor(to: buffer.scalars.count)
        let answer = enter()
        if !isFinished(buffer.text) { push("A") }
        return answer
    }

    func beginLine() -> UInt8 {
        guard movesCursor else { return Self.beep }
        insert("\n" + indentation.next(after: buffer.before))
        return Self.refresh
    }

    func insertMark() -> UInt8 {
        guard let mark = pendingMark else { return Self.nothing }
        pendingMark = nil
        insert(String(mark))
        return Self.refresh
    }

    /// A closing brace that begins its line stands one step further left.
    func close(_ key: Int32) -> UInt8 {
        let buffer = buffer
        let line = buffer.scalars[buffer.lineStart..<buffer.cursor]
        let isAlone = buffer.lineStart > 0 && line.allSatisfy { $0 == " " }
        if isAlone { delete(min(Indentation.step, max(0, line.count - indentation.margin))) }
        insert(Unicode.Scalar(UInt32(bitPattern: key)).map { String($0) } ?? "")
        return Self.refresh
    }

    /// Deletes a character; of the blanks that a further line begins with a step, and of the margin all and the line
    /// end before it.
    func deleteBack() -> UInt8 {
        let buffer = buffer
        if buffer.cursor == 0 { return Self.beep }
        let line = buffer.scalars[buffer.lineStart..<buffer.cursor]
        let isIndentation = buffer.lineStart > 0 && line.count >= indentation.margin && line.allSatisfy { $0 == " " }
        let excess = line.count - indentation.margin
        delete(!isIndentation ? 1 : excess > 0 ? min(Indentation.step, excess) : line.count + 1)
        return Self.refresh
    }

    func lineStart() -> UInt8 {
        let buffer = buffer
        let hasMargin = buffer.lineStart > 0
        let margin = hasMargin ? buffer.scalars[buffer.lineStart...].prefix(indentation.margin).prefix { $0 == " " } : []
        moveCursor(to: buffer.lineStart + margin.count)
        return Self.moved
    }

    func lineEnd() -> UInt8 {
        moveCursor(to: buffer.lineEnd)
        return Self.moved
    }

    func up() -> UInt8 {
        let buffer = buffer
        if buffer.lineStart > 0 {
            let above = Buffer(scalars: buffer.scalars, cursor: buffer.lineStart - 1)
            moveCursor(to: column(buffer), of: above)
            return Self.moved
        }
        guard let entry = history.older(current: indentation.meant(buffer.text)) else { return Self.beep }
        let shown = indentation.shown(entry)
        // The end of the first line, so that the next step up leads to the entry before.
        replaceLine(with: shown, cursor: shown.unicodeScalars.prefix { $0 != "\n" }.count)
        return Self.refresh
    }

    func down() -> UInt8 {
        let buffer = buffer
        if buffer.lineEnd < buffer.scalars.count {
            let below = Buffer(scalars: buffer.scalars, cursor: buffer.lineEnd + 1)
            moveCursor(to: column(buffer), of: below)
            return Self.moved
        }
        guard let entry = history.newer() else { return Self.beep }
        replaceLine(with: indentation.shown(entry))
        return Self.refresh
    }

    /// The column of the cursor on its own line; the first line stands behind the prompt.
    private func column(_ buffer: Buffer) -> Int {
        let width = buffer.scalars[buffer.lineStart..<buffer.cursor].reduce(0) { $0 + max(0, Layout.columns($1)) }
        return width + (buffer.lineStart == 0 ? indentation.margin : 0)
    }

    /// Moves the cursor to `column` of the line on which the cursor of `target` stands.
    private func moveCursor(to column: Int, of target: Buffer) {
        var index = target.lineStart
        var reached = index == 0 ? indentation.margin : 0
        while index < target.lineEnd {
            reached += max(0, Layout.columns(target.scalars[index]))
            if reached > column { break }
            index += 1
        }
        moveCursor(to: index)
    }

    /// Inserts what is common to all candidates; shows them if that brings nothing.
    func complete() -> UInt8 {
        let buffer = buffer
        let before = buffer.before
        let line = buffer.scalars[buffer.lineStart..<buffer.cursor]
        if line.allSatisfy({ $0 == " " || $0 == "\t" }) {
            insert(String(repeating: " ", count: Indentation.step))
            return Self.refresh
        }
        let request = Completion.Request(text: buffer.text, cursor: before.utf8.count)
        let result = Symbols.completion(before: before) ?? completer(request)
        return take(result, before: before)
    }

    private func take(_ result: Completion.Result, before: String) -> UInt8 {
        let count = before.utf8.count
        guard !result.candidates.isEmpty, (0...count).contains(result.start) else { return Self.beep }
        let word = String(decoding: before.utf8.dropFirst(result.start), as: UTF8.self)
        let common = Completion.commonPrefix(result.candidates)
        if result.candidates.count == 1 || common.unicodeScalars.count > word.unicodeScalars.count {
            delete(word.unicodeScalars.count)
            insert(common)
            return Self.refresh
        }
        let labels = result.candidates.sorted { $0.text < $1.text }.map { isUTF8 ? $0.label : $0.text }
        show(Completion.columns(labels, width: Terminal.width(), rows: max(4, Terminal.height() - 4)))
        return Self.nothing
    }

    /// Inserts what the terminal sends until it says that the paste is over. Nothing in it is a key.
    func paste() -> UInt8 {
        let end = Array("\u{1b}[201~".unicodeScalars)
        var pasted: [Unicode.Scalar] = []
        while pasted.suffix(end.count) != end[...] {
            guard let scalar = readScalar() else { return UInt8(CC_EOF) }
            pasted.append(scalar)
        }
        pasted.removeLast(end.count)
        insert(indentation.shown(Self.cleaned(pasted)))
        return Self.refresh
    }

    /// Line ends of every kind become `\n`; those at the end go, since Enter is the user's to press. Control characters
    /// go too.
    private static func cleaned(_ pasted: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        for (index, scalar) in pasted.enumerated() {
            if scalar == "\r" {
                text.append("\n")
            } else if scalar == "\n" {
                if index == 0 || pasted[index - 1] != "\r" { text.append("\n") }
            } else if scalar == "\t" || scalar.properties.generalCategory != .control {
                text.append(scalar)
            }
        }
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }

    /// ESC in vi's insert mode: by itself it leaves the mode; the terminal's keys come as ESC and more at once.
    func escape() -> UInt8 {
        guard isInputWaiting(milliseconds: 25), let next = readScalar() else {
            if reading?.outcome != nil { return UInt8(CC_EOF) }
            push(PrivateKey.viCommandMode)
            return Self.nothing
        }
        guard next == "[" || next == "O" else {
            push(PrivateKey.viCommandMode + String(next))
            return Self.nothing
        }
        return act(on: readSequence())
    }

    /// The rest of a key's sequence, behind `ESC [`.
    func readSequence() -> String {
        var sequence = ""
        while let scalar = readScalar() {
            sequence.unicodeScalars.append(scalar)
            if (0x40...0x7e).contains(scalar.value) { break }
        }
        return sequence
    }

    func act(on sequence: String) -> UInt8 {
        let buffer = buffer
        switch sequence {
        case "200~": return paste()
        case "A": return up()
        case "B": return down()
        case "C": moveCursor(to: min(buffer.cursor + 1, buffer.scalars.count))
        case "D": moveCursor(to: max(buffer.cursor - 1, 0))
        case "H", "1~": return lineStart()
        case "F", "4~": return lineEnd()
        case "3~" where buffer.cursor < buffer.scalars.count:
            moveCursor(to: buffer.cursor + 1)
            delete(1)
            return Self.refresh
        default: return Self.beep
        }
        return Self.moved
    }
}
