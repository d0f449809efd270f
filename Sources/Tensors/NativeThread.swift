#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread of the system, for one piece of work: the one place that makes threads.
package struct NativeThread {
    private let thread: pthread_t

    /// Begins `work` on a thread of its own, which must be joined; `nil` where the system gives none.
    ///
    /// - Parameter stack: The size of its stack in bytes; the system's own measure if none is given.
    package static func start(stack: Int? = nil, _ work: @escaping () -> Void) -> NativeThread? {
        create(stack, isDetached: false, work).map { NativeThread(thread: $0) }
    }

    /// Begins `work` on a thread that nobody waits for; `false` where the system gives none.
    package static func detach(stack: Int? = nil, _ work: @escaping () -> Void) -> Bool {
        create(stack, isDetached: true, work) != nil
    }

    /// Waits until its work is done.
    package func join() { pthread_join(thread, nil) }

    private final class Job {
        let work: () -> Void
        init(_ work: @escaping () -> Void) { self.work = work }
    }

    private static func create(_ stack: Int?, isDetached: Bool, _ work: @escaping () -> Void) -> pthread_t? {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return nil }
        defer { pthread_attr_destroy(&attributes) }
        if let stack, pthread_attr_setstacksize(&attributes, stack) != 0 { return nil }
        if isDetached, pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)) != 0 { return nil }
        let job = Unmanaged.passRetained(Job(work))
        #if canImport(Glibc)
        var thread = pthread_t()
        #else
        var thread: pthread_t?
        #endif
        let status = pthread_create(&thread, &attributes, { context in
            NativeThread.run(context)
            return nil
        }, job.toOpaque())
        if status == 0 { return thread }
        job.release()
        return nil
    }

    private static func run(_ context: UnsafeMutableRawPointer?) {
        if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().work() }
    }
}
