import Kernels
import Testing

@Suite struct KernelsLayers {
    @Test func gatherAndScatter() {
        for row in [1, 3, 64] {
            let x = (0..<10 * row).map(Double.init), indices: [Int64] = [9, 0, 4, 4, 7]
            var y = [Double](repeating: 0, count: 5 * row), byNumber = y, back = [Double](repeating: 0, count: 10 * row)
            grad_gather_rows_f64(x, row, indices, 5, &y)
            grad_gather_rows_by_number_f64(x, row, indices.map(Double.init), 5, &byNumber)
            grad_scatter_add_rows_f64(y, row, indices, 5, &back)
            for (i, index) in indices.enumerated() {
                for j in 0..<row { #expect(y[i * row + j] == x[Int(index) * row + j]) }
            }
            #expect(byNumber == y)
            for i in 0..<10 * row {
                let times = Double(indices.filter { $0 == i / row }.count)
                #expect(back[i] == times * x[i])
            }
        }
    }

    @Test func biasAndActivation() {
        var random = TestRandom(seed: 9)
        for (rows, columns) in [(1, 1), (5, 10), (130, 7), (3, 1000), (2, 3000), (128, 128)] {
            let x = (0..<rows * columns).map { _ in random.symmetric(3) }, bias = (0..<columns).map { _ in random.symmetric(1) }
            for op in [GRAD_IDENTITY, GRAD_TANH, GRAD_RELU, GRAD_GELU, GRAD_SIN] {
                var y = x
                grad_bias_unary_f64(op, rows, columns, x, bias, &y)
                for i in x.indices { #expect(sameBits(y[i], grad_scalar(op, x[i] + bias[i % columns], 0, 0))) }
                var inPlace = x
                inPlace.withUnsafeMutableBufferPointer { grad_bias_unary_f64(op, rows, columns, $0.baseAddress!, bias, $0.baseAddress!) }
                #expect(inPlace == y)
            }
        }
    }

    @Test func singlePrecision() {
        let x: [Float] = (0..<60).map { Float($0) / 7 - 4 }, bias: [Float] = [0.5, -1, 2], indices: [Int64] = [3, 0, 19]
        var y = x, dx = x, dbias: [Float] = [0, 0, 0], rows = [Float](repeating: 0, count: 9)
        grad_bias_unary_f32(GRAD_RELU, 20, 3, x, bias, &y)
        #expect(y == x.indices.map { max(0, x[$0] + bias[$0 % 3]) })
        #expect(grad_bias_unary_backward_f32(GRAD_RELU, 20, 3, y, x, &dx, &dbias) == 1)
        #expect(dx == x.indices.map { y[$0] > 0 ? x[$0] : 0 })
        grad_gather_rows_f32(x, 3, indices, 3, &rows)
        #expect(rows == indices.flatMap { x[Int($0) * 3..<Int($0) * 3 + 3] })
        grad_gather_rows_by_number_f32(x, 3, [1, 1, 0], 3, &rows)
        #expect(rows == Array(x[3..<6] + x[3..<6] + x[0..<3]))
        var back = [Float](repeating: 0, count: 60)
        grad_scatter_add_rows_f32(rows, 3, [5, 5, 0], 3, &back)
        #expect(Array(back[15..<18]) == x[3..<6].map { 2 * $0 } && Array(back[0..<3]) == Array(x[0..<3]))
    }

    @Test func backwardAgainstDifferences() {
        var random = TestRandom(seed: 10)
        let rows = 40, columns = 6
        let x = (0..<rows * columns).map { _ in 0.2 + random.unit() }, dy = x.map { _ in random.symmetric(1) }
        let zero = [Double](repeating: 0, count: columns)
        for op in [GRAD_IDENTITY, GRAD_RELU, GRAD_TANH, GRAD_SIGMOID, GRAD_EXP, GRAD_SOFTPLUS, GRAD_SQRT, GRAD_RECIPROCAL] {
            var y = x, dx = x, dbias = zero
            grad_bias_unary_f64(op, rows, columns, x, zero, &y)
            #expect(grad_bias_unary_backward_f64(op, rows, columns, y, dy, &dx, &dbias) == 1)
            for i in x.indices {
                let slope = (grad_scalar(op, x[i] + 1e-6, 0, 0) - grad_scalar(op, x[i] - 1e-6, 0, 0)) / 2e-6
                #expect(abs(dx[i] - dy[i] * slope) < 1e-7, "\(op)")
            }
            for j in 0..<columns {
                let sum = (0..<rows).reduce(0.0) { $0 + dx[$1 * columns + j] }
                #expect(abs(dbias[j] - sum) < 1e-12)
            }
        }
        var dx = x
        #expect(grad_bias_unary_backward_f64(GRAD_SIN, rows, columns, x, dy, &dx, nil) == 0)
    }
}
