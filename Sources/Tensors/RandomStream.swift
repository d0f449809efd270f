import Kernels

/// An endless sequence of random 64-bit words, of which each draw takes the next ones. Word number i depends on seed, stream and i
/// alone, so the same state gives the same numbers on every machine and at any number of threads, and two draws in a row give
/// what one draw of both would have given. The three numbers are the whole state; store them to go on later.
package struct RandomStream: Hashable, Sendable {
    /// The seed.
    package let key: UInt64
    /// Which of the sequences of that seed.
    package let stream: UInt64
    /// How many words have been used.
    package private(set) var position: UInt64

    package init(key: UInt64, stream: UInt64 = 0, position: UInt64 = 0) {
        (self.key, self.stream, self.position) = (key, stream, position)
    }

    package init(seed: Int) { self.init(key: UInt64(bitPattern: Int64(seed))) }

    /// A sequence of its own for a purpose: the same for the same name, whatever has been drawn from this one.
    package func split(_ name: String) -> RandomStream {
        // FNV-1a takes in the bytes; `mixed` then spreads them over all bits.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return RandomStream(key: key, stream: RandomStream.mixed(stream &+ RandomStream.mixed(hash ^ 0x6E61_6D65)))
    }

    /// A sequence of its own for each number: for an epoch, or a member of a sweep.
    package func split(_ number: Int) -> RandomStream {
        let hash = UInt64(bitPattern: Int64(number))
        return RandomStream(key: key, stream: RandomStream.mixed(stream &+ RandomStream.mixed(hash ^ 0x6E75_6D62_6572)))
    }

    /// A bijection in which every bit depends on every bit: the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    private static func mixed(_ x: UInt64) -> UInt64 {
        var z = x &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    private mutating func advance(_ count: Int) -> UInt64 {
        defer { position &+= UInt64(count) }
        return position
    }
}

// MARK: - Numbers

extension RandomStream {
    /// Evenly from [0, 1), in steps of 2⁻⁵³.
    package mutating func uniform(_ shape: Shape, type: ElementType = .f64) -> Tensor {
        Tensor(f64: shape) { fillUniform($0) }.converted(to: type)
    }

    mutating func fillUniform(_ numbers: UnsafeMutableBufferPointer<Double>) {
        let first = advance(numbers.count)
        guard let y = numbers.baseAddress else { return }
        Account.forEachBlock(numbers.count, cost: 4) { at, count in grad_uniform_f64(key, stream, first &+ UInt64(at), count, y + at) }
    }

    /// From the normal distribution with mean 0 and standard deviation 1.
    package mutating func normal(_ shape: Shape, type: ElementType = .f64) -> Tensor {
        Tensor(f64: shape) { fillNormal($0) }.converted(to: type)
    }

    mutating func fillNormal(_ numbers: UnsafeMutableBufferPointer<Double>) {
        let first = advance(numbers.count)
        guard let y = numbers.baseAddress else { return }
        Account.forEachBlock(numbers.count, cost: 16) { at, count in grad_normal_f64(key, stream, first &+ UInt64(at), count, y + at) }
    }

    /// Whole numbers from `low` up to but not including `high`, each as likely as any other.
    package mutating func integers(
        _ low: Int, _ high: Int, _ shape: Shape, type: ElementType = .f64
    ) throws(PrimitiveError) -> Tensor {
        guard low < high else {
            throw PrimitiveError(
                "there is no whole number from \(low) up to \(high)", hint: "the first is included, the second is not")
        }
        // Beyond 2^53 not every whole number is a number of the language.
        let largest = 1 << 53
        guard low >= -largest, high <= largest + 1 else {
            throw PrimitiveError("\(low < -largest ? low : high) is too large for a whole number", hint: "they go up to 2^53")
        }
        let span = UInt64(high - low)
        var words = Words(self)
        let result = Tensor(f64: shape) { numbers in
            Account.forEachBlock(numbers.count, cost: 16) { at, count in
                for i in at..<at + count { numbers[i] = Double(low + Int(words.next(below: span))) }
            }
        }
        position = words.position
        // Whoever takes these numbers for places relies on them.
        try Account.checkStop()
        return result.converted(to: type)
    }

    /// 1 with probability p, else 0.
    package mutating func bernoulli(_ p: Double, _ shape: Shape, type: ElementType = .f64) throws(PrimitiveError) -> Tensor {
        try bernoulli(Tensor(p), shape, type: type)
    }

    /// 1 with the probability that `p` gives for each number, else 0; `p` is one number or has the shape of the result.
    package mutating func bernoulli(_ p: Tensor, _ shape: Shape, type: ElementType = .f64) throws(PrimitiveError) -> Tensor {
        guard p.rank == 0 || p.shape == shape else {
            throw PrimitiveError("the probabilities have shape \(p.shape), the result \(shape)")
        }
        let likely = p.converted(to: .f64)
        try RandomStream.check(likely) { $0 >= 0 && $0 <= 1 } otherwise: { "\($0) is no probability" } hint: {
            "a probability lies between 0 and 1"
        }
        return Tensor(f64: shape) { numbers in
            fillUniform(numbers)
            RandomStream.decide(numbers, likely)
        }.converted(to: type)
    }

    /// Makes even draws from [0, 1) ones where they lie below `p`, else zeros.
    static func decide(_ numbers: UnsafeMutableBufferPointer<Double>, _ p: Tensor) {
        let step = p.rank == 0 ? 0 : 1
        p.converted(to: .f64).withDoubles { likely in for i in numbers.indices { numbers[i] = numbers[i] < likely[i * step] ? 1 : 0 } }
    }

    /// Refuses the first number that does not pass.
    fileprivate static func check(
        _ numbers: Tensor, _ passes: (Double) -> Bool, otherwise message: (Double) -> String, hint: () -> String
    ) throws(PrimitiveError) {
        let wrong = numbers.withDoubles { UnsafeBufferPointer(start: $0, count: numbers.count).first { !passes($0) } }
        if let wrong { throw PrimitiveError(message(wrong), hint: hint()) }
    }
}

/// The words of a stream one at a time, fetched in batches.
private struct Words {
    private let key: UInt64
    private let stream: UInt64
    /// The number of the next word.
    private(set) var position: UInt64
    private var batch: [UInt64] = []
    private var used = 0

    init(_ stream: RandomStream) { (key, self.stream, position) = (stream.key, stream.stream, stream.position) }

    mutating func next() -> UInt64 {
        if used == batch.count {
            // Small at first, so that one number costs one small batch.
            let size = min(max(8, batch.count * 4), 4096)
            batch = [UInt64](unsafeUninitializedCapacity: size) { words, count in
                grad_bits_u64(key, stream, position, size, words.baseAddress)
                count = size
            }
            used = 0
        }
        defer {
            used += 1
            position &+= 1
        }
        return batch[used]
    }

    /// Below `bound`, which is above 0, without bias: the high half of a product, drawn again in the rare cases that would favour
    /// some results (Lemire, Fast random integer generation in an interval, 2019).
    mutating func next(below bound: UInt64) -> UInt64 {
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return product.high
    }
}

// MARK: - Orders and choices

extension RandomStream {
    /// The whole numbers below `count` in a random order, each order as likely as any other (Fisher and Yates).
    package mutating func permutation(_ count: Int, type: ElementType = .f64) throws(PrimitiveError) -> Tensor {
        let shape = try Shape.checked([count])
        return Tensor(f64: shape) { numbers in
            for i in numbers.indices { numbers[i] = Double(i) }
            var words = Words(self)
            shuffle(numbers, first: count, &words)
            position = words.position
        }.converted(to: type)
    }

    /// Puts a random choice of `first` of the numbers, in random order, at the front.
    private func shuffle(_ numbers: UnsafeMutableBufferPointer<Double>, first: Int, _ words: inout Words) {
        for i in 0..<min(first, max(numbers.count - 1, 0)) {
            numbers.swapAt(i, i + Int(words.next(below: UInt64(numbers.count - i))))
        }
    }

    /// `shape.count` of the whole numbers below `count`: with replacement any number may come again, without each comes at most once.
    /// `weights`, one for each, say how likely they are in proportion.
    package mutating func choice(
        _ count: Int, _ shape: Shape, replace: Bool = true, weights: Tensor? = nil, type: ElementType = .f64
    ) throws(PrimitiveError) -> Tensor {
        let wanted = shape.count
        guard count > 0 || wanted == 0 else {
            throw PrimitiveError("there is nothing to choose from", hint: "the count must be above 0")
        }
        guard replace || wanted <= count else {
            throw PrimitiveError(
                "\(wanted) cannot be chosen from \(count) without replacement", hint: "replace: true lets a number come again")
        }
        _ = try Shape.checked([count])
        if wanted == 0 { return Tensor(repeating: 0, shape: shape, type: type) }
        let chosen: Tensor
        if let weights {
            let weights = try RandomStream.checkedWeights(weights, count, atLeast: replace ? 1 : wanted)
            chosen = replace ? weighted(weights, shape) : weightedOnce(weights, shape)
        } else if replace {
            chosen = try integers(0, count, shape)
        } else {
            chosen = distinct(count, shape)
        }
        return chosen.converted(to: type)
    }

    /// The first part of a permutation. Where few are chosen of many, only the places that moved are kept; the numbers are the same.
    private mutating func distinct(_ count: Int, _ shape: Shape) -> Tensor {
        var words = Words(self)
        defer { position = words.position }
        let wanted = shape.count
        if wanted > count / 16 {
            var numbers = (0..<count).map(Double.init)
            numbers.withUnsafeMutableBufferPointer { shuffle($0, first: wanted, &words) }
            return Tensor(Array(numbers.prefix(wanted)), shape: shape)
        }
        var moved: [Int: Int] = [:]
        return Tensor((0..<wanted).map { i in
            let place = i + Int(words.next(below: UInt64(count - i)))
            defer { moved[place] = moved[i] ?? i }
            return Double(moved[place] ?? place)
        }, shape: shape)
    }

    private static func checkedWeights(_ weights: Tensor, _ count: Int, atLeast wanted: Int) throws(PrimitiveError) -> Tensor {
        guard weights.shape == Shape([count]) else {
            throw PrimitiveError("the weights have shape \(weights.shape), but there are \(count) to choose from")
        }
        let weights = weights.converted(to: .f64)
        try check(weights) { $0 >= 0 && $0.isFinite } otherwise: { "\($0) is no weight" } hint: {
            "weights are finite and not negative"
        }
        let possible = weights.numbers.count { $0 > 0 }
        guard possible >= wanted else {
            throw PrimitiveError(
                possible == 0 ? "all weights are 0" : "\(wanted) are wanted, but only \(possible) have a weight above 0")
        }
        return weights
    }

    /// The place of an even draw among the running sums.
    private mutating func weighted(_ weights: Tensor, _ shape: Shape) -> Tensor {
        let numbers = weights.numbers
        // Scaled by the largest, the sum cannot overflow.
        let largest = numbers.max() ?? 1
        var sums: [Double] = []
        sums.reserveCapacity(numbers.count)
        var sum = 0.0
        for number in numbers {
            sum += number / largest
            sums.append(sum)
        }
        let last = numbers.lastIndex { $0 > 0 } ?? 0
        return uniform(shape).withDoubles { chance in
            Tensor(f64: shape) { y in
                for i in y.indices {
                    let wanted = chance[i] * sum
                    var (low, high) = (0, sums.count)
                    while low < high {
                        let middle = (low + high) / 2
                        if sums[middle] <= wanted { low = middle + 1 } else { high = middle }
                    }
                    // Rounding can carry the draw up to the sum itself.
                    y[i] = Double(min(low, last))
                }
            }
        }
    }

    /// One after another without replacement: the earliest of waiting times with the weights as rates (Efraimidis and Spirakis, 2006).
    private mutating func weightedOnce(_ weights: Tensor, _ shape: Shape) -> Tensor {
        let chance = uniform(weights.shape)
        let rates = weights.numbers
        // -log(1 - u) by our own kernel, the same on every machine.
        let logs = chance.withDoubles { chance in
            Tensor(f64: weights.shape) { y in
                for i in y.indices { y[i] = -chance[i] }
                grad_unary_f64(GRAD_LOG1P, y.count, y.baseAddress, y.baseAddress)
            }
        }
        let times = zip(logs.numbers, rates).map { $1 > 0 ? -$0 / $1 : .infinity }
        let order = times.indices.filter { rates[$0] > 0 }.sorted { (times[$0], $0) < (times[$1], $1) }
        return Tensor(order.prefix(shape.count).map(Double.init), shape: shape)
    }
}
