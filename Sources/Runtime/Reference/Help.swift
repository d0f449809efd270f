import Autodiff
import Syntax

/// What `:help` and the reference tell of a name.
package struct Help: Sendable {
    /// Where its documentation belongs.
    package enum Kind: String, Sendable, CaseIterable {
        case primitive, builtin, prelude, own
    }

    package let name: String
    /// As it is called: `huber(a, b, delta: 1)`.
    package let signature: String
    /// One line.
    package let summary: String
    /// Options by name, and what each is for.
    package let options: [(name: String, note: String)]
    /// Lines of Grad, run one after another; the last shows its result behind `# `.
    package let examples: [String]
    package let kind: Kind
    /// The heading that it stands under.
    package let family: String
    /// Its definition in Grad; `nil` for what is written in Swift.
    package let source: String?
}

extension Interpreter {
    /// Help for a name of the language or of the session, or for an operator's sign.
    package func help(for name: String) -> Help? {
        let name = Help.spelling(name)
        if let variable = globals[name], let value = variable.global?.pointee, !value.isNothing {
            return help(name, value, kind: .own, family: "")
        }
        if let value = builtins[name] { return help(name, value) }
        // Only a primitive that is written as an operator has a sign other than its name.
        return Primitive.catalogue.first { !$0.isHidden && $0.sign == name && $0.name != name }.map { Help($0) }
    }

    /// Help for all that the language brings along, by name within each kind.
    package var allHelp: [Help] {
        builtins.names.sorted().compactMap { name in builtins[name].flatMap { help(name, $0) } }
    }

    private func help(_ name: String, _ value: Value) -> Help? {
        let file = Prelude.index[name]
        return help(name, value, kind: .prelude, family: file.map { Prelude.files[$0].title } ?? "")
    }

    private func help(_ name: String, _ value: Value, kind: Help.Kind, family: String) -> Help? {
        guard case .function(let callable) = value.settled else {
            return kind == .own ? nil : Constant.all.first { $0.name == name }.map { Help($0) }
        }
        switch callable {
        case let function as PrimitiveFunction: return Help(function.primitive)
        case let function as BuiltinFunction: return Help(function.builtin)
        case let closure as Closure:
            guard let source = source(closure.declaration.span.source) else { return nil }
            return Help(name, closure.declaration, in: source, kind: kind, family: family)
        default: return nil
        }
    }
}

extension Help {
    init(_ primitive: Primitive) {
        name = primitive.name
        signature = Messages.signature(primitive.name, PrimitiveFunction(primitive).parameters)
        summary = primitive.summary
        options = []
        examples = primitive.examples
        kind = .primitive
        family = primitive.familyTitle
        source = nil
    }

    init(_ builtin: Builtin) {
        name = builtin.name
        signature = Messages.signature(builtin.name, builtin.parameters)
        summary = builtin.summary
        options = builtin.parameters.filter { !$0.note.isEmpty }.map { ($0.name, $0.note) }
        examples = builtin.examples
        kind = .builtin
        family = builtin.family.rawValue
        source = nil
    }

    static var primitiveFamilies: [String] { Primitive.families.map(\.title) }

    init(_ constant: Constant) {
        name = constant.name
        signature = constant.name
        summary = constant.summary
        options = []
        examples = []
        kind = .builtin
        family = "Constants"
        source = nil
    }

    /// A function of the language: the comment directly above its definition is its help.
    init(_ name: String, _ function: Function, in source: Source, kind: Kind, family: String) {
        let comment = DocumentationComment(above: Int(function.span.start), in: source)
        self.name = name
        signature = "\(name)(\(function.parameters.map { Help.text($0, in: source) }.joined(separator: ", ")))"
        summary = comment.summary
        options = []
        examples = comment.examples
        self.kind = kind
        self.family = family
        self.source = source.text(function.span)
    }

    private static func text(_ parameter: Syntax.Parameter, in source: Source) -> String {
        let shape = parameter.shape.map { lengths in "[\(lengths.map { source.text($0.span) }.joined(separator: ", "))]" } ?? ""
        let value = parameter.defaultValue.map { ": \(source.text($0.span))" } ?? ""
        return source.text(parameter.name.span) + shape + value
    }

    /// A name as it is known, whichever way a person writes it.
    fileprivate static func spelling(_ name: String) -> String {
        switch name {
        case "∇": "grad"
        case "√": "sqrt"
        default: canonicalName(name)
        }
    }
}

/// The comment lines directly above a definition: a summary, and examples behind `example:`.
struct DocumentationComment {
    private(set) var summary = ""
    private(set) var examples: [String] = []

    init(above offset: Int, in source: Source) {
        var lines: [String] = []
        var line = source.lineIndex(of: offset) - 1
        while line >= 0 {
            let range = source.lineRange(line)
            let text = source.text(range.lowerBound, range.upperBound).drop(while: \.isWhitespace)
            guard text.hasPrefix("#") else { break }
            lines.append(String(text.drop { $0 == "#" }.drop(while: \.isWhitespace)))
            line -= 1
        }
        let mark = "example:"
        var words: [String] = []
        for line in lines.reversed() {
            if line.hasPrefix(mark) {
                examples.append(String(line.dropFirst(mark.count).drop(while: \.isWhitespace)))
            } else if !line.isEmpty {
                words.append(line)
            }
        }
        summary = words.joined(separator: " ")
    }
}
