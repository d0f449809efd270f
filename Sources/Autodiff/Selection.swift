package import Tensors

// What picks numbers by their values: the result's shape is known only from them, so these are no primitives.

extension Tensor {
    /// The different numbers, in ascending order, and how often each occurs. Zeros of either sign are one number; every NaN is one.
    package func unique() -> (values: Tensor, counts: Tensor) {
        let sorted = Ordering.sorted(reshaped(to: Shape([count])), axis: 0, descending: false).numbers
        var values: [Double] = []
        var counts: [Double] = []
        for number in sorted {
            if let last = values.last, last == number || last.isNaN && number.isNaN {
                counts[counts.count - 1] += 1
            } else {
                values.append(number)
                counts.append(1)
            }
        }
        return (Tensor(values).converted(to: type), Tensor(counts))
    }

    /// Where the numbers are not 0 (NaN is not): a row for each, with its index along every axis.
    package func nonzeroPlaces() -> Tensor {
        let strides = shape.strides
        let lengths = shape.axes
        var places: [Double] = []
        var found = 0
        for (position, number) in numbers.enumerated() where number != 0 {
            found += 1
            for axis in lengths.indices { places.append(Double(position / strides[axis] % lengths[axis])) }
        }
        return Tensor(places, shape: Shape([found, rank]))
    }
}
