import Tensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread with a large native stack, for the length of one call: programs may recurse deeply, and how large the main
/// thread's stack is, is not ours to say. The caller waits, so nothing runs at the same time.
package enum DeepStack {
    /// Pages that are not touched cost nothing.
    private static let byteCount = 512 << 20

    /// Runs `body` to its end. Signals that end or interrupt go to the thread that waits. Where the system gives no such thread, `body` runs on
    /// this one.
    package static func run<Result>(_ body: () -> Result) -> Result {
        var result: Result?
        withoutActuallyEscaping({ result = body() }) { work in
            if let thread = start(work) { thread.join() } else { work() }
        }
        return result ?? body()
    }

    /// Runs `body(0)` to `body(count - 1)`, each on such a thread, and waits for all.
    static func run(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let threads = (0..<count).map { index in start { body(index) } }
            for (index, thread) in threads.enumerated() {
                if let thread { thread.join() } else { body(index) }
            }
        }
    }

    /// Runs `work` on a thread of its own and does not wait. `false` where the system gives none.
    package static func detach(_ work: @escaping @Sendable () -> Void) -> Bool {
        NativeThread.detach(stack: byteCount) {
            blockSignals()
            work()
        }
    }

    private static func start(_ work: @escaping () -> Void) -> NativeThread? {
        NativeThread.start(stack: byteCount) {
            blockSignals()
            work()
        }
    }

    private static func blockSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
