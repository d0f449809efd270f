import Autodiff
import Syntax
import Tensors

/// Where a function is traced whose arguments are not given: the shapes have to be known. A declared shape decides; else a value of the session
/// that has the parameter's name, or the fields that the function reads of it; else a number is tried, and then the shapes that fit the tensors around.
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
        var free: [Place] = []
        for index in open {
            let fields = fields(of: index)
            if let shape = declaredShape(index, &lengths) {
                fixed[index] = sample(shape, index)
            } else if let value = namesake(index, fields) ?? holder(of: fields) {
                fixed[index] = value
            } else if fields.isEmpty {
                free.append(Place(index: index, field: nil))
            } else {
                free += fields.map { Place(index: index, field: $0) }
            }
        }
        var shapes = [Shape.scalar]
        if !free.isEmpty { shapes += otherShapes }
        var found: [[Value?]] = []
        func fill(_ position: Int, _ arguments: [Value?]) {
            guard found.count < PointSearch.mostCandidates else { return }
            guard position < free.count else { return found.append(arguments) }
            let place = free[position]
            for shape in shapes {
                var next = arguments
                next[place.index] = place.putting(sample(shape, position), into: next[place.index])
                fill(position + 1, next)
            }
        }
        // Numbers for all first.
        fill(0, fixed)
        return found
    }

    /// A parameter, or a field of one, whose shape is not known.
    private struct Place {
        let index: Int
        let field: String?

        func putting(_ value: Value, into argument: Value?) -> Value {
            guard let field else { return value }
            guard case .record(let record) = argument else { return .record([(field, value)]) }
            return .record(Array(zip(record.names, record.values)) + [(field, value)])
        }
    }

    /// The fields that a parameter is read by; a tensor has `.T` alone.
    private func fields(of index: Int) -> [String] {
        let search = FieldSearch(index, of: function) { name in
            if case .function(let callable) = global(name) { callable } else { nil }
        }
        return search.fields == ["T"] ? [] : search.fields
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

    private func namesake(_ index: Int, _ fields: [String]) -> Value? {
        guard let value = global(function.parameters[index].name), value.isDifferentiable else { return nil }
        return fields.isEmpty || PointSearch.has(fields, value) ? value : nil
    }

    private func global(_ name: String) -> Value? { machine.globalPlaces().first { $0.name == name }?.place.pointee.settled }

    /// A record of the session with these fields and no others, as the start of a training is.
    private func holder(of fields: [String]) -> Value? {
        guard !fields.isEmpty else { return nil }
        return machine.globalPlaces().lazy.map { $0.place.pointee.settled }.first { value in
            PointSearch.has(fields, value) && value.isDifferentiable
        }
    }

    private static func has(_ fields: [String], _ value: Value) -> Bool {
        if case .record(let record) = value { Set(record.names) == Set(fields) } else { false }
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
        let quoted = open.map { "`\(function.parameters[$0].name)`" }
        let names = quoted.count < 3 ? quoted.joined(separator: " and ") : "\(quoted.dropLast().joined(separator: ", ")) and \(quoted[quoted.count - 1])"
        var labels: [Diagnostic.Label] = []
        if let span = refusal?.span, span != site.span { labels.append(.init(span, refusal?.message ?? "")) }
        return Diagnostic(
            "the shape of \(names) has to be known to trace `\(name)`, and neither a number nor the shapes around fit", at: site.span,
            labels: labels, hints: hints(name))
    }

    private func hints(_ name: String) -> [String] {
        let points = open.map { index -> String in
            let fields = fields(of: index)
            return fields.isEmpty ? "zeros([3])" : "{\(fields.map { "\($0): zeros([3])" }.joined(separator: ", "))}"
        }
        let point = points.count == 1 ? points[0] : "[\(points.joined(separator: ", "))]"
        let declarable = open.filter { fields(of: $0).isEmpty }.map { "\(function.parameters[$0].name)[3]" }
        let declaration = "declare it, as in `\(name)(\(declarable.joined(separator: ", "))) = …`"
        return declarable.count == open.count
            ? [declaration, "or give a point: `formula(grad(\(name)), at: \(point))`"]
            : ["give a point of the right shapes, `at: \(point)`"]
    }
}
