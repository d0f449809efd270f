import Tensors

// The adjoint of many slices of one tensor, all at once: a loop over `w[i]` would otherwise make a whole tensor of zeros for each turn.

extension Primitive {
    static let blocks: [Primitive] = [placeBlocks]

    /// Attributes: the shape, then the blocks' starts one after another, one number for each axis.
    package static let placeBlocks: Primitive = Primitive(
        "place_blocks", [.operands("blocks"), .attribute("shape", .ints), .attribute("starts", .ints)],
        summary: "blocks added into zeros of a shape, each at its starts",
        shape: { (shapes, attributes) throws(PrimitiveError) in
            let whole = try Shape.checked(attributes.ints(0) ?? [])
            let starts = attributes.ints(1) ?? []
            guard starts.count == shapes.count * whole.rank else {
                throw PrimitiveError("\(shapes.count) blocks need \(shapes.count * whole.rank) starts, not \(starts.count)")
            }
            for (index, shape) in shapes.enumerated() {
                let fits = shape.rank == whole.rank && whole.axes.indices.allSatisfy { axis in
                    let start = starts[index * whole.rank + axis]
                    return start >= 0 && start + shape[axis] <= whole[axis]
                }
                guard fits else { throw PrimitiveError("the block does not lie inside \(whole)", operands: [index]) }
            }
            return whole
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let whole = Shape(attributes.ints(0) ?? [])
            let type: ElementType = operands.allSatisfy { $0.type == .f32 } ? .f32 : .f64
            let sum = Tensor(f64: whole) { numbers in
                numbers.update(repeating: 0)
                let starts = attributes.ints(1) ?? []
                for (index, block) in operands.enumerated() {
                    let first = index * whole.rank
                    Blocks.add(block, at: starts[first..<(first + whole.rank)], of: whole, into: numbers)
                }
            }
            return sum.converted(to: type)
        },
        derivative: .joint { d in
            let rank = d.output.shape.rank
            let starts = d.attributes.ints(1) ?? []
            return d.operands.enumerated().map { index, operand in
                let start = Array(starts[(index * rank)..<((index + 1) * rank)])
                return slice(d.g, start, zip(start, operand.shape.axes).map { $0 + $1 })
            }
        }, rule: "rearrangement",
        points: [
            TestPoint([Layout.sample([2]), Layout.sample([1]), Layout.sample([2])], Attributes([.ints([4]), .ints([0, 3, 1])])),
            TestPoint([Layout.sample([2, 1]), Layout.sample([1, 3])], Attributes([.ints([2, 3]), .ints([0, 1, 1, 0])])),
        ], isHidden: true)
}

enum Blocks {
    /// Adds a block, row by row of its last axis.
    static func add(
        _ block: Tensor, at starts: ArraySlice<Int>, of whole: Shape, into numbers: UnsafeMutableBufferPointer<Double>
    ) {
        let values = block.numbers
        let strides = whole.strides
        let length = block.shape.axes.last ?? 1
        guard length > 0 else { return }
        var counter = [Int](repeating: 0, count: max(0, whole.rank - 1))
        var base = zip(starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
        var position = 0
        while position < values.count {
            for k in 0..<length { numbers[base + k] += values[position + k] }
            position += length
            var axis = counter.count - 1
            while axis >= 0 {
                counter[axis] += 1
                base += strides[axis]
                if counter[axis] < block.shape[axis] { break }
                base -= strides[axis] * counter[axis]
                counter[axis] = 0
                axis -= 1
            }
        }
    }
}
