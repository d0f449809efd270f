#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The file that keeps what was typed, one entry a line, oldest first; a newline inside an entry is written `\n`, a
/// backslash `\\`. Each entry is appended the moment it is given, under a lock, so that two prompts at once both keep
/// theirs.
package struct HistoryFile: Sendable {
    package let path: String
    /// Entries that are kept.
    package let limit: Int

    package init(path: String, limit: Int = 10_000) {
        self.path = path
        self.limit = max(1, limit)
    }

    /// `$GRAD_HISTORY` if it is set (empty: no history is kept), else `grad/history` in `$XDG_STATE_HOME` or
    /// `~/.local/state`.
    package static func standard(environment: (String) -> String? = environmentVariable) -> HistoryFile? {
        if let path = environment("GRAD_HISTORY") { return path.isEmpty ? nil : HistoryFile(path: path) }
        // The base directory specification has relative paths ignored.
        if let base = environment("XDG_STATE_HOME"), base.hasPrefix("/") {
            return HistoryFile(path: base + "/grad/history")
        }
        guard let home = environment("HOME"), !home.isEmpty else { return nil }
        return HistoryFile(path: home + "/.local/state/grad/history")
    }

    /// Why the file could not be written.
    package struct Failure: Error, Equatable {
        package let path: String
        package let reason: String
        package var message: String { "history is not kept: \(path): \(reason)" }
    }

    /// The last `limit` entries, oldest first; none if there is no file yet. A file that has outgrown the limit by half
    /// is cut back.
    package func load() throws(Failure) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw failure()
        }
        defer { close(descriptor) }
        var info = stat()
        // A device may have no end.
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return [] }
        let bytes = try contents(of: descriptor)
        let entries = Self.entries(in: bytes)
        if entries.count > limit + limit / 2 { try trim() }
        return Array(entries.suffix(limit))
    }

    /// Adds one entry at the end, making the file and its directory if they are not there.
    package func append(_ entry: String) throws(Failure) {
        try makeDirectory()
        let descriptor = try openLocked(O_RDWR | O_APPEND | O_CREAT)
        defer { close(descriptor) }
        var line = Self.encoded(entry) + "\n"
        // The last line of a file that somebody else wrote, or that a full disk cut short, may be unfinished.
        let size = lseek(descriptor, 0, SEEK_END)
        var last: UInt8 = 0
        if size > 0, pread(descriptor, &last, 1, size - 1) == 1, last != 0x0a { line = "\n" + line }
        try write(Array(line.utf8), to: descriptor)
    }

    /// Keeps the last `limit` entries. The new file takes the old one's place as a whole, so a crash loses nothing.
    private func trim() throws(Failure) {
        let descriptor = try openLocked(O_RDONLY)
        defer { close(descriptor) }
        let kept = Self.entries(in: try contents(of: descriptor)).suffix(limit)
        let next = path + ".new"
        let output = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure() }
        defer { close(output) }
        do {
            try write(Array(kept.map { Self.encoded($0) + "\n" }.joined().utf8), to: output)
        } catch {
            unlink(next)
            throw error
        }
        guard rename(next, path) == 0 else { throw failure() }
    }

    /// Opens the file and locks it. Another prompt may have put a new file in its place between the two: then again.
    private func openLocked(_ flags: Int32) throws(Failure) -> Int32 {
        while true {
            let descriptor = open(path, flags | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw failure() }
            var locked = flock(descriptor, LOCK_EX)
            while locked != 0 && errno == EINTR { locked = flock(descriptor, LOCK_EX) }
            var opened = stat()
            var named = stat()
            if fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino {
                return descriptor
            }
            close(descriptor)
        }
    }

    private func makeDirectory() throws(Failure) {
        guard let end = path.lastIndex(of: "/"), end > path.startIndex else { return }
        let directory = path[..<end]
        if access(String(directory), F_OK) == 0 { return }
        var made = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && part.isEmpty ? "/" : part + "/"
            if access(made, F_OK) != 0 && mkdir(made, 0o700) != 0 && errno != EEXIST { throw failure() }
        }
    }

    private func contents(of descriptor: Int32) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            bytes += chunk[..<count]
        }
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            done += count
        }
    }

    private func failure() -> Failure { Failure(path: path, reason: String(cString: strerror(errno))) }

    private static func encoded(_ entry: String) -> String {
        var line = ""
        for scalar in entry.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\\": line += "\\\\"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    private static func decoded(_ line: ArraySlice<UInt8>) -> String {
        let (backslash, n, r) = (UInt8(ascii: "\\"), UInt8(ascii: "n"), UInt8(ascii: "r"))
        guard line.contains(backslash) else { return String(decoding: line, as: UTF8.self) }
        var entry: [UInt8] = []
        var isEscaped = false
        for byte in line {
            if isEscaped {
                entry.append(byte == n ? UInt8(ascii: "\n") : byte == r ? UInt8(ascii: "\r") : byte)
                isEscaped = false
            } else if byte == backslash {
                isEscaped = true
            } else {
                entry.append(byte)
            }
        }
        return String(decoding: entry, as: UTF8.self)
    }

    private static func entries(in bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0a).map(decoded)
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

/// What was typed, in memory: the file's entries and this session's, with the place where the arrows have got to.
struct History {
    private(set) var entries: [String] = []
    private let file: HistoryFile?
    private let limit: Int
    /// The entry shown, or the count of entries while the line is the user's own.
    private(set) var place = 0
    /// The user's own line, kept while entries are looked at.
    private var draft = ""

    /// - Parameter note: called with what is to be told if the file cannot be read.
    init(file: HistoryFile?, note: (String) -> Void) {
        self.file = file
        limit = file?.limit ?? 10_000
        do {
            entries = try file?.load() ?? []
        } catch {
            note(error.message)
        }
        place = entries.count
    }

    /// Takes an entry in, unless it repeats the last one. It is written to the file too.
    mutating func add(_ entry: String) throws(HistoryFile.Failure) {
        defer { rewind() }
        if entries.last == entry { return }
        entries.append(entry)
        if entries.count > limit { entries.removeFirst(entries.count - limit) }
        place = entries.count
        try file?.append(entry)
    }

    /// The next input begins below the newest entry.
    mutating func rewind() {
        place = entries.count
        draft = ""
    }

    /// The entry before the one shown; `current` is what the line holds now.
    mutating func older(current: String) -> String? {
        guard place > 0 else { return nil }
        if place == entries.count { draft = current }
        place -= 1
        return entries[place]
    }

    /// The entry after the one shown, or in the end the user's own line.
    mutating func newer() -> String? {
        guard place < entries.count else { return nil }
        place += 1
        return place == entries.count ? draft : entries[place]
    }
}
