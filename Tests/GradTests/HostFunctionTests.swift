import Grad
import Testing

@Suite struct HostFunctionTests {
    @Test func argumentsAndResultsAreConverted() throws {
        let session = Session()
        session.define("repeated", parameters: ["text", "count"]) { (text: String, count: Int) in
            String(repeating: text, count: count)
        }
        session.define("total") { (rows: [[Double]]) in rows.map { $0.reduce(0, +) } }
        #expect(try session.run("repeated(\"ab\", 2)") == "abab")
        #expect(try session.run("repeated(count: 1, text: \"x\")") == "x")
        #expect(try session.run("total([[1, 2], [3, 4]])") == [3, 7])
    }

    @Test func valuesOfAnyKind() throws {
        let session = Session()
        session.define("swap", parameters: ["pair"], values: { arguments in
            guard case .list(let pair) = arguments[0] else { return .nothing }
            return .list(pair.reversed())
        })
        #expect(try session.run("swap([1, \"a\"])") == .list(["a", 1]))
    }

    @Test func wrongArgumentsAreErrorsAtTheirPlace() throws {
        let session = Session()
        session.define("half", parameters: ["x"]) { (x: Double) in x / 2 }
        let error = #expect(throws: GradError.self) { try session.run("1 + half(\"a\")") }
        #expect(error?.message == "`x` of `half`: a number was asked for, but this is a string")
        #expect(error?.diagnostics.first?.location?.start.column == 10)
        let missing = #expect(throws: GradError.self) { try session.run("half()") }
        #expect(missing?.message == "`half` also needs `x`")
    }

    @Test func functionsOfTheLanguageAreCalledBack() throws {
        let session = Session()
        session.define("twice", parameters: ["f", "x"]) { [unowned session] (f: Function, x: Double) throws -> Value in
            try session.call(f, try session.call(f, x))
        }
        #expect(try session.run("twice(x -> x^2, 3)") == 81)
        let error = #expect(throws: GradError.self) { try session.run("twice(x -> x + \"a\", 3)") }
        #expect(error?.message.hasPrefix("`twice` failed: ") == true)
    }

    @Test func aRunInsideARunIsRefused() throws {
        let session = Session()
        session.define("again") { [unowned session] () throws -> Value in try session.run("1") }
        let error = #expect(throws: GradError.self) { try session.run("again()") }
        #expect(error?.message == "`again` failed: this session is already running a program")
        #expect(try session.run("1 + 1") == 2)
    }

    @Test func noDerivativeWithoutARule() throws {
        let session = Session()
        session.define("square", parameters: ["x"]) { (x: Double) in x * x }
        let error = #expect(throws: GradError.self) { try session.run("grad(x -> square(x))(3)") }
        #expect(error?.message == "`square` belongs to the host and has no derivative")
        #expect(try session.run("grad(x -> x * square(stop(x)))(3)") == 9)
        #expect(try session.run("q = custom_grad(square, (x, y, g) -> 2x * g)\ngrad(q)(3)") == 6)
    }
}
