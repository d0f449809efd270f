import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

// What a signal does is the process's affair, not a session's, so what its handler writes to must be the process's too:
// these three words are the only global state of the program. Relaxed atomics are safe inside a handler.
private let interruptions = Atomic<Int>(0)
private let arrivals = Atomic<UInt32>(0)
private let ending = Atomic<Int32>(0)

/// Counts how often Ctrl-C was pressed. The runtime polls it while it computes; the prompt clears it.
package struct InterruptFlag: Sendable {
    package init() {}

    /// Since it was cleared: training answers the first press between two updates, a second one aborts.
    package var count: Int { interruptions.load(ordering: .relaxed) }

    package var isRaised: Bool { count > 0 }

    package func raise() { interruptions.wrappingAdd(1, ordering: .relaxed) }

    package func clear() { interruptions.store(0, ordering: .relaxed) }

    /// Whether it was raised; it is not any more.
    package func take() -> Bool { interruptions.exchange(0, ordering: .relaxed) > 0 }

    /// Makes SIGINT raise the flag instead of ending the program. System calls that wait are not restarted, so a read
    /// that Ctrl-C meets returns.
    package func install() {
        clear()
        var action = sigaction()
        action.setHandler { _ in interruptions.wrappingAdd(1, ordering: .relaxed) }
        sigaction(SIGINT, &action, nil)
    }

    /// Makes the signals that ask a program to end (SIGTERM; SIGHUP, when the terminal is closed) an interruption too: what was printed is
    /// written out, a training under way gives its run, and files are whole. `endAsAsked` then ends the process.
    package func installForEnding() {
        for signal in [SIGTERM, SIGHUP] {
            var action = sigaction()
            action.setHandler { signal in
                ending.store(signal, ordering: .relaxed)
                interruptions.wrappingAdd(1, ordering: .relaxed)
            }
            var before = sigaction()
            sigaction(signal, &action, &before)
            // What the parent had it ignore (nohup) stays ignored.
            if before.isIgnored { sigaction(signal, &before, nil) }
        }
    }

    /// Ends the process by the signal that asked for it, so that its parent sees which; does nothing when none did.
    package func endAsAsked() {
        let signal = ending.load(ordering: .relaxed)
        guard signal != 0 else { return }
        var standard = sigaction()
        standard.setHandler(SIG_DFL)
        sigaction(signal, &standard, nil)
        kill(getpid(), signal)
    }

    /// Gives SIGINT its usual meaning again.
    package func uninstall() {
        var action = sigaction()
        action.setHandler(SIG_DFL)
        sigaction(SIGINT, &action, nil)
    }
}

/// The signals that the prompt answers while it waits for a key. They are blocked outside that wait, so that none
/// arrives while libedit draws, and the answer is given in ordinary code, never inside a handler.
struct PromptSignals {
    static let stop = SIGTSTP
    static let resume = SIGCONT
    static let resize = SIGWINCH
    static let deadly = [SIGTERM, SIGHUP, SIGQUIT]
    private static let recorded = [stop, resume, resize] + deadly

    /// What was blocked before; with it the wait for a key lets signals in.
    let outside: sigset_t
    private var former: [(signal: Int32, action: sigaction)] = []

    /// Takes the signals over, until `end()`.
    init() {
        arrivals.store(0, ordering: .relaxed)
        var blocked = sigset_t()
        sigemptyset(&blocked)
        var before = sigset_t()
        for signal in Self.recorded + [SIGINT] { sigaddset(&blocked, signal) }
        sigprocmask(SIG_BLOCK, &blocked, &before)
        outside = before
        for signal in Self.recorded { take(signal) }
    }

    private mutating func take(_ signal: Int32) {
        var action = sigaction()
        action.setHandler { signal in arrivals.bitwiseOr(1 << UInt32(signal), ordering: .relaxed) }
        var before = sigaction()
        sigaction(signal, &action, &before)
        // A signal that the parent made the program ignore (nohup, a shell without job control) stays ignored.
        if before.isIgnored { sigaction(signal, &before, nil) } else { former.append((signal, before)) }
    }

    /// Gives the signals back to whoever had them.
    func end() {
        for (signal, action) in former {
            var action = action
            sigaction(signal, &action, nil)
        }
        var mask = outside
        sigprocmask(SIG_SETMASK, &mask, nil)
    }

    /// The signals that came since the last call.
    func takeArrivals() -> [Int32] {
        let bits = arrivals.exchange(0, ordering: .relaxed)
        return bits == 0 ? [] : Self.recorded.filter { bits & (1 << UInt32($0)) != 0 }
    }

    func isPending(_ signal: Int32) -> Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return sigismember(&pending, signal) == 1
    }

    /// Lets `signal` do what it does by default: the program stops here, and goes on when it is continued, or ends.
    func deliver(_ signal: Int32) {
        var standard = sigaction()
        standard.setHandler(SIG_DFL)
        var ours = sigaction()
        sigaction(signal, &standard, &ours)
        var only = sigset_t()
        sigemptyset(&only)
        sigaddset(&only, signal)
        kill(getpid(), signal)
        sigprocmask(SIG_UNBLOCK, &only, nil)
        sigprocmask(SIG_BLOCK, &only, nil)
        sigaction(signal, &ours, nil)
    }
}

extension sigaction {
    fileprivate mutating func setHandler(_ handler: (@convention(c) (Int32) -> Void)?) {
        #if canImport(Glibc)
        __sigaction_handler.sa_handler = handler
        #else
        __sigaction_u.__sa_handler = handler
        #endif
        sa_flags = 0
        sigemptyset(&sa_mask)
    }

    fileprivate var isIgnored: Bool {
        #if canImport(Glibc)
        let handler = __sigaction_handler.sa_handler
        #else
        let handler = __sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == 1
    }
}
