import Autodiff
import Syntax
import Tensors

/// Where a function is traced whose arguments are not given: the shapes have to be known. A declared shape decides; else a value of the session
/// that has the parameter's name; else a number is tried, and then the shapes that fit the tensors around.
struct PointSearch {
    private let function: Callable
    private let given: [Value?]
    private let machine: Machine
    /// The parameters that have no argument yet.
    private let open: [Int]

    init(_ function: Callable, _ given: [Value?], _ machine: Machine) {
        (self.function, self.machine) = (function, machine)
        let parameters = function.parameters
        let all = given + [Value?](repeating: nil, count: max(0, parameters.count - given.count))
        self.given = all
        open = parameters.indices.filter { parameters[$0].isRequired && all[$0] == nil }
    }

    /// Every argument was given, so that an error is the person's.
    var isGiven: Bool { open.isEmpty }

    private static let mostCandidates = 60

    var candidates: [[Value?]] {
        guard !open.isEmpty else { return [given] }
        var lengths: [String: Int] = [:]
        var fixed = given
        var free: [Int] = []
        for index in open {
            if let shape = declaredShape(index, &lengths) {
                fixed[index] = sample(shape, index)
            } else if let value = namesake(index) {
                fixed[index] = value
            } else {
                free.append(index)
            }
        }
        var shapes = [Shape.scalar]
        if !free.isEmpty { shapes += otherShapes }
        var found: [[Value?]] = []
        func fill(_ position: Int, _ arguments: [Value?]) {
            guard found.count < PointSearch.mostCandidates else { return }
            guard position < free.count else { return found.append(arguments) }
            for shape in shapes {
                var next = arguments
                next[free[position]] = sample(shape, free[position])
                fill(position + 1, next)
            }
        }
        // Numbers for all first.
        fill(0, fixed)
        return found
    }

    /// Where numbers alone do, other values are tried for functions that are defined only in parts.
    private func sample(_ shape: Shape, _ index: Int) -> Value {
        if shape.rank == 0 { return .number([0.7, 1.3, 0.4, 1.9, 0.6][index % 5]) }
        return Value(Tensor((0..<shape.count).map { 0.3 + Double(($0 * 7 + index * 3) % 11) * 0.13 }, shape: shape))
    }

    /// Lengths that are only named are chosen, each another one.
    private func declaredShape(_ index: Int, _ lengths: inout [String: Int]) -> Shape? {
        guard let closure = function.closures.first, index < closure.declaration.parameters.count,
            let declared = closure.declaration.parameters[index].shape
        else { return nil }
        let usual = [5, 3, 4, 2, 7, 6]
        return Shape(declared.map { length in
            switch length {
            case .number(let number, _): return Int(number)
            case .name(let name):
                let value = lengths[name.text] ?? usual[lengths.count % usual.count]
                lengths[name.text] = value
                return value
            default: return 2
            }
        })
    }

    private func namesake(_ index: Int) -> Value? {
        let name = function.parameters[index].name
        guard let value = machine.globalPlaces().first(where: { $0.name == name })?.place.pointee.settled, value.isDifferentiable else { return nil }
        return value
    }

    /// Vectors and matrices of the lengths that occur in the session's tensors.
    private var otherShapes: [Shape] {
        let tensors = machine.globalPlaces().flatMap { $0.place.pointee.leaves.compactMap(\.tensor) }.filter { $0.rank > 0 }
        var lengths: [Int] = []
        for axis in tensors.flatMap({ $0.shape.axes.reversed() }) where axis > 0 && axis <= 512 && !lengths.contains(axis) { lengths.append(axis) }
        lengths = Array(lengths.prefix(4))
        return lengths.map { Shape([$0]) } + lengths.flatMap { a in lengths.map { Shape([a, $0]) } } + [Shape([3]), Shape([2, 2])]
    }

    func remedy(_ refusal: Diagnostic?, _ site: Site) -> Diagnostic {
        if let refusal, refusal.span == site.span { return refusal }
        let name = function.closures.first?.name ?? "f"
        let names = open.map { "`\(function.parameters[$0].name)`" }.joined(separator: " and ")
        var labels: [Diagnostic.Label] = []
        if let span = refusal?.span, span != site.span { labels.append(.init(span, refusal?.message ?? "")) }
        return Diagnostic(
            "the shape of \(names) has to be known to trace `\(name)`, and neither a number nor the shapes around fit", at: site.span,
            labels: labels,
            hints: [
                "declare it, as in `\(name)(\(open.map { "\(function.parameters[$0].name)[3]" }.joined(separator: ", "))) = …`",
                "or give a point: `formula(grad(\(name)), at: zeros([3]))`",
            ])
    }
}
