/// Old values of the cells that closures share, so that what an input did to them can be taken back. A cell is remembered
/// once, at its first change.
package struct Journal {
    private var entries: [(cell: Cell, old: Value)] = []
    private let number: Int
    /// At this many entries those of cells that nothing else holds any more are dropped, so that a long loop takes no memory.
    private var limit = Journal.smallestLimit

    private static let smallestLimit = 4096

    /// - Parameter number: different for each journal of a machine.
    package init(number: Int) { self.number = number }

    mutating func record(_ cell: Cell) {
        guard cell.journal != number else { return }
        cell.journal = number
        entries.append((cell, cell.value))
        if entries.count >= limit { prune() }
    }

    private mutating func prune() {
        var kept: [(cell: Cell, old: Value)] = []
        for index in entries.indices where !isKnownUniquelyReferenced(&entries[index].cell) { kept.append(entries[index]) }
        entries = kept
        limit = max(Journal.smallestLimit, 2 * kept.count)
    }

    package var isEmpty: Bool { entries.isEmpty }

    /// Gives every cell its old value again.
    package func takeBack() {
        for (cell, old) in entries { cell.value = old }
    }
}
