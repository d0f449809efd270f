#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Why a file could not be read or written, in the system's words.
struct FileError: Error, CustomStringConvertible {
    let description: String

    init(_ code: Int32) { description = systemMessage(code) }
    init(_ description: String) { self.description = description }
}

/// "No such file or directory", as the system calls an error.
func systemMessage(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
}

/// The bytes of a file.
func readFile(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(errno) }
    defer { close(descriptor) }
    guard let bytes = try readAll(descriptor, isStopped: { false }) else { return [] }
    return bytes
}

/// The bytes up to the end of what is read; `nil` if a signal came and `isStopped` says that it ends the reading.
func readAll(_ descriptor: Int32, isStopped: () -> Bool) throws(FileError) -> [UInt8]? {
    var information = stat()
    let size = fstat(descriptor, &information) == 0 ? Int(information.st_size) : 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(0, min(size, 1 << 30)) + 1)
    let chunk = 1 << 16
    while true {
        var failure: Int32 = 0
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: chunk))
        let count = bytes.withUnsafeMutableBytes { memory in
            let count = read(descriptor, memory.baseAddress.map { $0 + start }, chunk)
            failure = errno
            return count
        }
        bytes.removeLast(chunk - max(0, count))
        if count == 0 { return bytes }
        if count < 0 {
            guard failure == EINTR else { throw FileError(failure) }
            if isStopped() { return nil }
        }
    }
}

/// The error's number, if not all could be written.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
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

/// Puts `bytes` in a file's place: it is there as it was or as it is meant to be, never half of it. A link stays a link, and the
/// file keeps its permissions.
func replaceFile(_ path: String, with bytes: [UInt8]) throws(FileError) {
    guard let resolved = realpath(path, nil) else { throw FileError(errno) }
    let target = String(cString: resolved)
    free(resolved)
    var information = stat()
    guard stat(target, &information) == 0 else { throw FileError(errno) }
    // Who may not write to the file may not replace it either, even where the folder would allow it.
    guard access(target, W_OK) == 0 else { throw FileError(errno) }
    var template = Array("\(target).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw FileError(errno) }
    let temporary = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    var failure = writeAll(bytes, to: descriptor)
    if failure == nil, fchmod(descriptor, information.st_mode & 0o7777) != 0 || fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == nil { failure = errno }
    if failure == nil, rename(temporary, target) != 0 { failure = errno }
    if let failure {
        unlink(temporary)
        throw FileError(failure)
    }
}

/// As `replaceFile`, for a file that may not be there yet.
func createFile(_ path: String, with bytes: [UInt8]) throws(FileError) {
    if access(path, F_OK) != 0 {
        // Empty at first, with the permissions that a new file gets; then what is meant takes its place.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw FileError(errno) }
        close(descriptor)
    }
    try replaceFile(path, with: bytes)
}
