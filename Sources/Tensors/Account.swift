import Kernels
package import Synchronization

/// What one session holds and has used, and what it may. A session's run makes its account the current one of the thread that runs; tensors,
/// tapes, lists and plans made meanwhile are charged to it, and give back to it when they are freed, on whatever thread. Between
/// runs no thread has one.
///
/// A kernel cannot throw. Before a primitive computes, its result is admitted; a long kernel asks `shouldStop` between blocks and leaves its
/// result unfinished if it should; the primitive then throws, so nobody sees that result.
package final class Account: @unchecked Sendable {
    // Sendable: what a run changes is atomic; limits and the question for interruptions change between runs alone.
    private let ledger: UnsafeMutablePointer<grad_ledger>?
    package var limits: Limits
    /// Whether the run is to stop, asked from any thread that computes for it.
    package var isInterrupted: () -> Bool = { false }

    private let runs = Atomic<Int>(0)
    private let steps = Atomic<Int>(0)
    private let printed = Atomic<Int>(0)
    private var deadline = Double.infinity
    /// Threads that still do what a run left undone.
    package let background = Atomic<Int>(0)

    package init(limits: Limits = Limits()) {
        self.limits = limits
        ledger = grad_ledger_create(nil)
        ledger?.pointee.owner = Unmanaged.passUnretained(self).toOpaque()
        ledger?.pointee.ask = { Account.shouldStop() }
    }

    deinit { if let ledger { grad_ledger_close(ledger) } }

    /// Why a run stops.
    private enum Reason {
        static let interruption: Int32 = 1
        static let time: Int32 = 2
        static let steps: Int32 = 3
    }

    // MARK: Runs

    /// Runs `body` with this account as the thread's current one. Time, steps and output count from the outermost run.
    package func run<R>(_ body: () throws -> R) rethrows -> R {
        if runs.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue == 0 { begin() }
        let previous = grad_ledger_enter(ledger)
        defer {
            _ = grad_ledger_enter(previous)
            runs.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        }
        return try body()
    }

    private func begin() {
        steps.store(0, ordering: .relaxed)
        printed.store(0, ordering: .relaxed)
        deadline = limits.seconds.isFinite ? grad_seconds() + limits.seconds : .infinity
        if let ledger { grad_ledger_set_stop(ledger, 0) }
    }

    /// That of the run on this thread.
    @inline(__always)
    package static var current: Account? {
        guard let owner = grad_ledger_current()?.pointee.owner else { return nil }
        return Unmanaged<Account>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Bytes held now.
    package var held: Int { ledger.map { Int(grad_ledger_held($0)) } ?? 0 }

    // MARK: Steps and output

    /// Steps that may still be made.
    package var stepsLeft: Int { limits.steps == .max ? .max : max(0, limits.steps - steps.load(ordering: .relaxed)) }

    /// Counts steps, and finds what has been passed; `nil` when the run may go on.
    package func passed(steps count: Int) -> PrimitiveError? {
        let made = steps.wrappingAdd(count, ordering: .relaxed).newValue
        if made > limits.steps { return stop(Reason.steps) }
        if deadline < .infinity, grad_seconds() > deadline { return stop(Reason.time) }
        if held > limits.memory { return PrimitiveError(.memory, limits) }
        return nil
    }

    /// Counts bytes printed.
    package func passed(output count: Int) -> PrimitiveError? {
        let all = printed.wrappingAdd(count, ordering: .relaxed).newValue
        return all > limits.output ? PrimitiveError(.output, limits) : nil
    }

    private func stop(_ reason: Int32) -> PrimitiveError {
        if let ledger { grad_ledger_set_stop(ledger, reason) }
        return stopped(reason)
    }

    private func stopped(_ reason: Int32) -> PrimitiveError {
        switch reason {
        case Reason.time: PrimitiveError(.time, limits)
        case Reason.steps: PrimitiveError(.steps, limits)
        default: .interruption
        }
    }

    // MARK: Long kernels

    /// Between two blocks of a long kernel, each of some milliseconds: whether to leave the rest undone.
    package static func shouldStop() -> Bool {
        guard let ledger = grad_ledger_current() else { return false }
        if grad_ledger_stop(ledger) != 0 { return true }
        guard let account = current else { return false }
        if account.isInterrupted() {
            grad_ledger_set_stop(ledger, Reason.interruption)
            return true
        }
        if account.deadline < .infinity, grad_seconds() > account.deadline { grad_ledger_set_stop(ledger, Reason.time) }
        return grad_ledger_stop(ledger) != 0
    }

    /// Whether a kernel of the run on this thread was told to stop.
    package static var isStopping: Bool { grad_ledger_current().map { grad_ledger_stop($0) != 0 } ?? false }

    /// After a kernel: counts what it computed, and throws what made it leave its work undone.
    @inline(__always)
    package static func finish(computing count: Int) throws(PrimitiveError) {
        guard grad_ledger_current() != nil else { return }
        if count >= 1000 { work(count) }
        // Not every kernel of a large tensor asks in its midst, and the loop around it looks only now and then.
        if count >= blockSize >> 7 { _ = shouldStop() }
        try checkStop()
    }

    /// Counts operations on numbers as steps.
    package static func work(_ operations: Int) {
        guard let account = current else { return }
        let made = account.steps.wrappingAdd(operations / 1000, ordering: .relaxed).newValue
        if made > account.limits.steps, let ledger = account.ledger { grad_ledger_set_stop(ledger, Reason.steps) }
    }

    /// Throws what made a kernel leave its work undone.
    @inline(__always)
    package static func checkStop() throws(PrimitiveError) {
        guard let ledger = grad_ledger_current() else { return }
        let reason = grad_ledger_stop(ledger)
        if reason != 0 { throw current?.stopped(reason) ?? .interruption }
    }

    /// Calls `body` for stretches of `count` numbers with a look at whether to stop between them; `cost` is how many simple operations one
    /// number takes.
    @inline(__always)
    package static func forEachBlock(_ count: Int, cost: Int = 1, _ body: (_ start: Int, _ count: Int) -> Void) {
        // The usual case, without a division.
        if count <= blockSize / 64 { return body(0, count) }
        let size = max(1, blockSize / max(1, cost))
        var start = 0
        while start < count {
            let length = min(size, count - start)
            body(start, length)
            start += length
            if start < count, shouldStop() { return }
        }
    }

    /// Simple operations in a block: some milliseconds.
    package static let blockSize = 1 << 23

    // MARK: Memory

    /// Refuses, before any memory is taken, a tensor that the session may not have, or whose memory the system does not give. `workspace` is what
    /// is needed besides, for a while.
    package static func admit(_ axes: [Int], size: Int = 8, workspace: Int = 0) throws(PrimitiveError) {
        var bytes = size
        var overflow = false
        for axis in axes {
            let (product, over) = bytes.multipliedReportingOverflow(by: axis)
            bytes = product
            if axis == 0 { overflow = false; break }
            overflow = overflow || over
        }
        let (total, over) = bytes.addingReportingOverflow(workspace)
        if let account = current { try account.checkForm(axes, overflow ? .max : bytes / size) }
        guard !overflow, !over else { throw tooLarge(Shape(axes), axes.reduce(Double(size)) { $0 * Double($1) } + Double(workspace)) }
        try admit(bytes: total, for: Shape(axes))
    }

    /// The same for memory of any purpose.
    package static func admit(bytes: Int, for shape: Shape? = nil) throws(PrimitiveError) {
        if let account = current {
            let held = account.held
            if bytes > account.limits.memory - min(held, account.limits.memory) {
                throw PrimitiveError.memory(needed: Double(bytes), held: held, shape, account.limits)
            }
        }
        if bytes >= probedSize, !MemoryPool.shared.canTake(bytes) { throw tooLarge(shape, Double(bytes)) }
    }

    /// From here on it is tried whether the system gives the memory.
    private static let probedSize = 16 << 20

    /// Rank and number of elements alone, of a shape that nothing is made of yet.
    package static func checkForm(_ axes: [Int], _ elements: Int) throws(PrimitiveError) {
        if let account = current { try account.checkForm(axes, elements) }
    }

    private func checkForm(_ axes: [Int], _ elements: Int) throws(PrimitiveError) {
        if axes.count > limits.rank {
            throw PrimitiveError("\(Limit.rank.message(limits)), but this one has \(axes.count) axes", limit: .rank)
        }
        if elements > limits.elements {
            throw PrimitiveError("a tensor of shape \(Shape(axes)) is too large: \(Limit.elements.message(limits))", limit: .elements)
        }
    }

    private static func tooLarge(_ shape: Shape?, _ bytes: Double) -> PrimitiveError {
        PrimitiveError(
            "the system gives no memory for \(shape.map { "a tensor of shape \($0), " } ?? "")\(Limit.bytes(bytes))", hint: Limit.memory.hint,
            limit: .memory)
    }
}

extension PrimitiveError {
    /// A limit that was passed.
    package init(_ limit: Limit, _ limits: Limits) { self.init(limit.message(limits), hint: limit.hint, limit: limit) }

    fileprivate static func memory(needed: Double, held: Int, _ shape: Shape?, _ limits: Limits) -> PrimitiveError {
        let what = shape.map { "a tensor of shape \($0)" } ?? "this"
        return PrimitiveError(
            "\(what) takes \(Limit.bytes(needed)), but the memory limit is \(Limit.memory.shown(limits[.memory]))"
                + (held < 1_000_000 ? "" : ", of which \(Limit.bytes(Double(held))) are in use"), hint: held < 1_000_000 ? nil : Limit.memory.hint, limit: .memory)
    }

    /// Somebody asked the run to stop, and the kernel did.
    package static let interruption = PrimitiveError("stopped", isInterruption: true)
}

/// Bytes charged to the session that made them, given back when this goes.
package struct Charge: ~Copyable {
    private let ledger: UnsafeMutablePointer<grad_ledger>?
    private var bytes: Int

    /// Charges the session that this thread runs.
    @inline(__always)
    package init(_ bytes: Int) {
        ledger = grad_ledger_current()
        self.bytes = bytes
        if let ledger { grad_ledger_charge(ledger, Int64(bytes)) }
    }

    /// Charges more, or with a negative number less.
    package mutating func grow(by more: Int) {
        bytes += more
        if let ledger { grad_ledger_charge(ledger, Int64(more)) }
    }

    @inline(__always)
    deinit { if let ledger { grad_ledger_release(ledger, Int64(bytes)) } }
}
