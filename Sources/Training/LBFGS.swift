/// Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4) with the strong-Wolfe line search of
/// torch.optim, so that a learner's numbers agree with PyTorch's.
package struct LBFGS: Sendable, Equatable {
    package let rate: Double
    /// Pairs of steps and gradient changes kept.
    package let memory: Int
    package private(set) var steps: [[Double]] = []
    package private(set) var changes: [[Double]] = []
    package private(set) var curvature = 1.0
    package private(set) var direction: [Double] = []
    package private(set) var previousGradient: [Double] = []
    package private(set) var length = 0.0
    package private(set) var count = 0

    package init(rate: Double = 1, memory: Int = 10) {
        (self.rate, self.memory) = (rate, max(1, memory))
    }

    /// All numbers of the state in one row, to be saved; `restore` reads them back.
    package var state: [Double] {
        [Double(steps.count), Double(previousGradient.count), curvature, length, Double(count)] + direction + previousGradient
            + steps.joined() + changes.joined()
    }

    package mutating func restore(_ state: [Double]) -> Bool {
        guard state.count >= 5, let pairs = Int(exactly: state[0]), let size = Int(exactly: state[1]),
            let count = Int(exactly: state[4]), pairs >= 0, pairs <= memory, size >= 0,
            state.count == 5 + 2 * size + 2 * pairs * size
        else { return false }
        (curvature, length, self.count) = (state[2], state[3], count)
        var rest = state.dropFirst(5)
        func take() -> [Double] {
            defer { rest = rest.dropFirst(size) }
            return Array(rest.prefix(size))
        }
        direction = take()
        previousGradient = take()
        steps = (0..<pairs).map { _ in take() }
        changes = (0..<pairs).map { _ in take() }
        return true
    }

    /// One iteration from `x`, where the loss is `loss` and its gradient `gradient`; `evaluate` gives both elsewhere. The new point is returned.
    package mutating func iterate(
        _ x: [Double], loss: Double, gradient: [Double], evaluate: ([Double]) throws -> (Double, [Double])
    ) rethrows -> [Double] {
        guard let steepest = gradient.map(abs).max(), steepest > 1e-7 else { return x }
        count += 1
        if count == 1 {
            direction = gradient.map(-)
        } else {
            remember(gradient)
            direction = descent(gradient)
        }
        previousGradient = gradient
        let sum = gradient.reduce(0) { $0 + abs($1) }
        length = count == 1 ? min(1, 1 / sum) * rate : rate
        let slope = dot(gradient, direction)
        if slope > -1e-9 { return x }
        let along = direction
        var search = WolfeSearch(start: loss, slope: slope, gradient: gradient, scale: along.map(abs).max() ?? 0)
        length = try search.run(from: length) { t in
            let (loss, gradient) = try evaluate(zip(x, along).map { $0 + t * $1 })
            return WolfeSearch.Point(t: t, loss: loss, gradient: gradient, slope: LBFGS.dot(gradient, along))
        }
        return zip(x, along).map { $0 + length * $1 }
    }

    private mutating func remember(_ gradient: [Double]) {
        let change = zip(gradient, previousGradient).map { $0 - $1 }
        let step = direction.map { $0 * length }
        let ys = dot(change, step)
        // Without curvature along the step the pair would spoil the approximation.
        guard ys > 1e-10 else { return }
        if steps.count == memory {
            steps.removeFirst()
            changes.removeFirst()
        }
        steps.append(step)
        changes.append(change)
        curvature = ys / dot(change, change)
    }

    /// The two-loop recursion: -H∇L with the approximate inverse Hessian H.
    private func descent(_ gradient: [Double]) -> [Double] {
        var q = gradient.map(-)
        var weights = [Double](repeating: 0, count: steps.count)
        let inverse = zip(changes, steps).map { 1 / dot($0, $1) }
        for i in steps.indices.reversed() {
            weights[i] = dot(steps[i], q) * inverse[i]
            for j in q.indices { q[j] -= weights[i] * changes[i][j] }
        }
        var r = q.map { $0 * curvature }
        for i in steps.indices {
            let b = dot(changes[i], r) * inverse[i]
            for j in r.indices { r[j] += (weights[i] - b) * steps[i][j] }
        }
        return r
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double { LBFGS.dot(a, b) }

    fileprivate static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for i in a.indices { sum += a[i] * b[i] }
        return sum
    }
}

/// A line search for the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6), with cubic interpolation, and
/// torch's limits on how far it trusts it.
private struct WolfeSearch {
    struct Point {
        let t: Double
        let loss: Double
        let gradient: [Double]
        let slope: Double
    }

    let origin: Point
    /// The largest entry of the direction.
    let scale: Double

    private static let sufficientDecrease = 1e-4
    private static let flattening = 0.9
    private static let mostEvaluations = 25
    private static let smallestChange = 1e-9

    init(start: Double, slope: Double, gradient: [Double], scale: Double) {
        origin = Point(t: 0, loss: start, gradient: gradient, slope: slope)
        self.scale = scale
    }

    /// The length of the step to take.
    mutating func run(from length: Double, _ evaluate: (Double) throws -> Point) rethrows -> Double {
        var current = try evaluate(length)
        var previous = origin
        var turns = 0
        while turns < WolfeSearch.mostEvaluations {
            if !isLower(current) || (turns > 1 && current.loss >= previous.loss) {
                return try zoom(previous, current, turns, evaluate)
            }
            if abs(current.slope) <= -WolfeSearch.flattening * origin.slope { return current.t }
            if current.slope >= 0 { return try zoom(previous, current, turns, evaluate) }
            let low = current.t + 0.01 * (current.t - previous.t)
            let next = WolfeSearch.cubic(previous, current, bounds: (low, current.t * 10))
            previous = current
            current = try evaluate(next)
            turns += 1
        }
        return try zoom(origin, current, turns, evaluate)
    }

    private func isLower(_ point: Point) -> Bool {
        point.loss <= origin.loss + WolfeSearch.sufficientDecrease * point.t * origin.slope
    }

    /// Narrows a bracket until a point meets both conditions.
    private func zoom(_ a: Point, _ b: Point, _ spent: Int, _ evaluate: (Double) throws -> Point) rethrows -> Double {
        var (low, high) = a.loss <= b.loss ? (a, b) : (b, a)
        var turns = spent
        var lacksProgress = false
        while turns < WolfeSearch.mostEvaluations {
            if abs(high.t - low.t) * scale < WolfeSearch.smallestChange { break }
            let (left, right) = (min(low.t, high.t), max(low.t, high.t))
            var t = WolfeSearch.cubic(low.t < high.t ? low : high, low.t < high.t ? high : low, bounds: nil)
            let margin = 0.1 * (right - left)
            if min(right - t, t - left) < margin {
                // Twice in a row near an end: move away from it.
                if lacksProgress || t >= right || t <= left {
                    t = abs(t - right) < abs(t - left) ? right - margin : left + margin
                    lacksProgress = false
                } else {
                    lacksProgress = true
                }
            } else {
                lacksProgress = false
            }
            let point = try evaluate(t)
            turns += 1
            if !isLower(point) || point.loss >= low.loss {
                high = point
                if low.loss > high.loss { swap(&low, &high) }
            } else {
                if abs(point.slope) <= -WolfeSearch.flattening * origin.slope { return point.t }
                if point.slope * (high.t - low.t) >= 0 { high = low }
                low = point
            }
        }
        return low.t
    }

    /// Where the cubic through two points with their slopes is least, within bounds (Nocedal and Wright, equation 3.59).
    private static func cubic(_ a: Point, _ b: Point, bounds: (Double, Double)?) -> Double {
        let (low, high) = bounds ?? (min(a.t, b.t), max(a.t, b.t))
        let d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
        let square = d1 * d1 - a.slope * b.slope
        guard square >= 0 else { return (low + high) / 2 }
        let d2 = square.squareRoot()
        let t = a.t <= b.t
            ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
            : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
        return min(max(t, low), high)
    }
}
