import Kernels
import Tensors

// From units to steps.

extension PlanCompiler {
    mutating func emit(_ unit: Unit) {
        switch unit.form {
        case .scalars: emitScalars(unit.terms)
        case .chain(let shape, let type): emitChain(unit.terms, shape, type)
        case .rows: emitRows()
        case .view(let place): emitView(place)
        case .single(let place): emitSingle(place)
        }
    }

    func label(_ places: [Int]) -> String {
        let most = 40
        var names: [String] = []
        for place in places.prefix(most) { names.append(graph[place].primitive.name) }
        guard let last = places.last else { return "" }
        return "\(names.joined(separator: " "))\(places.count > most ? " … \(places.count) in all" : "") \(graph[last].shape)"
    }

    func register(of place: Int) -> Int {
        if case .register(let register) = places[place] { register } else { 0 }
    }

    func slot(of place: Int) -> Int {
        if case .slot(let slot) = places[place] { slot } else { 0 }
    }

    /// The memory of an operand, of rank 0 or not.
    mutating func memory(of place: Int) -> Int {
        switch places[place] {
        case .slot(let slot): slot
        case .register(let number): cell(number, graph[place].type)
        case nil: 0
        }
    }

    /// A number of rank 0 as memory of a type: that of its register, or a copy.
    mutating func cell(_ number: Int, _ type: ElementType) -> Int {
        if type == .f64 { return slot(.register(number), 8) }
        if let known = cells[number] { return known }
        if let known = knownNumbers[number] {
            let constant = Tensor([known], shape: Shape([1]), type: .f32)
            constants.append(constant)
            let cell = slot(.constant(constant), 4)
            cells[number] = cell
            return cell
        }
        let cell = slot(.arena, 4)
        cells[number] = cell
        steps.append(MoveStep(.store, slot: cell, registers: [number], .f32))
        return cell
    }

    // MARK: Chains

    private mutating func emitChain(_ unit: [Int], _ shape: Shape, _ type: ElementType) {
        let members = Set(unit)
        let merged = mergedProducts(unit, members)
        let inner = Set(merged.values)
        let terms = inStrands(unit.filter { !inner.contains($0) }, members, merged)
        let elementwise = terms.filter { !isSummed($0) }
        let written = elementwise.filter { places[$0] != nil }
        // Inputs first, each way of reading a slot once.
        var inputs: [FusedStep.Input] = []
        var inputNumbers: [FusedStep.Input: Int] = [:]
        var outside: [Int: Int] = [:]
        for place in terms {
            for operand in operands(of: place, merged) where !members.contains(operand) && outside[operand] == nil {
                if isSquared(place), operand == graph[place].operands[1] { continue }
                let input = input(operand, shape, type)
                if inputNumbers[input] == nil {
                    inputNumbers[input] = inputs.count
                    inputs.append(input)
                }
                outside[operand] = inputNumbers[input]
            }
        }
        var registers = ChainRegisters(inputs: inputs.count, outputs: written.count)
        for (index, place) in written.enumerated() { registers.numbers[place] = inputs.count + index }
        var lastUse: [Int: Int] = [:]
        for (index, place) in terms.enumerated() { for operand in operands(of: place, merged) { lastUse[operand] = index } }
        // What is summed is read at the end of a block; products that are only summed are multiplied then.
        var joined: Set<Int> = []
        for place in terms where isSum(place) {
            let summed = graph[place].operands[0]
            if isProduct(summed), members.contains(summed), places[summed] == nil, users[summed].count == 1 {
                joined.insert(summed)
                for factor in graph[summed].operands { lastUse[factor] = .max }
            } else {
                lastUse[summed] = .max
            }
        }
        for place in terms where isRowSum(place) { lastUse[graph[place].operands[0]] = .max }

        var code: [grad_instruction] = []
        for (index, place) in terms.enumerated() where !isSummed(place) && !joined.contains(place) {
            let operands = operands(of: place, merged)
            let sources = operands.map { UInt16(outside[$0] ?? registers.numbers[$0] ?? 0) }
            // What is read for the last time here may be written over, number by number.
            for operand in Set(operands) where members.contains(operand) && lastUse[operand] == index { registers.release(operand) }
            let target = UInt16(registers.number(for: place))
            if let product = merged[place] {
                let operation = fused(graph[place], with: product)
                code.append(grad_instruction(op: UInt16(operation), dst: target, a: sources[0], b: sources[1], c: sources[2]))
            } else {
                code.append(instruction(graph[place], target, sources))
            }
            if lastUse[place] == nil { registers.release(place) }
        }
        func number(_ place: Int) -> Int { outside[place] ?? registers.numbers[place] ?? 0 }
        var sums: [FusedStep.Sum] = []
        var loads: [PlanStep] = []
        for place in terms where isSum(place) {
            let operand = graph[place].operands[0]
            let total = register(of: place)
            let target = type == .f64 ? slot(.register(total), 8) : slot(.arena, 4)
            if type == .f32 { loads.append(MoveStep(.load, slot: target, registers: [total], .f32)) }
            if joined.contains(operand) {
                let factors = graph[operand].operands
                sums.append(FusedStep.Sum(slot: target, source: number(factors[0]), factor: number(factors[isSquared(operand) ? 0 : 1])))
            } else {
                sums.append(FusedStep.Sum(slot: target, source: number(operand), factor: nil))
            }
        }
        let rowSums = terms.filter(isRowSum).map { FusedStep.RowSums(slot: slot(of: $0), source: number(graph[$0].operands[0])) }
        let scratch = slot(.arena, FusedStep.scratch(type, registers: registers.count, sums: sums.count))
        let touched = inputs.map(\.slot) + written.map(slot(of:)) + rowSums.map(\.slot)
        steps.append(FusedStep(
            code, type, count: shape.count, inputs: inputs, outputs: written.map(slot(of:)), sums: sums, rowSums: rowSums,
            rowLength: rowSums.isEmpty ? rowLength(inputs, sums, type) : shape[shape.rank - 1], registers: registers.count, scratch: scratch,
            moving: Set(touched.filter { slots[$0].isMoving }), label: label(unit)))
        steps += loads
    }

    /// Products that only one addition or subtraction of the pass reads, by that: made as part of it. Of two that it could take it takes the one whose factors are
    /// at hand before the pass, since the other may come out of a strand.
    private func mergedProducts(_ terms: [Int], _ members: Set<Int>) -> [Int: Int] {
        var merged: [Int: Int] = [:]
        for place in terms where [Primitive.add, .subtract].contains(where: { $0 === graph[place].primitive }) {
            let operands = graph[place].operands
            guard operands.count == 2, operands[0] != operands[1] else { continue }
            let products = operands.filter {
                graph[$0].primitive === Primitive.multiply && members.contains($0) && places[$0] == nil && users[$0].count == 1
                    && graph[$0].operands[0] != graph[$0].operands[1]
            }
            merged[place] = products.first { graph[$0].operands.allSatisfy { !members.contains($0) } } ?? products.first
        }
        return merged
    }

    /// Of a sum with a product in it: the product's factors, then the other.
    private func operands(of place: Int, _ merged: [Int: Int]) -> [Int] {
        guard let product = merged[place] else { return graph[place].operands }
        return graph[product].operands + graph[place].operands.filter { $0 != product }
    }

    private func fused(_ term: Term, with product: Int) -> Int {
        if term.primitive === Primitive.add { return GRAD_MUL_ADD }
        return term.operands[0] == product ? GRAD_MUL_SUB : GRAD_SUB_MUL
    }

    /// Each term followed by one that reads it, as far as that goes: it is then handed over without a way through memory.
    private func inStrands(_ terms: [Int], _ members: Set<Int>, _ merged: [Int: Int]) -> [Int] {
        let inner = Dictionary(uniqueKeysWithValues: merged.map { ($1, $0) })
        var order: [Int] = []
        var placed: Set<Int> = []
        for first in terms {
            var next: Int? = placed.contains(first) ? nil : first
            while let place = next {
                order.append(place)
                placed.insert(place)
                next = users[place].lazy.map { inner[$0] ?? $0 }.first { user in
                    members.contains(user) && !placed.contains(user) && !isSummed(user)
                        && operands(of: user, merged).allSatisfy { !members.contains($0) || placed.contains($0) }
                }
            }
        }
        return order
    }

    /// Blocks of whole runs of an input that is read in runs, which then need not be put down again for each block.
    private func rowLength(_ inputs: [FusedStep.Input], _ sums: [FusedStep.Sum], _ type: ElementType) -> Int {
        guard sums.isEmpty, let run = inputs.map(\.pattern.run).first(where: { $0 > 1 }), run <= type.blockCount else { return 0 }
        return run
    }

    private func isProduct(_ place: Int) -> Bool { graph[place].primitive === Primitive.multiply || isSquared(place) }

    private func isSquared(_ place: Int) -> Bool {
        graph[place].primitive === Primitive.power && graph[graph[place].operands[1]].number == 2
    }

    private mutating func input(_ operand: Int, _ shape: Shape, _ type: ElementType) -> FusedStep.Input {
        switch places[operand] {
        case .slot(let slot):
            let pattern = Broadcast(graph[operand].shape, in: shape) ?? .whole
            return FusedStep.Input(slot: slot, pattern: pattern, window: window(operand).map { $0 * type.size })
        case .register(let number):
            return FusedStep.Input(slot: cell(number, type), pattern: .one, window: nil)
        case nil: return FusedStep.Input(slot: 0, pattern: .whole, window: nil)
        }
    }

    // MARK: Rows

    private mutating func emitRows() {
        guard let blocks else { return }
        let data = blocks.data.map { (slot: slot(of: $0), stride: graph[$0].shape.count / blocks.rows * graph[$0].type.size) }
        let terms = graph.terms.indices.filter { blocks.isRowed[$0] && !graph[$0].isInput } + blocks.totals
        steps.append(RowsStep(
            blocks, data: data, sides: blocks.sides.map { places[$0] ?? .register(0) },
            totals: blocks.totals.map { (register: register(of: $0), type: graph[$0].type) },
            label: "\(blocks.height) rows of \(blocks.rows) at a time: \(label(terms))"))
    }

    // MARK: Views and single steps

    private mutating func emitView(_ place: Int) {
        let term = graph[place]
        let source = term.operands[0]
        switch (places[source], places[place]) {
        case (.register(let register), .slot(let slot)): steps.append(MoveStep(.store, slot: slot, registers: [register], term.type))
        case (.slot(let slot), .register(let register)): steps.append(MoveStep(.load, slot: slot, registers: [register], term.type))
        default: break
        }
    }

    /// Where a step of its own puts a result: a number goes through memory of its own.
    mutating func target(_ place: Int) -> Int {
        if case .slot(let slot) = places[place] { return slot }
        return slot(.arena, graph[place].type.size)
    }

    private mutating func load(_ place: Int, from slot: Int) {
        guard case .register(let register) = places[place] else { return }
        steps.append(MoveStep(.load, slot: slot, registers: [register], graph[place].type))
    }

    private mutating func emitSingle(_ place: Int) {
        guard !runsByKernel(place) else { return emitKernel(place) }
        let target = target(place)
        emitStep(place, into: target)
        load(place, from: target)
    }

    private mutating func emitKernel(_ place: Int) {
        let term = graph[place]
        func operand(_ place: Int) -> KernelStep.Operand {
            let term = graph[place]
            switch places[place] {
            case .slot(let slot): return KernelStep.Operand(place: .slot(slot), shape: term.shape, type: term.type)
            case .register(let register): return KernelStep.Operand(place: .register(register), shape: term.shape, type: term.type)
            case nil: return KernelStep.Operand(place: .register(0), shape: term.shape, type: term.type)
            }
        }
        steps.append(KernelStep(term.primitive, term.attributes, term.operands.map(operand), operand(place), label: label([place])))
    }
}

extension PlanCompiler.Slot {
    /// Whether its memory is another in every run.
    var isMoving: Bool {
        switch kind {
        case .input, .output, .kernel: true
        default: false
        }
    }
}
