import Autodiff
import Tensors
import Testing

/// take, gather and their adjoints, place by place.
struct IndexingTests {
    private func counting(_ axes: [Int]) -> [Tensor] {
        let shape = Shape(axes)
        let numbers = Tensor((0..<shape.count).map { Double($0) + 0.5 }, shape: shape)
        return [numbers, numbers.converted(to: .f32)]
    }

    /// Indices below `length`, some counted from the end.
    private func indices(_ axes: [Int], below length: Int) -> Tensor {
        let shape = Shape(axes)
        return Tensor((0..<shape.count).map { Double($0 * 7 % (2 * length) - length) }, shape: shape)
    }

    private func wrapped(_ index: Double, _ length: Int) -> Int { Int(index) < 0 ? Int(index) + length : Int(index) }

    @Test(arguments: [[5], [4, 3], [3, 4, 20], [2, 3, 2, 2]], [[], [0], [6], [2, 3]])
    func takeAndItsAdjoint(_ axes: [Int], _ chosen: [Int]) throws {
        for axis in axes.indices {
            let places = indices(chosen, below: axes[axis])
            for x in counting(axes) {
                let y = try Primitive.take.evaluate([x, places], Attributes([.int(axis)]))
                #expect(y.shape.axes == axes[..<axis] + chosen + axes[(axis + 1)...] && y.type == x.type)
                var sums = [Double](repeating: 0, count: x.count)
                for place in y.shape.places {
                    let index = wrapped(places.at(Array(place[axis..<(axis + chosen.count)])), axes[axis])
                    let source = place[..<axis] + [index] + place[(axis + chosen.count)...]
                    #expect(y.at(place) == x.at(Array(source)))
                    sums[zip(source, x.shape.strides).reduce(0) { $0 + $1.0 * $1.1 }] += y.at(place)
                }
                let added = try Primitive.takeAdd.evaluate([y, places], Attributes([.int(axis), .int(axes[axis])]))
                #expect(added.shape == x.shape && added.type == x.type && added.numbers == sums)
            }
        }
    }

    @Test(arguments: [([5], [7]), ([4, 3], [4, 3]), ([4, 3], [2, 2]), ([3, 4, 5], [3, 2, 4]), ([3, 2], [0, 2])])
    func gatherAndItsAdjoint(_ axes: [Int], _ chosen: [Int]) throws {
        for axis in axes.indices {
            if zip(axes, chosen).enumerated().contains(where: { $0 != axis && $1.1 > $1.0 }) { continue }
            let places = indices(chosen, below: axes[axis])
            for x in counting(axes) {
                let y = try Primitive.gather.evaluate([x, places], Attributes([.int(axis)]))
                #expect(y.shape.axes == chosen && y.type == x.type)
                var sums = x.numbers
                for place in y.shape.places {
                    let source = place.replacing(axis, wrapped(places.at(place), axes[axis]))
                    #expect(y.at(place) == x.at(source))
                    sums[zip(source, x.shape.strides).reduce(0) { $0 + $1.0 * $1.1 }] += y.at(place)
                }
                let added = try Primitive.scatterAdd.evaluate([x, places, y], Attributes([.int(axis)]))
                #expect(added.type == x.type && added.numbers == sums)
            }
        }
    }

    @Test func indicesMayBeFloats() throws {
        let places = Tensor([2, 0], shape: Shape([2]), type: .f32)
        #expect(try Primitive.take.evaluate([Tensor([1, 2, 3]), places], Attributes([.int(0)])).numbers == [3, 1])
    }
}
