import Syntax
import Tensors

extension Builtin {
    static let output: [Builtin] = [print, assert, error, type, time, plan]

    static let print = Builtin(
        "print", [.variadic("values")], .text, summary: "shows the values on one line, strings without quotes",
        examples: ["print(\"w =\", 3)  # w = 3"]
    ) { call in
        try call.machine.print(call.rest(0).map { call.machine.style.plain($0.value) }.joined(separator: " "), call.site)
        return .nothing
    }

    static let assert = Builtin(
        "assert", [.required("condition"), .optional("message", "\"\"")], .text,
        summary: "stops with the message unless the condition holds", examples: ["assert(1 < 2, \"order\")"]
    ) { call in
        if try call.machine.truth(call[0], call.span(0)) { return .nothing }
        let message: String
        if call.has(1) {
            message = call.machine.style.plain(call[1])
        } else {
            message = call.machine.sourceText(call.span(0)).map { "`\($0)` does not hold" } ?? "the condition does not hold"
        }
        throw call.problem("assertion failed: \(message)")
    }

    static let error = Builtin(
        "error", [.required("message")], .text, summary: "stops the program with a message of your own",
        examples: ["if 1 > 2 then error(\"never\") else 5  # 5"]
    ) { call in throw call.problem(call.machine.style.plain(call[0])) }

    static let type = Builtin(
        "type", [.required("x")], .text,
        summary: "what kind of value x is: \"number\", \"tensor\", \"boolean\", \"string\", \"list\", \"record\", \"range\", \"function\"",
        examples: ["type([1, 2])  # \"tensor\"", "type(sin)  # \"function\""]
    ) { call in
        if let tensor = call[0].outline { return .string(tensor.rank == 0 ? "number" : "tensor") }
        let words = call[0].typeDescription
        return .string(words.hasPrefix("an ") ? String(words.dropFirst(3)) : words.hasPrefix("a ") ? String(words.dropFirst(2)) : words)
    }

    static let time = Builtin(
        "time", [.required("f")], .text, summary: "calls f, which has no parameters, and gives {value, seconds}",
        examples: ["time(() -> 1 + 1).value  # 2"]
    ) { call in
        try call.requireFunction(0)
        let start = call.machine.environment.now()
        let value = try call.call(0, [])
        return .record([("value", value), ("seconds", .number(call.machine.environment.now() - start))])
    }
}
