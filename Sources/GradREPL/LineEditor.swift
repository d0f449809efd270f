import CLibedit

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What stands before the line.
package struct Prompt: Sendable {
    package let text: String
    /// What stands before the further lines of an input; as wide as `text`, or it is not shown.
    package let continuation: String
    /// The parameters of a colour escape, such as `1;32`; nil: no colour.
    package let style: String?

    package init(_ text: String, continuation: String, style: String? = nil) {
        self.text = text
        self.continuation = continuation
        self.style = style
    }

    /// For a terminal that cannot show more than ASCII.
    var plain: Prompt {
        func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f } }
        return Prompt(
            isASCII(text) ? text : "> ", continuation: isASCII(continuation) ? continuation : "", style: style)
    }
}

/// Reads inputs of one or several lines from the terminal, through libedit.
///
/// It owns the terminal while it reads and gives it back as it was on every way out. There is one at a time, on the
/// main thread, and only where `Terminal.isInteractive`.
package final class LineEditor {
    package enum Input: Equatable, Sendable {
        /// A whole input; lines are separated by `\n`.
        case text(String)
        /// Ctrl-C: what had been typed is thrown away.
        case interrupted
        /// Ctrl-D, or the terminal is gone.
        case endOfFile
    }

    let el: OpaquePointer
    let prompt: Prompt
    let indentation: Indentation
    let isComplete: (String) -> Bool
    let completer: (Completion.Request) -> Completion.Result
    /// Whether escape codes that move the cursor may be sent.
    let movesCursor: Bool
    /// Whether the terminal takes UTF-8.
    let isUTF8: Bool
    let interrupt = InterruptFlag()
    var history: History
    /// What the search shows in place of the prompt.
    var searchPrompt: String?
    /// Signals and bytes, while an input is read.
    var reading: Reading?
    /// A combining mark that was typed; see `reader`.
    var pendingMark: Unicode.Scalar?
    /// Columns of the screen when the line was last drawn.
    var drawnWidth = 80

    /// Whether something stands on the screen that libedit did not draw.
    var hasDrawnOver = false
    /// Whether the line had more rows than the screen when it was last drawn.
    var isTall = false

    private let lines: OpaquePointer
    private let note: (String) -> Void
    private var hasTold = false
    private var promptBytes: UnsafeMutablePointer<CChar>?

    /// - Parameters:
    ///   - name: the program's name in `~/.editrc`.
    ///   - isComplete: whether a text can be run as it stands, or needs more lines.
    ///   - note: called with a line for the user, at most once, if the history cannot be kept.
    /// - Returns: nil where there is no terminal to edit on.
    package init?(
        name: String = "grad", prompt: Prompt, terminal: Terminal = .current(), history file: HistoryFile?,
        completer: @escaping (Completion.Request) -> Completion.Result, isComplete: @escaping (String) -> Bool,
        note: @escaping (String) -> Void
    ) {
        guard terminal.isInteractive else { return nil }
        isUTF8 = Terminal.adoptUTF8()
        guard let el = grad_el_init(name), let lines = history_init() else { return nil }
        self.el = el
        self.lines = lines
        self.prompt = isUTF8 ? prompt : prompt.plain
        indentation = Indentation(margin: terminal.movesCursor ? Layout.columns(self.prompt.text) : 0)
        movesCursor = terminal.movesCursor
        self.completer = completer
        self.isComplete = isComplete
        self.note = note
        var trouble: String?
        history = History(file: file) { trouble = $0 }
        setUp(name: name)
        if let trouble { tell(trouble) }
        interrupt.install()
    }

    deinit {
        interrupt.uninstall()
        el_end(el)
        history_end(lines)
        free(promptBytes)
    }

    /// The bindings are made in this order because `bind -v` wipes earlier ones: the editor, what `~/.editrc` says of
    /// the editor, our comforts, what `~/.editrc` says of keys, and what the prompt cannot do without.
    private func setUp(name: String) {
        grad_el_set_client(el, Unmanaged.passUnretained(self).toOpaque())
        grad_el_set_prompt(el, { el in LineEditor.of(el)?.currentPrompt() }, 1)
        grad_el_set_reader(el) { el, place in LineEditor.of(el)?.reader(place) ?? 0 }
        grad_el_set_history(el, lines)
        grad_history_set_size(lines, 10_000)
        grad_history_set_unique(lines, 1)
        // Our keys go through `history`; libedit's own, such as vi's n, see the last entries.
        for entry in history.entries.suffix(1000) { grad_history_enter(lines, indentation.shown(entry)) }
        // Ctrl-S is a key of the search, and not a way to freeze the prompt.
        grad_el_set_tty(el, "-ixon")
        addFunctions()
        grad_el_set_editor(el, "emacs")
        let settings = EditorSettings.read()
        settings.chooseEditor(el)
        bindComforts()
        settings.apply(to: el)
        bindEssentials()
    }

    /// The editor that libedit's callbacks are for.
    static func of(_ el: OpaquePointer?) -> LineEditor? {
        guard let el, let client = grad_el_client(el) else { return nil }
        return Unmanaged<LineEditor>.fromOpaque(client).takeUnretainedValue()
    }

    /// Reads one input. The prompt comes back by itself after an empty line.
    package func readInput() -> Input {
        var text = ""
        while true {
            guard let line = readLine(continues: !text.isEmpty) else { return abandon() }
            // Where the cursor cannot move up, an input of several lines is gathered line by line; elsewhere the
            // line editor holds it as a whole.
            text = text.isEmpty ? line : text + "\n" + line
            let meant = indentation.meant(text)
            if meant.isEmpty { text = "" }
            if !meant.isEmpty, movesCursor || isFinished(text) {
                remember(meant)
                return .text(meant)
            }
        }
    }

    /// Whether what the editor holds is to be run.
    func isFinished(_ shown: String) -> Bool {
        let meant = indentation.meant(shown)
        return meant.isEmpty || Indentation.endsWithTwoEmptyLines(shown) || isComplete(meant)
    }

    /// One call of libedit: nil if no line came.
    private func readLine(continues: Bool) -> String? {
        history.rewind()
        interrupt.clear()
        reading = Reading(promptContinues: continues)
        if movesCursor { write(Self.pasteMarksOn) }
        drawnWidth = Terminal.width()
        (hasDrawnOver, isTall) = (false, false)
        // libedit would do it after it has shown the prompt, and a key pressed between the two would be echoed.
        if grad_el_edits(el) != 0 { grad_el_prepare_terminal(el, 1) }
        var count: Int32 = 0
        let line = el_wgets(el, &count)
        let text = line.map { Self.text(UnsafeBufferPointer(start: $0, count: Int(max(0, count)))) }
        if line == nil { write(toTheEnd() + (reading?.outcome == .interrupted ? "^C" : "") + "\r\n") }
        if movesCursor { write(Self.pasteMarksOff) }
        reading?.signals.end()
        guard let text, reading?.outcome == nil else { return nil }
        return text.last == "\n" ? String(text.dropLast()) : text
    }

    private func abandon() -> Input {
        let outcome = reading?.outcome
        reading = nil
        return interrupt.take() || outcome == .interrupted ? .interrupted : .endOfFile
    }

    private func remember(_ entry: String) {
        grad_history_enter(lines, indentation.shown(entry))
        do {
            try history.add(entry)
        } catch {
            tell(error.message)
        }
    }

    private func tell(_ message: String) {
        if hasTold { return }
        hasTold = true
        note(message)
    }

    /// The prompt for libedit, which does not copy it. What stands between `\u{1}`s takes no columns.
    private func currentPrompt() -> UnsafeMutablePointer<CChar>? {
        free(promptBytes)
        promptBytes = strdup(promptText(mark: "\u{1}"))
        return promptBytes
    }

    /// The prompt as it is shown now; escape codes are enclosed in `mark`.
    func promptText(mark: String) -> String {
        if let searchPrompt { return searchPrompt }
        let text = reading?.promptContinues == true ? prompt.continuation : prompt.text
        guard let style = prompt.style, let end = text.lastIndex(where: { $0 != " " }), end < text.index(before: text.endIndex)
        else { return text }
        // libedit hangs an escape code on the character behind it, so the prompt must not end with one.
        let rest = text[text.index(after: end)...]
        return "\(mark)\u{1b}[\(style)m\(mark)\(text[...end])\(mark)\u{1b}[0m\(mark)\(rest)"
    }

    func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { grad_write_out($0.baseAddress, $0.count) }
        }
    }

    static func text(_ characters: UnsafeBufferPointer<wchar_t>) -> String {
        var text = String.UnicodeScalarView()
        for character in characters { text.append(Unicode.Scalar(UInt32(bitPattern: character)) ?? "\u{fffd}") }
        return String(text)
    }
}
