import Runtime

/// Writes programs that parse and, but for a few, resolve: names in use are those in sight, and calls have the arguments that the function
/// declares.
struct Grammar {
    private var dice: Dice
    private var names: [(name: String, kind: Kind)] = [("x", .tensor), ("p", .record)]
    /// Functions that the program declared itself.
    private var own: [Signature] = []
    private var depth = 0
    private var made = 0
    private let functions: [Signature]

    init(seed: Int, functions: [Signature]) {
        dice = Dice(seed)
        self.functions = functions
    }

    mutating func program() -> String {
        var lines = ["x = \(tensor())", "p = {w: \(tensor()), b: \(number())}", definition()]
        for _ in 0..<(1 + dice.roll(8)) { lines.append(statement()) }
        return lines.joined(separator: "\n")
    }

    // MARK: Statements

    private mutating func statement() -> String {
        switch dice.roll(16) {
        case 0, 1, 2:
            let kind = dice.pick(Kind.allCases), text = expression(kind), name = newName(dice.pick(["a", "b", "c", "d", "x1_", "θ"]))
            names.append((name, kind))
            return "\(name) = \(text)"
        case 3, 4: return update()
        case 5: return "\(anyName(.tensor))[\(index())] <- \(expression(.number))"
        case 6: return "p.w <- \(expression(.tensor))"
        case 7: return "for i in \(range()) { \(update()) }"
        case 8: return "if \(condition()) { \(expression()) } else { \(expression()) }"
        case 9:
            let name = newName("k")
            return "\(name) = 0; while \(name) < \(dice.roll(6)) { \(name) <- \(name) + 1; \(update()) }"
        case 10: return definition()
        case 11: return "print(\(expression()), \(expression()))"
        case 12: return "explain \(expression())"
        case 13: return "train(q -> \(body("q", .tensor)), \(atom(.tensor)), steps: \(dice.roll(4)), lr: \(number()))"
        default: return expression()
        }
    }

    private mutating func update() -> String {
        let variable = dice.pick(names)
        return "\(variable.name) <- \(expression(variable.kind))"
    }

    private mutating func definition() -> String {
        let isFirst = own.isEmpty, name = isFirst ? "f" : newName("f")
        let text = isFirst ? "f(a) = \(body("a", .tensor))" : "\(name)(a, k: \(number())) = \(body("a", .tensor))"
        own.append(Signature(name, [.required("a")] + (isFirst ? [] : [ParameterInfo("k", isRequired: false)])))
        return text
    }

    private mutating func newName(_ stem: String) -> String {
        made += 1
        return "\(stem)\(made)"
    }

    private mutating func body(_ parameter: String, _ kind: Kind) -> String {
        names.append((parameter, kind))
        defer { names.removeLast() }
        let result: Kind = dice.chance(70) ? .number : kind
        return dice.chance(25) ? "{ s = \(expression(result)); s }" : expression(result)
    }

    private mutating func condition() -> String {
        dice.chance(10) ? expression() : "\(expression(.number)) \(dice.pick(["<", "<=", "==", "!=", ">", ">="])) \(expression(.number))"
    }

    // MARK: Expressions

    /// Of any kind.
    private mutating func expression() -> String { expression(dice.pick(Kind.allCases)) }

    private mutating func expression(_ kind: Kind) -> String {
        depth += 1
        defer { depth -= 1 }
        // Now and then something else than what is asked for.
        if dice.chance(4) { return expression(dice.pick(Kind.allCases)) }
        if depth > 4 { return atom(kind) }
        switch dice.roll(12) {
        case 0: return "(\(expression(kind)))"
        case 1: return "(if \(condition()) then \(expression(kind)) else \(expression(kind)))"
        case 2, 3, 4: return compound(kind)
        case 5: return dice.chance(50) ? call(dice.pick(functions)) : compound(kind)
        case 6 where !own.isEmpty && (kind == .tensor || kind == .number): return call(dice.pick(own))
        default: return atom(kind)
        }
    }

    private mutating func compound(_ kind: Kind) -> String {
        switch kind {
        case .number:
            switch dice.roll(5) {
            case 0: return "\(dice.pick(["sum", "mean", "norm", "max", "std"]))(\(expression(.tensor)))"
            case 1: return "length(\(expression(.list)))"
            default: return "\(expression(.number)) \(dice.pick(["+", "-", "*", "/", "^"])) \(expression(.number))"
            }
        case .tensor:
            switch dice.roll(12) {
            case 0, 1: return derivative()
            case 2: return "p.\(dice.pick(["w", "b", "w", "w", "c"]))"
            case 3: return "\(atom(.tensor))[\(index())]"
            case 4: return "[\(expression(.number)), \(expression(.number))]"
            case 5: return "-\(atom(.tensor))"
            case 6: return "(\(expression(.tensor)) |> \(dice.pick(["sum", "exp", "tanh", "relu", "softmax", "sort", "transpose", ownFunction()])))"
            default: return "\(expression(.tensor)) \(dice.pick(["+", "-", "*", "/", "^", "@", "+", "*"])) \(dice.chance(60) ? expression(.number) : expression(.tensor))"
            }
        case .count: return "\(dice.roll(4)) + \(dice.roll(3))"
        case .shape: return "shape(\(expression(.tensor)))"
        case .function: return "(a -> \(body("a", .tensor)))"
        case .list: return "list(\(expression()), \(expression()))"
        case .record: return "{a: \(expression()), b: \(expression(.number))}"
        case .text: return "\"v = {\(expression())} \\n\""
        case .flag: return condition()
        }
    }

    private mutating func derivative() -> String {
        let function = dice.chance(50) ? ownFunction() : "(a -> \(body("a", .tensor)))"
        switch dice.roll(8) {
        case 0, 1: return "grad(\(function))(\(expression(.tensor)))"
        case 2: return "hessian(\(function))(\(atom(.tensor)))"
        case 3: return "jacobian(\(function))(\(atom(.tensor)))"
        case 4: return "grad(a -> sum(grad(\(function))(a)))(\(atom(.tensor)))"
        case 5: return "value_and_grad(\(function))(\(atom(.tensor)))"
        case 6: return "hvp(\(function), \(atom(.tensor)), \(atom(.tensor)))"
        default: return "step(\(function), \(atom(.tensor)), lr: \(number()))"
        }
    }

    /// Arguments as the function declares them; once in a while one too few, one too many, or of a name that it does not have.
    private mutating func call(_ function: Signature) -> String {
        var arguments: [String] = []
        for parameter in function.parameters {
            if parameter.isVariadic {
                for _ in 0..<(1 + dice.roll(3)) { arguments.append(argument(parameter.name, function)) }
            } else if parameter.isRequired {
                arguments.append(argument(parameter.name, function))
            } else if dice.chance(20) {
                arguments.append("\(parameter.name): \(argument(parameter.name, function))")
            }
        }
        switch dice.roll(400) {
        case 0: arguments.append(atom(.number))
        case 1: arguments = Array(arguments.dropFirst())
        case 2: arguments.append("\(dice.pick(["axis", "stride", "keep"])): \(atom(.number))")
        default: break
        }
        return "\(function.name)(\(arguments.joined(separator: ", ")))"
    }

    private mutating func argument(_ parameter: String, _ function: Signature) -> String {
        if let samples = function.samples[parameter], dice.chance(60) { return dice.pick(samples) }
        return expression(Kind(parameter: parameter))
    }

    private mutating func atom(_ kind: Kind) -> String {
        if dice.chance(40), let name = known(kind) { return name }
        switch kind {
        case .number: return number()
        case .count: return dice.pick(["0", "1", "2", "3", "-1", "5", "1e9", "1e15", "0.5"])
        case .shape: return dice.pick(["[2]", "[3]", "[2, 3]", "[1]", "[0]", "[]", "[0, 1]", "[1, 0]", "[-1]", "[1e6, 1e6]", "2"])
        case .tensor: return tensor()
        case .function: return dice.pick(["sum", "exp", "relu", "(a -> a)", "(a -> a^2)", "max", "softmax", "adam", ownFunction()])
        case .list: return dice.pick(["list()", "list(1, 2)", "list([1], [2])", "(\(range()))", "list(\"a\", \"b\")", "[1, 2, 3]", "list(p, p)"])
        case .record: return dice.pick(["{}", "{a: 1}", "p", "{w: [1, 2], b: 0}"])
        case .text: return dice.pick(["\"text\"", "\"\"", "\"θ,b;c\"", "\"1.5\"", "\"a b\""])
        case .flag: return dice.pick(["true", "false", "1", "0"])
        }
    }

    /// One that the program declared before; none can be called while the first is written.
    private mutating func ownFunction() -> String { own.isEmpty ? "sum" : dice.pick(own).name }

    /// A name in sight that holds such a value.
    private mutating func known(_ kind: Kind) -> String? {
        let fitting = names.filter { $0.kind == kind }
        return fitting.isEmpty ? nil : dice.pick(fitting).name
    }

    private mutating func anyName(_ kind: Kind) -> String { known(kind) ?? dice.pick(names).name }

    private mutating func number() -> String {
        dice.pick([
            "0", "1", "2", "3", "-1", "0.5", "-2.5", "1e-320", "1e308", "-1e308", "inf", "(-inf)", "nan", "1e12", "9007199254740993", "1e15",
            "-1e15", "4e9", "2147483648", "0.1", "7", "10", "100", "64", "π",
        ])
    }

    private mutating func tensor() -> String {
        dice.pick([
            "[1, 2, 3]", "[[1, 2], [3, 4]]", "[[1, 2, 3], [4, 5, 6]]", "zeros([2, 3])", "ones([3])", "eye(3)", "[]", "zeros([0, 3])",
            "rand([2, 2, 2])", "[0.5]", "[[1]]", "f32([1, 2, 3])", "zeros([1, 1, 4, 4])", "arange(0, 6)", "[nan, inf, 0]",
            "reshape(arange(0, 24), [2, 3, 4])", "randn([4, 4])", "[0, 0, 1]", "full([2], 1e300)", "f32(randn([2, 3]))",
        ])
    }

    private mutating func range() -> String {
        "\(dice.pick(["0", "1", "-2", "sum(x)", "1e9"]))\(dice.pick(["...", "..<"]))\(dice.pick(["3", "5", "-1", "2.5", "1e9"]))"
    }

    private mutating func index() -> String {
        dice.pick(["0", "-1", "1", "5", "1...2", ":", "0, 1", ":, 0", "..<2", "1...", "0, :, 1", "[0, 1]", "1e15", "nan", "0.5", "\"a\"", "x"])
    }
}
