/// A computational graph to be drawn: boxes with arrows between them.
package struct GraphPicture: Sendable, Equatable {
    package struct Node: Sendable, Equatable {
        package enum Kind: Sendable { case input, constant, operation, output }

        package let label: String
        /// Further lines, smaller: a shape, a value, an adjoint.
        package let details: [String]
        package let kind: Kind

        package init(_ label: String, details: [String] = [], kind: Kind = .operation) {
            (self.label, self.details, self.kind) = (label, details, kind)
        }
    }

    /// From one node to another, by their places in `nodes`; edges with a place that does not exist are not drawn.
    package struct Edge: Sendable, Equatable {
        package let from: Int
        package let to: Int
        package init(_ from: Int, _ to: Int) { (self.from, self.to) = (from, to) }
    }

    package var title: String
    package var nodes: [Node]
    package var edges: [Edge]

    package init(title: String = "", nodes: [Node], edges: [Edge]) { (self.title, self.nodes, self.edges) = (title, nodes, edges) }
}

/// Sugiyama's layered layout: every node below all that point at it, few crossings, arrows through gaps of their own.
struct GraphLayout {
    /// A node, or the place where a long arrow passes a layer.
    struct Slot {
        let node: Int?
        let layer: Int
        let width: Double
        var center = 0.0
    }

    private(set) var slots: [Slot] = []
    /// For each edge the slots it runs through, from its start to its end.
    private(set) var routes: [[Int]] = []
    private(set) var layers: [[Int]] = []
    private var up: [[Int]] = []
    private var down: [[Int]] = []

    /// More bends than this are not laid out; the arrows then run straight.
    private static let mostBends = 20_000
    private static let gap = 24.0

    init(_ picture: GraphPicture, widths: [Double]) {
        let count = picture.nodes.count
        let edges = picture.edges.filter { (0..<count).contains($0.from) && (0..<count).contains($0.to) && $0.from != $0.to }
        let acyclic = GraphLayout.withoutCycles(edges, count)
        let depth = GraphLayout.depths(acyclic, count)
        slots = (0..<count).map { Slot(node: $0, layer: depth[$0], width: widths[$0]) }
        let bends = acyclic.reduce(0) { $0 + depth[$1.to] - depth[$1.from] - 1 }
        routes = zip(edges, acyclic).map { original, edge in
            let route = bends <= GraphLayout.mostBends ? bent(edge, depth) : [edge.from, edge.to]
            return original == edge ? route : route.reversed()
        }
        layers = Array(repeating: [], count: (depth.max() ?? -1) + 1)
        for index in slots.indices { layers[slots[index].layer].append(index) }
        connect()
        order()
        place()
    }

    private mutating func bent(_ edge: GraphPicture.Edge, _ depth: [Int]) -> [Int] {
        var route = [edge.from]
        for layer in stride(from: depth[edge.from] + 1, to: depth[edge.to], by: 1) {
            route.append(slots.count)
            slots.append(Slot(node: nil, layer: layer, width: 8))
        }
        return route + [edge.to]
    }

    /// Edges that would close a cycle are turned around, as many as a walk in the order of the nodes meets.
    private static func withoutCycles(_ edges: [GraphPicture.Edge], _ count: Int) -> [GraphPicture.Edge] {
        var next = Array(repeating: [Int](), count: count)
        for (index, edge) in edges.enumerated() { next[edge.from].append(index) }
        var state = Array(repeating: 0, count: count)
        var result = edges
        for root in 0..<count where state[root] == 0 {
            state[root] = 1
            var stack = [(node: root, at: 0)]
            while let top = stack.last {
                guard top.at < next[top.node].count else {
                    state[top.node] = 2
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].at += 1
                let index = next[top.node][top.at]
                let target = edges[index].to
                if state[target] == 1 { result[index] = GraphPicture.Edge(target, top.node) }
                if state[target] == 0 {
                    state[target] = 1
                    stack.append((target, 0))
                }
            }
        }
        return result
    }

    /// The length of the longest way to each node; then sources are drawn down to just above their first user.
    private static func depths(_ edges: [GraphPicture.Edge], _ count: Int) -> [Int] {
        var depth = Array(repeating: 0, count: count)
        var waiting = Array(repeating: 0, count: count)
        var next = Array(repeating: [Int](), count: count)
        for edge in edges {
            waiting[edge.to] += 1
            next[edge.from].append(edge.to)
        }
        let sources = (0..<count).filter { waiting[$0] == 0 }
        var ready = sources
        while let node = ready.popLast() {
            for target in next[node] {
                depth[target] = max(depth[target], depth[node] + 1)
                waiting[target] -= 1
                if waiting[target] == 0 { ready.append(target) }
            }
        }
        for source in sources { if let first = next[source].map({ depth[$0] }).min() { depth[source] = max(first - 1, 0) } }
        return depth
    }

    private mutating func connect() {
        up = Array(repeating: [], count: slots.count)
        down = up
        for route in routes {
            let forward = slots[route[0]].layer < slots[route[route.count - 1]].layer ? route : route.reversed()
            for (a, b) in zip(forward, forward.dropFirst()) {
                down[a].append(b)
                up[b].append(a)
            }
        }
    }

    /// Sorts each layer by the mean place of its neighbours, downward and upward in turn; what goes into the same node stands as it goes in.
    private mutating func order() {
        var rank = Array(repeating: 0.0, count: slots.count)
        func store(_ layer: [Int]) { for (place, slot) in layer.enumerated() { rank[slot] = Double(place) } }
        layers.forEach(store)
        for sweep in 0..<8 {
            let neighbours = sweep % 2 == 0 ? up : down
            for index in sweep % 2 == 0 ? Array(layers.indices) : layers.indices.reversed() {
                let keys = layers[index].map { slot in
                    let mean = neighbours[slot].isEmpty ? rank[slot] : neighbours[slot].reduce(0) { $0 + rank[$1] } / Double(neighbours[slot].count)
                    return sweep % 2 == 0 ? mean : mean + position(slot) * 0.01
                }
                layers[index] = layers[index].indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { layers[index][$0] }
                store(layers[index])
            }
        }
    }

    /// Where among the operands of the node below it stands, from 0 to 1.
    private func position(_ slot: Int) -> Double {
        guard let below = down[slot].first, let place = up[below].firstIndex(of: slot) else { return 0 }
        return Double(place) / Double(up[below].count)
    }

    /// Inputs give way, so that what is computed from what stands in one line.
    private func isInput(_ slot: Int) -> Bool { up[slot].isEmpty }

    /// Centres: packed first, then drawn towards the neighbours as far as the order and the gaps allow.
    private mutating func place() {
        for layer in layers { pack(layer, wanted: layer.map { _ in 0 }) }
        for sweep in 0..<12 {
            let neighbours = sweep % 2 == 0 ? up : down
            for layer in sweep % 2 == 0 ? layers : layers.reversed() {
                pack(layer, wanted: layer.map { slot in
                    var near = neighbours[slot].isEmpty ? up[slot] + down[slot] : neighbours[slot]
                    if near.contains(where: { !isInput($0) }) { near.removeAll(where: isInput) }
                    return near.isEmpty ? slots[slot].center : near.reduce(0) { $0 + slots[$1].center } / Double(near.count)
                })
            }
        }
    }

    /// The least squares answer: neighbours that would overlap are merged into blocks around their mean.
    private mutating func pack(_ layer: [Int], wanted: [Double]) {
        var blocks: [(sum: Double, weight: Double, count: Int)] = []
        var offsets: [Double] = []
        var offset = 0.0
        for (place, slot) in layer.enumerated() {
            if place > 0 { offset += (slots[layer[place - 1]].width + slots[slot].width) / 2 + GraphLayout.gap }
            offsets.append(offset)
            let weight = isInput(slot) ? 0.001 : 1
            blocks.append((weight * (wanted[place] - offset), weight, 1))
            while blocks.count > 1, blocks[blocks.count - 2].sum / blocks[blocks.count - 2].weight > blocks[blocks.count - 1].sum / blocks[blocks.count - 1].weight {
                let last = blocks.removeLast()
                blocks[blocks.count - 1].sum += last.sum
                blocks[blocks.count - 1].weight += last.weight
                blocks[blocks.count - 1].count += last.count
            }
        }
        var place = 0
        for block in blocks {
            for _ in 0..<block.count {
                slots[layer[place]].center = block.sum / block.weight + offsets[place]
                place += 1
            }
        }
    }
}
