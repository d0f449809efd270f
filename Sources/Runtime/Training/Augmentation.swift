import Autodiff
import Syntax
import Tensors

extension TrainingSetup {
    /// The rows of an update as `augment` gives them, in their old types: what it leaves out stays as it is.
    func augmented(
        _ rows: [(name: String, value: Value)], _ machine: Machine, _ site: Site
    ) throws -> [(name: String, value: Value)] {
        guard let augment, !rows.isEmpty else { return rows }
        var rows = rows
        let count = augment.parameters.count == rows.count ? rows.count : 1
        let changed = try machine.call(.function(augment), rows.prefix(count).map(\.value), names: nil, site).settled
        func replace(_ index: Int, by value: Value) throws {
            let (name, old) = (rows[index].name, rows[index].value.outline)
            let new = value.settled
            guard let old, let outline = new.outline, outline.rank > 0, outline.shape[0] == old.shape[0] else {
                throw Diagnostic(
                    "`augment` must give the \(old?.shape[0] ?? 0) rows of `\(name)` that it got, but it gives \(value.typeDescription)",
                    at: site.span, hints: ["a function of one argument gives the first tensor anew; of several, a record `{\(name): …}`"])
            }
            rows[index].value = outline.type == old.type ? new : try machine.apply(.cast, [new], Attributes([.text(old.type.name)]), site)
        }
        switch changed {
        case .record(let record):
            for index in rows.indices { try record[rows[index].name].map { try replace(index, by: $0) } }
        case .list(let list): for (index, part) in list.elements.prefix(count).enumerated() { try replace(index, by: part) }
        default: try replace(0, by: changed)
        }
        return rows
    }
}
