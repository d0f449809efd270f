import Foundation
import Grad
import Testing

/// What programs can reach of the file system.
@Suite final class FileAccessTests {
    private let root: URL
    private var inside: URL { root.appendingPathComponent("inside") }

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("grad-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: inside.appendingPathComponent("deep"), withIntermediateDirectories: true)
        try write("secret = 42\n", "secret.grad")
        try write("area(r) = 3 * r^2\n", "inside/shapes.grad")
        try write("import \"../shapes.grad\"\ndouble(r) = 2area(r)\n", "inside/deep/more.grad")
        try link("inside/out.grad", to: root.appendingPathComponent("secret.grad").path)
        try link("inside/up", to: "..")
        try link("inside/alias.grad", to: "shapes.grad")
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    private func write(_ text: String, _ path: String) throws {
        try text.write(to: root.appendingPathComponent(path), atomically: false, encoding: .utf8)
    }

    private func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: root.appendingPathComponent(path).path, withDestinationPath: target)
    }

    @Test func theFolderAndWhatIsInItCanBeRead() throws {
        let session = Session(files: try .folder(inside.path)) { _ in }
        try session.run("import \"shapes.grad\"\nimport \"./deep/../deep/more.grad\"\nimport \"alias.grad\"")
        #expect(try session.run("double(1)") == 6)
    }

    @Test(arguments: [
        "../secret.grad", "deep/../../secret.grad", "out.grad", "up/secret.grad", "up/../secret.grad", "/etc/passwd", "ROOT/secret.grad",
        "deep", ".", "", "/dev/zero", "shapes.grad\\u{0}.txt",
    ]) func whatIsOutsideIsRefused(_ path: String) throws {
        let session = Session(files: try .folder(inside.path)) { _ in }
        let path = path.replacingOccurrences(of: "ROOT", with: root.path)
        let error = #expect(throws: GradError.self) { try session.run("import \"\(path)\"") }
        #expect(error?.kind == .rejected)
        #expect(session.names == [])
    }

    @Test func aFolderWithASimilarNameIsOutside() throws {
        try FileManager.default.createDirectory(at: root.appendingPathComponent("inside2"), withIntermediateDirectories: true)
        try write("x = 1\n", "inside2/x.grad")
        let session = Session(files: try .folder(inside.path)) { _ in }
        #expect(throws: GradError.self) { try session.run("import \"../inside2/x.grad\"") }
        #expect(throws: GradError.self) { try session.run("import \"\(root.path)/inside2/x.grad\"") }
    }

    @Test func noFilesUnlessAllowed() {
        let error = #expect(throws: GradError.self) { try Session().run("import \"\(inside.path)/shapes.grad\"") }
        #expect(error?.message == "`import` is not allowed here")
    }

    @Test func aFolderThatIsNotThere() {
        #expect(throws: GradError.self) { try Session.FileAccess.folder(root.path + "/nowhere") }
        #expect(throws: GradError.self) { try Session.FileAccess.folder(root.path + "/secret.grad") }
    }

    @Test func aFileThatIsTooLongIsNotRead() throws {
        let session = Session(files: try .folder(inside.path, limit: 10)) { _ in }
        let error = #expect(throws: GradError.self) { try session.run("import \"shapes.grad\"") }
        #expect(error?.message.contains("10") == true)
    }

    @Test func filesAreWrittenWhereWritingIsAllowed() throws {
        let session = Session(files: try .folder(inside.path, writing: true)) { _ in }
        try session.run("write(\"first\", \"note.txt\")\nwrite(\"second\", \"note.txt\")\nwrite(\"deep\", \"deep/note.txt\")")
        #expect(try session.run("read(\"note.txt\") + read(\"deep/note.txt\")") == "seconddeep")
        // Nothing half written is left beside it.
        #expect(try FileManager.default.contentsOfDirectory(atPath: inside.path).filter { $0.hasPrefix("note") } == ["note.txt"])
    }

    @Test(arguments: ["../stolen.txt", "up/stolen.txt", "out.grad", "/tmp/grad-stolen.txt", "deep", "nowhere/x.txt", "..", ""])
    func nothingIsWrittenOutside(_ path: String) throws {
        let session = Session(files: try .folder(inside.path, writing: true)) { _ in }
        let error = #expect(throws: GradError.self) { try session.run("write(\"x\", \"\(path)\")") }
        #expect(error?.kind == .failed)
        #expect(try String(contentsOf: root.appendingPathComponent("secret.grad"), encoding: .utf8) == "secret = 42\n")
        #expect(!FileManager.default.fileExists(atPath: root.appendingPathComponent("stolen.txt").path))
    }

    @Test func readingAloneDoesNotLetWrite() throws {
        let session = Session(files: try .folder(inside.path)) { _ in }
        let error = #expect(throws: GradError.self) { try session.run("write(\"x\", \"x.txt\")") }
        #expect(error?.message == "files cannot be written here")
    }

    @Test func importsComeFromTheResolver() throws {
        let files = try Session.FileAccess.folder(inside.path).importing { path in Array("found = \"\(path)\"".utf8) }
        let session = Session(files: files) { _ in }
        try session.run("import \"lib/math\"")
        #expect(session["found"] == "lib/math")
        let none = Session(files: try Session.FileAccess.folder(inside.path).withoutImports) { _ in }
        #expect(throws: GradError.self) { try none.run("import \"shapes.grad\"") }
    }
}
