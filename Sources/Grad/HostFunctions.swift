import Runtime
import Syntax

extension Session {
    /// Gives programs a function that is written in Swift.
    ///
    /// ```swift
    /// session.define("smooth", parameters: ["xs", "width"]) { (xs: [Double], width: Int) in
    ///     xs.indices.map { i in xs[max(0, i - width)...i].reduce(0, +) / Double(min(i, width) + 1) }
    /// }
    /// try session.run("smooth([1, 5, 3], 2)")
    /// ```
    ///
    /// An argument that is not of the type that the closure wants, and an error that it throws, become errors of the program at the place of
    /// the call. It has no derivative; ``define(_:parameters:_:derivative:)`` defines one that has, and `custom_grad` of the language gives it one.
    ///
    /// - Parameters:
    ///   - name: The name in programs; it hides one of the language.
    ///   - parameters: The names of the parameters, for calls by name and for messages. Missing ones are called `a`, `b` and so on.
    ///   - body: The function.
    public func define<each Argument: ValueConvertible, Result: ValueConvertible>(
        _ name: String, parameters: [String] = [], _ body: @escaping (repeat each Argument) throws -> Result
    ) {
        var count = 0
        for _ in repeat (each Argument).self { count += 1 }
        let spare = "abcdefghijklmnopqrstuvwxyz".map { String($0) }.filter { !parameters.contains($0) }
        let names = (0..<count).map { index in
            index < parameters.count ? canonicalName(parameters[index]) : index < spare.count ? spare[index] : "a\(index)"
        }
        install(name, names) { values in
            var index = 0
            func next<T: ValueConvertible>(_ type: T.Type) throws -> T {
                defer { index += 1 }
                do throws(GradError) {
                    return try T(gradValue: values[index])
                } catch {
                    throw ArgumentError(index: index, message: error.message)
                }
            }
            return try body(repeat next((each Argument).self)).gradValue
        }
    }

    /// Gives programs a function that takes and gives values of any kind.
    ///
    /// - Parameters:
    ///   - name: The name in programs; it hides one of the language.
    ///   - parameters: The names of the parameters; a call gives as many arguments.
    ///   - body: The function.
    public func define(_ name: String, parameters: [String], values body: @escaping ([Value]) throws -> Value) {
        install(name, parameters.map(canonicalName), body)
    }

    private func install(_ name: String, _ parameters: [String], _ body: @escaping ([Value]) throws -> Value) {
        let function = HostFunction(name, parameters: parameters) { [unowned self] arguments, _, site in
            try failing(name, site, parameters: parameters) { try lower(try body(arguments.map(lift))) }
        }
        setGlobal(name, .function(function))
    }
}

/// An argument of a host function is not of the type that it wants.
struct ArgumentError: Error {
    let index: Int
    let message: String
}
