package import Tensors

// What picks numbers by their values: the result's shape is known only from them, so these are no primitives.

extension Tensor {
    /// The different numbers, in ascending order, and how often each occurs. Zeros of either sign are one number; every NaN is one.
    package func unique() throws(PrimitiveError) -> (values: Tensor, counts: Tensor) {
        let flat = reshaped(to: Shape([count]))
        let sorted = try Primitive.sort.evaluate([flat], Attributes([.int(0), .flag(false)])).converted(to: .f64)
        // Where each begins; how many there are is known before memory is taken for them.
        func forEachStart(_ body: (Int, Double) -> Void) {
            sorted.withDoubles { x in
                Account.forEachBlock(count, cost: 4) { start, length in
                    for i in start..<start + length where i == 0 || !(x[i] == x[i - 1] || x[i].isNaN && x[i - 1].isNaN) { body(i, x[i]) }
                }
            }
        }
        var found = 0
        forEachStart { _, _ in found += 1 }
        try Account.checkStop()
        try Account.admit([found], workspace: 3 * 8 * found)
        var values: [Double] = [], counts: [Double] = []
        values.reserveCapacity(found)
        counts.reserveCapacity(found)
        var last = 0
        forEachStart { place, value in
            if !values.isEmpty { counts.append(Double(place - last)) }
            values.append(value)
            last = place
        }
        try Account.checkStop()
        if !values.isEmpty { counts.append(Double(count - last)) }
        return (Tensor(values).converted(to: type), Tensor(counts))
    }

    /// Where the numbers are not 0 (NaN is not): a row for each, with its index along every axis.
    package func nonzeroPlaces() throws(PrimitiveError) -> Tensor {
        let strides = shape.strides
        let lengths = shape.axes
        try Account.admit([count])
        let numbers = numbers
        let found = numbers.reduce(0) { $1 != 0 ? $0 + 1 : $0 }
        try Account.admit([found, rank], workspace: 8 * found * rank)
        var places: [Double] = []
        places.reserveCapacity(found * rank)
        for (position, number) in numbers.enumerated() {
            if position & 0xF_FFFF == 0xF_FFFF, Account.shouldStop() { try Account.checkStop() }
            if number == 0 { continue }
            for axis in lengths.indices { places.append(Double(position / strides[axis] % lengths[axis])) }
        }
        return Tensor(places, shape: Shape([found, rank]))
    }
}
