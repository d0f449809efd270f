import Syntax

/// A function that the host of a session gives to the language.
package final class HostFunction: Callable {
    private let ownName: String
    private let infos: [ParameterInfo]
    private let body: ([Value], Machine, Site) throws -> Value

    /// `body` gets plain values: nothing that is being recorded on a tape.
    package init(
        _ name: String, parameters: [String], body: @escaping ([Value], Machine, Site) throws -> Value
    ) {
        ownName = name
        infos = parameters.map { ParameterInfo($0) }
        self.body = body
        super.init()
    }

    package override var name: String? { ownName }
    package override var parameters: [ParameterInfo] { infos }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        let values = arguments.map { $0?.settled ?? .nothing }
        for (index, value) in values.enumerated() {
            var isTraced = false
            value.forEachLeaf { if $0.isTraced { isTraced = true } }
            // Its result would be taken for a constant: a gradient that is wrong without a word.
            guard !isTraced else {
                throw Diagnostic(
                    "`\(ownName)` belongs to the host and has no derivative",
                    at: index < site.operands.count ? site.operands[index] : site.span,
                    hints: ["`custom_grad(\(ownName), rule)` gives it one; `stop(…)` around the argument makes it a constant"])
            }
        }
        return try body(values, machine, site)
    }
}

extension Interpreter {
    /// Calls a function from outside of any program; `names` are those of arguments given by name.
    package func call(_ function: Value, _ arguments: [Value], names: [String?]?, _ site: Site) -> Outcome {
        do {
            return try machine.withStackLimit {
                .finished(try machine.call(function, arguments, names: names, site, calleeSpan: site.span).settled)
            }
        } catch let diagnostic as Diagnostic {
            return .failed(diagnostic)
        } catch {
            return .interrupted
        }
    }
}
