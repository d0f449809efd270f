import Syntax

// Lists and records are trees that functions walk by recursion: equality, printing, updates field by field, and freeing them. So how deep
// they nest is bounded, and how many values they hold, each counted as often as a walk meets it: `x <- list(x, x)` doubles that
// number each time while it hardly takes memory.

/// How far a value reaches.
package struct Extent: Equatable, Sendable {
    /// Lists and records on the longest way down; 0 for a value that holds no others.
    package private(set) var depth = 0
    /// The values at the ends, each as often as there are ways to it.
    package private(set) var count = 0

    static let deepest = 500
    static let largestCount = Machine.mostElements

    /// Of a list or a record with these parts.
    init(of parts: [Value]) {
        for part in parts {
            switch part {
            case .list(let list): add(list.extent)
            case .record(let record): add(record.extent)
            default: count &+= 1
            }
        }
        depth += 1
    }

    private mutating func add(_ part: Extent) {
        depth = max(depth, part.depth)
        let (sum, isTooLarge) = count.addingReportingOverflow(part.count)
        count = isTooLarge ? .max : sum
    }
}

extension Machine {
    /// A list or a record as it was made, unless it reaches too far.
    @inline(__always)
    func bounded(_ value: Value, _ site: Site) throws -> Value {
        switch value {
        case .list(let list): try check(list.extent, site)
        case .record(let record): try check(record.extent, site)
        default: break
        }
        return value
    }

    @inline(__always)
    private func check(_ extent: Extent, _ site: Site) throws {
        if extent.depth > Extent.deepest || extent.count > Extent.largestCount { throw tooFar(extent, site) }
    }

    private func tooFar(_ extent: Extent, _ site: Site) -> Diagnostic {
        if extent.depth > Extent.deepest {
            return Diagnostic(
                "lists and records nest up to \(Extent.deepest) deep, and this one would be deeper", at: site.span,
                hints: ["does a loop put a list into itself? to add an element write `append(xs, x)`"])
        }
        return Diagnostic(
            "this would hold more than \(Extent.largestCount) values", at: site.span,
            hints: ["a value that is part of it several times counts as often"])
    }
}
