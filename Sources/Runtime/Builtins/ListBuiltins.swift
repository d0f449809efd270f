import Syntax
import Tensors

extension Builtin {
    static let lists: [Builtin] = [makeList, length, map, fold]

    static let makeList = Builtin(
        "list", [.variadic("elements")], .lists, summary: "a list of the arguments, whatever they are",
        examples: ["list(1, [2, 3])  # list(1, [2, 3])"]
    ) { call in call[0] }

    static let length = Builtin(
        "length", [.required("x")], .lists,
        summary: "how many elements a list, range, string or record has, or a tensor along its first axis",
        examples: ["length([5, 6, 7])  # 3"]
    ) { call in
        switch call[0] {
        case .list(let list): return .number(Double(list.elements.count))
        case .text(let text): return .number(Double(text.string.count))
        case .record(let record): return .number(Double(record.names.count))
        case .range(let range): return .number(range.count)
        case let value:
            guard let shape = value.tensor?.shape, shape.rank > 0 else {
                throw call.machine.typeError("`length`", needs: "a list, a tensor or a string", value, at: call.span(0))
            }
            return .number(Double(shape[0]))
        }
    }

    static let map = Builtin(
        "map", [.required("f"), .required("xs")], .lists,
        summary: "f of each element; a tensor when the results are numbers or tensors of one shape, else a list",
        examples: ["map(x -> x^2, [1, 2, 3])  # [1, 4, 9]"]
    ) { call in
        let site = Site(call.site.span, [call.span(1)])
        let results = try call.machine.elements(of: call[1], site).map { element in
            try call.machine.call(call[0], [element], names: nil, call.site, calleeSpan: call.span(0))
        }
        let shapes = Set(results.map { $0.tensor?.shape })
        if shapes.count == 1, shapes.first != .some(nil) { return try call.machine.array(results, site) }
        return .list(results)
    }

    static let fold = Builtin(
        "fold", [.required("f"), .required("start"), .required("xs")], .lists,
        summary: "f(… f(f(start, x0), x1) …): the elements taken together one after another",
        examples: ["fold((a, x) -> a + x, 0, 1...4)  # 10"]
    ) { call in
        let site = Site(call.site.span, [call.span(2)])
        return try call.machine.elements(of: call[2], site).reduce(call.arguments[1] ?? .nothing) { total, element in
            try call.machine.call(call[0], [total, element], names: nil, call.site, calleeSpan: call.span(0))
        }
    }
}
