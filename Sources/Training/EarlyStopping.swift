/// Watches the loss that counts (validation, else training) from epoch to epoch: which epoch was best, and when to stop waiting.
package struct EarlyStopping: Sendable, Equatable {
    /// Epochs without improvement before the run stops; `nil` never stops it.
    package var patience: Int?
    package private(set) var bestEpoch = 0
    package private(set) var bestLoss = Double.infinity
    package private(set) var waited = 0

    /// An epoch counts as better if it is lower by this share of the best: the noise of a converged run is no progress.
    package static let tolerance = 1e-4

    package init(patience: Int?) { self.patience = patience }

    package init(patience: Int?, bestEpoch: Int, bestLoss: Double, waited: Int) {
        (self.patience, self.bestEpoch, self.bestLoss, self.waited) = (patience, bestEpoch, bestLoss, waited)
    }

    /// Takes in the loss of an epoch's end; says whether it is the best so far.
    package mutating func observe(_ loss: Double, epoch: Int) -> Bool {
        guard loss < bestLoss - EarlyStopping.tolerance * abs(bestLoss) || (bestLoss.isInfinite && loss.isFinite) else {
            waited += 1
            return false
        }
        (bestEpoch, bestLoss, waited) = (epoch, loss, 0)
        return true
    }

    /// Takes in the losses of epochs one after another, the last of which nobody waits for; the place of the best, if one was the best so far.
    package mutating func observe(_ losses: UnsafeBufferPointer<Double>, from epoch: Int) -> Int? {
        var best: Int?
        for place in losses.indices where observe(losses[place], epoch: epoch + place) { best = place }
        return best
    }

    package var isOver: Bool { patience.map { waited > 0 && waited >= $0 } ?? false }
}

/// Lowers η when the loss that counts has not improved for a while: torch's ReduceLROnPlateau with its defaults.
package struct Plateau: Sendable, Equatable {
    package let factor: Double
    package let patience: Int
    /// η is not lowered below this.
    package let floor: Double
    package private(set) var rate: Double
    package private(set) var best = Double.infinity
    package private(set) var bad = 0

    package static let tolerance = 1e-4
    /// η is left as it is where lowering it would change it by less.
    private static let smallestChange = 1e-8

    package init(rate: Double, factor: Double = 0.1, patience: Int = 10, floor: Double = 0) {
        (self.rate, self.factor, self.patience, self.floor) = (rate, factor, patience, floor)
    }

    package init(rate: Double, factor: Double, patience: Int, floor: Double, best: Double, bad: Int) {
        self.init(rate: rate, factor: factor, patience: patience, floor: floor)
        (self.best, self.bad) = (best, bad)
    }

    /// Takes in the loss of an epoch's end.
    package mutating func observe(_ loss: Double) {
        if loss < best * (1 - Plateau.tolerance) {
            (best, bad) = (loss, 0)
            return
        }
        bad += 1
        guard bad > patience else { return }
        bad = 0
        let lower = max(rate * factor, floor)
        if rate - lower > Plateau.smallestChange { rate = lower }
    }
}
