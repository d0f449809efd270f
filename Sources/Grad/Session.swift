import Runtime
import Syntax

/// A conversation with the language: the names that programs have introduced, and what they may touch of the world.
///
/// ```swift
/// let session = Session()
/// try session.run("L(w) = (w - 3)^2")
/// let slope = try session.run("L'(0)")        // -6
/// session["w"] = 0.6
/// let loss = try session.call("L", 0.6)       // 5.76
/// ```
///
/// Sessions know nothing of each other. A session belongs to the thread or actor that made it; only its ``canceller`` may be
/// used from elsewhere. A program uses the stack of the thread that runs it: on one with a small stack recursion ends earlier, always
/// with an error.
public final class Session {
    let interpreter: Interpreter
    /// What values of this session are known by, for as long as one of them lives.
    let owner = Owner()
    private let interruptions = Interruptions()
    private var isRunning = false
    private var inputCount = 0
    private var callSites: [String: Site] = [:]

    /// Makes a session that has only the language itself.
    ///
    /// - Parameters:
    ///   - options: Where random numbers start, how numbers are shown, the language of explanations.
    ///   - files: What programs may read and write; nothing unless you allow it.
    ///   - output: Gets each line that a program prints, without its end. Standard output if you give nothing.
    ///   - notes: Told of things worth knowing that are not errors.
    ///   - progress: Told how training goes, now and then.
    ///   - history: Gets the rows of a training's history as they come, in portions.
    ///   - clock: Seconds since some fixed time, for programs that measure time.
    public init(
        options: Options = Options(), files: FileAccess = .none, output: @escaping (String) -> Void = { print($0) },
        notes: @escaping (Diagnostic) -> Void = { _ in }, progress: @escaping (Progress) -> Void = { _ in },
        history: (([HistoryRow]) -> Void)? = nil, clock: @escaping () -> Double = Session.systemClock
    ) {
        let interruptions = interruptions
        var environment = Environment(print: output, note: { _ in })
        environment.interruptions = { interruptions.count }
        environment.readFile = files.read
        environment.writeFile = files.write
        environment.loadFile = files.load
        environment.progress = { progress(Progress($0)) }
        environment.history = history.map { history in { history(HistoryRow.rows($0)) } }
        environment.now = clock
        environment.limits = options.limits.lowered
        environment.language = options.language.lowered
        interpreter = Interpreter(environment: environment, seed: options.seed)
        interpreter.machine.style.digits = min(max(options.digits, 1), 17)
        interpreter.machine.stopsAtNaN = options.stopsAtNaN
        interpreter.machine.environment.note = { [unowned interpreter] in notes(Diagnostic($0, in: interpreter)) }
    }

    // MARK: Running

    /// Runs a program and gives the value of its last statement that has one, or ``Value/nothing``.
    ///
    /// What it introduces stays for later runs. A program happens as a whole or not at all: if it fails, names and random numbers are
    /// what they were before.
    ///
    /// - Parameters:
    ///   - program: Text of the language.
    ///   - name: What error messages call it, such as a file's name.
    /// - Throws: A ``GradError`` that tells what is wrong, and where.
    @discardableResult
    public func run(_ program: String, name: String? = nil) throws(GradError) -> Value {
        try run(program, name: name) { false }
    }

    /// `isCancelled` is asked once, after a request to stop of an earlier run is forgotten.
    func run(_ program: String, name: String?, isCancelled: () -> Bool) throws(GradError) -> Value {
        try begin(isCancelled)
        defer { isRunning = false }
        inputCount += 1
        let source = interpreter.addSource(name: name ?? "<input \(inputCount)>", bytes: Array(program.utf8))
        let (outcome, changes) = interpreter.recording { interpreter.run(source) }
        do throws(GradError) {
            return try value(of: outcome)
        } catch {
            interpreter.takeBack(changes)
            throw error
        }
    }

    /// Tells what is wrong with a program without running it: errors of its form, unknown names, arguments that do not fit.
    public func check(_ program: String, name: String? = nil) -> [Diagnostic] {
        let source = interpreter.addSource(name: name ?? "<input>", bytes: Array(program.utf8))
        return interpreter.check(source).map { Diagnostic($0, in: interpreter) }
    }

    // MARK: Calling

    /// Calls a function of the language, or of this session's programs, by its name.
    ///
    /// Unlike ``run(_:name:)`` it does not take back what a failing function has changed.
    ///
    /// - Parameters:
    ///   - function: The function's name.
    ///   - arguments: What it is given, by position.
    ///   - named: What it is given by name, such as `["lr": 0.1]`.
    @discardableResult
    public func call(
        _ function: String, _ arguments: any ValueConvertible..., named: KeyValuePairs<String, any ValueConvertible> = [:]
    ) throws(GradError) -> Value {
        guard let callee = callee(function) else {
            throw GradError(.failed, message: "`\(function)` is not known in this session")
        }
        return try call(callee, as: function, arguments.map(\.gradValue), named)
    }

    /// The same for values, when it may have been cancelled meanwhile.
    func call(_ function: String, _ arguments: [Value], isCancelled: () -> Bool) throws(GradError) -> Value {
        guard let callee = callee(function) else {
            throw GradError(.failed, message: "`\(function)` is not known in this session")
        }
        return try call(callee, as: function, arguments, [:], isCancelled)
    }

    private func callee(_ name: String) -> Runtime.Value? {
        let name = canonicalName(name)
        return interpreter.globals[name]?.global?.pointee ?? interpreter.builtins[name]
    }

    /// Calls a function that came out of this session as a value.
    @discardableResult
    public func call(
        _ function: Function, _ arguments: any ValueConvertible..., named: KeyValuePairs<String, any ValueConvertible> = [:]
    ) throws(GradError) -> Value {
        guard function.owner === owner else {
            throw GradError(.failed, message: "`\(function)` belongs to another session")
        }
        return try call(.function(function.callable), as: function.name ?? "function", arguments.map(\.gradValue), named)
    }

    private func call(
        _ callee: Runtime.Value, as name: String, _ positional: [Value], _ named: KeyValuePairs<String, any ValueConvertible>,
        _ isCancelled: () -> Bool = { false }
    ) throws(GradError) -> Value {
        // A host function may call back while a program runs.
        let isOutermost = !isRunning
        if isOutermost { try begin(isCancelled) }
        defer { if isOutermost { isRunning = false } }
        var arguments: [Runtime.Value] = []
        for argument in positional + named.map(\.value.gradValue) { arguments.append(try lower(argument)) }
        let names = named.isEmpty ? nil : positional.map { _ in nil } + named.map { Optional(canonicalName($0.key)) }
        return try value(of: interpreter.call(callee, arguments, names: names, callSite(name)))
    }

    // MARK: Names

    /// The value of a name, `nil` if no program has introduced it. Setting it introduces or changes it; `nil` forgets it.
    ///
    /// A function of another session cannot be set, and is ignored.
    public subscript(name: String) -> Value? {
        get {
            guard let value = interpreter.globals[canonicalName(name)]?.global?.pointee, !value.isNothing else { return nil }
            return lift(value)
        }
        set {
            let value = newValue.flatMap { value in try? lower(value) } ?? .nothing
            if newValue != nil, case .nothing = value { return }
            setGlobal(name, value)
            if case .nothing = value { interpreter.globals.dropUnset() }
        }
    }

    func setGlobal(_ name: String, _ value: Runtime.Value) {
        interpreter.globals.set(canonicalName(name), to: value, at: callSite(name).span)
    }

    /// The names that programs and the host have introduced, in that order.
    public var names: [String] { interpreter.globals.names }

    /// Stops what this session is running; it may be kept and used anywhere.
    public var canceller: Canceller { Canceller(interruptions) }

    // MARK: Outcomes

    private func begin(_ isCancelled: () -> Bool) throws(GradError) {
        guard !isRunning else {
            throw GradError(.failed, message: "this session is already running a program")
        }
        interruptions.clear()
        if isCancelled() { throw GradError(.cancelled, message: "the program was stopped before it began") }
        isRunning = true
    }

    private func value(of outcome: Interpreter.Outcome) throws(GradError) -> Value {
        switch outcome {
        case .finished(let value): return lift(value)
        case .rejected(let diagnostics): throw GradError(.rejected, diagnostics, in: interpreter)
        case .failed(let diagnostic): throw GradError(.failed, [diagnostic], in: interpreter)
        case .interrupted: throw GradError(.cancelled, message: "the program was stopped")
        }
    }

    /// A place for messages about calls that no program contains.
    private func callSite(_ name: String) -> Site {
        if let site = callSites[name] { return site }
        let source = interpreter.addSource(name: "<host>", bytes: Array(name.utf8))
        let site = Site(Span(source.id, 0, source.bytes.count))
        callSites[name] = site
        return site
    }
}

/// Tells the values of one session from those of another, also when one has come to lie where the other was.
final class Owner: Sendable {}
