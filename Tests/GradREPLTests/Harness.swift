import Foundation
import TerminalSupport

/// A home directory of its own, gone when the test is over.
final class Home {
    let path: String

    init() throws {
        var template = Array("/tmp/grad-editor-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw PseudoTerminal.Failure(description: "no directory") }
        path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) {
        guard let file = fopen(path + "/" + name, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    func read(_ name: String) -> String {
        guard let file = fopen(path + "/" + name, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    func mode(_ name: String) -> mode_t {
        var info = stat()
        return stat(path + "/" + name, &info) == 0 ? info.st_mode & 0o777 : 0
    }

    /// The editor on a terminal, when it has shown its prompt; in a shell with job control, if asked.
    func start(
        _ extra: [String: String] = [:], width: Int = 60, height: Int = 20, shell: Bool = false
    ) throws -> PseudoTerminal {
        var environment = ["HOME": path, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"]
        environment.merge(extra) { $1 }
        if shell { environment["PS1"] = "$ " }
        let terminal = try PseudoTerminal(
            shell ? "/bin/sh" : harness(), environment: environment.filter { !$0.value.isEmpty || $0.key == "GRAD_HISTORY" },
            width: width, height: height)
        terminal.companion = self
        if shell {
            try terminal.wait("the shell") { $0.cursorRow == "$" }
            try terminal.send(harness() + "\n")
        }
        try terminal.wait("the prompt") { $0.cursorRow == "grad>" }
        return terminal
    }
}

/// The program that the tests drive lies beside the tests.
func harness() -> String {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count - 1)
    let own = count > 0 ? String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : CommandLine.arguments[0]
    return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/EditorHarness"
}

enum Key {
    static let enter = "\r"
    static let tab = "\t"
    static let backspace = "\u{7f}"
    static let up = "\u{1b}[A"
    static let down = "\u{1b}[B"
    static let right = "\u{1b}[C"
    static let left = "\u{1b}[D"
    static let home = "\u{1b}[H"
    static let end = "\u{1b}[F"
    static let escape = "\u{1b}"

    static func control(_ letter: Character) -> String {
        String(UnicodeScalar((letter.asciiValue ?? 0) & 0x1f))
    }

    static func paste(_ text: String) -> String { "\u{1b}[200~\(text)\u{1b}[201~" }
}

extension PseudoTerminal {
    /// Sends keys and waits until what they lead to has been drawn.
    func type(_ keys: String) throws {
        try send(keys)
        settle()
    }

    /// Runs the line and waits until the harness has told what it read.
    func expect(_ text: String, after keys: String) throws {
        try send(keys)
        try wait("\"\(text)\"") { $0.rows.contains(text) || $0.scrolledOff.contains(text) }
        settle()
    }
}
