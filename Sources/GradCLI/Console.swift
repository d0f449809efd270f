import Files
import GradREPL

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Results on standard output, through a buffer; messages on standard error, at once. What is written in one order appears in that
/// order where both are the same terminal or file.
final class Console {
    let terminal: Terminal
    /// How training goes, on standard error.
    private(set) lazy var progress = ProgressLine(
        redraws: isatty(STDERR_FILENO) == 1 && !["", "dumb"].contains(environmentVariable("TERM") ?? ""), isUTF8: terminal.isUTF8,
        width: Terminal.width, now: Duration.now, write: { [unowned self] in emit($0) })
    private var buffer: [UInt8] = []
    private let flushesLines: Bool
    private static let bufferSize = 1 << 16

    init(terminal: Terminal) {
        self.terminal = terminal
        flushesLines = isatty(STDOUT_FILENO) == 1
        buffer.reserveCapacity(Console.bufferSize)
    }

    deinit { flush() }

    /// A line of results.
    func print(_ line: String) {
        buffer.append(contentsOf: line.utf8)
        buffer.append(UInt8(ascii: "\n"))
        if flushesLines || buffer.count >= Console.bufferSize {
            progress.clear()
            flush()
        }
    }

    /// Text of results as it is.
    func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if flushesLines || buffer.count >= Console.bufferSize { flush() }
    }

    /// A message, which is whole lines.
    func report(_ text: String) {
        progress.clear()
        emit(text)
    }

    private func emit(_ text: String) {
        flush()
        _ = writeAll(Array(text.utf8), to: STDERR_FILENO)
    }

    /// A message in a sentence of its own, about no place in a program.
    func complain(_ message: String) { report("grad: \(message)\n") }

    func flush() {
        guard !buffer.isEmpty else { return }
        let problem = writeAll(buffer, to: STDOUT_FILENO)
        buffer.removeAll(keepingCapacity: true)
        guard let problem else { return }
        // Nobody is left to read (and the signal that says so is blocked), or there is no room: to go on would be in vain.
        if problem != EPIPE { complain("the results cannot be written: \(systemMessage(problem))") }
        exit(ExitStatus.failed.rawValue)
    }
}
