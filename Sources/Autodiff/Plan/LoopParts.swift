import Kernels
import Tensors

/// A register program that is to be repeated, by what its instructions depend on, and by what depends on them.
struct LoopParts {
    /// On nothing that changes: computed once.
    private(set) var before: [grad_instruction] = []
    /// On the counter: in columns, before the turns.
    private(set) var counted: [grad_instruction] = []
    /// On what a turn hands to the next, and needed by the next.
    private(set) var code: [grad_instruction] = []
    /// On it as well, but needed by no other turn: in columns, once the turns are made. What the first that is recorded needs, then the rest.
    private(set) var watched: [grad_instruction] = []
    private(set) var told: [grad_instruction] = []
    /// Looked at once; those of what changes are part of the code.
    private(set) var guards: [Plan.Guard] = []
    private(set) var moves: [grad_move] = []
    private(set) var fed: [grad_move] = []
    private(set) var kept: [grad_move] = []
    private(set) var starts: [grad_move] = []
    /// Columns that are there before `told`, and read by it or recorded.
    private(set) var sources: [Int] = []
    /// Of each column, the one that it lies before by one place.
    private(set) var columnsBehind: [Int?] = [nil]
    /// Where the recorded numbers are.
    private(set) var series: [ScalarLoop.Series] = []
    /// Registers that have a column.
    private var columns: [Int: Int] = [:]

    /// More take so long that repeating them faster would not be felt.
    private static let mostInstructions = 1 << 13
    /// Names that are none of columns.
    private static let mostRegisters = Int(GRAD_COLUMN)

    /// `nil` where it can not be repeated.
    init?(_ all: [grad_instruction], _ checks: [Plan.Guard], moves pairs: [(Int, Int)], counter: Int, recorded: [Int]) {
        guard all.count <= LoopParts.mostInstructions, all.allSatisfy({ $0.dst < LoopParts.mostRegisters && $0.sources.allSatisfy { $0 < LoopParts.mostRegisters } })
        else { return nil }
        var (changing, counting) = (Set(pairs.map(\.1)), Set([counter]))
        var later: [grad_instruction] = []
        for instruction in all {
            let target = Int(instruction.dst)
            if instruction.sources.contains(where: changing.contains) {
                later.append(instruction)
                changing.insert(target)
            } else if instruction.sources.contains(where: counting.contains) {
                counted.append(instruction)
                counting.insert(target)
            } else {
                before.append(instruction)
            }
        }
        var (needed, conditions) = (Set(pairs.map(\.0)), [grad_instruction]())
        for check in checks {
            guard case .register(let register) = check.place else { return nil }
            if !changing.contains(register), !counting.contains(register) {
                guards.append(check)
            } else if check.isCondition {
                conditions.append(grad_instruction(op: UInt16(GRAD_GUARD), dst: 0, a: UInt16(register), b: check.expected.number != 0 ? 1 : 0, c: 0))
                needed.insert(register)
            } else {
                return nil
            }
        }
        let turn = LoopParts.divided(later, wanted: needed)
        code = turn.needed.inStrands() + conditions
        let first = LoopParts.divided(turn.rest, wanted: Set(recorded.prefix(1)))
        let others = LoopParts.divided(first.rest, wanted: Set(recorded)).needed
        moves = pairs.map { grad_move(from: UInt16($0), to: UInt16($1)) }
        takeColumns(first.needed, others, pairs, counter: counter, recorded: recorded)
    }

    /// What `wanted` comes from, and the rest.
    private static func divided(_ code: [grad_instruction], wanted: Set<Int>) -> (needed: [grad_instruction], rest: [grad_instruction]) {
        var wanted = wanted
        var (needed, rest): ([grad_instruction], [grad_instruction]) = ([], [])
        for instruction in code.reversed() {
            if wanted.contains(Int(instruction.dst)) {
                needed.append(instruction)
                wanted.formUnion(instruction.sources)
            } else {
                rest.append(instruction)
            }
        }
        return (needed.reversed(), rest.reversed())
    }

    // MARK: Columns

    private mutating func takeColumns(
        _ first: [grad_instruction], _ others: [grad_instruction], _ pairs: [(Int, Int)], counter: Int, recorded: [Int]
    ) {
        columns[counter] = 0
        let inTurn = pairs.map(\.0) + code.flatMap { $0.op == UInt16(GRAD_GUARD) ? [Int($0.a)] : $0.sources }
        let reading = Set(inTurn).intersection(Set(counted.map { Int($0.dst) } + [counter]))
        counted = inColumns(counted)
        fed = reading.sorted().compactMap { register in columns[register].map { grad_move(from: UInt16($0), to: UInt16(register)) } }
        // What turns leave behind: results as they are, and inputs as those of the turn before.
        let read = Set(recorded + (first + others).flatMap(\.sources))
        for (result, input) in pairs where read.contains(input) {
            let column = column(before: put(result))
            columns[input] = column
            starts.append(grad_move(from: UInt16(input), to: UInt16(column)))
        }
        for register in Set(code.map { Int($0.dst) }).intersection(read).sorted() where columns[register] == nil { _ = put(register) }
        watched = inColumns(first)
        sources = Set((recorded + others.flatMap(\.sources)).compactMap { columns[$0] }).sorted()
        told = inColumns(others)
        series = recorded.map { register in columns[register].map(ScalarLoop.Series.column) ?? .register(register) }
    }

    private mutating func column(before column: Int? = nil) -> Int {
        columnsBehind.append(column)
        return columnsBehind.count - 1
    }

    /// A column for what a register has at the end of a turn.
    private mutating func put(_ register: Int) -> Int {
        // Those that lie before another's have a place of their own in front.
        if let known = columns[register], kept.contains(where: { Int($0.to) == known }), !columnsBehind.contains(known) { return known }
        let column = column()
        if columns[register] == nil { columns[register] = column }
        kept.append(grad_move(from: UInt16(register), to: UInt16(column)))
        return column
    }

    private mutating func inColumns(_ code: [grad_instruction]) -> [grad_instruction] {
        code.map { at in
            var made = at
            (made.a, made.b, made.c) = (name(at.a), name(at.b), name(at.c))
            let target = column()
            columns[Int(at.dst)] = target
            made.dst = UInt16(target)
            return made
        }
    }

    private func name(_ register: UInt16) -> UInt16 { columns[Int(register)].map { UInt16(LoopParts.mostRegisters + $0) } ?? register }
}
