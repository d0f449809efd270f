import Autodiff
import Syntax
import Tensors

extension Builtin {
    static let lists: [Builtin] = [makeList, toList, length, append, join, zipped, enumerate, map, filter, fold]

    static let makeList = Builtin(
        "list", [.variadic("elements")], .lists, summary: "a list of the arguments, whatever they are",
        examples: ["list(1, [2, 3])  # list(1, [2, 3])"]
    ) { call in call[0] }

    static let toList = Builtin(
        "to_list", [.required("xs")], .lists,
        summary: "the elements of a range, the rows of a tensor, the characters of a string or the fields of a record as a list",
        examples: ["to_list(1...3)  # list(1, 2, 3)", "to_list(\"ab\")  # [\"a\", \"b\"]"]
    ) { call in .list(try call.elements(0)) }

    static let length = Builtin(
        "length", [.required("x")], .lists,
        summary: "how many elements a list, range, string or record has, or a tensor along its first axis",
        examples: ["length([5, 6, 7])  # 3", "length(\"abc\")  # 3"]
    ) { call in
        switch call[0] {
        case .list(let list): return .number(Double(list.elements.count))
        case .text(let text): return .number(Double(text.string.count))
        case .record(let record): return .number(Double(record.names.count))
        case .range(let range): return .number(range.count)
        case .object(let object) where object.elementCount != nil: return .number(Double(object.elementCount ?? 0))
        case let value:
            guard let shape = value.outline?.shape, shape.rank > 0 else {
                throw call.typeError(0, needs: "a list, a tensor or a string", hints: value.isNumeric ? ["a number has no length"] : [])
            }
            return .number(Double(shape[0]))
        }
    }

    // MARK: Putting together

    static let append = Builtin(
        "append", [.required("xs"), .required("x")], .lists,
        summary: "a copy of the list with x at its end; of a tensor, with x as its last number or row",
        examples: ["append(list(1, 2), \"three\")  # [1, 2, \"three\"]", "append([1, 2], 3)  # [1, 2, 3]"]
    ) { call in
        if case .list(let list) = call[0] { return .list(list.elements + [call[1]]) }
        guard let shape = call[0].outline?.shape, shape.rank > 0 else {
            throw call.typeError(0, needs: "a list or a tensor", hints: ["a list starts as `list()`"])
        }
        // The empty tensor is where a list of rows begins.
        if shape == Shape([0]) { return try call.machine.array([call[1]], Site(call.site.span, [call.span(1)])) }
        guard let own = call[1].outline?.shape else {
            throw call.typeError(1, needs: "a number or a tensor to append to a tensor", hints: ["`list(…)` holds things of any kind"])
        }
        guard own.axes == Array(shape.axes.dropFirst()) else {
            throw call.problem(
                "the rows of the tensor are \(own.rank == 0 || shape.rank > 1 ? "of shape \(Shape(Array(shape.axes.dropFirst())))" : "numbers"), but what is appended is \(call[1].typeDescription)",
                at: 1, hints: ["`list(…)` holds things of different shapes"])
        }
        let row = try call.apply(.reshape, [call[1]], .init([.ints([1] + own.axes)]))
        return try call.apply(.concat, [call[0], row], .init([.int(0)]))
    }

    static let join = Builtin(
        "join", [.variadic("lists")], .lists, summary: "the elements of all the lists in one list; of tensors, one after another",
        examples: ["join(list(1), list(\"a\", 2))  # [1, \"a\", 2]", "join([1, 2], [3])  # [1, 2, 3]"]
    ) { call in
        let parts = call.rest(0)
        if !parts.isEmpty, parts.allSatisfy({ ($0.value.outline?.rank ?? 0) > 0 }) {
            let filled = parts.map(\.value).filter { $0.outline?.shape != Shape([0]) }
            return filled.isEmpty ? parts[0].value : try call.apply(.concat, filled, .init([.int(0)]))
        }
        return .list(try parts.flatMap { try call.elements($0.value, at: $0.span) })
    }

    static let zipped = Builtin(
        "zip", [.variadic("lists")], .lists, summary: "a list of lists: the first elements of all together, then the second, and so on",
        examples: ["zip([1, 2], [\"a\", \"b\"])  # [[1, \"a\"], [2, \"b\"]]"]
    ) { call in
        .list(try call.parallel(call.rest(0)).map { row in
            try call.machine.tick(call.site)
            return .list(row)
        })
    }

    static let enumerate = Builtin(
        "enumerate", [.required("xs")], .lists, summary: "a list of records {index, value}, one for each element, counted from 0",
        examples: ["enumerate([\"a\", \"b\"])[1]  # {index: 1, value: \"b\"}"]
    ) { call in
        .list(try call.elements(0).enumerated().map { .record([("index", .number(Double($0))), ("value", $1)]) })
    }

    // MARK: Functions over elements

    static let map = Builtin(
        "map", [.required("f"), .variadic("xs")], .lists,
        summary: "f of each element, or of the elements of several lists together; a tensor where the results make one, else a list",
        examples: ["map(x -> x^2, [1, 2, 3])  # [1, 4, 9]", "[1, 2, 3] |> map(x -> x^2)  # [1, 4, 9]", "map((a, b) -> a + b, [1, 2], [10, 20])  # [11, 22]", "map(upper, [\"a\", \"b\"])  # [\"A\", \"B\"]"]
    ) { call in
        let call = call.functionFirst
        try call.requireFunction(0)
        let lists = call.rest(1)
        guard !lists.isEmpty else { throw call.problem("`map` also needs what to map over", hints: ["as in `map(x -> x^2, [1, 2, 3])`"]) }
        let results = try call.parallel(lists).map { try call.call(0, $0) }
        if results.isEmpty, lists[0].value.isNumeric { return .tensor(TensorValue(Tensor([]))) }
        let shapes = Set(results.map { $0.outline?.shape })
        if shapes.count == 1, shapes.first != .some(nil) { return try call.machine.array(results, call.site) }
        return .list(results)
    }

    static let filter = Builtin(
        "filter", [.required("f"), .required("xs")], .lists, summary: "the elements for which f is true",
        examples: ["filter(x -> x > 1, [1, 2, 3])  # [2, 3]", "[1, 2, 3] |> filter(x -> x > 1)  # [2, 3]"]
    ) { call in
        let call = call.functionFirst
        try call.requireFunction(0)
        let elements = try call.elements(1)
        let kept = try elements.indices.filter { index in
            let answer = try call.call(0, [elements[index]])
            guard case .boolean = answer.settled else {
                if case .node = answer.settled { return try call.machine.truth(answer, call.span(0)) }
                throw call.problem("the function given to `filter` must give true or false, but it gave \(answer.typeDescription)", at: 0)
            }
            return try call.machine.truth(answer, call.span(0))
        }
        if let object = call.container(1) { return object.elements(at: kept) }
        return try call.rebuilt(1, kept.map { elements[$0] })
    }

    static let fold = Builtin(
        "fold", [.required("f"), .required("start"), .required("xs")], .lists,
        summary: "f(… f(f(start, x0), x1) …): the elements taken together one after another",
        examples: ["fold((a, x) -> a + x, 0, 1...4)  # 10"]
    ) { call in
        let call = call.functionFirst
        try call.requireFunction(0)
        return try call.elements(2).reduce(call[1]) { try call.call(0, [$0, $1]) }
    }
}

extension Builtin.Call {
    /// `xs |> map(f)` puts the list first; what is a function and what is not leaves no doubt which is which.
    fileprivate var functionFirst: Builtin.Call {
        if case .function = self[0] { return self }
        let order = Array(arguments.indices.dropFirst()) + [0]
        var moved = order.map { arguments[$0] }
        switch self[1] {
        case .function: break
        case .list(let list):
            // The one argument of a variadic parameter.
            guard list.elements.count == 1, case .function = list.elements[0].settled else { return self }
            moved = [list.elements[0], .list([self[0]])]
        default: return self
        }
        return Builtin.Call(builtin: builtin, arguments: moved, machine: machine, site: Site(site.span, order.map(span)))
    }

    /// The elements of several lists side by side, each row made when it is asked for.
    fileprivate func parallel(_ lists: [(value: Value, span: Span)]) throws -> some Sequence<[Value]> {
        let all = try lists.map { try elements($0.value, at: $0.span) }
        let first = all.first ?? []
        for (list, given) in zip(all, lists) where list.count != first.count {
            throw Diagnostic(
                "the lists differ in length: \(first.count) and \(list.count)", at: given.span,
                labels: [.init(lists[0].span, "\(first.count) elements")])
        }
        return first.indices.lazy.map { index in all.map { $0[index] } }
    }
}
