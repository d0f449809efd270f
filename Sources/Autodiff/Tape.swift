package import Tensors

/// The linear record of one outermost derivative. Values are real, so branches, loops and `print` behave as they read; the
/// reverse sweep appends its own operations to the same tape, which makes a gradient differentiable in turn.
package final class Tape {
    package private(set) var nodes: [Node] = []
    private var charge = Charge(0)
    package private(set) var isOpen = true
    /// The place in the source that nodes recorded now belong to.
    package var origin = Origin.unknown
    /// The first error of a derivative rule; rules are expressions and cannot throw, so the sweep looks here.
    package private(set) var failure: PrimitiveError?
    /// Whether something chose between branches elementwise: then a contribution through a zero adjoint is held at zero,
    /// so that NaN from the branch not taken does not leak.
    package private(set) var hasSelection = false
    /// Whether a plan is to be made of it.
    package var isForPlan = false
    /// Longer than this it is no use to who records it.
    package var mostNodes = Int.max
    /// Whether a formula is to be made of it: then lengths that are divided by stay visible instead of becoming part of a constant.
    package var isForFormula = false
    /// Nodes whose value decided something outside the tape (a branch, a count, an index): a plan made of the tape holds only while they
    /// come out the same.
    private var guards: Set<Int> = []
    /// The variables that hold random numbers, in the order in which those were drawn.
    package private(set) var draws: [(node: Node, draw: Draw)] = []
    /// Where the first reverse sweep began to record; everything before was recorded by the program.
    package internal(set) var firstAdjoint = Int.max
    /// Values of fewer numbers are not worth letting go of.
    package var leastLetGo = 256
    /// How many values were computed again, having been let go of.
    package internal(set) var recomputed = 0
    /// Called now and then; throws to stop the sweep (Ctrl-C, a limit).
    package var poll: (() throws -> Void)?

    package init() {}

    /// Drops all nodes. Those still held elsewhere keep their values.
    package func close() {
        isOpen = false
        charge.grow(by: -Tape.bytes(of: nodes.count))
        nodes = []
        guards = []
        draws = []
        poll = nil
    }

    /// In the last sweep: where it began to record what belongs to the node at hand. Values made since are let go of as soon as only the tape holds them.
    var letsGoFrom: Int?

    /// Nothing that is recorded from here on is derived.
    package func letGoFromHere() { letsGoFrom = nodes.count }

    /// A rule's newest nodes are looked at before each operation; a long rule is not gone through again and again.
    private static let newest = 8

    /// Lets go of values that only the tape holds.
    func letGo(of places: Range<Int>, where isDone: (Int) -> Bool = { _ in true }) {
        for place in places where isDone(place) && isKnownUniquelyReferenced(&nodes[place]) { nodes[place].letGo() }
    }

    /// Something outside of the tape goes by the value of this node.
    package func observe(_ node: Node) { if (isForPlan || isForFormula) && !node.isConstant { guards.insert(node.index) } }

    /// The nodes observed, in the order of the tape.
    package var guarded: [Node] { guards.sorted().map { nodes[$0] } }

    package func constant(_ value: Tensor) -> Node { append(.constant, .none, value, .none) }

    /// A constant that says how many numbers there are; formulas call it by its name.
    func constant(_ value: Tensor, isCount: Bool) -> Node { append(.constant, Attributes([.flag(isCount)]), value, .none) }

    /// A fresh variable with this value.
    package func variable(_ value: Tensor) -> Node { append(.variable, .none, value, .none) }

    /// A fresh variable that an outer derivative can see through: its value depends on `node`.
    package func variable(_ node: Node) -> Node { append(.variable, .none, node.value, Operands(node.index)) }

    /// A variable that stands for a draw, with the numbers drawn this time.
    package func drawn(_ draw: Draw, _ numbers: Tensor) -> Node {
        let node = variable(numbers)
        draws.append((node, draw))
        return node
    }

    /// Applies a primitive and records it.
    package func apply(
        _ primitive: Primitive, _ operands: [Node], _ attributes: Attributes = .none
    ) throws(PrimitiveError) -> Node {
        if let letsGoFrom { letGo(of: max(letsGoFrom, nodes.count - Tape.newest)..<nodes.count) }
        let value = try primitive.evaluate(operands.map(\.value), attributes)
        if operands.allSatisfy(\.isConstant), !(isForFormula && operands.contains { $0.isCount }) { return constant(value) }
        if primitive.selects { hasSelection = true }
        return append(primitive, attributes, value, Operands(operands.map(\.index)))
    }

    /// `apply` for derivative rules: an error is kept for the sweep to find.
    func applied(_ primitive: Primitive, _ operands: [Node], _ attributes: Attributes = .none) -> Node {
        do throws(PrimitiveError) {
            return try apply(primitive, operands, attributes)
        } catch {
            fail(error)
            return operands.first ?? constant(Tensor(.nan))
        }
    }

    /// Reports an error from within a derivative rule; the sweep throws it.
    package func fail(_ error: PrimitiveError) { if failure == nil { failure = error } }

    func takeFailure() -> PrimitiveError? {
        defer { failure = nil }
        return failure
    }

    private func append(
        _ primitive: Primitive, _ attributes: Attributes, _ value: Tensor, _ operands: Operands
    ) -> Node {
        let node = Node(primitive, attributes, value, operands, index: nodes.count, tape: self, origin: origin)
        nodes.append(node)
        if nodes.count % Tape.charged == 0 { charge.grow(by: Tape.bytes(of: Tape.charged)) }
        return node
    }

    /// Nodes are charged so many at a time.
    private static let charged = 64
    private static let bytesPerNode = 240
    private static func bytes(of count: Int) -> Int { count / charged * charged * bytesPerNode }
}

extension Primitive {
    /// Leaves of the tape. `variable` may have an operand: the outer node whose value it took.
    package static let variable: Primitive = Primitive(
        "variable", [.operand("x")], summary: "what a derivative is taken by",
        shape: { (shapes, _) throws(PrimitiveError) in shapes[0] },
        kernel: { (operands, _) throws(PrimitiveError) in operands[0] },
        derivative: .each([{ $0.g }]), isHidden: true)

    package static let constant: Primitive = Primitive(
        "constant", [], summary: "a value that nothing is differentiated by",
        shape: { (_, _) throws(PrimitiveError) in .scalar },
        kernel: { (_, _) throws(PrimitiveError) in Tensor(0) },
        derivative: .zero, isHidden: true)
}
