import ArgumentParser

/// How the command ends, in the numbers of sysexits.h and of shells.
enum ExitStatus: Int32 {
    case success = 0
    /// `grad fmt --check` found something to change.
    case differs = 1
    /// The command line is wrong, or names a file that cannot be read.
    case usage = 64
    /// A program does not parse or resolve.
    case rejected = 65
    /// A program failed while it ran, or results could not be written.
    case failed = 70
    case interrupted = 130

    /// The more serious of two, for a command with many files.
    func worse(_ other: ExitStatus) -> ExitStatus { rawValue >= other.rawValue ? self : other }

    /// Writes what is left to write, and ends the command.
    func end(_ console: Console) throws {
        console.flush()
        if self != .success { throw ExitCode(rawValue) }
    }
}
