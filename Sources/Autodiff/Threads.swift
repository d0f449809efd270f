import Kernels
import Synchronization
import Tensors

/// Threads for the length of one call: nothing stays behind. Starting one costs some 20 µs, so only work of a millisecond and
/// more is shared.
package enum Threads {
    package static let processors = max(1, min(Int(grad_processors()), 16))

    /// Runs `body(0)` to `body(count - 1)`, each once, on this thread and up to `threads - 1` more. `body` must not care for order, and
    /// should take some milliseconds: between two of them it is asked whether to stop, and then the rest is left undone.
    static func share(_ count: Int, among threads: Int, _ body: @Sendable (Int) -> Void) {
        if count <= 1 || threads <= 1 {
            for i in 0..<count {
                if i > 0, Account.shouldStop() { return }
                body(i)
            }
            return
        }
        withoutActuallyEscaping(body) { body in
            let job = Job(count, body)
            var helpers: [NativeThread] = []
            for _ in 1..<min(threads, count) {
                // Where the system gives no thread, the others do its part.
                if let helper = NativeThread.start({ job.run() }) { helpers.append(helper) }
            }
            job.run()
            for helper in helpers { helper.join() }
        }
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
