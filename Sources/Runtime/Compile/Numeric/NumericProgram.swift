import Kernels
import Syntax

/// Code that only computes with plain numbers and elements of tensors, as steps that C runs over unboxed doubles: a loop, or a
/// function with the functions it calls. It is run while its variables hold what it was written for; whatever else turns up
/// (an index out of range, a recursion too deep) is left to the general code, which finds the value or the error.
final class NumericProgram {
    let code: [grad_step]
    /// How many registers the outermost part uses.
    let window: Int
    /// What the registers hold at the start, as far as it is known.
    let constants: [(register: Int, number: Double)]
    let variables: [NumericVariable]
    let tables: [NumericTable]
    /// Numbers at top level that functions read.
    let globals: [NumericPlace]
    /// The functions called, by the name through which they are.
    private let callees: [NumericCallee]
    /// The derivatives taken.
    let derivatives: [NumericDerivative]
    /// The parts of the outermost code that the general code can do in its place, in order.
    let regions: [NumericRegion]

    init(_ unit: NumericUnit, _ builder: NumericBuilder) {
        code = unit.code
        window = Int(builder.window)
        constants = builder.constants.map { (Int($0.value), Double(bitPattern: $0.key)) }
        variables = builder.variables
        tables = unit.tables
        globals = unit.globals
        callees = unit.callees
        derivatives = unit.derivatives
        regions = builder.regions
        parts = .init(repeating: nil, count: regions.count)
    }

    private var parts: [Step?]

    /// General code for a region that is a statement, compiled when it is first needed.
    func general(_ region: Int, _ statement: Statement, _ compiler: Compiler) -> Step {
        if let part = parts[region] { return part }
        let part = Step(compiler.compile(statement, isTail: false))
        parts[region] = part
        return part
    }

    /// Whether every name still means the function that it was compiled with.
    func callsAreValid(_ frame: Frame) -> Bool {
        for callee in callees {
            guard case .function(let callable) = callee.place.pointer(frame).pointee, let code = callable.asClosure?.code,
                code === callee.code
            else { return false }
        }
        return true
    }
}

/// Where a variable lives.
enum NumericPlace {
    case slot(Int)
    case capture(Int)
    case global(Variable, UnsafeMutablePointer<Value>)

    func pointer(_ frame: Frame) -> UnsafeMutablePointer<Value> {
        switch self {
        case .slot(let slot): frame.slots + slot
        case .capture(let index): frame.captures + index
        case .global(_, let place): place
        }
    }
}

struct NumericCallee {
    let place: NumericPlace
    /// The function may hold the program that calls it.
    weak var code: FunctionCode?
}

/// A variable of a loop that lives in a register while the loop runs.
struct NumericVariable {
    let place: NumericPlace
    let register: Int
    /// Introduced by the loop itself: nothing sees it before or after.
    let isInner: Bool
    var isWritten = false
}

/// A tensor whose elements are read or written.
struct NumericTable {
    let variable: Variable
    let place: NumericPlace
    let rank: Int
    var isWritten = false
}

/// Steps that stand for a part of the program.
struct NumericRegion {
    enum Part {
        case statement(Statement)
        /// A condition, with the step to go on at if it does not hold; else it is the one after the region.
        case condition(Expression, otherwise: Int)
        /// The ends of a range, and their registers.
        case range(lower: Expression, upper: Expression, Int, Int, isClosed: Bool, Span)
    }
    let steps: Range<Int>
    var part: Part
}
