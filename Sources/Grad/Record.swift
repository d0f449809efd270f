/// Named fields, in the order in which they were written.
public struct Record: Sendable {
    private var fields: [Element]

    /// A record without fields.
    public init() { fields = [] }

    /// A record of these fields; of two with the same name the later counts.
    public init(_ fields: some Sequence<(String, Value)>) {
        self.fields = []
        for (name, value) in fields { self[name] = value }
    }

    /// The field of a name; `nil` where there is none. Setting it to `nil` removes it.
    public subscript(name: String) -> Value? {
        get { fields.first { $0.name == name }?.value }
        set {
            let index = fields.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// The names of the fields.
    public var names: [String] { fields.map(\.name) }
}

extension Record: RandomAccessCollection {
    /// One field.
    public typealias Element = (name: String, value: Value)

    /// The place of the first field.
    public var startIndex: Int { fields.startIndex }
    /// The place behind the last field.
    public var endIndex: Int { fields.endIndex }
    /// The field at a place.
    public subscript(position: Int) -> Element { fields[position] }
}

extension Record: Equatable {
    /// Whether both have the same fields, in whatever order.
    public static func == (a: Record, b: Record) -> Bool {
        a.count == b.count && a.allSatisfy { b[$0.name] == $0.value }
    }
}

extension Record: ExpressibleByDictionaryLiteral {
    /// A record of these fields, in this order.
    public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }
}
