import CLibedit

/// What keys do here beyond what libedit has.
extension LineEditor {
    private static let functions: [(name: String, help: String, function: grad_key_function)] = [
        ("grad-enter", "Run the input, or begin a new line if it is unfinished", { el, _ in of(el)?.enter() ?? 0 }),
        ("grad-vi-enter", "The same in vi's command mode", { el, _ in of(el)?.enterFromCommandMode() ?? 0 }),
        ("grad-newline", "Begin a new line", { el, _ in of(el)?.beginLine() ?? 0 }),
        ("grad-complete", "Complete the word", { el, _ in of(el)?.complete() ?? 0 }),
        // The name under which other programs have it, and by which ~/.editrc binds it.
        ("rl_complete", "Complete the word", { el, _ in of(el)?.complete() ?? 0 }),
        ("grad-search", "Search the history backwards", { el, _ in of(el)?.search() ?? 0 }),
        ("grad-paste", "Insert pasted text", { el, _ in of(el)?.paste() ?? 0 }),
        ("grad-close", "Close a block", { el, key in of(el)?.close(key) ?? 0 }),
        ("grad-backspace", "Delete backwards", { el, _ in of(el)?.deleteBack() ?? 0 }),
        ("grad-up", "The line above, or the entry before", { el, _ in of(el)?.up() ?? 0 }),
        ("grad-down", "The line below, or the entry after", { el, _ in of(el)?.down() ?? 0 }),
        ("grad-line-start", "The beginning of the line", { el, _ in of(el)?.lineStart() ?? 0 }),
        ("grad-line-end", "The end of the line", { el, _ in of(el)?.lineEnd() ?? 0 }),
        ("grad-escape", "vi's command mode, or the key that sends more", { el, _ in of(el)?.escape() ?? 0 }),
        ("grad-mark", "Insert a combining mark", { el, _ in of(el)?.insertMark() ?? 0 }),
        ("grad-nothing", "A key without a meaning here", { _, _ in UInt8(CC_NORM) }),
    ]

    func addFunctions() {
        for entry in Self.functions { grad_el_add_function(el, entry.name, entry.help, entry.function) }
    }

    private func bind(_ function: String, _ keys: String...) {
        for key in keys { grad_el_bind(el, key, function) }
    }

    private func bindInCommandMode(_ function: String, _ keys: String...) {
        for key in keys { grad_el_bind_command(el, key, function) }
    }

    /// Whether the user has chosen vi's keys.
    var isVi: Bool { grad_el_editor(el).map { String(cString: $0) } == "vi" }

    /// Keys that the user may have given another meaning.
    func bindComforts() {
        bind("grad-complete", "^I")
        if movesCursor { bind("grad-search", "^R") }
        bind("grad-close", "}")
        bind("grad-backspace", "^?", "^H")
        bind("grad-up", "^P")
        bind("grad-down", "^N")
        if isVi {
            bindInCommandMode("grad-up", "k", "\\e[A", "\\eOA", "[A", "OA")
            bindInCommandMode("grad-down", "j", "\\e[B", "\\eOB", "[B", "OB")
            bindInCommandMode("grad-search", "^R")
            return
        }
        bind("grad-up", "\\e[A", "\\eOA")
        bind("grad-down", "\\e[B", "\\eOB")
        bind("grad-line-start", "^A", "\\e[H", "\\eOH", "\\e[1~")
        bind("grad-line-end", "^E", "\\e[F", "\\eOF", "\\e[4~")
        bind("ed-delete-next-char", "\\e[3~")
        bind("em-next-word", "\\e[1;5C", "\\e[1;3C")
        bind("ed-prev-word", "\\e[1;5D", "\\e[1;3D")
        bind("grad-newline", "\\e^M", "\\e^J")
        bind("grad-nothing", "\\e[5~", "\\e[6~", "\\e[2~")
    }

    /// Keys without which the prompt does not work.
    func bindEssentials() {
        bind("ed-newline", "\\202")
        bind("grad-mark", "\\203")
        bind("grad-enter", "^M", "^J")
        guard isVi else {
            bind("grad-paste", "\\e[200~")
            return
        }
        bind("vi-command-mode", "\\201")
        // In the insert map a binding that begins with ESC would have ESC itself wait for the next key.
        bind("grad-escape", "\\e")
        bindInCommandMode("ed-newline", "\\202")
        bindInCommandMode("grad-mark", "\\203")
        bindInCommandMode("grad-vi-enter", "^M", "^J")
        bindInCommandMode("grad-paste", "\\e[200~")
    }
}
