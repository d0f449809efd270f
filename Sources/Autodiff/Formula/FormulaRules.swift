import Kernels
import Tensors

/// A primitive applied to terms, before any rule has looked at it.
package struct Application {
    let primitive: Primitive
    let operands: [FormulaTerm]
    let attributes: Attributes
    let shape: Shape

    init(_ primitive: Primitive, _ operands: [FormulaTerm], _ attributes: Attributes, _ shape: Shape) {
        (self.primitive, self.operands, self.attributes, self.shape) = (primitive, operands, attributes, shape)
    }

    var x: FormulaTerm { operands[0] }
}

/// A way in which a formula is written more simply. One table of them; the formulas of the tests need them.
package struct FormulaRule: Sendable {
    /// The identity, for people.
    let identity: String
    /// The operation at the root; `nil` for several.
    let primitive: Primitive?
    let rewrite: @Sendable (Application, Algebra) -> FormulaTerm?

    init(_ identity: String, _ primitive: Primitive? = nil, rewrite: @escaping @Sendable (Application, Algebra) -> FormulaTerm?) {
        (self.identity, self.primitive, self.rewrite) = (identity, primitive, rewrite)
    }

    /// Of the factors of a product.
    package struct OfProducts: Sendable {
        let identity: String
        let rewrite: @Sendable ([Factor], Algebra) -> [Factor]?
    }
}

/// The rules that an algebra goes by.
package struct FormulaRules: Sendable {
    package static let all = FormulaRules(applications: FormulaRule.applications, products: FormulaRule.products)

    let applications: [FormulaRule]
    let products: [FormulaRule.OfProducts]

    package var identities: [String] { applications.map(\.identity) + products.map(\.identity) }

    package func without(_ identity: String) -> FormulaRules {
        FormulaRules(applications: applications.filter { $0.identity != identity }, products: products.filter { $0.identity != identity })
    }
}

extension FormulaRule {
    fileprivate static let applications: [FormulaRule] = arithmetic + functions + linear + matrices

    // MARK: Sums, products and powers

    private static let arithmetic: [FormulaRule] = [
        FormulaRule("a + b", .add) { $1.add($0.operands) },
        FormulaRule("a - b", .subtract) { $1.subtract($0.operands[0], $0.operands[1]) },
        FormulaRule("-a", .negate) { $1.negate($0.x) },
        FormulaRule("a * b", .multiply) { $1.multiply($0.operands) },
        FormulaRule("a / b", .divide) { $1.divide($0.operands[0], $0.operands[1]) },
        FormulaRule("a / b, and 0 where b is 0", .ratio) { $1.divide($0.operands[0], $0.operands[1]) },
        FormulaRule("a^b", .power) { $1.power($0.operands[0], $0.operands[1]) },
        FormulaRule("sqrt(a) = a^0.5", .sqrt) { $1.power($0.x, 0.5) },
        FormulaRule("stop(a) = a, held constant") { application, _ in application.primitive == .stop || application.primitive == .variable ? application.x : nil },
        FormulaRule("a of another type") { application, _ in application.primitive == .cast ? application.x : nil },
        FormulaRule("a stretched", .expand) { $1.expanded($0.x, $0.shape) },
    ]

    // MARK: Functions

    private static let functions: [FormulaRule] = [
        FormulaRule("log(exp(a)) = a", .log) { application, _ in application.x.application(of: .exp)?[0] },
        FormulaRule("exp(log(a)) = a", .exp) { application, _ in application.x.application(of: .log)?[0] },
        FormulaRule("exp(log_softmax(a)) = softmax(a)", .exp) { application, algebra in
            guard case .apply(.logSoftmax, let inner, let attributes) = application.x.form else { return nil }
            return algebra.apply(.softmax, inner, attributes, application.shape)
        },
        FormulaRule("log(softmax(a)) = log_softmax(a)", .log) { application, algebra in
            guard case .apply(.softmax, let inner, let attributes) = application.x.form else { return nil }
            return algebra.apply(.logSoftmax, inner, attributes, application.shape)
        },
        FormulaRule("log(sum(exp(a))) = logsumexp(a)", .log) { application, algebra in
            guard case .apply(.sum, let inner, let attributes) = application.x.form, let exponent = inner[0].application(of: .exp)
            else { return nil }
            return algebra.apply(.logsumexp, exponent, attributes, application.shape)
        },
        FormulaRule("f(-a) = -f(a) for odd f, f(a) for even f") { application, algebra in
            guard odd.contains(application.primitive) || even.contains(application.primitive) else { return nil }
            let x = application.x
            guard (x.addends.first { !$0.term.isOne }?.coefficient ?? x.number ?? 1) < 0 else { return nil }
            let value = algebra.apply(application.primitive, [algebra.negate(x)], application.attributes, application.shape)
            return odd.contains(application.primitive) ? algebra.negate(value) : value
        },
        FormulaRule("f of a number where it is whole") { application, algebra in
            guard let operation = application.primitive.operation, application.operands.count == 1, !application.primitive.isPredicate,
                let number = application.x.number, application.shape.rank == 0
            else { return nil }
            let value = grad_scalar(operation, number, 0, 0)
            return value == value.rounded() && abs(value) < 1e6 ? algebra.number(value) : nil
        },
        FormulaRule("where(z == 0, 0, a) = a in the limit", .where) { application, _ in
            guard application.operands[0].application(of: .equal)?[1].number == 0, application.operands[1].number == 0,
                application.operands[2].shape == application.shape
            else { return nil }
            return application.operands[2]
        },
        FormulaRule("where(1, a, b) = a, where(0, a, b) = b", .where) { application, algebra in
            guard let number = application.operands[0].number else { return nil }
            return algebra.expanded(application.operands[number == 0 ? 2 : 1], application.shape)
        },
        FormulaRule("a number put in one place of each row = the number, times one_hot", .scatterAdd) { application, algebra in
            let (shape, number) = (application.shape, algebra.stripped(application.operands[2]))
            guard algebra.stripped(application.operands[0]).number == 0, number.isScalar, let classes = shape.axes.last,
                let labels = application.operands[1].application(of: .unsqueeze)?[0], labels.shape.axes + [classes] == shape.axes,
                application.operands[1].shape.axes == labels.shape.axes + [1], [-1, shape.rank - 1].contains(application.attributes.int(0))
            else { return nil }
            return algebra.multiply([number, algebra.apply(.oneHot, [labels], Attributes([.int(classes)]), shape)])
        },
        FormulaRule("the sum of each row of one_hot = 1", .sum) { application, algebra in
            let (number, rest) = split(application.x, algebra) ?? (algebra.one, application.x)
            guard rest.application(of: .oneHot) != nil,
                Axes(accepted: application.attributes.ints(0), of: application.x.shape).indices == [application.x.shape.rank - 1]
            else { return nil }
            return algebra.expanded(number, application.shape)
        },
        FormulaRule("where(c, a, a) = a", .where) { application, _ in
            application.operands[1] === application.operands[2] && application.operands[1].shape == application.shape
                ? application.operands[1] : nil
        },
    ]

    private static let odd: Set<Primitive> = [.sin, .tan, .sinh, .tanh, .asin, .atan, .asinh, .atanh, .erf, .sign]
    private static let even: Set<Primitive> = [.cos, .cosh, .magnitude]

    // MARK: What is linear

    /// `f(c a) = c f(a)` for a number c.
    private static let homogeneous: Set<Primitive> = [
        .sum, .mean, .sumTo, .transpose, .swap, .reshape, .unsqueeze, .squeeze, .slice, .pad, .flip, .diag, .cumsum, .take,
    ]

    private static let linear: [FormulaRule] = [
        FormulaRule("sum(a) = a, mean(a) = a of a number") { application, _ in
            [.sum, .mean, .sumTo].contains(application.primitive) && application.x.shape == application.shape ? application.x : nil
        },
        FormulaRule("f(c a) = c f(a) for linear f and a number c") { application, algebra in
            guard homogeneous.contains(application.primitive), let (number, rest) = split(application.x, algebra) else { return nil }
            let adds = [.sum, .mean, .sumTo].contains(application.primitive)
            if algebra.keepsNumbersInside, adds, !rest.parts.isEmpty { return nil }
            let operands = [rest] + application.operands.dropFirst()
            return algebra.multiply([number, algebra.apply(application.primitive, operands, application.attributes, application.shape)])
        },
        FormulaRule("sum of a stretched number = how often it is there, times the number") { application, algebra in
            guard application.primitive == .sum || application.primitive == .sumTo, let inner = application.x.application(of: .expand)?[0], inner.isScalar
            else { return nil }
            let count = algebra.count(application.x.shape.count / max(1, application.shape.count))
            return algebra.expanded(algebra.multiply([count, inner]), application.shape)
        },
        FormulaRule("mean of a stretched number = the number", .mean) { application, algebra in
            guard let inner = application.x.application(of: .expand)?[0], inner.isScalar else { return nil }
            return algebra.expanded(inner, application.shape)
        },
        FormulaRule("rearranging a stretched number changes its shape alone") { application, algebra in
            guard [.transpose, .swap, .reshape, .unsqueeze, .squeeze, .flip].contains(application.primitive),
                let inner = application.x.application(of: .expand)?[0], inner.isScalar
            else { return nil }
            return algebra.expanded(inner, application.shape)
        },
        FormulaRule("reshape(a) to its own shape = a", .reshape) { application, algebra in
            let inner = application.x.application(of: .reshape)?[0] ?? application.x
            if inner.shape == application.shape { return inner }
            return inner === application.x ? nil : algebra.apply(.reshape, [inner], application.attributes, application.shape)
        },
    ]

    /// Numbers that multiply a term, and the rest of it, which has its shape; `nil` if there are none.
    package static func split(_ term: FormulaTerm, _ algebra: Algebra) -> (number: FormulaTerm, rest: FormulaTerm)? {
        guard !term.isScalar else { return nil }
        let scaled = term.scaled
        let factors = scaled.term.factors(algebra)
        let scalars = factors.filter { $0.base.isScalar && $0.exponent.isScalar }
        guard scaled.coefficient != 1 || !scalars.isEmpty, scalars.count < factors.count else { return nil }
        let rest = algebra.product(factors.filter { !($0.base.isScalar && $0.exponent.isScalar) })
        guard rest.shape == term.shape, rest !== term else { return nil }
        // A difference that can be turned round takes the sign: X.T @ (y - s).
        let turns = scaled.coefficient < 0 && rest.factors(algebra).contains { factor in
            factor.exponent.isOne && factor.base.isSum && factor.base.addends.contains { $0.coefficient < 0 }
        }
        let size = turns ? -scaled.coefficient : scaled.coefficient
        if turns, size == 1, scalars.isEmpty { return nil }
        return (algebra.scale(algebra.product(scalars), by: size), turns ? algebra.negate(rest) : rest)
    }

    // MARK: Matrices

    private static let matrices: [FormulaRule] = [
        FormulaRule("(A.T).T = A", .transpose) { application, algebra in
            guard application.attributes.ints(0) == nil else { return nil }
            if application.x.shape.rank < 2 { return application.x }
            if case .apply(.transpose, let inner, let attributes) = application.x.form, attributes.ints(0) == nil { return inner[0] }
            guard let inner = application.x.application(of: .reshape)?[0], inner.shape.rank == 1 else { return nil }
            return algebra.apply(.reshape, [inner], Attributes([.ints(application.shape.axes)]), application.shape)
        },
        FormulaRule("a product with transposed factors is written with .T", .matmul) { application, algebra in
            let flags = (application.attributes.flag(0), application.attributes.flag(1))
            guard flags.0 || flags.1 else { return nil }
            func turned(_ term: FormulaTerm, _ isTurned: Bool) -> FormulaTerm {
                guard isTurned, term.shape.rank > 1 else { return term }
                var axes = term.shape.axes
                axes.swapAt(axes.count - 1, axes.count - 2)
                return axes.count == 2
                    ? algebra.apply(.transpose, [term], .none, Shape(axes))
                    : algebra.apply(.swap, [term], Attributes([.int(-2), .int(-1)]), Shape(axes))
            }
            let operands = [turned(application.operands[0], flags.0), turned(application.operands[1], flags.1)]
            return algebra.apply(.matmul, operands, .none, application.shape)
        },
        FormulaRule("(A @ B).T = B.T @ A.T", .transpose) { application, algebra in
            guard application.attributes.ints(0) == nil, application.shape.rank == 2, let factors = application.x.application(of: .matmul),
                factors.allSatisfy({ $0.shape.rank == 2 })
            else { return nil }
            let turned = factors.reversed().map { algebra.apply(.transpose, [$0], .none, Shape($0.shape.axes.reversed())) }
            return algebra.apply(.matmul, turned, .none, application.shape)
        },
        FormulaRule("I @ A = A, A @ I = A", .matmul) { application, _ in
            let (a, b) = (application.operands[0], application.operands[1])
            if a.isIdentity, b.shape == application.shape { return b }
            return b.isIdentity && a.shape == application.shape ? a : nil
        },
        FormulaRule("(c A) @ B = c (A @ B) for a number c", .matmul) { application, algebra in
            guard !algebra.keepsNumbersInside else { return nil }
            let parts = application.operands.map { split($0, algebra) }
            guard parts.contains(where: { $0 != nil }) else { return nil }
            let operands = zip(parts, application.operands).map { $0?.rest ?? $1 }
            return algebra.multiply(parts.compactMap { $0?.number } + [algebra.apply(.matmul, operands, .none, application.shape)])
        },
        FormulaRule("A @ ones = the sums of the rows, A.T @ ones those of the columns", .matmul) { application, algebra in
            guard application.operands[0].shape.rank == 2, application.operands[1].shape.rank == 1,
                let inner = application.operands[1].application(of: .expand)?[0], inner.isScalar
            else { return nil }
            let (matrix, axis) = application.operands[0].application(of: .transpose).map { ($0[0], 0) } ?? (application.operands[0], 1)
            return algebra.multiply([
                inner, algebra.apply(.sum, [matrix], Attributes([.int(axis), .flag(false)]), application.shape),
            ])
        },
        FormulaRule("a column times a row = outer(a, b)", .matmul) { application, algebra in
            guard let a = application.operands[0].application(of: .reshape)?[0], let b = application.operands[1].application(of: .reshape)?[0],
                a.shape.rank == 1, b.shape.rank == 1, application.operands[0].shape[0] == a.shape.count,
                application.operands[1].shape.rank == 2, application.operands[1].shape[1] == b.shape.count
            else { return nil }
            return algebra.apply(.outer, [a, b], .none, application.shape)
        },
    ]

    // MARK: Factors of a product

    fileprivate static let products: [OfProducts] = [
        OfProducts(identity: "1 / (1 + exp(-a)) = sigmoid(a); exp(-a) * sigmoid(a) = 1 - sigmoid(a)") { factors, algebra in
            for (place, factor) in factors.enumerated() {
                guard let power = factor.exponent.number, power < 0, power == power.rounded(), let exponential = onePlusExponential(factor.base)
                else { continue }
                let u = exponential.operand
                let isNegative = (u.addends.first { !$0.term.isOne }?.coefficient ?? 1) < 0
                let partner = factors.firstIndex { $0.base === exponential.term }
                let above = partner.flatMap { factors[$0].exponent.number } ?? 0
                guard above >= 0, above <= -power, above == above.rounded(), isNegative || above > 0 else { continue }
                let s = algebra.apply(.sigmoid, [isNegative ? algebra.negate(u) : u], .none, u.shape)
                let rest = factors.indices.filter { $0 != place && $0 != partner }.map { factors[$0] }
                let (many, few) = (-power - above, above)
                return rest + [
                    Factor(base: s, exponent: algebra.number(isNegative ? many : few)),
                    Factor(base: algebra.subtract(algebra.one, s), exponent: algebra.number(isNegative ? few : many)),
                ]
            }
            return nil
        },
        OfProducts(identity: "sigmoid(a) * exp(-a) = 1 - sigmoid(a)") { factors, algebra in
            for (place, factor) in factors.enumerated() {
                guard let a = factor.base.application(of: .sigmoid)?[0], let power = factor.exponent.number, power > 0,
                    power == power.rounded()
                else { continue }
                let opposite = algebra.negate(a)
                guard let partner = factors.firstIndex(where: { $0.base.application(of: .exp)?[0] === opposite }),
                    let above = factors[partner].exponent.number, above > 0, above <= power, above == above.rounded()
                else { continue }
                return factors.indices.filter { $0 != place && $0 != partner }.map { factors[$0] } + [
                    Factor(base: factor.base, exponent: algebra.number(power - above)),
                    Factor(base: algebra.subtract(algebra.one, factor.base), exponent: algebra.number(above)),
                ]
            }
            return nil
        },
        OfProducts(identity: "exp(a) / sum(exp(a)) = softmax(a)") { factors, algebra in
            for (place, factor) in factors.enumerated() where factor.exponent.isOne {
                guard let a = factor.base.application(of: .exp)?[0], a.shape.rank > 0 else { continue }
                for (other, divisor) in factors.enumerated() where divisor.exponent.number == -1 {
                    guard let axes = summed(divisor.base, factor.base) else { continue }
                    let attribute: Attribute = axes == [a.shape.rank - 1] ? .int(-1) : axes.count == 1 ? .int(axes[0]) : .ints(axes)
                    let softmax = algebra.apply(.softmax, [a], Attributes([attribute]), a.shape)
                    let rest = factors.indices.filter { $0 != place && $0 != other }.map { factors[$0] }
                    return rest + [Factor(base: softmax, exponent: algebra.one)]
                }
            }
            return nil
        },
    ]

    /// `1 + exp(u)`.
    private static func onePlusExponential(_ term: FormulaTerm) -> (term: FormulaTerm, operand: FormulaTerm)? {
        guard case .sum(let addends) = term.form, addends.count == 2, addends.allSatisfy({ $0.coefficient == 1 }),
            addends.contains(where: \.term.isOne), let exponential = addends.first(where: { !$0.term.isOne })?.term,
            let operand = exponential.application(of: .exp)?[0]
        else { return nil }
        return (exponential, operand)
    }

    /// The axes along which `sum` sums up `term`, if its result broadcasts against the term.
    private static func summed(_ sum: FormulaTerm, _ term: FormulaTerm) -> [Int]? {
        if let inner = sum.application(of: .unsqueeze) {
            guard case .apply(.sum, let operands, let attributes) = inner[0].form, operands[0] === term,
                case .apply(_, _, let place) = sum.form
            else { return nil }
            let axes = Axes(accepted: attributes.ints(0), of: term.shape).indices
            let at = place.int(0).map { $0 < 0 ? $0 + sum.shape.rank : $0 }
            return axes.count == 1 && at == axes[0] ? axes : nil
        }
        guard case .apply(.sum, let operands, let attributes) = sum.form, operands[0] === term else { return nil }
        let axes = Axes(accepted: attributes.ints(0), of: term.shape).indices
        return sum.shape.rank == term.shape.rank || axes.count == term.shape.rank || axes == Array(axes.indices) ? axes : nil
    }
}

extension Primitive {
    /// A row for each label, 1 in the place that it tells and 0 elsewhere; written `one_hot(labels, classes)`, which the prelude has. Formulas
    /// alone use it.
    package static let oneHot = Primitive(
        "one_hot", [.operand("labels"), .attribute("classes", .int)], summary: "a row for each label, with 1 in its place",
        shape: { (shapes, attributes) throws(PrimitiveError) in Shape(shapes[0].axes + [attributes.int(0) ?? 0]) },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            let classes = attributes.int(0) ?? 0
            let numbers = operands[0].numbers.flatMap { label in (0..<classes).map { Double($0) == label ? 1.0 : 0 } }
            return Tensor(numbers, shape: Shape(operands[0].shape.axes + [classes]))
        },
        derivative: .zero, isHidden: true)

    /// Of two vectors, every product of an entry of one with an entry of the other; written `outer(a, b)`, which the prelude has. Formulas alone
    /// use it.
    static let outer = Primitive(
        "outer", [.operand("a"), .operand("b")], summary: "a[i] * b[j] for every i and j",
        shape: { (shapes, _) throws(PrimitiveError) in Shape([shapes[0].count, shapes[1].count]) },
        kernel: { (operands, _) throws(PrimitiveError) in
            let column = operands[0].reshaped(to: Shape([operands[0].count, 1]))
            return Elementwise.binary(GRAD_MUL, column, operands[1].reshaped(to: Shape([1, operands[1].count])))
        },
        derivative: .zero, isHidden: true)
}
