package import Kernels
package import Tensors

// Declaring an elementwise primitive takes its operation and its derivative; shapes, kernels and broadcasting come from here.

extension Primitive {
    /// y = f(x), number by number.
    static func unary(
        _ name: String, _ operation: grad_operation, summary: String, examples: [String] = [], rule: String = "",
        notation: Notation = .call, at points: [Double] = [-1.3, -0.4, 0.2, 0.9, 1.7],
        kinks: [Double] = [], isHidden: Bool = false, reads: Reads = .everything,
        derivative: (@Sendable (_ x: Node, _ y: Node, _ g: Node) -> Node)?
    ) -> Primitive {
        Primitive(
            name, [.operand("x")], summary: summary, examples: examples,
            shape: { (shapes, _) throws(PrimitiveError) in shapes[0] },
            kernel: { (operands, _) throws(PrimitiveError) in Elementwise.unary(operation, operands[0]) },
            derivative: derivative.map { rule in .each([{ rule($0.x, $0.y, $0.g) }]) } ?? .zero, reads: reads,
            operation: operation, notation: notation, rule: rule,
            points: (points.map { TestPoint([Tensor($0)]) } + [TestPoint([Tensor(points)])])
                + kinks.map { TestPoint([Tensor($0)], isSmooth: false) },
            isHidden: isHidden)
    }

    /// y = f(a, b), number by number, broadcast. Each derivative gives the contribution to its operand.
    static func binary(
        _ name: String, _ operation: grad_operation, summary: String, examples: [String] = [], rule: String = "",
        notation: Notation = .call, names: (String, String) = ("a", "b"),
        at points: [(Double, Double)] = [(0.7, 1.3), (-0.4, 2.1), (1.9, -0.8)], isPredicate: Bool = false,
        reads: Reads = .everything,
        derivatives: (
            @Sendable (_ a: Node, _ b: Node, _ y: Node, _ g: Node) -> Node,
            @Sendable (_ a: Node, _ b: Node, _ y: Node, _ g: Node) -> Node
        )?
    ) -> Primitive {
        let left = Tensor(points.map(\.0))
        let right = Tensor(points.map(\.1))
        let matrix = Tensor((left.numbers + left.numbers), shape: Shape([2, points.count]))
        return Primitive(
            name, [.operand(names.0), .operand(names.1)], summary: summary, examples: examples,
            shape: { (shapes, _) throws(PrimitiveError) in try Elementwise.broadcast(shapes[0], shapes[1]) },
            kernel: { (operands, _) throws(PrimitiveError) in Elementwise.binary(operation, operands[0], operands[1]) },
            derivative: derivatives.map { rules in
                .each([
                    { rules.0($0.operands[0], $0.operands[1], $0.y, $0.g) },
                    { rules.1($0.operands[0], $0.operands[1], $0.y, $0.g) },
                ])
            } ?? .zero,
            reads: reads, operation: operation, notation: notation, rule: rule,
            points: points.map { TestPoint([Tensor($0), Tensor($1)]) } + [
                TestPoint([left, right]), TestPoint([left, Tensor(points[0].1)]), TestPoint([Tensor(points[0].0), right]),
                TestPoint([matrix, right]),
            ], isPredicate: isPredicate)
    }

    /// Chooses between operands number by number, so that NaN may hide in the part not chosen.
    var selects: Bool { operation == GRAD_WHERE }
}

/// Kernels over whole tensors, with broadcasting and the rule of element types.
package enum Elementwise {
    /// The shape that two operands broadcast to; refused where they do not fit.
    package static func broadcast(_ a: Shape, _ b: Shape) throws(PrimitiveError) -> Shape {
        if let shape = Shape.broadcast(a, b) { return shape }
        throw PrimitiveError("the shapes do not match", operands: [0, 1], hint: remedy(a, b))
    }

    private static func remedy(_ a: Shape, _ b: Shape) -> String? {
        let (large, small) = a.rank >= b.rank ? (a, b) : (b, a)
        if large.rank == 2, small.rank == 1, large[0] == small[0] {
            return large[1] == 1
                ? "flatten the one of shape \(large), or make both \(large) with reshape"
                : "a vector goes along the last axis; for one number a row, reshape it to [\(small[0]), 1]"
        }
        return "shapes must be equal, or one a number, or the smaller equal to the larger's last axes"
    }

    /// A number takes the type of the tensor it meets; tensors of different types give f64.
    package static func type(_ operands: Tensor...) -> ElementType {
        let tensors = operands.filter { $0.rank > 0 }
        let deciding = tensors.isEmpty ? operands : tensors
        return deciding.allSatisfy { $0.type == .f32 } ? .f32 : .f64
    }

    /// Simple operations that one number takes, about.
    private static let cost = 4

    package static func unary(_ operation: grad_operation, _ x: Tensor) -> Tensor {
        let (shape, count) = (x.shape, x.count)
        switch x.type {
        case .f64:
            return x.withDoubles { x in Tensor(f64: shape) { y in
                guard let y = y.baseAddress else { return }
                Account.forEachBlock(count, cost: cost) { at, count in grad_unary_f64(operation, count, x + at, y + at) }
            } }
        case .f32:
            return x.withFloats { x in Tensor(f32: shape) { y in
                guard let y = y.baseAddress else { return }
                Account.forEachBlock(count, cost: cost) { at, count in grad_unary_f32(operation, count, x + at, y + at) }
            } }
        }
    }

    /// The shapes must broadcast.
    package static func binary(_ operation: grad_operation, _ a: Tensor, _ b: Tensor) -> Tensor {
        let type = type(a, b)
        let shape = Shape.broadcast(a.shape, b.shape) ?? a.shape
        let (a, b) = (a.converted(to: type), b.converted(to: type))
        let runs = Runs(shape, [a.shape, b.shape])
        let (sa, sb, length) = (runs.innerStrides[0], runs.innerStrides[1], runs.length)
        switch type {
        case .f64:
            return a.withDoubles { a in b.withDoubles { b in Tensor(f64: shape) { y in
                runs.forEach { at, from in
                    let (a, b, y) = (a + from[0], b + from[1], y.baseAddress.unsafelyUnwrapped + at)
                    Account.forEachBlock(length, cost: cost) { i, count in
                        grad_binary_f64(operation, count, a + i * sa, sa, b + i * sb, sb, y + i)
                    }
                }
            } } }
        case .f32:
            return a.withFloats { a in b.withFloats { b in Tensor(f32: shape) { y in
                runs.forEach { at, from in
                    let (a, b, y) = (a + from[0], b + from[1], y.baseAddress.unsafelyUnwrapped + at)
                    Account.forEachBlock(length, cost: cost) { i, count in
                        grad_binary_f32(operation, count, a + i * sa, sa, b + i * sb, sb, y + i)
                    }
                }
            } } }
        }
    }

    /// `a` where the condition is not zero, else `b`; the shapes must broadcast.
    package static func choose(_ condition: Tensor, _ a: Tensor, _ b: Tensor, shape: Shape) -> Tensor {
        let type = type(a, b)
        let (c, a, b) = (condition.converted(to: type), a.converted(to: type), b.converted(to: type))
        let runs = Runs(shape, [c.shape, a.shape, b.shape])
        let (s, length) = (runs.innerStrides, runs.length)
        switch type {
        case .f64:
            return c.withDoubles { c in a.withDoubles { a in b.withDoubles { b in Tensor(f64: shape) { y in
                runs.forEach { at, from in
                    let (c, a, b, y) = (c + from[0], a + from[1], b + from[2], y.baseAddress.unsafelyUnwrapped + at)
                    Account.forEachBlock(length) { i, count in
                        grad_where_f64(count, c + i * s[0], s[0], a + i * s[1], s[1], b + i * s[2], s[2], y + i)
                    }
                }
            } } } }
        case .f32:
            return c.withFloats { c in a.withFloats { a in b.withFloats { b in Tensor(f32: shape) { y in
                runs.forEach { at, from in
                    let (c, a, b, y) = (c + from[0], a + from[1], b + from[2], y.baseAddress.unsafelyUnwrapped + at)
                    Account.forEachBlock(length) { i, count in
                        grad_where_f32(count, c + i * s[0], s[0], a + i * s[1], s[1], b + i * s[2], s[2], y + i)
                    }
                }
            } } } }
        }
    }

    /// Copied out to a larger shape that it broadcasts to.
    package static func expand(_ x: Tensor, to shape: Shape) -> Tensor {
        if x.shape == shape { return x }
        if x.rank == 0 { return Tensor(repeating: x.number, shape: shape, type: x.type) }
        let runs = Runs(shape, [x.shape])
        let (stride, length) = (runs.innerStrides[0], runs.length)
        switch x.type {
        case .f64:
            return x.withDoubles { x in Tensor(f64: shape) { y in
                runs.forEach { at, from in
                    if stride == 1 { (y.baseAddress.unsafelyUnwrapped + at).update(from: x + from[0], count: length) }
                    else { (y.baseAddress.unsafelyUnwrapped + at).update(repeating: x[from[0]], count: length) }
                }
            } }
        case .f32:
            return x.withFloats { x in Tensor(f32: shape) { y in
                runs.forEach { at, from in
                    if stride == 1 { (y.baseAddress.unsafelyUnwrapped + at).update(from: x + from[0], count: length) }
                    else { (y.baseAddress.unsafelyUnwrapped + at).update(repeating: x[from[0]], count: length) }
                }
            } }
        }
    }
}

/// A broadcast laid out as runs that a kernel does in one call: along a run each operand advances by 1 or stays.
/// Neighbouring axes along which all operands behave alike are joined, so equal shapes are one run.
package struct Runs {
    /// How many numbers a run holds; 0 for an empty result.
    package let length: Int
    /// Per operand, 0 or 1.
    package let innerStrides: [Int]
    private let outer: [Int]
    private let outerStrides: [[Int]]

    /// Each operand's shape must broadcast to `shape`.
    package init(_ shape: Shape, _ operands: [Shape]) {
        let strides = operands.map { Runs.strides(of: $0, in: shape) }
        var lengths: [Int] = []
        var joined = [[Int]](repeating: [], count: operands.count)
        // From the last axis outwards: an axis joins the one inside it if every operand continues there without a gap.
        for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape[axis] != 1 {
            let continues = !lengths.isEmpty && strides.indices.allSatisfy {
                strides[$0][axis] == joined[$0][joined[$0].count - 1] * lengths[lengths.count - 1]
            }
            if continues {
                lengths[lengths.count - 1] *= shape[axis]
            } else {
                lengths.append(shape[axis])
                for i in strides.indices { joined[i].append(strides[i][axis]) }
            }
        }
        length = shape.axes.contains(0) ? 0 : lengths.first ?? 1
        innerStrides = joined.map { $0.first ?? 0 }
        outer = Array(lengths.dropFirst())
        outerStrides = joined.map { Array($0.dropFirst()) }
    }

    /// Calls `body` with each run's start in the result and in each operand.
    package func forEach(_ body: (_ at: Int, _ from: [Int]) -> Void) {
        if length == 0 { return }
        var counter = [Int](repeating: 0, count: outer.count)
        var from = [Int](repeating: 0, count: innerStrides.count)
        var at = 0
        var next = Account.blockSize
        while true {
            body(at, from)
            at += length
            if at >= next {
                if Account.shouldStop() { return }
                next = at + Account.blockSize
            }
            var axis = 0
            while axis < outer.count {
                counter[axis] += 1
                for i in from.indices { from[i] += outerStrides[i][axis] }
                if counter[axis] < outer[axis] { break }
                for i in from.indices { from[i] -= outerStrides[i][axis] * outer[axis] }
                counter[axis] = 0
                axis += 1
            }
            if axis == outer.count { return }
        }
    }

    /// Steps of an operand along each axis of the result: 0 where it stretches.
    private static func strides(of operand: Shape, in shape: Shape) -> [Int] {
        let own = operand.strides
        let missing = shape.rank - operand.rank
        return shape.axes.indices.map { axis in
            let inner = axis - missing
            return inner < 0 || operand[inner] == 1 ? 0 : own[inner]
        }
    }
}
