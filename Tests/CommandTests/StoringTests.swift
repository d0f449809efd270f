import Foundation
import Testing

@Suite struct StoringTests {
    @Test func pathsCountFromTheProgramsFolder() throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(atPath: folder.path + "/inner", withIntermediateDirectories: true)
        try folder.write("save([1, 2], \"x.npy\")\nload(\"x.npy\")", to: "inner/a.grad")
        let command = try Command.run("inner/a.grad", in: folder)
        #expect(command.output == "[1, 2]\n" && command.errors == "")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/inner").sorted() == ["a.grad", "x.npy"])
        let expression = try Command.run("-e", "load(\"inner/x.npy\")", in: folder)
        #expect(expression.output == "[1, 2]\n")
    }

    @Test func permissionsAndLinksStay() throws {
        let folder = try Folder()
        try folder.write("old", to: "real.txt")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.path + "/real.txt")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.txt", withDestinationPath: "real.txt")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/dangling.txt", withDestinationPath: "later.txt")
        let command = try Command.run("-e", "write(\"new\", \"link.txt\"); write(\"later\", \"dangling.txt\")", in: folder)
        #expect(command.errors == "")
        #expect(try folder.read("real.txt") == "new")
        #expect(try folder.read("later.txt") == "later")
        #expect(folder.names == ["dangling.txt", "later.txt", "link.txt", "real.txt"])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link.txt") == "real.txt")
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/real.txt")[.posixPermissions] as? Int
        #expect(mode == 0o640)
    }

    @Test(arguments: [
        ("missing/x.txt", "there is no folder `missing`"), ("file/x.txt", "`file` is no folder"), (".", "it is a folder"),
        ("/proc/x.txt", "there is no folder `/proc`"), ("/dev/full", "the disk is full"), ("", "it is no path"),
    ])
    func refusalsSayWhy(_ path: String, _ reason: String) throws {
        let folder = try Folder()
        try folder.write("", to: "file")
        let command = try Command.run("-e", "write(\"text\", \"\(path)\")", in: folder)
        #expect(command.status == 70)
        #expect(command.messages == ["error: `\(path)` cannot be written: \(reason)"])
        #expect(folder.names == ["file"])
    }

    @Test func whatIsNoFileIsWrittenTo() throws {
        let command = try Command.run("-e", "write(\"text\\n\", \"/dev/stdout\")")
        #expect(command.output == "text\n" && command.errors == "")
    }
}
