import Grad
import Testing

@Suite struct ValueTests {
    /// What goes in comes out.
    @Test(arguments: [
        .number(1.5), true, "θ and \"quotes\"", [1, 2, 3], [[1, 2], [3, 4]], .list([1, "two", [3]]),
        ["w": [1, 2], "name": "n", "inner": ["b": false]], .list([]), .tensor(Tensor([])),
    ] as [Value])
    func roundTrip(_ value: Value) throws {
        let session = Session()
        session["x"] = value
        #expect(session["x"] == value)
        #expect(try session.run("x") == value)
    }

    @Test func typesOfSwift() throws {
        let session = Session()
        #expect(try session.run("2").as(Int.self) == 2)
        #expect(try session.run("0.5").as(Float.self) == 0.5)
        #expect(try session.run("1 < 2").as(Bool.self))
        #expect(try session.run("\"a\"").as(String.self) == "a")
        #expect(try session.run("[[1, 2], [3, 4]]").as([[Double]].self) == [[1, 2], [3, 4]])
        #expect(try session.run("[[1, 2], [3, 4]]").as([[Int]].self) == [[1, 2], [3, 4]])
        #expect(try session.run("[\"a\", \"b\"]").as([String].self) == ["a", "b"])
        #expect(try session.run("{a: [1], b: [2, 3]}").as([String: [Double]].self) == ["a": [1], "b": [2, 3]])
        let tensor = try session.run("[[[1, 2]], [[3, 4]], [[5, 6]]]").as(Tensor.self)
        #expect(tensor.shape == [3, 1, 2])
        #expect(tensor.numbers == [1, 2, 3, 4, 5, 6])
        #expect(tensor.withUnsafeNumbers { $0.reduce(0, +) } == 21)
    }

    @Test func wrongTypesAreErrors() throws {
        let session = Session()
        #expect(throws: GradError.self) { try session.run("\"a\"").as(Double.self) }
        #expect(throws: GradError.self) { try session.run("1.5").as(Int.self) }
        #expect(throws: GradError.self) { try session.run("nan").as(Int.self) }
        #expect(throws: GradError.self) { try session.run("[1, 2]").as(Double.self) }
        #expect(throws: GradError.self) { try session.run("1").as([Double].self) }
        let error = #expect(throws: GradError.self) { try session.run("[[1, 2]]").as(String.self) }
        #expect(error?.kind == .conversion)
        #expect(error?.message == "a string was asked for, but this is a tensor of shape [1, 2]")
    }

    @Test func tensors() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3], precision: .single)
        let session = Session()
        session["t"] = .tensor(tensor)
        #expect(try session.run("shape(t)") == [2, 3])
        #expect(try session.run("t").as(Tensor.self).precision == .single)
        #expect(throws: GradError.self) { try Tensor([1, 2], shape: [3]) }
        #expect(throws: GradError.self) { try Tensor([], shape: [-1]) }
        #expect(throws: GradError.self) { try Tensor([1], shape: [.max, .max]) }
        #expect(try Value(Tensor([7], shape: [])).as(Double.self) == 7)
        #expect(Value([[1.0, 2.0], [3.0]]) == .list([[1, 2], [3]]))
    }

    @Test func valuesPrintAsInTheLanguage() throws {
        let session = Session()
        for program in ["1 / 3", "[1, 2]", "{a: 1, b: \"x\"}", "list(1, true)", "1...5", "x -> x"] {
            let value = try session.run(program)
            session["v"] = value
            #expect(try session.run("\"{v}\"") == .text("\(value)"))
        }
        #expect("\(try session.run("[0.1, 0.25]"))" == "[0.1, 0.25]")
    }

    @Test func recordsKeepTheirOrder() throws {
        var record: Record = ["z": 1, "a": 2]
        record["m"] = 3
        record["a"] = nil
        #expect(record.names == ["z", "m"])
        #expect(record.map(\.value) == [1, 3])
        #expect(record == ["m": 3, "z": 1])
        #expect(try Session().run("{z: 1, m: 3}").as(Record.self) == record)
    }

    @Test func functionsBelongToTheirSession() throws {
        let (one, other) = (Session(), Session())
        let double = try one.run("x -> 2x").as(Function.self)
        #expect(double.parameters == ["x"])
        #expect(try one.call(double, 4) == 8)
        #expect(throws: GradError.self) { try other.call(double, 4) }
        other["f"] = .function(double)
        #expect(other["f"] == nil)
        one["f"] = .function(double)
        #expect(try one.run("f(5)") == 10)
    }

    @Test func otherValuesGoBack() throws {
        let session = Session()
        let range = try session.run("2...4")
        #expect("\(range)" == "2...4")
        session["r"] = range
        #expect(try session.run("fold((a, x) -> a + x, 0, r)") == 9)
    }
}
