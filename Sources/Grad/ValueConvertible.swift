import Tensors

/// A type of Swift whose values go into the language and come out of it.
///
/// `Double`, `Float`, `Int`, `Bool` and `String` do; arrays of numbers, nested ones too, are tensors; arrays of anything else are lists;
/// dictionaries are records. Make a type of your own one by writing it in terms of these.
public protocol ValueConvertible {
    /// The value of the language.
    var gradValue: Value { get }

    /// From a value of the language.
    ///
    /// - Throws: A ``GradError`` of kind ``GradError/Kind-swift.enum/conversion`` if the value is not of this kind.
    init(gradValue: Value) throws(GradError)
}

extension Value {
    /// The value as a type of Swift: `try session.run("[1, 2]").as([Double].self)`.
    public func `as`<T: ValueConvertible>(_ type: T.Type = T.self) throws(GradError) -> T { try T(gradValue: self) }

    /// A value of a type of Swift.
    public init(_ value: some ValueConvertible) { self = value.gradValue }

    func mismatch(_ wanted: String) -> GradError {
        GradError(.conversion, message: "\(wanted) was asked for, but this is \(kindDescription)")
    }
}

extension Value: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { self }
    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) { self = gradValue }
}

extension Double: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .number(self) }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        switch gradValue {
        case .number(let number): self = number
        case .tensor(let tensor) where tensor.shape.isEmpty: self = tensor.storage.number
        default: throw gradValue.mismatch("a number")
        }
    }
}

extension Float: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .number(Double(self)) }
    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) { self = Float(try Double(gradValue: gradValue)) }
}

extension Int: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .number(Double(self)) }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        guard let whole = Int(exactly: try Double(gradValue: gradValue)) else { throw gradValue.mismatch("a whole number") }
        self = whole
    }
}

extension Bool: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .boolean(self) }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        guard case .boolean(let boolean) = gradValue else { throw gradValue.mismatch("true or false") }
        self = boolean
    }
}

extension String: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .text(self) }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        guard case .text(let text) = gradValue else { throw gradValue.mismatch("a string") }
        self = text
    }
}

extension Tensor: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .tensor(self) }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        switch gradValue {
        case .number(let number): try self.init([number], shape: [])
        case .tensor(let tensor): self = tensor
        default: throw gradValue.mismatch("a tensor")
        }
    }
}

extension Record: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .record(self) }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        guard case .record(let record) = gradValue else { throw gradValue.mismatch("a record") }
        self = record
    }
}

extension Function: ValueConvertible {
    /// As a value of the language.
    public var gradValue: Value { .function(self) }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Value) throws(GradError) {
        guard case .function(let function) = gradValue else { throw gradValue.mismatch("a function") }
        self = function
    }
}

extension Dictionary: ValueConvertible where Key == String, Value: ValueConvertible {
    /// A record, its fields in the order of their names.
    public var gradValue: Grad.Value {
        .record(Record(sorted { $0.key < $1.key }.map { ($0.key, $0.value.gradValue) }))
    }

    /// From a value of the language, which must be of this kind.
    public init(gradValue: Grad.Value) throws(GradError) {
        self.init()
        for (name, value) in try Record(gradValue: gradValue) { self[name] = try Value(gradValue: value) }
    }
}
