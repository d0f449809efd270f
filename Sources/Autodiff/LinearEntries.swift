import Tensors

/// What a primitive that only moves and adds numbers makes of each entry of its result: found by running it on unit tensors, so that no such primitive
/// has to say it a second time.
struct LinearEntries {
    struct Addend {
        let operand: Int
        let place: Int
        let coefficient: Double
    }

    /// Per entry of the result: what it is where all operands are zero, and what each entry of an operand adds, in the operands' order.
    let origin: [Double]
    let addends: [[Addend]]

    /// `fixed` holds the values of operands that do not change, `nil` for the others. `nil` for what is not linear in these.
    init?(_ primitive: Primitive, _ attributes: Attributes, _ shapes: [Shape], fixed: [Tensor?]) {
        func run(_ change: (Int, Int) -> Double) -> [Double]? {
            let operands = shapes.indices.map { index in
                fixed[index] ?? Tensor((0..<shapes[index].count).map { change(index, $0) }, shape: shapes[index])
            }
            return (try? primitive.evaluate(operands, attributes))?.numbers
        }
        guard let origin = run({ _, _ in 0 }) else { return nil }
        var addends = [[Addend]](repeating: [], count: origin.count)
        for index in shapes.indices where fixed[index] == nil {
            for place in 0..<shapes[index].count {
                guard let column = run({ $0 == index && $1 == place ? 1 : 0 }), column.count == origin.count else { return nil }
                for row in column.indices where column[row] != origin[row] {
                    addends[row].append(Addend(operand: index, place: place, coefficient: column[row] - origin[row]))
                }
            }
        }
        // Both signs, since a magnitude of one number is linear on either side.
        for sign in [1.0, -1.0] {
            guard let probed = run({ sign * LinearEntries.probe($0, $1) }) else { return nil }
            for row in origin.indices {
                let expected = addends[row].reduce(origin[row]) { $0 + $1.coefficient * sign * LinearEntries.probe($1.operand, $1.place) }
                guard abs(probed[row] - expected) < 1e-9 else { return nil }
            }
        }
        (self.origin, self.addends) = (origin, addends)
    }

    /// Some numbers to try linearity with.
    private static func probe(_ index: Int, _ place: Int) -> Double { 0.37 + 0.71 * Double((place * 5 + index * 3) % 7) }
}
