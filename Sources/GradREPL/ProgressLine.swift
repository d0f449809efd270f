package import Runtime

/// How training goes, for a person who waits: on a terminal one line that is drawn over itself, elsewhere a line an epoch.
package final class ProgressLine {
    private let redraws: Bool
    private let isUTF8: Bool
    private let width: () -> Int
    private let now: () -> Double
    private let write: (String) -> Void

    private var isShown = false
    private var run: Run?
    private var lastDrawn = 0.0
    private var readingSince: Double?
    private var lastEpoch = 0

    /// Where and when the run that is shown began.
    private struct Run {
        let start: Double
        let step: Int
        let steps: Int
    }

    /// Seconds between two drawings.
    private static let interval = 0.1
    /// A run that ends sooner shows nothing.
    private static let patience = 0.3

    /// - Parameters:
    ///   - redraws: whether `write` goes to a terminal that moves its cursor.
    ///   - now: seconds of some clock.
    package init(
        redraws: Bool, isUTF8: Bool, width: @escaping () -> Int, now: @escaping () -> Double,
        write: @escaping (String) -> Void
    ) {
        self.redraws = redraws
        self.isUTF8 = isUTF8
        self.width = width
        self.now = now
        self.write = write
    }

    /// Called after every update; draws now and then.
    package func show(_ progress: Progress) {
        if run?.steps != progress.steps {
            run = Run(start: now(), step: progress.step - 1, steps: progress.steps)
            lastEpoch = (progress.step - 1) / max(1, progress.stepsPerEpoch)
        }
        if redraws { redraw(progress) } else { list(progress) }
        if progress.isDone {
            clear()
            run = nil
        }
    }

    /// Called while a file is read, from its beginning to its end; only a terminal shows it.
    package func show(reading path: String, _ read: Int, of total: Int) {
        guard redraws, total > 0 else { return }
        let time = now()
        if readingSince == nil { readingSince = time }
        guard let start = readingSince, read < total else {
            readingSince = nil
            return clear()
        }
        guard time - start > ProgressLine.patience, time - lastDrawn >= ProgressLine.interval else { return }
        lastDrawn = time
        isShown = true
        let name = path.split(separator: "/").last.map(String.init) ?? path
        write("\r\u{1B}[K" + String("reading \(name)  \(read * 100 / total) %".prefix(max(10, width() - 1))))
    }

    /// Takes the line away, so that something else can be written in its place.
    package func clear() {
        guard isShown else { return }
        isShown = false
        write("\r\u{1B}[K")
    }

    // MARK: Lines

    /// A line for each epoch that ended. Full-batch steps, an epoch each, would drown everything else.
    private func list(_ progress: Progress) {
        guard progress.stepsPerEpoch > 1, progress.epochs > 1, progress.epoch > lastEpoch else { return }
        lastEpoch = progress.epoch
        write(([place(progress)] + figures(progress)).joined(separator: "  ") + "\n")
    }

    private func redraw(_ progress: Progress) {
        let time = now()
        guard let run, !progress.isDone, time - run.start >= ProgressLine.patience, time - lastDrawn >= ProgressLine.interval
        else { return }
        lastDrawn = time
        var parts = [place(progress)] + figures(progress)
        let (done, all) = (progress.step - run.step, progress.steps - run.step)
        if done > 0, all > done {
            parts.append(ProgressLine.duration((time - run.start) * Double(all - done) / Double(done)) + " left")
        }
        let text = parts.joined(separator: "  ")
        // The last column stays free: some terminals go to the next line when it is written.
        let room = width() - 1 - text.count - 2
        let line = room >= 8 ? bar(progress, length: min(room, 24)) + "  " + text : String(text.prefix(max(0, width() - 1)))
        isShown = true
        write("\r" + line + "\u{1B}[K")
    }

    private func place(_ progress: Progress) -> String {
        if progress.stepsPerEpoch == 1 { return "step \(progress.step)/\(progress.steps)" }
        // The epoch under way, or the one that just ended.
        let epoch = redraws ? min(progress.epochs, progress.step / progress.stepsPerEpoch + 1) : progress.epoch
        return "epoch \(epoch)/\(progress.epochs)"
    }

    private func figures(_ progress: Progress) -> [String] {
        let style = NumberStyle(digits: 4)
        var parts = progress.loss.isNaN ? [] : ["loss \(style.format(progress.loss))"]
        if let validation = progress.validation, !validation.isNaN { parts.append("validation \(style.format(validation))") }
        if let metric = progress.metric, !metric.value.isNaN { parts.append("\(metric.name) \(style.format(metric.value))") }
        return parts
    }

    /// In eighths of a column where the terminal has the signs for it.
    private func bar(_ progress: Progress, length: Int) -> String {
        let share = progress.steps > 0 ? min(1, Double(progress.step) / Double(progress.steps)) : 1
        let inner = length - 2
        guard isUTF8 else {
            let full = Int(share * Double(inner))
            return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: inner - full) + "]"
        }
        let eighths = Int(share * Double(inner * 8))
        let (full, part) = (eighths / 8, eighths % 8)
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let rest = inner - full - (part > 0 ? 1 : 0)
        return "▕" + String(repeating: "█", count: full) + parts[part] + String(repeating: " ", count: rest) + "▏"
    }

    /// `0:42`, `1:02:03`.
    private static func duration(_ seconds: Double) -> String {
        guard seconds < 1e6 else { return "many days" }
        let whole = Int(seconds.rounded(.up))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = whole / 60
        return minutes < 60 ? "\(minutes):\(two(whole % 60))" : "\(minutes / 60):\(two(minutes % 60)):\(two(whole % 60))"
    }
}
