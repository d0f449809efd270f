import Autodiff
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
        if machine.tape?.isForPlan == true { throw Unplannable(reason: "it calls the host's `\(ownName)`") }
        var values: [Value] = []
        for (index, argument) in arguments.enumerated() {
            let span = index < site.operands.count ? site.operands[index] : site.span
            values.append(try (argument ?? .nothing).mapLeaves { try untraced($0.settled, at: span) })
        }
        return try body(values, machine, site)
    }

    /// A value without its tape, if nothing is differentiated by it: otherwise the result would be taken for a constant, and the gradient
    /// be wrong without a word.
    private func untraced(_ value: Value, at span: Span) throws -> Value {
        guard case .node(let node) = value else { return value }
        guard node.isConstant || node.primitive == .stop else {
            throw Diagnostic(
                "`\(ownName)` belongs to the host and has no derivative", at: span,
                hints: ["`custom_grad(\(ownName), rule)` gives it one; `stop(…)` around the argument makes it a constant"])
        }
        return Value.plain(node)
    }
}

extension Interpreter {
    /// Calls a function from outside of any program; `names` are those of arguments given by name.
    package func call(_ function: Value, _ arguments: [Value], names: [String?]?, _ site: Site) -> Outcome {
        machine.forgetAnsweredInterruptions()
        do {
            return try machine.running {
                .finished(try machine.call(function, arguments, names: names, site, calleeSpan: site.span).settled)
            }
        } catch let diagnostic as Diagnostic {
            return .failed(diagnostic)
        } catch {
            return .interrupted
        }
    }
}
