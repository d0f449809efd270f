import Runtime
import Syntax
import Tensors

extension Session {
    /// Gives programs a function of tensors that is written in Swift, with its derivative.
    ///
    /// ```swift
    /// session.define("cube", parameters: ["x"]) { arguments in
    ///     arguments[0].map { $0 * $0 * $0 }
    /// } derivative: { arguments, result, gradient in
    ///     [zip(arguments[0], gradient) { x, g in 3 * x * x * g }]
    /// }
    /// try session.run("grad(x -> sum(cube(x)))([1, 2])")     // [3, 12]
    /// ```
    ///
    /// Tensors go in and come out without a copy of their numbers. The derivative may itself not be differentiated, and taking a second
    /// derivative is an error.
    ///
    /// - Parameters:
    ///   - name: The name in programs; it hides one of the language.
    ///   - parameters: The names of the parameters, each a number or a tensor; a number arrives as a tensor of rank 0.
    ///   - value: The function.
    ///   - derivative: For the arguments, the result and the gradient by the result, of its shape: the gradients by the arguments, each of
    ///     the shape of its argument.
    public func define(
        _ name: String, parameters: [String], _ value: @escaping (_ arguments: [Tensor]) throws -> Tensor,
        derivative: @escaping (_ arguments: [Tensor], _ result: Tensor, _ gradient: Tensor) throws -> [Tensor]
    ) {
        let names = parameters.map(canonicalName)
        let count = names.count
        let function = HostFunction(name, parameters: names) { [unowned self] arguments, _, site in
            try failing(name, site, parameters: names) {
                let tensors = try arguments.enumerated().map { index, argument in
                    guard let tensor = argument.tensor else {
                        throw ArgumentError(index: index, message: lift(argument).mismatch("a number or a tensor").message)
                    }
                    return Tensor(tensor)
                }
                return Runtime.Value(try value(tensors).storage)
            }
        }
        let callable = HostDerivative.give(function) { [unowned self] tensors, _, site in
            try failing(name, site) {
                guard tensors.count == count + 2 else { return [] }
                let tensors = tensors.map { Tensor($0) }
                return try derivative(Array(tensors.prefix(count)), tensors[count], tensors[count + 1]).map(\.storage)
            }
        }
        setGlobal(name, .function(callable))
    }

    /// What a closure of the host throws, as an error of the program at the place of the call.
    func failing<R>(_ name: String, _ site: Site, parameters: [String] = [], _ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as ArgumentError {
            let parameter = error.index < parameters.count ? "`\(parameters[error.index])` of " : ""
            throw Syntax.Diagnostic(
                "\(parameter)`\(name)`: \(error.message)",
                at: error.index < site.operands.count ? site.operands[error.index] : site.span)
        } catch let error as GradError {
            if error.kind == .cancelled { throw Interruption() }
            throw Syntax.Diagnostic("`\(name)` failed: \(error.message)", at: site.span)
        } catch {
            throw Syntax.Diagnostic("`\(name)` failed: \(error)", at: site.span)
        }
    }
}
