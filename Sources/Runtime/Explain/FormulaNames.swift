import Autodiff
import Tensors

/// Chooses which parts of a formula get a name, and which.
struct FormulaNames {
    private let results: [FormulaTerm]
    private var taken: Set<String>
    private let lengths: [Int: String]
    /// Every part, operands before what is made of them.
    private var parts: [FormulaTerm] = []
    private var uses: [Int: Int] = [:]
    private var labels: [Int: String] = [:]
    private var adjoints: Set<Int> = []
    private(set) var order: [(name: String, term: FormulaTerm)] = []
    private var names: [Int: String] = [:]

    /// A part that takes less to write is written out each time.
    private static let leastCost = 5
    /// Longer lines are broken up.
    private static let longestLine = 40
    private static let mostLines = 40

    init(_ results: [FormulaTerm], taken: Set<String>, lengths: [Int: String]) {
        (self.results, self.lengths) = (results, lengths)
        self.taken = taken.union(lengths.values)
        collect()
    }

    /// Names of the program that occur, as far as their first dot or bracket.
    var symbols: Set<String> {
        Set(parts.compactMap { if case .symbol(let name) = $0.form { name.rootName } else { nil } })
    }

    var isWritable: Bool { order.count <= FormulaNames.mostLines && !parts.contains { $0.isUnwritable } }

    /// It speaks of how numbers are moved rather than of what is computed.
    var isAwkward: Bool {
        let moving: Set<Primitive> = [.pad, .stack, .reshape, .placeBlocks, .takeAdd, .concat, .sliceSet]
        return !isWritable || parts.contains { part in
            if case .apply(let primitive, _, _) = part.form { moving.contains(primitive) } else { false }
        }
    }

    var writer: FormulaWriter { FormulaWriter(names: names, lengths: lengths) }

    private mutating func collect() {
        var seen: Set<Int> = []
        var stack = results.map { ($0, false) }
        for result in results { uses[result.id, default: 0] += 1 }
        while let (term, isDone) = stack.popLast() {
            if isDone {
                parts.append(term)
                continue
            }
            guard seen.insert(term.id).inserted else { continue }
            stack.append((term, true))
            for part in term.parts.reversed() {
                uses[part.id, default: 0] += 1
                stack.append((part, false))
            }
        }
    }

    mutating func label(_ term: FormulaTerm, _ name: String) { if labels[term.id] == nil { labels[term.id] = name } }
    mutating func markAdjoint(_ term: FormulaTerm) { adjoints.insert(term.id) }

    // MARK: Layers

    /// Adjoints that a matrix product uses: what each layer hands back.
    private var handedBack: [FormulaTerm] {
        var found: [FormulaTerm] = []
        for part in parts {
            for operand in part.application(of: .matmul) ?? [] {
                let term = operand.application(of: .transpose)?[0] ?? operand
                guard isAdjoint(term), !term.parts.isEmpty, !found.contains(where: { $0 === term }) else { continue }
                found.append(term)
            }
        }
        return found.sorted { place($0) < place($1) }
    }

    private func isAdjoint(_ term: FormulaTerm) -> Bool { adjoints.contains(term.id) && labels[term.id] == nil }

    private func place(_ term: FormulaTerm) -> Int { parts.firstIndex { $0 === term } ?? 0 }

    /// How many layers hand an adjoint back.
    var layers: Int { handedBack.count }

    // MARK: Choosing

    mutating func choose(isLayered: Bool) {
        let deltas = isLayered ? handedBack : []
        for part in parts where part.parts.count > 0 && part.number == nil {
            if let layer = deltas.firstIndex(where: { $0 === part }) {
                give(part, fresh("δ\(deltas.count - layer)"))
            } else if uses[part.id, default: 0] > 1, written(part) >= FormulaNames.leastCost, part.application(of: .expand) == nil {
                give(part, fresh(labels[part.id] ?? usualName(part)))
            }
        }
        if !isLayered { breakUp() }
    }

    private mutating func give(_ term: FormulaTerm, _ name: String) {
        names[term.id] = name
        order.append((name, term))
    }

    /// A last line that is too long to read: its largest parts get names, until it is not.
    private mutating func breakUp() {
        for _ in 0..<12 {
            let shown = results.map(written).max() ?? 0
            guard shown > FormulaNames.longestLine else { return }
            let candidates = parts.filter { part in
                names[part.id] == nil && part.parts.count > 0 && part.number == nil && part.application(of: .expand) == nil
                    && written(part) >= FormulaNames.leastCost + 3 && written(part) <= FormulaNames.longestLine && !results.contains { $0 === part }
            }
            guard let largest = candidates.max(by: { (written($0), place($0)) < (written($1), place($1)) }) else { return }
            names[largest.id] = fresh(labels[largest.id] ?? usualName(largest))
            order = parts.compactMap { part in names[part.id].map { ($0, part) } }
        }
    }

    /// About how long it is with the names given so far.
    private func written(_ term: FormulaTerm) -> Int {
        func cost(_ term: FormulaTerm, _ depth: Int) -> Int {
            if depth > 0, names[term.id] != nil { return 1 }
            if depth > 60 { return 1 << 20 }
            return min(FormulaTerm.cost(of: term.form) { cost($0, depth + 1) }, 1 << 20)
        }
        return cost(term, 0)
    }

    private mutating func fresh(_ name: String) -> String {
        var candidate = name
        var number = 1
        while taken.contains(candidate) {
            number += 1
            candidate = name.last.map { $0.isNumber } ?? false ? "\(name)_\(number)" : "\(name)\(number)"
        }
        taken.insert(candidate)
        return candidate
    }

    private func usualName(_ term: FormulaTerm) -> String {
        switch term.form {
        case .apply(.sigmoid, _, _): return "s"
        case .apply(.softmax, _, _): return "p"
        case .apply(.tanh, _, _), .apply(.relu, _, _): return "h"
        case .apply(.matmul, _, _): return "z"
        case .sum(let addends) where addends.contains(where: { $0.coefficient < 0 }): return "r"
        case .sum: return "u"
        case .product(let factors) where factors.contains { ($0.exponent.number ?? 0) < 0 }: return "q"
        default: return "v"
        }
    }
}

extension FormulaTerm {
    /// There is no way to write it in the language.
    fileprivate var isUnwritable: Bool {
        switch form {
        case .tensor(let tensor): tensor.count > 16
        case .apply(let primitive, _, _): primitive.isHidden && !["outer", "one_hot", "constant"].contains(primitive.name)
        default: false
        }
    }
}
