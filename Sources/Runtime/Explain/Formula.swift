import Autodiff
import Syntax
import Tensors

/// What a tape says, as text of the language: named parts first, then the value.
struct Formula {
    /// Parts that are used more than once, or that would make the last line too long.
    let definitions: [(name: String, expression: Expression)]
    let result: Expression
    /// What held along the path that the run took.
    let conditions: [Expression]
    /// Values of the names from outside that it uses, declared lengths among them.
    let outside: [(name: String, value: Value)]

    var lines: [String] {
        definitions.map { "\($0.name) = \(Printer.print($0.expression))" } + [Printer.print(result)]
    }

    var conditionText: String? {
        conditions.isEmpty ? nil : conditions.map { Printer.print($0) }.joined(separator: " and ")
    }
}

/// Makes formulas: traces, simplifies, chooses what gets a name, and compares with the tape before anything is shown.
struct FormulaMaker {
    let machine: Machine
    let site: Site

    init(_ machine: Machine, _ site: Site) { (self.machine, self.site) = (machine, site) }

    /// The formula of a function's value. Arguments that are missing are looked for.
    func formula(of function: Callable, at given: [Value?] = []) throws -> Formula {
        let search = PointSearch(function, given, machine)
        var refusal: Diagnostic?
        for arguments in search.candidates {
            do {
                let formula = try traced(function, arguments)
                try FormulaCheck(machine, site).check(formula, function, arguments)
                return formula
            } catch let diagnostic as Diagnostic {
                if search.isGiven { throw diagnostic }
                refusal = refusal ?? diagnostic
            }
        }
        throw search.remedy(refusal, site)
    }

    /// Without the comparison.
    private func traced(_ function: Callable, _ arguments: [Value?]) throws -> Formula {
        let labels = SourceLabels(function)
        return try Unknowns(machine: machine, site: site).trace(function, arguments) { trace in
            let flat = try written(trace, labels, isLayered: false)
            if flat.isAwkward, let entries = try writtenByEntries(trace) { return entries }
            guard let formula = flat.formula else { throw FormulaMaker.tooLarge(site) }
            guard flat.layers > 1 else { return formula }
            return try written(trace, labels, isLayered: true).formula ?? formula
        }
    }

    private func written(
        _ trace: Unknowns.Trace, _ labels: SourceLabels, isLayered: Bool
    ) throws -> (formula: Formula?, layers: Int, isAwkward: Bool) {
        let algebra = Algebra(rules: machine.formulaRules, keepsNumbersInside: isLayered)
        var terms = TapeTerms(algebra, label: labels.label)
        let data = Set(trace.outside.map(\.name))
        for (node, name) in trace.named {
            terms.name(node, algebra.symbol(name, node.shape))
            if data.contains(name.rootName) { algebra.data[name] = node.value }
        }
        terms.firstAdjoint = trace.tape.firstAdjoint
        var tidying = Tidying(algebra)
        var results: [FormulaTerm] = []
        _ = trace.value.mapLeaves { leaf in
            if case .node(let node) = leaf.settled {
                results.append(tidying.tidied(terms.term(node)))
            } else if let tensor = leaf.tensor {
                results.append(algebra.constant(tensor))
            }
            return leaf
        }
        let conditions = trace.branches.map { node -> (FormulaTerm, Bool) in (tidying.tidied(terms.term(node)), node.value.number != 0) }
        var names = FormulaNames(
            results, taken: Set(trace.named.map { $0.name.rootName }), lengths: labels.lengths(trace.named))
        for (term, label) in terms.labelled { names.label(tidying.tidied(term), label) }
        for term in terms.adjoints {
            let term = tidying.tidied(term)
            names.markAdjoint(term)
            if let rest = FormulaRule.split(term, algebra)?.rest { names.markAdjoint(rest) }
        }
        names.choose(isLayered: isLayered)
        let writer = names.writer
        guard names.isWritable else { return (nil, names.layers, true) }
        let ones = algebra.ones.map { writer.binary(.equal, writer.expression($0), writer.number(1)) }
        let lengths = labels.lengths(trace.named).map { ($0.value, Value.number(Double($0.key))) }.sorted { $0.0 < $1.0 }
        let formula = Formula(
            definitions: names.order.map { ($0.name, writer.expression($0.term, isNamed: false)) },
            result: try form(trace.value, results.map { writer.expression($0) }), conditions: condition(conditions, writer) + FormulaMaker.distinct(ones),
            outside: trace.outside.filter { names.symbols.contains($0.name) } + lengths)
        return (formula, names.layers, names.isAwkward)
    }

    private static func distinct(_ expressions: [Expression]) -> [Expression] {
        var seen: Set<String> = []
        return expressions.filter { seen.insert(Printer.print($0)).inserted }
    }

    /// Number by number; `nil` where that is no shorter.
    private func writtenByEntries(_ trace: Unknowns.Trace) throws -> Formula? {
        let algebra = Algebra(rules: machine.formulaRules)
        var terms = EntryTerms(algebra)
        for (node, name) in trace.named { terms.name(node, name) }
        var tidying = Tidying(algebra)
        var leaves: [Leaf] = []
        var isComplete = true
        _ = trace.value.mapLeaves { leaf in
            guard let tensor = leaf.tensor else { return leaf }
            var entries = tensor.numbers.map(algebra.number)
            if case .node(let node) = leaf.settled {
                guard let own = terms.entries(node) else {
                    isComplete = false
                    return leaf
                }
                entries = own.map { tidying.tidied($0) }
            }
            leaves.append(Leaf(entries: entries, shape: tensor.shape))
            return leaf
        }
        let conditions = trace.branches.compactMap { node -> (FormulaTerm, Bool)? in
            terms.entries(node).map { (tidying.tidied($0[0]), node.value.number != 0) }
        }
        guard isComplete, leaves.reduce(0, { $0 + $1.entries.count }) <= 36 else { return nil }
        var names = FormulaNames(leaves.flatMap(\.entries), taken: Set(trace.named.map { $0.name.rootName }), lengths: [:])
        names.choose(isLayered: false)
        guard names.isWritable else { return nil }
        let writer = names.writer
        return Formula(
            definitions: names.order.map { ($0.name, writer.expression($0.term, isNamed: false)) },
            result: try form(trace.value, leaves.map { $0.expression(writer) }), conditions: condition(conditions, writer),
            outside: trace.outside.filter { names.symbols.contains($0.name) })
    }

    /// The entries of one tensor.
    private struct Leaf {
        let entries: [FormulaTerm]
        let shape: Shape

        func expression(_ writer: FormulaWriter) -> Expression {
            func part(_ axis: Int, _ offset: Int) -> Expression {
                if axis == shape.rank { return writer.expression(entries[offset]) }
                let stride = shape.strides[axis]
                return .array((0..<shape[axis]).map { part(axis + 1, offset + $0 * stride) }, Span(SourceID(-1), 0, 0))
            }
            return part(0, 0)
        }
    }

    static func tooLarge(_ site: Site) -> Diagnostic {
        Diagnostic(
            "there is no short formula for this", at: site.span,
            hints: ["ask for a part of it, or for smaller tensors", "`explain f(x)` lists every operation with its numbers"])
    }

    /// The value's own form, with formulas in its leaves.
    private func form(_ value: Value, _ leaves: [Expression]) throws -> Expression {
        var next = 0
        func expression(_ value: Value) throws -> Expression {
            let nowhere = Span(SourceID(-1), 0, 0)
            switch value.settled {
            case .record(let record):
                return .record(try zip(record.names, record.values).map { RecordField(name: Name($0, nowhere), value: try expression($1)) }, nowhere)
            case .list(let list):
                let elements = try list.elements.map(expression)
                return .call(.name(Name("list", nowhere)), elements.map { Argument(name: nil, value: $0) }, nowhere)
            case .number, .tensor, .node:
                defer { next += 1 }
                return leaves[next]
            case .boolean(let boolean): return .boolean(boolean, nowhere)
            case .text(let text): return .string([.text(text.string)], nowhere)
            default:
                throw Diagnostic(
                    "a formula is made of numbers and tensors, but the function gives \(value.typeDescription)", at: site.span)
            }
        }
        return try expression(value)
    }

    private func condition(_ guards: [(FormulaTerm, Bool)], _ writer: FormulaWriter) -> [Expression] {
        var seen: Set<Int> = []
        return guards.compactMap { term, holds in
            guard term.number == nil, seen.insert(holds ? term.id : -term.id).inserted else { return nil }
            return holds ? writer.condition(term) : writer.negation(of: term)
        }
    }
}

extension String {
    /// `p` of `p.w` and of `p[0]`.
    var rootName: String { String(prefix { $0 != "." && $0 != "[" }) }
}
