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
    /// Code for `left op right`, specialised by where the operands lie.
    func arithmetic<O: NumberOperation>(_: O.Type, _ left: Code, _ right: Code, _ site: Site) -> Code {
        let machine = machine
        func slow(_ a: Value, _ b: Value) throws -> Value { try machine.binary(O.primitive, a, b, site) }
        switch (left.form, right.form) {
        case (.slot(let i), .constant(let b)):
            return Code { frame in
                if case .number(let a) = frame.slots[i] { return .number(O.apply(a, b)) }
                return try slow(frame.slots[i], .number(b))
            }
        case (.slot(let i), .slot(let j)):
            return Code { frame in
                if case .number(let a) = frame.slots[i], case .number(let b) = frame.slots[j] {
                    return .number(O.apply(a, b))
                }
                return try slow(frame.slots[i], frame.slots[j])
            }
        case (.constant(let a), .slot(let j)):
            return Code { frame in
                if case .number(let b) = frame.slots[j] { return .number(O.apply(a, b)) }
                return try slow(.number(a), frame.slots[j])
            }
        case (_, .constant(let b)):
            let first = left.evaluate
            return Code { frame in
                let a = try first(frame)
                if case .number(let a) = a { return .number(O.apply(a, b)) }
                return try slow(a, .number(b))
            }
        case (.constant(let a), _):
            let second = right.evaluate
            return Code { frame in
                let b = try second(frame)
                if case .number(let b) = b { return .number(O.apply(a, b)) }
                return try slow(.number(a), b)
            }
        default:
            let (first, second) = (left.evaluate, right.evaluate)
            return Code { frame in
                let a = try first(frame)
                let b = try second(frame)
                if case .number(let a) = a, case .number(let b) = b { return .number(O.apply(a, b)) }
                return try slow(a, b)
            }
        }
    }

    /// A comparison as a value and as a condition.
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

    func test<O: NumberComparison>(_: O.Type, _ left: Code, _ right: Code, _ site: Site) -> Test {
        let machine = machine
        let first = left.evaluate
        if case .constant(let b) = right.form {
            return { frame in
                let a = try first(frame)
                if case .number(let a) = a { return O.holds(a, b) }
                return try machine.truth(machine.compare(O.primitive, a, .number(b), site), site.span)
            }
        }
        let second = right.evaluate
        return { frame in
            let a = try first(frame)
            let b = try second(frame)
            if case .number(let a) = a, case .number(let b) = b { return O.holds(a, b) }
            return try machine.truth(machine.compare(O.primitive, a, b, site), site.span)
        }
    }
}
