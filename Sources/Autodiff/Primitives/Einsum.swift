import Tensors

extension Primitive {
    static let contractions: [Primitive] = [einsum]

    package static let einsum: Primitive = Primitive(
        "einsum", [.attribute("subscripts", .text), .operands("tensors")],
        summary: "sums of products over named axes: letters that are not in the result are summed over",
        examples: [
            "einsum(\"ij,j->i\", [[1, 2], [3, 4]], [1, 1])  # [3, 7]", "einsum(\"ii->i\", [[1, 2], [3, 4]])  # [1, 4]",
            "einsum(\"i,j\", [1, 2], [3, 4])  # [[3, 4], [6, 8]]",
        ],
        shape: { (shapes, attributes) throws(PrimitiveError) in
            try Shape.checked(try Subscripts(attributes.text(0) ?? "", shapes).shape.axes)
        },
        kernel: { (operands, attributes) throws(PrimitiveError) in
            try contract(operands, try Subscripts(attributes.text(0) ?? "", operands.map(\.shape)))
        },
        derivative: .joint({ d in
            guard let subscripts = try? Subscripts(d.attributes.text(0) ?? "", d.operands.map(\.shape)) else { return [] }
            return d.operands.indices.map { d.operands[$0].isConstant ? nil : adjoint($0, d, subscripts) }
        }), rule: "product rule", points: einsumPoints)

    /// Two at a time, those first whose product is smallest.
    private static func contract(_ operands: [Tensor], _ subscripts: Subscripts) throws(PrimitiveError) -> Tensor {
        let tensors = operands.filter { $0.rank > 0 }
        let type: ElementType = (tensors.isEmpty ? operands : tensors).allSatisfy { $0.type == .f32 } ? .f32 : .f64
        var factors = zip(operands, subscripts.inputs).map { Named(tensor: $0.converted(to: type), letters: $1) }
        func kept(without left: Int, _ right: Int) -> Set<Character> {
            factors.indices.reduce(into: Set(subscripts.output)) { kept, i in
                if i != left && i != right { kept.formUnion(factors[i].letters) }
            }
        }
        for i in factors.indices { factors[i] = factors[i].reduced(keeping: kept(without: i, i)) }
        while factors.count > 1 {
            var best = (left: 0, right: 1, size: Double.infinity)
            for right in factors.indices {
                for left in 0..<right {
                    let letters = Set(factors[left].letters + factors[right].letters).intersection(kept(without: left, right))
                    let size = letters.reduce(1.0) { $0 * Double(subscripts.lengths[$1] ?? 1) }
                    if size < best.size { best = (left, right, size) }
                }
            }
            let keep = kept(without: best.left, best.right)
            let product = try factors[best.left].times(factors[best.right], keeping: keep)
            factors.remove(at: best.right)
            factors[best.left] = product.reduced(keeping: keep)
        }
        return factors[0].reduced(keeping: Set(subscripts.output)).ordered(subscripts.output).tensor
    }

    /// The adjoint by one operand: an einsum of g with the other operands, whose result has that operand's letters. A letter that
    /// the operand repeats gets a name of its own for each place, tied together by identity matrices; one that nothing else
    /// has was summed out, so the adjoint is the same all along it.
    private static func adjoint(_ position: Int, _ d: Derivation, _ subscripts: Subscripts) -> Node {
        let others = d.operands.indices.filter { $0 != position }
        var nodes = [d.g] + others.map { d.operands[$0] }
        var inputs = [subscripts.output] + others.map { subscripts.inputs[$0] }
        var letters = subscripts.inputs[position]
        var spare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZαβγδεζηθικλμνξοπρστυφχψω".filter {
            subscripts.lengths[$0] == nil
        }[...]
        for axis in letters.indices where letters[..<axis].contains(letters[axis]) {
            guard let fresh = spare.popFirst() else { continue }
            let n = d.operands[position].shape[axis]
            nodes.append(d.tape.constant(Matrix.identity(n).tensor(Shape([n, n]), d.operands[position].type)))
            inputs.append([letters[axis], fresh])
            letters[axis] = fresh
        }
        let known = letters.filter { letter in inputs.contains { $0.contains(letter) } }
        let result = einsum(nodes, attributes: Attributes([.text(Subscripts.text(inputs, known))]))
        if known.count == letters.count { return result }
        let shape = d.operands[position].shape
        let stretched = Shape(letters.indices.map { known.contains(letters[$0]) ? shape[$0] : 1 })
        return expand(viewed(result, stretched), to: shape)
    }

    private static let einsumPoints: [TestPoint] = {
        func point(_ subscripts: String, _ shapes: [Int]...) -> TestPoint {
            TestPoint(
                shapes.enumerated().map { index, axes in
                    let shape = Shape(axes)
                    return Tensor(
                        (0..<shape.count).map { (0.3 * Double(index + 1) + Double($0) * 0.37).truncatingRemainder(dividingBy: 1.7) - 0.6 },
                        shape: shape)
                }, Attributes([.text(subscripts)]))
        }
        return [
            point("ij,jk->ik", [2, 3], [3, 2]), point("ij,jk", [2, 3], [3, 2]), point("ij,kj->ki", [2, 3], [2, 3]),
            point("ii", [3, 3]), point("ii->i", [3, 3]), point("ij->", [2, 3]), point("ij->ji", [2, 3]),
            point("i,j->ij", [2], [3]), point("i,i->i", [3], [3]), point("bij,bjk->bik", [2, 1, 3], [2, 3, 2]),
            point("...ij,jk->...ik", [2, 1, 3], [3, 2]), point("ij,jk,kl->il", [2, 2], [2, 2], [2, 2]),
            point("iij,j->i", [2, 2, 3], [3]), point("ij,ik->i", [2, 3], [2, 2]), point("iii->i", [2, 2, 2]),
            point(",i->i", [], [3]), point("ijj,ji->", [2, 2, 2], [2, 2]),
        ]
    }()
}
