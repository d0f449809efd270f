import CLibedit

/// Search in the history while the pattern is typed. libedit's own compares only the low bytes of characters, and so
/// finds nothing that has ∇ in it.
extension LineEditor {
    private struct Search {
        var pattern: [Unicode.Scalar] = []
        /// The entry found, and where in it the pattern begins.
        var hit: (entry: Int, offset: Int)?
        var failed = false
    }

    /// Ctrl-R. Enter runs what was found, Esc and Ctrl-G bring the old line back, any other key that is no text takes
    /// it into the line and does there what it does.
    func search() -> UInt8 {
        let old = buffer
        var search = Search()
        defer { searchPrompt = nil }
        while true {
            draw(search, old)
            guard let key = readScalar() else { return UInt8(CC_EOF) }
            switch key {
            case "\u{12}": findOlder(&search)
            case "\u{13}": findNewer(&search)
            case "\u{7f}", "\u{8}": shorten(&search)
            case "\u{7}": return leave { replaceLine(with: old.text, cursor: old.cursor) }
            case "\u{1b}": return leaveByEscape(old)
            case _ where key.value >= 0x20:
                search.pattern.append(key)
                find(&search, from: search.hit?.entry ?? history.entries.count - 1)
            default: return leave { push(String(key)) }
            }
        }
    }

    private func leaveByEscape(_ old: Buffer) -> UInt8 {
        guard isInputWaiting(milliseconds: 25), let next = readScalar() else {
            return leave { replaceLine(with: old.text, cursor: old.cursor) }
        }
        let isKey = next == "[" || next == "O"
        let sequence = isKey ? readSequence() : ""
        return leave {
            // vi's insert mode would take an ESC that is pushed back for itself.
            if isKey && (isVi || sequence == "200~") {
                _ = act(on: sequence)
            } else {
                push((isVi ? PrivateKey.viCommandMode : "\u{1b}") + String(next) + sequence)
            }
        }
    }

    /// Draws the line under its own prompt again, after `change`.
    private func leave(_ change: () -> Void) -> UInt8 {
        eraseLine()
        searchPrompt = nil
        change()
        grad_el_refresh(el)
        return UInt8(CC_NORM)
    }

    private func draw(_ search: Search, _ old: Buffer) {
        eraseLine()
        let pattern = Buffer.string(search.pattern)
        searchPrompt = (search.failed ? "no match: " : "search: ") + pattern + (isUTF8 ? " › " : " > ")
        if let hit = search.hit {
            let entry = history.entries[hit.entry]
            let before = Buffer.string(entry.unicodeScalars.prefix(hit.offset))
            replaceLine(
                with: indentation.shown(entry), cursor: indentation.shown(before).unicodeScalars.count)
        } else {
            replaceLine(with: old.text, cursor: old.cursor)
        }
        grad_el_refresh(el)
        drawOver()
    }

    private func shorten(_ search: inout Search) {
        if search.pattern.isEmpty { return }
        search.pattern.removeLast()
        search.hit = nil
        search.failed = false
        if !search.pattern.isEmpty { find(&search, from: history.entries.count - 1) }
    }

    private func findOlder(_ search: inout Search) {
        if search.pattern.isEmpty { return }
        find(&search, from: (search.hit?.entry ?? history.entries.count) - 1)
    }

    private func findNewer(_ search: inout Search) {
        guard let hit = search.hit else { return }
        for index in history.entries.indices.dropFirst(hit.entry + 1) {
            if take(index, &search) { return }
        }
        search.failed = true
    }

    private func find(_ search: inout Search, from newest: Int) {
        for index in stride(from: newest, through: 0, by: -1) {
            if take(index, &search) { return }
        }
        search.failed = true
    }

    /// Makes the entry the hit if the pattern is in it, and it is not what is shown already.
    private func take(_ index: Int, _ search: inout Search) -> Bool {
        let entry = history.entries[index]
        if let hit = search.hit, hit.entry != index, history.entries[hit.entry] == entry { return false }
        guard let offset = Self.offset(of: search.pattern, in: Array(entry.unicodeScalars)) else { return false }
        search.hit = (index, offset)
        search.failed = false
        return true
    }

    private static func offset(of pattern: [Unicode.Scalar], in text: [Unicode.Scalar]) -> Int? {
        guard pattern.count <= text.count else { return nil }
        return (0...(text.count - pattern.count)).first { text[$0...].starts(with: pattern) }
    }
}
