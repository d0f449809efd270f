import Kernels
import Syntax
import Tensors

/// A run of a program: what C needs, and the way in and out of it.
struct NumericRun {
    enum End {
        case ended
        /// A `return` was met.
        case returned(Double)
        /// The general code has to take over: of a loop, a part; of a function, the whole.
        case left
    }

    private let program: NumericProgram
    private let machine: Machine
    private let frame: Frame
    private let base: UnsafeMutablePointer<Double>
    private let tables: UnsafeMutableBufferPointer<grad_table>
    private let globals: UnsafeMutableBufferPointer<Double>

    /// Runs a program if its variables hold what it was written for, and gives `nil` if they do not.
    ///
    /// - Parameters:
    ///   - fill: puts the arguments or the ends of the range into the first registers.
    ///   - leave: does what the program cannot, or tells that it is not to be done here.
    static func run(
        _ program: NumericProgram, _ machine: Machine, _ frame: Frame, _ site: Site, fill: (UnsafeMutablePointer<Double>) -> Void,
        leave: (NumericRun, Int) throws -> Leave
    ) throws -> Flow? {
        guard !machine.stopsAtNaN, let base = machine.numbers.enter(program.window) else { return nil }
        defer { machine.numbers.top = base }
        return try withUnsafeTemporaryAllocation(of: grad_table.self, capacity: max(1, program.tables.count)) { tables in
            try withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, program.globals.count)) { globals in
                let run = NumericRun(program: program, machine: machine, frame: frame, base: base, tables: tables, globals: globals)
                guard run.load(), run.loadGlobals(), run.openTables() else { return nil }
                for (register, number) in program.constants { base[register] = number }
                fill(base)
                defer { run.store(inner: false) }
                return try run.go(site, leave)
            }
        }
    }

    /// What to do after the general code took a part.
    enum Leave {
        case goOn(at: Int)
        case end(Flow)
        /// Nothing was done: the whole is to be run in the general way.
        case giveUp
    }

    private func go(_ site: Site, _ leave: (NumericRun, Int) throws -> Leave) throws -> Flow? {
        try program.code.withUnsafeBufferPointer { code in
            var state = grad_numeric(
                code: code.baseAddress, tables: tables.baseAddress, globals: globals.baseAddress, registers: base,
                end: machine.numbers.end, calls: machine.numbers.calls, call_limit: Int32(min(Int(NumberStack.mostCalls), max(0, machine.callsLeft))), depth: 0, at: 0,
                countdown: machine.countdown, result: 0)
            while true {
                let end = grad_run_numeric(&state)
                machine.countdown = max(state.countdown, 0)
                switch end {
                case GRAD_NUMERIC_ENDED: return .next
                case GRAD_NUMERIC_RETURNED:
                    machine.result = .number(state.result)
                    return .returned
                case GRAD_NUMERIC_PAUSED:
                    try machine.check(site)
                case GRAD_NUMERIC_ASKED where answer(code[Int(state.at)]): state.at += 1
                default:
                    // In a function called, it is the step of the outermost part that called.
                    let step = state.depth > 0 ? Int(machine.numbers.calls[0].back) - 1 : Int(state.at)
                    switch try leave(self, step) {
                    case .goOn(let next): state.at = Int32(truncatingIfNeeded: next)
                    case .end(let flow): return flow
                    case .giveUp: return nil
                    }
                    state.depth = 0
                    state.registers = base
                }
                state.countdown = machine.countdown
            }
        }
    }

    /// Puts the derivative that a step asks for into its register, if there is a plan for it.
    private func answer(_ step: grad_step) -> Bool {
        // What the function reads at top level may be in a register.
        store(inner: false)
        guard let answer = program.derivatives[Int(step.a)].value(at: base[Int(step.b)], machine) else { return false }
        base[Int(step.dst)] = answer
        return true
    }

    // MARK: Variables

    private func load() -> Bool {
        for variable in program.variables where !variable.isInner {
            guard case .number(let number) = variable.place.pointer(frame).pointee else { return false }
            base[variable.register] = number
        }
        return true
    }

    private func loadGlobals() -> Bool {
        for (index, place) in program.globals.enumerated() {
            guard case .number(let number) = place.pointer(frame).pointee else { return false }
            globals[index] = number
        }
        return true
    }

    /// Puts the variables back where the general code finds them.
    private func store(inner: Bool) {
        for variable in program.variables where variable.isWritten && (inner || !variable.isInner) {
            variable.place.pointer(frame).storeNumber(base[variable.register])
        }
    }

    private func openTables() -> Bool {
        for (index, table) in program.tables.enumerated() {
            guard let opened = NumericRun.open(table.place.pointer(frame), table) else { return false }
            tables[index] = opened
        }
        return true
    }

    /// The memory of a tensor, which is made the variable's own where it is written.
    private static func open(_ place: UnsafeMutablePointer<Value>, _ table: NumericTable) -> grad_table? {
        guard case .tensor(var box) = place.pointee, box.tensor.rank == table.rank, box.tensor.type == .f64 else { return nil }
        if table.isWritten {
            place.pointee = .nothing
            if !isKnownUniquelyReferenced(&box) { box = TensorValue(box.tensor) }
            box.tensor.makeUnique()
            place.pointee = .tensor(box)
        }
        guard let storage = box.tensor.storage else { return nil }
        return grad_table(
            numbers: storage.bytes.assumingMemoryBound(to: Double.self), rows: Int64(box.tensor.shape[0]),
            columns: table.rank > 1 ? Int64(box.tensor.shape[1]) : 1)
    }

    // MARK: Leaving

    /// Lets the general code do the part of the loop that a step belongs to.
    func takeOver(_ step: Int, _ compiler: Compiler) throws -> Leave {
        guard let index = program.regions.firstIndex(where: { $0.steps.contains(step) }) else { return .giveUp }
        let region = program.regions[index]
        store(inner: true)
        machine.numbers.isOff = true
        defer { machine.numbers.isOff = false }
        var next = region.steps.upperBound
        switch region.part {
        case .statement(let statement):
            let flow = try program.general(index, statement, compiler).run(frame)
            if flow != .next { return .end(flow) }
        case .condition(let condition, let otherwise):
            if !(try compiler.test(condition)(frame)) { next = otherwise }
        case .range(let lower, let upper, let first, let last, let isClosed, let span):
            let ends = (try compiler.compile(lower).evaluate(frame), try compiler.compile(upper).evaluate(frame))
            let range = try machine.range(ends.0, ends.1, isClosed: isClosed, Site(span, [lower.span, upper.span]))
            (base[first], base[last]) = (range.lower, range.upper)
            return .goOn(at: next)
        }
        return reload() ? .goOn(at: next) : .giveUp
    }

    /// A statement of numbers leaves numbers; the tensors may have moved.
    private func reload() -> Bool {
        for variable in program.variables where variable.isWritten {
            if case .number(let number) = variable.place.pointer(frame).pointee { base[variable.register] = number }
        }
        return openTables()
    }
}

/// Where the registers of programs and the calls among them lie. Pages that are not touched cost nothing.
final class NumberStack {
    private let bottom: UnsafeMutablePointer<Double>
    let end: UnsafeMutablePointer<Double>
    let calls: UnsafeMutablePointer<grad_call>
    var top: UnsafeMutablePointer<Double>
    /// The general code runs in the place of a program: it would only end there again.
    var isOff = false

    private static let registerCount = 1 << 20
    static let mostCalls: Int32 = 1 << 19

    init() {
        bottom = .allocate(capacity: NumberStack.registerCount)
        end = bottom + NumberStack.registerCount
        top = bottom
        calls = .allocate(capacity: Int(NumberStack.mostCalls))
    }

    deinit {
        bottom.deallocate()
        calls.deallocate()
    }

    /// Room for so many registers; none while programs are off.
    func enter(_ count: Int) -> UnsafeMutablePointer<Double>? {
        let base = top
        guard !isOff, base + count <= end else { return nil }
        top = base + count
        return base
    }
}
