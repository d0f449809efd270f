import Autodiff
import Syntax
import Tensors

// Records, and trees of them: parameters of a model, whose leaves are numbers and tensors.

extension Builtin {
    static let records: [Builtin] = [
        keys, values, record, merge, without, treeMap, leaves, countParams, ravel, unravel,
    ]

    static let keys = Builtin(
        "keys", [.required("p")], .lists, summary: "the names of a record's fields", examples: ["keys({w: 1, b: 2})  # [\"w\", \"b\"]"]
    ) { call in
        if case .object(let object) = call[0] { return .list(object.fieldNames.map(Value.string)) }
        return .list(try call.record(0).names.map(Value.string))
    }

    static let values = Builtin(
        "values", [.required("p")], .lists, summary: "the values of a record's fields as a list", examples: ["values({w: 1, b: \"x\"})  # [1, \"x\"]"]
    ) { call in .list(try call.record(0).values) }

    static let record = Builtin(
        "record", [.required("names"), .required("values")], .lists, summary: "a record with these names and values",
        examples: ["record([\"w\", \"b\"], [1, 2])  # {w: 1, b: 2}"]
    ) { call in
        let (names, values) = (try call.elements(0), try call.elements(1))
        guard names.count == values.count else {
            throw call.problem("\(names.count) names do not go with \(values.count) values")
        }
        var result = Record(names: [], values: [])
        for (name, value) in zip(names, values) {
            guard case .text(let name) = name else {
                throw call.problem("the names of fields are strings, but one is \(name.typeDescription)", at: 0)
            }
            guard result[name.string] == nil else { throw call.problem("the field `\(name.string)` is named twice", at: 0) }
            result = result.setting(name.string, to: value)
        }
        return .record(result)
    }

    static let merge = Builtin(
        "merge", [.required("p"), .required("q")], .lists, summary: "a record with the fields of p and of q, or a table with the columns of both; where both have one, q's",
        examples: ["merge({w: 1, b: 2}, {b: 5})  # {w: 1, b: 5}"]
    ) { call in
        if let table = try TableValue.merged(call) { return .object(table) }
        let (p, q) = (try call.record(0), try call.record(1))
        return .record(zip(q.names, q.values).reduce(p) { $0.setting($1.0, to: $1.1) })
    }

    static let without = Builtin(
        "without", [.required("p"), .variadic("names")], .lists, summary: "a record without the fields, or a table without the columns, of these names",
        examples: ["without({w: 1, b: 2}, \"b\")  # {w: 1}"]
    ) { call in
        let table = call[0].table
        let p = try table?.record ?? call.record(0)
        let dropped = try call.rest(1).map { name, span in
            guard case .text(let text) = name else { throw call.machine.typeError("a field's name", needs: "a string", name, at: span) }
            guard p[text.string] != nil else { throw call.machine.noField(text.string, p.names, table == nil ? "the record" : "the table", span) }
            return text.string
        }
        if let table { return .object(table.selecting(p.names.filter { !dropped.contains($0) })) }
        return .record(zip(p.names, p.values).filter { !dropped.contains($0.0) })
    }

    // MARK: Trees

    static let treeMap = Builtin(
        "tree_map", [.required("f"), .required("p"), .variadic("more")], .lists,
        summary: "f of every leaf of a record or list, in the same form; of several, f of the leaves in the same place",
        examples: ["tree_map(x -> 2x, {w: [1, 2], b: 3})  # {w: [2, 4], b: 6}", "tree_map((a, b) -> a - b, {w: 5}, {w: 2})  # {w: 3}"]
    ) { call in
        try call.requireFunction(0)
        let paths = call[1].leafPaths()
        let others = try call.rest(2).map { other, span in
            guard other.leafPaths().sorted() == paths.sorted() else {
                let missing = Set(paths).symmetricDifference(other.leafPaths()).sorted().first ?? ""
                throw Diagnostic("the two have not the same form: they differ at `\(missing)`", at: span)
            }
            return Dictionary(zip(other.leafPaths(), other.leaves)) { first, _ in first }
        }
        var index = 0
        return try call[1].mapLeaves { leaf in
            defer { index += 1 }
            return try call.call(0, [leaf] + others.compactMap { $0[paths[index]] })
        }
    }

    static let leaves = Builtin(
        "leaves", [.required("p")], .lists, summary: "the numbers and tensors in a record or list, however deep, as a list",
        examples: ["leaves({w: [1, 2], b: {c: 3}})  # list([1, 2], 3)"]
    ) { call in .list(call[0].leaves) }

    static let countParams = Builtin(
        "count_params", [.required("p")], .lists, summary: "how many numbers a record or list of tensors holds",
        examples: ["count_params({w: zeros([3, 2]), b: 0})  # 7"]
    ) { call in .number(Double(call[0].leaves.reduce(0) { $0 + ($1.outline?.count ?? 0) })) }

    static let ravel = Builtin(
        "ravel", [.required("p")], .lists, summary: "all numbers of a record or list of tensors in one vector; `unravel` goes back",
        examples: ["ravel({w: [[1, 2], [3, 4]], b: 5})  # [1, 2, 3, 4, 5]"]
    ) { call in
        let parts = try call[0].leaves.map { leaf in
            guard leaf.isNumeric else {
                throw call.problem("`ravel` is for records and lists of numbers and tensors, but there is \(leaf.typeDescription) among them", at: 0)
            }
            return try call.apply(.reshape, [leaf], Attributes([.int(-1)]))
        }
        return parts.isEmpty ? .tensor(TensorValue(Tensor([]))) : try call.apply(.concat, parts, Attributes([.int(0)]))
    }

    static let unravel = Builtin(
        "unravel", [.required("v"), .required("like")], .lists, summary: "the numbers of a vector in the form of a record or list of tensors",
        examples: ["unravel([1, 2, 3], {w: [0, 0], b: 0})  # {w: [1, 2], b: 3}"]
    ) { call in
        let vector = try call.outline(0)
        let total = call[1].leaves.reduce(0) { $0 + ($1.outline?.count ?? 0) }
        guard vector.shape == Shape([total]) else {
            throw call.problem("the form takes a vector of \(total) numbers, but this is \(call[0].typeDescription)", at: 0)
        }
        var start = 0
        return try call[1].mapLeaves { leaf in
            guard let shape = leaf.outline?.shape else { return leaf }
            defer { start += shape.count }
            return try call.machine.part(of: call[0], [start], [start + shape.count], keeping: shape.axes, call.site)
        }
    }
}
