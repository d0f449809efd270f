package import Autodiff
package import Syntax
import Tensors

/// A function of the language that is written in Swift: its whole declaration.
package final class Builtin: Sendable {
    /// Headings of the reference.
    package enum Family: String, CaseIterable, Sendable {
        case derivatives = "Derivatives"
        case tensors = "Making tensors"
        case numbers = "Numbers and tensors"
        case random = "Random numbers"
        case lists = "Lists, records and functions"
        case text = "Text and output"
        case training = "Training"
        case data = "Data"
        case pictures = "Pictures"
    }

    package let family: Family
    package let summary: String
    package let examples: [String]
    package let name: String
    package let parameters: [ParameterInfo]
    fileprivate let body: @Sendable (Call) throws -> Value
    /// What `explain` shows of a call; `nil` for those of which the value's formula says it all.
    let explanation: (@Sendable (Call) throws -> ExplanationValue)?

    /// What a builtin is given.
    package struct Call {
        package let builtin: Builtin
        package let arguments: [Value?]
        package let machine: Machine
        package let site: Site

        /// A required argument, or one that was given.
        package subscript(index: Int) -> Value { arguments[index]?.settled ?? .nothing }
        package func has(_ index: Int) -> Bool { arguments[index] != nil }
        /// Where an argument stands, as far as positions tell.
        package func span(_ index: Int) -> Span { index < site.operands.count ? site.operands[index] : site.span }
    }

    package init(
        _ name: String, _ parameters: [ParameterInfo], _ family: Family, summary: String, examples: [String] = [],
        explanation: (@Sendable (Call) throws -> ExplanationValue)? = nil, body: @escaping @Sendable (Call) throws -> Value
    ) {
        self.name = name
        self.parameters = parameters
        self.family = family
        self.summary = summary
        self.examples = examples
        self.explanation = explanation
        self.body = body
    }

}

extension Builtin {
    /// Whether a call does nothing but give a value, which depends on the arguments and on the random numbers that it draws.
    var isPure: Bool {
        switch family {
        case .training, .pictures: false
        case .random: name != "seed"
        // Equal parts of a tensor; a division of rows sees to it itself.
        case .data: name == "split"
        case .text: name != "print" && name != "time"
        default: true
        }
    }

    /// An example without its result.
    static func code(of example: String) -> String {
        var code: [Character] = []
        var spaces = 0
        for character in example {
            if character == "#", spaces >= 2 { return String(code.dropLast(spaces)) }
            spaces = character == " " ? spaces + 1 : 0
            code.append(character)
        }
        return example
    }
}

/// A builtin as a function.
package final class BuiltinFunction: Callable {
    package let builtin: Builtin

    init(_ builtin: Builtin) { self.builtin = builtin }

    override func transplanted(by transplant: Transplant) -> Callable { self }

    package override var name: String? { builtin.name }
    package override var parameters: [ParameterInfo] { builtin.parameters }

    /// What a builtin makes of lists and strings takes up to so many times their memory, for a while.
    private static let growth = 3
    /// Less is not looked at.
    private static let bulk = 1 << 20

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        if machine.tape?.isForPlan == true, !builtin.isPure { throw Unplannable(reason: "it calls `\(builtin.name)`") }
        let given = arguments.reduce(0) { $0 + ($1?.bulk ?? 0) }
        if given > BuiltinFunction.bulk { try machine.admit(bytes: BuiltinFunction.growth * given, site) }
        let value = try builtin.body(Builtin.Call(builtin: builtin, arguments: arguments, machine: machine, site: site))
        try machine.checkResult(site)
        return try machine.bounded(value, site)
    }
}

extension Value {
    /// The bytes of a list or a string, and of the lists and strings in a list of a few: what a builtin goes through.
    fileprivate var bulk: Int {
        switch self {
        case .text(let text): text.string.utf8.count
        case .list(let list):
            list.elements.count < 16
                ? list.elements.reduce(0) { $0 + $1.shallowBulk } : list.elements.count * MemoryLayout<Value>.stride
        default: 0
        }
    }

    private var shallowBulk: Int {
        if case .list(let list) = self { list.elements.count * MemoryLayout<Value>.stride } else { bulk }
    }
}

extension ParameterInfo {
    package static func required(_ name: String) -> ParameterInfo { ParameterInfo(name) }
    package static func optional(_ name: String, _ text: String) -> ParameterInfo {
        ParameterInfo(name, isRequired: false, defaultText: text)
    }
    /// An option that has to be given by name.
    package static func named(_ name: String, _ text: String, _ note: String = "") -> ParameterInfo {
        ParameterInfo(name, isRequired: false, defaultText: text, isNamed: true, note: note)
    }
    package static func variadic(_ name: String) -> ParameterInfo {
        ParameterInfo(name, isRequired: false, isVariadic: true)
    }
}

/// A primitive of the catalogue as a function: arguments become operands and attributes as its declaration says.
package final class PrimitiveFunction: Callable {
    package let primitive: Primitive
    private let infos: [ParameterInfo]

    package init(_ primitive: Primitive) {
        self.primitive = primitive
        infos = primitive.parameters.enumerated().map { index, parameter in
            // A list of operands that comes last, after attributes, is written out: einsum("ij,j->i", A, x).
            if case .operands = parameter.kind, index > 0, index == primitive.parameters.count - 1 { return .variadic(parameter.name) }
            return ParameterInfo(
                parameter.name, isRequired: parameter.isOperand || parameter.defaultValue == nil,
                defaultText: parameter.defaultValue?.text)
        }
    }

    /// Whether a parameter takes a list of tensors, which as a literal may hold tensors of different shapes.
    func takesList(_ index: Int) -> Bool {
        if case .operands = primitive.parameters[index].kind { !infos[index].isVariadic } else { false }
    }

    override func transplanted(by transplant: Transplant) -> Callable { self }

    package override var name: String? { primitive.name }
    package override var parameters: [ParameterInfo] { infos }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        var operands: [Value] = []
        var attributes: [Attribute] = []
        for (index, parameter) in primitive.parameters.enumerated() {
            let isWritten = index < site.operands.count
            let span = isWritten ? site.operands[index] : site.span
            switch parameter.kind {
            case .operand:
                operands.append(try machine.operand(arguments[index] ?? .nothing, of: primitive, span, isWritten))
            case .operands:
                var list = arguments[index]?.settled ?? .list([])
                if infos[index].isVariadic, case .list(let rest) = list, rest.elements.count == 1, case .list = rest.elements[0].settled {
                    list = rest.elements[0].settled
                }
                guard list.hasElements else {
                    throw machine.typeError("`\(primitive.name)`", needs: "a list of tensors", list, at: span, isWritten: isWritten)
                }
                let elements = try machine.elements(of: list, Site(site.span, [span]))
                for (place, element) in elements.enumerated() {
                    let isWritten = infos[index].isVariadic && index + place < site.operands.count
                    let own = isWritten ? site.operands[index + place] : span
                    operands.append(try machine.operand(element, of: primitive, own, isWritten))
                }
                guard !operands.isEmpty else { throw Diagnostic("`\(primitive.name)` needs at least one tensor", at: span) }
            default:
                guard let argument = arguments[index] else {
                    attributes.append(parameter.defaultValue ?? .none)
                    continue
                }
                attributes.append(try machine.attribute(argument.settled, parameter, span))
            }
        }
        // Errors name operands by position among the operands, which here come after the attributes.
        let leading = infos.last?.isVariadic == true ? infos.count - 1 : 0
        let place = leading == 0 ? site : Site(site.span, Array(site.operands.dropFirst(leading)))
        return try machine.apply(primitive, operands, Attributes(attributes), place)
    }
}

extension Machine {
    fileprivate func operand(
        _ value: Value, of primitive: Primitive, _ span: Span, _ isWritten: Bool
    ) throws -> Value {
        let value = value.settled
        if value.isNumeric { return value }
        switch value {
        case .range: return try array(try elements(of: value, Site(span, [span])), Site(span, [span]))
        case .boolean(let boolean): return .number(boolean ? 1 : 0)
        default:
            throw typeError(
                "`\(primitive.name)`", needs: "a number or a tensor", value, at: span, isWritten: isWritten,
                hints: operandHints(value))
        }
    }

    private func operandHints(_ value: Value) -> [String] {
        switch value {
        case .function: ["call it: a function has a value only for arguments"]
        case .list(let list) where list.elements.contains { if case .boolean = $0 { true } else { false } }:
            ["a comparison of a tensor gives one of 1 and 0: `x > 0`; written out, `[1, 0]`"]
        default: []
        }
    }

    /// An argument that is not differentiated, as its parameter wants it.
    fileprivate func attribute(_ value: Value, _ parameter: Autodiff.Parameter, _ span: Span) throws -> Attribute {
        let what = "`\(parameter.name)`"
        switch parameter.kind {
        case .int: return .int(try whole(value, what, at: span))
        case .ints:
            switch value {
            case .number: return .int(try whole(value, what, at: span))
            case .tensor(let box) where box.tensor.rank == 0: return .int(try whole(value, what, at: span))
            default:
                guard value.hasElements else { throw typeError(what, needs: "a whole number or a list of them", value, at: span) }
                return .ints(try elements(of: value, Site(span, [span])).map { try whole($0, what, at: span) })
            }
        case .flag: return .flag(try boolean(value, what, at: span))
        case .real: return .real(try number(value, what, at: span))
        case .text:
            guard case .text(let text) = value else { throw typeError(what, needs: "a string", value, at: span) }
            return .text(text.string)
        case .operand, .operands: return .none
        }
    }
}

extension Attribute {
    /// As it is written in help.
    var text: String {
        switch self {
        case .none: "all"
        case .flag(let flag): flag ? "true" : "false"
        case .int(let int): "\(int)"
        case .ints(let ints): "[\(ints.map(String.init).joined(separator: ", "))]"
        case .real(let real): NumberStyle().format(real)
        case .text(let text): "\"\(text)\""
        }
    }
}
