import Autodiff
import Syntax
package import Tensors

/// A derivative rule that the host of a session wrote. It gets the plain tensors of the arguments, the result and the gradient by it, and gives
/// the gradients by the arguments. Its inside is not on the tape, so it has no derivative in turn, and says so where one is asked for.
package final class HostDerivative: Callable {
    private let ownName: String
    private let body: ([Tensor], Machine, Site) throws -> [Tensor]

    private init(_ name: String, body: @escaping ([Tensor], Machine, Site) throws -> [Tensor]) {
        ownName = name
        self.body = body
        super.init()
    }

    /// `function` with this derivative.
    package static func give(
        _ function: HostFunction, body: @escaping ([Tensor], Machine, Site) throws -> [Tensor]
    ) -> Callable {
        CustomGradient(function, HostDerivative(function.name ?? "function", body: body))
    }

    package override var name: String? { ownName }
    package override var parameters: [ParameterInfo] { [ParameterInfo("arguments", isRequired: false, isVariadic: true)] }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        guard case .list(let list)? = arguments.first ?? nil else { return .list([]) }
        let values = list.elements.map(\.settled)
        let gradients = try body(values.compactMap(\.tensor), machine, site)
        guard let tape = machine.tape else { return .list(gradients.map { Value($0) }) }
        let nodes = try values.filter(\.isNumeric).map { try machine.node($0, on: tape) }
        return .list(try gradients.map { .node(try tape.apply(opaque($0), nodes)) })
    }

    /// A value that depends on its operands in a way that only the host knows.
    private func opaque(_ value: Tensor) -> Primitive {
        let message = "`\(ownName)` belongs to the host, and its derivative has no derivative in turn"
        return Primitive(
            ownName, [.operands("x")], summary: "a derivative that the host computes",
            shape: { (_, _) throws(PrimitiveError) in value.shape }, kernel: { (_, _) throws(PrimitiveError) in value },
            derivative: .joint { derivation in
                derivation.tape.fail(PrimitiveError(message, hint: "written in the language, a rule for `custom_grad` has derivatives of every order"))
                return derivation.operands.map { _ in nil }
            }, isHidden: true)
    }
}
