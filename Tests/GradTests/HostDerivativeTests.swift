import Grad
import Testing

/// Functions of the host with their own derivative.
@Suite struct HostDerivativeTests {
    private func session() -> Session {
        let session = Session { _ in }
        session.define("cube", parameters: ["x"]) { arguments in
            arguments[0].map { $0 * $0 * $0 }
        } derivative: { arguments, _, gradient in
            [try zip(arguments[0], gradient) { x, g in 3 * x * x * g }]
        }
        session.define("blend", parameters: ["a", "b"]) { arguments in
            try zip(arguments[0], arguments[1]) { a, b in a * b }
        } derivative: { arguments, _, gradient in
            [try zip(arguments[1], gradient) { $0 * $1 }, try zip(arguments[0], gradient) { $0 * $1 }]
        }
        return session
    }

    private func zip(_ a: Tensor, _ b: Tensor, _ combine: (Double, Double) -> Double) throws(GradError) -> Tensor {
        try a.zip(with: b, combine)
    }

    @Test func gradientsPassThroughIt() throws {
        let session = session()
        #expect(try session.run("cube([1, 2])") == [1, 8])
        #expect(try session.run("grad(x -> sum(cube(x)))([1, 2])") == [3, 12])
        #expect(try session.run("grad(x -> cube(x^2))(2)") == 192)
        #expect(try session.run("f(a, b) = sum(blend(a, 2b))\ngrad(f)([1, 2], [3, 4])") == ["a": [6, 8], "b": [2, 4]])
        #expect(try session.run("check_grad(x -> sum(cube(x) * x), [0.5, 2]).ok") == true)
    }

    @Test func itTrains() throws {
        let session = session()
        try session.run("r = train(w -> sum(blend(w - [1, 2], w - [1, 2])), [0, 0], steps: 200, lr: 0.1)")
        #expect(try session.run("max(abs(r.params - [1, 2])) < 1e-6") == true)
    }

    @Test func secondDerivativesAreRefused() throws {
        let error = #expect(throws: GradError.self) { try session().run("hessian(x -> sum(cube(x)))([1, 2])") }
        #expect(error?.message.contains("`cube` belongs to the host") == true)
    }

    @Test func wrongShapesAndErrorsAreToldAtTheCall() throws {
        let session = Session { _ in }
        session.define("odd", parameters: ["x"]) { $0[0] } derivative: { _, _, _ in [Tensor([1, 2, 3])] }
        let shape = #expect(throws: GradError.self) { try session.run("grad(x -> sum(odd(x)))([1, 2])") }
        #expect(shape?.message.contains("[3]") == true)
        struct Failure: Error, CustomStringConvertible { let description = "out of cheese" }
        session.define("fails", parameters: ["x"]) { $0[0] } derivative: { _, _, _ in throw Failure() }
        let thrown = #expect(throws: GradError.self) { try session.run("grad(x -> sum(fails(x)))([1, 2])") }
        #expect(thrown?.message == "`fails` failed: out of cheese")
        let kind = #expect(throws: GradError.self) { try session.run("odd(\"a\")") }
        #expect(kind?.message.contains("a string") == true)
    }

    @Test func tensorsAreMadeWithoutACopy() throws {
        let tensor = try Tensor(shape: [2, 3]) { numbers in for i in numbers.indices { numbers[i] = Double(i) } }
        #expect(tensor.numbers == [0, 1, 2, 3, 4, 5])
        #expect(throws: GradError.self) { try Tensor(shape: [-1]) { _ in } }
        let session = Session { _ in }
        session["x"] = Value(tensor)
        let address = tensor.withUnsafeNumbers { UInt(bitPattern: $0.baseAddress) }
        let back = try session.run("x").as(Tensor.self)
        #expect(back.withUnsafeNumbers { UInt(bitPattern: $0.baseAddress) } == address)
    }

    @Test func functionsDoNotMeetALaterSession() throws {
        var function: Function?
        for _ in 1...50 {
            let session = Session { _ in }
            if let function {
                let error = #expect(throws: GradError.self) { try session.call(function, 1) }
                #expect(error?.message.contains("another session") == true)
            }
            function = try session.run("x -> x + 1").as(Function.self)
        }
    }
}
