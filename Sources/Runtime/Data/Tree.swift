import Datasets
import Syntax
import Tensors

/// Records and lists of tensors as the tensors of a file: `layers.0.w`, the name that a part has on its way from the root. What names
/// cannot tell (text, true and false, the order of fields) stands beside them as the value's form.
enum Tree {
    private static let formName = "grad.form"

    static func file(_ value: Value) throws(DataError) -> Safetensors {
        var file = Safetensors(metadata: [(formName, try form(value).description)])
        try append(value, "", to: &file)
        return file
    }

    /// A file of our own in its form; one of others with the dots in its names as fields.
    static func value(_ file: Safetensors) throws(DataError) -> Value {
        guard let text = file.text(formName) else { return nested(file.tensors) }
        return try value(JSON.parse(Array(text.utf8)), "", in: file)
    }

    // MARK: Forms

    /// How a value is built, its numbers aside: `["record", ["w", "tensor"], …]`.
    static func form(_ value: Value, _ path: String = "") throws(DataError) -> JSON {
        switch value.settled {
        case .list(let list):
            var parts: [JSON] = [.text("list")]
            for (index, element) in list.elements.enumerated() { parts.append(try form(element, joined(path, "\(index)"))) }
            return .array(parts)
        case .record(let record):
            var parts: [JSON] = [.text("record")]
            for (name, value) in zip(record.names, record.values) { parts.append(.array([.text(name), try form(value, joined(path, name))])) }
            return .array(parts)
        case .boolean(let boolean): return .boolean(boolean)
        case .text(let text): return .array([.text("text"), .text(text.string)])
        case .nothing: return .null
        case let value where value.isNumeric: return .text("tensor")
        case let value:
            throw DataError(
                "\(path.isEmpty ? "it" : "`\(path)`") is \(value.typeDescription), which a file of tensors cannot hold",
                hint: path.contains(".") || path.isEmpty ? nil : "`without(p, \"\(path)\")` leaves it out")
        }
    }

    /// Adds the numbers and tensors in a value under their names.
    static func append(_ value: Value, _ path: String, to file: inout Safetensors) throws(DataError) {
        switch value.settled {
        case .list(let list):
            for (index, element) in list.elements.enumerated() { try append(element, joined(path, "\(index)"), to: &file) }
        case .record(let record):
            for (name, value) in zip(record.names, record.values) { try append(value, joined(path, name), to: &file) }
        case let value:
            guard let tensor = value.tensor else { return }
            let name = path.isEmpty ? "value" : path
            guard file[name] == nil else { throw DataError("two parts would both be called `\(name)` in the file") }
            file.tensors.append((name, tensor))
        }
    }

    /// The value of a form, its numbers out of a file.
    static func value(_ form: JSON, _ path: String, in file: Safetensors) throws(DataError) -> Value {
        switch form {
        case .boolean(let boolean): return .boolean(boolean)
        case .null: return .nothing
        case .text("tensor"):
            let name = path.isEmpty ? "value" : path
            guard let tensor = file[name] else { throw DataError("the file lacks `\(name)`") }
            return Value(tensor)
        case .array(let parts):
            switch parts.first?.text {
            case "text": if parts.count == 2, let text = parts[1].text { return .string(text) }
            case "list":
                var elements: [Value] = []
                for (index, part) in parts.dropFirst().enumerated() { elements.append(try value(part, joined(path, "\(index)"), in: file)) }
                return .list(elements)
            case "record":
                var fields: [(String, Value)] = []
                for part in parts.dropFirst() {
                    guard let field = part.array, field.count == 2, let name = field[0].text else { throw unreadable }
                    fields.append((name, try value(field[1], joined(path, name), in: file)))
                }
                return .record(fields)
            default: break
            }
        default: break
        }
        throw unreadable
    }

    private static let unreadable = DataError("what the file says of its form cannot be read")

    private static func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }

    // MARK: Files of others

    /// Dots in names make fields, and fields `0`, `1`, … a list.
    private static func nested(_ tensors: [(name: String, tensor: Tensor)]) -> Value {
        let root = Branch()
        for (name, tensor) in tensors {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            // A name that is the beginning of another stays whole, and so does one of absurd length.
            guard parts.count <= 50, root.add(Value(tensor), parts[...]) else {
                root.set(name, .leaf(Value(tensor)))
                continue
            }
        }
        return root.value
    }

    private final class Branch {
        enum Part { case leaf(Value), branch(Branch) }
        private var names: [String] = []
        private var parts: [String: Part] = [:]

        func set(_ name: String, _ part: Part) {
            if parts.updateValue(part, forKey: name) == nil { names.append(name) }
        }

        func add(_ value: Value, _ path: ArraySlice<String>) -> Bool {
            guard let name = path.first else { return false }
            if path.count == 1 {
                guard parts[name] == nil else { return false }
                set(name, .leaf(value))
                return true
            }
            switch parts[name] {
            case .leaf: return false
            case .branch(let branch): return branch.add(value, path.dropFirst())
            case nil:
                let branch = Branch()
                set(name, .branch(branch))
                return branch.add(value, path.dropFirst())
            }
        }

        var value: Value {
            func part(_ name: String) -> Value {
                switch parts[name] {
                case .leaf(let value): value
                case .branch(let branch): branch.value
                case nil: .nothing
                }
            }
            let places = (0..<names.count).map(String.init)
            if !names.isEmpty, Set(names) == Set(places) { return .list(places.map(part)) }
            // As the language spells them: `gamma` is `γ`.
            return .record(Record(names: names.map(canonicalName), values: names.map(part)))
        }
    }
}
