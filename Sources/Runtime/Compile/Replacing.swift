import Autodiff
import Syntax
import Tensors

// Changing a part of a value: `x[i] <- v`, `p.w[2] <- v`.

extension Machine {
    /// A step of a path, its indices with their values.
    enum EvaluatedStep {
        case field(Name)
        case index([EvaluatedItem], Site)
    }

    func evaluate(_ step: PathStep, _ frame: Frame) throws -> EvaluatedStep {
        switch step {
        case .field(let name): .field(name)
        case .index(let items, let site): .index(try items.map { try evaluate($0, frame) }, site)
        }
    }

    /// Replaces the part that `path` leads to.
    func set(_ value: inout Value, _ path: ArraySlice<EvaluatedStep>, to new: Value) throws {
        guard let step = path.first else {
            value = new
            return
        }
        switch step {
        case .field(let name):
            guard case .record(let record) = value else {
                throw Diagnostic("\(value.typeDescription) has no field `\(name.text)` to update", at: name.span)
            }
            guard var part = record[name.text] else { throw noField(name.text, record.names, "the record", name.span) }
            try set(&part, path.dropFirst(), to: new)
            value = try bounded(.record(record.setting(name.text, to: part)), Site(name.span))
        case .index(let items, let site):
            if path.count == 1 {
                try replace(&value, items, with: new, site)
            } else {
                var part = try part(of: value.settled, items, site)
                try set(&part, path.dropFirst(), to: new)
                try replace(&value, items, with: part, site)
            }
        }
    }

    /// The value with the part under the indices replaced; a tensor that nothing else holds is changed in place.
    func replace(_ value: inout Value, _ items: [EvaluatedItem], with new: Value, _ site: Site) throws {
        if try replaceNumber(&value, items, with: new, site) { return }
        let settled = value.settled
        if let shape = settled.outline?.shape {
            let selections = try selections(items, in: shape, of: settled, site)
            value = try replaced(settled, selections, shape, with: new, site)
            return
        }
        switch settled {
        case .list(let list):
            guard items.count == 1,
                case .place(let place) = try selection(items[0], length: list.elements.count, axis: 0, of: settled, site)
            else { throw Diagnostic("one element of a list can be replaced at a time", at: site.span) }
            var elements = list.elements
            elements[place] = new
            value = try bounded(.list(elements), site)
        case .record(let record):
            guard items.count == 1, case .value(.text(let name), _) = items[0] else {
                throw Diagnostic("a record is indexed by a field's name", at: site.span)
            }
            value = try bounded(.record(record.setting(name.string, to: new)), site)
        default:
            throw Diagnostic("\(settled.typeDescription) has no parts to replace", at: site.span)
        }
    }

    /// One number of a tensor, in place when no other reference to the tensor is held, here least of all.
    private func replaceNumber(_ value: inout Value, _ items: [EvaluatedItem], with new: Value, _ site: Site) throws -> Bool {
        guard case .number(let number) = new, case .tensor(var box) = value else { return false }
        let shape = box.tensor.shape
        guard let place = position(try selections(items, in: shape, of: value, site), in: shape) else { return false }
        value = .nothing
        if !isKnownUniquelyReferenced(&box) { box = TensorValue(box.tensor) }
        box.tensor.set(place, to: number)
        value = .tensor(box)
        return true
    }

    /// The row-major position when the indices name a single number.
    private func position(_ selections: [Selection], in shape: Shape) -> Int? {
        guard selections.count == shape.rank else { return nil }
        var position = 0
        for (axis, selection) in selections.enumerated() {
            guard case .place(let place) = selection else { return nil }
            position = position * shape[axis] + place
        }
        return position
    }

    private func replaced(
        _ value: Value, _ selections: [Selection], _ shape: Shape, with new: Value, _ site: Site
    ) throws -> Value {
        guard new.settled.isNumeric else {
            throw Diagnostic("a tensor holds numbers, so \(new.typeDescription) cannot be put into it", at: site.span)
        }
        let block = SelectedBlock(selections, in: shape)
        guard block.gathers.isEmpty else { return try replacedAtPlaces(value, selections, shape, with: new, site) }
        // Then it is given the axes that single indices took away.
        var part = try stretched(new, to: Shape(block.kept), site)
        if part.outline?.shape.axes != block.lengths { part = try apply(.reshape, [part], Attributes([.ints(block.lengths)]), site) }
        return try apply(.sliceSet, [value, part], Attributes([.ints(block.starts), .ints(block.stops), .none]), site)
    }

    /// A new part in the shape of its place, as it reads.
    private func stretched(_ new: Value, to place: Shape, _ site: Site) throws -> Value {
        guard new.outline?.shape != place else { return new }
        guard let given = new.outline?.shape, Shape.broadcast(given, place) == place else {
            throw Diagnostic(
                "the new part is \(new.typeDescription), but its place is \(place.rank == 0 ? "a number" : "of shape \(place)")", at: site.span)
        }
        return try apply(.expand, [new], Attributes([.ints(place.axes)]), site)
    }

    /// Where an axis has a list of places: the numbers are replaced one by one, by their places in row-major order.
    private func replacedAtPlaces(
        _ value: Value, _ selections: [Selection], _ shape: Shape, with new: Value, _ site: Site
    ) throws -> Value {
        let order = Tensor(f64: shape) { numbers in for place in numbers.indices { numbers[place] = Double(place) } }
        let places = try select(selections, of: Value(order), shape: shape, site)
        let place = places.outline?.shape ?? .scalar
        func flat(_ value: Value, _ count: Int) throws -> Value { try apply(.reshape, [value], Attributes([.ints([count])]), site) }
        let part = try flat(stretched(new, to: place, site), place.count)
        let replaced = try replacing(flat(value, shape.count), at: flat(places, place.count), with: part, site, at: site.span)
        return try apply(.reshape, [replaced], Attributes([.ints(shape.axes)]), site)
    }
}

extension Value {
    /// A tensor or list that a variable may hold alone.
    var isUnshareable: Bool {
        switch self {
        case .tensor, .list, .record: true
        default: false
        }
    }
}
