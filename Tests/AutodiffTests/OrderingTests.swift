import Autodiff
import Tensors
import Testing

/// Orders along an axis, against a stable sort by comparison.
struct OrderingTests {
    /// Numbers of every kind, ties among them; long enough for the sort by bytes.
    private func numbers(_ count: Int) -> [Double] {
        let kinds: [Double] = [0, -0.0, .infinity, -.infinity, .nan, 1, -1, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude]
        var state = RandomStream(seed: count)
        let random = state.normal(Shape([count])).numbers
        return random.enumerated().map { $0 % 3 == 0 ? kinds[$0 / 3 % kinds.count] : ($1 * 40).rounded() / 40 }
    }

    private func order(_ x: [Double], descending: Bool) -> [Int] {
        x.indices.sorted { i, j in
            if x[i].isNaN || x[j].isNaN { return x[i].isNaN && x[j].isNaN ? i < j : x[j].isNaN }
            return x[i] == x[j] ? i < j : descending ? x[i] > x[j] : x[i] < x[j]
        }
    }

    @Test(arguments: [0, 1, 2, 30, 63, 64, 255, 256, 3000], [false, true])
    func vectors(_ count: Int, _ descending: Bool) throws {
        for type in [ElementType.f64, .f32] {
            let x = Tensor(numbers(count), shape: Shape([count]), type: type)
            let expected = order(x.numbers, descending: descending)
            let attributes = Attributes([.int(-1), .flag(descending)])
            let places = try Primitive.argsort.evaluate([x], attributes)
            #expect(places.numbers == expected.map(Double.init))
            let sorted = try Primitive.sort.evaluate([x], attributes)
            #expect(sorted.type == type)
            #expect(sorted.numbers.map(\.bitPattern) == expected.map { x.numbers[$0].bitPattern })
            for k in [0, 1, 5, count / 9, count / 2, count] where k <= count {
                let first = try Primitive.argtopk.evaluate([x], Attributes([.int(k), .int(0), .flag(descending)]))
                #expect(first.numbers == expected.prefix(k).map(Double.init))
            }
        }
    }

    @Test(arguments: [0, 1, 2])
    func everyAxis(_ axis: Int) throws {
        let shape = Shape([5, 40, 3])
        let x = Tensor(numbers(shape.count), shape: shape)
        let sorted = try Primitive.sort.evaluate([x], Attributes([.int(axis), .flag(false)]))
        let largest = try Primitive.argtopk.evaluate([x], Attributes([.int(2), .int(axis), .flag(true)]))
        for place in Shape(shape.axes.replacing(axis, 1)).places {
            let lane = (0..<shape[axis]).map { x.at(place.replacing(axis, $0)) }
            let expected = order(lane, descending: false).map { lane[$0].bitPattern }
            #expect((0..<shape[axis]).map { sorted.at(place.replacing(axis, $0)).bitPattern } == expected)
            #expect((0..<2).map { Int(largest.at(place.replacing(axis, $0))) } == Array(order(lane, descending: true).prefix(2)))
        }
    }

    @Test func placesAreExactForFloatsToo() throws {
        let x = Tensor(repeating: 1, shape: Shape([3]), type: .f32)
        #expect(try Primitive.argsort.evaluate([x], Attributes([.int(0), .flag(false)])).type == .f64)
    }

    @Test func searchsortedAgreesWithCounting() throws {
        let edges = [-2, -0.0, 0, 0, 1.5, 1.5, 7, .infinity]
        let values = [-3, -2, -1, 0, -0.0, 1.5, 2, 7, .infinity, .nan]
        for right in [false, true] {
            let found = try Primitive.searchsorted.evaluate([Tensor(edges), Tensor(values)], Attributes([.flag(right)]))
            #expect(found.numbers == values.map { v in Double(v.isNaN ? edges.count : edges.count { right ? $0 <= v : $0 < v }) })
        }
    }

    @Test func tiesPassTheDerivativeToThePlaceTheyCameFrom() throws {
        let tape = Tape()
        defer { tape.close() }
        let x = tape.variable(Tensor([2, 1, 2, 1]))
        let sorted = Primitive.sort(x, attributes: Attributes([.int(-1), .flag(false)]))
        let weighted = Primitive.sumTo(sorted * tape.constant(Tensor([1, 10, 100, 1000])), .scalar)
        #expect(try tape.gradient(of: weighted, by: [x])[0].value.numbers == [100, 1, 1000, 10])
    }
}
