import CLibedit

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The line as libedit holds it, and changes to it.
extension LineEditor {
    /// A copy of the line. `cursor` counts scalars.
    struct Buffer {
        var scalars: [Unicode.Scalar]
        var cursor: Int

        var text: String { Self.string(scalars) }
        var before: String { Self.string(scalars[..<cursor]) }
        /// Where the line of the cursor begins.
        var lineStart: Int { (scalars[..<cursor].lastIndex(of: "\n") ?? -1) + 1 }
        /// Where the line of the cursor ends.
        var lineEnd: Int { scalars[cursor...].firstIndex(of: "\n") ?? scalars.count }

        static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return String(view)
        }
    }

    var buffer: Buffer {
        guard let line = el_wline(el)?.pointee else { return Buffer(scalars: [], cursor: 0) }
        let count = line.lastchar - line.buffer
        let text = Self.text(UnsafeBufferPointer(start: line.buffer, count: count))
        return Buffer(scalars: Array(text.unicodeScalars), cursor: line.cursor - line.buffer)
    }

    func insert(_ text: String) {
        var characters = text.unicodeScalars.map { wchar_t(bitPattern: $0.value) }
        characters.append(0)
        if el_winsertstr(el, characters) != 0 { el_beep(el) }
    }

    /// Removes `count` scalars before the cursor.
    func delete(_ count: Int) {
        if count > 0 { el_deletestr(el, Int32(clamping: count)) }
    }

    /// Moves the cursor to the scalar `index`.
    func moveCursor(to index: Int) {
        el_cursor(el, Int32(clamping: index - buffer.cursor))
    }

    /// Puts `text` in place of the whole line; the cursor goes to the scalar `index`, or behind the last.
    func replaceLine(with text: String, cursor index: Int? = nil) {
        let old = buffer
        moveCursor(to: old.scalars.count)
        delete(old.scalars.count)
        insert(text)
        if let index { moveCursor(to: index) }
    }

    /// Has libedit act as if these keys came next.
    func push(_ keys: String) {
        el_wpush(el, keys.unicodeScalars.map { wchar_t(bitPattern: $0.value) } + [0])
    }
}
