package import Autodiff
import Kernels
import Synchronization
package import Syntax
package import Tensors
package import Wording

/// What a running program needs: the stack of slots, the tape being recorded, limits and the outside world.
/// A session owns one; two machines share nothing.
package final class Machine {
    // The interpreter's inner loop reads these; it is single-threaded, so the dynamic exclusivity checks are left out.
    @exclusivity(unchecked) package var top: UnsafeMutablePointer<Value>
    private let bottom: UnsafeMutablePointer<Value>
    private let end: UnsafeMutablePointer<Value>
    /// Below this address the native stack is nearly used up.
    @exclusivity(unchecked) private var stackLimit: UInt = 0
    /// Turns until the next look at whether to stop, and how many there were from one to the next.
    @exclusivity(unchecked) var countdown = Machine.turnsBetweenChecks
    @exclusivity(unchecked) private var interval = Machine.turnsBetweenChecks
    /// Calls that may still nest.
    @exclusivity(unchecked) var callsLeft = Int.max
    /// What the session holds and may.
    package let account: Account

    /// Functions of the language by name, for builtins that call one.
    package var languageFunction: (String) -> Value? = { _ in nil }
    /// Where the top-level names of the session have their values.
    package var globalPlaces: () -> [(name: String, place: UnsafeMutablePointer<Value>)] = { [] }
    /// The function that a definition in the language makes, among the names of the language alone; `nil` where the text is wrong.
    package var defined: (String) -> Value? = { _ in nil }
    /// The tape of the outermost derivative under way.
    @exclusivity(unchecked) package var tape: Tape?
    /// How many derivatives are under way, one within another.
    @exclusivity(unchecked) var depth = 0
    /// The value that a block or a `return` leaves.
    @exclusivity(unchecked) package var result: Value = .nothing

    /// The registers of programs that only compute with numbers.
    private(set) lazy var numbers = NumberStack()

    /// What a derivative rule written in the language threw, on its way through a sweep.
    var ruleFailure: (any Error)?

    package var environment: Environment
    /// The source that a span points into.
    package var source: (SourceID) -> Source? = { _ in nil }
    package var random: RandomStream
    package var style = NumberStyle()
    @exclusivity(unchecked) package var stopsAtNaN = false
    @exclusivity(unchecked) package var planCounts = PlanCounts()
    var planEntries = PlanEntries()
    /// Old values of shared cells changed by the input that is running, so that it can be taken back.
    package var journal: Journal?
    var journalCount = 0
    private let requests: StopRequests
    /// Requests to stop that do not end the program: training answers the first one itself, between two updates. The next ends it.
    var toleratedInterruptions: Int {
        get { requests.tolerated.load(ordering: .relaxed) }
        set { requests.tolerated.store(newValue, ordering: .relaxed) }
    }
    private var notesGiven: Set<String> = []

    /// Kept free of the native stack for kernels, derivative rules and error handling, in bytes.
    private static let stackReserve: UInt = 256 * 1024
    private static let slotCount = 1 << 20
    private static let turnsBetweenChecks: Int32 = 4096

    /// - Parameter account: That of another machine whose work this one shares; one of its own otherwise.
    package init(environment: Environment, seed: Int, sharing account: Account? = nil) {
        // Untouched pages of the stack of slots cost nothing.
        bottom = .allocate(capacity: Machine.slotCount)
        top = bottom
        end = bottom + Machine.slotCount
        self.environment = environment
        self.random = RandomStream(seed: seed)
        self.account = account ?? Account(limits: environment.limits)
        requests = StopRequests(environment.interruptions)
        if account == nil { self.account.isInterrupted = { [requests] in requests.isAsked } }
    }

    deinit {
        requests.hasEnded.store(true, ordering: .relaxed)
        bottom.deallocate()
    }

    // MARK: Stack

    /// Room for a frame; fails when calls nest too deep for the slots or for the native stack.
    @inline(__always)
    package func enter(_ count: Int) -> UnsafeMutablePointer<Value>? {
        let base = top
        guard base + count <= end, UInt(grad_stack_address()) > stackLimit else { return nil }
        top = base + count
        return base
    }

    /// Runs `body` with the native stack's end known, so that recursion without end is refused rather than a crash, and charges what it
    /// holds to the session.
    package func running<R>(_ body: () throws -> R) rethrows -> R {
        // To ask for the end is slow on a main thread, and inside another call it is known.
        guard stackLimit == 0 else { return try body() }
        stackLimit = UInt(grad_stack_end()) + Machine.stackReserve
        callsLeft = account.limits.depth
        defer { stackLimit = 0 }
        return try account.run {
            restartCountdown()
            return try body()
        }
    }

    package var isStackNearlyFull: Bool { UInt(grad_stack_address()) <= stackLimit }

    // MARK: Checks

    /// Called at each turn of a loop and each call: now and then looks whether to stop.
    @inline(__always)
    package func tick(_ site: Site) throws {
        countdown &-= 1
        if countdown < 0 { try check(site) }
    }

    /// Whether to stop, after so many turns that were not counted one by one.
    package func check(_ site: Site, turns: Int = 0) throws {
        // A program of numbers pauses before a turn, so at the limit itself it would never be beyond.
        let made = max(Int(interval - countdown) + turns, interval == 0 ? 1 : 0)
        let failed = account.passed(steps: made)
        restartCountdown()
        if let failed { throw failure(failed, site) }
        try checkInterruption()
    }

    /// A host that begins to count anew (a prompt, for its next input) has the first request answered anew.
    func forgetAnsweredInterruptions() {
        toleratedInterruptions = min(toleratedInterruptions, environment.interruptions())
    }

    /// The last stretch before the limit of steps ends just behind it.
    private func restartCountdown() {
        interval = Int32(min(Int(Machine.turnsBetweenChecks), account.stepsLeft))
        countdown = interval
    }

    func checkInterruption() throws {
        if requests.isAsked { throw Interruption() }
    }

    /// The same in the midst of a primitive's or a sweep's work, limits included; what it throws gets its place above.
    func checkWork() throws {
        try checkInterruption()
        if let failed = account.passed(steps: 0) { throw failed }
    }

    /// After a builtin: whether it made more than the session may hold, or left its work undone.
    @inline(__always)
    package func checkResult(_ site: Site) throws {
        if account.held > account.limits.memory { throw failure(PrimitiveError(.memory, account.limits), site) }
        // Asked anew: not all that takes long asks by itself, and the loop around it looks only now and then.
        guard Account.shouldStop() else { return }
        do throws(PrimitiveError) { try Account.checkStop() } catch { throw failure(error, site) }
    }

    /// Refuses a list of so many elements that the session may not have.
    package func admit(values count: Int, _ site: Site) throws {
        if count > 1000 { try admit(bytes: count * MemoryLayout<Value>.stride, site) }
    }

    /// Refuses memory that the session may not have.
    package func admit(bytes: Int, _ site: Site) throws {
        do throws(PrimitiveError) { try Account.admit(bytes: bytes) } catch { throw failure(error, site) }
        // To fill much takes long, and the loop around it looks only now and then.
        if bytes >= Machine.muchMemory { try checkResult(site) }
    }
    private static let muchMemory = 1 << 16

    /// Refuses tensors that the session may not have beside one another.
    func admit(tensors: [(axes: [Int], type: ElementType)], _ site: Site) throws {
        do throws(PrimitiveError) {
            var others = 0
            for (axes, type) in tensors {
                try Account.admit(axes, size: type.size, workspace: others)
                others += axes.reduce(type.size, *)
            }
        } catch {
            throw failure(error, site)
        }
    }

    // MARK: Notes

    /// Tells the person something once.
    package func note(_ message: String, at span: Span, hints: [String] = []) {
        guard notesGiven.insert("\(span) \(message)").inserted else { return }
        environment.note(Diagnostic(.note, message, at: span, hints: hints))
    }

    /// Tells a note that another machine had.
    func pass(on note: Diagnostic) {
        guard notesGiven.insert("\(note.span.map { "\($0)" } ?? "") \(note.message)").inserted else { return }
        environment.note(note)
    }

    package func print(_ text: String, _ site: Site) throws {
        if let failed = account.passed(output: text.utf8.count + 1) { throw failure(failed, site) }
        environment.print(text)
    }

    /// What formulas are simplified by.
    package var formulaRules = FormulaRules.all

    /// A message of the table in the learner's language.
    func say(_ message: Message, _ parts: KeyValuePairs<String, String> = [:]) -> String { message(environment.language, parts) }
}

/// The running computation was stopped from outside.
package struct Interruption: Error {
    package init() {}
}

/// The outside world, given by the host.
package struct Environment {
    /// A line of results, without its end.
    package var print: (String) -> Void
    package var note: (Diagnostic) -> Void
    /// How often the person has asked to stop since the input began.
    package var interruptions: () -> Int
    /// What programs may use.
    package var limits: Limits
    /// Reads a file whole; `nil` when the host allows no files.
    package var readFile: ((String) throws -> [UInt8])?
    /// Puts bytes into a file's place, whole or not at all; `nil` when the host lets nothing be written.
    package var writeFile: ((String, [UInt8]) throws -> Void)?
    /// Reads a file that is imported; `nil` when the host allows no `import`.
    package var loadFile: ((String) throws -> [UInt8])?
    /// Seconds since some fixed time.
    package var now: () -> Double
    /// When calls are compiled to plans.
    package var plans = PlanMode.on
    /// What explanations and diagnoses are written in.
    package var language = Language.english
    /// How many threads a sweep may use; then `interruptions` and `now` are called from each of them.
    package var cores = 1
    /// Those of this computer.
    package static let processors = Threads.processors
    /// Told while a large file is taken in: its path, the bytes read, and all that there are.
    package var loading: ((String, Int, Int) -> Void)?
    /// Told how training goes, often; whoever listens decides how much of it to show.
    package var progress: ((Progress) -> Void)?
    /// Told what the history of a training has got, each time before `progress`.
    package var history: ((HistoryRows) -> Void)?
    /// What pictures are shown on, as it is now.
    package var screen: () -> Screen = { Screen() }
    /// Where pictures can move; `nil` where they cannot.
    package var stage: Stage?

    package init(
        print: @escaping (String) -> Void, note: @escaping (Diagnostic) -> Void,
        interruptions: @escaping () -> Int = { 0 }, limits: Limits = Limits(),
        readFile: ((String) throws -> [UInt8])? = nil, now: @escaping () -> Double = { 0 }
    ) {
        self.print = print
        self.note = note
        self.interruptions = interruptions
        self.limits = limits
        self.readFile = readFile
        self.loadFile = readFile
        self.now = now
    }
}
