/// The names that one may have meant, nearest first, at most three: those a slip or two away. Case does not count, nor whether a
/// Greek letter is spelled out; two letters exchanged are one slip.
package func nearestNames(to name: String, among names: some Sequence<String>) -> [String] {
    let wanted = folded(name)
    guard !wanted.isEmpty, wanted.count <= 64 else { return [] }
    // Any name of one or two letters is a slip away from any other.
    let limit = wanted.count < 3 ? 0 : max(1, min(3, wanted.count / 3))
    var found: [(name: String, distance: Int)] = []
    for candidate in Set(names) where candidate != name {
        let other = folded(candidate)
        guard abs(other.count - wanted.count) <= limit, other.count > limit || other == wanted else { continue }
        let distance = editDistance(wanted, other, limit: limit)
        if distance <= limit { found.append((candidate, distance)) }
    }
    let sorted = found.sorted { ($0.distance, $0.name.count, $0.name) < ($1.distance, $1.name.count, $1.name) }
    // What is nearer leaves no doubt about what is further.
    guard let best = sorted.first?.distance else { return [] }
    return sorted.filter { $0.distance <= max(best, 1) }.prefix(3).map(\.name)
}

private func folded(_ name: String) -> [Character] {
    Array(asciiName(name).lowercased().filter { $0 != "_" })
}

/// Insertions, deletions, exchanges of a letter and of two neighbours (Damerau and Levenshtein, restricted form); any number above `limit`
/// stands for all of them.
private func editDistance(_ a: [Character], _ b: [Character], limit: Int) -> Int {
    if a == b { return 0 }
    var before: [Int] = []
    var previous = Array(0...b.count)
    for (i, left) in a.enumerated() {
        var row = [i + 1]
        for (j, right) in b.enumerated() {
            var cost = min(previous[j] + (left == right ? 0 : 1), previous[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, left == b[j - 1], a[i - 1] == right { cost = min(cost, before[j - 1] + 1) }
            row.append(cost)
        }
        if let least = row.min(), least > limit { return limit + 1 }
        (before, previous) = (previous, row)
    }
    return previous[b.count]
}
