import Files

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

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
