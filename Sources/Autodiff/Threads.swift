import Kernels
import Synchronization
import Tensors

/// Work that all processors share. The threads that help stay, and wait awake for a moment, so that a part may be as short as some ten microseconds (`helpers.c`).
package enum Threads {
    package static let processors = max(1, min(Int(grad_processors()), 16))

    /// How often work was shared in this process.
    package static var shares: Int { counted.load(ordering: .relaxed) }
    private static let counted = Atomic(0)

    /// Runs `body(0)` to `body(count - 1)`, each once, on this thread and up to `threads - 1` more. `body` must not care for order:
    /// between two of them it is asked whether to stop, and then the rest is left undone.
    static func share(_ count: Int, among threads: Int, _ body: @Sendable (Int) -> Void) {
        if count <= 1 || threads <= 1 {
            for i in 0..<count {
                if i > 0, Account.shouldStop() { return }
                body(i)
            }
            return
        }
        counted.wrappingAdd(1, ordering: .relaxed)
        withoutActuallyEscaping(body) { body in
            let job = Job(count, body)
            withExtendedLifetime(job) {
                let helpers = Int32(min(threads, count) - 1)
                grad_share(helpers, { if let job = $0 { Unmanaged<Job>.fromOpaque(job).takeUnretainedValue().run() } }, Unmanaged.passUnretained(job).toOpaque())
            }
        }
    }

    /// Runs what shares nothing, since other threads do the same and keep the processors busy.
    package static func alone<R>(_ body: () throws -> R) rethrows -> R {
        grad_stay_alone(1)
        defer { grad_stay_alone(0) }
        return try body()
    }

    private final class Job: Sendable {
        private let next = Atomic(0)
        private let count: Int
        private let body: @Sendable (Int) -> Void
        /// That of the session, for the helpers.
        private nonisolated(unsafe) let ledger = grad_ledger_current()

        init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
            self.count = count
            self.body = body
        }

        func run() {
            let previous = grad_ledger_enter(ledger)
            defer { _ = grad_ledger_enter(previous) }
            while true {
                let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if i >= count || Account.shouldStop() { return }
                body(i)
            }
        }
    }
}
