import Autodiff
import Syntax
import Tensors

/// Carries values over to another machine, so that it can run what was written for the first on a thread of its own.
///
/// A machine is used by one thread: compiled code holds its machine, and variables are plain memory. So a function is compiled again from
/// its tree, and the variables it uses get doubles with the values they have now. What holds neither (a number, a builtin, the numbers
/// of a tensor) is shared: it does not change, and counting its references is safe across threads.
final class Transplant {
    let machine: Machine
    private var resolutions: [ObjectIdentifier: (original: Resolution, double: Resolution)] = [:]
    private var codes: [ObjectIdentifier: (original: FunctionCode, double: FunctionCode)] = [:]
    private var closures: [ObjectIdentifier: (original: Closure, double: Closure)] = [:]
    private var variables: [ObjectIdentifier: (original: Variable, double: Variable)] = [:]
    private var cells: [ObjectIdentifier: (original: Cell, double: Cell)] = [:]
    private var objects: [ObjectIdentifier: (original: ObjectValue, double: ObjectValue)] = [:]
    /// What the doubles of variables and shared cells held when they were made.
    private var watched: [(now: () -> Value, before: Value)] = []

    /// Something that belongs to one machine for good.
    struct Unmovable: Error {}

    init(to machine: Machine) { self.machine = machine }

    /// The way back: what was carried over by `other` is itself again.
    init(back other: Transplant, to machine: Machine) {
        self.machine = machine
        for (original, double) in other.codes.values { codes[ObjectIdentifier(double)] = (double, original) }
        for (original, double) in other.closures.values { closures[ObjectIdentifier(double)] = (double, original) }
        for (original, double) in other.variables.values { variables[ObjectIdentifier(double)] = (double, original) }
        for (original, double) in other.cells.values { cells[ObjectIdentifier(double)] = (double, original) }
        for (original, double) in other.objects.values { objects[ObjectIdentifier(double)] = (double, original) }
    }

    /// Once the other machine is not used any more: functions and the names that they use would hold one another for good.
    func clear() { for (_, double) in variables.values { double.global?.pointee = .nothing } }

    /// Whether something that ran there wrote a variable from outside of it.
    var hasChanges: Bool { watched.contains { !$0.now().isIdentical(to: $0.before) } }

    // MARK: Values

    func value(_ value: Value) throws -> Value {
        switch value.settled {
        case .nothing, .number, .boolean, .text, .range: return value.settled
        case .tensor(let box): return .tensor(TensorValue(box.tensor))
        case .node: throw Unmovable()
        case .list(let list): return .list(List(try list.elements.map(self.value)))
        case .record(let record): return .record(Record(names: record.names, values: try record.values.map(self.value)))
        case .function(let function): return .function(try callable(function))
        case .object(let object): return .object(try self.object(object))
        case .cell(let cell): return .cell(try self.cell(cell, isWatched: true))
        }
    }

    func callable(_ function: Callable) throws -> Callable {
        guard let closure = function as? Closure else { return try function.transplanted(by: self) }
        return try self.closure(closure)
    }

    func object(_ object: ObjectValue) throws -> ObjectValue {
        if let found = objects[ObjectIdentifier(object)] { return found.double }
        let double = try object.transplanted(by: self)
        objects[ObjectIdentifier(object)] = (object, double)
        return double
    }

    // MARK: Functions

    func closure(_ closure: Closure) throws -> Closure {
        if let found = closures[ObjectIdentifier(closure)] { return found.double }
        let code = try self.code(closure.code)
        let captures = UnsafeBufferPointer(start: closure.captures, count: closure.captureCount)
        let double = Closure(code, captures: captures.map { _ in .nothing })
        // Known before what it captured is carried over, which may be itself.
        closures[ObjectIdentifier(closure)] = (closure, double)
        for (index, captured) in captures.enumerated() { double.captures[index] = try value(captured) }
        return double
    }

    private func code(_ code: FunctionCode) throws -> FunctionCode {
        if let found = codes[ObjectIdentifier(code)] { return found.double }
        let resolution = try self.resolution(code.origin.resolution, within: code.origin.span)
        let compiler = Compiler(machine: machine, resolution: resolution)
        guard let double = compiler.code(again: code.origin) else { throw Unmovable() }
        codes[ObjectIdentifier(code)] = (code, double)
        return double
    }

    /// A resolution in which the uses within a function mean the doubles.
    private func resolution(_ original: Resolution, within span: Span) throws -> Resolution {
        let key = ObjectIdentifier(original)
        let double = resolutions[key]?.double ?? Resolution()
        if resolutions[key] == nil {
            double.declarations = original.declarations
            double.functions = original.functions
            double.main = original.main
            resolutions[key] = (original, double)
        }
        for (place, reference) in original.uses where span.contains(place) && double.uses[place] == nil {
            switch reference {
            case .global(let variable):
                let own = try self.variable(variable)
                double.uses[place] = .global(own)
                double.doubles[ObjectIdentifier(variable)] = own
            case .constant(let constant): double.uses[place] = .constant(try value(constant))
            case .local, .captured: double.uses[place] = reference
            }
        }
        return double
    }

    // MARK: Variables

    private func variable(_ variable: Variable) throws -> Variable {
        if let found = variables[ObjectIdentifier(variable)] { return found.double }
        let double = Variable(global: variable.name, span: variable.span)
        variables[ObjectIdentifier(variable)] = (variable, double)
        guard let source = variable.global, let place = double.global else { return double }
        place.pointee = try value(source.pointee)
        watched.append(({ [double] in double.global?.pointee ?? .nothing }, place.pointee))
        return double
    }

    /// A rule's settings and memory are written at every step, and mean nothing between two; other shared cells are watched.
    func cell(_ cell: Cell, isWatched: Bool) throws -> Cell {
        if let found = cells[ObjectIdentifier(cell)] { return found.double }
        let double = Cell(.nothing)
        cells[ObjectIdentifier(cell)] = (cell, double)
        double.value = try value(cell.value)
        if isWatched { watched.append(({ double.value }, double.value)) }
        return double
    }
}
