import Autodiff
import Foundation
import Tensors
import Testing

/// What reductions, scans and softmax refuse, and what their tables of oracles cannot show.
struct ReductionTests {
    private let matrix = Tensor([1, 2, 3, 4, 5, 6], shape: Shape([2, 3]))

    private func refusal(_ primitive: Primitive, _ operands: Tensor..., attributes: Attribute...) -> PrimitiveError? {
        do throws(PrimitiveError) {
            _ = try primitive.evaluate(operands, Attributes(attributes))
            return nil
        } catch {
            return error
        }
    }

    @Test func anAxisOutOfRangeNamesThoseThereAre() {
        let error = refusal(.sum, matrix, attributes: .int(2), .flag(false))
        #expect(error?.message == "there is no axis 2 in a tensor of shape [2, 3]")
        #expect(error?.hint == "its axes are 0 to 1, or -2 to -1 from the end")
        #expect(refusal(.softmax, matrix, attributes: .int(-3))?.message == "there is no axis -3 in a tensor of shape [2, 3]")
        #expect(refusal(.cumsum, matrix, attributes: .int(.min), .flag(false)) != nil)
    }

    @Test func aNumberHasNoAxes() {
        #expect(refusal(.sum, Tensor(3), attributes: .int(0), .flag(false))?.hint == "a number has no axes")
        #expect(refusal(.softmax, Tensor(3), attributes: .int(-1)) != nil)
        #expect(refusal(.cumsum, Tensor(3)) != nil)
    }

    @Test func anAxisGivenTwiceIsRefused() {
        let error = refusal(.sum, matrix, attributes: .ints([1, -1]), .flag(false))
        #expect(error?.message == "axis -1 is given twice")
        #expect(error?.hint == "-1 of a tensor of shape [2, 3] is axis 1")
    }

    @Test(arguments: [Primitive.mean, .largest, .smallest, .argmax, .argmin, .var, .std])
    func nothingToReduceIsRefused(_ primitive: Primitive) {
        #expect(refusal(primitive, Tensor([]))?.message.hasSuffix("of no numbers does not exist") == true)
    }

    @Test func aScanAsksForItsAxis() {
        let error = refusal(.cumsum, matrix)
        #expect(error?.message == "cumsum goes along one axis, and there are 2")
        #expect(error?.operands == [0])
    }

    @Test func varianceNeedsSomethingToDivideBy() {
        let error = refusal(.var, Tensor([5]), attributes: .none, .flag(false), .int(1))
        #expect(error?.message == "the variance of 1 number with ddof: 1 has nothing left to divide by")
        #expect(refusal(.std, Tensor([1, 2]), attributes: .none, .flag(false), .int(-1)) != nil)
        #expect(refusal(.var, Tensor([1, 2]), attributes: .none, .flag(false), .int(.min)) != nil)
    }

    @Test func thereAreThreeNorms() {
        #expect(refusal(.norm, matrix, attributes: .real(3))?.hint == "ord is 1, 2 or inf")
        #expect(refusal(.norm, matrix, attributes: .real(.nan)) != nil)
    }

    @Test func recurrenceWantsEqualShapes() {
        #expect(refusal(.recurrence, matrix, Tensor([1, 2, 3]), attributes: .int(1), .flag(false))?.operands == [0, 1])
    }

    @Test(arguments: [Int.min, -4, 4, Int.max])
    func shiftingPastTheEndLeavesTheFill(_ by: Int) throws {
        let shifted = try Primitive.shift.evaluate([Tensor([1, 2, 3])], Attributes([.int(by), .none, .real(7)]))
        #expect(shifted.numbers == [7, 7, 7])
    }

    /// One tenth's mean rounds, so that a plain formula would give a deviation of 1e-17, and with it a derivative of ±1.
    @Test func constantDataHaveExactlyNoDeviation() throws {
        let tape = Tape()
        defer { tape.close() }
        let x = tape.variable(Tensor([0.1, 0.1, 0.1]))
        let deviation = try tape.apply(.std, [x])
        #expect(deviation.value.number == 0)
        #expect(try tape.gradient(of: deviation, by: [x])[0].value.numbers == [0, 0, 0])
    }

    @Test func aNormOfZeroHasNoDerivative() throws {
        for ord in [1, 2, Double.infinity] {
            let tape = Tape()
            defer { tape.close() }
            let x = tape.variable(Tensor([0, 0]))
            let norm = try tape.apply(.norm, [x], Attributes([.real(ord)]))
            #expect(try tape.gradient(of: norm, by: [x])[0].value.numbers == [0, 0])
        }
    }

    /// More rows than are taken at a time, along each axis.
    @Test(arguments: [0, 1, 2], [ElementType.f64, .f32])
    func largeSoftmaxIsThatOfEachRow(_ axis: Int, _ type: ElementType) throws {
        let shape = Shape([30, 40, 25])
        let x = Tensor((0..<shape.count).map { Double($0 * 7919 % 997) / 100 }, shape: shape, type: type)
        let softmax = try Primitive.softmax.evaluate([x], Attributes([.int(axis)])).numbers
        let logarithms = try Primitive.logSoftmax.evaluate([x], Attributes([.int(axis)])).numbers
        let (outer, length, inner) = shape.split(at: axis)
        let numbers = x.numbers
        let precision = type == .f64 ? 1e-13 : 1e-4
        for row in 0..<outer * inner {
            let positions = (0..<length).map { (row / inner * length + $0) * inner + row % inner }
            let total = positions.map { Foundation.exp(numbers[$0]) }.reduce(0, +)
            for position in positions {
                let expected = Foundation.exp(numbers[position]) / total
                #expect(abs(softmax[position] - expected) <= precision * expected)
                #expect(abs(logarithms[position] - Foundation.log(expected)) <= precision * 10)
            }
        }
    }

    @Test func indicesBeyondTheDigitsOfF32AreExact() throws {
        let count = (1 << 24) + 2
        let x = Tensor(f32: Shape([count])) { numbers in
            numbers.update(repeating: 0)
            numbers[count - 1] = 1
        }
        #expect(try Primitive.argmax.evaluate([x]).number == Double(count - 1))
    }
}
