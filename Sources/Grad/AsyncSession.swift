import Runtime
import Synchronization

/// A session for Swift concurrency: an actor with a thread of its own, so that a long program keeps no other task from running, and may recurse
/// deeply whatever thread awaits it.
///
/// ```swift
/// let session = AsyncSession()
/// let training = Task { try await session.run(program) }
/// for await progress in session.progress() { chart.append(progress.loss) }
/// training.cancel()      // stops the program within milliseconds
/// ```
///
/// Runs that are awaited at the same time happen one after another, in the order in which they were asked for.
public actor AsyncSession {
    private nonisolated let thread: SessionThread
    private nonisolated let progressListeners: Listeners<Progress>
    private nonisolated let historyListeners: Listeners<HistoryRow>
    private let session: Session
    /// Stops what the session is running, from anywhere.
    public nonisolated let canceller: Canceller

    /// The session's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Makes a session that has only the language itself.
    ///
    /// - Parameters:
    ///   - options: Where random numbers start, how numbers are shown, and what programs may use.
    ///   - files: What programs may read and write; nothing unless you allow it.
    ///   - output: Gets each line that a program prints, on the session's thread. Standard output if you give nothing.
    ///   - notes: Told of things worth knowing that are not errors.
    public init(
        options: Session.Options = Session.Options(), files: sending Session.FileAccess = .none,
        output: @escaping @Sendable (String) -> Void = { print($0) }, notes: @escaping @Sendable (Diagnostic) -> Void = { _ in }
    ) {
        let progressListeners = Listeners<Progress>(), historyListeners = Listeners<HistoryRow>()
        let session = Session(options: options, files: files, output: output, notes: notes, progress: { progressListeners.tell($0) })
        session.interpreter.machine.environment.history = { news in
            // Nothing is made that nobody wants.
            if historyListeners.isEmpty { return }
            for row in HistoryRow.rows(news) { historyListeners.tell(row) }
        }
        thread = SessionThread()
        thread.start()
        canceller = session.canceller
        self.progressListeners = progressListeners
        self.historyListeners = historyListeners
        self.session = session
    }

    deinit {
        progressListeners.finish()
        historyListeners.finish()
        thread.finish()
    }

    /// Runs a program and gives the value of its last statement that has one. Cancelling the task stops it, also in the midst of training.
    ///
    /// - Throws: A ``GradError`` that tells what is wrong, and where; of kind ``GradError/Kind-swift.enum/cancelled`` if the task was cancelled.
    @discardableResult
    public func run(_ program: String, name: String? = nil) async throws(GradError) -> Value {
        try await stopping { (session, isCancelled) throws(GradError) in try session.run(program, name: name, isCancelled: isCancelled) }
    }

    /// Calls a function of the language, or of this session's programs, by its name.
    @discardableResult
    public func call(_ function: String, _ arguments: [Value]) async throws(GradError) -> Value {
        try await stopping { (session, isCancelled) throws(GradError) in
            try session.call(function, arguments, isCancelled: isCancelled)
        }
    }

    /// Does anything with the session, on its thread: reads and sets names, defines functions.
    public func perform<R: Sendable, Failure: Error>(_ body: @Sendable (Session) throws(Failure) -> R) throws(Failure) -> R {
        try body(session)
    }

    private func stopping<R: Sendable>(_ body: (Session, () -> Bool) throws(GradError) -> R) async throws(GradError) -> R {
        let flag = CancellationFlag()
        let canceller = canceller
        let result: Result<R, GradError> = await withTaskCancellationHandler {
            do throws(GradError) {
                return .success(try body(session) { flag.isRaised })
            } catch {
                return .failure(error)
            }
        } onCancel: {
            flag.raise()
            canceller.stop()
        }
        return try result.get()
    }

    // MARK: Training

    /// How training goes, from now on, until the session ends or the task that listens is cancelled. Several may listen.
    ///
    /// - Parameter buffering: What happens to elements that nobody has awaited yet; all are kept unless you say otherwise.
    public nonisolated func progress(
        buffering: AsyncStream<Progress>.Continuation.BufferingPolicy = .unbounded
    ) -> AsyncStream<Progress> {
        progressListeners.add(buffering)
    }

    /// The history of each training from now on, row by row as it is recorded, until the session ends or the task that listens is cancelled. Several
    /// may listen. Rows come in portions, some milliseconds after they were made.
    ///
    /// - Parameter buffering: What happens to elements that nobody has awaited yet; all are kept unless you say otherwise.
    public nonisolated func history(
        buffering: AsyncStream<HistoryRow>.Continuation.BufferingPolicy = .unbounded
    ) -> AsyncStream<HistoryRow> {
        historyListeners.add(buffering)
    }
}

/// Raised once, from any thread.
private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)
    var isRaised: Bool { flag.load(ordering: .acquiring) }
    func raise() { flag.store(true, ordering: .releasing) }
}

/// Those who listen to what a session tells.
private final class Listeners<Element: Sendable>: Sendable {
    private struct State {
        var next = 0
        var continuations: [Int: AsyncStream<Element>.Continuation] = [:]
    }

    private let state = Mutex(State())

    func add(_ buffering: AsyncStream<Element>.Continuation.BufferingPolicy) -> AsyncStream<Element> {
        let (stream, continuation) = AsyncStream.makeStream(of: Element.self, bufferingPolicy: buffering)
        let number = state.withLock { state in
            state.next += 1
            state.continuations[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.continuations[number] = nil } }
        return stream
    }

    var isEmpty: Bool { state.withLock { $0.continuations.isEmpty } }

    func tell(_ element: Element) {
        for continuation in all { continuation.yield(element) }
    }

    func finish() {
        for continuation in all { continuation.finish() }
    }

    // Not under the lock: a listener that ends takes itself out.
    private var all: [AsyncStream<Element>.Continuation] { state.withLock { Array($0.continuations.values) } }
}
