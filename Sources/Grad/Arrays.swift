import Tensors

extension Array: ValueConvertible where Element: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value {
        if let numbers = self as? [Double] { return .tensor(Tensor(numbers)) }
        if isEmpty { return Element.self is any BinaryFloatingPoint.Type || Element.self == Int.self ? .tensor(Tensor([])) : .list([]) }
        return .stacking(map(\.gradValue))
    }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        switch gradValue {
        case .tensor(let tensor) where tensor.shape.count == 1:
            if let numbers = tensor.numbers as? [Element] {
                self = numbers
            } else {
                self = try tensor.numbers.convert { number throws(GradError) in try Element(gradValue: .number(number)) }
            }
        case .tensor(let tensor) where tensor.shape.count > 1:
            self = try tensor.rows.convert { row throws(GradError) in try Element(gradValue: .tensor(row)) }
        case .list(let elements): self = try elements.convert { value throws(GradError) in try Element(gradValue: value) }
        default: throw gradValue.mismatch("a tensor or a list")
        }
    }
}

extension Array {
    /// Like `map`, which does not tell the type of errors in a position that wants it.
    fileprivate func convert<T>(_ body: (Element) throws(GradError) -> T) throws(GradError) -> [T] {
        var result: [T] = []
        result.reserveCapacity(count)
        for element in self { result.append(try body(element)) }
        return result
    }
}

extension Value {
    /// The elements one above another as a tensor where they are numbers or tensors of one shape, as `[…]` does in the language; otherwise
    /// a list.
    static func stacking(_ elements: [Value]) -> Value {
        guard let first = elements.first?.numericShape, elements.allSatisfy({ $0.numericShape == first }),
            let shape = try? Shape.checked([elements.count] + first)
        else { return .list(elements) }
        let isSingle = elements.allSatisfy { if case .tensor(let tensor) = $0 { tensor.precision == .single } else { false } }
        var numbers: [Double] = []
        numbers.reserveCapacity(shape.count)
        for element in elements {
            switch element {
            case .number(let number): numbers.append(number)
            case .tensor(let tensor): numbers += tensor.numbers
            default: break
            }
        }
        return .tensor(Tensor(Tensors.Tensor(numbers, shape: shape, type: isSingle ? .f32 : .f64)))
    }

    /// `[]` for a number; `nil` for what is neither number nor tensor.
    private var numericShape: [Int]? {
        switch self {
        case .number: []
        case .tensor(let tensor): tensor.shape
        default: nil
        }
    }
}

extension Tensor {
    /// The parts along the first axis, which there must be.
    fileprivate var rows: [Tensor] {
        let shape = Shape(Array(self.shape.dropFirst()))
        let numbers = numbers
        return (0..<self.shape[0]).map { row in
            Tensor(Tensors.Tensor(Array(numbers[row * shape.count..<(row + 1) * shape.count]), shape: shape, type: storage.type))
        }
    }
}
