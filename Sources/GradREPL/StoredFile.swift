#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Puts bytes into a file's place so that at any moment, however the program ends, the file is there as it was or as it is meant to
/// be: they are written to a new file beside it, brought to the disk, and only then given its name.
package enum StoredFile {
    /// Why a file could not be written.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
        package init(_ description: String) { self.description = description }
    }

    /// A link stays a link, a file keeps its permissions, and what is no plain file (a terminal, `/dev/null`) is written to as it is.
    package static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let path = Files.expanded(path)
        guard !path.isEmpty, !path.contains("\0") else { throw Failure("it is no path") }
        var information = stat()
        guard stat(path, &information) == 0 else {
            guard errno == ENOENT else { throw failure(errno, path) }
            return try replace(target(ofDanglingLink: path), permissions: nil, bytes)
        }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: throw Failure("it is a folder")
        case S_IFREG: break
        default: return try writeThrough(bytes, path)
        }
        // Who may not write to the file may not replace it either, even where the folder would allow it.
        guard access(path, W_OK) == 0 else { throw failure(errno, path) }
        guard let resolved = realpath(path, nil) else { throw failure(errno, path) }
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

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func replace(_ path: String, permissions: mode_t?, _ bytes: [UInt8]) throws(Failure) {
        let (descriptor, temporary) = try makeTemporary(beside: path)
        var code = writeAll(bytes, to: descriptor)
        if code == nil, let permissions, fchmod(descriptor, permissions) != 0 { code = errno }
        if code == nil, fsync(descriptor) != 0 { code = errno }
        if close(descriptor) != 0, code == nil { code = errno }
        if code == nil, rename(temporary, path) != 0 { code = errno }
        if let code {
            unlink(temporary)
            throw failure(code, path)
        }
        // The name itself is safe once the folder is.
        let directory = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// A new file in the same folder, hidden; its permissions are those that any new file gets.
    private static func makeTemporary(beside path: String) throws(Failure) -> (descriptor: Int32, path: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        for _ in 0..<100 {
            let number = String(UInt64.random(in: 0...UInt64.max), radix: 36)
            // A name may be 255 bytes long.
            let temporary = "\(folder(of: path))/.\(name.prefix(50)).\(number)"
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (descriptor, temporary) }
            guard errno == EEXIST else { throw failure(errno, path) }
        }
        throw failure(EEXIST, path)
    }

    private static func writeThrough(_ bytes: [UInt8], _ path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno, path) }
        defer { close(descriptor) }
        if let code = writeAll(bytes, to: descriptor) { throw failure(code, path) }
    }

    /// The error's number, if not all could be written.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        bytes.withUnsafeBytes { memory in
            var offset = 0
            while offset < memory.count {
                let count = systemWrite(descriptor, memory.baseAddress.map { $0 + offset }, memory.count - offset)
                if count >= 0 {
                    offset += count
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }

    /// What the system calls by a number, in words that tell what to do about it.
    private static func failure(_ code: Int32, _ path: String) -> Failure {
        switch code {
        case ENOENT: Failure("there is no folder `\(folder(of: path))`")
        case ENOTDIR: Failure("`\(folder(of: path))` is no folder")
        case EACCES, EPERM: Failure("that is not permitted")
        case EROFS: Failure("nothing can be written on that disk")
        case ENOSPC, EDQUOT: Failure("the disk is full")
        default: Failure(String(cString: strerror(code)))
        }
    }
}

/// `write` of the system, which the type's own function hides.
private func systemWrite(_ descriptor: Int32, _ memory: UnsafeRawPointer?, _ count: Int) -> Int { write(descriptor, memory, count) }
