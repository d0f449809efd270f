import Foundation
import Testing

@Suite struct CheckTests {
    @Test func tellsAllAndRunsNothing() throws {
        let folder = try Folder()
        try folder.write("print(1)\na = nope\nb = neither", to: "bad.grad")
        try folder.write("print(args)", to: "good.grad")
        let bad = try Command.run("check", "bad.grad", "good.grad", in: folder)
        #expect(bad.status == 65)
        #expect(bad.output == "")
        #expect(bad.messages == ["error: `nope` is not known here", "error: `neither` is not known here"])
        let good = try Command.run("check", "good.grad", in: folder)
        #expect(good.status == 0 && good.output == "" && good.errors == "")
    }

    @Test func filesDoNotKnowEachOther() throws {
        let folder = try Folder()
        try folder.write("a = 1", to: "a.grad")
        try folder.write("b = a", to: "b.grad")
        #expect(try Command.run("check", "a.grad", "b.grad", in: folder).messages == ["error: `a` is not known here"])
    }

    @Test func standardInput() throws {
        let command = try Command.run("check", "-", input: "x = (1")
        #expect(command.status == 65)
        #expect(command.errors.contains("<stdin>:1:"))
    }

    @Test func missingFileDoesNotHideErrors() throws {
        let folder = try Folder()
        try folder.write("nope", to: "bad.grad")
        let command = try Command.run("check", "nowhere.grad", "bad.grad", in: folder)
        #expect(command.status == 65)
        #expect(command.messages.count == 2)
    }
}

@Suite struct FormatTests {
    private static let ugly = "x=1+  2 # three\n\n\n\ny   = [1,2]"
    private static let canonical = "x = 1 + 2  # three\n\ny = [1, 2]\n"

    @Test func rewrites() throws {
        let folder = try Folder()
        try folder.write(FormatTests.ugly, to: "a.grad")
        let command = try Command.run("fmt", "a.grad", in: folder)
        #expect(command.status == 0 && command.output == "" && command.errors == "")
        #expect(try folder.read("a.grad") == FormatTests.canonical)
        #expect(folder.names == ["a.grad"])
    }

    @Test func checkChangesNothing() throws {
        let folder = try Folder()
        try folder.write(FormatTests.ugly, to: "a.grad")
        try folder.write(FormatTests.canonical, to: "b.grad")
        let command = try Command.run("fmt", "--check", "a.grad", "b.grad", in: folder)
        #expect(command.status == 1)
        #expect(command.output == "a.grad\n")
        #expect(try folder.read("a.grad") == FormatTests.ugly)
        #expect(try Command.run("fmt", "b.grad", "--check", in: folder).status == 0)
    }

    @Test func errorsLeaveTheFile() throws {
        let folder = try Folder()
        try folder.write("a = (1", to: "bad.grad")
        try folder.write(FormatTests.ugly, to: "a.grad")
        let command = try Command.run("fmt", "bad.grad", "a.grad", in: folder)
        #expect(command.status == 65)
        #expect(command.errors.contains("bad.grad:1:"))
        #expect(try folder.read("bad.grad") == "a = (1")
        #expect(try folder.read("a.grad") == FormatTests.canonical)
    }

    @Test func standardInput() throws {
        let command = try Command.run("fmt", "-", input: FormatTests.ugly)
        #expect(command.output == FormatTests.canonical)
        #expect(command.status == 0)
        #expect(try Command.run("fmt", "--check", "-", input: FormatTests.ugly).status == 1)
    }

    @Test func linksAndPermissionsStay() throws {
        let folder = try Folder()
        try folder.write(FormatTests.ugly, to: "a.grad")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.url("a.grad").path)
        try FileManager.default.createSymbolicLink(atPath: folder.url("link.grad").path, withDestinationPath: "a.grad")
        #expect(try Command.run("fmt", "link.grad", in: folder).status == 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.url("link.grad").path) == "a.grad")
        #expect(try folder.read("a.grad") == FormatTests.canonical)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.url("a.grad").path)[.posixPermissions] as? Int
        #expect(mode == 0o640)
    }

    @Test func canonicalFilesAreNotTouched() throws {
        let folder = try Folder()
        try folder.write(FormatTests.canonical, to: "a.grad")
        let before = Date(timeIntervalSince1970: 1_000_000)
        try FileManager.default.setAttributes([.modificationDate: before], ofItemAtPath: folder.url("a.grad").path)
        #expect(try Command.run("fmt", "a.grad", in: folder).status == 0)
        let after = try FileManager.default.attributesOfItem(atPath: folder.url("a.grad").path)[.modificationDate] as? Date
        #expect(after == before)
    }
}
