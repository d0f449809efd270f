/// Writes programs that parse, and that mostly resolve: names in use are those in sight.
struct Grammar {
    private var dice: Dice
    private var names: [String] = ["x", "p", "f"]
    private var depth = 0
    private let functions: [String]

    init(seed: Int, functions: [String]) {
        dice = Dice(seed)
        self.functions = functions
    }

    mutating func program() -> String {
        var lines = ["x = \(tensor())", "p = {w: \(tensor()), b: \(number())}", "f(a) = \(body("a"))"]
        for _ in 0..<(1 + dice.roll(8)) { lines.append(statement()) }
        return lines.joined(separator: "\n")
    }

    // MARK: Statements

    private mutating func statement() -> String {
        switch dice.roll(16) {
        case 0, 1, 2:
            let name = dice.pick(["a", "b", "c", "d", "x1", "θ"]) + "\(names.count)"
            let text = "\(name) = \(expression())"
            names.append(name)
            return text
        case 3, 4: return "\(dice.pick(names)) <- \(expression())"
        case 5: return "\(dice.pick(names))[\(index())] <- \(expression())"
        case 6: return "p.w <- \(expression())"
        case 7: return "for i in \(range()) { \(dice.pick(names)) <- \(expression()) }"
        case 8: return "if \(condition()) { \(expression()) } else { \(expression()) }"
        case 9: return "k = 0; while k < \(dice.roll(6)) { k <- k + 1; \(dice.pick(names)) <- \(expression()) }"
        case 10:
            let name = "f\(names.count)"
            let text = "\(name)(a, k: \(number())) = \(body("a"))"
            names.append(name)
            return text
        case 11: return "print(\(expression()), \(expression()))"
        case 12: return "explain \(expression())"
        case 13: return "train(q -> \(body("q")), \(atom()), steps: \(dice.roll(4)), lr: \(number()))"
        default: return expression()
        }
    }

    private mutating func body(_ parameter: String) -> String {
        names.append(parameter)
        defer { names.removeLast() }
        return dice.chance(25) ? "{ s = \(expression()); s }" : expression()
    }

    private mutating func condition() -> String {
        dice.chance(30) ? expression() : "\(expression()) \(dice.pick(["<", "<=", "==", "!=", ">", ">="])) \(expression())"
    }

    // MARK: Expressions

    private mutating func expression() -> String {
        depth += 1
        defer { depth -= 1 }
        if depth > 4 { return atom() }
        switch dice.roll(22) {
        case 0, 1, 2, 3: return "\(expression()) \(dice.pick(["+", "-", "*", "/", "^", "@", "+", "*"])) \(expression())"
        case 4: return "-\(atom())"
        case 5, 6, 7, 8, 9: return call()
        case 10: return "(\(expression()))"
        case 11: return "\(atom())[\(index())]"
        case 12: return "[\(expression()), \(expression())]"
        case 13: return "{a: \(expression()), b: \(expression())}"
        case 14: return "if \(condition()) then \(expression()) else \(expression())"
        case 15: return derivative()
        case 16: return "\"v = {\(expression())} \\n\""
        case 17: return "(\(expression()) |> \(dice.pick(functions)))"
        case 18: return "(a -> \(body("a")))"
        case 19: return "p.\(dice.pick(["w", "b", "c", "T"]))"
        case 20: return "list(\(expression()), \(expression()))"
        default: return atom()
        }
    }

    private mutating func derivative() -> String {
        let function = dice.chance(50) ? dice.pick(names) : "(a -> \(body("a")))"
        switch dice.roll(8) {
        case 0, 1: return "grad(\(function))(\(expression()))"
        case 2: return "hessian(\(function))(\(atom()))"
        case 3: return "jacobian(\(function))(\(atom()))"
        case 4: return "grad(a -> sum(grad(\(function))(a)))(\(atom()))"
        case 5: return "value_and_grad(\(function))(\(atom()))"
        case 6: return "hvp(\(function), \(atom()), \(atom()))"
        default: return "step(\(function), \(atom()), lr: \(number()))"
        }
    }

    private mutating func call() -> String {
        let name = dice.chance(15) ? dice.pick(names) : dice.pick(functions)
        var arguments = (0..<dice.pick([1, 1, 1, 2, 2, 3, 4])).map { _ in expression() }
        if dice.chance(20) { arguments.append("\(dice.pick(["axis", "k", "stride", "padding", "n", "keep", "seed"])): \(atom())") }
        return "\(name)(\(arguments.joined(separator: ", ")))"
    }

    private mutating func atom() -> String {
        switch dice.roll(10) {
        case 0, 1, 2: return number()
        case 3, 4: return tensor()
        case 5: return dice.pick(["true", "false", "\"text\"", "\"\"", "[]", "{}", "list()", "π", "\"θ,b;c\""])
        case 6: return "(\(range()))"
        default: return dice.pick(names)
        }
    }

    private mutating func number() -> String {
        dice.pick([
            "0", "1", "2", "3", "-1", "0.5", "-2.5", "1e-320", "1e308", "-1e308", "inf", "(-inf)", "nan", "1e12", "9007199254740993", "1e15",
            "-1e15", "4e9", "2147483648", "0.1", "7", "10", "100", "64",
        ])
    }

    private mutating func tensor() -> String {
        dice.pick([
            "[1, 2, 3]", "[[1, 2], [3, 4]]", "[[1, 2, 3], [4, 5, 6]]", "zeros([2, 3])", "ones([3])", "eye(3)", "[]", "zeros([0, 3])",
            "rand([2, 2, 2])", "[0.5]", "[[1]]", "f32([1, 2, 3])", "zeros([1, 1, 4, 4])", "arange(0, 6)", "[nan, inf, 0]",
            "reshape(arange(0, 24), [2, 3, 4])", "randn([4, 4])", "[0, 0, 1]", "full([2], 1e300)", "f32(randn([2, 3]))",
        ])
    }

    private mutating func range() -> String { "\(dice.pick(["0", "1", "-2", "x", "1e9"]))\(dice.pick(["...", "..<"]))\(dice.pick(["3", "5", "-1", "2.5", "1e9"]))" }

    private mutating func index() -> String {
        dice.pick(["0", "-1", "1", "5", "1...2", ":", "0, 1", ":, 0", "..<2", "1...", "0, :, 1", "[0, 1]", "1e15", "nan", "0.5", "\"a\"", "x"])
    }
}
