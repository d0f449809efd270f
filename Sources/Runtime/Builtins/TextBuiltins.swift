import Autodiff
import Syntax
import Tensors

extension Builtin {
    static let text: [Builtin] = [
        format, str, number, upper, lower, trim, replace, contains, startsWith, endsWith, splitText, joinText, lines, repeatText,
    ]

    // MARK: Numbers and text

    static let format = Builtin(
        "format", [.required("x"), .optional("digits", "10"), .optional("places", "none"), .optional("width", "0")], .text,
        summary: "x as text: with so many significant digits, or so many places behind the point, padded on the left to a width",
        examples: ["format(2/3, digits: 3)  # \"0.667\"", "format(2, places: 2)  # \"2.00\"", "format(7, width: 3)  # \"  7\""]
    ) { call in
        var style = call.machine.style
        if call.has(1) {
            let digits = try call.whole(1)
            guard digits >= 1 && digits <= 17 else {
                throw call.problem("a number has 1 to 17 digits to show, not \(digits)", at: 1)
            }
            style.digits = digits
        }
        if call.has(2) {
            guard !call.has(1) else { throw call.problem("`format` takes digits or places, not both", at: 2) }
            let places = try call.whole(2)
            guard places >= 0 && places <= 100 else { throw call.problem("`places` may be 0 to 100, not \(places)", at: 2) }
            style.places = places
        }
        let text = style.plain(call[0])
        let width = call.has(3) ? try call.count(3, most: 10_000) : 0
        return .string(String(repeating: " ", count: max(0, width - text.count)) + text)
    }

    static let str = Builtin(
        "str", [.required("x")], .text, summary: "x as text, as `print` shows it", examples: ["str([1, 2])  # \"[1, 2]\""]
    ) { call in .string(call.machine.style.plain(call[0])) }

    static let number = Builtin(
        "number", [.required("x")], .text,
        summary: "the number that a string spells, 1 or 0 for true or false, or the one number of a tensor",
        examples: ["number(\"2.5e3\")  # 2500", "number(true)  # 1", "number([[7]])  # 7"]
    ) { call in
        switch call[0] {
        case .boolean(let boolean): return .number(boolean ? 1 : 0)
        case .text(let text):
            guard let number = Numerals.number(text.string) else {
                throw call.problem("\(NumberStyle.quoted(text.string)) does not spell a number", at: 0)
            }
            return .number(number)
        case let value:
            guard let tensor = value.tensor else { throw call.typeError(0, needs: "a string, a boolean or a tensor of one number") }
            guard tensor.count == 1 else {
                throw call.problem("`number` takes a tensor of one number, but this is \(value.typeDescription)", at: 0)
            }
            return try call.apply(.reshape, [value], .init([.ints([])]))
        }
    }

    // MARK: Letters

    static let upper = onText("upper", "the string in capital letters", "upper(\"abc\")  # \"ABC\"") { $0.uppercased() }
    static let lower = onText("lower", "the string in small letters", "lower(\"ABC\")  # \"abc\"") { $0.lowercased() }
    static let trim = onText("trim", "the string without spaces and line ends at either end", "trim(\"  a b \")  # \"a b\"") {
        $0.trimmed
    }

    private static func onText(
        _ name: String, _ summary: String, _ example: String, _ change: @escaping @Sendable (String) -> String
    ) -> Builtin {
        Builtin(name, [.required("s")], .text, summary: summary, examples: [example]) { call in
            .string(change(try call.text(0)))
        }
    }

    static let replace = Builtin(
        "replace", [.required("s"), .required("old"), .required("new")], .text, summary: "the string with every `old` in it replaced by `new`",
        examples: ["replace(\"a-b-c\", \"-\", \"+\")  # \"a+b+c\""]
    ) { call in
        let old = try call.text(1)
        guard !old.isEmpty else { throw call.problem("`replace` needs something to look for, but `old` is empty", at: 1) }
        return .string(try call.text(0).split(on: old).joined(separator: try call.text(2)))
    }

    static let contains = Builtin(
        "contains", [.required("xs"), .required("x")], .text,
        summary: "whether x is a part of a string, an element of a list, range or tensor, or the name of a record's field",
        examples: ["contains(\"gradient\", \"rad\")  # true", "contains([1, 2], 3)  # false", "contains({w: 1}, \"w\")  # true"]
    ) { call in
        switch call[0] {
        case .text(let text):
            let part = try call.text(1)
            return .boolean(part.isEmpty || text.string.split(on: part).count > 1)
        case .record(let record): return .boolean(record[try call.text(1)] != nil)
        case .range(let range):
            let number = try call.number(1)
            let offset = number - range.lower
            return .boolean(offset >= 0 && offset == offset.rounded() && offset < range.count)
        case let value where (value.outline?.rank ?? 0) == 1:
            guard let tensor = call[1].tensor, tensor.rank == 0 else { return .boolean(false) }
            return .boolean(value.tensor?.numbers.contains(tensor.number) ?? false)
        default: return .boolean(try call.elements(0).contains { $0.isEqual(to: call[1]) })
        }
    }

    static let startsWith = Builtin(
        "starts_with", [.required("s"), .required("part")], .text, summary: "whether the string begins with the part",
        examples: ["starts_with(\"layer1\", \"layer\")  # true"]
    ) { call in .boolean(try call.text(0).hasPrefix(try call.text(1))) }

    static let endsWith = Builtin(
        "ends_with", [.required("s"), .required("part")], .text, summary: "whether the string ends with the part",
        examples: ["ends_with(\"data.csv\", \".csv\")  # true"]
    ) { call in .boolean(try call.text(0).hasSuffix(try call.text(1))) }

    // MARK: Pieces

    static let splitText = Builtin(
        "split_text", [.required("s"), .optional("on", "spaces")], .text, summary: "the pieces of a string between spaces, or between another part",
        examples: ["split_text(\"a b  c\")  # [\"a\", \"b\", \"c\"]", "split_text(\"1,2\", on: \",\")  # [\"1\", \"2\"]"]
    ) { call in
        let text = try call.text(0)
        guard call.has(1) else { return .list(text.split(whereSeparator: \.isWhitespace).map { .string(String($0)) }) }
        let part = try call.text(1)
        guard !part.isEmpty else { throw call.problem("`on` is empty", at: 1, hints: ["`to_list(s)` gives the characters of a string"]) }
        return .list(text.split(on: part).map(Value.string))
    }

    static let joinText = Builtin(
        "join_text", [.required("parts"), .optional("with", "\"\"")], .text, summary: "the elements as text, one after another, with a part between them",
        examples: ["join_text([\"a\", \"b\"], with: \", \")  # \"a, b\"", "join_text([1, 2], with: \"-\")  # \"1-2\""]
    ) { call in
        .string(try call.elements(0).map(call.machine.style.plain).joined(separator: try call.text(1, default: "")))
    }

    static let lines = Builtin(
        "lines", [.required("s")], .text, summary: "the lines of a string as a list", examples: ["lines(\"a\\nb\")  # [\"a\", \"b\"]"]
    ) { call in
        var lines = try call.text(0).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        if lines.last?.isEmpty ?? false { lines.removeLast() }
        return .list(lines.map(Value.string))
    }

    static let repeatText = Builtin(
        "repeat_text", [.required("s"), .required("n")], .text, summary: "the string n times in a row", examples: ["repeat_text(\"ab\", 3)  # \"ababab\""]
    ) { call in
        let text = try call.text(0)
        return .string(String(repeating: text, count: try call.count(1, most: 10_000_000 / max(1, text.utf8.count))))
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }

    /// The pieces between every place where `part`, which is not empty, stands.
    fileprivate func split(on part: String) -> [String] {
        var pieces: [String] = []
        let (bytes, mark) = (Array(utf8), Array(part.utf8))
        var start = 0
        var at = 0
        while at + mark.count <= bytes.count {
            if bytes[at] == mark[0], bytes[at..<at + mark.count].elementsEqual(mark) {
                pieces.append(String(decoding: bytes[start..<at], as: UTF8.self))
                at += mark.count
                start = at
            } else {
                at += 1
            }
        }
        return pieces + [String(decoding: bytes[start...], as: UTF8.self)]
    }
}

/// Numbers as people and data files write them.
enum Numerals {
    static func number(_ text: String) -> Double? {
        let text = text.trimmed
        switch text.lowercased() {
        case "nan": return .nan
        case "inf", "+inf", "infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: break
        }
        // Swift reads hexadecimal and other spellings too, which are no numbers here.
        guard text.utf8.allSatisfy({ (48...57).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
        return Double(text)
    }
}
