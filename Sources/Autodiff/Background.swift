import Kernels
import Synchronization
import Tensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Work that cannot be cut into blocks, a call of LAPACK above all, on a thread of its own, so that the run can leave it. The thread then
/// goes on to its end with memory that only it knows, and nobody gets its result. A session waits for one that it left before it starts another.
enum Background {
    /// The value of `body`; throws what it throws, or what made the run leave it.
    static func run(_ body: @escaping @Sendable () throws(PrimitiveError) -> Tensor) throws(PrimitiveError) -> Tensor {
        guard let account = Account.current else { return try body() }
        while account.background.load(ordering: .acquiring) > 0 { try pause(0) }
        let job = Job(account, body)
        guard job.start() else { return try body() }
        var turns = 0
        while true {
            if let result = job.result { return try result.get() }
            try pause(turns)
            turns += 1
        }
    }

    /// Short sleeps first: most work is short.
    private static func pause(_ turns: Int) throws(PrimitiveError) {
        usleep(turns < 50 ? 100 : 1000)
        if Account.shouldStop() { try Account.checkStop() }
    }

    private final class Job: Sendable {
        private let account: Account
        private let body: @Sendable () throws(PrimitiveError) -> Tensor
        private let outcome = Mutex<Result<Tensor, PrimitiveError>?>(nil)
        private nonisolated(unsafe) let ledger = grad_ledger_current()

        init(_ account: Account, _ body: @escaping @Sendable () throws(PrimitiveError) -> Tensor) {
            (self.account, self.body) = (account, body)
        }

        var result: Result<Tensor, PrimitiveError>? { outcome.withLock { $0 } }

        private func run() {
            _ = grad_ledger_enter(ledger)
            let result: Result<Tensor, PrimitiveError>
            do throws(PrimitiveError) { result = .success(try body()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
            _ = grad_ledger_enter(nil)
            account.background.wrappingSubtract(1, ordering: .releasing)
        }

        /// Whether there was a thread.
        func start() -> Bool {
            account.background.wrappingAdd(1, ordering: .relaxed)
            if NativeThread.detach({ self.run() }) { return true }
            account.background.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
    }
}

extension LinearAlgebra {
    /// A kernel whose work grows with the third power of its operands' lengths, left alone where that is little.
    static func interruptible(
        _ kernel: @escaping @Sendable ([Tensor], Attributes) throws(PrimitiveError) -> Tensor
    ) -> @Sendable ([Tensor], Attributes) throws(PrimitiveError) -> Tensor {
        { (operands, attributes) throws(PrimitiveError) in
            let work = operands.reduce(0.0) { $0 + Double($1.count) * Double($1.shape.axes.max() ?? 1) }
            guard work >= longWork else { return try kernel(operands, attributes) }
            return try Background.run { () throws(PrimitiveError) in try kernel(operands, attributes) }
        }
    }

    /// Some ten milliseconds.
    private static let longWork = 1e8
}
