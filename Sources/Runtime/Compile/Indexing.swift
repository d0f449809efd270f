import Autodiff
package import Syntax
import Tensors

/// One compiled item between the brackets of `x[…]`.
enum IndexCode {
    case at(Evaluate, Span)
    case range(Evaluate?, Evaluate?, isClosed: Bool, Span)
    case all
}

extension Compiler {
    func compile(_ item: IndexItem) -> IndexCode {
        switch item {
        case .at(let expression):
            .at(expression.isComparison ? mask(expression) : compile(expression).evaluate, expression.span)
        case .range(let lower, let upper, let isClosed, let span):
            .range(lower.map { compile($0).evaluate }, upper.map { compile($0).evaluate }, isClosed: isClosed, span)
        case .all: .all
        }
    }
}

extension Compiler {
    /// `x[x > 0]` selects in other languages; here a comparison gives 1 and 0, which would be taken for places.
    private func mask(_ comparison: Expression) -> Evaluate {
        let evaluate = compile(comparison).evaluate
        return { frame in
            let value = try evaluate(frame)
            guard let tensor = value.outline, tensor.rank > 0 else { return value }
            throw Diagnostic(
                "a comparison gives 1 and 0, which are no indices", at: comparison.span,
                hints: ["to choose number by number write `where(c, a, b)`", "to count those for which it holds write `sum(c)`"])
        }
    }
}

extension Expression {
    fileprivate var isComparison: Bool {
        switch self {
        case .parenthesized(let inner, _): inner.isComparison
        case .unary(.not, _, _): true
        case .binary(let sign, _, _, _):
            switch sign {
            case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or: true
            default: false
            }
        default: false
        }
    }
}

/// What an item selects along one axis.
enum Selection {
    /// One place; the axis goes away.
    case place(Int)
    case span(Int, Int)
    /// Places in any order, from a tensor or a list of indices.
    case places(Value)
}

/// The block of a tensor that selections lead to.
struct SelectedBlock {
    private(set) var starts: [Int]
    private(set) var stops: [Int]
    /// Its lengths as it reads: without the axes that single indices take away.
    private(set) var kept: [Int] = []
    /// What is taken from the block along axes with a list of places, which it has whole.
    private(set) var gathers: [(axis: Int, places: Value)] = []

    init(_ selections: [Selection], in shape: Shape) {
        starts = [Int](repeating: 0, count: shape.rank)
        stops = shape.axes
        for axis in 0..<shape.rank {
            switch axis < selections.count ? selections[axis] : .span(0, shape[axis]) {
            case .place(let place): (starts[axis], stops[axis]) = (place, place + 1)
            case .span(let start, let stop):
                (starts[axis], stops[axis]) = (start, stop)
                kept.append(stop - start)
            case .places(let places):
                gathers.append((kept.count, places))
                kept.append(shape[axis])
            }
        }
    }

    var lengths: [Int] { zip(starts, stops).map { $1 - $0 } }
}

extension Machine {
    func index(_ value: Value, _ items: [IndexCode], _ frame: Frame, _ site: Site) throws -> Value {
        // The usual case first: one number out of a vector.
        if case .tensor(let box) = value, box.tensor.rank == 1, items.count == 1, case .at(let index, let span) = items[0] {
            let index = try index(frame)
            if case .number(let number) = index, let place = Int(exactly: number) {
                let length = box.tensor.shape[0]
                let position = place < 0 ? place + length : place
                if position >= 0 && position < length && box.tensor.type == .f64 { return .number(box.tensor[position]) }
            }
            let selection = try selection(.value(index, span), length: box.tensor.shape[0], axis: 0, of: value, site)
            return try select([selection], of: value, shape: box.tensor.shape, site)
        }
        return try part(of: value.settled, items.map { try evaluate($0, frame) }, site)
    }

    func part(of value: Value, _ items: [EvaluatedItem], _ site: Site) throws -> Value {
        guard let shape = value.outline?.shape else { return try element(of: value, items, site) }
        return try select(selections(items, in: shape, of: value, site), of: value, shape: shape, site)
    }

    /// An item with its values.
    enum EvaluatedItem {
        case value(Value, Span)
        case range(Int?, Int?, isClosed: Bool, Span)
        case all
    }

    func evaluate(_ item: IndexCode, _ frame: Frame) throws -> EvaluatedItem {
        switch item {
        case .at(let code, let span): return .value(try code(frame).settled, span)
        case .range(let lower, let upper, let isClosed, let span):
            let lower = try lower.map { try whole($0(frame), "an index", at: span) }
            let upper = try upper.map { try whole($0(frame), "an index", at: span) }
            return .range(lower, upper, isClosed: isClosed, span)
        case .all: return .all
        }
    }

    func selections(
        _ items: [EvaluatedItem], in shape: Shape, of value: Value, _ site: Site
    ) throws -> [Selection] {
        guard items.count <= shape.rank else {
            throw Diagnostic(
                shape.rank == 0
                    ? "a number has no parts to index"
                    : "\(items.count) indices were given, but \(subject(site)) has \(shape.rank == 1 ? "one axis" : "\(shape.rank) axes")",
                at: site.span, hints: shape.rank == 0 ? [] : ["its shape is \(shape)"])
        }
        return try items.enumerated().map { axis, item in
            try selection(item, length: shape[axis], axis: axis, of: value, site)
        }
    }

    private func subject(_ site: Site) -> String { site.operands.first.flatMap(sourceText).map { "`\($0)`" } ?? "it" }

    func selection(
        _ item: EvaluatedItem, length: Int, axis: Int, of value: Value, _ site: Site
    ) throws -> Selection {
        switch item {
        case .all: return .span(0, length)
        case .range(let lower, let upper, let isClosed, let span):
            let start = try lower.map { try bound($0, length, axis, span, site) } ?? 0
            var stop = length
            if let upper {
                stop = try bound(upper, length, axis, span, site, isClosed: isClosed)
                if isClosed { stop += 1 }
            }
            return .span(start, max(start, stop))
        case .value(let index, let span):
            if case .range(let range) = index {
                let lower = try whole(.number(range.lower), "an index", at: span)
                let upper = try whole(.number(range.upper), "an index", at: span)
                return try selection(
                    .range(lower, upper, isClosed: range.isClosed, span), length: length, axis: axis, of: value, site)
            }
            if case .list(let list) = index { return .places(try array(list.elements, Site(span, []))) }
            if let tensor = index.outline, tensor.rank > 0 { return .places(index) }
            let place = try whole(index, "an index", at: span)
            let position = place < 0 ? place + length : place
            guard position >= 0 && position < length else { throw outOfRange(place, length, axis, span, site) }
            return .place(position)
        }
    }

    /// An end of a range; the open end may be the length itself.
    private func bound(
        _ place: Int, _ length: Int, _ axis: Int, _ span: Span, _ site: Site, isClosed: Bool = false
    ) throws -> Int {
        let position = place < 0 ? place + length : place
        guard position >= 0 && (isClosed ? position < length : position <= length) else {
            throw outOfRange(place, length, axis, span, site)
        }
        return position
    }

    private func outOfRange(_ place: Int, _ length: Int, _ axis: Int, _ span: Span, _ site: Site) -> Diagnostic {
        Diagnostic(
            "the index \(place) is out of range: \(subject(site)) has \(length) \(length == 1 ? "entry" : "entries")"
                + (axis > 0 ? " along axis \(axis)" : ""),
            at: span,
            hints: [length == 0 ? "it is empty" : "indices run from 0 to \(length - 1), or from -1 to -\(length) from the end"])
    }

    func select(_ selections: [Selection], of value: Value, shape: Shape, _ site: Site) throws -> Value {
        let block = SelectedBlock(selections, in: shape)
        var result = try part(of: value, block.starts, block.stops, keeping: block.kept, site)
        // From the last axis, so that the axes that an index of rank 2 adds do not move those before it.
        for gather in block.gathers.reversed() {
            // On a tape for a plan the places are an input like any other.
            let isConstant = gather.places.isTraced && tape?.isForPlan != true
            let places = isConstant ? gather.places.outline.map(Value.init) ?? gather.places : gather.places
            result = try apply(.take, [result, places], Attributes([.int(gather.axis)]), site)
        }
        return result
    }

    // MARK: Other values

    private func element(of value: Value, _ items: [EvaluatedItem], _ site: Site) throws -> Value {
        guard items.count == 1 else {
            throw Diagnostic("\(value.typeDescription) takes one index", at: site.span)
        }
        switch value {
        case .list(let list):
            switch try selection(items[0], length: list.elements.count, axis: 0, of: value, site) {
            case .place(let place): return list.elements[place]
            case .span(let start, let stop): return .list(Array(list.elements[start..<stop]))
            case .places(let places):
                return .list(try places.tensor?.numbers.map { index in
                    try element(of: value, [.value(.number(index), site.span)], site)
                } ?? [])
            }
        case .text(let text):
            let characters = Array(text.string)
            switch try selection(items[0], length: characters.count, axis: 0, of: value, site) {
            case .place(let place): return .string(String(characters[place]))
            case .span(let start, let stop): return .string(String(characters[start..<stop]))
            case .places: throw Diagnostic("a string takes one index or a range", at: site.span)
            }
        case .record(let record):
            if case .value(.text(let name), let span) = items[0] {
                guard let field = record[name.string] ?? record[canonicalName(name.string)] else { throw noField(name.string, record.names, "the record", span) }
                return field
            }
            throw Diagnostic("a record is indexed by a field's name", at: site.span, hints: ["write `p.name` or `p[\"name\"]`"])
        case .range:
            return try element(of: .list(elements(of: value, site)), items, site)
        case .object(let object):
            return try element(of: object, items[0], site)
        default:
            throw Diagnostic(
                "\(value.typeDescription) has no parts to index", at: site.span,
                hints: { if case .function = value { ["to call it write `(…)`"] } else { [] } }())
        }
    }

    /// A field by its name; of an object with elements, one of them, or several as the same kind of thing.
    private func element(of object: ObjectValue, _ item: EvaluatedItem, _ site: Site) throws -> Value {
        if case .value(.text(let name), let span) = item {
            guard let field = object.field(name.string) else { throw noField(name.string, of: object, span) }
            return field
        }
        guard let count = object.elementCount else {
            throw Diagnostic("\(object.typeName) is indexed by a field's name", at: site.span, hints: ["write `x.name` or `x[\"name\"]`"])
        }
        switch try selection(item, length: count, axis: 0, of: .object(object), site) {
        case .place(let place): return object.element(place)
        case .span(let start, let stop): return object.elements(at: Array(start..<stop))
        case .places(let places):
            let chosen = try (places.tensor?.numbers ?? []).map { number -> Int in
                guard case .place(let place) = try selection(.value(.number(number), site.span), length: count, axis: 0, of: .object(object), site)
                else { return 0 }
                return place
            }
            return object.elements(at: chosen)
        }
    }

    private func noField(_ name: String, of object: ObjectValue, _ span: Span) -> Diagnostic {
        let words = object.typeName.split(separator: " ", maxSplits: 1)
        return noField(name, object.fieldNames, words.count == 2 ? "the \(words[1])" : object.typeName, span)
    }

    func noField(_ name: String, _ names: [String], _ owner: String, _ span: Span) -> Diagnostic {
        let similar = nearestNames(to: name, among: names)
        return Diagnostic(
            "\(owner) has no field `\(name)`", at: span,
            hints: similar.isEmpty
                ? (names.isEmpty ? [] : ["it has \(Machine.listed(names))"])
                : ["did you mean `\(similar[0])`?"])
    }

    /// Names in backquotes, the first of very many.
    static func listed(_ names: [String]) -> String {
        let most = 20
        return names.prefix(most).map { "`\($0)`" }.joined(separator: ", ") + (names.count > most ? ", … (\(names.count) in all)" : "")
    }

    package func field(_ value: Value, _ name: Name, _ site: Site) throws -> Value {
        switch value.settled {
        case .record(let record):
            if let field = record[name.text] { return field }
            throw noField(name.text, record.names, "the record", name.span)
        case .object(let object):
            if let field = object.field(name.text) { return field }
            throw noField(name.text, of: object, name.span)
        case let value where value.isNumeric && name.text == "T":
            guard let rank = value.outline?.rank, rank > 1 else { return value }
            return try apply(.transpose, [value], Attributes([.none]), site)
        case let value where value.isNumeric:
            throw Diagnostic(
                "\(value.typeDescription) has no field `\(name.text)`", at: name.span,
                hints: name.text == "shape" || name.text == "size"
                    ? ["write `shape(\(sourceText(site.operands[0]) ?? "x"))`"] : [])
        case let value:
            throw Diagnostic("\(value.typeDescription) has no field `\(name.text)`", at: name.span)
        }
    }

    // MARK: Arrays

    /// `[a, b, c]`: a tensor of numbers or of tensors of one shape; else a list.
    package func array(_ elements: [Value], _ site: Site) throws -> Value {
        if elements.isEmpty { return .tensor(TensorValue(Tensor([]))) }
        guard elements.allSatisfy({ $0.settled.isNumeric }) else { return try bounded(.list(elements), site) }
        let shapes = elements.map { $0.outline?.shape ?? .scalar }
        for (index, shape) in shapes.enumerated() where shape != shapes[0] {
            let span = index < site.operands.count ? site.operands[index] : site.span
            throw Diagnostic(
                "the rows differ in shape: row 0 is \(Machine.describe(shapes[0])), row \(index) is \(Machine.describe(shape))", at: span,
                hints: ["rows of a tensor have one shape; for a list of different things write `list(…)`"])
        }
        if elements.contains(where: \.isTraced) {
            return try apply(.stack, elements, Attributes([.int(0)]), site)
        }
        if shapes[0].rank == 0, elements.allSatisfy({ $0.outline?.isNumber ?? false }) {
            return .tensor(TensorValue(Tensor(elements.map { $0.tensor?.number ?? 0 })))
        }
        return try apply(.stack, elements, Attributes([.int(0)]), site)
    }

    private static func describe(_ shape: Shape) -> String { shape.rank == 0 ? "a number" : "\(shape)" }
}
