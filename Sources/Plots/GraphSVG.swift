extension SVGRenderer {
    /// Draws a graph from top to bottom. Its size is that of the graph; a page scales it down to its width.
    package func render(_ picture: GraphPicture) -> String { GraphSVG(picture).source }
}

/// A graph as SVG: rounded boxes, arrows as curves.
private struct GraphSVG {
    private let picture: GraphPicture
    private let layout: GraphLayout
    private var out = SVGWriter()
    private let margin = 16.0
    private let gap = 36.0
    private var left = 0.0
    private var tops: [Double] = []
    private var heights: [Double] = []

    init(_ picture: GraphPicture) {
        self.picture = picture
        layout = GraphLayout(picture, widths: picture.nodes.map(GraphSVG.width))
        draw()
    }

    var source: String { out.source }

    private static let mostText = 260.0

    private static func width(_ node: GraphPicture.Node) -> Double {
        let label = SVGText.width(node.label, size: 13)
        return min(max(node.details.map { SVGText.width($0, size: 12) }.max() ?? 0, label), mostText) + 24
    }

    private func height(_ node: GraphPicture.Node) -> Double { 30 + Double(min(node.details.count, 4)) * 16 }

    private mutating func draw() {
        let edges = layout.slots.map { ($0.center - $0.width / 2, $0.center + $0.width / 2) }
        let (low, high) = (edges.map(\.0).min() ?? 0, edges.map(\.1).max() ?? 80)
        let title = SVGText.wrapped(picture.title, max(high - low, 200), size: 16)
        let width = max(high - low, title.map { SVGText.width($0, size: 16) }.max() ?? 0) + 2 * margin
        left = (width - (high - low)) / 2 - low
        var y = margin + Double(title.count) * 21
        for layer in layout.layers {
            tops.append(y)
            heights.append(layer.compactMap { layout.slots[$0].node }.map { height(picture.nodes[$0]) }.max() ?? 30)
            y += (heights.last ?? 30) + gap
        }
        let total = layout.layers.isEmpty ? y + 30 : y - gap + margin
        out.raw(SVGStyle.opening(width: width, height: total, title: picture.title.isEmpty ? "Graph" : picture.title))
        for (index, line) in title.enumerated() {
            out.text(line, width / 2, margin + 12 + Double(index) * 21, "class=\"gp-title\" text-anchor=\"middle\"")
        }
        if picture.nodes.isEmpty { out.text("no data", width / 2, y + 16, "text-anchor=\"middle\"") }
        for route in layout.routes { draw(route) }
        for slot in layout.slots { if let node = slot.node { draw(picture.nodes[node], slot) } }
        out.raw("</svg>")
    }

    /// The box of a slot: its upper and lower end. Boxes stand in the middle of their layer.
    private func ends(_ slot: GraphLayout.Slot) -> (top: Double, bottom: Double) {
        guard let node = slot.node else { return (tops[slot.layer], tops[slot.layer] + heights[slot.layer]) }
        let tall = height(picture.nodes[node])
        let top = tops[slot.layer] + (heights[slot.layer] - tall) / 2
        return (top, top + tall)
    }

    private mutating func draw(_ route: [Int]) {
        let slots = route.map { layout.slots[$0] }
        guard let first = slots.first, let last = slots.last else { return }
        let isUpward = first.layer > last.layer
        let n = SVGText.number
        let start = isUpward ? ends(first).top : ends(first).bottom
        let tip = isUpward ? ends(last).bottom : ends(last).top
        let head = isUpward ? 7.0 : -7.0
        var (x, y) = (left + first.center, start)
        var path = "M\(n(x)) \(n(y))"
        for slot in slots.dropFirst() {
            let isLast = slot.node != nil
            let end = isLast ? tip + head : isUpward ? ends(slot).bottom : ends(slot).top
            let (toX, middle) = (left + slot.center, (y + end) / 2)
            path += "C\(n(x)) \(n(middle)) \(n(toX)) \(n(middle)) \(n(toX)) \(n(end))"
            (x, y) = (toX, end)
            if !isLast {
                y = isUpward ? ends(slot).top : ends(slot).bottom
                path += "L\(n(x)) \(n(y))"
            }
        }
        out.path(path, "class=\"gp-edge\"")
        out.path("M\(n(x)) \(n(tip))l-4 \(n(head * 1.1))h8z", "class=\"gp-head\"")
    }

    private mutating func draw(_ node: GraphPicture.Node, _ slot: GraphLayout.Slot) {
        let (top, bottom) = ends(slot)
        let color = [GraphPicture.Node.Kind.input: 0, .output: 1, .constant: 4][node.kind]
        let paint = color.map { "gp-region gp-f\($0)" } ?? ""
        let radius = node.kind == .operation ? 6.0 : 14
        out.rect(left + slot.center - slot.width / 2, top, slot.width, bottom - top, "rx=\"\(SVGText.number(radius))\" class=\"gp-box\"")
        if !paint.isEmpty {
            out.rect(left + slot.center - slot.width / 2, top, slot.width, bottom - top, "rx=\"\(SVGText.number(radius))\" class=\"\(paint)\"")
        }
        out.text(SVGText.fit(node.label, GraphSVG.mostText, size: 13), left + slot.center, top + 19.5, "text-anchor=\"middle\"")
        for (index, detail) in node.details.prefix(4).enumerated() {
            let y = top + 36 + Double(index) * 16
            out.text(SVGText.fit(detail, GraphSVG.mostText, size: 12), left + slot.center, y, "class=\"gp-note\" text-anchor=\"middle\"")
        }
    }
}
