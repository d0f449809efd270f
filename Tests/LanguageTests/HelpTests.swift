import Runtime
import Testing

/// What help tells of names, whoever wrote them.
@Suite struct HelpTests {
    @Test func primitive() throws {
        let help = try #require(Session().interpreter.help(for: "exp"))
        #expect(help.kind == .primitive)
        #expect(help.signature == "exp(x)")
        #expect(help.summary == "e to the power x")
        #expect(help.examples == ["exp(0)  # 1"])
        #expect(help.source == nil)
    }

    @Test func operatorsAndSigns() {
        let interpreter = Session().interpreter
        #expect(interpreter.help(for: "+")?.name == "add")
        #expect(interpreter.help(for: "@")?.name == "matmul")
        #expect(interpreter.help(for: "∇")?.name == "grad")
        #expect(interpreter.help(for: "√")?.name == "sqrt")
        #expect(interpreter.help(for: "pi")?.name == "π")
        #expect(interpreter.help(for: "nothing_of_the_kind") == nil)
    }

    @Test func prelude() throws {
        let help = try #require(Session().interpreter.help(for: "huber"))
        #expect(help.kind == .prelude)
        #expect(help.family == "Losses")
        #expect(help.signature == "huber(a, b, delta: 1)")
        #expect(help.source?.hasPrefix("huber(a, b, delta: 1) = {") == true)
    }

    @Test func rule() throws {
        let help = try #require(Session().interpreter.help(for: "adam"))
        #expect(help.signature.hasPrefix("adam(lr: 0.001, "))
        #expect(help.source?.hasPrefix("rule adam(") == true)
    }

    @Test func ownFunctionWithItsComment() throws {
        let session = Session()
        _ = session.run(
            """
            x = 3   # not part of it

            # twice x,
            # or four times its half
            # example: double(2)  # 4
            double(x[n], k: 2) = k * x
            bare(x) = x
            """)
        let help = try #require(session.interpreter.help(for: "double"))
        #expect(help.kind == .own)
        #expect(help.signature == "double(x[n], k: 2)")
        #expect(help.summary == "twice x, or four times its half")
        #expect(help.examples == ["double(2)  # 4"])
        #expect(help.source == "double(x[n], k: 2) = k * x")
        let bare = try #require(session.interpreter.help(for: "bare"))
        #expect(bare.summary.isEmpty)
        #expect(session.interpreter.help(for: "x") == nil)
    }

    @Test func ownNameHidesTheLanguages() throws {
        let session = Session()
        _ = session.run("# mine\nhuber(a) = a")
        #expect(session.interpreter.help(for: "huber")?.summary == "mine")
    }

    @Test func pagesNameEverything() {
        let interpreter = Session().interpreter
        let pages = ReferencePages(interpreter).pages
        #expect(pages.map(\.name) == ["README.md", "primitives.md", "builtins.md", "prelude.md"])
        for help in interpreter.allHelp {
            #expect(pages.dropFirst().contains { $0.text.contains("### `\(help.signature)`") }, "\(help.name)")
            #expect(pages[0].text.contains("[`\(help.name)`]"), "\(help.name)")
        }
    }
}
