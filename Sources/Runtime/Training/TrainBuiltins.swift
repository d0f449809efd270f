import Autodiff
import Syntax
import Tensors
import Training

extension Builtin {
    static let training: [Builtin] = [train, step, lbfgs, plateau, diagnose, sweep, lrfind, trace]

    static let train = Builtin(
        "train", [.required("loss"), .optional("params", "none")] + TrainingOptions.parameters, .training,
        summary: "minimises loss(params, …): gives a run; or goes on with a run that is given instead of the loss",
        examples: [
            "run = train(w -> (w - 3)^2, 0, steps: 50, lr: 0.1)", "format(run.params, digits: 4)  # \"3\"",
        ], explanation: { try TrainExplanation.lines($0) }
    ) { call in
        let options = TrainingOptions(call, from: 2)
        if case .object(let object) = call[0], let run = object as? RunValue {
            guard !call.has(1) else {
                throw Diagnostic("a run has its parameters already", at: call.span(1), hints: ["write `train(run, epochs: 5)`"])
            }
            let setup = try options.changed(run.setup)
            var state = run.state
            state.stopping.patience = setup.patience
            var trainer = Trainer(setup, state, goal: try options.goal(default: nil), call.machine, call.site)
            try trainer.run()
            return .object(RunValue(setup, trainer.state))
        }
        let (setup, state) = try options.start()
        var trainer = Trainer(setup, state, goal: try options.goal(default: .epochs(setup.data.isEmpty ? 100 : 10)), call.machine, call.site)
        try trainer.run()
        return .object(RunValue(setup, trainer.state))
    }

    static let step = Builtin(
        "step", [.required("loss"), .optional("params", "none")] + TrainingOptions.parameters, .training,
        summary: "the parameters after one update; of a run, the run one update on",
        examples: ["step(w -> (w - 3)^2, 0, lr: 0.1)  # 0.6"], explanation: { try StepExplanation.lines($0) }
    ) { call in
        if case .object(let object) = call[0], let run = object as? RunValue {
            if let given = call.arguments.indices.dropFirst().first(where: call.has) {
                throw Diagnostic(
                    "`step` takes nothing but the run", at: call.span(given), hints: ["a run keeps its rule, its data and where it is in them"])
            }
            var trainer = Trainer(run.setup, run.state, goal: .steps(1), call.machine, call.site)
            try trainer.run()
            return .object(RunValue(run.setup, trainer.state))
        }
        let (setup, state) = try TrainingOptions(call, from: 2).start()
        var trainer = Trainer(setup, state, goal: .steps(1), call.machine, call.site)
        try trainer.update()
        if case .notFinite(let sentence) = trainer.state.ending {
            throw Diagnostic(sentence, at: call.site.span, hints: ["a smaller η often helps: `lr: …`"])
        }
        return trainer.state.parameters
    }

    static let lbfgs = Builtin(
        "lbfgs", [.optional("lr", "1"), .optional("history", "10")], .training,
        summary: "the rule L-BFGS with a strong Wolfe line search, for full batches: each step fits a parabola to the last gradients",
        examples: ["train(w -> (w - 3)^2, 0, rule: lbfgs(), steps: 5).params  # 3"]
    ) { call in
        let rate = call.has(0) ? try call.machine.number(call[0], "`lr`", at: call.span(0)) : 1
        let memory = call.has(1) ? try call.machine.whole(call[1], "`history`", at: call.span(1)) : 10
        guard memory > 0 else { throw Diagnostic("`history` must be at least 1", at: call.span(1)) }
        return .object(LBFGSRule(rate: rate, memory: memory))
    }

    static let plateau = Builtin(
        "plateau", [.required("lr"), .optional("factor", "0.1"), .optional("patience", "10"), .optional("min", "0")], .training,
        summary: "a schedule that multiplies η by factor when the loss (validation, if there is one) has not improved for more than patience epochs",
        examples: ["plateau(0.1, patience: 3)  # plateau(0.1, factor: 0.1, patience: 3)"]
    ) { call in
        let rate = try call.machine.number(call[0], "`lr`", at: call.span(0))
        let factor = call.has(1) ? try call.machine.number(call[1], "`factor`", at: call.span(1)) : 0.1
        let patience = call.has(2) ? try call.machine.whole(call[2], "`patience`", at: call.span(2)) : 10
        let floor = call.has(3) ? try call.machine.number(call[3], "`min`", at: call.span(3)) : 0
        guard factor > 0 && factor < 1 else {
            throw Diagnostic("`factor` must lie between 0 and 1", at: call.span(1))
        }
        return .object(PlateauValue(Plateau(rate: rate, factor: factor, patience: patience, floor: floor)))
    }
}
