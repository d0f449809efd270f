package import Autodiff
package import Plots
package import Tensors

/// A value of the language. Every payload is a number or one reference, so that a value is copied in two words.
package enum Value {
    /// What a statement gives, and what a name holds before it is introduced.
    case nothing
    case number(Double)
    case boolean(Bool)
    case text(Text)
    case tensor(TensorValue)
    /// A number or tensor on a tape that is being recorded.
    case node(Node)
    case list(List)
    case record(Record)
    case range(RangeValue)
    case function(Callable)
    case object(ObjectValue)
    /// A variable that a closure shares and updates; only in slots, never seen by a program.
    case cell(Cell)
}

package final class Text {
    package let string: String
    private let charge: Charge

    package init(_ string: String) {
        self.string = string
        charge = Charge(string.utf8.count + 48)
    }
}

package final class TensorValue {
    package var tensor: Tensor
    package init(_ tensor: Tensor) { self.tensor = tensor }
}

package final class List {
    package let elements: [Value]
    package let extent: Extent
    private let charge: Charge

    package init(_ elements: [Value]) {
        self.elements = elements
        extent = Extent(of: elements)
        charge = Charge(elements.count * MemoryLayout<Value>.stride + 64)
    }
}

/// Named fields in the order they were written.
package final class Record {
    package let names: [String]
    package let values: [Value]
    package let extent: Extent
    private let charge: Charge

    package init(names: [String], values: [Value]) {
        (self.names, self.values) = (names, values)
        extent = Extent(of: values)
        charge = Charge(names.count * 2 * MemoryLayout<Value>.stride + 96)
    }

    package convenience init(_ fields: [(String, Value)]) {
        self.init(names: fields.map(\.0), values: fields.map(\.1))
    }

    package subscript(name: String) -> Value? {
        // Records are small: a search along the names beats hashing.
        for (index, candidate) in names.enumerated() where candidate == name { return values[index] }
        return nil
    }

    /// A copy with one field changed, or added at the end.
    package func setting(_ name: String, to value: Value) -> Record {
        var (names, values) = (names, values)
        if let index = names.firstIndex(of: name) {
            values[index] = value
        } else {
            names.append(name)
            values.append(value)
        }
        return Record(names: names, values: values)
    }
}

/// `lower...upper` or `lower..<upper`, in steps of 1.
package final class RangeValue {
    package let lower: Double
    package let upper: Double
    package let isClosed: Bool

    package init(lower: Double, upper: Double, isClosed: Bool) {
        (self.lower, self.upper, self.isClosed) = (lower, upper, isClosed)
    }

    /// How many numbers it runs through; infinite for an unbounded range.
    package var count: Double {
        if isClosed { return max(0, (upper - lower).rounded(.down) + 1) }
        return max(0, (upper - lower).rounded(.up))
    }
}

package final class Cell {
    @exclusivity(unchecked) package var value: Value
    /// The journal that remembers its old value.
    @exclusivity(unchecked) var journal = 0
    package init(_ value: Value) { self.value = value }
}

/// Things that only Swift can make, with fields that a program can read: a run, a table, a figure.
open class ObjectValue {
    package init() {}
    /// As in "a run".
    package var typeName: String { "an object" }
    package var fieldNames: [String] { [] }
    package func field(_ name: String) -> Value? { nil }
    /// What is printed.
    package func describe(_ style: NumberStyle) -> String { typeName }
    /// What `plot` shows of it; `nil` for what has no picture.
    package func figure() -> Figure? { nil }
    /// Its double for another machine; itself where it never changes and holds no function.
    func transplanted(by transplant: Transplant) throws -> ObjectValue { throw Transplant.Unmovable() }
    /// The files that `save` can store it in; none unless it says so.
    package var fileForms: [FileForm] { [] }

    // An object may hold elements, as a table holds rows: then it can be indexed, looped over and filtered.

    /// How many elements it has; `nil` for one without.
    package var elementCount: Int? { nil }
    package func element(_ index: Int) -> Value { .nothing }
    /// The same kind of thing with only the elements at some places, in their order.
    package func elements(at places: [Int]) -> Value { .nothing }
    /// What `shape` tells of it.
    package var shape: Shape? { nil }
}

extension Value {
    package static func string(_ string: String) -> Value { .text(Text(string)) }
    package static func list(_ elements: [Value]) -> Value { .list(List(elements)) }
    package static func record(_ fields: [(String, Value)]) -> Value { .record(Record(fields)) }

    /// A tensor as a value; a plain number when it is one.
    package init(_ tensor: Tensor) {
        self = tensor.isNumber ? .number(tensor.number) : .tensor(TensorValue(tensor))
    }

    package var isNothing: Bool {
        if case .nothing = self { true } else { false }
    }

    /// Without its tape: a node whose tape is closed is its value. All else is itself.
    package var settled: Value {
        if case .node(let node) = self, !node.isLive { Value.plain(node) } else { self }
    }

    /// The value of a node, without its tape.
    package static func plain(_ node: Node) -> Value {
        node.primitive.isPredicate && node.value.rank == 0 ? .boolean(node.value.number != 0) : Value(node.value)
    }

    /// The number or tensor in it, if it is one; of a node, its value, which a plan then has to come to again.
    package var tensor: Tensor? {
        if case .node(let node) = self { node.tape.observe(node) }
        return outline
    }

    /// As `tensor`, for its shape and type alone: nothing goes by its numbers.
    package var outline: Tensor? {
        switch self {
        case .number(let number): Tensor(number)
        case .tensor(let box): box.tensor
        case .node(let node): node.value
        default: nil
        }
    }

    /// In a message: "a number", "a tensor of shape [2, 3]".
    package var typeDescription: String {
        switch self {
        case .nothing: "nothing"
        case .number: "a number"
        case .boolean: "a boolean"
        case .text: "a string"
        case .tensor(let box):
            box.tensor.rank == 0 ? "a number (\(box.tensor.type.name))" : "a tensor of shape \(box.tensor.shape)"
        case .node(let node): Value.plain(node).typeDescription
        case .list: "a list"
        case .record: "a record"
        case .range: "a range"
        case .function: "a function"
        case .object(let object): object.typeName
        case .cell(let cell): cell.value.typeDescription
        }
    }
}
