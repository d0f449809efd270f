import Kernels
import Syntax

extension NumericBuilder {
    /// Steps that jump when the condition is `when`, and go on to the next otherwise. Gives the jumps, whose target is to be set.
    mutating func branch(_ condition: Expression, when: Bool) -> [Int]? {
        switch condition {
        case .parenthesized(let inner, _): return branch(inner, when: when)
        case .boolean(let boolean, _): return boolean == when ? [emit(GRAD_STEP_JUMP)] : []
        case .unary(.not, let operand, _): return branch(operand, when: !when)
        case .binary(.and, let left, let right, _): return both(left, right, isAnd: true, when: when)
        case .binary(.or, let left, let right, _): return both(left, right, isAnd: false, when: when)
        case .binary(let sign, let left, let right, _): return comparison(sign, left, right, when: when)
        default: return nil
        }
    }

    private mutating func both(_ left: Expression, _ right: Expression, isAnd: Bool, when: Bool) -> [Int]? {
        if isAnd != when {
            // Either side decides for the jump.
            guard let first = branch(left, when: when), let second = branch(right, when: when) else { return nil }
            return first + second
        }
        guard let past = branch(left, when: !when), let jumps = branch(right, when: when) else { return nil }
        land(past)
        return jumps
    }

    private mutating func comparison(_ sign: BinaryOperator, _ left: Expression, _ right: Expression, when: Bool) -> [Int]? {
        guard sign.isComparison, let a = value(left), let b = value(right) else { return nil }
        switch (a, b) {
        case (_, .number(let number)):
            return [emit(sign.jumpWithNumber(when), register(a), number: number)]
        case (.number(let number), .register(let b)):
            return [emit(sign.mirrored.jumpWithNumber(when), b, number: number)]
        case (.register(let a), .register(let b)):
            return sign == .greater || sign == .greaterOrEqual
                ? [emit(sign.mirrored.jump(when), b, a)] : [emit(sign.jump(when), a, b)]
        }
    }

    /// A condition that decides where to go on, the jumps being taken when it does not hold.
    mutating func condition(_ condition: Expression) -> [Int]? {
        let start = position
        guard let jumps = branch(condition, when: false) else { return nil }
        // The target is filled in when it is known.
        note(.condition(condition, otherwise: 0), from: start)
        return jumps
    }
}

extension BinaryOperator {
    fileprivate var isComparison: Bool {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
        default: false
        }
    }

    /// With the sides exchanged.
    fileprivate var mirrored: BinaryOperator {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }

    /// Of two registers; `<` and `<=` stand for their mirror images too.
    fileprivate func jump(_ when: Bool) -> Int {
        switch self {
        case .less: when ? GRAD_STEP_JUMP_LT : GRAD_STEP_SKIP_LT
        case .lessOrEqual: when ? GRAD_STEP_JUMP_LE : GRAD_STEP_SKIP_LE
        case .equal: when ? GRAD_STEP_JUMP_EQ : GRAD_STEP_JUMP_NE
        default: when ? GRAD_STEP_JUMP_NE : GRAD_STEP_JUMP_EQ
        }
    }

    fileprivate func jumpWithNumber(_ when: Bool) -> Int {
        switch self {
        case .less: when ? GRAD_STEP_JUMP_LT_K : GRAD_STEP_SKIP_LT_K
        case .lessOrEqual: when ? GRAD_STEP_JUMP_LE_K : GRAD_STEP_SKIP_LE_K
        case .greater: when ? GRAD_STEP_JUMP_GT_K : GRAD_STEP_SKIP_GT_K
        case .greaterOrEqual: when ? GRAD_STEP_JUMP_GE_K : GRAD_STEP_SKIP_GE_K
        case .equal: when ? GRAD_STEP_JUMP_EQ_K : GRAD_STEP_JUMP_NE_K
        default: when ? GRAD_STEP_JUMP_NE_K : GRAD_STEP_JUMP_EQ_K
        }
    }
}
