import Autodiff
import Syntax
import Tensors
import Training

// Rows of data for learning: classes as numbers, parts to train on and to test on, minibatches.

extension Builtin {
    static let rows: [Builtin] = [labels, split, minibatches]

    static let labels = Builtin(
        "labels", [.required("xs"), .optional("names", "those of xs in order")], .data,
        summary: "class numbers for texts (or for any numbers): {ids, names}, where names[id] is the text; with the names of others given, the ids are theirs",
        examples: [
            "labels([\"b\", \"a\", \"b\"])  # {ids: [1, 0, 1], names: [\"a\", \"b\"]}", "labels([\"b\"], names: [\"a\", \"b\", \"c\"]).ids  # [1]",
            "labels([10, 5]).ids  # [1, 0]",
        ]
    ) { call in
        let elements = try call.elements(0).map(\.settled)
        let given = call.has(1) ? try call.elements(1).map(\.settled) : try LabelKey.sorted(elements, call)
        var ids: [LabelKey: Double] = [:]
        for (id, name) in given.enumerated() {
            guard let key = LabelKey(name) else { throw call.problem("`labels` takes strings or numbers, but there is \(name.typeDescription)", at: 1) }
            guard ids.updateValue(Double(id), forKey: key) == nil else { throw call.problem("\(call.machine.style.describe(name)) is named twice", at: 1) }
        }
        let numbers = try elements.map { element in
            guard let key = LabelKey(element) else { throw call.problem("`labels` takes strings or numbers, but there is \(element.typeDescription)", at: 0) }
            guard let id = ids[key] else {
                throw call.problem(
                    "\(call.machine.style.describe(element)) is none of the names", at: 0,
                    hints: ["they are \(given.prefix(20).map(call.machine.style.describe).joined(separator: ", "))"])
            }
            return id
        }
        let names: Value = given.allSatisfy(\.isNumeric) && !given.isEmpty ? try call.machine.array(given, call.site) : .list(given)
        return .record([("ids", .tensor(TensorValue(Tensor(numbers)))), ("names", names)])
    }

    static let split = Builtin(
        "split", [.required("x"), .required("parts"), .optional("axis", "0"), .optional("by", "the labels"), .optional("seed", "the session's")], .data,
        summary: "with a part between 0 and 1: {train, test}, the rows of a record of tensors, a table, a tensor or a list shuffled and divided, each class in the same proportion (by: the field that holds the classes, the last one unless told; by: \"none\" for no classes); with a whole number: a list of so many equal parts of a tensor along an axis",
        examples: [
            "split([1, 2, 3, 4], 2)[1]  # [3, 4]", "parts = split({X: randn([10, 2]), y: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]}, 0.8)",
            "shape(parts.train.X)  # [8, 2]", "sort(parts.test.y)  # [0, 1]",
        ]
    ) { call in
        let part = try call.number(1)
        if part > 0 && part < 1 {
            guard !call.has(2) else { throw call.problem("rows lie along the first axis: `axis` goes with a whole number of parts", at: 2) }
            return try RowSplit(call).divided(part)
        }
        guard !call.has(3), !call.has(4) else {
            throw call.problem("`by` and `seed` go with a part between 0 and 1, as in `split(data, 0.8)`", at: call.has(3) ? 3 : 4)
        }
        return .list(try call.equalParts())
    }

    static let minibatches = Builtin(
        "minibatches", [.required("data"), .required("size"), .optional("shuffle", "true")], .data,
        summary: "the rows of a record of tensors, a table, a tensor or a list in a random order, as a list of parts of so many rows; the last part may be smaller",
        examples: [
            "map(b -> shape(b.X)[0], minibatches({X: randn([10, 2]), y: zeros([10])}, 4))  # [4, 4, 2]",
            "minibatches([1, 2, 3], 2, shuffle: false)  # list([1, 2], [3])",
        ]
    ) { call in
        let rows = try Rows(call, 0)
        let size = try call.whole(1)
        guard size > 0 else { throw call.problem("a minibatch holds at least 1 row", at: 1) }
        var order = Array(0..<rows.count)
        if try call.flag(2, default: true) {
            order = try call.checked { () throws(PrimitiveError) in try call.machine.random.permutation(rows.count) }.numbers.map { Int($0) }
        }
        return .list(try stride(from: 0, to: rows.count, by: size).map { try rows.picked(Array(order[$0..<min($0 + size, rows.count)])) })
    }
}

/// What a label is found by.
private enum LabelKey: Hashable {
    case text(String)
    case number(Double)

    init?(_ value: Value) {
        if case .text(let text) = value {
            self = .text(text.string)
        } else if let tensor = value.tensor, tensor.rank == 0, !tensor.number.isNaN {
            self = .number(tensor.number)
        } else {
            return nil
        }
    }

    /// The different ones in order.
    static func sorted(_ values: [Value], _ call: Builtin.Call) throws -> [Value] {
        var found: Set<LabelKey> = []
        for value in values {
            guard let key = LabelKey(value) else {
                let what = value.tensor.map { $0.number.isNaN } ?? false ? "nan, a missing number," : "\(value.typeDescription)"
                throw call.problem("`labels` takes strings or numbers, but there is \(what) among them", at: 0)
            }
            found.insert(key)
        }
        let texts = found.compactMap { if case .text(let text) = $0 { text } else { nil } }.sorted()
        let numbers = found.compactMap { if case .number(let number) = $0 { number } else { nil } }.sorted()
        guard texts.isEmpty || numbers.isEmpty else { throw call.problem("there are both strings and numbers among the labels", at: 0) }
        return texts.map(Value.string) + numbers.map { .number($0) }
    }
}

/// Data with a row for each example: a record of tensors and lists, a table, a tensor or a list.
struct Rows {
    let value: Value
    let count: Int
    private let call: Builtin.Call

    init(_ call: Builtin.Call, _ index: Int) throws {
        (self.call, value) = (call, call[index])
        switch value {
        case .record(let record):
            guard let first = record.names.first else { throw call.problem("the record holds no rows", at: index) }
            let counts = try zip(record.names, record.values).map { name, field -> Int in
                guard let count = Rows.count(field.settled) else {
                    throw call.problem("`\(name)` has no rows to divide: it is \(field.typeDescription)", at: index)
                }
                return count
            }
            if let other = counts.firstIndex(where: { $0 != counts[0] }) {
                throw call.problem("`\(first)` has \(counts[0]) rows, but `\(record.names[other])` has \(counts[other])", at: index)
            }
            count = counts[0]
        default:
            guard let count = Rows.count(value) else { throw call.typeError(index, needs: "a record of tensors, a table, a tensor or a list") }
            self.count = count
        }
    }

    private static func count(_ value: Value) -> Int? {
        switch value {
        case .list(let list): list.elements.count
        case .object(let object): object.elementCount
        default: value.tensor.flatMap { $0.shape.axes.first }
        }
    }

    func picked(_ places: [Int]) throws -> Value {
        if case .record(let record) = value {
            return .record(Record(names: record.names, values: try record.values.map { try picked($0.settled, places) }))
        }
        return try picked(value, places)
    }

    private func picked(_ value: Value, _ places: [Int]) throws -> Value {
        switch value {
        case .list(let list): return .list(places.map { list.elements[$0] })
        case .object(let object): return object.elements(at: places)
        default: return try call.apply(.take, [value, Value(Tensor(places.map(Double.init)))], Attributes([.int(0)]))
        }
    }

    /// Its fields or columns by name, in order.
    var fields: (names: [String], values: [Value]) {
        switch value {
        case .record(let record): (record.names, record.values.map(\.settled))
        case .object(let object): (object.fieldNames, object.fieldNames.compactMap(object.field))
        default: ([], [])
        }
    }
}

/// `split(data, 0.8)`.
private struct RowSplit {
    private let call: Builtin.Call
    private let rows: Rows

    init(_ call: Builtin.Call) throws {
        self.call = call
        rows = try Rows(call, 0)
    }

    func divided(_ part: Double) throws -> Value {
        if call.machine.tape?.isForPlan == true { throw Unplannable(reason: "it calls `split`") }
        guard rows.count > 1 else { throw call.problem("\(rows.count) \(rows.count == 1 ? "row" : "rows") cannot be divided", at: 0) }
        let seed = call.has(4) ? UInt64(bitPattern: Int64(try call.whole(4))) : call.machine.random.key
        let classes = try classes()
        let places = try call.checked { () throws(PrimitiveError) in
            try Splitting.split(rows: rows.count, fraction: part, classes: classes, stream: RandomStream(key: seed).split("split"))
        }
        return .record([("train", try rows.picked(places.first)), ("test", try rows.picked(places.second))])
    }

    /// A class number for each row; `nil` where there are none.
    private func classes() throws -> [Double]? {
        guard call.has(3) else { return rows.fields.values.last.flatMap(RowSplit.classes) }
        if case .text(let text) = call[3] {
            if text.string == "none" { return nil }
            let (names, values) = rows.fields
            guard let place = names.firstIndex(of: text.string) else {
                let similar = nearestNames(to: text.string, among: names)
                throw call.problem(
                    "the data has no field `\(text.string)`", at: 3,
                    hints: similar.isEmpty ? (names.isEmpty ? [] : ["it has \(Machine.listed(names))"]) : ["did you mean `\(similar[0])`?"])
            }
            return try checked(values[place])
        }
        return try checked(call[3])
    }

    private func checked(_ value: Value) throws -> [Double]? {
        guard let classes = RowSplit.numbers(value), classes.count == rows.count else {
            throw call.problem("`by` needs a class for each of the \(rows.count) rows, but it is \(value.typeDescription)", at: 3)
        }
        guard Splitting.isStratifiable(classes) else {
            throw call.problem("`by` does not hold classes, each of at least two rows", at: 3, hints: ["without `by` the rows are divided as they come"])
        }
        return classes
    }

    private static func classes(_ value: Value) -> [Double]? { numbers(value).flatMap { Splitting.isStratifiable($0) ? $0 : nil } }

    /// Labels as numbers: of texts their places in the order in which they first come.
    private static func numbers(_ value: Value) -> [Double]? {
        if let tensor = value.tensor { return tensor.rank == 1 ? tensor.numbers : nil }
        guard case .list(let list) = value else { return nil }
        var ids: [String: Double] = [:]
        var numbers: [Double] = []
        for element in list.elements {
            guard case .text(let text) = element.settled else { return nil }
            let id = ids[text.string] ?? Double(ids.count)
            ids[text.string] = id
            numbers.append(id)
        }
        return numbers
    }
}

extension Builtin.Call {
    /// `split(x, 3)`: blocks of one length along an axis.
    fileprivate func equalParts() throws -> [Value] {
        let shape = try outline(0).shape
        let given = try whole(2, default: 0)
        let axis = try checked(at: 2) { () throws(PrimitiveError) in try shape.axis(given) }
        let parts = try whole(1)
        let length = shape[axis]
        guard parts >= 1, length % parts == 0 else {
            throw problem("an axis of length \(length) does not split into \(parts) equal parts", at: 1, hints: ["a part between 0 and 1 divides rows, as in `split(data, 0.8)`"])
        }
        let size = length / parts
        return try (0..<parts).map { index in
            var starts = [Int](repeating: 0, count: shape.rank)
            var stops = shape.axes
            (starts[axis], stops[axis]) = (index * size, (index + 1) * size)
            return try apply(.slice, [self[0]], Attributes([.ints(starts), .ints(stops), .none]))
        }
    }
}
