import Kernels
import Syntax

/// The steps of a program under construction: the outermost part first, then the functions it calls, each once.
final class NumericUnit {
    var code: [grad_step] = []
    private(set) var tables: [NumericTable] = []
    private(set) var globals: [NumericPlace] = []
    private(set) var callees: [NumericCallee] = []
    private(set) var derivatives: [NumericDerivative] = []
    private var functions: [FunctionCode] = []
    private var calls: [(step: Int, function: Int)] = []
    private var tableIndices: [ObjectIdentifier: Int] = [:]
    private var globalIndices: [ObjectIdentifier: Int] = [:]

    private static let mostSteps = 20_000

    // MARK: Making

    /// A loop over a range (whose counter and limit are registers 0 and 1) or under a condition; `nil` when it does anything but
    /// compute.
    static func loop(_ loop: NumericLoop.Kind, _ body: Block, _ resolution: Resolution) -> NumericProgram? {
        let unit = NumericUnit()
        var builder = NumericBuilder(unit, resolution, isFunction: false)
        switch loop {
        case .range(let name, let isClosed): guard builder.outermostRange(name, body, isClosed: isClosed) else { return nil }
        case .condition(let condition): guard builder.whileLoop(condition, body) else { return nil }
        }
        builder.emit(GRAD_STEP_END)
        builder.finish()
        guard !builder.isTooLarge, unit.link() else { return nil }
        // A function that reads a variable would not see what the loop has in its register.
        let written = Set(builder.variables.filter(\.isWritten).compactMap(\.place.variable))
        guard unit.globals.allSatisfy({ place in place.variable.map { !written.contains($0) } ?? true }) else { return nil }
        return NumericProgram(unit, builder)
    }

    /// A function whose arguments and result are numbers; `nil` if it does anything else, or has nothing in it worth the while.
    static func function(_ code: FunctionCode) -> NumericProgram? {
        let unit = NumericUnit()
        guard let builder = unit.build(code), unit.link() else { return nil }
        guard !unit.calls.isEmpty || unit.code.contains(where: \.isTurn) else { return nil }
        return NumericProgram(unit, builder)
    }

    private func build(_ function: FunctionCode) -> NumericBuilder? {
        guard function.isSimple, let resolution = function.resolution,
            resolution.functions[function.declaration.span]?.captures.isEmpty == true
        else { return nil }
        var builder = NumericBuilder(self, resolution, isFunction: true)
        guard builder.function(function.declaration), code.count < NumericUnit.mostSteps else { return nil }
        builder.finish()
        return builder.isTooLarge ? nil : builder
    }

    /// Compiles the functions called, and those that they call.
    private func link() -> Bool {
        var next = 0
        var entries: [(step: Int, window: UInt16)] = []
        while next < functions.count {
            let start = code.count
            guard let builder = build(functions[next]) else { return false }
            entries.append((start, builder.window))
            next += 1
        }
        for call in calls {
            code[call.step].target = Int32(truncatingIfNeeded: entries[call.function].step)
            code[call.step].b = entries[call.function].window
        }
        return true
    }

    // MARK: What the parts share

    /// A step that calls was written.
    func call(_ function: FunctionCode, through place: NumericPlace?, at step: Int) {
        let index = functions.firstIndex { $0 === function } ?? functions.count
        if index == functions.count { functions.append(function) }
        calls.append((step, index))
        depend(on: function, through: place)
    }

    /// The program holds as long as the name means this function.
    private func depend(on function: FunctionCode, through place: NumericPlace?) {
        if let place, !callees.contains(where: { $0.place.variable == place.variable }) { callees.append(NumericCallee(place: place, code: function)) }
    }

    /// The number of a derivative that is taken.
    func derivative(of function: FunctionCode, through place: NumericPlace?) -> UInt16 {
        depend(on: function, through: place)
        derivatives.append(function.plans.derivative)
        return UInt16(truncatingIfNeeded: derivatives.count - 1)
    }

    /// `nil` when the tensor is indexed in two ways.
    func table(_ variable: Variable, _ place: NumericPlace, rank: Int, isWritten: Bool) -> UInt16? {
        let index = tableIndices[ObjectIdentifier(variable)] ?? tables.count
        if index == tables.count {
            tableIndices[ObjectIdentifier(variable)] = index
            tables.append(NumericTable(variable: variable, place: place, rank: rank))
        }
        guard tables[index].rank == rank else { return nil }
        if isWritten { tables[index].isWritten = true }
        return UInt16(truncatingIfNeeded: index)
    }

    func global(_ variable: Variable, _ place: NumericPlace) -> UInt16 {
        let index = globalIndices[ObjectIdentifier(variable)] ?? globals.count
        if index == globals.count {
            globalIndices[ObjectIdentifier(variable)] = index
            globals.append(place)
        }
        return UInt16(truncatingIfNeeded: index)
    }
}

extension NumericPlace {
    /// The identity of a variable at top level.
    var variable: ObjectIdentifier? {
        if case .global(let variable, _) = self { ObjectIdentifier(variable) } else { nil }
    }
}

extension grad_step {
    fileprivate var isTurn: Bool {
        Int(op) == GRAD_STEP_AGAIN || Int(op) == GRAD_STEP_COUNT_OPEN || Int(op) == GRAD_STEP_COUNT_CLOSED
    }
}
