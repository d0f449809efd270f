import Autodiff
import Kernels
import Syntax

// Arithmetic on plain numbers is compiled in line; each operation meets its primitive for everything else.

protocol NumberOperation {
    static func apply(_ a: Double, _ b: Double) -> Double
    static var primitive: Primitive { get }
}

enum AddNumbers: NumberOperation {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a + b }
    static var primitive: Primitive { .add }
}

enum SubtractNumbers: NumberOperation {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a - b }
    static var primitive: Primitive { .subtract }
}

enum MultiplyNumbers: NumberOperation {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a * b }
    static var primitive: Primitive { .multiply }
}

enum DivideNumbers: NumberOperation {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a / b }
    static var primitive: Primitive { .divide }
}

enum RaiseNumbers: NumberOperation {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double {
        b == 2 ? a * a : grad_scalar(GRAD_POW, a, b, 0)
    }
    static var primitive: Primitive { .power }
}

protocol NumberComparison {
    static func holds(_ a: Double, _ b: Double) -> Bool
    static var primitive: Primitive { get }
}

enum LessThan: NumberComparison {
    @inline(__always) static func holds(_ a: Double, _ b: Double) -> Bool { a < b }
    static var primitive: Primitive { .less }
}

enum AtMost: NumberComparison {
    @inline(__always) static func holds(_ a: Double, _ b: Double) -> Bool { a <= b }
    static var primitive: Primitive { .lessOrEqual }
}

enum GreaterThan: NumberComparison {
    @inline(__always) static func holds(_ a: Double, _ b: Double) -> Bool { a > b }
    static var primitive: Primitive { .greater }
}

enum AtLeast: NumberComparison {
    @inline(__always) static func holds(_ a: Double, _ b: Double) -> Bool { a >= b }
    static var primitive: Primitive { .greaterOrEqual }
}

enum EqualTo: NumberComparison {
    @inline(__always) static func holds(_ a: Double, _ b: Double) -> Bool { a == b }
    static var primitive: Primitive { .equal }
}

enum DifferentFrom: NumberComparison {
    @inline(__always) static func holds(_ a: Double, _ b: Double) -> Bool { a != b }
    static var primitive: Primitive { .notEqual }
}

extension Compiler {
    /// Code for `left op right`.
    func arithmetic<O: NumberOperation>(_: O.Type, _ left: Code, _ right: Code, _ site: Site) -> Code {
        let machine = machine
        let (first, second) = (left.evaluate, right.evaluate)
        let general: Evaluate = { frame in
            let a = try first(frame)
            let b = try second(frame)
            if case .number(let a) = a, case .number(let b) = b {
                let result = O.apply(a, b)
                if result.isPlain || !machine.stopsAtNaN { return .number(result) }
            }
            return try machine.binary(O.primitive, a, b, site)
        }
        // A power may turn NaN into a number (NaN^0), which the numeric code must not.
        if O.self == RaiseNumbers.self {
            guard case .constant(let exponent) = right.form, exponent != 0 else { return Code(.general, general) }
        }
        guard let number = numeric(O.self, left, right) else { return Code(.general, general) }
        return Code(number: number, otherwise: general)
    }

    /// Arithmetic that runs on plain numbers alone, specialised by where the operands lie.
    private func numeric<O: NumberOperation>(_: O.Type, _ left: Code, _ right: Code) -> ((Frame) -> Double)? {
        guard let first = left.number?.value, let second = right.number?.value else { return nil }
        switch (left.form, right.form) {
        case (.slot(let i), .constant(let b)): return { O.apply($0.slots[i].numberOrNaN, b) }
        case (.constant(let a), .slot(let j)): return { O.apply(a, $0.slots[j].numberOrNaN) }
        case (.slot(let i), .slot(let j)): return { O.apply($0.slots[i].numberOrNaN, $0.slots[j].numberOrNaN) }
        case (.global(let p), .constant(let b)): return { _ in O.apply(p.pointee.numberOrNaN, b) }
        case (.constant(let a), .global(let q)): return { _ in O.apply(a, q.pointee.numberOrNaN) }
        case (.global(let p), .global(let q)): return { _ in O.apply(p.pointee.numberOrNaN, q.pointee.numberOrNaN) }
        case (.global(let p), .slot(let j)): return { O.apply(p.pointee.numberOrNaN, $0.slots[j].numberOrNaN) }
        case (.slot(let i), .global(let q)): return { O.apply($0.slots[i].numberOrNaN, q.pointee.numberOrNaN) }
        case (_, .constant(let b)): return { O.apply(first($0), b) }
        case (.constant(let a), _): return { O.apply(a, second($0)) }
        case (.slot(let i), _): return { O.apply($0.slots[i].numberOrNaN, second($0)) }
        case (.global(let p), _): return { O.apply(p.pointee.numberOrNaN, second($0)) }
        case (_, .slot(let j)): return { O.apply(first($0), $0.slots[j].numberOrNaN) }
        default: return { O.apply(first($0), second($0)) }
        }
    }

    /// A comparison as a value.
    func comparison<O: NumberComparison>(_: O.Type, _ left: Code, _ right: Code, _ site: Site) -> Code {
        let machine = machine
        let (first, second) = (left.evaluate, right.evaluate)
        return Code { frame in
            let a = try first(frame)
            let b = try second(frame)
            if case .number(let a) = a, case .number(let b) = b { return .boolean(O.holds(a, b)) }
            return try machine.compare(O.primitive, a, b, site)
        }
    }

    /// A comparison as a condition.
    func test<O: NumberComparison>(_: O.Type, _ left: Code, _ right: Code, _ site: Site) -> Test {
        let machine = machine
        let (first, second) = (left.evaluate, right.evaluate)
        let general: Test = { frame in
            let a = try first(frame)
            let b = try second(frame)
            if case .number(let a) = a, case .number(let b) = b { return O.holds(a, b) }
            return try machine.truth(machine.compare(O.primitive, a, b, site), site.span)
        }
        guard let a = left.number?.value, let b = right.number?.value else { return general }
        switch (left.form, right.form) {
        case (.slot(let i), .constant(let b)):
            return { frame in
                if case .number(let a) = frame.slots[i] { return O.holds(a, b) }
                return try general(frame)
            }
        case (_, .constant(let b)):
            return { frame in
                let a = a(frame)
                return a == a ? O.holds(a, b) : try general(frame)
            }
        default:
            return { frame in
                let (a, b) = (a(frame), b(frame))
                return a == a && b == b ? O.holds(a, b) : try general(frame)
            }
        }
    }
}
