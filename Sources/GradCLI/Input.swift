import Files
import GradREPL

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where a program comes from.
enum Input {
    case expression(String)
    case file(String)
    case standardInput

    /// Expressions of the command line go before a file, and `-` is standard input.
    init(expressions: [String], file: String?) {
        if !expressions.isEmpty {
            self = .expression(expressions.joined(separator: "\n"))
        } else if let file, file != "-" {
            self = .file(file)
        } else {
            self = .standardInput
        }
    }

    /// What messages call it.
    var name: String {
        switch self {
        case .expression: "<expression>"
        case .file(let path): path
        case .standardInput: "<stdin>"
        }
    }

    /// A program with the name it goes by.
    struct Text {
        let name: String
        let bytes: [UInt8]
    }

    enum Reading {
        case read(Text)
        /// It could not be, which the person has been told.
        case ended(ExitStatus)
    }

    /// Reads all of it. A wait for standard input ends when Ctrl-C is pressed, so this belongs on the thread that signals come to.
    func read(_ console: Console) -> Reading {
        do throws(FileError) {
            switch self {
            case .expression(let text): return .read(Text(name: name, bytes: Array(text.utf8)))
            case .file(let path): return .read(Text(name: name, bytes: try readFile(path)))
            case .standardInput:
                let interrupts = InterruptFlag()
                guard let bytes = try readAll(STDIN_FILENO, isStopped: { interrupts.isRaised }) else { return .ended(.interrupted) }
                return .read(Text(name: name, bytes: bytes))
            }
        } catch {
            console.complain("\(name) cannot be read: \(error)")
            return .ended(.usage)
        }
    }
}
