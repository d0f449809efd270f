import Plots
import Syntax

extension Builtin {
    static let animate = Builtin(
        "animate", [.required("what"), .optional("seconds", "4")] + PictureOptions.parameters, .pictures,
        summary: "a figure that grows step by step before your eyes: the path of a run on its loss, or its curves; where nothing can move it is the last frame",
        examples: ["run = train(w -> (w - 3)^2, 0, lr: 0.1, steps: 20)", "fig = animate(run)"]
    ) { call in
        let seconds = try call.number(1, default: 4)
        guard seconds >= 0, seconds <= 3600 else { throw call.problem("`seconds` must lie between 0 and 3600", at: 1) }
        let figure = try AnimationRequest(call: call).figure()
        let value = try PictureOptions(call).object(figure)
        if let stage = call.machine.environment.stage { Animation(value, seconds, call.machine, stage).play() }
        return .object(value)
    }
}

private struct AnimationRequest {
    let call: Builtin.Call

    func figure() throws -> Figure {
        guard case .object(let object) = call[0], let own = object.figure() else {
            throw call.typeError(0, needs: "a run or a figure", hints: ["as in `animate(train(…))` or `animate(plot(…))`"])
        }
        guard let run = object as? RunValue, let path = RunFigures.path(run), path.count <= 2 else { return own }
        return path.count == 1 ? try curve(run, path[0]) : try ContourRequest(call).figure()
    }

    private func curve(_ run: RunValue, _ path: [Double]) throws -> Figure {
        let sampler = Sampler(function: BoundLoss(run.setup), call: call, index: 0)
        let interval = RunFigures.extent(path)
        let label = RunFigures.names(run).first ?? "x"
        func value(_ x: Double) throws -> Double {
            try sampler.value([RunFigures.filled(run.state.parameters, [x])], at: "\(label) = \(x)")
        }
        let xs = Sampler.even(interval, Sampler.places)
        var figure = Figure.functions([("", xs, try xs.map(value))], over: interval, x: label, y: call.machine.label(run.setup.loss))
        figure.series.append(Series("descent", .path(x: path, y: try path.map(value))))
        return figure
    }
}

/// Frames of a figure, one in the place of another.
private struct Animation {
    private let value: FigureValue
    private let machine: Machine
    private let stage: Stage
    private let count: Int
    private let frames: Int
    private let pause: Double

    private static let rate = 12.0

    init(_ value: FigureValue, _ seconds: Double, _ machine: Machine, _ stage: Stage) {
        (self.value, self.machine, self.stage) = (value, machine, stage)
        count = value.content.length
        frames = max(min(count, Int(seconds * Animation.rate)), 1)
        pause = seconds / Double(frames)
    }

    /// Ends early when the person interrupts, which ends the animation and not the program; the last frame is left to whoever shows
    /// the value.
    func play() {
        let before = machine.environment.interruptions()
        let tolerated = machine.toleratedInterruptions
        machine.toleratedInterruptions = before + 1
        // One that it answered is dealt with.
        defer { if machine.environment.interruptions() == before { machine.toleratedInterruptions = tolerated } }
        var last = ""
        for frame in 0..<frames where machine.environment.interruptions() == before {
            let shown = frame == frames - 1 ? count : 1 + frame * (count - 1) / max(frames - 1, 1)
            let picture = value.text(machine.environment.screen(), content: value.content.upTo(shown)) + "\n"
            stage.write(TextRenderer.rewind(over: last) + picture)
            last = picture
            wait { machine.environment.interruptions() > before }
        }
        stage.write(TextRenderer.rewind(over: last))
    }

    /// In short pieces, since an interruption that comes just before a wait does not end it.
    private func wait(_ isInterrupted: () -> Bool) {
        var left = pause
        while left > 0, !isInterrupted() {
            stage.pause(min(left, 0.05))
            left -= 0.05
        }
    }
}
