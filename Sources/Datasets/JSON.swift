/// JSON (RFC 8259), read strictly and written compactly. Numbers are doubles; objects keep their order.
package indirect enum JSON: Equatable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    package static func == (a: JSON, b: JSON) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.text(let a), .text(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.name == $1.name && $0.value == $1.value }
        default: false
        }
    }

    package subscript(name: String) -> JSON? {
        if case .object(let members) = self { members.first { $0.name == name }?.value } else { nil }
    }

    package var number: Double? { if case .number(let number) = self { number } else { nil } }
    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    package var whole: Int? { number.flatMap { Int(exactly: $0) } }

    // MARK: Writing

    /// What JSON has no number for, NaN and the infinities, is written as `null`.
    package var description: String {
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .boolean(let boolean): result += boolean ? "true" : "false"
        case .number(let number): result += number.isFinite ? Table.text(number) : "null"
        case .text(let text): JSON.write(text, to: &result)
        case .array(let elements):
            result += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { result += "," }
                element.write(to: &result)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += "," }
                JSON.write(member.name, to: &result)
                result += ":"
                member.value.write(to: &result)
            }
            result += "}"
        }
    }

    private static func write(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.value < 32 {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        result += "\""
    }

    // MARK: Reading

    package static func parse(_ bytes: [UInt8]) throws(DataError) -> JSON {
        var parser = JSONParser(bytes)
        return try parser.document()
    }
}

/// Reads along the bytes; nesting is bounded, so that no text takes the stack.
private struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private static let deepest = 200

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ message: String) -> DataError {
        let before = bytes[..<min(position, bytes.count)]
        return DataError("\(message) (byte \(position + 1))", line: 1 + before.count { $0 == 0x0A })
    }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { position += 1 }
    }

    mutating func document() throws(DataError) -> JSON {
        let value = try value(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw failure("there is more behind the end of the JSON value") }
        return value
    }

    private mutating func value(depth: Int) throws(DataError) -> JSON {
        guard depth < JSONParser.deepest else { throw failure("the JSON is nested too deep") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw failure("the JSON ends too early")
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(DataError) -> JSON {
        guard bytes[position...].starts(with: word.utf8) else { throw failure("this is no JSON") }
        position += word.utf8.count
        return value
    }

    private mutating func number() throws(DataError) -> JSON {
        let start = position
        while let byte = next, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
        let text = bytes[start..<position]
        // JSON knows no `+1`, `.5` or `01`.
        let digits = text.drop { $0 == UInt8(ascii: "-") }
        let isPlain = digits.first.map { (48...57).contains($0) } ?? false
        let hasZeroInFront = digits.count > 1 && digits.first == 48 && digits.dropFirst().first.map { (48...57).contains($0) } ?? false
        guard isPlain, !hasZeroInFront, text.count - digits.count <= 1, let last = text.last, (48...57).contains(last),
            let number = text.withUnsafeBytes({ CSVNumber.parse($0, UInt8(ascii: ".")) })
        else {
            position = start
            throw failure("this is no JSON")
        }
        return .number(number)
    }

    private mutating func array(_ depth: Int) throws(DataError) -> JSON {
        position += 1
        var elements: [JSON] = []
        skipBlanks()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            elements.append(try value(depth: depth + 1))
            if try endsAfterComma(UInt8(ascii: "]")) { return .array(elements) }
        }
    }

    private mutating func object(_ depth: Int) throws(DataError) -> JSON {
        position += 1
        var members: [(name: String, value: JSON)] = []
        skipBlanks()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw failure("the name of a member must stand in quotes") }
            let name = try text()
            skipBlanks()
            guard next == UInt8(ascii: ":") else { throw failure("a colon is missing behind \"\(name)\"") }
            position += 1
            members.append((name, try value(depth: depth + 1)))
            if try endsAfterComma(UInt8(ascii: "}")) { return .object(members) }
        }
    }

    /// Behind an element: a comma and more, or the end.
    private mutating func endsAfterComma(_ closing: UInt8) throws(DataError) -> Bool {
        skipBlanks()
        guard let byte = next else { throw failure("the JSON ends too early") }
        guard byte == closing || byte == UInt8(ascii: ",") else { throw failure("a comma is missing") }
        position += 1
        return byte == closing
    }

    private mutating func text() throws(DataError) -> String {
        position += 1
        var result: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: result, as: UTF8.self) else { throw failure("the text is not in UTF-8") }
                return text
            case UInt8(ascii: "\\"): result += try escape().utf8
            case 0..<32: throw failure("a string must not hold a line end or a tab as it is")
            default: result.append(byte)
            }
        }
        throw failure("a string is never closed")
    }

    private mutating func escape() throws(DataError) -> String {
        guard let byte = next else { throw failure("the JSON ends too early") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try hexadecimal()
            guard (0xD800..<0xDC00).contains(first) else { return try character(first) }
            guard bytes[min(position, bytes.count)...].starts(with: "\\u".utf8) else { throw failure("half a character is missing") }
            position += 2
            let second = try hexadecimal()
            guard (0xDC00..<0xE000).contains(second) else { throw failure("half a character is missing") }
            return try character(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        default: throw failure("`\\` has no meaning before this character")
        }
    }

    private func character(_ code: UInt32) throws(DataError) -> String {
        guard let scalar = Unicode.Scalar(code) else { throw failure("half a character is missing") }
        return String(Character(scalar))
    }

    private mutating func hexadecimal() throws(DataError) -> UInt32 {
        guard position + 4 <= bytes.count, let code = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16) else {
            throw failure("four hexadecimal digits belong behind `\\u`")
        }
        position += 4
        return code
    }
}
