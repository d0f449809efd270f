package import Kernels
package import Tensors

/// An operation that the tape records: everything about it in one declaration. Evaluation, gradients of any order, formulas,
/// help, the reference page and the tests of every primitive are readings of this value.
package final class Primitive: Sendable {
    /// How it is called in the language.
    package let name: String
    /// What a call takes, in order: operands (differentiable tensors) first, then attributes.
    package let parameters: [Parameter]
    /// One line for `:help`, in words, with the formula where there is one.
    package let summary: String
    /// Lines of Grad that run, each with its result after `# `: `"exp(0)  # 1"`.
    package let examples: [String]
    /// The result's shape from the operands'; refuses operands that do not fit.
    package let shape: @Sendable ([Shape], Attributes) throws(PrimitiveError) -> Shape
    /// The value. Called only with operands whose shapes `shape` accepted.
    package let kernel: @Sendable ([Tensor], Attributes) throws(PrimitiveError) -> Tensor
    package let derivative: Derivative
    /// Whose values the derivative reads. The last sweep of a tape lets go of large ones that no rule reads; one that is read nevertheless is computed again.
    package let reads: Reads
    /// The elementwise operation that kernels and plans run; `nil` for all that is not elementwise.
    package let operation: grad_operation?
    /// How it is written in a formula.
    package let notation: Notation
    /// The calculus rule that the derivative is called by: "power rule".
    package let rule: String
    /// Where its derivatives are checked against finite differences.
    package let points: [TestPoint]
    /// Hidden ones serve derivative rules and have no name in the language.
    package let isHidden: Bool
    /// True or false for numbers: a comparison.
    package let isPredicate: Bool
    /// Gives its last operand as it is: only its derivative is its own.
    package let isTransparent: Bool
    /// How many times the memory of its operands the kernel needs besides its result, at most: for copies in
    /// another order, and for factors.
    package let workspace: Int

    package init(
        _ name: String, _ parameters: [Parameter], summary: String, examples: [String] = [],
        shape: @escaping @Sendable ([Shape], Attributes) throws(PrimitiveError) -> Shape,
        kernel: @escaping @Sendable ([Tensor], Attributes) throws(PrimitiveError) -> Tensor,
        derivative: Derivative, reads: Reads = .everything, operation: grad_operation? = nil, notation: Notation = .call, rule: String = "",
        points: [TestPoint] = [], isHidden: Bool = false, isPredicate: Bool = false, isTransparent: Bool = false,
        workspace: Int = 0
    ) {
        self.name = name
        self.parameters = parameters
        self.summary = summary
        self.examples = examples
        self.shape = shape
        self.kernel = kernel
        self.derivative = derivative
        self.reads = reads
        self.operation = operation
        self.notation = notation
        self.rule = rule
        self.points = points
        self.isHidden = isHidden
        self.isPredicate = isPredicate
        self.isTransparent = isTransparent
        self.workspace = workspace
    }

    /// The value for these operands: shapes checked, then computed.
    package func evaluate(_ operands: [Tensor], _ attributes: Attributes = .none) throws(PrimitiveError) -> Tensor {
        if let operation, let number = Primitive.scalar(operation, operands) { return Tensor(number) }
        let result = try shape(operands.map(\.shape), attributes)
        try Account.admit(result.axes, workspace: workspace(for: operands))
        let value = try kernel(operands, attributes)
        try Account.finish(computing: value.count)
        return value
    }

    /// Bytes for copies of the operands: in f64 where the types differ, and as many as the kernel needs.
    private func workspace(for operands: [Tensor]) -> Int {
        var (all, single, double) = (0, 0, 0)
        for operand in operands {
            all &+= operand.byteCount
            if operand.type == .f32 { single &+= operand.byteCount } else { double &+= operand.byteCount }
        }
        return all &* workspace &+ (double > 0 ? 2 &* single : 0)
    }

    /// Numbers skip shapes and kernels.
    private static func scalar(_ operation: grad_operation, _ operands: [Tensor]) -> Double? {
        switch operands.count {
        case 1 where operands[0].isNumber:
            grad_scalar(operation, operands[0].number, 0, 0)
        case 2 where operands[0].isNumber && operands[1].isNumber:
            grad_scalar(operation, operands[0].number, operands[1].number, 0)
        default: nil
        }
    }
}

extension Tensor {
    /// A plain number of the language: rank 0, 64 bits.
    package var isNumber: Bool { storage == nil && type == .f64 }
}

/// What a call of a primitive takes.
package struct Parameter: Sendable {
    package enum Kind: Sendable {
        /// One differentiable tensor or number.
        case operand
        /// A list of tensors, taken as that many operands; only as a primitive's single operand parameter.
        case operands
        /// A whole number.
        case int
        /// A whole number or a list of them.
        case ints
        case flag
        case real
        case text
    }

    package let name: String
    package let kind: Kind
    /// What stands for an attribute that is not given; `nil` when it must be given.
    package let defaultValue: Attribute?

    package static func operand(_ name: String) -> Parameter { Parameter(name: name, kind: .operand, defaultValue: nil) }
    package static func operands(_ name: String) -> Parameter { Parameter(name: name, kind: .operands, defaultValue: nil) }
    package static func attribute(_ name: String, _ kind: Kind, default value: Attribute? = nil) -> Parameter {
        Parameter(name: name, kind: kind, defaultValue: value)
    }

    package var isOperand: Bool {
        switch kind {
        case .operand, .operands: true
        default: false
        }
    }
}

/// How adjoints pass from a primitive's result to its operands. Rules are written in the primitives themselves,
/// so that they are differentiable in turn.
package enum Derivative: Sendable {
    /// Piecewise constant, or not meant to be differentiated: nothing passes.
    case zero
    /// One rule for each operand; one that is not needed is not run. A contribution of a broadcast shape is summed to
    /// the operand's shape by the sweep.
    case each([@Sendable (Derivation) -> Node?])
    /// One rule for all operands together, for a list of them or where the work is shared.
    case joint(@Sendable (Derivation) -> [Node?])
}

/// Whose values a derivative rule reads, beside the adjoint's; all see shapes and types.
package struct Reads: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let operands = Reads(rawValue: 1)
    package static let result = Reads(rawValue: 2)
    package static let everything: Reads = [.operands, .result]
    package static let nothing: Reads = []
}

/// What a derivative rule sees.
package struct Derivation {
    package let operands: [Node]
    package let output: Node
    /// The adjoint of the output, of its shape.
    package let adjoint: Node
    package let attributes: Attributes
    package let tape: Tape

    package var x: Node { operands[0] }
    package var y: Node { output }
    package var g: Node { adjoint }
}

/// How a primitive is written in a formula.
package enum Notation: Sendable {
    /// `name(operands, attribute: …)`
    case call
    case infix(String)
    case prefix(String)
    case postfix(String)
}

/// Operands at which a primitive's derivatives are checked, first and second order.
package struct TestPoint: Sendable {
    package let operands: [Tensor]
    package let attributes: Attributes
    /// The operands to differentiate by; indices and masks are left out.
    package let variables: [Int]
    /// At a kink, finite differences mean nothing: only the value and the documented derivative are checked elsewhere.
    package let isSmooth: Bool

    package init(_ operands: [Tensor], _ attributes: Attributes = .none, variables: [Int]? = nil, isSmooth: Bool = true) {
        self.operands = operands
        self.attributes = attributes
        self.variables = variables ?? Array(operands.indices)
        self.isSmooth = isSmooth
    }
}

extension Primitive: Hashable {
    package static func == (a: Primitive, b: Primitive) -> Bool { a === b }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
