package import Syntax
import Tensors

/// The slots of a call under way, and the values its function captured.
struct Frame {
    let slots: UnsafeMutablePointer<Value>
    let captures: UnsafeMutablePointer<Value>
}

typealias Evaluate = (Frame) throws -> Value
typealias Test = (Frame) throws -> Bool
typealias Execute = (Frame) throws -> Flow

/// How a statement ended.
enum Flow {
    case next
    case breakLoop
    case continueLoop
    /// The value lies in `machine.result`.
    case returned
}

/// Compiled code of an expression. What is known of its form lets the code around it skip a call.
struct Code {
    enum Form {
        case constant(Double)
        /// A slot of the frame that no closure shares.
        case slot(Int)
        case global(UnsafeMutablePointer<Value>)
        case general
    }

    let form: Form
    let evaluate: Evaluate
    /// The value as long as only plain numbers take part, else NaN, upon which `evaluate` finds the value or the error (as it does
    /// for infinity, to name the operation that made it if asked). Only expressions without calls have it: they may be
    /// evaluated twice.
    let number: Number?

    init(_ form: Form = .general, number: Number? = nil, _ evaluate: @escaping Evaluate) {
        self.form = form
        self.number = number
        self.evaluate = evaluate
    }

    /// Arithmetic on plain numbers, backed by the general code.
    init(number: @escaping (Frame) -> Double, otherwise general: @escaping Evaluate) {
        self.init(.general, number: Number(number)) { frame in
            let value = number(frame)
            return value.isPlain ? .number(value) : try general(frame)
        }
    }

    static func constant(_ value: Value) -> Code {
        guard case .number(let number) = value else { return Code { _ in value } }
        return Code(.constant(number), number: number == number ? Number { _ in number } : nil) { _ in .number(number) }
    }
}

// A bare function inside an array or an optional is called through a thunk; inside a structure it is not.

struct Number {
    let value: (Frame) -> Double
    init(_ value: @escaping (Frame) -> Double) { self.value = value }
}

struct Step {
    let run: Execute
    init(_ run: @escaping Execute) { self.run = run }
}

extension Double {
    /// Neither NaN nor infinite, by one subtraction.
    @inline(__always) var isPlain: Bool { self - self == 0 }
}

extension Value {
    /// The number, or NaN for anything else.
    var numberOrNaN: Double {
        @inline(__always) get { if case .number(let number) = self { number } else { .nan } }
    }
}

extension UnsafeMutablePointer where Pointee == Value {
    /// Stores a number; what was there is released only if it was something else.
    @inline(__always)
    func storeNumber(_ number: Double) {
        if case .number = pointee { initialize(to: .number(number)) } else { pointee = .number(number) }
    }
}

/// The code of one function, shared by all closures made from it.
final class FunctionCode {
    let name: String?
    let parameters: [ParameterInfo]
    /// What is done with the arguments before the body runs, in the order of the parameters, which is that of their slots.
    let preparations: [ParameterCode]
    let parameterCount: Int
    let slotCount: Int
    let body: Evaluate
    let declaration: Function
    /// What it was compiled from, to compile it again for another machine.
    let origin: Origin
    /// What the captured values are called, in their order.
    let captureNames: [String]
    /// Calls bind by position with nothing left open.
    let isSimple: Bool
    /// The globals that it and the functions within it name.
    let globals: [Variable]
    let plans = PlanCache()
    /// What its names mean; `nil` for one whose body is not its declaration's.
    let resolution: Resolution?
    /// It may run over plain numbers alone.
    let numeric: NumericFunction?

    struct Origin {
        enum Declaration {
            case function(Function)
            case rule(RuleDeclaration)
        }

        let declaration: Declaration
        let resolution: Resolution

        var span: Span {
            switch declaration {
            case .function(let function): function.span
            case .rule(let rule): rule.span
            }
        }
    }

    init(
        declaration: Function, origin: Origin, preparations: [ParameterCode], slotCount: Int, body: @escaping Evaluate,
        globals: [Variable] = [], resolution: Resolution? = nil, numeric: NumericFunction? = nil,
        captureNames: [String] = []
    ) {
        self.origin = origin
        self.resolution = resolution
        self.numeric = numeric
        self.name = declaration.name?.text
        self.parameters = declaration.signature
        self.parameterCount = declaration.parameters.count
        self.preparations = preparations
        self.slotCount = slotCount
        self.body = body
        self.globals = globals
        self.declaration = declaration
        self.captureNames = captureNames
        self.isSimple = preparations.allSatisfy(\.isSimple)
    }
}

struct ParameterCode {
    /// `nil` for one that must be given.
    let defaultValue: Evaluate?
    /// Checks of the declared shape, run when the argument is in its slot.
    let shapeChecks: [(Frame, Machine) throws -> Void]
    /// A closure inside shares it, so that it lives in a cell.
    let isShared: Bool
    var isSimple: Bool { defaultValue == nil && shapeChecks.isEmpty && !isShared }
}

/// A function of the language with the values it captured.
package final class Closure: Callable {
    let code: FunctionCode
    let captures: UnsafeMutablePointer<Value>
    let captureCount: Int
    private let charge: Charge

    init(_ code: FunctionCode, captures: [Value]) {
        self.code = code
        self.captures = .allocate(capacity: max(1, captures.count))
        self.captures.initialize(from: captures, count: captures.count)
        captureCount = captures.count
        charge = Charge(96 + captures.count * MemoryLayout<Value>.stride)
        super.init(isClosure: true)
    }

    deinit {
        var held = HeldObjects()
        for index in 0..<captureCount { held.add(captures[index]) }
        captures.deinitialize(count: captureCount)
        captures.deallocate()
        held.release()
    }

    fileprivate var captured: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: captures, count: captureCount) }

    package override var name: String? { code.name }
    package override var parameters: [ParameterInfo] { code.parameters }
    package var declaration: Function { code.declaration }
    override var subject: PlanSubject? { PlanSubject(closure: self, transform: .call) }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        try machine.call(self, site) { slots in
            for (index, argument) in arguments.enumerated() { (slots + index).initialize(to: argument ?? .nothing) }
            return arguments.count
        }
    }
}

/// Lets go of what a closure captured in a loop: freed by recursion, closures that capture one another a million deep would
/// overflow the stack.
private struct HeldObjects {
    private var objects: [AnyObject] = []

    mutating func add(_ value: Value) {
        switch value {
        case .function(let callable) where callable.isClosure: objects.append(callable)
        case .cell(let cell): objects.append(cell)
        case .list(let list): objects.append(list)
        case .record(let record): objects.append(record)
        default: break
        }
    }

    /// What an object holds that nothing else does is taken over before the object goes.
    mutating func release() {
        while var object = objects.popLast() {
            guard isKnownUniquelyReferenced(&object) else { continue }
            switch object {
            case let closure as Closure: for value in closure.captured { add(value) }
            case let cell as Cell: add(cell.value)
            case let list as List: for value in list.elements { add(value) }
            case let record as Record: for value in record.values { add(value) }
            default: break
            }
        }
    }
}

extension Machine {
    /// Calls a closure; `fill` initializes the leading slots with the arguments and tells how many it filled.
    @inline(__always)
    func call(_ closure: Closure, _ site: Site, fill: (UnsafeMutablePointer<Value>) -> Int) throws -> Value {
        let code = closure.code
        let count = code.slotCount
        callsLeft &-= 1
        guard callsLeft >= 0, let slots = enter(count) else {
            callsLeft &+= 1
            throw tooDeep(site)
        }
        let filled = fill(slots)
        var next = filled
        while next < count {
            (slots + next).initialize(to: .nothing)
            next += 1
        }
        defer { leave(slots, count) }
        do {
            try tick(site)
            let frame = Frame(slots: slots, captures: closure.captures)
            if !code.isSimple { try prepare(code, frame, site) }
            if let numeric = code.numeric, let value = try numeric.call(code, frame, self, site) { return value }
            // A plan goes over large tensors in fewer passes.
            if tape == nil, isLarge(slots, filled), let value = try planned(closure, (0..<filled).map { slots[$0] }, site) { return value }
            return try code.body(frame)
        } catch {
            throw risen(error, through: code, site)
        }
    }

    /// Whether one of the arguments is a tensor so large that operations take longer than to look for a plan.
    @inline(__always)
    private func isLarge(_ slots: UnsafeMutablePointer<Value>, _ count: Int) -> Bool {
        for index in 0..<count {
            if case .tensor(let tensor) = slots[index], tensor.tensor.count >= Machine.worthAPlan { return true }
        }
        return false
    }

    @inline(__always)
    private func leave(_ slots: UnsafeMutablePointer<Value>, _ count: Int) {
        var index = 0
        while index < count {
            // Numbers, the usual case, own nothing.
            if case .number = slots[index] {} else { (slots + index).deinitialize(count: 1) }
            index += 1
        }
        top = slots
        callsLeft &+= 1
    }

    @inline(never)
    private func risen(_ error: any Error, through code: FunctionCode, _ site: Site) -> any Error {
        guard var diagnostic = error as? Diagnostic else { return error }
        diagnostic.rise(through: .init(function: code.name ?? "a function", span: site.span))
        return diagnostic
    }

    /// Defaults, declared shapes and shared parameters.
    private func prepare(_ code: FunctionCode, _ frame: Frame, _ site: Site) throws {
        for (slot, parameter) in code.preparations.enumerated() {
            if let value = parameter.defaultValue, case .nothing = frame.slots[slot] { frame.slots[slot] = try value(frame) }
            for check in parameter.shapeChecks { try check(frame, self) }
            if parameter.isShared { frame.slots[slot] = .cell(Cell(frame.slots[slot])) }
        }
    }

    func tooDeep(_ site: Site) -> Diagnostic {
        if callsLeft <= 0 { return diagnostic(PrimitiveError(.depth, account.limits), site, []) }
        return Diagnostic(
            "the calls nest too deep", at: site.span,
            hints: ["does the recursion have a case in which it ends?", "a loop has no such limit"])
    }
}
