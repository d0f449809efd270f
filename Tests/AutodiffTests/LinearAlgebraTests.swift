import Autodiff
import Tensors
import Testing

/// What the oracles do not show: signs, refusals, equal eigenvalues, larger matrices.
struct LinearAlgebraTests {
    private func matrix(_ rows: [[Double]]) -> Tensor {
        Tensor(rows.flatMap { $0 }, shape: Shape([rows.count, rows.first?.count ?? 0]))
    }

    private func message(_ primitive: Primitive, _ operands: Tensor...) -> String? {
        do throws(PrimitiveError) {
            _ = try primitive.evaluate(operands)
            return nil
        } catch { return error.message }
    }

    @Test func refusals() {
        let vector = Tensor([1, 2])
        #expect(message(.solve, matrix([[1, 2], [2, 4]]), vector) == "the matrix is singular (pivot 2 is zero)")
        #expect(message(.solve, matrix([[1, 2], [0, 0]]), vector) == "the matrix is singular (pivot 2 is zero)")
        #expect(message(.solve, matrix([[1, 2], [3, 4]]), Tensor([1, 2, 3])) == "the right side needs 2 rows, one for each equation")
        #expect(message(.solve, matrix([[1, 2, 3], [4, 5, 6]]), vector) == "solve needs a square matrix")
        #expect(message(.inv, Tensor(2)) == "inv is for a matrix, not for a number")
        #expect(
            message(.cholesky, matrix([[1, 2], [2, 1]]))
                == "the matrix is not positive definite: its first 2 rows and columns are not")
        #expect(
            message(.cholesky, matrix([[1, 2], [3, 1]]))
                == "the matrix is not symmetric: its numbers at [0, 1] and [1, 0] differ")
        #expect(message(.svdPacked, matrix([[1, .nan]])) == "the matrix holds NaN or infinity")
        #expect(message(.eighPacked, matrix([[.infinity]])) == "the matrix holds NaN or infinity")
        #expect(message(.conv2d, Tensor([1]), Tensor([1])) == "conv2d takes x with axes [images, channels, height, width]")
    }

    @Test func signsAreFixed() throws {
        let a = matrix([[-2, 1], [1, -3], [0.5, 2]])
        let qr = try Primitive.qrPacked.evaluate([a]).numbers
        #expect(qr[6] > 0 && qr[9] > 0 && qr[8] == 0)
        let svd = try Primitive.svdPacked.evaluate([a]).numbers
        for column in 0..<2 {
            let u = [svd[column], svd[2 + column], svd[4 + column]]
            #expect(u.max { abs($0) < abs($1) }.map { $0 > 0 } == true)
        }
        #expect(try Primitive.eighPacked.evaluate([matrix([[2, 0], [0, 1]])]).numbers == [1, 2, 0, 1, 1, 0])
    }

    @Test func emptyMatrices() throws {
        let none = Tensor([], shape: Shape([0, 0]))
        #expect(try Primitive.det.evaluate([none]).number == 1)
        #expect(try Primitive.logdet.evaluate([none]).number == 0)
        #expect(try Primitive.inv.evaluate([none]).shape == Shape([0, 0]))
        #expect(try Primitive.cholesky.evaluate([none]).shape == Shape([0, 0]))
        #expect(try Primitive.eighPacked.evaluate([none]).shape == Shape([0]))
        #expect(try Primitive.svdPacked.evaluate([Tensor([], shape: Shape([0, 3]))]).shape == Shape([0]))
        #expect(try Primitive.qrPacked.evaluate([Tensor([], shape: Shape([3, 0]))]).shape == Shape([0]))
        #expect(try Primitive.solve.evaluate([none, Tensor([])]).shape == Shape([0]))
    }

    /// The sum of all eigenvalues is the trace, whichever vectors are chosen among equal ones.
    @Test(arguments: [Primitive.eighPacked, Primitive.svdPacked])
    func equalEigenvaluesHaveFiniteGradients(_ primitive: Primitive) throws {
        let tape = Tape()
        defer { tape.close() }
        let a = tape.variable(matrix([[2, 0, 0], [0, 2, 0], [0, 0, 2]]))
        let packed = try tape.apply(primitive, [a])
        let start = primitive == .eighPacked ? 0 : 9
        let sum = Primitive.sumTo(Primitive.slice(packed, axis: 0, start, start + 3), .scalar)
        let gradient = try tape.gradient(of: sum, by: [a])[0].value
        #expect(zip(gradient.numbers, [1, 0, 0, 0, 1, 0, 0, 0, 1]).allSatisfy { abs($0 - $1) < 1e-14 })
    }

    @Test func largerSystemsAreSolved() throws {
        let n = 150
        var a = Tensor((0..<(n * n)).map { Double(($0 * 7919) % 1009) / 1009 - 0.5 }, shape: Shape([n, n]))
        for i in 0..<n { a.set(i * n + i, to: a[i * n + i] + 10) }
        let x = Tensor((0..<n).map { Double($0 % 7) - 3 })
        for transposed in [false, true] {
            let b = try Primitive.matmul.evaluate([a, x], Attributes([.flag(transposed)]))
            let solved = try Primitive.solve.evaluate([a, b], Attributes([.flag(transposed)]))
            #expect(zip(solved.numbers, x.numbers).allSatisfy { abs($0 - $1) < 1e-11 })
        }
        #expect(try Primitive.solve.evaluate([a.converted(to: .f32), x.converted(to: .f32)]).type == .f32)
    }

    /// Large convolutions are shared by threads and cut into blocks of rows; f32 takes the same way.
    @Test func largeConvolutionAgreesWithTheDefinition() throws {
        let (images, channels, outputs, side) = (6, 3, 5, 70)
        func numbers(_ axes: [Int], _ prime: Int) -> Tensor {
            let shape = Shape(axes)
            return Tensor((0..<shape.count).map { Double(($0 * prime) % 997) / 997 - 0.5 }, shape: shape)
        }
        let x = numbers([images, channels, side, side], 7919)
        let w = numbers([outputs, channels, 9, 9], 104_729)
        let attributes = Attributes([.int(1), .int(2)])
        let y = try Primitive.conv2d.evaluate([x, w], attributes)
        let single = try Primitive.conv2d.evaluate([x.converted(to: .f32), w.converted(to: .f32)], attributes)
        #expect(y.shape == Shape([images, outputs, 66, 66]) && single.type == .f32)
        for (n, o, i, j) in [(0, 0, 0, 0), (5, 4, 65, 65), (3, 2, 31, 64), (2, 1, 65, 0)] {
            var sum = 0.0
            for c in 0..<channels {
                for p in 0..<9 where (0..<side).contains(i + p - 2) {
                    for q in 0..<9 where (0..<side).contains(j + q - 2) {
                        sum += x[((n * channels + c) * side + i + p - 2) * side + j + q - 2] * w[((o * channels + c) * 9 + p) * 9 + q]
                    }
                }
            }
            let place = ((n * outputs + o) * 66 + i) * 66 + j
            #expect(abs(y[place] - sum) < 1e-12 && abs(single[place] - sum) < 1e-4)
        }
    }
}
