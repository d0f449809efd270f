import Synchronization

/// Stops what a session is running, from any thread.
///
/// ```swift
/// let canceller = session.canceller
/// Task { try await Task.sleep(for: .seconds(5)); canceller.cancel() }
/// try session.run(program)      // throws a GradError of kind .cancelled after five seconds
/// ```
public struct Canceller: Sendable {
    private let interruptions: Interruptions

    init(_ interruptions: Interruptions) { self.interruptions = interruptions }

    /// Asks the program that the session runs now to stop, which it does within milliseconds; when none runs, nothing happens.
    ///
    /// Training answers the first request between two updates by handing back what it has; the second one stops it.
    public func cancel() { interruptions.add() }

    /// Stops it at once, training too.
    func stop() { interruptions.add(Canceller.enough) }

    /// More requests than anything answers by going on.
    static let enough = 1 << 20
}

/// How often a stop was asked for since the run began.
final class Interruptions: Sendable {
    private let number = Atomic<Int>(0)

    var count: Int { number.load(ordering: .relaxed) }
    func add(_ count: Int = 1) { number.wrappingAdd(count, ordering: .relaxed) }
    func clear() { number.store(0, ordering: .relaxed) }
}
