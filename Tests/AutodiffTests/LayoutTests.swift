import Autodiff
import Tensors
import Testing

/// Rearrangements against one definition each: the number at every place of the result, found place by place.
struct LayoutTests {
    private static let shapes = [[], [1], [7], [0], [3, 4], [1, 5], [5, 1], [2, 3, 4], [4, 1, 3], [2, 0, 3], [2, 3, 1, 5], [17, 33], [3, 18, 20]]

    /// Both types of the numbers 0, 1, 2 … in a shape.
    private func counting(_ axes: [Int]) -> [Tensor] {
        let shape = Shape(axes)
        let numbers = Tensor((0..<shape.count).map(Double.init), shape: shape)
        return [numbers, numbers.converted(to: .f32)]
    }

    @Test(arguments: LayoutTests.shapes)
    func everyOrderOfTheAxes(_ axes: [Int]) throws {
        for order in permutations(Array(axes.indices)) {
            for x in counting(axes) {
                let y = try Primitive.transpose.evaluate([x], Attributes([.ints(order)]))
                expect(y, Shape(order.map { axes[$0] }), x.type) { place in
                    var source = [Int](repeating: 0, count: axes.count)
                    for (i, axis) in order.enumerated() { source[axis] = place[i] }
                    return x.at(source)
                }
            }
        }
    }

    @Test(arguments: LayoutTests.shapes)
    func transposeWithoutAxesReversesThem(_ axes: [Int]) throws {
        for x in counting(axes) {
            expect(try Primitive.transpose.evaluate([x]), Shape(axes.reversed()), x.type) { x.at($0.reversed()) }
        }
    }

    @Test(arguments: LayoutTests.shapes)
    func flipsAndRolls(_ axes: [Int]) throws {
        for x in counting(axes) {
            for axis in axes.indices {
                let n = axes[axis]
                let flipped = try Primitive.flip.evaluate([x], Attributes([.int(axis - axes.count)]))
                expect(flipped, x.shape, x.type) { x.at($0.replacing(axis, n - 1 - $0[axis])) }
                for shift in [-4, 0, 1, 3, .min, .max] {
                    let rolled = try Primitive.roll.evaluate([x], Attributes([.int(shift), .int(axis)]))
                    expect(rolled, x.shape, x.type) { x.at($0.replacing(axis, ($0[axis] - shift % n + 2 * n) % n)) }
                }
            }
            let all = try Primitive.flip.evaluate([x])
            expect(all, x.shape, x.type) { place in x.at(zip(place, axes).map { $1 - 1 - $0 }) }
        }
    }

    @Test(arguments: LayoutTests.shapes)
    func slicesAndBorders(_ axes: [Int]) throws {
        for x in counting(axes) {
            let starts = axes.map { $0 / 3 }
            let stops = axes.map { $0 - $0 / 4 }
            let block = Attributes([.ints(starts), .ints(stops)])
            let sliced = try Primitive.slice.evaluate([x], block)
            expect(sliced, Shape(zip(starts, stops).map { $1 - $0 }), x.type) { place in x.at(zip(place, starts).map(+)) }
            let set = try Primitive.sliceSet.evaluate([x, Tensor(-5, type: x.type)], block)
            expect(set, x.shape, x.type) { place in
                zip(place, zip(starts, stops)).allSatisfy { $0 >= $1.0 && $0 < $1.1 } ? -5 : x.at(place)
            }
            let widths = axes.indices.flatMap { [$0, 2] }
            let padded = try Primitive.pad.evaluate([x], Attributes([.ints(widths), .real(9)]))
            expect(padded, Shape(axes.enumerated().map { $0 + $1 + 2 }), x.type) { place in
                let source = place.enumerated().map { $1 - $0 }
                return zip(source, axes).allSatisfy { $0 >= 0 && $0 < $1 } ? x.at(source) : 9
            }
        }
    }

    @Test(arguments: LayoutTests.shapes.filter { !$0.isEmpty })
    func joinsAndRepeats(_ axes: [Int]) throws {
        for x in counting(axes) {
            for axis in axes.indices {
                let n = axes[axis]
                let joined = try Primitive.concat.evaluate([x, x, x], Attributes([.int(axis)]))
                expect(joined, Shape(axes.replacing(axis, 3 * n)), x.type) { x.at($0.replacing(axis, $0[axis] % max(n, 1))) }
                let stacked = try Primitive.stack.evaluate([x, x], Attributes([.int(axis)]))
                expect(stacked, Shape(axes[..<axis] + [2] + axes[axis...]), x.type) { place in
                    x.at(Array(place[..<axis] + place[(axis + 1)...]))
                }
                let repeated = try Primitive.repeat.evaluate([x], Attributes([.int(2), .int(axis)]))
                expect(repeated, Shape(axes.replacing(axis, 2 * n)), x.type) { x.at($0.replacing(axis, $0[axis] / 2)) }
            }
            let tiled = try Primitive.tile.evaluate([x], Attributes([.ints([2] + axes.map { _ in 3 })]))
            expect(tiled, Shape([2] + axes.map { 3 * $0 }), x.type) { place in x.at(zip(place.dropFirst(), axes).map { $0 % $1 }) }
        }
    }

    @Test func trianglesAndDiagonals() throws {
        for axes in [[1, 1], [3, 5], [5, 3], [2, 4, 4], [0, 3], [3, 0]] {
            for x in counting(axes) {
                for diagonal in [-9, -1, 0, 2, .min, .max] {
                    let given = Attributes([.int(diagonal)])
                    let r = axes.count - 2
                    expect(try Primitive.tril.evaluate([x], given), x.shape, x.type) {
                        Double($0[r + 1]) <= Double($0[r]) + Double(diagonal) ? x.at($0) : 0
                    }
                    expect(try Primitive.triu.evaluate([x], given), x.shape, x.type) {
                        Double($0[r + 1]) >= Double($0[r]) + Double(diagonal) ? x.at($0) : 0
                    }
                }
            }
        }
        for x in counting([3]) {
            for diagonal in [-2, 0, 1] {
                let side = 3 + abs(diagonal)
                expect(try Primitive.diag.evaluate([x], Attributes([.int(diagonal)])), Shape([side, side]), x.type) {
                    $0[1] - $0[0] == diagonal ? x.at([min($0[0], $0[1])]) : 0
                }
            }
        }
        for x in counting([3, 5]) {
            for (diagonal, length) in [(-2, 1), (0, 3), (1, 3), (4, 1)] {
                expect(try Primitive.diag.evaluate([x], Attributes([.int(diagonal)])), Shape([length]), x.type) {
                    x.at([$0[0] + max(-diagonal, 0), $0[0] + max(diagonal, 0)])
                }
            }
        }
    }

    @Test func aSliceSetTakesTheWiderType() throws {
        let x = Tensor([1, 2, 3], shape: Shape([3]), type: .f32)
        let half = Attributes([.int(0), .int(1)])
        #expect(try Primitive.sliceSet.evaluate([x, Tensor(0.1)], half).type == .f32)
        #expect(try Primitive.sliceSet.evaluate([x, Tensor([0.1])], half).numbers == [0.1, 2, 3])
        #expect(try Primitive.concat.evaluate([x, Tensor([0.1])], Attributes([.int(0)])).numbers == [1, 2, 3, 0.1])
    }

    @Test func aGradientKeepsTheTypeOfItsOperand() throws {
        let tape = Tape()
        defer { tape.close() }
        let x = tape.variable(Tensor([1, 2, 3], shape: Shape([3]), type: .f32))
        let v = tape.variable(Tensor(0.5))
        let set = Primitive.sliceSet(x, v, attributes: Attributes([.int(0), .int(2)]))
        let gradients = try tape.gradient(of: Primitive.sumTo(set, .scalar), by: [x, v])
        #expect(gradients[0].value.type == .f32 && gradients[0].value.numbers == [0, 0, 1])
        #expect(gradients[1].value.isNumber && gradients[1].value.number == 2)
    }

    private func expect(
        _ y: Tensor, _ shape: Shape, _ type: ElementType, _ number: ([Int]) -> Double, location: SourceLocation = #_sourceLocation
    ) {
        #expect(y.shape == shape && y.type == type, sourceLocation: location)
        if y.shape == shape { #expect(y.numbers == shape.places.map(number), "of shape \(shape)", sourceLocation: location) }
    }
}

private func permutations(_ items: [Int]) -> [[Int]] {
    items.isEmpty ? [[]] : items.indices.flatMap { i in
        permutations(Array(items[..<i] + items[(i + 1)...])).map { [items[i]] + $0 }
    }
}

extension Shape {
    /// The place of every number, in row-major order.
    var places: [[Int]] {
        axes.reduce([[]]) { places, length in places.flatMap { place in (0..<length).map { place + [$0] } } }
    }
}

extension Tensor {
    func at(_ place: [Int]) -> Double { self[zip(place, shape.strides).reduce(0) { $0 + $1.0 * $1.1 }] }
}

extension Array where Element == Int {
    func replacing(_ index: Int, _ value: Int) -> [Int] {
        var copy = self
        copy[index] = value
        return copy
    }
}
