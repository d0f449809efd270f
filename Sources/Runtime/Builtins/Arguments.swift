package import Autodiff
package import Syntax
package import Tensors

// Arguments of builtins as what they must be; each refusal names the argument as it was written.

extension Builtin.Call {
    /// The parameter's name and whose it is, for messages: "`count` of `linspace`".
    private func what(_ index: Int) -> String {
        guard index < builtin.parameters.count else { return "`\(builtin.name)`" }
        return "`\(builtin.parameters[index].name)` of `\(builtin.name)`"
    }

    /// "`linspace` needs a number, but `x` is a string".
    package func typeError(_ index: Int, needs: String, hints: [String] = []) -> Diagnostic {
        machine.typeError("`\(builtin.name)`", needs: needs, self[index], at: span(index), isWritten: index < site.operands.count, hints: hints)
    }

    /// A refusal at an argument.
    package func problem(_ message: String, at index: Int? = nil, hints: [String] = []) -> Diagnostic {
        Diagnostic(message, at: index.map(span) ?? site.span, hints: hints)
    }

    package func number(_ index: Int) throws -> Double { try machine.number(self[index], what(index), at: span(index)) }

    package func number(_ index: Int, default number: Double) throws -> Double {
        has(index) ? try self.number(index) : number
    }

    package func whole(_ index: Int) throws -> Int { try machine.whole(self[index], what(index), at: span(index)) }

    package func whole(_ index: Int, default number: Int) throws -> Int { has(index) ? try whole(index) : number }

    /// A count: whole and from 0 up, and not more than `most`.
    package func count(_ index: Int, most: Int = Machine.mostElements) throws -> Int {
        let count = try whole(index)
        guard count >= 0 else { throw problem("\(what(index)) cannot be negative, but it is \(count)", at: index) }
        guard count <= most else { throw problem("\(what(index)) is too large: \(count)", at: index, hints: ["it may be up to \(most)"]) }
        // What a builtin makes of a count is a tensor or a list of that length, or not larger.
        if count > 1000 { try checked(at: index) { () throws(PrimitiveError) in try Account.admit([count]) } }
        return count
    }

    package func flag(_ index: Int, default flag: Bool) throws -> Bool {
        has(index) ? try machine.boolean(self[index], what(index), at: span(index)) : flag
    }

    package func text(_ index: Int) throws -> String {
        guard case .text(let text) = self[index] else {
            throw machine.typeError(what(index), needs: "a string", self[index], at: span(index))
        }
        return text.string
    }

    package func text(_ index: Int, default text: String) throws -> String { has(index) ? try self.text(index) : text }

    package func record(_ index: Int) throws -> Record {
        guard case .record(let record) = self[index] else { throw typeError(index, needs: "a record") }
        return record
    }

    package func tensor(_ index: Int) throws -> Tensor {
        guard let tensor = self[index].tensor else { throw typeError(index, needs: "a number or a tensor") }
        return tensor
    }

    /// As `tensor`, for its shape and type alone.
    package func outline(_ index: Int) throws -> Tensor {
        guard let tensor = self[index].outline else { throw typeError(index, needs: "a number or a tensor") }
        return tensor
    }

    /// What a loop over the argument would run through.
    package func elements(_ index: Int) throws -> [Value] { try elements(self[index], at: span(index)) }

    package func elements(_ value: Value, at span: Span) throws -> [Value] {
        switch value {
        case .list, .range, .text, .record: break
        case let value where (value.outline?.rank ?? 0) > 0: break
        case .object(let object) where object.elementCount != nil: break
        default:
            throw machine.typeError(
                "`\(builtin.name)`", needs: "a list, a range or a tensor", value, at: span,
                hints: value.isNumeric ? ["to count write `0..<n`"] : [])
        }
        return try machine.elements(of: value, Site(span, [span]))
    }

    /// A shape: a list of lengths, or one length.
    package func shape(_ index: Int) throws -> Shape {
        let span = span(index)
        let axes: [Int]
        if let tensor = self[index].outline, tensor.rank == 0 {
            axes = [try machine.whole(self[index], "a length", at: span)]
        } else {
            guard self[index].outline?.rank == 1 || self[index].isListLike else {
                throw typeError(index, needs: "a shape", hints: ["a shape is a list of lengths, as in `\(builtin.name)([2, 3])`"])
            }
            axes = try machine.elements(of: self[index], Site(span, [span])).map { try machine.whole($0, "a length", at: span) }
        }
        return try checked(at: index) { () throws(PrimitiveError) in
            let shape = try Shape.checked(axes, limit: 1 << 31)
            try Account.admit(axes)
            return shape
        }
    }

    package func shape(_ index: Int, default shape: Shape) throws -> Shape { has(index) ? try self.shape(index) : shape }

    /// The arguments of a variadic parameter, each with its place.
    package func rest(_ index: Int) -> [(value: Value, span: Span)] {
        guard case .list(let list)? = arguments[index] else { return [] }
        return list.elements.enumerated().map { ($1.settled, span(index + $0)) }
    }

    // MARK: Calling back

    package func requireFunction(_ index: Int) throws {
        guard case .function = self[index] else {
            throw typeError(index, needs: "a function", hints: builtin.examples.first.map { ["as in `\(Builtin.code(of: $0))`"] } ?? [])
        }
    }

    /// An argument that is an object with elements.
    package func container(_ index: Int) -> ObjectValue? {
        if case .object(let object) = self[index], object.elementCount != nil { object } else { nil }
    }

    /// Calls a function that was given as an argument.
    package func call(_ index: Int, _ arguments: [Value]) throws -> Value {
        try machine.call(self[index], arguments, names: nil, Site(site.span), calleeSpan: span(index))
    }

    // MARK: Primitives

    package func apply(_ primitive: Primitive, _ operands: [Value], _ attributes: Attributes = .none) throws -> Value {
        try machine.apply(primitive, operands, attributes, site)
    }

    /// Calls a primitive as a program would, with arguments bound to its parameters.
    package func run(_ primitive: Primitive, _ arguments: [Value?]) throws -> Value {
        try PrimitiveFunction(primitive).invoke(arguments, machine, site)
    }

    /// Runs what refuses in the terms of shapes, and gives the refusal its place.
    package func checked<R>(at index: Int? = nil, _ body: () throws(PrimitiveError) -> R) throws -> R {
        do throws(PrimitiveError) {
            return try body()
        } catch {
            let span = index.map(span) ?? site.span
            throw machine.failure(error, Site(span))
        }
    }
}

extension Value {
    /// A list or a range.
    var isListLike: Bool {
        switch self {
        case .list, .range: true
        default: false
        }
    }

    /// A list, a range or a tensor with axes.
    var hasElements: Bool { isListLike || (tensor?.rank ?? 0) > 0 }
}
