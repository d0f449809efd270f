import Runtime

/// A value of the language, as Swift sees it.
public enum Value: Sendable, Equatable {
    /// What a statement without a value gives.
    case nothing
    /// A number.
    case number(Double)
    /// `true` or `false`.
    case boolean(Bool)
    /// A string.
    case text(String)
    /// A tensor of rank 1 or more, or a number in single precision.
    case tensor(Tensor)
    /// A list of values of any kind.
    case list([Value])
    /// Named fields.
    case record(Record)
    /// A function, to be called with ``Session/call(_:_:named:)-(Function,_,_)`` or given back to the language.
    case function(Function)
    /// Anything else, such as a range or a training run: it can be kept and given back to its session.
    case other(Opaque)
}

extension Value: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number.
    public init(integerLiteral value: Int) { self = .number(Double(value)) }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .text(value) }
}

extension Value: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// A tensor where the elements are numbers or tensors of one shape, as in the language; otherwise a list.
    public init(arrayLiteral elements: Value...) { self = .stacking(elements) }
    /// A record.
    public init(dictionaryLiteral elements: (String, Value)...) { self = .record(Record(elements)) }
}

extension Value: CustomStringConvertible {
    /// As the language shows it.
    public var description: String {
        switch self {
        case .function(let function): function.description
        case .other(let opaque): opaque.description
        case .list(let list): NumberStyle().describe(.list(list.map(\.shown)))
        default: NumberStyle().describe(shown)
        }
    }

    /// For showing: functions and objects stand as they are.
    private var shown: Runtime.Value {
        switch self {
        case .nothing: .nothing
        case .number(let number): .number(number)
        case .boolean(let boolean): .boolean(boolean)
        case .text(let text): .string(text)
        case .tensor(let tensor): Runtime.Value(tensor.storage)
        case .list(let elements): .list(elements.map(\.shown))
        case .record(let record): .record(record.map { ($0.name, $0.value.shown) })
        case .function(let function): .function(function.callable)
        case .other(let opaque): opaque.value
        }
    }
}

extension Value {
    /// "a number", "a tensor of shape [2, 3]", as messages call it.
    var kindDescription: String {
        if case .tensor(let tensor) = self { return "a tensor of shape \(tensor.shape)" }
        return shown.typeDescription
    }
}

/// A function of the language.
///
/// It belongs to the session that it came from, and can be called and given back only there.
public struct Function: @unchecked Sendable, Equatable, CustomStringConvertible {
    // Sendable: it only holds on to the function. Whoever calls it needs the session, which is not Sendable.
    let callable: Callable
    let owner: Owner

    /// Its name; `nil` for one without.
    public var name: String? { callable.name }

    /// The names of its parameters.
    public var parameters: [String] { callable.parameters.map(\.name) }

    /// As the language shows it: `L(w)`.
    public var description: String { NumberStyle().describe(.function(callable)) }

    /// Whether both are the very same function.
    public static func == (a: Function, b: Function) -> Bool { a.callable === b.callable }
}

/// A value that has no form in Swift, kept as it is.
public struct Opaque: @unchecked Sendable, Equatable, CustomStringConvertible {
    // Sendable for the same reason as a function.
    let value: Runtime.Value
    let owner: Owner

    /// As the language shows it.
    public let description: String

    init(_ value: Runtime.Value, of owner: Owner) {
        self.value = value
        self.owner = owner
        description = NumberStyle().describe(value)
    }

    /// Whether both are the very same thing.
    public static func == (a: Opaque, b: Opaque) -> Bool { a.value.isIdentical(to: b.value) }
}
