import Syntax
import Tensors

extension Builtin {
    static let text: [Builtin] = [print, assert]

    static let print = Builtin(
        "print", [.variadic("values")], .text, summary: "shows the values on one line, strings without quotes",
        examples: ["print(\"w =\", 3)  # w = 3"]
    ) { call in
        guard case .list(let list) = call[0] else { return .nothing }
        call.machine.print(list.elements.map(call.machine.style.plain).joined(separator: " "))
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
        throw Diagnostic("assertion failed: \(message)", at: call.site.span)
    }
}
