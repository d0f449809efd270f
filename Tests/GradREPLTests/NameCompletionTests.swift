import TerminalSupport
import Testing

@Suite struct NameCompletionTests {
    /// Types, presses Tab, and gives what then stands at the prompt.
    private func completed(_ text: String, after inputs: [String] = [], home: Home? = nil) throws -> String {
        let terminal = try (home ?? Home()).startPrompt()
        for input in inputs { try terminal.run(input) }
        try terminal.type(text + Key.tab)
        return String(terminal.screen.cursorRow.dropFirst("grad> ".count))
    }

    @Test func names() throws {
        #expect(try completed("learning_r", after: ["learning_rate = 0.1"]) == "learning_rate")
        #expect(try completed("2 * value_and") == "2 * value_and_grad")
        #expect(try completed("∇learning_r", after: ["learning_rate = 0.1"]) == "∇learning_rate")
        #expect(try completed("2learning_r", after: ["learning_rate = 0.1"]) == "2learning_rate")
        #expect(try completed("contin") == "continue")
        #expect(try completed("theta_s", after: ["θ_start = 1"]) == "θ_start")
    }

    @Test func namesOfTheInputItself() throws {
        #expect(try completed("f(position) = posit") == "f(position) = position")
    }

    @Test func fields() throws {
        let record = "p = {weights: 1, inner: {bias: 2}}"
        #expect(try completed("p.we", after: [record]) == "p.weights")
        #expect(try completed("1 + p.inner.", after: [record]) == "1 + p.inner.bias")
        #expect(try completed("p.none.", after: [record]) == "p.none.")
    }

    @Test func namedArguments() throws {
        #expect(try completed("f(3, weigh", after: ["f(x, weighting: 2) = weighting * x"]) == "f(3, weighting:")
        #expect(try completed("sum([1, 2], kee") == "sum([1, 2], keep:")
        // What has been given is not offered again.
        #expect(try completed("f(", after: ["f(x, k: 2) = k * x"]) == "f(")
        #expect(try completed("f(1, ", after: ["f(x, k: 2) = k * x"]) == "f(1, k:")
        #expect(try completed("f(k: 2, ", after: ["f(x, k: 2) = k * x"]) == "f(k: 2, x:")
    }

    @Test func commands() throws {
        #expect(try completed(":und") == ":undo")
        #expect(try completed(":help value_and") == ":help value_and_grad")
        #expect(try completed(":type value_and") == ":type value_and_grad")
        #expect(try completed("?value_and") == "?value_and_grad")
    }

    @Test func files() throws {
        let home = try Home()
        home.write("", to: "lesson_one.grad")
        #expect(try completed(":load less", home: home) == ":load lesson_one.grad")
        #expect(try completed("import \"less", home: home) == "import \"lesson_one.grad")
        #expect(try completed("\"less", home: home) == "\"lesson_one.grad")
    }

    @Test func nothingInComments() throws {
        #expect(try completed("1 # value_and") == "1 # value_and")
    }
}
