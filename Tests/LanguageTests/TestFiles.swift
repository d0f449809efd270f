import Foundation
import Runtime

/// The files of a program under test: those below some folders can be read, and what it writes is kept in memory.
final class TestFiles {
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let folders: [URL]
    /// By path.
    var written: [String: [UInt8]] = [:]

    convenience init(below folders: URL...) { self.init(below: folders) }
    init(below folders: [URL]) { self.folders = folders }

    func open(to environment: inout Environment) {
        environment.readFile = { [self] path in
            if let bytes = written[path] { return bytes }
            for folder in folders {
                if let data = FileManager.default.contents(atPath: folder.appendingPathComponent(path).path) { return [UInt8](data) }
            }
            throw Failure(description: "there is no such file")
        }
        environment.writeFile = { [self] path, bytes in
            guard !path.hasPrefix("/nowhere/") else { throw Failure(description: "there is no folder `/nowhere`") }
            written[path] = bytes
        }
    }
}
