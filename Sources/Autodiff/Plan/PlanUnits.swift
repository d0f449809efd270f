import Tensors

// Which terms are computed together.

extension PlanCompiler {
    /// What can be computed together.
    enum Form: Hashable {
        case scalars
        case chain(Shape, ElementType)
        /// All that goes through the rows in blocks.
        case rows
        /// A step of its own.
        case single(Int)
        /// The same memory under another shape.
        case view(Int)
    }

    struct Unit {
        let form: Form
        let level: Int
        var terms: [Int]
    }

    private struct UnitKey: Hashable {
        let form: Form
        let level: Int
    }

    func units() -> [Unit] {
        let forms = graph.terms.enumerated().map { place, term in term.isInput || term.isConstant ? nil : form(of: place, term) }
        var levels = levels(forms, atLeast: [])
        let waiting = waiting(forms, levels)
        if waiting != levels { levels = self.levels(forms, atLeast: waiting) }
        var units: [UnitKey: Unit] = [:]
        for place in graph.terms.indices {
            guard let form = forms[place] else { continue }
            let level = levels[place]
            units[UnitKey(form: form, level: level), default: Unit(form: form, level: level, terms: [])].terms.append(place)
        }
        return units.values.sorted { ($0.level, $0.terms[0]) < ($1.level, $1.terms[0]) }
    }

    private func levels(_ forms: [Form?], atLeast least: [Int]) -> [Int] {
        guard let blocks else { return levels(forms, atLeast: least, rows: 0) }
        // What the rows read besides does not wait for them.
        let early = levels(forms, atLeast: least, rows: 0)
        return levels(forms, atLeast: least, rows: blocks.sides.reduce(0) { max($0, early[$1] + 1) })
    }

    private func levels(_ forms: [Form?], atLeast least: [Int], rows: Int) -> [Int] {
        var levels = [Int](repeating: -1, count: forms.count)
        for (place, term) in graph.terms.enumerated() {
            guard let form = forms[place] else { continue }
            var level = least.isEmpty ? 0 : max(0, least[place])
            for operand in term.operands {
                let together = forms[operand] == form && !isSummed(operand)
                level = max(level, together ? levels[operand] : levels[operand] + 1)
            }
            levels[place] = form == .rows ? rows : level
        }
        return levels
    }

    // MARK: Waiting

    /// Levels at which elementwise terms are better made than as early as they could be: where a later pass is the only one to read them, so that they
    /// need no memory, and sums where a later pass reads the same operand.
    private func waiting(_ forms: [Form?], _ levels: [Int]) -> [Int] {
        var chosen = levels
        let feeding = feedingTensors()
        for place in graph.terms.indices.reversed() {
            guard case .chain = forms[place] else { continue }
            let later: Int?
            if isRowSum(place) {
                later = nil
            } else if isSum(place) {
                later = feeding[place] ? nil : laterReader(of: place, forms, chosen)
            } else if !isOutput[place], users[place].allSatisfy({ forms[$0] == forms[place] }) {
                later = users[place].map { chosen[$0] }.min()
            } else {
                later = nil
            }
            guard let later, later > levels[place] else { continue }
            let missing = Set(graph[place].operands).count { !isHeld($0, apartFrom: place, forms, levels, chosen, later) }
            if missing <= 1 { chosen[place] = later }
        }
        // Nothing is won where the operand would be kept in memory instead.
        for place in graph.terms.indices where chosen[place] > levels[place] {
            let operands = Set(graph[place].operands)
            if operands.contains(where: { chosen[$0] == levels[$0] && !isHeld($0, apartFrom: place, forms, levels, chosen, chosen[place]) }) {
                chosen[place] = levels[place]
            }
        }
        return chosen
    }

    /// Whether an operand has memory of its own anyway.
    private func isHeld(_ operand: Int, apartFrom user: Int, _ forms: [Form?], _ levels: [Int], _ chosen: [Int], _ later: Int) -> Bool {
        guard forms[operand] == forms[user], !isSummed(operand), !isOutput[operand] else { return true }
        return users[operand].contains { other in
            other != user && (forms[other] != forms[operand] || (chosen[other] != levels[operand] && chosen[other] != later))
        }
    }

    /// The level of the first pass behind a sum's own that reads what is summed, or what that is made of.
    private func laterReader(of sum: Int, _ forms: [Form?], _ chosen: [Int]) -> Int? {
        let summed = graph[sum].operands[0]
        let isOwn = forms[summed] == forms[sum] && users[summed].count == 1
        let read = isOwn ? graph[summed].operands.filter { graph[$0].shape == graph[summed].shape } : [summed]
        var first: Int?
        for operand in read {
            for reader in users[operand] where forms[reader] == forms[sum] && chosen[reader] > chosen[sum] {
                first = min(first ?? .max, chosen[reader])
            }
        }
        return first
    }

    /// Terms that a tensor is made of: where they wait, it would wait as well.
    private func feedingTensors() -> [Bool] {
        var feeding = [Bool](repeating: false, count: graph.terms.count)
        for place in graph.terms.indices.reversed() {
            feeding[place] = users[place].contains { graph[$0].shape.rank > 0 || feeding[$0] }
        }
        return feeding
    }

    // MARK: Forms

    private func form(of place: Int, _ term: Term) -> Form {
        if let blocks, blocks.isRowed[place] || blocks.totals.contains(place) { return .rows }
        if isView(term) || window(place) != nil { return .view(place) }
        if isSummed(place) {
            let x = graph[term.operands[0]]
            return .chain(x.shape, x.type)
        }
        if term.isElementwise, term.shape.rank == 0, term.operands.allSatisfy({ graph[$0].shape.rank == 0 }) { return .scalars }
        if term.shape.rank == 0, term.primitive === Primitive.cast { return .scalars }
        if term.shape.rank > 0, term.isElementwise || isStretched(term) { return .chain(term.shape, term.type) }
        return .single(place)
    }

    /// The sum of all numbers of a tensor, taken in the pass that makes or reads it.
    func isSum(_ place: Int) -> Bool {
        let term = graph[place]
        guard term.primitive === Primitive.sum, term.shape.count == 1, term.shape.rank == 0 else { return false }
        let x = graph[term.operands[0]]
        return x.shape.rank > 0 && x.shape.count > 0 && x.type == term.type
    }

    /// Sums of rows, taken in the pass that makes the rows.
    func isRowSum(_ place: Int) -> Bool { rowSums.contains(place) }

    func isSummed(_ place: Int) -> Bool { isSum(place) || isRowSum(place) }

    /// The terms that are sums along the last axis of what a pass makes. A pass goes block by block: a block has to hold whole rows, and sums of all want
    /// blocks of a length of their own.
    func findRowSums() -> Set<Int> {
        let totals = Set(graph.terms.indices.filter(isSum).map { graph[graph[$0].operands[0]].shape })
        return Set(graph.terms.indices.filter { place in
            let term = graph[place]
            guard term.primitive === Primitive.sum || term.primitive === Primitive.sumTo, term.shape.rank > 0, let operand = term.operands.first
            else { return false }
            let x = graph[operand]
            guard x.isElementwise, x.type == term.type, let length = x.shape.axes.last, length > 1, length <= x.type.blockCount,
                term.shape.count == x.shape.count / length, blocks.map({ !$0.isRowed[operand] && !$0.isRowed[place] && !$0.totals.contains(place) }) ?? true
            else { return false }
            let isAlongLast = term.primitive === Primitive.sum
                ? Axes(accepted: term.attributes.ints(0), of: x.shape).indices == [x.shape.rank - 1]
                : term.shape.axes.last == 1 && term.shape.axes.dropLast() == x.shape.axes.dropLast()
            return isAlongLast && (x.type.blockCount % length == 0 || !totals.contains(x.shape))
        })
    }

    private func isStretched(_ term: Term) -> Bool {
        guard term.primitive === Primitive.expand, term.shape.count > 0 else { return false }
        let x = graph[term.operands[0]]
        return x.type == term.type && (x.shape.rank == 0 || Broadcast(x.shape, in: term.shape) != nil)
    }

    /// Where a slice lies in its operand's memory, counted in numbers, if it lies there in one piece and only passes over memory read it, which can read it there.
    func window(_ place: Int) -> Int? {
        let term = graph[place]
        guard term.primitive === Primitive.slice, term.shape.count > 0, !isOutput[place], let block = try? Slicing.Block(graph[term.operands[0]].shape, term.attributes, 0)
        else { return nil }
        let source = graph[term.operands[0]]
        let first = block.shape.axes.firstIndex { $0 != 1 } ?? block.shape.rank
        guard source.type == term.type, block.shape.axes.dropFirst(first + 1).elementsEqual(source.shape.axes.dropFirst(first + 1)),
            source.primitive !== Primitive.slice,
            users[place].allSatisfy({ isSummed($0) || (graph[$0].isElementwise && graph[$0].shape.rank > 0 && blocks?.isRowed[$0] != true) })
        else { return nil }
        return block.offset
    }

    private func isView(_ term: Term) -> Bool {
        let views: [Primitive] = [.reshape, .flatten, .squeeze, .unsqueeze, .stop]
        guard views.contains(term.primitive) else { return false }
        return graph[term.operands[0]].type == term.type
    }
}
