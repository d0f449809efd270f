#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Puts bytes into a file's place so that at any moment, however the program ends, the file is there as it was or as it is meant to
/// be: they are written to a new file beside it, brought to the disk, and only then given its name.
package enum StoredFile {
    /// A link stays a link, a file keeps its permissions, and what is no plain file (a terminal, `/dev/null`) is written to as it is.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        guard !path.isEmpty, !path.contains("\0") else { throw FileError("it is no path") }
        var information = stat()
        guard stat(path, &information) == 0 else {
            guard errno == ENOENT else { throw FileError(writing: path, errno) }
            return try replace(target(ofDanglingLink: path), permissions: nil, bytes)
        }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: throw FileError("it is a folder")
        case S_IFREG: break
        default: return try writeThrough(bytes, path)
        }
        // Who may not write to the file may not replace it either, even where the folder would allow it.
        guard access(path, W_OK) == 0 else { throw FileError(writing: path, errno) }
        guard let resolved = realpath(path, nil) else { throw FileError(writing: path, errno) }
        defer { free(resolved) }
        try replace(String(cString: resolved), permissions: information.st_mode & 0o7777, bytes)
    }

    /// A link to a file that is not there yet is written through the link.
    private static func target(ofDanglingLink path: String) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count - 1)
        guard count > 0 else { return path }
        let target = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return target.hasPrefix("/") ? target : folder(of: path) + "/" + target
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// - Parameter permissions: Those of the file that was there; `nil` gives a new file's.
    static func replace(_ path: String, permissions: mode_t?, _ bytes: [UInt8]) throws(FileError) {
        let beside = Beside(path)
        beside.removeAbandoned()
        let (descriptor, temporary) = try beside.make()
        var code = writeAll(bytes, to: descriptor)
        if code == nil, let permissions, fchmod(descriptor, permissions) != 0 { code = errno }
        if code == nil, fsync(descriptor) != 0 { code = errno }
        // Closed only behind the renaming, since it is locked as long as it is open.
        if code == nil, rename(temporary, path) != 0 { code = errno }
        if code != nil { unlink(temporary) }
        if close(descriptor) != 0, code == nil { code = errno }
        if let code { throw FileError(writing: path, code) }
        // The name itself is safe once the folder is.
        let directory = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private static func writeThrough(_ bytes: [UInt8], _ path: String) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(writing: path, errno) }
        defer { close(descriptor) }
        if let code = writeAll(bytes, to: descriptor) { throw FileError(writing: path, code) }
    }
}

/// The hidden files beside a file in which what is to take its place is written. Each is locked by the program that writes it; one that nobody
/// has locked was left by a program that was killed.
private struct Beside {
    private let path: String
    private let folder: String
    private let stem: String
    /// Sixteen digits follow.
    private static let digits = 16

    init(_ path: String) {
        self.path = path
        folder = StoredFile.folder(of: path)
        // A name may be 255 bytes long.
        stem = ".\(path.split(separator: "/").last?.prefix(50) ?? "").grad-"
    }

    /// A new one, open and locked; its permissions are those that any new file gets.
    func make() throws(FileError) -> (descriptor: Int32, path: String) {
        for _ in 0..<100 {
            let number = String(UInt64.random(in: 0...UInt64.max), radix: 16)
            let temporary = "\(folder)/\(stem)\(String(repeating: "0", count: Beside.digits - number.count))\(number)"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor < 0 {
                guard errno == EEXIST else { throw FileError(writing: path, errno) }
                continue
            }
            // Where locks are not to be had nobody else gets one either, and nothing is removed.
            flock(descriptor, LOCK_EX)
            // Between its making and its locking another program may have taken it for abandoned.
            var information = stat()
            if fstat(descriptor, &information) == 0, information.st_nlink > 0 { return (descriptor, temporary) }
            close(descriptor)
        }
        throw FileError(writing: path, EEXIST)
    }

    func removeAbandoned() {
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
            }
            if isOurs(name) { removeIfAbandoned("\(folder)/\(name)") }
        }
    }

    private func isOurs(_ name: String) -> Bool {
        guard name.hasPrefix(stem) else { return false }
        let number = name.dropFirst(stem.count)
        return number.count == Beside.digits && number.allSatisfy { $0.isASCII && $0.isHexDigit && !$0.isUppercase }
    }

    private func removeIfAbandoned(_ temporary: String) {
        let descriptor = open(temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(temporary) }
    }
}

/// The error's number, if not all could be written.
package func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    bytes.withUnsafeBytes { memory in
        var offset = 0
        while offset < memory.count {
            let count = write(descriptor, memory.baseAddress.map { $0 + offset }, memory.count - offset)
            if count >= 0 {
                offset += count
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}
