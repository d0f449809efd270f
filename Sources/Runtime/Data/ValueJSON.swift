import Datasets
import Syntax
import Tensors

// Values and JSON: records are objects, tensors and lists are arrays; NaN and the infinities, which JSON lacks, are null.

extension JSON {
    init(_ tensor: Tensor) {
        let numbers = tensor.numbers
        func part(_ axes: ArraySlice<Int>, _ range: Range<Int>) -> JSON {
            guard let axis = axes.first else { return .number(numbers[range.lowerBound]) }
            let size = axis == 0 ? 0 : range.count / axis
            return .array((0..<axis).map { part(axes.dropFirst(), (range.lowerBound + $0 * size)..<(range.lowerBound + ($0 + 1) * size)) })
        }
        self = part(tensor.shape.axes[...], 0..<numbers.count)
    }

    init(_ value: Value) throws(DataError) {
        switch value.settled {
        case .nothing: self = .null
        case .boolean(let boolean): self = .boolean(boolean)
        case .text(let text): self = .text(text.string)
        case .list(let list):
            var elements: [JSON] = []
            for element in list.elements { elements.append(try JSON(element)) }
            self = .array(elements)
        case .record(let record):
            var members: [(name: String, value: JSON)] = []
            for (name, value) in zip(record.names, record.values) { members.append((name, try JSON(value))) }
            self = .object(members)
        case let value:
            guard let tensor = value.tensor else { throw DataError("\(value.typeDescription) has no form in JSON") }
            self.init(tensor)
        }
    }
}

extension Value {
    /// An array of numbers, or of such arrays of one shape, is a tensor; `null` among them is nan.
    init(_ json: JSON) {
        switch json {
        case .null: self = .number(.nan)
        case .boolean(let boolean): self = .boolean(boolean)
        case .number(let number): self = .number(number)
        case .text(let text): self = .string(text)
        case .object(let members):
            // Of a name that comes twice the last counts, as in other readers. Names are spelled as the language does: `beta` is `β`.
            self = .record(members.reduce(Record(names: [], values: [])) { $0.setting(canonicalName($1.name), to: Value($1.value)) })
        case .array(let elements):
            let values = elements.map { Value($0) }
            let tensors = values.compactMap(\.tensor)
            guard tensors.count == values.count, tensors.allSatisfy({ $0.shape == tensors[0].shape }) else {
                self = .list(values)
                return
            }
            let shape = Shape([values.count] + (tensors.first?.shape.axes ?? []))
            self = .tensor(TensorValue(Tensor(tensors.flatMap(\.numbers), shape: shape)))
        }
    }
}
