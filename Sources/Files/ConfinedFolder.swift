#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder that reading and writing is confined to. A path is made whole first, with every link and `..` in it resolved, and is refused
/// if what it leads to does not lie in the folder.
package struct ConfinedFolder: Sendable {
    /// Its own path, resolved.
    package let path: String
    /// Where relative paths count from.
    private let base: String

    /// - Parameter base: Where relative paths count from, if not from the folder.
    package init(_ path: String, base: String? = nil) throws(FileError) {
        self.path = try ConfinedFolder.resolved(path)
        self.base = if let base { try ConfinedFolder.resolved(base) } else { self.path }
        var information = stat()
        guard stat(self.path, &information) == 0 else { throw FileError(errno) }
        guard information.st_mode & S_IFMT == S_IFDIR else { throw FileError(ENOTDIR) }
    }

    /// The bytes of a file, of which there may be at most `limit`.
    package func read(_ file: String, limit: Int = .max) throws(FileError) -> [UInt8] {
        // A link put in its place since then is not followed, and a pipe is not waited for.
        let descriptor = open(try inside(ConfinedFolder.resolved(whole(file))), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(errno) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw FileError(errno) }
        guard information.st_mode & S_IFMT == S_IFREG else { throw FileError("it is no regular file") }
        let size = Int(information.st_size)
        guard size <= limit else { throw FileError("it has \(size) bytes, more than the \(limit) that are allowed") }
        return try readAll(descriptor, size)
    }

    /// Puts bytes in a file's place: it is there as it was or as it is meant to be, never half of it.
    package func write(_ file: String, _ bytes: [UInt8]) throws(FileError) {
        let whole = whole(file)
        let slash = whole.lastIndex(of: "/") ?? whole.startIndex
        let name = whole[slash...].dropFirst()
        guard !name.isEmpty, name != ".", name != ".." else { throw FileError(EISDIR) }
        let folder = try inside(ConfinedFolder.resolved(String(whole[..<slash]) + "/"), orSame: true)
        // A link is followed only to where writing is allowed too.
        var target = "\(folder)/\(name)"
        if let linked = try? ConfinedFolder.resolved(target) { target = try inside(linked) }
        try replace(target, bytes)
    }

    private func whole(_ file: String) -> String { file.hasPrefix("/") ? file : "\(base)/\(file)" }

    private func inside(_ resolved: String, orSame: Bool = false) throws(FileError) -> String {
        let prefix = path.hasSuffix("/") ? path : path + "/"
        // Paths are bytes: characters that only look the same are not.
        guard resolved.utf8.starts(with: prefix.utf8) || orSame && resolved.utf8.elementsEqual(path.utf8) else {
            throw FileError("it is outside of the folder that this program may use")
        }
        return resolved
    }

    private static func resolved(_ path: String) throws(FileError) -> String {
        guard !path.utf8.contains(0) else { throw FileError(EINVAL) }
        guard let found = realpath(path, nil) else { throw FileError(errno) }
        defer { free(found) }
        return String(cString: found)
    }

    private func readAll(_ descriptor: Int32, _ size: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        var chunk = [UInt8](repeating: 0, count: min(max(size, 1), 1 << 20))
        // No more than it had when it was looked at.
        while bytes.count < size {
            let count = systemRead(descriptor, &chunk, min(chunk.count, size - bytes.count))
            if count == 0 { break }
            if count > 0 {
                bytes.append(contentsOf: chunk.prefix(count))
            } else if errno != EINTR {
                throw FileError(errno)
            }
        }
        return bytes
    }

    private func replace(_ target: String, _ bytes: [UInt8]) throws(FileError) {
        var information = stat()
        let exists = lstat(target, &information) == 0
        guard !exists || information.st_mode & S_IFMT == S_IFREG else { throw FileError("it is no regular file") }
        guard !exists || access(target, W_OK) == 0 else { throw FileError(errno) }
        try StoredFile.replace(target, permissions: exists ? information.st_mode & 0o7777 : nil, bytes)
    }
}

/// Why a file could not be read or written, in the system's words.
package struct FileError: Error, CustomStringConvertible {
    package let description: String

    package init(_ code: Int32) { description = strerror(code).map { String(cString: $0) } ?? "error \(code)" }
    package init(_ description: String) { self.description = description }

    /// In words that tell what to do about it.
    init(writing path: String, _ code: Int32) {
        switch code {
        case ENOENT: self.init("there is no folder `\(StoredFile.folder(of: path))`")
        case ENOTDIR: self.init("`\(StoredFile.folder(of: path))` is no folder")
        case EACCES, EPERM: self.init("that is not permitted")
        case EROFS: self.init("nothing can be written on that disk")
        case ENOSPC, EDQUOT: self.init("the disk is full")
        default: self.init(code)
        }
    }
}

// The method above hides the system's own function of this name.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int { read(descriptor, bytes, count) }
