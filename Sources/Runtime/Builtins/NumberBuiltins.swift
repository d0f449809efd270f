import Autodiff
import Syntax
import Tensors

// Functions whose name a primitive has too, and which do more than it does: `max` of one tensor or of two, `sort` of a list of strings.

extension Builtin {
    static let numbers: [Builtin] = [largest, smallest, anyTrue, allTrue, sort, reverse, unique, counts, nonzero, set]

    static let largest = extremum("max", "larger", "largest", .largest, .maximum, ["max([2, 7, 5])  # 7", "max([[1, 5], [3, 2]], axis: 0)  # [3, 5]", "max([-1, 2], 0)  # [0, 2]"])
    static let smallest = extremum("min", "smaller", "smallest", .smallest, .minimum, ["min([2, 7, 5])  # 2", "min([[1, 5], [3, 2]], axis: 1)  # [1, 2]", "min(3, 2)  # 2"])

    private static func extremum(
        _ name: String, _ comparative: String, _ superlative: String, _ reduction: Primitive, _ elementwise: Primitive,
        _ examples: [String]
    ) -> Builtin {
        Builtin(
            name, [.required("x"), .optional("y", "none"), .optional("axis", "all"), .optional("keep", "false")], .numbers,
            summary: "the \(superlative) number of x along an axis, several or all; of two, the \(comparative) of x and y, elementwise",
            examples: examples
        ) { call in
            guard call.has(1) else {
                return try call.run(reduction, [try call.asTensor(0), call.arguments[2], call.arguments[3]])
            }
            guard !call.has(2), !call.has(3) else {
                throw call.problem(
                    "`\(name)` of two values has no axis", at: call.has(2) ? 2 : 3,
                    hints: ["of more values write `\(name)([a, b, c])`; along an axis `\(name)(x, axis: 0)`"])
            }
            for index in 0...1 {
                if case .text = call[index] { throw call.typeError(index, needs: "a number or a tensor", hints: ["`sort` puts strings in order"]) }
            }
            return try call.run(elementwise, [call[0], call[1]])
        }
    }

    static let anyTrue = quantifier("any", .any, "some", ["any([0, 3])  # true", "any(list(1 > 2, 2 > 1))  # true"]) { $0.contains(true) }
    static let allTrue = quantifier("all", .all, "every", ["all([0, 3])  # false", "all([1, 2] > 0)  # true"]) { !$0.contains(false) }

    private static func quantifier(
        _ name: String, _ primitive: Primitive, _ word: String, _ examples: [String], decide: @escaping @Sendable ([Bool]) -> Bool
    ) -> Builtin {
        Builtin(
            name, [.required("x"), .optional("axis", "all"), .optional("keep", "false")], .numbers,
            summary: "whether \(word) number of x is not 0, or \(word) element of a list is true; along an axis 1 or 0 for each place",
            examples: examples
        ) { call in
            guard case .list(let list) = call[0], !list.elements.allSatisfy({ $0.settled.isNumeric }) || list.elements.isEmpty else {
                return try call.run(primitive, [try call.asTensor(0), call.arguments[1], call.arguments[2]])
            }
            guard !call.has(1), !call.has(2) else { throw call.problem("a list has no axes", at: call.has(1) ? 1 : 2) }
            return .boolean(decide(try list.elements.map { element in
                guard case .boolean = element.settled else {
                    if element.isTraced { return try call.machine.truth(element, call.span(0)) }
                    throw call.problem(
                        "`\(name)` of a list needs elements that are true or false, but one is \(element.settled.typeDescription)", at: 0)
                }
                return try call.machine.truth(element.settled, call.span(0))
            }))
        }
    }

    // MARK: Order

    static let sort = Builtin(
        "sort", [.required("x"), .optional("axis", "-1"), .optional("descending", "false"), .optional("by", "the element")], .numbers,
        summary: "the numbers of x in order along an axis, NaN last; of a list, its elements in order of what `by` gives for each; of a table, its rows in order of a column",
        examples: [
            "sort([3, 1, 2])  # [1, 2, 3]", "sort([3, 1, 2], descending: true)  # [3, 2, 1]",
            "sort([\"b\", \"a\"])  # [\"a\", \"b\"]", "sort([3, -1, 2], by: abs)  # [-1, 2, 3]",
        ]
    ) { call in
        let descending = try call.flag(2, default: false)
        if !call.has(3), call[0].isNumeric { return try call.run(.sort, [call[0], call.arguments[1], call.arguments[2]]) }
        guard !call.has(1) else { throw call.problem("the elements of a list have no axis to sort along", at: 1) }
        if let table = call[0].table {
            guard call.has(3) else { throw call.problem("a table is sorted by a column", hints: ["as in `sort(t, by: \"\(table.names.first ?? "x")\")`"]) }
            let keys = try table.keys(by: call)
            return table.elements(at: try SortKeys(keys, call, at: 3).order(descending: descending))
        }
        let elements = try call.elements(0)
        let keys = call.has(3) ? try elements.map { try call.call(3, [$0]).settled } : elements.map(\.settled)
        let order = try SortKeys(keys, call, at: call.has(3) ? 3 : 0).order(descending: descending)
        return try call.rebuilt(0, order.map { elements[$0] })
    }

    static let reverse = Builtin(
        "reverse", [.required("xs")], .numbers, summary: "the elements of a list, the rows of a tensor or the characters of a string from the last to the first",
        examples: ["reverse([1, 2, 3])  # [3, 2, 1]", "reverse(\"abc\")  # \"cba\""]
    ) { call in
        switch call[0] {
        case .text(let text): return .string(String(text.string.reversed()))
        case let value where (value.outline?.rank ?? 0) > 0: return try call.apply(.flip, [value], Attributes([.int(0)]))
        default: return try call.rebuilt(0, try call.elements(0).reversed())
        }
    }

    static let unique = Builtin(
        "unique", [.required("xs")], .numbers,
        summary: "the different numbers of a tensor in order, or the different elements of a list in the order of their first place",
        examples: ["unique([3, 1, 3])  # [1, 3]", "unique([\"b\", \"a\", \"b\"])  # [\"b\", \"a\"]"]
    ) { call in
        if let tensor = call[0].tensor { return Value(try call.checked(at: 0) { () throws(PrimitiveError) in try tensor.unique().values }) }
        var found: [Value] = []
        for element in try call.elements(0) where !found.contains(where: { $0.isEqual(to: element) }) {
            try call.machine.tick(call.site)
            found.append(element)
        }
        return try call.rebuilt(0, found)
    }

    static let counts = Builtin(
        "counts", [.required("x")], .numbers, summary: "the different numbers of x in order, and how often each occurs",
        examples: ["counts([3, 1, 3])  # {values: [1, 3], counts: [1, 2]}"]
    ) { call in
        let tensor = try call.tensor(0)
        let (values, counts) = try call.checked(at: 0) { () throws(PrimitiveError) in try tensor.unique() }
        return .record([("values", Value(values)), ("counts", Value(counts))])
    }

    static let nonzero = Builtin(
        "nonzero", [.required("x")], .numbers,
        summary: "the indices of the numbers that are not 0, so of those for which a comparison holds; of a matrix a row of indices for each",
        examples: ["nonzero([5, 0, 7])  # [0, 2]", "nonzero([[0, 1], [2, 0]] > 0)  # [[0, 1], [1, 0]]"]
    ) { call in
        let tensor = try call.tensor(0)
        let places = try call.checked(at: 0) { () throws(PrimitiveError) in try tensor.nonzeroPlaces() }
        return Value(places.shape.rank == 2 && places.shape[1] == 1 ? places.reshaped(to: Shape([places.shape[0]])) : places)
    }

    // MARK: Parts

    static let set = Builtin(
        "set", [.required("x"), .required("i"), .required("v")], .numbers,
        summary: "a copy of x with the part x[i] replaced by v: i is an index, a range, a list of indices, or the name of a record's field",
        examples: [
            "set([1, 2, 3], 0, 9)  # [9, 2, 3]", "set([1, 2, 3, 4], 1...2, [7, 8])  # [1, 7, 8, 4]",
            "set([1, 2, 3], [0, -1], 0)  # [0, 2, 0]", "set({w: 1, b: 2}, \"b\", 5)  # {w: 1, b: 5}",
        ]
    ) { call in
        if case .record(let record) = call[0], case .text(let name) = call[1] {
            return .record(record.setting(name.string, to: call[2]))
        }
        let places = call[1].outline.map { $0.rank > 0 } ?? { if case .list = call[1] { true } else { false } }()
        if places, call[0].isNumeric {
            return try call.machine.replacing(call[0], at: try call.asTensor(1), with: call[2], call.site, at: call.span(1))
        }
        var result = call[0]
        try call.machine.replace(&result, [.value(call[1], call.span(1))], with: call[2], call.site)
        return result
    }
}

extension Builtin.Call {
    /// An argument for a primitive: a list of numbers or of rows counts as the tensor it would make.
    func asTensor(_ index: Int) throws -> Value {
        guard case .list(let list) = self[index], list.elements.allSatisfy({ $0.settled.isNumeric }) else { return self[index] }
        return try machine.array(list.elements, Site(span(index)))
    }

    /// Elements as the kind of thing that they came from: a list, or else a tensor where they make one.
    func rebuilt(_ index: Int, _ elements: [Value]) throws -> Value {
        if case .list = self[index] { return .list(elements) }
        return try machine.array(elements, Site(span(index)))
    }
}

/// What elements are put in order by: all numbers or all strings.
private struct SortKeys {
    private enum Keys {
        case numbers([Double])
        case texts([String])
    }
    private let keys: Keys

    init(_ values: [Value], _ call: Builtin.Call, at index: Int) throws {
        if values.allSatisfy({ if case .text = $0 { true } else { false } }) {
            keys = .texts(values.compactMap { if case .text(let text) = $0 { text.string } else { nil } })
            return
        }
        keys = .numbers(try values.map { value in
            guard let tensor = value.tensor, tensor.rank == 0 else {
                throw call.problem(
                    "`sort` puts numbers in order, or strings, but there is \(value.typeDescription) to compare", at: index,
                    hints: ["`by:` tells what to sort by, as in `sort(records, by: r -> r.loss)`"])
            }
            return tensor.number
        })
    }

    /// Equal keys keep their order; NaN comes last either way.
    func order(descending: Bool) -> [Int] {
        switch keys {
        case .texts(let texts):
            return texts.indices.sorted { a, b in
                texts[a] == texts[b] ? a < b : (texts[a] < texts[b]) != descending
            }
        case .numbers(let numbers):
            return numbers.indices.sorted { a, b in
                let (x, y) = (numbers[a], numbers[b])
                if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
                return x == y ? a < b : (x < y) != descending
            }
        }
    }
}

extension Machine {
    /// A tensor with its rows at some places replaced; differentiable by both. A place that is named twice gets the last of its values.
    func replacing(_ x: Value, at indices: Value, with v: Value, _ site: Site, at span: Span) throws -> Value {
        guard let shape = x.outline?.shape, shape.rank > 0, let given = indices.tensor else {
            throw Diagnostic("\(x.typeDescription) has no parts to replace", at: site.span)
        }
        guard v.isNumeric else { throw typeError("a tensor", needs: "numbers", v, at: site.span) }
        guard given.rank == 1 else { throw Diagnostic("a list of indices is a vector, not \(indices.typeDescription)", at: span) }
        let places = try given.numbers.map { try place($0, shape[0], span) }
        let part = Shape([places.count] + shape.axes.dropFirst())
        guard let own = v.outline?.shape, Shape.broadcast(own, part) == part else {
            throw Diagnostic("the new part is \(v.typeDescription), but its place is of shape \(part)", at: site.span)
        }
        var last: [Int: Int] = [:]
        for (order, place) in places.enumerated() { last[place] = order }
        let kept = last.sorted { $0.key < $1.key }
        if kept.isEmpty { return x }
        let targets = Value(Tensor(kept.map { Double($0.key) }))
        var rows = own == part ? v : try apply(.expand, [v], Attributes([.ints(part.axes)]), site)
        rows = try apply(.take, [rows, Value(Tensor(kept.map { Double($0.value) }))], Attributes([.int(0)]), site)
        let spread = try apply(.takeAdd, [rows, targets], Attributes([.int(0), .int(shape[0])]), site)
        var mask = Tensor(repeating: 0, shape: Shape([shape[0]] + [Int](repeating: 1, count: shape.rank - 1)))
        for (place, _) in kept { mask.set(place, to: 1) }
        return try apply(.where, [Value(mask), spread, x], .none, site)
    }

    private func place(_ index: Double, _ length: Int, _ span: Span) throws -> Int {
        let place = try whole(.number(index), "an index", at: span)
        let position = place < 0 ? place + length : place
        guard position >= 0 && position < length else {
            throw Diagnostic(
                "the index \(place) is out of range: there are \(length) \(length == 1 ? "entry" : "entries")", at: span,
                hints: [length == 0 ? "it is empty" : "indices run from 0 to \(length - 1), or from -1 to -\(length) from the end"])
        }
        return position
    }
}
