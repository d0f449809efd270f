import Foundation
import TerminalSupport
import Testing

/// Texts that nobody should write, and disks that are full.
@Suite struct ReliabilityTests {
    private func run(_ bytes: [UInt8]) throws -> Command {
        let folder = try Folder()
        try Data(bytes).write(to: folder.url("a.grad"))
        return try Command.run("a.grad", in: folder)
    }

    @Test(arguments: ["(", "[", "{a: ", "f(", "-", "∇", "x -> ", "if a { ", "\"{"]) func nesting(_ opener: String) throws {
        let command = try run(Array(String(repeating: opener, count: 100_000).utf8))
        #expect(command.status == 65)
        #expect(command.exited)
        #expect(command.errors.utf8.count < 10_000)
    }

    /// More than steps of a compiled function can name.
    @Test func aFunctionOfSeventyThousandParameters() throws {
        let names = (0..<70_000).map { "a\($0)" }.joined(separator: ", ")
        let ones = String(repeating: "1, ", count: 69_999) + "1"
        let command = try run(Array("f(\(names)) = {\n s = 0\n for i in 1...3 { s <- s + a5 }\n s\n}\nprint(f(\(ones)))".utf8))
        #expect(command.status == 0)
        #expect(command.output == "3\n")
    }

    @Test func tenMegabytesInALine() throws {
        let command = try run(Array(("x = [" + String(repeating: "1.5, ", count: 2_000_000) + "2]\nprint(sum(x))").utf8))
        #expect(command.status == 0)
        #expect(command.output == "3000002\n")
    }

    @Test func markOfByteOrderAndLineEndsOfOtherSystems() throws {
        let command = try run([0xEF, 0xBB, 0xBF] + Array("x = 1\r\nif x == 1 {\r\n  print(2)\r\n}\r\n".utf8))
        #expect(command.status == 0 && command.output == "2\n")
    }

    @Test(arguments: [[0x00], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFE, 0xFF, 0x00, 0x78]] as [[UInt8]])
    func bytesThatAreNoText(_ bytes: [UInt8]) throws {
        let command = try run(Array("print(1)\n".utf8) + bytes)
        #expect(command.status == 65 && command.output == "")
        #expect(!command.messages.isEmpty)
    }

    @Test func interpolationInInterpolation() throws {
        let command = try run(Array((String(repeating: "\"{", count: 3000) + "1" + String(repeating: "}\"", count: 3000)).utf8))
        #expect(command.status == 65)
        #expect(command.messages == ["error: this is nested too deeply"])
    }

    /// A file that could not be written whole is there as it was, with nothing beside it.
    @Test(.disabled(if: isUnderThreadSanitizer)) func formatOnAFullDisk() throws {
        let folder = try Folder()
        let text = String(repeating: "x=1+  2\n", count: 10_000)
        try folder.write(text, to: "a.grad")
        // A limit on the size of files stands for the disk; the signal that it sends is ignored, as a disk sends none.
        let command = try Command.shell("trap '' XFSZ; ulimit -f 2; \"$grad\" fmt a.grad", in: folder)
        #expect(command.status == 70)
        #expect(command.messages.count == 1 && command.messages.first?.hasPrefix("grad: a.grad cannot be written: ") == true)
        #expect(try folder.read("a.grad") == text)
        #expect(folder.names == ["a.grad"])
    }

    @Test(.disabled(if: isUnderThreadSanitizer)) func resultsOnAFullDisk() throws {
        let command = try Command.shell("trap '' XFSZ; ulimit -f 1; \"$grad\" -e 'for i in 1...100000 { print(i) }' > out", in: try Folder())
        #expect(command.status == 70)
        #expect(command.messages.first?.hasPrefix("grad: the results cannot be written: ") == true)
    }

    /// Where the streams are closed altogether.
    @Test func closedStreams() throws {
        #expect(try Command.shell("\"$grad\" -e '1 + 1' >&-").status == 70)
        #expect(try Command.shell("\"$grad\" - <&-").status == 64)
        #expect(try Command.shell("\"$grad\" -e 'nope' 2>&-").status == 65)
    }
}
