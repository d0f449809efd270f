import Kernels
import Tensors

// The primitives that have steps of their own. All others run by their kernels.

extension PlanCompiler {
    func runsByKernel(_ place: Int) -> Bool {
        let term = graph[place]
        let operands = term.operands.map { graph[$0] }
        guard term.shape.count > 0, operands.allSatisfy({ $0.shape.count > 0 }) else { return true }
        switch term.primitive {
        case .matmul: return operands.contains { $0.type != term.type }
        case .sum, .prod, .largest, .smallest, .any, .all, .argmax, .argmin:
            return term.type != operands[0].type || reduction(term) == nil
        case .sumTo: return term.type != operands[0].type
        case .softmax, .logSoftmax: return term.type != operands[0].type || axes(term, 0).blocks.count != 1
        case .cast: return false
        case .transpose, .swap, .slice, .pad, .expand, .sliceSet: return operands.contains { $0.type != term.type }
        case .concat, .stack, .placeBlocks: return operands.contains { $0.type != term.type }
        case .take, .takeAdd: return operands[0].type != term.type
        case .gather:
            return operands[0].type != term.type || !isLastAxis(term, operands)
        case .scatterAdd:
            return operands[0].type != term.type || operands[2].type != term.type || !isLastAxis(term, operands)
        default: return true
        }
    }

    mutating func emitStep(_ place: Int, into target: Int) {
        let term = graph[place]
        let label = label([place])
        let x = memory(of: term.operands[0])
        let source = graph[term.operands[0]]
        switch term.primitive {
        case .matmul:
            let b = graph[term.operands[1]]
            guard let product = try? Product(source.shape, b.shape, term.attributes.flag(0), term.attributes.flag(1)) else { return }
            steps.append(ProductStep(
                product, term.type, a: x, b: memory(of: term.operands[1]), c: target, shapes: (source.shape, b.shape), label: label))
        case .sumTo: emitSumTo(term, x, target, label)
        case .softmax, .logSoftmax: emitSoftmax(place, target)
        case .cast: steps.append(ConvertStep(term.shape.count, to: term.type, x: x, y: target, label: label))
        case .take, .takeAdd: emitTake(term, x, target, label)
        case .gather, .scatterAdd:
            let indices = graph[term.operands[1]]
            let length = source.shape.axes.last ?? 1
            steps.append(GatherStep(
                rows: indices.shape.count / max(1, indices.shape.axes.last ?? 1), length: length, picked: indices.shape.axes.last ?? 1,
                indexType: indices.type, term.type, x: x, indices: memory(of: term.operands[1]),
                source: term.primitive === Primitive.scatterAdd ? memory(of: term.operands[2]) : nil, y: target, label: label))
        case .transpose, .swap, .slice, .pad, .expand, .concat, .stack, .sliceSet, .placeBlocks: emitCopy(term, target, label)
        default: emitReduction(term, x, target, label)
        }
    }

    /// A softmax and its logarithm are one step, that of the first.
    private mutating func emitSoftmax(_ place: Int, _ target: Int) {
        let term = graph[place]
        let isLogarithm = term.primitive === Primitive.logSoftmax
        let twin = users[term.operands[0]].first { other in
            graph[other].primitive === (isLogarithm ? Primitive.softmax : .logSoftmax) && graph[other].attributes == term.attributes
                && !runsByKernel(other)
        }
        if let twin, twin < place { return }
        let other = twin.map { self.target($0) }
        let lengths = graph[term.operands[0]].shape.lengths(around: axes(term, 0).blocks[0])
        steps.append(SoftmaxStep(
            lengths, term.type, x: memory(of: term.operands[0]), soft: isLogarithm ? other : target, logarithm: isLogarithm ? target : other,
            scratch: slot(.arena, 2 * lengths.outer * lengths.inner * term.type.size), label: label((twin.map { [place, $0] } ?? [place]))))
    }

    private func axes(_ term: Term, _ attribute: Int) -> Axes {
        Axes(accepted: term.attributes.ints(attribute), of: graph[term.operands[0]].shape)
    }

    /// Gathers go along the last axis, with all rows.
    private func isLastAxis(_ term: Term, _ operands: [Term]) -> Bool {
        let (x, indices) = (operands[0].shape, operands[1].shape)
        guard x.rank > 0, (try? x.axis(term.attributes.int(0) ?? -1)) == x.rank - 1 else { return false }
        return x.axes.dropLast().elementsEqual(indices.axes.dropLast())
    }

    // MARK: Reductions

    private func reduction(_ term: Term) -> grad_reduction? {
        switch term.primitive {
        case .sum: GRAD_REDUCE_SUM
        case .prod: GRAD_REDUCE_PROD
        case .largest: GRAD_REDUCE_MAX
        case .smallest: GRAD_REDUCE_MIN
        case .any: axes(term, 0).indices.isEmpty ? nil : GRAD_REDUCE_ANY
        case .all: axes(term, 0).indices.isEmpty ? nil : GRAD_REDUCE_ALL
        case .argmax: axes(term, 0).blocks.count == 1 ? GRAD_REDUCE_ARGMAX : nil
        case .argmin: axes(term, 0).blocks.count == 1 ? GRAD_REDUCE_ARGMIN : nil
        default: nil
        }
    }

    private mutating func emitReduction(_ term: Term, _ x: Int, _ target: Int, _ label: String) {
        guard let operation = reduction(term) else { return }
        var lengths = graph[term.operands[0]].shape.axes
        var stages: [(outer: Int, length: Int, inner: Int)] = []
        for block in axes(term, 0).blocks.reversed() {
            stages.append(Shape(lengths).lengths(around: block))
            for axis in block { lengths[axis] = 1 }
        }
        emitStages(stages, operation, term, x, target, label)
    }

    /// Reductions one after another, all but the last into memory between.
    private mutating func emitStages(
        _ stages: [(outer: Int, length: Int, inner: Int)], _ operation: grad_reduction, _ term: Term, _ x: Int, _ target: Int,
        _ label: String
    ) {
        guard !stages.isEmpty else {
            let count = term.shape.count
            steps.append(CopyStep(
                [.init(source: x, lengths: [count], from: [1], to: [1], sourceStart: 0, targetStart: 0)], into: target, count: count,
                term.type, label: label))
            return
        }
        var source = x
        for (index, lengths) in stages.enumerated() {
            let result = index == stages.count - 1 ? target : slot(.arena, lengths.outer * lengths.inner * term.type.size)
            steps.append(ReduceStep(operation, lengths, term.type, x: source, y: result, label: label))
            source = result
        }
    }

    private mutating func emitSumTo(_ term: Term, _ x: Int, _ target: Int, _ label: String) {
        var lengths = graph[term.operands[0]].shape.axes
        let missing = lengths.count - term.shape.rank
        var stages: [(outer: Int, length: Int, inner: Int)] = []
        if missing > 0 {
            stages.append((1, lengths[..<missing].reduce(1, *), lengths[missing...].reduce(1, *)))
            lengths = Array(lengths[missing...])
        }
        for axis in term.shape.axes.indices where term.shape[axis] == 1 && lengths[axis] != 1 {
            stages.append(Shape(lengths).lengths(around: axis..<(axis + 1)))
            lengths[axis] = 1
        }
        emitStages(stages, GRAD_REDUCE_SUM, term, x, target, label)
    }

    // MARK: Indices

    private mutating func emitTake(_ term: Term, _ x: Int, _ target: Int, _ label: String) {
        let isAdding = term.primitive === Primitive.takeAdd
        let whole = isAdding ? term.shape : graph[term.operands[0]].shape
        guard let axis = try? whole.axis(term.attributes.int(0) ?? 0) else { return }
        let indices = graph[term.operands[1]]
        steps.append(TakeStep(
            adding: isAdding, whole.split(at: axis), indexCount: indices.shape.count, indexType: indices.type, term.type, x: x,
            indices: memory(of: term.operands[1]), y: target, label: label))
    }

    // MARK: Copies

    private mutating func emitCopy(_ term: Term, _ target: Int, _ label: String) {
        let shape = term.shape
        let source = graph[term.operands[0]].shape
        var parts: [CopyStep.Part] = []
        var background: Double?
        func part(_ slot: Int, _ lengths: Shape, from: [Int], to: [Int], _ sourceStart: Int = 0, _ targetStart: Int = 0) {
            parts.append(.init(source: slot, lengths: lengths.axes, from: from, to: to, sourceStart: sourceStart, targetStart: targetStart))
        }
        let x = memory(of: term.operands[0])
        switch term.primitive {
        case .transpose, .swap:
            let order = term.primitive === Primitive.swap
                ? try? Transposition.exchange(term.attributes, source) : try? Transposition.order(term.attributes, source)
            guard let order else { return }
            part(x, shape, from: order.map { source.strides[$0] }, to: shape.strides)
        case .slice:
            guard let block = try? Slicing.Block(source, term.attributes, 0) else { return }
            part(x, shape, from: source.strides, to: shape.strides, block.offset)
        case .sliceSet:
            guard let block = try? Slicing.Block(source, term.attributes, 0) else { return }
            part(x, shape, from: shape.strides, to: shape.strides)
            let value = graph[term.operands[1]].shape
            part(memory(of: term.operands[1]), block.shape, from: stretchedStrides(value, block.shape), to: shape.strides, 0, block.offset)
        case .pad:
            guard let widths = try? Slicing.widths(term.attributes, source) else { return }
            background = term.attributes.real(1) ?? 0
            let start = source.axes.indices.reduce(0) { $0 + widths[2 * $1] * shape.strides[$1] }
            part(x, source, from: source.strides, to: shape.strides, 0, start)
        case .expand: part(x, shape, from: stretchedStrides(source, shape), to: shape.strides)
        case .placeBlocks:
            background = 0
            let starts = term.attributes.ints(1) ?? []
            for (index, operand) in term.operands.enumerated() {
                let block = graph[operand].shape
                let start = shape.axes.indices.reduce(0) { $0 + starts[index * shape.rank + $1] * shape.strides[$1] }
                part(memory(of: operand), block, from: block.strides, to: shape.strides, 0, start)
            }
        default:
            let isStack = term.primitive === Primitive.stack
            let axis = isStack
                ? (try? Layout.newAxis(term.attributes.int(0) ?? 0, in: source)) : try? shape.axis(term.attributes.int(0) ?? 0)
            guard let axis else { return }
            var start = 0
            for operand in term.operands {
                var axes = graph[operand].shape.axes
                if isStack { axes.insert(1, at: axis) }
                let own = Shape(axes)
                part(memory(of: operand), own, from: own.strides, to: shape.strides, 0, start * shape.strides[axis])
                start += axes[axis]
            }
        }
        steps.append(CopyStep(
            parts, into: target, count: shape.count, term.type, background: background,
            isAdding: term.primitive === Primitive.placeBlocks, label: label))
    }

    /// Steps of an operand along each axis of what it stretches to.
    private func stretchedStrides(_ operand: Shape, _ shape: Shape) -> [Int] {
        let missing = shape.rank - operand.rank
        let own = operand.strides
        return shape.axes.indices.map { $0 < missing || operand[$0 - missing] == 1 ? 0 : own[$0 - missing] }
    }
}

extension Shape {
    /// As `[outer, length, inner]` around neighbouring axes.
    fileprivate func lengths(around block: Range<Int>) -> (outer: Int, length: Int, inner: Int) {
        (axes[..<block.lowerBound].reduce(1, *), axes[block].reduce(1, *), axes[block.upperBound...].reduce(1, *))
    }
}
