import TerminalSupport
import Testing

/// `grad --sandbox`, `--allow` and `--limit`.
@Suite struct SandboxTests {
    private func folder() throws -> Folder {
        let folder = try Folder()
        try folder.write("x = 7", to: "beside.grad")
        return folder
    }

    @Test func importsFromItsOwnFolderAndNowhereElse() throws {
        let folder = try folder()
        try folder.write("import \"beside.grad\"\nx", to: "good.grad")
        try folder.write("import \"/etc/passwd\"\n1", to: "bad.grad")
        #expect(try Command.run("--sandbox", "good.grad", in: folder).output == "7\n")
        #expect(try Command.run("--sandbox", folder.path + "/good.grad").output == "7\n")
        let refused = try Command.run("--sandbox", "bad.grad", in: folder)
        #expect(refused.status == 65)
        #expect(refused.errors.contains("outside of the folder"))
        #expect(try Command.run("--sandbox", "-e", "import \"beside.grad\"", in: folder).errors.contains("`import` is not allowed here"))
    }

    @Test func nothingIsReadOrWritten() throws {
        let folder = try folder()
        try folder.write("read(\"beside.grad\")", to: "reads.grad")
        try folder.write("write(\"x\", \"made.txt\")", to: "writes.grad")
        #expect(try Command.run("--sandbox", "reads.grad", in: folder).messages == ["error: files cannot be read here"])
        #expect(try Command.run("--sandbox", "--allow", ".", "reads.grad", in: folder).output == "\"x = 7\"\n")
        #expect(try Command.run("--sandbox", "--allow", ".", "writes.grad", in: folder).messages == ["error: files cannot be written here"])
        #expect(folder.names == ["beside.grad", "reads.grad", "writes.grad"])
    }

    /// Colours, titles and moves of the cursor arrive as text, however a program shows them.
    @Test func terminalsAreNotCommanded() throws {
        let folder = try folder()
        try folder.write("print(\"a\u{1B}[2Jb\u{9B}1m\")\n\"\u{1B}]0;t\u{7}\"\nplot([1, 2, 3], title: \"\u{1B}[31m\")\nerror(\"c\u{1B}[5m\")", to: "codes.grad")
        let run = try Command.run("--sandbox", "codes.grad", in: folder)
        #expect(run.output.hasPrefix("a\\u{1b}[2Jb\\u{9b}1m\n\"\\u{1b}]0;t\\u{7}\"\n"))
        #expect(run.messages == ["error: c\\u{1b}[5m"])
        let isCommand = { (scalar: Unicode.Scalar) in scalar.value < 32 && scalar != "\n" || 0x7F..<0xA0 ~= scalar.value }
        #expect(!(run.output + run.errors).unicodeScalars.contains(where: isCommand))
        // Outside of a sandbox a program may colour what it prints.
        #expect(try Command.run("codes.grad", in: folder).output.contains("a\u{1B}[2Jb"))
    }

    @Test func limitsAreOn() throws {
        let deep = try Command.run("--sandbox", "-e", "f(n) = 1 + f(n + 1)", "-e", "f(0)")
        #expect(deep.status == 70)
        #expect(deep.messages == ["error: the calls nest deeper than the limit of 1000"])
        let large = try Command.run("--sandbox", "-e", "zeros([10000, 10000])")
        #expect(large.messages == ["error: a tensor of shape [10000, 10000] is too large: the limit on the numbers in a tensor is 10000000"])
    }

    @Test func limitsCanBeSet() throws {
        let steps = try Command.run("--limit", "steps=1000", "-e", "n = 0", "-e", "while true { n <- n + 1 }")
        #expect(steps.messages == ["error: the program made more steps than its limit of 1000"])
        let memory = try Command.run("--limit", "memory=1MB", "-e", "zeros([1000, 1000])")
        #expect(memory.messages == ["error: a tensor of shape [1000, 1000] takes 8 MB, but the memory limit is 1 MB"])
        let time = try Command.run("--limit", "time=0.1", "-e", "while true { }")
        #expect(time.messages == ["error: the program ran into its time limit of 0.1 s"])
        #expect(try Command.run("--sandbox", "--limit", "depth=5000", "-e", "f(n) = if n == 0 then 0 else 1 + f(n - 1)", "-e", "f(4000)").output == "4000\n")
    }

    @Test(arguments: ["steps", "steps=", "steps=-1", "steps=many", "memory=1XB", "speed=3"]) func wrongLimitsAreToldAtOnce(_ text: String) throws {
        let command = try Command.run("--limit", text, "-e", "1")
        #expect(command.status == 64)
        #expect(command.output == "")
    }

    @Test func allowGoesWithSandbox() throws {
        #expect(try Command.run("--allow", "/tmp", "-e", "1").status == 64)
        #expect(try Command.run("--sandbox", "--allow", "/nowhere/at/all", "-e", "1").status == 64)
    }

    /// Far more than any machine has, and more than the system gives a process.
    @Test(.disabled(if: !sanitizerOptions.isEmpty, "a sanitizer takes more address space than any limit leaves")) func theSystemsOwnLimitIsAnError() throws {
        let command = try Command.shell("ulimit -v 4000000; \"$grad\" -e 'x = list()' -e 'while true { x <- append(x, ones([1000000])) }'")
        #expect(command.exited && command.status == 70)
        #expect(command.messages.count == 1)
        let doubling = try Command.shell("ulimit -v 4000000; \"$grad\" -e 's = \"ab\"' -e 'while true { s <- \"{s}{s}\" }'")
        #expect(doubling.exited && doubling.status == 70)
    }
}
