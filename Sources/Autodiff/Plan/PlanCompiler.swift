import Kernels
import Tensors

/// Turns a graph into steps and lays out their memory.
///
/// Terms that belong in one pass are gathered in units: all arithmetic on numbers, or all elementwise terms of one shape and type, of
/// one level. The level of a term is one more than that of what it needs, but the same where it can be computed in the same pass; so units
/// depend only on those of lower levels, and are run level by level.
struct PlanCompiler {
    let graph: Graph
    /// Where small tensors are numbers, what `graph` was made from.
    private let tensors: (whole: Graph, inputCounts: [Int])?
    let resultCount: Int
    /// What of it goes through its rows in blocks.
    let blocks: RowBlocks?

    /// A value's memory: its size, and who gives it.
    struct Slot {
        enum Kind {
            case arena
            case register(Int)
            case constant(Tensor)
            case input
            case output
            /// The result of a primitive's own kernel.
            case kernel
        }
        var kind: Kind
        let byteCount: Int
        var offset = 0
    }

    struct Compiled {
        let steps: [PlanStep]
        let slots: [Slot]
        let registers: [Double]
        let inputs: [PlanOperand]
        let outputs: [PlanOperand]
        let constants: [Tensor]
        let arenaSize: Int
        /// Whether it computes with numbers in registers alone.
        let isProgram: Bool
    }

    var slots: [Slot] = []
    private(set) var registers: [Double] = []
    /// Per term; `nil` for one that lives only within its unit.
    private(set) var places: [PlanPlace?]
    var steps: [PlanStep] = []
    /// Numbers of rank 0 in the memory of f32 chains, by register.
    var cells: [Int: Int] = [:]
    /// The registers that hold constants.
    private(set) var knownNumbers: [Int: Double] = [:]
    var constants: [Tensor] = []

    /// `inRegisters`: small tensors are numbers.
    init(_ graph: Graph, results: Int, inRegisters: Bool) {
        let entries = inRegisters ? EntryGraph(graph) : nil
        tensors = entries.map { (graph, $0.inputCounts) }
        let graph = entries?.graph ?? graph.legalized()
        self.graph = graph
        resultCount = results
        blocks = entries != nil ? nil : RowBlocks(graph, outputs: graph.outputs)
        places = Array(repeating: nil, count: self.graph.terms.count)
        countUsers()
        rowSums = findRowSums()
    }

    mutating func compile() -> Compiled {
        let units = units()
        for place in graph.terms.indices { placeLeaf(place) }
        for unit in units { assign(unit) }
        claimOutputs()
        for unit in units { emit(unit) }
        let numbers = (inputs: graph.inputs.map { places[$0] ?? .register(0) }, outputs: finishOutputs())
        let (inputs, outputs) = tensors.map { joined($0.whole, $0.inputCounts, numbers.inputs, numbers.outputs) }
            ?? (numbers.inputs.map(PlanOperand.init), numbers.outputs.map(PlanOperand.init))
        let arenaSize = layOut(keeping: outputs.dropFirst(resultCount).map(\.place))
        return Compiled(
            steps: steps, slots: slots, registers: registers, inputs: inputs, outputs: outputs, constants: constants, arenaSize: arenaSize,
            isProgram: tensors != nil || steps.allSatisfy { $0 is ScalarStep })
    }

    /// Tensors whose numbers lie in registers: read from their memory before all else, and put there in the end.
    private mutating func joined(
        _ whole: Graph, _ counts: [Int], _ inputs: [PlanPlace], _ outputs: [PlanPlace]
    ) -> (inputs: [PlanOperand], outputs: [PlanOperand]) {
        var (rest, loads) = (inputs[...], [PlanStep]())
        let operands = zip(whole.inputs, counts).map { input, count -> PlanOperand in
            let registers = rest.prefix(count).compactMap(\.register)
            rest = rest.dropFirst(count)
            let term = whole[input]
            if term.shape.rank == 0 { return PlanOperand(place: .register(registers[0]), registers: registers) }
            let slot = slot(.input, term.shape.count * term.type.size)
            if count > 0 { loads.append(MoveStep(.load, slot: slot, registers: registers, term.type)) }
            return PlanOperand(place: .slot(slot), registers: registers)
        }
        steps = loads + steps
        rest = outputs[...]
        let results = whole.outputs.enumerated().map { index, output -> PlanOperand in
            let term = whole[output]
            let registers = rest.prefix(term.shape.count).compactMap(\.register)
            rest = rest.dropFirst(term.shape.count)
            if term.shape.rank == 0 { return PlanOperand(place: .register(registers[0]), registers: registers) }
            let slot = slot(index < resultCount ? .output : .arena, term.shape.count * term.type.size)
            steps.append(MoveStep(.store, slot: slot, registers: registers, term.type))
            return PlanOperand(place: .slot(slot), registers: registers)
        }
        return (operands, results)
    }

    // MARK: Places

    mutating func slot(_ kind: Slot.Kind, _ byteCount: Int) -> Int {
        slots.append(Slot(kind: kind, byteCount: max(1, byteCount)))
        return slots.count - 1
    }

    mutating func register(_ value: Double = 0) -> Int {
        registers.append(value)
        return registers.count - 1
    }

    /// A fresh place for a term's value.
    private mutating func fresh(_ term: Term, _ kind: Slot.Kind) -> PlanPlace {
        term.shape.rank == 0 ? .register(register()) : .slot(slot(kind, term.shape.count * term.type.size))
    }

    private mutating func placeLeaf(_ place: Int) {
        let term = graph[place]
        if term.isInput { places[place] = fresh(term, .input) }
        guard let value = term.value else { return }
        if value.rank == 0 {
            let number = register(value.number)
            knownNumbers[number] = value.number
            places[place] = .register(number)
        } else {
            constants.append(value)
            places[place] = .slot(slot(.constant(value), value.count * value.type.size))
        }
    }

    private mutating func assign(_ unit: Unit) {
        switch unit.form {
        case .scalars: for place in unit.terms { places[place] = .register(register()) }
        case .rows: for place in blocks?.totals ?? [] { places[place] = .register(register()) }
        case .view(let place):
            let source = graph[graph[place].operands[0]]
            let isMoved = (source.shape.rank == 0) != (graph[place].shape.rank == 0)
            places[place] = isMoved ? fresh(graph[place], .arena) : places[graph[place].operands[0]]
        case .chain:
            let members = Set(unit.terms)
            for place in unit.terms {
                if isSum(place) {
                    places[place] = .register(register())
                } else if isUsed(place, outside: members) {
                    places[place] = fresh(graph[place], .arena)
                }
            }
        case .single(let place): places[place] = fresh(graph[place], runsByKernel(place) ? .kernel : .arena)
        }
    }

    func isUsed(_ place: Int, outside members: Set<Int>) -> Bool {
        isOutput[place] || users[place].contains { !members.contains($0) }
    }

    /// The one term that uses it, once.
    func onlyUser(of place: Int) -> Int? { isOutput[place] || users[place].count != 1 ? nil : users[place][0] }

    /// The terms that use each term.
    private(set) var users: [[Int]] = []
    private(set) var isOutput: [Bool] = []
    private(set) var rowSums: Set<Int> = []

    // MARK: Outputs

    /// Results are made in their own memory where that is possible.
    private mutating func claimOutputs() {
        var claimed: Set<Int> = []
        for output in graph.outputs.prefix(resultCount) {
            guard case .slot(let slot) = places[output], case .arena = slots[slot].kind, claimed.insert(slot).inserted else { continue }
            slots[slot].kind = .output
            claims[output] = slot
        }
    }

    private var claims: [Int: Int] = [:]

    /// The places of all outputs; those results that lie in memory of others' are copied.
    private mutating func finishOutputs() -> [PlanPlace] {
        var taken: Set<Int> = []
        return graph.outputs.enumerated().map { index, output in
            guard let place = places[output] else { return .register(0) }
            guard index < resultCount, case .slot(let source) = place else { return place }
            if claims[output] == source, taken.insert(source).inserted { return place }
            let term = graph[output]
            let copy = slot(.output, term.shape.count * term.type.size)
            steps.append(CopyStep(
                [.init(source: source, lengths: [term.shape.count], from: [1], to: [1], sourceStart: 0, targetStart: 0)], into: copy,
                count: term.shape.count, term.type, label: "result"))
            return .slot(copy)
        }
    }

    // MARK: Users

    fileprivate mutating func countUsers() {
        users = Array(repeating: [], count: graph.terms.count)
        isOutput = Array(repeating: false, count: graph.terms.count)
        for (place, term) in graph.terms.enumerated() { for operand in term.operands { users[operand].append(place) } }
        for output in graph.outputs { isOutput[output] = true }
    }
}
