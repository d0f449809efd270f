import Autodiff
import Foundation
import Tensors
import Testing

/// One case of Tests/AutodiffTests/Oracles/*.txt; scripts/oracles/catalogue.py says how a line is written.
struct Oracle: CustomTestStringConvertible {
    let file: String
    let line: Int
    let primitive: Primitive
    let attributes: Attributes
    let operands: [Tensor]
    let value: Tensor
    /// `nil` for an operand that is not differentiated, as in `seconds` for what is not compared.
    let gradients: [Tensor?]
    let seconds: [Tensor?]

    var testDescription: String { "\(primitive.name), \(file) line \(line)" }

    struct Malformed: Error {
        let file: String
        let line: Int
        let what: String
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Oracles")

    /// All files' names, sorted.
    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".txt") }.sorted()

    static func cases(of file: String) throws -> [Oracle] {
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        return try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            if line.isEmpty || line.hasPrefix("#") { return nil }
            return try Oracle(String(line), file: file, line: index + 1)
        }
    }

    private init(_ text: String, file: String, line: Int) throws {
        func malformed(_ what: String) -> Malformed { Malformed(file: file, line: line, what: what) }
        let fields = text.components(separatedBy: " | ")
        guard fields.count == 6 else { throw malformed("\(fields.count) fields") }
        guard let primitive = Primitive.catalogue.first(where: { $0.name == fields[0] }) else {
            throw malformed("there is no primitive \(fields[0])")
        }
        func tensors(_ field: String) throws -> [Tensor?] {
            try field.components(separatedBy: " ; ").map { part in
                if part == "-" { return nil }
                guard let tensor = Oracle.tensor(part) else { throw malformed("no tensor: \(part)") }
                return tensor
            }
        }
        guard let attributes = Oracle.attributes(fields[1], of: primitive) else { throw malformed("attributes \(fields[1])") }
        let operands = try tensors(fields[2]).compactMap(\.self)
        guard let value = try tensors(fields[3])[0] else { throw malformed("no value") }
        self.file = file
        self.line = line
        self.primitive = primitive
        self.attributes = attributes
        self.operands = operands
        self.value = value
        gradients = try tensors(fields[4])
        seconds = try tensors(fields[5])
        guard gradients.count == operands.count, seconds.count == operands.count else { throw malformed("a derivative is missing") }
    }

    /// `[2, 2] 1.0 2.0 3.0 nan`
    private static func tensor(_ text: String) -> Tensor? {
        guard text.hasPrefix("["), let close = text.firstIndex(of: "]") else { return nil }
        guard let axes = wholes(text[...close]) else { return nil }
        let words = text[text.index(after: close)...].split(separator: " ")
        let numbers = words.compactMap { Double($0) }
        let shape = Shape(axes)
        guard numbers.count == words.count, numbers.count == shape.count else { return nil }
        return shape.rank == 0 ? Tensor(numbers[0]) : Tensor(numbers, shape: shape)
    }

    /// `[2, 3]`
    private static func wholes(_ text: Substring) -> [Int]? {
        let words = text.dropFirst().dropLast().split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let numbers = words.compactMap { Int($0) }
        return numbers.count == words.count ? numbers : nil
    }

    /// `axis: [0, 1], keep: true, order: "a, b"` in the order of the primitive's parameters, defaults filled in; `nil` where one does not fit.
    private static func attributes(_ text: String, of primitive: Primitive) -> Attributes? {
        var given: [String: String] = [:]
        var rest = text == "-" ? "" : text[...]
        while let colon = rest.firstIndex(of: ":") {
            let name = rest[..<colon].trimmingCharacters(in: .whitespaces)
            rest = rest[rest.index(after: colon)...].drop { $0 == " " }
            let isList = rest.hasPrefix("[")
            if rest.hasPrefix("\"") {
                let quoted = rest.dropFirst().prefix { $0 != "\"" }
                given[name] = String(quoted)
                rest = rest[quoted.endIndex...].dropFirst().drop { $0 == "," || $0 == " " }
                continue
            }
            let end = (isList ? rest.firstIndex(of: "]").map(rest.index(after:)) : rest.firstIndex(of: ",")) ?? rest.endIndex
            given[name] = String(rest[..<end])
            rest = rest[end...].drop { $0 == "," || $0 == " " }
        }
        let parameters = primitive.parameters.filter { !$0.isOperand }
        guard Set(given.keys).isSubset(of: Set(parameters.map(\.name))) else { return nil }
        var values: [Attribute] = []
        for parameter in parameters {
            let value = given[parameter.name].map { attribute($0, parameter.kind) } ?? parameter.defaultValue
            guard let value else { return nil }
            values.append(value)
        }
        return Attributes(values)
    }

    private static func attribute(_ text: String, _ kind: Parameter.Kind) -> Attribute? {
        switch kind {
        case .operand, .operands: nil
        case .int: Int(text).map(Attribute.int)
        case .ints: text.hasPrefix("[") ? wholes(text[...]).map(Attribute.ints) : Int(text).map(Attribute.int)
        case .flag: Bool(text).map(Attribute.flag)
        case .real: Double(text).map(Attribute.real)
        case .text: .text(text)
        }
    }
}
