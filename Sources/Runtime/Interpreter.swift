package import Syntax
import Tensors

/// Runs programs: sources in, values and messages out. It owns all state of a session.
package final class Interpreter {
    package let machine: Machine
    package private(set) var globals = Globals()
    package let builtins: Builtins
    /// The names of each file of the prelude that was used.
    private var preludeGlobals: [Globals] = []
    private var sources: [SourceID: Source] = [:]
    /// Of the program that is resolved or run now. One that begins meanwhile, as a file of the prelude does at its first use, has its own.
    private(set) var imports = Imports()

    /// How a run ended.
    package enum Outcome {
        /// The value of the last statement that has one.
        case finished(Value)
        /// It does not parse or resolve; nothing ran.
        case rejected([Diagnostic])
        /// It stopped at an error while running.
        case failed(Diagnostic)
        case interrupted
    }

    /// What a host sees of a statement at top level as it runs.
    package enum Event {
        /// A statement begins to run.
        case statement(Span)
        /// A bare expression's value, which is to be shown.
        case value(Value)
        /// `w <- …`: the name, its old value and its new one.
        case update(name: String, old: Value, new: Value)
    }

    package init(environment: Environment, seed: Int = 0) {
        builtins = .core()
        machine = Machine(environment: environment, seed: seed)
        machine.source = { [unowned self] in sources[$0] }
        machine.languageFunction = { [unowned self] in builtins[$0] }
        machine.globalPlaces = { [unowned self] in
            globals.names.compactMap { name in globals[name]?.global.map { (name, $0) } }
        }
        machine.defined = { [unowned self] in define($0) }
        builtins.add(pending: Prelude.index) { [unowned self] file in
            let source = addSource(name: Prelude.files[file].path, bytes: Prelude.files[file].bytes)
            preludeSources.insert(source.id)
            runPrelude(source)
        }
    }

    deinit {
        for names in preludeGlobals + [globals] { names.clear() }
        machine.planEntries.clear()
    }

    // MARK: Sources

    package func source(_ id: SourceID) -> Source? { sources[id] }

    package func addSource(name: String, bytes: [UInt8]) -> Source {
        let source = Source(id: SourceID(Int32(sources.count)), name: name, bytes: bytes)
        sources[source.id] = source
        return source
    }

    // MARK: Running

    /// For a host that has begun to count requests to stop anew: training answers the first of them again.
    package func forgetInterruptions() { machine.toleratedInterruptions = 0 }

    /// Finds what is wrong with a program without running it.
    package func check(_ source: Source) -> [Diagnostic] {
        if let tooLong = tooLong(source) { return [tooLong] }
        let parsed = parse(source)
        guard !parsed.diagnostics.hasErrors else { return parsed.diagnostics }
        let snapshot = globals.snapshot()
        defer { globals.restore(snapshot) }
        return parsed.diagnostics + withOwnImports { resolve(parsed.program).diagnostics }
    }

    private func withOwnImports<R>(_ body: () -> R) -> R {
        let outer = imports
        imports = Imports()
        defer { imports = outer }
        return body()
    }

    /// Runs a program; `observe` is told of values and updates at top level.
    package func run(_ source: Source, observe: (Event) -> Void = { _ in }) -> Outcome {
        if let tooLong = tooLong(source) { return .rejected([tooLong]) }
        let parsed = parse(source)
        if parsed.diagnostics.hasErrors { return .rejected(parsed.diagnostics) }
        machine.forgetAnsweredInterruptions()
        return machine.running { withOwnImports { run(parsed.program, observe: observe) } }
    }

    /// A refusal of a text longer than the session allows.
    func tooLong(_ source: Source) -> Diagnostic? {
        let limits = machine.account.limits
        guard source.bytes.count > limits.source, !preludeSources.contains(source.id) else { return nil }
        var diagnostic = Diagnostic("\(Limit.source.message(limits)): `\(source.name)` has \(Limit.bytes(Double(source.bytes.count)))", at: nil)
        diagnostic.limit = Limit.source.rawValue
        return diagnostic
    }

    private func run(_ program: Program, observe: (Event) -> Void) -> Outcome {
        let before = globals.snapshot()
        let (resolution, diagnostics, _) = resolve(program)
        guard let resolution else {
            globals.restore(before)
            return .rejected(diagnostics)
        }
        defer { globals.dropUnset() }
        do {
            return .finished(try execute(program, resolution, observe))
        } catch let diagnostic as Diagnostic {
            return .failed(surfaced(diagnostic))
        } catch {
            return .interrupted
        }
    }

    /// `nil` when something is wrong; `names` are those that the program and its imports introduce.
    func resolve(_ program: Program) -> (resolution: Resolution?, diagnostics: [Diagnostic], names: [Name]) {
        var found: [Diagnostic] = []
        let imported = readImports(of: program, &found)
        // What an import that failed would have introduced is not known.
        guard !found.hasErrors else { return (nil, found, []) }
        var resolver = Resolver(globals: globals, builtins: builtins, imported: imported)
        resolver.resolve(program)
        found += resolver.diagnostics
        let names = imported.values.flatMap { $0 } + program.statements.compactMap(\.introducedName)
        return (found.hasErrors ? nil : resolver.resolution, found, names)
    }

    /// Runs statement after statement in one frame of the top level's own slots.
    func execute(_ program: Program, _ resolution: Resolution, _ observe: (Event) -> Void) throws -> Value {
        let compiler = Compiler(machine: machine, resolution: resolution)
        let count = resolution.main.slotCount
        guard let slots = machine.enter(count) else {
            throw Diagnostic("the program needs too many names", at: nil)
        }
        slots.initialize(repeating: .nothing, count: count)
        defer {
            slots.deinitialize(count: count)
            machine.top = slots
        }
        let frame = Frame(slots: slots, captures: slots)
        var last = Value.nothing
        for statement in program.statements {
            observe(.statement(statement.span))
            last = try execute(statement, compiler, frame, observe) ?? last
        }
        return last.settled
    }

    private func execute(
        _ statement: Statement, _ compiler: Compiler, _ frame: Frame, _ observe: (Event) -> Void
    ) throws -> Value? {
        switch statement {
        case .expression(let expression, let muted):
            let value = try compiler.compile(expression).evaluate(frame).settled
            if case .nothing = value { return nil }
            if !muted { observe(.value(value)) }
            return value
        case .update(let target, _, let muted, _):
            let name = target.rootName
            let place = name.flatMap { globals[$0]?.global }
            let old = place?.pointee ?? .nothing
            _ = try compiler.compile(statement, isTail: false)(frame)
            if !muted, let name, let place { observe(.update(name: name, old: old, new: place.pointee)) }
            return nil
        case .importFile(let path, let span):
            try importFile(path, span)
            return nil
        case .branch, .forLoop, .whileLoop:
            machine.result = .nothing
            _ = try compiler.compile(statement, isTail: true)(frame)
            let value = machine.result
            machine.result = .nothing
            // An `if` at top level shows the value of the branch taken, as a bare expression would.
            if case .branch = statement, !value.isNothing {
                observe(.value(value.settled))
                return value
            }
            return nil
        default:
            _ = try compiler.compile(statement, isTail: false)(frame)
            return nil
        }
    }

    private var preludeSources: Set<SourceID> = []

    /// An error inside a function of the prelude is shown where a person's own code called it, with the inner place beside it.
    private func surfaced(_ diagnostic: Diagnostic) -> Diagnostic {
        guard let inner = diagnostic.span, preludeSources.contains(inner.source), let function = diagnostic.stack.first?.function else {
            return diagnostic
        }
        var diagnostic = diagnostic
        while let span = diagnostic.span, preludeSources.contains(span.source), let call = diagnostic.stack.first {
            diagnostic.span = call.span
            diagnostic.stack.removeFirst()
        }
        diagnostic.labels.removeAll { preludeSources.contains($0.span.source) }
        diagnostic.labels.append(.init(inner, "in `\(function)`"))
        return diagnostic
    }

    /// Runs a definition apart from the session's names, and gives what it defines.
    private func define(_ text: String) -> Value? {
        let own = globals
        globals = Globals()
        defer {
            globals.clear()
            globals = own
        }
        guard case .finished = run(addSource(name: "<formula>", bytes: Array(text.utf8))) else { return nil }
        return globals.names.first.flatMap { globals[$0]?.global?.pointee }
    }

    /// What is wrong with the prelude: nothing, as the tests see to.
    package private(set) var preludeFaults: [Diagnostic] = []

    /// Runs a file of the prelude among names of its own, and makes these part of the language.
    private func runPrelude(_ source: Source) {
        let own = globals
        globals = Globals()
        defer {
            preludeGlobals.append(globals)
            globals = own
        }
        switch run(source) {
        case .finished:
            for name in globals.names {
                guard let value = globals[name]?.global?.pointee else { continue }
                builtins.add(name, value)
            }
        case .rejected(let found): preludeFaults += found
        case .failed(let found): preludeFaults.append(found)
        case .interrupted: break
        }
    }
}

extension Expression {
    /// The variable that an update's target is part of.
    fileprivate var rootName: String? {
        switch self {
        case .name(let name): name.text
        case .field(let base, _, _), .index(let base, _, _), .parenthesized(let base, _): base.rootName
        default: nil
        }
    }
}
