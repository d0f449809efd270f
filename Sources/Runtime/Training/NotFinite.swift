import Autodiff
import Syntax
import Tensors
import Training

/// Why something was not finite: the step is done once more, watching every value.
extension Trainer {
    enum Suspect {
        case loss
        case gradient
        /// With the parameters before the update.
        case parameters([Value])

        var name: String {
            switch self {
            case .loss: "the loss"
            case .gradient: "the gradient"
            case .parameters: "a parameter"
            }
        }
    }

    /// The sentence that tells what happened: step, minibatch, operation.
    func notFinite(
        _ suspect: Suspect, _ place: String, _ rows: [(name: String, tensor: Tensor)], _ gradients: [Tensor]
    ) throws -> String {
        let sentence = "\(suspect.name) became NaN or infinite at \(place)"
        guard let cause = try spoiledInput(rows) ?? operation(suspect, rows, gradients) else { return sentence }
        return "\(sentence): \(cause)"
    }

    /// Data or parameters that were not finite before anything was computed.
    private func spoiledInput(_ rows: [(name: String, tensor: Tensor)]) throws -> String? {
        for (name, tensor) in rows where !tensor.isFinite {
            let width = max(1, tensor.count / max(1, tensor.shape[0]))
            let row = (tensor.numbers.firstIndex { !$0.isFinite } ?? 0) / width
            return "`\(name)` holds a value that is not finite, in row \(try number(ofRow: row)) of the training rows"
        }
        for (path, leaf) in zip(state.parameters.leafPaths("p"), state.parameters.leaves) where leaf.tensor?.isFinite == false {
            return state.steps == 0 ? "the parameters to start from are not finite, in `\(path)`" : nil
        }
        return nil
    }

    /// The place of a row of the minibatch under way among all rows.
    private func number(ofRow row: Int) throws -> Int {
        var minibatches = setup.minibatches()
        let perEpoch = setup.updatesPerEpoch
        let indices = try minibatches?.indices(epoch: state.steps / perEpoch, update: state.steps % perEpoch)?.numbers
        return indices.map { Int($0[row]) } ?? row
    }

    private func operation(_ suspect: Suspect, _ rows: [(name: String, tensor: Tensor)], _ gradients: [Tensor]) throws -> String? {
        switch suspect {
        case .loss:
            return try firstStop { _ = try machine.invoke(setup.loss, setup.arguments(state.parameters, rows), site) }
        case .gradient: return try derivative(rows)
        case .parameters(let old):
            guard let rule = setup.rule as? WrittenRule else { return nil }
            return try firstStop {
                for index in old.indices {
                    var memory = state.memory[index]
                    _ = try rule.apply(old[index], Value(gradients[index]), step: state.steps, memory: &memory, machine, site)
                }
            }
        }
    }

    /// What stops first when every operation is watched.
    private func firstStop(_ body: () throws -> Void) throws -> String? {
        let wasStopping = machine.stopsAtNaN
        machine.stopsAtNaN = true
        defer { machine.stopsAtNaN = wasStopping }
        do {
            try body()
            return nil
        } catch let diagnostic as Diagnostic {
            let text = diagnostic.span.flatMap(machine.sourceText).map { ", in `\($0)`" } ?? ""
            return diagnostic.message + text
        }
    }

    /// The operation whose derivative is the first not to be finite.
    private func derivative(_ rows: [(name: String, tensor: Tensor)]) throws -> String? {
        let arguments = setup.arguments(state.parameters, rows)
        let name = setup.loss.parameters.first?.name ?? "p"
        return try machine.tracing { tape in
            let variables = try Differentiation.variables(setup.loss, arguments, [name], machine, site, tape)
            guard case .node(let loss) = try machine.invoke(setup.loss, variables.arguments, site).settled else { return nil }
            _ = try machine.sweep(site) { try tape.gradient(of: loss, by: variables.nodes) }
            guard let node = tape.nodes.first(where: { !$0.value.isFinite }), node.origin.source >= 0,
                let text = machine.sourceText(node.origin.span)
            else { return nil }
            return "the derivative of `\(text)` is not finite there"
        }
    }
}
