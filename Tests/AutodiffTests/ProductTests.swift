import Autodiff
import Tensors
import Testing

/// The matrix product against its definition, and its refusals.
struct ProductTests {
    private func pseudorandom(_ axes: [Int], salt: Double = 0.3, type: ElementType = .f64) -> Tensor {
        let shape = Shape(axes)
        var state = salt
        let numbers = (0..<shape.count).map { _ -> Double in
            state = (state * 997.13 + 0.7317).truncatingRemainder(dividingBy: 1)
            return state - 0.5
        }
        return Tensor(numbers, shape: shape, type: type)
    }

    private func error(_ a: [Int], _ b: [Int]) -> PrimitiveError? {
        do throws(PrimitiveError) {
            _ = try Primitive.matmul.shape([Shape(a), Shape(b)], .none)
            return nil
        } catch { return error }
    }

    @Test(arguments: [(1, 1, 1), (3, 4, 5), (1, 300, 7), (7, 300, 1), (1, 900, 1), (33, 65, 17), (130, 70, 90)])
    func agreesWithTheDefinition(n: Int, k: Int, m: Int) throws {
        for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
            for type in [ElementType.f64, .f32] {
                let a = pseudorandom(transposeA ? [k, n] : [n, k], type: type)
                let b = pseudorandom(transposeB ? [m, k] : [k, m], salt: 0.77, type: type)
                let c = try Primitive.matmul.evaluate([a, b], Attributes([.flag(transposeA), .flag(transposeB)]))
                #expect(c.shape == Shape([n, m]) && c.type == type)
                for i in 0..<n {
                    for j in 0..<m {
                        let sum = (0..<k).reduce(0.0) {
                            $0 + a[transposeA ? $1 * n + i : i * k + $1] * b[transposeB ? j * k + $1 : $1 * m + j]
                        }
                        #expect(abs(c[i * m + j] - sum) < (type == .f64 ? 1e-12 : 1e-4))
                    }
                }
            }
        }
    }

    @Test func emptyInnerLengthGivesZeros() throws {
        let c = try Primitive.matmul.evaluate([pseudorandom([2, 0]), pseudorandom([0, 3])])
        #expect(c.shape == Shape([2, 3]) && c.numbers == [0, 0, 0, 0, 0, 0])
        #expect(try Primitive.matmul.evaluate([pseudorandom([0, 2]), pseudorandom([2, 3])]).shape == Shape([0, 3]))
        #expect(try Primitive.matmul.evaluate([pseudorandom([0]), pseudorandom([0])]).number == 0)
        #expect(try Primitive.matmul.evaluate([pseudorandom([0, 2, 3]), pseudorandom([3, 4])]).shape == Shape([0, 2, 4]))
    }

    @Test func mixedTypesGiveDoubles() throws {
        let c = try Primitive.matmul.evaluate([pseudorandom([2, 2], type: .f32), pseudorandom([2, 2])])
        #expect(c.type == .f64)
    }

    @Test func refusalsNameTheTransposeThatFits() {
        #expect(
            error([3, 2], [3])
                == PrimitiveError(
                    "the inner lengths do not match", operands: [0, 1], hint: "transposed, the left one would fit: write .T after it"))
        #expect(error([2, 3], [4, 3])?.hint == "transposed, the right one would fit: write .T after it")
        #expect(error([3, 2], [3, 2])?.hint == "the product fits with one of the two transposed: write .T after it")
        #expect(error([2, 3], [4, 2])?.hint == "the other way round they would fit: exchange the two")
        #expect(error([], [2])?.message == "`@` needs a vector or a matrix on both sides")
        #expect(error([2, 3, 4], [3, 4, 5])?.message == "the batch axes do not match")
        #expect(error([1 << 32, 0], [0, 1])?.message == "a matrix product takes lengths up to 2147483647")
        #expect(error([2, 3], [3, 4]) == nil)
    }

    /// Large products are cut into blocks that threads share; which thread takes which block must not show.
    @Test(arguments: [(256, 256, 256), (257, 300, 259), (1000, 131, 200), (64, 5000, 64), (90, 300, 1000), (128, 784, 512), (40, 400, 640), (2500, 300, 40)])
    func threadsDoNotChangeABit(n: Int, k: Int, m: Int) throws {
        let (a, b) = (pseudorandom([n, k]), pseudorandom([k, m], salt: 0.9))
        let c = try Primitive.matmul.evaluate([a, b])
        for threads in 1...3 {
            #expect(BLAS.largeProduct(a, b, threads: threads).isIdentical(to: c), "\(threads) threads")
        }
    }

    @Test func largeProductsAgreeWithTheDefinition() throws {
        // Blocks; tiles of whole rows, in strips with and without a rest, and of few rows; a sum so long that blocks are cut along it.
        for (n, k, m) in [
            (300, 260, 280), (270, 260, 400), (1801, 130, 11), (2500, 300, 40), (128, 784, 512), (129, 400, 333), (8, 300, 500), (40, 900, 1300), (700, 1100, 900),
        ] {
            for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
                let a = pseudorandom(transposeA ? [k, n] : [n, k])
                let b = pseudorandom(transposeB ? [m, k] : [k, m], salt: 0.77)
                let c = try Primitive.matmul.evaluate([a, b], Attributes([.flag(transposeA), .flag(transposeB)]))
                for (i, j) in [(0, 0), (n - 1, m - 1), (n / 2, m / 3), (n / 4, m - 1), (n - 1, 0)] {
                    let sum = (0..<k).reduce(0.0) {
                        $0 + a[transposeA ? $1 * n + i : i * k + $1] * b[transposeB ? j * k + $1 : $1 * m + j]
                    }
                    #expect(abs(c[i * m + j] - sum) < 1e-11)
                }
            }
        }
    }
}
