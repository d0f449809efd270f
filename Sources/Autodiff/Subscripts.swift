import Kernels
import Tensors

/// The subscripts of an einsum, "ij,jk->ik", read and fitted to shapes.
struct Subscripts {
    /// One letter for each axis of each operand; `...` has become letters of its own.
    let inputs: [[Character]]
    let output: [Character]
    let lengths: [Character: Int]

    init(_ inputs: [[Character]], _ output: [Character], _ lengths: [Character: Int]) {
        (self.inputs, self.output, self.lengths) = (inputs, output, lengths)
    }

    init(_ text: String, _ shapes: [Shape]) throws(PrimitiveError) {
        let sides = Subscripts.split(text.filter { $0 != " " })
        guard sides.count <= 2 else { throw PrimitiveError("the subscripts \"\(text)\" have more than one `->`") }
        let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard terms.count == shapes.count else {
            throw PrimitiveError(
                "the subscripts \"\(text)\" are for \(terms.count) tensor\(terms.count == 1 ? "" : "s"), not for \(shapes.count)")
        }
        let used = Set(text)
        let spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".filter { !used.contains($0) }
        var widest = 0
        var inputs: [[Character]] = []
        for (position, term) in terms.enumerated() {
            let (letters, hidden) = try Subscripts.expanded(term, shapes[position].rank, Array(spare), position)
            inputs.append(letters)
            widest = max(widest, hidden)
        }
        self.inputs = inputs
        lengths = try Subscripts.lengths(inputs, shapes)
        let common = Array(spare.prefix(widest).reversed())
        if sides.count == 2 {
            let dots = sides[1].contains(".") ? widest : 0
            output = try Subscripts.expanded(sides[1], sides[1].filter { $0 != "." }.count + dots, Array(spare), nil).letters
            try Subscripts.check(output, lengths)
        } else {
            // Without an arrow: what `...` stands for, then the letters that stand once, in alphabetical order.
            let once = inputs.joined().filter { letter in
                !common.contains(letter) && inputs.joined().filter { $0 == letter }.count == 1
            }
            output = common + once.sorted()
        }
    }

    var shape: Shape { Shape(output.map { lengths[$0] ?? 1 }) }

    private static func split(_ text: String) -> [String] {
        var sides = [""]
        var previous: Character = " "
        for character in text {
            if previous == "-" && character == ">" {
                sides[sides.count - 1].removeLast()
                sides.append("")
            } else {
                sides[sides.count - 1].append(character)
            }
            previous = character
        }
        return sides
    }

    /// One letter for each of `rank` axes; those under `...` are named from the last one backwards, as broadcasting pairs axes.
    private static func expanded(
        _ term: String, _ rank: Int, _ spare: [Character], _ position: Int?
    ) throws(PrimitiveError) -> (letters: [Character], hidden: Int) {
        let operands = position.map { [$0] } ?? []
        let letters = Array(term)
        let place = letters.firstIndex(of: ".")
        let named = letters.filter { $0 != "." }
        if let strange = named.first(where: { !$0.isLetter }) {
            throw PrimitiveError("`\(strange)` cannot name an axis in \"\(term)\"", operands: operands, hint: "letters name axes")
        }
        guard let place else {
            guard named.count == rank else {
                throw PrimitiveError(
                    "the subscripts \"\(term)\" name \(named.count) ax\(named.count == 1 ? "is" : "es"), the tensor has \(rank)",
                    operands: operands, hint: "one letter for each axis, or `...` for those that are not named")
            }
            return (named, 0)
        }
        guard letters.count == named.count + 3, letters.count >= place + 3, letters[place..<(place + 3)].allSatisfy({ $0 == "." }) else {
            throw PrimitiveError("the dots in \"\(term)\" are to be one `...`", operands: operands)
        }
        let hidden = rank - named.count
        guard hidden >= 0 else {
            throw PrimitiveError(
                "the subscripts \"\(term)\" name \(named.count) axes, the tensor has \(rank)", operands: operands)
        }
        guard hidden <= spare.count else { throw PrimitiveError("`...` stands for too many axes in \"\(term)\"", operands: operands) }
        return (Array(letters[..<place]) + spare.prefix(hidden).reversed() + Array(letters[(place + 3)...]), hidden)
    }

    private static func lengths(_ inputs: [[Character]], _ shapes: [Shape]) throws(PrimitiveError) -> [Character: Int] {
        var lengths: [Character: (length: Int, operand: Int)] = [:]
        for (position, letters) in inputs.enumerated() {
            for (axis, letter) in letters.enumerated() {
                let length = shapes[position][axis]
                if let known = lengths[letter], known.length != length {
                    throw PrimitiveError(
                        "`\(letter)` is \(known.length) in one place and \(length) in another",
                        operands: known.operand == position ? [position] : [known.operand, position])
                }
                lengths[letter] = (length, position)
            }
        }
        return lengths.mapValues(\.length)
    }

    private static func check(_ output: [Character], _ lengths: [Character: Int]) throws(PrimitiveError) {
        for (place, letter) in output.enumerated() {
            if lengths[letter] == nil {
                throw PrimitiveError("`\(letter)` in the result names no axis of any operand")
            }
            if output[..<place].contains(letter) { throw PrimitiveError("`\(letter)` stands twice in the result") }
        }
    }

    static func text(_ inputs: [[Character]], _ output: [Character]) -> String {
        inputs.map { String($0) }.joined(separator: ",") + "->" + String(output)
    }
}

/// A tensor whose axes have names: what einsum computes with.
struct Named {
    var tensor: Tensor
    var letters: [Character]

    /// Only the letters that are kept, each once: diagonals where a letter repeats, sums over the rest.
    func reduced(keeping kept: Set<Character>) -> Named {
        var result = self
        if Set(letters).count < letters.count { result = result.diagonal }
        let summed = result.letters.filter { !kept.contains($0) }
        if summed.isEmpty { return result }
        let rest = result.letters.filter(kept.contains)
        let ordered = result.ordered(summed + rest)
        return Named(tensor: SumTo.sum(ordered.tensor, to: Shape(Array(ordered.tensor.shape.axes.dropFirst(summed.count)))), letters: rest)
    }

    private var diagonal: Named {
        var (once, axes, steps): ([Character], [Int], [Int]) = ([], [], [])
        for (axis, step) in tensor.shape.strides.enumerated() {
            if let known = once.firstIndex(of: letters[axis]) {
                steps[known] += step
            } else {
                once.append(letters[axis])
                axes.append(tensor.shape[axis])
                steps.append(step)
            }
        }
        return Named(tensor: tensor.rearranged(to: Shape(axes), start: 0, steps: steps), letters: once)
    }

    func ordered(_ order: [Character]) -> Named {
        if order == letters { return self }
        let places = order.compactMap { letters.firstIndex(of: $0) }
        return Named(tensor: Transposition.permuted(tensor, places), letters: order)
    }

    /// The product of two, summed over the letters of both that are not kept, as one batched matrix product.
    func times(_ other: Named, keeping kept: Set<Character>) throws(PrimitiveError) -> Named {
        let shared = letters.filter(other.letters.contains)
        let (batch, inner) = (shared.filter(kept.contains), shared.filter { !kept.contains($0) })
        let (left, right) = (letters.filter { !shared.contains($0) }, other.letters.filter { !shared.contains($0) })
        if left.isEmpty && right.isEmpty && inner.isEmpty {
            return Named(tensor: Elementwise.binary(GRAD_MUL, tensor, other.ordered(letters).tensor), letters: letters)
        }
        // Either order of the last two groups serves; the one that lies in memory already costs nothing.
        let transposeA = letters == batch + inner + left && !left.isEmpty
        let transposeB = other.letters == batch + right + inner && !inner.isEmpty
        let a = transposeA ? self : ordered(batch + left + inner)
        let b = transposeB ? other : other.ordered(batch + inner + right)
        let size = { (names: [Character], named: Named) in
            names.reduce(1) { $0 * named.tensor.shape[named.letters.firstIndex(of: $1) ?? 0] }
        }
        let (count, n, k, m) = (size(batch, self), size(left, self), size(inner, self), size(right, other))
        let head = batch.isEmpty ? [] : [count]
        let product = try Product(
            Shape(head + (transposeA ? [k, n] : [n, k])), Shape(head + (transposeB ? [m, k] : [k, m])), transposeA, transposeB)
        let result = try product.run(
            a.tensor.reshaped(to: Shape(head + (transposeA ? [k, n] : [n, k]))),
            b.tensor.reshaped(to: Shape(head + (transposeB ? [m, k] : [k, m]))))
        let axes = (batch + left).map { size([$0], self) } + right.map { size([$0], other) }
        return Named(tensor: result.reshaped(to: try Shape.checked(axes)), letters: batch + left + right)
    }
}
