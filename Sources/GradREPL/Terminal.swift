package import Runtime

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What is known of the terminal, or of the file or pipe, that the program talks to.
package struct Terminal: Sendable {
    /// What `--color` said.
    package enum ColorChoice: String, Sendable, CaseIterable {
        case auto, always, never
    }

    /// Standard input and standard output are both a terminal, so a person sits there.
    package let isInteractive: Bool
    /// Escape codes that move the cursor are understood.
    package let movesCursor: Bool
    /// Colour is wanted on standard output.
    package let colorsOutput: Bool
    /// Colour is wanted on standard error.
    package let colorsErrors: Bool
    /// The environment's locale is UTF-8; plots and tables fall back to ASCII where it is not.
    package let isUTF8: Bool

    /// Asks the process's own streams and environment.
    package static func current(color: ColorChoice = .auto) -> Terminal {
        let output = isatty(STDOUT_FILENO) == 1
        return Terminal(
            inputIsTerminal: isatty(STDIN_FILENO) == 1, outputIsTerminal: output,
            errorIsTerminal: isatty(STDERR_FILENO) == 1, color: color, environment: environmentVariable)
    }

    package init(
        inputIsTerminal: Bool, outputIsTerminal: Bool, errorIsTerminal: Bool, color: ColorChoice,
        environment: (String) -> String?
    ) {
        let type = environment("TERM") ?? ""
        isInteractive = inputIsTerminal && outputIsTerminal
        movesCursor = outputIsTerminal && !type.isEmpty && type != "dumb"
        colorsOutput = Self.wantsColor(color, isTerminal: outputIsTerminal, environment: environment)
        colorsErrors = Self.wantsColor(color, isTerminal: errorIsTerminal, environment: environment)
        isUTF8 = Self.namesUTF8(environment: environment)
    }

    /// The flag beats `NO_COLOR` (no-color.org: not empty), which beats `CLICOLOR_FORCE`, which beats `CLICOLOR=0`
    /// (bixense.com/clicolors), which beats what the stream is.
    package static func wantsColor(
        _ choice: ColorChoice, isTerminal: Bool, environment: (String) -> String?
    ) -> Bool {
        switch choice {
        case .always: return true
        case .never: return false
        case .auto: break
        }
        if let value = environment("NO_COLOR"), !value.isEmpty { return false }
        if let value = environment("CLICOLOR_FORCE"), !value.isEmpty, value != "0" { return true }
        if environment("CLICOLOR") == "0" { return false }
        return isTerminal && environment("TERM") != "dumb"
    }

    /// Whether the locale's name says UTF-8, by POSIX's order of the variables.
    private static func namesUTF8(environment: (String) -> String?) -> Bool {
        let set = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment($0) }.first { !$0.isEmpty }
        let name = (set ?? "C").lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8") || name.contains("utf-8@") || name.contains("utf8@")
    }

    /// Columns of the terminal on standard output, or what `COLUMNS` says, or 80.
    package static func width() -> Int {
        if let size = windowSize(), size.ws_col > 0 { return Int(size.ws_col) }
        return environmentVariable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    }

    /// Rows of the terminal on standard output, or 24.
    package static func height() -> Int {
        if let size = windowSize(), size.ws_row > 0 { return Int(size.ws_row) }
        return 24
    }

    private static func windowSize() -> winsize? {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
    }

    /// What pictures are shown on: the terminal, or the file or pipe in its place.
    package func screen() -> Screen {
        Screen(width: Terminal.width(), height: Terminal.height(), color: colorsOutput, unicode: isUTF8)
    }

    /// Waits, but no longer than until a signal comes.
    package static func pause(_ seconds: Double) {
        _ = poll(nil, 0, Int32(min(max(seconds, 0), 3600) * 1000))
    }

    /// Sets the process's character type so that libedit reads and writes UTF-8, whatever the environment says: in
    /// another locale it drops the bytes of θ, and a prompt that is not ASCII makes it read freed memory.
    ///
    /// - Returns: whether it is UTF-8 now.
    static func adoptUTF8() -> Bool {
        setlocale(LC_CTYPE, "")
        if codesetIsUTF8() { return true }
        for name in ["C.UTF-8", "en_US.UTF-8", "UTF-8"] where setlocale(LC_CTYPE, name) != nil && codesetIsUTF8() {
            return true
        }
        return false
    }

    private static func codesetIsUTF8() -> Bool {
        guard let name = nl_langinfo(nl_item(CODESET)) else { return false }
        return ["UTF-8", "utf-8", "utf8", "UTF8"].contains(String(cString: name))
    }
}

/// The value of an environment variable.
package func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
