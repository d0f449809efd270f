import Autodiff
package import Plots
import Syntax
import Tensors
import Wording

/// `explain f(x)`: the forward and the backward pass as a table.
struct ListingExplanation {
    private let listing: Listing
    private let machine: Machine
    private let text: String
    private let heading: String?

    init(_ function: Callable, _ arguments: [Value?], _ machine: Machine, _ site: Site, text: String) throws {
        (self.machine, self.text) = (machine, text)
        listing = try Listing(function, arguments, machine, site, takesAdjoints: true)
        if let declaration = function.asClosure?.declaration, case .expression(let body) = declaration.body {
            let parameters = function.parameters.map(\.name).joined(separator: ", ")
            let line = "\(function.name ?? "f")(\(parameters)) = \(Printer.print(body))"
            heading = line.count <= 100 ? line : nil
        } else {
            heading = nil
        }
    }

    private static let mostRows = 30

    func explanation() -> ExplanationValue {
        let style = machine.style.explaining
        var lines = heading.map { [$0] } ?? []
        let shown = self.shown
        let hasAdjoints = listing.entries.contains { $0.adjoint != nil }
        var rows = AlignedRows(gap: 3, lastGap: 3)
        let head = [machine.say(Words.formulas.node), "", machine.say(Words.formulas.value)]
        rows.add(cells: hasAdjoints ? head + [machine.say(Words.formulas.adjoint)] : head)
        for index in shown {
            let entry = listing.entries[index]
            let cells = [entry.name, entry.operation.map { "= \($0)" } ?? "", Listing.brief(entry.value, style)]
            rows.add(cells: hasAdjoints ? cells + [Listing.brief(entry.adjoint, style)] : cells)
        }
        lines += rows.lines
        let left = listing.entries.count - shown.count
        if left > 0 { lines.append(machine.say(Words.formulas.leftOut, ["count": "\(left)"])) }
        lines += "\(text) = \(style.describe(listing.value))".split(separator: "\n").map(String.init)
        return ExplanationValue(lines, value: listing.value)
    }

    /// Of a long program, what was given, what has a name, and the end.
    private var shown: [Int] {
        let all = Array(listing.entries.indices)
        guard all.count > ListingExplanation.mostRows else { return all }
        let named = all.filter { listing.entries[$0].isLabelled }
        let last = all.suffix(1).filter { !named.contains($0) }
        let kept = named + last
        return kept.count <= ListingExplanation.mostRows ? kept : Array(kept.prefix(20) + kept.suffix(10))
    }
}

/// `graph(f, x)`: the operations and how they hang together. It prints as a list and is saved as a picture.
package final class GraphValue: ObjectValue {
    package let picture: GraphPicture
    private let lines: [String]

    init(_ function: Callable, _ arguments: [Value?], _ machine: Machine, _ site: Site) throws {
        let listing = try Listing(function, arguments, machine, site, takesAdjoints: true)
        let style = machine.style.explaining
        var rows = AlignedRows(gap: 3, lastGap: 3)
        for entry in listing.entries {
            rows.add(
                entry.name, entry.operation.map { "= \($0)" } ?? "", Listing.brief(entry.value, style),
                entry.operands.isEmpty ? "" : "← \(entry.operands.map { listing.entries[$0].name }.joined(separator: ", "))")
        }
        lines = rows.lines
        let last = listing.entries.count - 1
        picture = GraphPicture(
            title: function.name.map { "\($0)(\(function.parameters.map(\.name).joined(separator: ", ")))" } ?? "",
            nodes: listing.entries.enumerated().map { index, entry in
                let details = [Listing.brief(entry.value, style)] + (entry.adjoint.map { ["adjoint \(Listing.brief($0, style))"] } ?? [])
                return GraphPicture.Node(
                    entry.operation.map { "\(entry.name) = \($0)" } ?? entry.name, details: details,
                    kind: entry.operation == nil ? .input : index == last ? .output : .operation)
            },
            edges: listing.entries.enumerated().flatMap { index, entry in entry.operands.map { GraphPicture.Edge($0, index) } })
    }

    package override var typeName: String { "a graph" }
    package override var fileForms: [FileForm] { [FileForm("svg", text: { SVGRenderer().render(self.picture) })] }
    package override var fieldNames: [String] { ["nodes", "edges"] }
    package override func field(_ name: String) -> Value? {
        switch name {
        case "nodes": .list(picture.nodes.map { .string($0.label) })
        case "edges": .list(picture.edges.map { Value(Tensor([Double($0.from), Double($0.to)])) })
        default: nil
        }
    }
    package override func describe(_ style: NumberStyle) -> String { lines.joined(separator: "\n") }
}

extension Builtin {
    static let graph = Builtin(
        "graph", [.required("f"), .required("x")], .derivatives,
        summary: "the operations that f does at x and how they hang together, with values and adjoints; `save(graph(f, x), \"graph.svg\")` draws it",
        examples: ["length(graph(w -> (w - 3)^2, 0).nodes)  # 3"]
    ) { call in
        guard case .function(let function) = call[0] else { throw call.typeError(0, needs: "a function") }
        var arguments: [Value?] = [call[1]]
        if function.parameters.filter(\.isRequired).count > 1, case .list(let list) = call[1] { arguments = list.elements }
        arguments += [Value?](repeating: nil, count: max(0, function.parameters.count - arguments.count))
        return .object(try GraphValue(function, arguments, call.machine, call.site))
    }
}
