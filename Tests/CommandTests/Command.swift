import Foundation
import TerminalSupport

/// One run of the program `grad`, which lies beside the tests.
struct Command {
    let status: Int32
    let output: String
    let errors: String
    /// It ended itself, rather than by a signal.
    let exited: Bool

    static let program: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("grad").path
    }()

    /// Runs it with these arguments. `onStart` is told of the process.
    static func run(
        _ arguments: String..., input: String = "", environment: [String: String] = [:], in folder: Folder? = nil,
        onStart: (Process) throws -> Void = { _ in }
    ) throws -> Command {
        try run(program, arguments, input: input, environment: environment, in: folder, onStart: onStart)
    }

    /// Runs a line of the shell, in which `$grad` is the program.
    static func shell(_ line: String, in folder: Folder? = nil) throws -> Command {
        try run("/bin/sh", ["-c", line], environment: ["grad": program], in: folder)
    }

    private static func run(
        _ executable: String, _ arguments: [String], input: String = "", environment: [String: String], in folder: Folder?,
        onStart: (Process) throws -> Void = { _ in }
    ) throws -> Command {
        // Files rather than pipes: whoever fills a pipe that nobody reads waits for ever.
        let files = try Folder()
        try files.write(input, to: "input")
        try files.write("", to: "output")
        try files.write("", to: "errors")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": files.path, "LC_ALL": "C.UTF-8"].merging(instrumentation) { $1 }.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.path) }
        process.standardInput = try FileHandle(forReadingFrom: files.url("input"))
        process.standardOutput = try FileHandle(forWritingTo: files.url("output"))
        process.standardError = try FileHandle(forWritingTo: files.url("errors"))
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        try onStart(process)
        if ended.wait(timeout: .now() + 120) == .timedOut { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return Command(
            status: process.terminationStatus, output: try files.read("output"), errors: try files.read("errors"),
            exited: process.terminationReason == .exit)
    }

    /// The error messages without what follows them.
    var messages: [String] { errors.split(separator: "\n").filter { $0.hasPrefix("error: ") || $0.hasPrefix("grad: ") }.map(String.init) }
}

/// A folder of its own, gone when the test is over.
final class Folder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("grad-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func url(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }
    func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: url(name)) }
    func read(_ name: String) throws -> String { String(decoding: try Data(contentsOf: url(name)), as: UTF8.self) }
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// Waits until a file is there and holds something.
    func waitFor(_ name: String) throws {
        for _ in 0..<1000 {
            if let text = try? read(name), !text.isEmpty { return }
            Thread.sleep(forTimeInterval: 0.01)
        }
        throw CocoaError(.fileNoSuchFile)
    }
}
