import CLibedit

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The user's settings for all programs with libedit, editrc(5). libedit's own reading of them would do the whole file
/// at once; the choice of the editor has to come before our bindings, and the user's bindings after them.
struct EditorSettings {
    private let commands: [[String]]

    /// `$EDITRC`, else `~/.editrc`; none if there is no such file.
    static func read() -> EditorSettings {
        let path = environmentVariable("EDITRC") ?? environmentVariable("HOME").map { $0 + "/.editrc" }
        guard let path, let file = fopen(path, "r") else { return EditorSettings(commands: []) }
        defer { fclose(file) }
        var commands: [[String]] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let text = line {
            let words = words(in: String(cString: text))
            if !words.isEmpty { commands.append(words) }
        }
        return EditorSettings(commands: commands)
    }

    /// The words of a line by libedit's rules of quoting; none in a comment.
    private static func words(in line: String) -> [String] {
        let line = line.drop { $0 == " " || $0 == "\t" }
        guard let first = line.first, first != "#", !first.isNewline, let tokenizer = tok_init(nil) else { return [] }
        defer { tok_end(tokenizer) }
        var count: Int32 = 0
        var words: UnsafeMutablePointer<UnsafePointer<CChar>?>?
        let text = line.last?.isNewline == true ? line.dropLast() : line
        guard tok_str(tokenizer, String(text), &count, &words) == 0, let words else { return [] }
        return (0..<Int(count)).compactMap { words[$0].map { String(cString: $0) } }
    }

    /// `bind -v` and `bind -e`.
    func chooseEditor(_ el: OpaquePointer) {
        for command in commands where Self.choosesEditor(command) { Self.run(command, el) }
    }

    /// All the rest.
    func apply(to el: OpaquePointer) {
        for command in commands where !Self.choosesEditor(command) { Self.run(command, el) }
    }

    /// A command may be meant for one program, as in `grad:bind -v`; libedit sees to that.
    private static func choosesEditor(_ command: [String]) -> Bool {
        let name = command[0].split(separator: ":").last ?? ""
        return name == "bind" && (command.contains("-v") || command.contains("-e"))
    }

    private static func run(_ command: [String], _ el: OpaquePointer) {
        let words = command.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var arguments = words.map { $0.map { UnsafePointer($0) } } + [nil]
        el_parse(el, Int32(command.count), &arguments)
    }
}
