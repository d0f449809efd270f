import Synchronization

/// Whether a machine's work is to stop, asked by any thread that does some of it: also by work that a session left to end by itself, when the session is no more. Apart
/// from the machine, since a weak reference to that would make each time that it is retained take three times as long.
final class StopRequests {
    private let count: () -> Int
    let tolerated = Atomic(0)
    let hasEnded = Atomic(false)

    /// - Parameter count: how many requests there were so far.
    init(_ count: @escaping () -> Int) { self.count = count }

    var isAsked: Bool { hasEnded.load(ordering: .relaxed) || count() > tolerated.load(ordering: .relaxed) }
}
