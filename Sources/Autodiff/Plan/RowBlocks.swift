import Tensors

/// The part of a graph that goes row by row along one axis of its inputs, as a loss over all rows of the data does, and ends in sums over all of them: it
/// can be computed for so many rows at a time, whose numbers stay in cache, and needs memory for no more.
struct RowBlocks {
    /// All rows, and those of one block.
    let rows: Int
    let height: Int
    /// Per term, whether its first axis are the rows.
    let isRowed: [Bool]
    /// The sums that end it.
    let totals: [Int]
    /// Inputs of the graph with one entry a row, and what else is read: the inputs of the plans below, in this order.
    let data: [Int]
    let sides: [Int]
    /// For a block, and for what is left; `nil` where nothing is.
    let block: Plan
    let rest: Plan?

    /// Bytes of what one block makes of the widest term: twice that stays in the second-level cache.
    private static let blockBytes = 1 << 18
    /// Rows for which a large factor of a product is worth to be packed once more.
    private static let leastForLarge = 256
    private static let large = 1 << 16
    /// Below so many bytes in the widest term all of it stays there.
    private static let worthBlocks = 1 << 19

    /// `nil` where the graph does not have that form, or not enough rows for it to pay.
    init?(_ graph: Graph, outputs: [Int]) {
        var lengths: [Int] = []
        for place in graph.inputs where graph[place].shape.rank > 1 && !lengths.contains(graph[place].shape[0]) { lengths.append(graph[place].shape[0]) }
        for rows in lengths.sorted(by: >) where rows >= 64 {
            if let blocks = RowBlocks(graph, outputs, rows: rows) {
                self = blocks
                return
            }
        }
        return nil
    }

    private init?(_ graph: Graph, _ outputs: [Int], rows: Int) {
        var isRowed = [Bool](repeating: false, count: graph.terms.count)
        var (totals, sides, data): ([Int], [Int], [Int]) = ([], [], [])
        var behind = [Bool](repeating: false, count: graph.terms.count)
        var widest = 0
        for (place, term) in graph.terms.enumerated() {
            if term.isInput, term.shape.rank > 0, term.shape[0] == rows {
                isRowed[place] = true
                data.append(place)
            }
            if term.isInput || term.isConstant { continue }
            behind[place] = term.operands.contains { behind[$0] }
            let rowed = term.operands.map { isRowed[$0] }
            let others = term.operands.indices.filter { !rowed[$0] }.map { term.operands[$0] }
            if rowed.contains(true) {
                if RowBlocks.isTotal(term, graph) {
                    totals.append(place)
                    behind[place] = true
                    continue
                }
                guard RowBlocks.keepsRows(term, rowed, graph, rows) else { return nil }
            } else {
                guard RowBlocks.makesRows(term, graph, rows) else { continue }
            }
            // What is read besides must not wait for the sums.
            guard others.allSatisfy({ !behind[$0] && graph[$0].value?.rank ?? 0 == 0 }) else { return nil }
            isRowed[place] = true
            widest = max(widest, term.shape.count * term.type.size)
            for other in others where !graph[other].isConstant && !sides.contains(other) { sides.append(other) }
        }
        guard !totals.isEmpty, !data.isEmpty, widest >= RowBlocks.worthBlocks, outputs.allSatisfy({ !isRowed[$0] }) else { return nil }
        let hasLarge = graph.terms.indices.contains { place in
            isRowed[place] && graph[place].primitive === Primitive.matmul && graph[graph[place].operands[1]].shape.count > RowBlocks.large
        }
        let height = max(hasLarge ? RowBlocks.leastForLarge : 16, RowBlocks.blockBytes / (widest / rows) & ~15)
        guard height * 2 <= rows else { return nil }
        (self.rows, self.height, self.isRowed, self.totals, self.sides, self.data) = (rows, height, isRowed, totals, sides, data)
        func plan(_ count: Int) -> Plan? {
            guard let part = RowBlocks.part(of: graph, isRowed, totals, data + sides, from: rows, to: count),
                let plan = Plan(part, results: totals.count), !plan.hasKernels
            else { return nil }
            return plan
        }
        guard let block = plan(height) else { return nil }
        self.block = block
        rest = rows % height == 0 ? nil : plan(rows % height)
        if rest == nil, rows % height != 0 { return nil }
    }

    // MARK: What goes row by row

    private static func isTotal(_ term: Term, _ graph: Graph) -> Bool {
        term.primitive === Primitive.sum && term.shape.rank == 0 && term.type == graph[term.operands[0]].type
    }

    /// Whether a row of the result is made of that row of the operands that have rows, and of all of the others.
    private static func keepsRows(_ term: Term, _ rowed: [Bool], _ graph: Graph, _ rows: Int) -> Bool {
        guard term.shape.rank > 0, term.shape[0] == rows else { return false }
        let operands = term.operands.map { graph[$0] }
        if term.isElementwise {
            return zip(operands, rowed).allSatisfy { operand, isRowed in
                isRowed ? operand.shape.rank == term.shape.rank : isSame(operand, forAllRowsOf: term)
            }
        }
        switch term.primitive {
        case .matmul:
            let rank = operands[0].shape.rank
            return rowed == [true, false] && operands[1].shape.rank <= 2 && (rank > 2 || rank == 2 && !term.attributes.flag(0))
        case .softmax, .logSoftmax, .sum, .largest, .smallest:
            return !Axes(accepted: term.attributes.ints(0), of: operands[0].shape).indices.contains(0)
        case .gather: return rowed == [true, true] && (try? operands[0].shape.axis(term.attributes.int(0) ?? -1)) ?? 0 > 0
        case .reshape, .cast: return true
        case .expand: return operands[0].shape.rank == term.shape.rank
        default: return false
        }
    }

    /// Whether something without rows is stretched along them.
    private static func makesRows(_ term: Term, _ graph: Graph, _ rows: Int) -> Bool {
        term.primitive === Primitive.expand && term.shape.rank > 0 && term.shape[0] == rows && isSame(graph[term.operands[0]], forAllRowsOf: term)
    }

    private static func isSame(_ operand: Term, forAllRowsOf term: Term) -> Bool {
        operand.shape.rank < term.shape.rank || operand.shape[0] == 1
    }

    // MARK: A block of it

    /// The graph of the sums over so many rows.
    private static func part(of graph: Graph, _ isRowed: [Bool], _ totals: [Int], _ inputs: [Int], from rows: Int, to count: Int) -> Graph? {
        var builder = GraphBuilder(for: .plain)
        var places = [Int](repeating: -1, count: graph.terms.count)
        func shape(_ place: Int) -> Shape { isRowed[place] ? Shape([count] + graph[place].shape.axes.dropFirst()) : graph[place].shape }
        for input in inputs { places[input] = builder.input(shape(input), graph[input].type) }
        for (place, term) in graph.terms.enumerated() where places[place] < 0 {
            if let value = term.value, value.rank == 0 { places[place] = builder.constant(value) }
            guard isRowed[place] || totals.contains(place) else { continue }
            var attributes = term.attributes
            if term.primitive === Primitive.reshape || term.primitive === Primitive.expand { attributes = Attributes([.ints(shape(place).axes)]) }
            places[place] = builder.term(
                term.primitive, term.operands.map { places[$0] }, attributes, shape: shape(place), type: term.type, origin: term.origin)
        }
        return totals.allSatisfy { places[$0] >= 0 } ? builder.finish(outputs: totals.map { places[$0] }) : nil
    }
}

/// Sums over rows, a block of rows at a time.
final class RowsStep: PlanStep {
    private let blocks: RowBlocks
    /// Where the data lie, and the bytes of a row.
    private let data: [(slot: Int, stride: Int)]
    private let sides: [PlanPlace]
    private let totals: [(register: Int, type: ElementType)]

    init(_ blocks: RowBlocks, data: [(slot: Int, stride: Int)], sides: [PlanPlace], totals: [(register: Int, type: ElementType)], label: String) {
        (self.blocks, self.data, self.sides, self.totals) = (blocks, data, sides, totals)
        var reads = data.map(\.slot)
        for case .slot(let slot) in sides { reads.append(slot) }
        let flops = blocks.block.flops * (blocks.rows / blocks.height) + (blocks.rest?.flops ?? 0)
        super.init(reads: reads, writes: [], label: label, flops: flops)
    }

    override func run(_ memory: PlanMemory) throws(PrimitiveError) {
        for total in totals { memory.registers[total.register] = 0 }
        for start in stride(from: 0, to: blocks.rows, by: blocks.height) {
            let isWhole = blocks.rows - start >= blocks.height
            guard let plan = isWhole ? blocks.block : blocks.rest else { continue }
            if start == 0 || !isWhole { hand(plan, memory) }
            for (input, entry) in data.enumerated() { plan.setMemory(input, memory.slots[entry.slot] + start * entry.stride) }
            _ = try plan.run()
            for (result, total) in totals.enumerated() { memory.registers[total.register] += plan.number(result) }
        }
        for total in totals where total.type == .f32 { memory.registers[total.register] = Double(Float(memory.registers[total.register])) }
    }

    var byteCount: Int { blocks.block.byteCount + (blocks.rest?.byteCount ?? 0) }

    private func hand(_ plan: Plan, _ memory: PlanMemory) {
        for (index, side) in sides.enumerated() {
            switch side {
            case .register(let register): plan.setNumber(data.count + index, memory.registers[register])
            case .slot(let slot): plan.setMemory(data.count + index, memory.slots[slot])
            }
        }
    }
}
