import Foundation
import Testing

@Suite struct StatusTests {
    @Test(arguments: [
        ["--bogus"], ["--bogus", "a.grad"], ["-x"], ["--digits", "0", "-e", "1"], ["--digits", "18", "-e", "1"], ["--seed", "one", "-e", "1"],
        ["--nan=maybe", "-e", "1"], ["--color", "blue", "-e", "1"], ["-e"], ["check"], ["fmt"], ["fmt", "--bogus", "a.grad"],
    ])
    func usage(_ arguments: [String]) throws {
        let line = arguments.map { "'\($0)'" }.joined(separator: " ")
        let command = try Command.shell("\"$grad\" \(line)")
        #expect(command.status == 64)
        #expect(command.output == "")
        #expect(command.errors.hasPrefix("Error: "))
    }

    @Test(arguments: [["nowhere.grad"], ["check", "nowhere.grad"], ["fmt", "nowhere.grad"], ["."]])
    func fileThatCannotBeRead(_ arguments: [String]) throws {
        let command = try Command.shell("\"$grad\" " + arguments.joined(separator: " "), in: try Folder())
        #expect(command.status == 64)
        #expect(command.messages.count == 1)
        #expect(command.messages.first?.hasPrefix("grad: \(arguments.last ?? "") cannot be read: ") == true)
    }

    @Test func doesNotParse() throws {
        let command = try Command.run("-e", "a = 1\nb = \nc = )\nprint(1)")
        #expect(command.status == 65)
        #expect(command.output == "")
        #expect(command.messages.count >= 2)
        #expect(command.errors.contains("--> <expression>:3:5"))
    }

    @Test func doesNotResolve() throws {
        let command = try Command.run("-e", "print(1)\nsun([1])\nnope")
        #expect(command.status == 65)
        #expect(command.output == "")
        #expect(command.messages == ["error: `sun` is not known here", "error: `nope` is not known here"])
        #expect(command.errors.contains("hint: did you mean `sin` or `sum`?"))
    }

    @Test func failsWhileRunning() throws {
        let folder = try Folder()
        try folder.write("f(x) = assert(x > 1, \"small\")\n1 + 1\nf(0)\nprint(\"never\")", to: "a.grad")
        let command = try Command.run("a.grad", in: folder)
        #expect(command.status == 70)
        #expect(command.output == "2\n")
        #expect(
            command.errors == """
                error: assertion failed: small
                  --> a.grad:1:8
                   |
                 1 | f(x) = assert(x > 1, "small")
                   |        ^^^^^^^^^^^^^^^^^^^^^^
                  in f, called at a.grad:3:1
                      f(0)

                """)
    }

    @Test func bytesThatAreNotText() throws {
        let folder = try Folder()
        try Data([0x61, 0xFF, 0xFE, 0x00]).write(to: folder.url("a.grad"))
        let command = try Command.run("a.grad", in: folder)
        #expect(command.status == 65)
        #expect(!command.messages.isEmpty)
    }

    @Test func fullDisk() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let command = try Command.shell("\"$grad\" -e 'for i in 1...100000 { print(i) }' > /dev/full")
        #expect(command.status == 70)
        #expect(command.messages == ["grad: the results cannot be written: No space left on device"])
        #expect(try Command.shell("\"$grad\" -e 1 > /dev/full").status == 70)
    }
}

@Suite struct SignalTests {
    @Test func interruptWhileRunning() throws {
        let command = try Command.run("-e", "print(\"on\")\nwhile true { }") { process in
            Thread.sleep(forTimeInterval: 0.5)
            kill(process.processIdentifier, SIGINT)
        }
        #expect(command.status == 130)
        #expect(command.exited)
        // What was printed before is not lost.
        #expect(command.output == "on\n")
    }

    /// What was printed is not lost, and the parent sees which signal ended the program.
    @Test(arguments: [SIGTERM, SIGHUP]) func endWhileRunning(_ signal: Int32) throws {
        let command = try Command.run("-e", "print(\"on\")\nwhile true { }") { process in
            Thread.sleep(forTimeInterval: 0.5)
            kill(process.processIdentifier, signal)
        }
        #expect(command.status == signal)
        #expect(!command.exited)
        #expect(command.output == "on\n")
    }

    @Test func endWhileReading() throws {
        let command = try Command.shell("mkfifo f; sleep 20 > f & \"$grad\" - < f & sleep 0.5; kill -TERM $!; wait $!; s=$?; kill %1; exit $s", in: try Folder())
        #expect(command.status == 128 + SIGTERM)
    }

    /// `nohup grad …`: a closed terminal is no reason to stop.
    @Test func ignoredHangUpIsIgnored() throws {
        let command = try Command.shell("trap '' HUP; \"$grad\" -e 's = 0\nfor i in 1...3e6 { s <- s + sin(i) }\nprint(\"done\")' & sleep 0.1; kill -HUP $!; wait $!")
        #expect(command.status == 0)
        #expect(command.output == "done\n")
    }

    @Test func interruptIsAnsweredSoon() throws {
        var sent = Date()
        let command = try Command.run("-e", "s = 0\nwhile true { s <- s + sum(zeros([1000])) }") { process in
            Thread.sleep(forTimeInterval: 0.5)
            sent = Date()
            kill(process.processIdentifier, SIGINT)
        }
        #expect(command.status == 130)
        // Loaded machines included; on a quiet one it is milliseconds.
        #expect(Date().timeIntervalSince(sent) < 5)
    }

    @Test func interruptWhileReading() throws {
        let command = try Command.shell("mkfifo f; sleep 20 > f & \"$grad\" - < f & sleep 0.5; kill -INT $!; wait $!; s=$?; kill %1; exit $s", in: try Folder())
        // A shell without job control makes its background commands ignore the signal unless they ask for it.
        #expect(command.status == 130)
    }

    @Test func readerThatGoesAway() throws {
        let command = try Command.shell("{ \"$grad\" -e 'for i in 1...1e7 { print(i) }'; echo \"status $?\" >&2; } | head -2")
        #expect(command.output == "1\n2\n")
        // 128 + SIGPIPE, and not a word.
        #expect(command.errors == "status 141\n")
    }

    @Test func readerThatGoesAwayUnseen() throws {
        // A parent that ignores the signal passes that on.
        let command = try Command.shell("trap '' PIPE; { \"$grad\" -e 'for i in 1...1e7 { print(i) }'; } | head -1")
        #expect(command.output == "1\n")
        #expect(command.errors == "")
    }
}
