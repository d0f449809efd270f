import Kernels
import Syntax

/// A loop that runs as a program of numbers when it can; the program is written when the loop first runs.
final class NumericLoop {
    enum Kind {
        case range(Name, isClosed: Bool)
        case condition(Expression)
    }

    private let kind: Kind
    private let body: Block
    private let compiler: Compiler
    private var program: NumericProgram?
    /// How often it may still be written, and refused by its variables.
    private var attempts = 4
    private var refusals = 64

    init(_ kind: Kind, _ body: Block, _ compiler: Compiler) {
        (self.kind, self.body, self.compiler) = (kind, body, compiler)
    }

    /// `nil` when it has to be run in the general way.
    func run(_ range: RangeValue?, _ frame: Frame, _ site: Site) throws -> Flow? {
        guard refusals > 0, let program = ready(frame) else { return nil }
        let flow = try NumericRun.run(program, compiler.machine, frame, site) { registers in
            if let range { (registers[0], registers[1]) = (range.lower, range.upper) }
        } leave: { run, step in
            try run.takeOver(step, compiler)
        }
        if flow == nil { refusals -= 1 }
        return flow
    }

    private func ready(_ frame: Frame) -> NumericProgram? {
        if let program, program.callsAreValid(frame) { return program }
        guard attempts > 0 else { return nil }
        attempts -= 1
        program = NumericUnit.loop(kind, body, compiler.resolution)
        if program == nil { attempts = 0 }
        return program
    }
}

/// A function that runs as a program of numbers when its arguments are numbers; written when it is first called so.
final class NumericFunction {
    private var program: NumericProgram?
    private var attempts = 4
    /// How often it may still be left before its end, after which it is not tried again.
    private var refusals = 16

    /// `nil` for one in which a program would gain nothing.
    init?(_ function: Function, _ scope: FunctionScope) {
        guard scope.captures.isEmpty, function.body.mayGain else { return nil }
    }

    /// The result; `nil` when the body has to be run in the general way.
    func call(_ code: FunctionCode, _ frame: Frame, _ machine: Machine, _ site: Site) throws -> Value? {
        guard refusals > 0, !machine.numbers.isOff else { return nil }
        for index in 0..<code.parameterCount {
            guard case .number = frame.slots[index] else { return nil }
        }
        guard let program = ready(code, frame) else { return nil }
        let flow = try NumericRun.run(program, machine, frame, site) { registers in
            for index in 0..<code.parameterCount { registers[index] = frame.slots[index].numberOrNaN }
        } leave: { _, _ in .giveUp }
        if flow == nil {
            refusals -= 1
            // What it calls would be left for the same reason, again and again.
            machine.numbers.isOff = true
            defer { machine.numbers.isOff = false }
            return try code.body(frame)
        }
        defer { machine.result = .nothing }
        return machine.result
    }

    private func ready(_ code: FunctionCode, _ frame: Frame) -> NumericProgram? {
        if let program, program.callsAreValid(frame) { return program }
        guard attempts > 0 else { return nil }
        attempts -= 1
        program = NumericUnit.function(code)
        if program == nil { attempts = 0 }
        return program
    }
}

extension Body {
    /// Whether there is a loop or a call in it.
    fileprivate var mayGain: Bool {
        switch self {
        case .expression(let expression): expression.calls
        case .block(let block): block.mayGain
        }
    }
}

extension Block {
    fileprivate var mayGain: Bool {
        statements.contains { statement in
            switch statement {
            case .forLoop, .whileLoop: true
            case .expression(let expression, _), .introduce(_, let expression, _, _), .update(_, let expression, _, _):
                expression.calls
            case .returnValue(let expression, _): expression?.calls ?? false
            case .branch(let condition, let yes, let no, _):
                switch no {
                case .block(let block): condition.calls || yes.mayGain || block.mayGain
                case .branch(let statement): condition.calls || yes.mayGain || Block([statement], yes.span).mayGain
                case nil: condition.calls || yes.mayGain
                }
            default: false
            }
        }
    }
}

extension Expression {
    /// Whether it calls something by its name.
    fileprivate var calls: Bool {
        switch self {
        case .call(.name, _, _): true
        case .parenthesized(let inner, _), .unary(_, let inner, _): inner.calls
        case .binary(_, let left, let right, _): left.calls || right.calls
        case .conditional(let condition, let yes, let no, _): condition.calls || yes.calls || no.calls
        default: false
        }
    }
}
