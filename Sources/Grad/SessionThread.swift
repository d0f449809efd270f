import Dispatch
import Runtime
import Synchronization

/// A thread that does the jobs of one actor, in their order. Its stack is large, since programs may recurse deeply; untouched it costs nothing.
final class SessionThread: SerialExecutor {
    private struct State: Sendable {
        var jobs: [UnownedJob] = []
        var isFinished = false
        /// Where the system gives no thread, jobs run on those that bring them.
        var isInline = false
    }

    private let state = Mutex(State())
    /// Counts jobs that wait, and the end.
    private let waiting = DispatchSemaphore(value: 0)

    /// Begins: the thread holds on to this until `finish`.
    func start() {
        if !DeepStack.detach({ self.work() }) { state.withLock { $0.isInline = true } }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let runsHere = state.withLock { state in
            if !state.isInline { state.jobs.append(job) }
            return state.isInline
        }
        if runsHere { job.runSynchronously(on: asUnownedSerialExecutor()) } else { waiting.signal() }
    }

    /// The thread ends when its jobs are done.
    func finish() {
        state.withLock { $0.isFinished = true }
        waiting.signal()
    }

    private func work() {
        while let job = next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    private func next() -> UnownedJob? {
        while true {
            waiting.wait()
            let (job, isFinished) = state.withLock { state in (state.jobs.isEmpty ? nil : state.jobs.removeFirst(), state.isFinished) }
            if let job { return job }
            if isFinished { return nil }
        }
    }
}
