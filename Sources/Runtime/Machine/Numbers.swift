import Autodiff
package import Syntax
import Tensors

// Plain numbers and booleans out of values: counts, indices, bounds, flags. Where a traced value decides one, the tape notes it.

extension Machine {
    /// A number; `what` begins the message when it is none: "an index".
    package func number(_ value: Value, _ what: String, at span: Span) throws -> Double {
        switch value.settled {
        case .number(let number): return number
        case .tensor(let box) where box.tensor.rank == 0: return box.tensor.number
        case .node(let node) where node.value.rank == 0 && !node.primitive.isPredicate:
            node.tape.observe(node)
            return node.value.number
        case let other: throw typeError(what, needs: "a number", other, at: span)
        }
    }

    /// A whole number that fits an `Int`.
    package func whole(_ value: Value, _ what: String, at span: Span) throws -> Int {
        let number = try number(value, what, at: span)
        guard let whole = Int(exactly: number), abs(number) < 9e15 else {
            let (text, shown) = (sourceText(span), NumberStyle().format(number))
            throw Diagnostic(
                "\(what) must be a whole number, " + (text == nil || text == shown ? "not \(shown)" : "but `\(text ?? "")` is \(shown)"),
                at: span, hints: number.isFinite ? ["`floor`, `ceil` and `round` give whole numbers"] : [])
        }
        return whole
    }

    /// `true` or `false` that stands there as such.
    package func boolean(_ value: Value, _ what: String, at span: Span) throws -> Bool {
        guard case .boolean(let boolean) = value else { throw typeError(what, needs: "true or false", value, at: span) }
        return boolean
    }

    package func range(_ lower: Value, _ upper: Value, isClosed: Bool, _ site: Site) throws -> RangeValue {
        let lower = try number(lower, "a range", at: site.operands[0])
        let upper = try number(upper, "a range", at: site.operands[1])
        guard lower.isFinite else { throw Diagnostic("a range needs a finite start", at: site.operands[0]) }
        guard !upper.isNaN else { throw Diagnostic("a range cannot end at nan", at: site.operands[1]) }
        return RangeValue(lower: lower, upper: upper, isClosed: isClosed)
    }

    /// The largest number of elements that a range or a list may be turned into.
    static let mostElements = 100_000_000

    /// What a loop runs through.
    package func elements(of value: Value, _ site: Site) throws -> [Value] {
        let span = site.operands.first ?? site.span
        switch value.settled {
        case .list(let list): return list.elements
        case .range(let range):
            guard range.count <= Double(Machine.mostElements) else {
                throw Diagnostic("the range is too long to be made into a list", at: span)
            }
            try admit(values: Int(range.count), site)
            return (0..<Int(range.count)).map { .number(range.lower + Double($0)) }
        case .tensor(let box) where box.tensor.rank == 1:
            try admit(values: box.tensor.count, site)
            return box.tensor.numbers.map { .number($0) }
        case .tensor(let box) where box.tensor.rank > 1:
            return try (0..<box.tensor.shape[0]).map { try row($0, of: value, site) }
        case .node(let node) where node.value.rank > 0:
            return try (0..<node.shape[0]).map { try row($0, of: value, site) }
        case .text(let text): return text.string.map { .string(String($0)) }
        case .object(let object) where object.elementCount != nil:
            return (0..<(object.elementCount ?? 0)).map(object.element)
        case .record(let record):
            return zip(record.names, record.values).map { .record([("name", .string($0)), ("value", $1)]) }
        case let other:
            throw typeError(
                "`for`", needs: "a range, a tensor or a list", other, at: span,
                hints: other.isNumeric ? ["to count write `1...n`"] : [])
        }
    }

    private func row(_ index: Int, of value: Value, _ site: Site) throws -> Value {
        guard let tensor = value.outline else { return .nothing }
        var stops = tensor.shape.axes
        var starts = [Int](repeating: 0, count: stops.count)
        (starts[0], stops[0]) = (index, index + 1)
        return try part(of: value, starts, stops, keeping: Array(tensor.shape.axes.dropFirst()), site)
    }

    /// A block of a tensor under a shape of the same count.
    func part(of value: Value, _ starts: [Int], _ stops: [Int], keeping shape: [Int], _ site: Site) throws -> Value {
        guard let tensor = value.outline else { return .nothing }
        var result = value
        if starts.contains(where: { $0 != 0 }) || stops != tensor.shape.axes {
            result = try apply(.slice, [value], Attributes([.ints(starts), .ints(stops), .none]), site)
        }
        if result.outline?.shape.axes == shape { return result }
        return try apply(.reshape, [result], Attributes([.ints(shape)]), site)
    }
}
