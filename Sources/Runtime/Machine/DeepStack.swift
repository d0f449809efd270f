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
            job.start()
            job.wait()
        }
        return result ?? body()
    }

    /// Runs `body(0)` to `body(count - 1)`, each on such a thread, and waits for all.
    static func run(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let jobs = (0..<count).map { index in Job { body(index) } }
            for job in jobs { job.start() }
            for job in jobs { job.wait() }
        }
    }

    /// Runs `work` on a thread of its own and does not wait. `false` where the system gives none.
    package static func detach(_ work: @escaping @Sendable () -> Void) -> Bool { Job(work).runDetached() }

    private final class Job {
        private let work: () -> Void
        private var thread: pthread_t?

        init(_ work: @escaping () -> Void) { self.work = work }

        private func run() {
            var signals = sigset_t()
            sigemptyset(&signals)
            for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, signal) }
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            work()
        }

        /// Begins on a thread of its own that nobody waits for; whether there was one.
        func runDetached() -> Bool {
            var attributes = pthread_attr_t()
            guard pthread_attr_init(&attributes) == 0 else { return false }
            defer { pthread_attr_destroy(&attributes) }
            guard pthread_attr_setstacksize(&attributes, DeepStack.byteCount) == 0,
                pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) == 0
            else { return false }
            let context = Unmanaged.passRetained(self)
            #if canImport(Glibc)
            var thread = pthread_t()
            let status = pthread_create(&thread, &attributes, { context in
                if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context.toOpaque())
            #else
            var thread: pthread_t?
            let status = pthread_create(&thread, &attributes, { context in
                Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
            #endif
            if status != 0 { context.release() }
            return status == 0
        }

        /// Begins on a thread of its own.
        func start() {
            var attributes = pthread_attr_t()
            guard pthread_attr_init(&attributes) == 0 else { return }
            defer { pthread_attr_destroy(&attributes) }
            guard pthread_attr_setstacksize(&attributes, DeepStack.byteCount) == 0 else { return }
            let context = Unmanaged.passUnretained(self).toOpaque()
            #if canImport(Glibc)
            var thread = pthread_t()
            let status = pthread_create(&thread, &attributes, { context in
                if let context { Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().run() }
                return nil
            }, context)
            #else
            var thread: pthread_t?
            let status = pthread_create(&thread, &attributes, { context in
                Unmanaged<Job>.fromOpaque(context).takeUnretainedValue().run()
                return nil
            }, context)
            #endif
            if status == 0 { self.thread = thread }
        }

        /// Until it is over. Where the system gave no thread, it runs now, on this one.
        func wait() {
            if let thread { withExtendedLifetime(self) { _ = pthread_join(thread, nil) } } else { work() }
        }
    }
}
