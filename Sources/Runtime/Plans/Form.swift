import Autodiff
import Tensors

/// What a value has to look like for a plan: numbers and tensors of the same shape and type may hold other numbers, all else is the same.
/// Functions of the language are the same if their code is; what they captured is looked at on its own.
indirect enum Form {
    /// A plain number, which is this input of the plan.
    case number(Int)
    case tensor(Int, Shape, ElementType)
    case list([Form])
    case record([String], [Form])
    /// A closure of this code; it stands at this place among those found.
    case closure(FunctionCode, Int)
    /// A closure that was found before.
    case again(Int)
    /// The cell that was found as this one before.
    case sameCell(Int)
    /// A function made of others by Swift, as `grad(f)` is.
    case composed(Callable, [Form])
    case same(Value)

    /// Whether numbers of it are inputs.
    var holdsInputs: Bool {
        switch self {
        case .number, .tensor: true
        case .list(let forms), .record(_, let forms): forms.contains(where: \.holdsInputs)
        default: false
        }
    }

    /// The value with its inputs replaced, in the order of their numbers.
    func replacing(_ value: Value, by nodes: [Node]) -> Value {
        switch (self, value.settled) {
        case (.number(let input), _), (.tensor(let input, _, _), _): return .node(nodes[input])
        case (.list(let forms), .list(let list)) where holdsInputs:
            return .list(zip(forms, list.elements).map { $0.replacing($1, by: nodes) })
        case (.record(let names, let forms), .record(let record)) where holdsInputs:
            return .record(Record(names: names, values: zip(forms, record.values).map { $0.replacing($1, by: nodes) }))
        default: return value
        }
    }
}

/// Where something lies that a function reads beside its arguments.
enum ReachedFrom {
    /// One of the functions that are called.
    case root(Int)
    case global(Variable)
    /// What a closure, by its place among those found, captured.
    case capture(Int, Int)
}

struct Probe {
    let source: ReachedFrom
    let form: Form
}

/// Everything that a call reaches: its arguments, the functions called, what they captured, and the globals that they read, and so on through all
/// functions found there.
struct Reach {
    private(set) var arguments: [Form] = []
    private(set) var probes: [Probe] = []
    /// The numbers and tensors found, in the order of the inputs.
    private(set) var inputs: [Value] = []
    private(set) var closures: [Closure] = []
    private var pending: [(source: ReachedFrom, value: Value)] = []
    private var globals: Set<ObjectIdentifier> = []
    private var cells: [Cell] = []

    /// `own` are cells that the call itself fills and reads.
    init(roots: [Callable], _ arguments: [Value?], own: [Cell] = []) {
        self.arguments = arguments.map { form(of: $0 ?? .nothing) }
        for (index, root) in roots.enumerated() { pending.append((.root(index), .function(root))) }
        while !pending.isEmpty {
            let (source, value) = pending.removeFirst()
            if case .cell(let cell) = value {
                if own.contains(where: { $0 === cell }) { continue }
                if let known = cells.firstIndex(where: { $0 === cell }) {
                    probes.append(Probe(source: source, form: .sameCell(known)))
                    continue
                }
                cells.append(cell)
            }
            let found = form(of: value)
            probes.append(Probe(source: source, form: found))
        }
    }

    private mutating func form(of value: Value) -> Form {
        switch value.settled {
        case .number:
            inputs.append(value.settled)
            return .number(inputs.count - 1)
        case .tensor(let box):
            inputs.append(value.settled)
            return .tensor(inputs.count - 1, box.tensor.shape, box.tensor.type)
        case .list(let list): return .list(list.elements.map { form(of: $0) })
        case .record(let record): return .record(record.names, record.values.map { form(of: $0) })
        case .cell(let cell): return form(of: cell.value)
        case .function(let callable): return form(of: callable)
        case let other: return .same(other)
        }
    }

    private mutating func form(of callable: Callable) -> Form {
        guard let closure = callable.asClosure else {
            let parts = callable.parts
            return parts.isEmpty ? .same(.function(callable)) : .composed(callable, parts.map { form(of: $0) })
        }
        if let index = closures.firstIndex(where: { $0 === closure }) { return .again(index) }
        closures.append(closure)
        let index = closures.count - 1
        for capture in 0..<closure.captureCount { pending.append((.capture(index, capture), closure.captures[capture])) }
        for variable in closure.code.globals where globals.insert(ObjectIdentifier(variable)).inserted {
            pending.append((.global(variable), variable.global?.pointee ?? .nothing))
        }
        return .closure(closure.code, index)
    }
}

/// Holds a call against the forms that a plan was made for, and hands the numbers to the plan on the way.
struct Matcher {
    private let plan: Plan
    private var closures: [Closure] = []
    private var cells: [Cell] = []
    private let own: [Cell]

    init(_ plan: Plan, own: [Cell] = []) { (self.plan, self.own) = (plan, own) }

    mutating func matches(_ ready: ReadyPlan, roots: [Callable], _ arguments: [Value?]) -> Bool {
        guard arguments.count == ready.arguments.count else { return false }
        for index in arguments.indices {
            guard matches(ready.arguments[index], arguments[index] ?? .nothing) else { return false }
        }
        for probe in ready.probes {
            let value: Value
            switch probe.source {
            case .root(let index): value = .function(roots[index])
            case .global(let variable): value = variable.global?.pointee ?? .nothing
            case .capture(let closure, let index): value = closures[closure].captures[index]
            }
            if case .cell(let cell) = value {
                if case .sameCell(let known) = probe.form {
                    guard known < cells.count, cells[known] === cell else { return false }
                    continue
                }
                cells.append(cell)
            }
            guard matches(probe.form, value) else { return false }
        }
        return true
    }

    private mutating func matches(_ form: Form, _ value: Value) -> Bool {
        switch value {
        case .cell(let cell): return matches(form, cell.value)
        case .node(let node): return node.isLive ? false : matches(form, value.settled)
        default: break
        }
        switch (form, value) {
        case (.number, _), (.tensor, _): return plan.takes(value, as: form)
        case (.list(let forms), .list(let list)):
            guard forms.count == list.elements.count else { return false }
            for index in forms.indices {
                guard matches(forms[index], list.elements[index]) else { return false }
            }
            return true
        case (.record(let names, let forms), .record(let record)):
            guard names == record.names else { return false }
            for index in forms.indices {
                guard matches(forms[index], record.values[index]) else { return false }
            }
            return true
        case (.closure(let code, let index), .function(let callable)):
            guard let closure = callable.asClosure, closure.code === code, closures.count == index else { return false }
            closures.append(closure)
            return true
        case (.again(let index), .function(let callable)): return index < closures.count && closures[index] === callable
        case (.composed(let known, let forms), .function(let callable)):
            let parts = callable.parts
            guard callable.isLike(known), parts.count == forms.count else { return false }
            for index in forms.indices {
                guard matches(forms[index], .function(parts[index])) else { return false }
            }
            return true
        case (.same(let known), _): return known.isSame(as: value)
        default: return false
        }
    }
}

extension Plan {
    /// Hands over a number, or a tensor, that has this form; `false` for what has not.
    @inline(__always)
    func takes(_ value: Value, as form: Form) -> Bool {
        switch (form, value) {
        case (.number(let input), .number(let number)): setNumber(input, number)
        case (.tensor(let input, let shape, let type), .tensor(let box)):
            guard box.tensor.type == type, box.tensor.shape == shape else { return false }
            set(input, box.tensor)
        default: return false
        }
        return true
    }
}

extension Value {
    /// Equal without looking at numbers: the same object, or a word or a truth that is equal.
    func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.nothing, .nothing): true
        case (.number(let a), .number(let b)): a.bitPattern == b.bitPattern
        case (.boolean(let a), .boolean(let b)): a == b
        case (.text(let a), .text(let b)): a === b || a.string == b.string
        case (.range(let a), .range(let b)): a === b || a.lower == b.lower && a.upper == b.upper && a.isClosed == b.isClosed
        case (.tensor(let a), .tensor(let b)): a === b
        case (.node(let a), .node(let b)): a === b
        case (.list(let a), .list(let b)): a === b
        case (.record(let a), .record(let b)): a === b
        case (.function(let a), .function(let b)): a === b
        case (.object(let a), .object(let b)): a === b
        case (.cell(let a), .cell(let b)): a === b
        default: false
        }
    }
}
