import Foundation
import Testing

/// A program that saves again and again is killed at random moments: the file holds what it held before or what it was to hold,
/// whole either way.
@Suite struct KilledSaveTests {
    private static let kills = 200

    @Test func theFileIsAlwaysWhole() throws {
        let folder = try Folder()
        // Runs of a model of 400 numbers, with what Adam remembers of each.
        let program = """
            L(p) = mean((p.w - 1)^2)
            run(n) = train(L, {w: zeros([20, 20])}, rule: adam(lr: 0.1), steps: n)
            runs = map(run, 1...3)
            """
        try folder.write(program + "\nfor r in runs { save(r, \"run{r.steps}.safetensors\") }", to: "once.grad")
        try folder.write("runs = map(n -> load(\"run{n}.safetensors\"), 1...3)\nfor i in 0..<10000 { save(runs[mod(i, 3)], \"run.safetensors\") }", to: "again.grad")
        #expect(try Command.run("once.grad", in: folder).errors == "")
        let whole = try Set((1...3).map { try Data(contentsOf: folder.url("run\($0).safetensors")) })
        #expect(whole.count == 3)
        var generator = SystemRandomNumberGenerator()
        var interrupted = 0
        for _ in 0..<KilledSaveTests.kills {
            try killed(after: Double.random(in: 0...0.02, using: &generator), in: folder)
            let found = try Data(contentsOf: folder.url("run.safetensors"))
            #expect(whole.contains(found), "\(found.count) bytes")
            // What lies beside it when it was killed in the middle of a save is gone with the next save.
            let abandoned = folder.names.filter { $0.hasPrefix(".run.safetensors.") }
            #expect(abandoned.count <= 1)
            interrupted += abandoned.count
        }
        #expect(interrupted > 0, "no save was hit in the middle")
        let own = ".run.safetensors.backup"
        try folder.write("mine", to: own)
        #expect(try Command.run("-e", "save(load(\"run1.safetensors\"), \"run.safetensors\")", in: folder).errors == "")
        #expect(folder.names.filter { $0.hasPrefix(".run.safetensors.") } == [own])
        let loaded = try Command.run("-e", "load(\"run.safetensors\").steps", in: folder)
        #expect(["1\n", "2\n", "3\n"].contains(loaded.output))
    }

    /// Kills the program some time after its first save.
    private func killed(after delay: Double, in folder: Folder) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Command.program)
        process.arguments = ["again.grad"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let before = try? FileManager.default.attributesOfItem(atPath: folder.path + "/run.safetensors")[.systemFileNumber] as? Int
        try process.run()
        for _ in 0..<5000 {
            let now = try? FileManager.default.attributesOfItem(atPath: folder.path + "/run.safetensors")[.systemFileNumber] as? Int
            if now != nil, now != before { break }
            usleep(500)
        }
        usleep(useconds_t(delay * 1e6))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
