package import Tensors

/// One entry of a tape: an operation, what it was applied to, and the value it gave.
///
/// Operands are positions on the tape rather than references, so that freeing a tape of a million nodes does not
/// recurse a million deep.
package final class Node {
    package let primitive: Primitive
    package let attributes: Attributes
    private var held: Tensor
    /// Whether the value was let go of; it is computed again for who asks nevertheless.
    package private(set) var isHollow = false
    package let operands: Operands
    package let index: Int
    package let tape: Tape
    /// Where in the source it was made.
    package let origin: Origin

    init(
        _ primitive: Primitive, _ attributes: Attributes, _ value: Tensor, _ operands: Operands, index: Int, tape: Tape,
        origin: Origin
    ) {
        self.primitive = primitive
        self.attributes = attributes
        held = value
        self.operands = operands
        self.index = index
        self.tape = tape
        self.origin = origin
    }

    package var value: Tensor { isHollow ? recomputed : held }
    package var shape: Shape { held.shape }
    package var type: ElementType { held.type }
    package var isConstant: Bool { primitive === Primitive.constant }

    /// Once its tape is closed, a node that is still held stands for its value alone.
    package var isLive: Bool { tape.isOpen }

    /// Keeps no more than shape and type of a large value that can be computed again: not of a leaf.
    func letGo() {
        guard primitive !== Primitive.constant, primitive !== Primitive.variable, held.storage != nil, shape.count >= tape.leastLetGo else { return }
        held.letGo()
        isHollow = true
    }

    private var recomputed: Tensor {
        do throws(PrimitiveError) {
            tape.recomputed += 1
            return try primitive.evaluate((0..<Int(operands.count)).map { operand($0).value }, attributes)
        } catch {
            tape.fail(error)
            return Tensor(repeating: .nan, shape: shape, type: type)
        }
    }

    /// The node under one position of `operands`.
    package func operand(_ position: Int) -> Node { tape.nodes[Int(operands[position])] }
}

/// Up to three positions in place, more in an array.
package struct Operands: Sendable {
    package let count: Int32
    private let first: Int32
    private let second: Int32
    private let third: Int32
    private let rest: [Int32]?

    package static let none = Operands([])

    init(_ a: Int) { (count, first, second, third, rest) = (1, Int32(a), 0, 0, nil) }
    init(_ a: Int, _ b: Int) { (count, first, second, third, rest) = (2, Int32(a), Int32(b), 0, nil) }
    init(_ all: [Int]) {
        count = Int32(all.count)
        first = all.count > 0 ? Int32(all[0]) : 0
        second = all.count > 1 ? Int32(all[1]) : 0
        third = all.count > 2 ? Int32(all[2]) : 0
        rest = all.count > 3 ? all.map(Int32.init) : nil
    }

    package subscript(position: Int) -> Int32 {
        if let rest { return rest[position] }
        return position == 0 ? first : position == 1 ? second : third
    }
}

/// An opaque place in a source text that the runtime gives and reads back.
package struct Origin: Hashable, Sendable {
    package let source: Int32
    package let start: Int32
    package let end: Int32
    package init(source: Int32, start: Int32, end: Int32) {
        (self.source, self.start, self.end) = (source, start, end)
    }
    package static let unknown = Origin(source: -1, start: 0, end: 0)
}
