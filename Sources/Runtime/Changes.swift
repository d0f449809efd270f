import Tensors

/// What a run may have changed: how things stood before it.
package struct Changes {
    fileprivate let globals: Globals.Snapshot
    fileprivate let random: RandomStream
    fileprivate let cells: Journal

    /// The top-level names and their values before.
    package var before: [(name: String, value: Value)] { globals.values }
}

extension Interpreter {
    /// Runs `body` and remembers how things stood before it.
    package func recording<Result>(_ body: () throws -> Result) rethrows -> (Result, Changes) {
        let before = (globals.snapshot(), machine.random)
        machine.journalCount += 1
        machine.journal = Journal(number: machine.journalCount)
        defer { machine.journal = nil }
        let result = try body()
        let cells = machine.journal ?? Journal(number: 0)
        return (result, Changes(globals: before.0, random: before.1, cells: cells))
    }

    /// Makes things what they were before the changes. Later changes have to be taken back first.
    package func takeBack(_ changes: Changes) {
        globals.restore(changes.globals)
        machine.random = changes.random
        changes.cells.takeBack()
    }

    /// Whether anything is different from what it was before.
    package func hasChanged(since changes: Changes) -> Bool {
        let before = changes.before
        guard changes.cells.isEmpty, machine.random == changes.random, globals.names.count == before.count else { return true }
        return !zip(globals.names, before).allSatisfy { name, old in
            name == old.name && globals[name]?.global?.pointee.isIdentical(to: old.value) ?? false
        }
    }
}

extension Value {
    /// The same number, or the same object: looks no deeper.
    package func isIdentical(to other: Value) -> Bool {
        switch (self, other) {
        case (.nothing, .nothing): true
        case (.number(let a), .number(let b)): a.bitPattern == b.bitPattern
        case (.boolean(let a), .boolean(let b)): a == b
        case (.text(let a), .text(let b)): a === b
        case (.tensor(let a), .tensor(let b)): a === b
        case (.node(let a), .node(let b)): a === b
        case (.list(let a), .list(let b)): a === b
        case (.record(let a), .record(let b)): a === b
        case (.range(let a), .range(let b)): a === b
        case (.function(let a), .function(let b)): a === b
        case (.object(let a), .object(let b)): a === b
        case (.cell(let a), .cell(let b)): a === b
        default: false
        }
    }
}
