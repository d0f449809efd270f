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
            let job = Job(work)
            if !job.runOnThread() { work() }
        }
        return result ?? body()
    }

    private final class Job {
        private let work: () -> Void

        init(_ work: @escaping () -> Void) { self.work = work }

        private func run() {
            var signals = sigset_t()
            sigemptyset(&signals)
            for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            work()
        }

        /// - Returns: whether there was a thread.
        func runOnThread() -> Bool {
            var attributes = pthread_attr_t()
            guard pthread_attr_init(&attributes) == 0 else { return false }
            defer { pthread_attr_destroy(&attributes) }
            guard pthread_attr_setstacksize(&attributes, DeepStack.byteCount) == 0 else { return false }
            let context = Unmanaged.passUnretained(self).toOpaque()
            #if canImport(Glibc)
            var thread = pthread_t()
            let status = pthread_create(&thread, &attributes, { context in
                if let context { Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().run() }
                return nil
            }, context)
            guard status == 0 else { return false }
            #else
            var made: pthread_t?
            let status = pthread_create(&made, &attributes, { context in
                Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().run()
                return nil
            }, context)
            guard status == 0, let thread = made else { return false }
            #endif
            return withExtendedLifetime(self) { pthread_join(thread, nil) == 0 }
        }
    }
}
