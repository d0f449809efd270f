import Runtime

// Values across the border between Swift and the language.

extension Session {
    /// A value of the language for Swift.
    func lift(_ value: Runtime.Value) -> Value {
        switch value.settled {
        case .nothing: .nothing
        case .number(let number): .number(number)
        case .boolean(let boolean): .boolean(boolean)
        case .text(let text): .text(text.string)
        case .tensor(let box): .tensor(Tensor(box.tensor))
        case .list(let list): .list(list.elements.map(lift))
        case .record(let record): .record(Record(zip(record.names, record.values.map(lift))))
        case .function(let callable): .function(Function(callable: callable, owner: owner))
        case .cell(let cell): lift(cell.value)
        case let other: .other(Opaque(other, of: owner))
        }
    }

    /// A value from Swift for the language.
    func lower(_ value: Value) throws(GradError) -> Runtime.Value {
        switch value {
        case .nothing: return .nothing
        case .number(let number): return .number(number)
        case .boolean(let boolean): return .boolean(boolean)
        case .text(let text): return .string(text)
        case .tensor(let tensor): return Runtime.Value(tensor.storage)
        case .list(let elements):
            var lowered: [Runtime.Value] = []
            for element in elements { lowered.append(try lower(element)) }
            return .list(lowered)
        case .record(let record):
            var fields: [(String, Runtime.Value)] = []
            for (name, value) in record { fields.append((name, try lower(value))) }
            return .record(fields)
        case .function(let function):
            try checkOwner(function.owner, function.description)
            return .function(function.callable)
        case .other(let opaque):
            try checkOwner(opaque.owner, opaque.description)
            return opaque.value
        }
    }

    private func checkOwner(_ owner: Owner, _ name: String) throws(GradError) {
        guard owner === self.owner else {
            throw GradError(.conversion, message: "`\(name)` belongs to another session")
        }
    }
}
