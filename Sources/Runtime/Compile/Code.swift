package import Syntax

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

    init(_ form: Form = .general, _ evaluate: @escaping Evaluate) {
        self.form = form
        self.evaluate = evaluate
    }

    static func constant(_ value: Value) -> Code {
        if case .number(let number) = value { return Code(.constant(number)) { _ in .number(number) } }
        return Code { _ in value }
    }
}

/// The code of one function, shared by all closures made from it.
final class FunctionCode {
    let name: String?
    let parameters: [ParameterInfo]
    /// Per parameter; `nil` for one that must be given.
    let defaults: [Evaluate?]
    /// Checks of declared shapes, run when the arguments are in their slots.
    let shapeChecks: [(Frame, Machine) throws -> Void]
    /// Parameters that a closure inside shares, so that they live in cells.
    let sharedParameters: [Int]
    let slotCount: Int
    let body: Evaluate
    let declaration: Function
    /// Calls bind by position with nothing left open.
    let isSimple: Bool

    init(
        declaration: Function, defaults: [Evaluate?], shapeChecks: [(Frame, Machine) throws -> Void],
        sharedParameters: [Int], slotCount: Int, body: @escaping Evaluate
    ) {
        self.name = declaration.name?.text
        self.parameters = declaration.signature
        self.defaults = defaults
        self.shapeChecks = shapeChecks
        self.sharedParameters = sharedParameters
        self.slotCount = slotCount
        self.body = body
        self.declaration = declaration
        self.isSimple = shapeChecks.isEmpty && sharedParameters.isEmpty && defaults.allSatisfy { $0 == nil }
    }
}

/// A function of the language with the values it captured.
package final class Closure: Callable {
    let code: FunctionCode
    let captures: UnsafeMutablePointer<Value>
    private let captureCount: Int

    init(_ code: FunctionCode, captures: [Value]) {
        self.code = code
        self.captures = .allocate(capacity: max(1, captures.count))
        self.captures.initialize(from: captures, count: captures.count)
        captureCount = captures.count
    }

    deinit {
        captures.deinitialize(count: captureCount)
        captures.deallocate()
    }

    package override var name: String? { code.name }
    package override var parameters: [ParameterInfo] { code.parameters }
    package var declaration: Function { code.declaration }

    package override func invoke(_ arguments: [Value?], _ machine: Machine, _ site: Site) throws -> Value {
        try machine.call(self, site) { slots in
            for (index, argument) in arguments.enumerated() { (slots + index).initialize(to: argument ?? .nothing) }
            return arguments.count
        }
    }
}

extension Machine {
    /// Calls a closure; `fill` initializes the leading slots with the arguments and tells how many it filled.
    @inline(__always)
    func call(_ closure: Closure, _ site: Site, fill: (UnsafeMutablePointer<Value>) -> Int) throws -> Value {
        let code = closure.code
        guard let slots = enter(code.slotCount) else { throw tooDeep(site) }
        let filled = fill(slots)
        (slots + filled).initialize(repeating: .nothing, count: code.slotCount - filled)
        defer {
            slots.deinitialize(count: code.slotCount)
            top = slots
        }
        do {
            try tick(site)
            let frame = Frame(slots: slots, captures: closure.captures)
            if !code.isSimple { try prepare(code, frame, site) }
            return try code.body(frame)
        } catch var diagnostic as Diagnostic {
            diagnostic.stack.append(.init(function: code.name ?? "a function", span: site.span))
            throw diagnostic
        }
    }

    /// Defaults, declared shapes and shared parameters.
    private func prepare(_ code: FunctionCode, _ frame: Frame, _ site: Site) throws {
        for (index, value) in code.defaults.enumerated() {
            if let value, case .nothing = frame.slots[index] { frame.slots[index] = try value(frame) }
        }
        for check in code.shapeChecks { try check(frame, self) }
        for slot in code.sharedParameters { frame.slots[slot] = .cell(Cell(frame.slots[slot])) }
    }

    func tooDeep(_ site: Site) -> Diagnostic {
        Diagnostic(
            "the calls nest too deep", at: site.span,
            hints: ["does the recursion have a case in which it ends?", "a loop has no such limit"])
    }
}
