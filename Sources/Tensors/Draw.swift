/// Random numbers that are wanted: made from any stream, as often as asked.
package enum Draw: Sendable {
    case uniform(Shape)
    case normal(Shape)
    case integers(Int, Int, Shape)
    case bernoulli(Tensor, Shape)
    case permutation(Int)
    case choice(Int, Shape, replace: Bool, weights: Tensor?)
}

extension RandomStream {
    package mutating func draw(_ draw: Draw) throws(PrimitiveError) -> Tensor {
        switch draw {
        case .uniform(let shape): uniform(shape)
        case .normal(let shape): normal(shape)
        case .integers(let low, let high, let shape): try integers(low, high, shape)
        case .bernoulli(let p, let shape): try bernoulli(p, shape)
        case .permutation(let count): try permutation(count)
        case .choice(let count, let shape, let replace, let weights): try choice(count, shape, replace: replace, weights: weights)
        }
    }

    /// The same numbers in memory that is there; those that a training step usually takes need no more.
    package mutating func draw(_ draw: Draw, into numbers: UnsafeMutableBufferPointer<Double>) throws(PrimitiveError) {
        switch draw {
        case .uniform: fillUniform(numbers)
        case .normal: fillNormal(numbers)
        case .bernoulli(let p, _):
            fillUniform(numbers)
            RandomStream.decide(numbers, p)
        case .integers, .permutation, .choice:
            let made = try self.draw(draw)
            made.withDoubles { numbers.baseAddress?.update(from: $0, count: numbers.count) }
        }
    }
}
