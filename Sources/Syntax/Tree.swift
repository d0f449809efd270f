/// The syntax tree. Every node knows its span; what a person wrote wrongly is `.invalid`, so that the rest of the
/// file can still be checked.

/// An identifier. `text` is the canonical spelling (`theta` and `θ` are the same name, `θ`);
/// what was written stands in the source at `span`.
package struct Name: Sendable {
    package let text: String
    package let span: Span
    package init(_ text: String, _ span: Span) { (self.text, self.span) = (text, span) }
}

package indirect enum Expression: Sendable {
    case number(Double, Span)
    case string([StringPart], Span)
    case boolean(Bool, Span)
    case name(Name)
    /// `[a, b, c]`: a tensor when the elements are numbers or tensors, else a list.
    case array([Expression], Span)
    /// `{w: 1, b: 0}`.
    case record([RecordField], Span)
    /// The span covers operator and operand.
    case unary(UnaryOperator, Expression, Span)
    /// `operatorSpan` is that of the sign itself; for a product by juxtaposition, `2x`, it is empty and lies between the two.
    case binary(BinaryOperator, Expression, Expression, operatorSpan: Span)
    case call(Expression, [Argument], Span)
    /// `x[i, 0..<3, :]`.
    case index(Expression, [IndexItem], Span)
    /// `p.w`, `A.T`.
    case field(Expression, Name, Span)
    /// `f'`, `f''`: the order counts the primes.
    case prime(Expression, order: Int, Span)
    /// `∂L/∂w`: the name is that of a parameter.
    case partial(Expression, by: Name, Span)
    case lambda(Function)
    /// `if c then a else b`.
    case conditional(Expression, Expression, Expression, Span)
    /// `a...b` (closed) or `a..<b`.
    case range(Expression, Expression, closed: Bool, Span)
    /// `explain e`.
    case explain(Expression, Span)
    /// `(e)`: kept so that the formatter keeps what was written, and `1/(2x)` stays itself.
    case parenthesized(Expression, Span)
    case invalid(Span)
}

package enum StringPart: Sendable {
    case text(String)
    case value(Expression)
}

package struct RecordField: Sendable {
    package let name: Name
    package let value: Expression
    package init(name: Name, value: Expression) { (self.name, self.value) = (name, value) }
}

package struct Argument: Sendable {
    /// `nil` for an argument given by position.
    package let name: Name?
    package let value: Expression
    package init(name: Name?, value: Expression) { (self.name, self.value) = (name, value) }
}

package enum IndexItem: Sendable {
    case at(Expression)
    /// `a..<b`, `a...b`; a missing end is `nil`.
    case range(Expression?, Expression?, closed: Bool, Span)
    /// `:`.
    case all(Span)
}

package enum UnaryOperator: String, Sendable {
    case minus = "-"
    case plus = "+"
    case not
    /// `∇f`.
    case nabla = "∇"
}

package enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    /// A numeral directly before a name or a parenthesis: `2x`.
    case juxtapose = ""
    case divide = "/"
    case power = "^"
    case matmul = "@"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and
    case or
    case pipe = "|>"
}

/// What a function declaration and a lambda share.
package struct Function: Sendable {
    /// `nil` for a lambda.
    package let name: Name?
    package let parameters: [Parameter]
    package let body: Body
    package let span: Span

    package init(name: Name?, parameters: [Parameter], body: Body, span: Span) {
        (self.name, self.parameters, self.body, self.span) = (name, parameters, body, span)
    }
}

package struct Parameter: Sendable {
    package let name: Name
    /// `X[n, d]`: declared lengths, a name or a count each; `nil` when no shape is declared.
    package let shape: [Expression]?
    /// `k: 2`.
    package let defaultValue: Expression?

    package init(name: Name, shape: [Expression]? = nil, defaultValue: Expression? = nil) {
        (self.name, self.shape, self.defaultValue) = (name, shape, defaultValue)
    }
}

package enum Body: Sendable {
    case expression(Expression)
    case block(Block)
}

/// `{ … }`: the value is that of its last statement.
package struct Block: Sendable {
    package let statements: [Statement]
    package let span: Span
    package init(_ statements: [Statement], _ span: Span) { (self.statements, self.span) = (statements, span) }
}

package indirect enum Statement: Sendable {
    /// At top level the value is shown, unless a `;` ends the line.
    case expression(Expression, muted: Bool)
    /// `x = e` introduces a name.
    case introduce(Name, Expression, muted: Bool, Span)
    /// `f(x) = …`.
    case define(Function)
    /// `x <- e`, `p.w <- e`, `x[i] <- e`: the target is a name, or a field or an index of one.
    case update(Expression, Expression, muted: Bool, Span)
    /// `if c { } else if d { } else { }`.
    case branch(Expression, Block, else: ElseBranch?, Span)
    case forLoop(Name, Expression, Block, Span)
    case whileLoop(Expression, Block, Span)
    case breakLoop(Span)
    case continueLoop(Span)
    case returnValue(Expression?, Span)
    /// `import "layers.grad"`.
    case importFile(String, Span)
    case rule(RuleDeclaration)
    case invalid(Span)
}

package enum ElseBranch: Sendable {
    case block(Block)
    case branch(Statement)
}

/// `rule adam(lr: 0.001) { m = 0; update(θ, g, t) = … }`.
package struct RuleDeclaration: Sendable {
    package let name: Name
    package let parameters: [Parameter]
    /// The rule's memory, `name = start`, one per parameter of the model.
    package let memory: [RecordField]
    package let update: Function
    package let span: Span

    package init(name: Name, parameters: [Parameter], memory: [RecordField], update: Function, span: Span) {
        (self.name, self.parameters, self.memory, self.update, self.span) = (name, parameters, memory, update, span)
    }
}

/// One parsed source.
package struct Program: Sendable {
    package let statements: [Statement]
    /// In order of position; the formatter puts them back.
    package let comments: [Comment]
    package let source: SourceID

    package init(statements: [Statement], comments: [Comment], source: SourceID) {
        (self.statements, self.comments, self.source) = (statements, comments, source)
    }
}

/// `# …`, to the end of its line.
package struct Comment: Sendable {
    package let text: String
    package let span: Span
    package init(text: String, span: Span) { (self.text, self.span) = (text, span) }
}

extension Expression {
    package var span: Span {
        switch self {
        case .number(_, let span), .string(_, let span), .boolean(_, let span), .array(_, let span),
            .record(_, let span), .unary(_, _, let span), .call(_, _, let span), .index(_, _, let span),
            .field(_, _, let span), .prime(_, _, let span), .partial(_, _, let span), .conditional(_, _, _, let span),
            .range(_, _, _, let span), .explain(_, let span), .parenthesized(_, let span), .invalid(let span):
            span
        case .name(let name): name.span
        case .binary(_, let left, let right, _): left.span.joined(with: right.span)
        case .lambda(let function): function.span
        }
    }
}
