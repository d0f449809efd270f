import Foundation
import Testing

@Suite struct RunTests {
    @Test func expression() throws {
        let command = try Command.run("-e", "1 + 1")
        #expect(command.output == "2\n")
        #expect(command.errors == "")
        #expect(command.status == 0)
    }

    @Test func expressionsAreLinesOfOneProgram() throws {
        #expect(try Command.run("-e", "a = 2", "-e", "a * 3").output == "6\n")
        #expect(try Command.run("-e", "-1 + 3").output == "2\n")
        #expect(try Command.run("--expression", "5").output == "5\n")
    }

    @Test func file() throws {
        let folder = try Folder()
        try folder.write("L(w) = (w - 3)^2\nL'(0)\n\"text\"\nprint(\"plain\")\nx = 7", to: "a.grad")
        let command = try Command.run("a.grad", in: folder)
        #expect(command.output == "-6\n\"text\"\nplain\n")
        #expect(command.status == 0)
    }

    @Test func standardInput() throws {
        #expect(try Command.run(input: "2 * 3").output == "6\n")
        #expect(try Command.run("-", input: "2 * 3").output == "6\n")
        #expect(try Command.run("-", "x", input: "args").output == "[\"x\"]\n")
        let empty = try Command.run(input: "")
        #expect(empty.output == "" && empty.status == 0)
        let hereDocument = try Command.shell("\"$grad\" <<END\n1 + 1\nEND")
        #expect(hereDocument.output == "2\n")
    }

    @Test func argumentsOfTheScript() throws {
        let folder = try Folder()
        try folder.write("args", to: "a.grad")
        #expect(try Command.run("a.grad", in: folder).output == "list()\n")
        #expect(try Command.run("a.grad", "x", "--seed", "-e", "--", "--help", in: folder).output == "[\"x\", \"--seed\", \"-e\", \"--\", \"--help\"]\n")
        #expect(try Command.run("-e", "args", "a", in: folder).output == "[\"a\"]\n")
        #expect(try Command.run("--", "a.grad", "x", in: folder).output == "[\"x\"]\n")
        try folder.write("args = 1\nargs", to: "own.grad")
        #expect(try Command.run("own.grad", in: folder).output == "1\n")
    }

    @Test func importsFromTheFilesFolder() throws {
        let folder = try Folder()
        try FileManager.default.createDirectory(at: folder.url("lib"), withIntermediateDirectories: true)
        try folder.write("import \"b.grad\"\nc = b + 1", to: "lib/a.grad")
        try folder.write("b = 41", to: "lib/b.grad")
        try folder.write("import \"lib/a.grad\"\nc", to: "main.grad")
        #expect(try Command.run("main.grad", in: folder).output == "42\n")
        let missing = try Command.run("-e", "import \"nowhere.grad\"", in: folder)
        #expect(missing.messages == ["error: `nowhere.grad` cannot be read: No such file or directory"])
        // Imports are read before anything runs.
        #expect(missing.status == 65)
    }

    @Test func settings() throws {
        #expect(try Command.run("--digits", "3", "-e", "1 / 3").output == "0.333\n")
        #expect(try Command.run("--digits=17", "-e", "0.1 + 0.2").output == "0.30000000000000004\n")
        let draw = ["-e", "rand([4])"]
        let first = try Command.run("--seed", "1", draw[0], draw[1])
        #expect(first.status == 0)
        #expect(try Command.run("--seed", "1", draw[0], draw[1]).output == first.output)
        #expect(try Command.run("--seed", "2", draw[0], draw[1]).output != first.output)
        #expect(try Command.run("-e", "log(0)").output == "-inf\n")
        #expect(try Command.run("--nan=stop", "-e", "log(0)").status == 70)
    }

    @Test func notesGoToStandardError() throws {
        let command = try Command.run("-e", "f(a, b) = a^2", "-e", "grad(f)(3, 1)")
        #expect(command.output == "{a: 6, b: 0}\n")
        #expect(command.errors.hasPrefix("note: "))
        #expect(command.status == 0)
    }

    /// Deep enough that the thread's usual stack would not do.
    @Test func deepRecursion() throws {
        #expect(try Command.run("-e", "f(n) = if n == 0 then 0 else 1 + f(n - 1)", "-e", "f(20000)").output == "20000\n")
    }

    @Test func endlessRecursion() throws {
        let endless = try Command.run("-e", "f(n) = if n == 0 then 0 else 1 + f(n - 1)", "-e", "f(-1)")
        #expect(endless.messages == ["error: the calls nest too deep"])
        #expect(endless.status == 70)
    }

    @Test func version() throws {
        let command = try Command.run("--version")
        #expect(command.output.hasPrefix("grad "))
        #expect(command.status == 0)
    }

    @Test func help() throws {
        let command = try Command.run("--help")
        for word in ["grad check", "grad fmt", "--seed", "--digits", "--nan", "--color", "--no-color", "130"] {
            #expect(command.output.contains(word))
        }
        #expect(command.status == 0)
        #expect(try Command.run("help").output == command.output)
        #expect(try Command.run("help", "fmt").output.contains("--check"))
        #expect(try Command.run("check", "--help").output.contains("USAGE: grad check"))
    }

    @Test func helpForNames() throws {
        let primitive = try Command.run("help", "exp")
        #expect(primitive.output.hasPrefix("exp(x)\n"))
        #expect(primitive.status == 0)
        let prelude = try Command.run("help", "huber")
        #expect(prelude.output.hasPrefix("huber(") && prelude.output.contains("  huber("))
        #expect(!prelude.output.contains(":source"))
        #expect(try Command.run("help", "∇").output.hasPrefix("grad(f"))
        let unknown = try Command.run("help", "sun")
        #expect(unknown.status == 64)
        #expect(unknown.errors == "grad: `sun` is not known; did you mean `sin` or `sum`?\n")
    }

    /// Standard error is no terminal here: a line an epoch, and none where every step is one.
    @Test func progress() throws {
        let folder = try Folder()
        let program = """
            X = randn([40, 2])
            y = X @ [1, 2]
            loss(p, X, y) = mean((X @ p - y)^2)
            run = train(loss, zeros([2]), data: {X: X, y: y}, batch: 10, epochs: 3, lr: 0.05)
            other = train(w -> (w - 3)^2, 0, steps: 50, lr: 0.1);
            """
        try folder.write(program, to: "train.grad")
        let command = try Command.run("train.grad", in: folder)
        #expect(command.status == 0)
        let lines = command.errors.split(separator: "\n")
        #expect(lines.map { $0.prefix { $0 != "l" } } == ["epoch 1/3  ", "epoch 2/3  ", "epoch 3/3  "])
        #expect(lines.allSatisfy { $0.contains("loss ") })
        #expect(!command.output.contains("epoch 1/3"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionScripts(_ shell: String) throws {
        let command = try Command.run("--generate-completion-script", shell)
        #expect(command.output.contains("fmt") && command.output.contains("digits"))
        #expect(command.status == 0)
    }
}
