import Autodiff
import Foundation
import Synchronization
import Tensors
import Testing

/// A kernel of a large tensor asks in its midst whether to stop, not only when it is done.
struct InterruptionTests {
    private static func ones(_ axes: Int...) -> Tensor { Tensor(f64: Shape(axes)) { $0.initialize(repeating: 1) } }
    private static let kernels: [(String, @Sendable () throws -> () throws -> Tensor)] = [
        ("matrix by vector", { let x = ones(1 << 13, 3 << 10), y = ones(3 << 10); return { try Primitive.matmul.evaluate([x, y]) } }),
        ("long row by vector", { let x = ones(1, 3 << 23), y = ones(3 << 23); return { try Primitive.matmul.evaluate([x, y]) } }),
        ("vector by matrix", { let x = ones(1 << 13, 3 << 10), y = ones(1 << 13); return { try Primitive.matmul.evaluate([y, x]) } }),
        ("vector by wide matrix", { let x = ones(2, 1 << 23), y = ones(2); return { try Primitive.matmul.evaluate([y, x]) } }),
        ("square transposed", { let x = ones(1 << 11, 1 << 11); return { try Primitive.transpose.evaluate([x]) } }),
        ("wide transposed", { let x = ones(2, 1 << 21); return { try Primitive.transpose.evaluate([x]) } }),
        ("high transposed", { let x = ones(1 << 21, 2); return { try Primitive.transpose.evaluate([x]) } }),
        ("axes turned", {
            let x = ones(4, 1 << 10, 1 << 10)
            return { try Primitive.transpose.evaluate([x], Attributes([.ints([2, 0, 1])])) }
        }),
        ("flip", { let x = ones(1 << 24 + 1); return { try Primitive.flip.evaluate([x]) } }),
        ("concat", { let x = ones(1 << 23 + 1); return { try Primitive.concat.evaluate([x, x], Attributes([.int(0)])) } }),
        ("sort", { let x = ones(1 << 21); return { try Primitive.sort.evaluate([x], Attributes([.int(0), .flag(false)])) } }),
        ("unique", { let x = ones(1 << 21); return { try x.unique().values } }),
        ("argmax of columns", {
            let x = ones(1 << 19, 8)
            return { try Primitive.argmax.evaluate([x], Attributes([.int(0), .flag(false)])) }
        }),
        ("any", {
            let x = Tensor(f64: Shape([1 << 22])) { $0.initialize(repeating: 0) }
            return { try Primitive.any.evaluate([x]) }
        }),
        ("all of columns", { let x = ones(1 << 19, 8); return { try Primitive.all.evaluate([x], Attributes([.ints([0])])) } }),
        ("take", { let x = ones(2), places = ones(1 << 21); return { try Primitive.take.evaluate([x, places], Attributes([.int(0)])) } }),
        ("gather", {
            let x = ones(2), places = ones(1 << 21)
            return { try Primitive.gather.evaluate([x, places], Attributes([.int(0)])) }
        }),
    ]

    @Test(arguments: kernels.indices) func asksInItsMidst(_ index: Int) throws {
        let (name, prepare) = InterruptionTests.kernels[index]
        let kernel = try prepare()
        let asked = Atomic(0)
        let account = Account()
        account.isInterrupted = {
            asked.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        _ = try account.run { try kernel() }
        #expect(asked.load(ordering: .relaxed) > 1, "\(name)")
    }

    @Test(arguments: kernels.indices) func stopsThere(_ index: Int) throws {
        let (name, prepare) = InterruptionTests.kernels[index]
        let kernel = try prepare()
        let account = Account()
        account.isInterrupted = { true }
        let error = #expect(throws: PrimitiveError.self, "\(name)") { try account.run { try kernel() } }
        #expect(error?.isInterruption == true)
    }

    /// One long row has no other row to stop before: its numbers are made in stretches, and are those of one made at once.
    @Test(arguments: [Primitive.softmax, .logSoftmax], [0, 1, 2]) func longRowsAskOften(_ primitive: Primitive, _ form: Int) throws {
        let shape = Shape([[1, 1 << 21 + 3], [1 << 18 + 1, 8], [2, 1 << 20 + 5]][form])
        let axis = Attributes([.ints([form == 0 ? 1 : 0])])
        let x = Tensor(f64: shape) { y in for i in y.indices { y[i] = Double(i % 7) } }
        let asked = Atomic(0)
        let account = Account()
        account.isInterrupted = {
            asked.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        let y = try account.run { try primitive.evaluate([x], axis) }
        #expect(asked.load(ordering: .relaxed) > 28)
        let (length, inner) = form == 0 ? (x.count, 1) : (shape.axes[0], shape.axes[1])
        let numbers = y.numbers
        for column in Set([0, inner / 2, inner - 1]) {
            let total = Foundation.log((0..<length).reduce(0.0) { $0 + exp(Double(($1 * inner + column) % 7)) })
            for row in [0, length / 2, length - 1] {
                let i = row * inner + column
                let logarithm = primitive === Primitive.softmax ? Foundation.log(numbers[i]) : numbers[i]
                #expect(abs(logarithm - (Double(i % 7) - total)) < 1e-9)
            }
        }
        asked.store(0, ordering: .relaxed)
        account.isInterrupted = { asked.wrappingAdd(1, ordering: .relaxed).newValue > 9 }
        let error = #expect(throws: PrimitiveError.self) { try account.run { try primitive.evaluate([x], axis) } }
        #expect(error?.isInterruption == true)
    }

    /// Cut into blocks, the sums are those of all numbers.
    @Test func blocksAddUp() throws {
        let x = Tensor(f64: Shape([1 << 22, 3])) { y in for i in y.indices { y[i] = Double(i % 3 + 1) } }
        let ones = InterruptionTests.ones(1 << 22)
        #expect(try Primitive.matmul.evaluate([ones, x]).numbers == [1, 2, 3].map { Double(1 << 22) * $0 })
        let wide = x.reshaped(to: Shape([3, 1 << 22]))
        let row = InterruptionTests.ones(1 << 22)
        var expected: [Double] = [0, 0, 0]
        for i in 0..<3 << 22 { expected[i >> 22] += Double(i % 3 + 1) }
        #expect(try Primitive.matmul.evaluate([wide, row]).numbers == expected)
        let long = InterruptionTests.ones(1 << 24 + 5)
        #expect(try Primitive.matmul.evaluate([long, long]).number == Double(1 << 24 + 5))
    }
}
