package import Syntax

/// A name that a program introduced: where its value lives.
package final class Variable {
    package let name: String
    package let span: Span
    /// The memory of a top-level name, which lives as long as the session; `nil` for a local one.
    package let global: UnsafeMutablePointer<Value>?
    /// The place in its function's frame; for a local name.
    let slot: Int
    /// Some closure uses it.
    var isCaptured = false
    /// Something other than its introduction writes it.
    var isUpdated: Bool
    /// The parameters, while it is known to hold one certain function: calls are checked against them before running.
    var signature: [ParameterInfo]?

    /// A top-level name.
    init(global name: String, span: Span) {
        self.name = name
        self.span = span
        self.slot = -1
        self.isUpdated = false
        self.global = .allocate(capacity: 1)
        self.global?.initialize(to: .nothing)
    }

    /// `isUpdated` from the start for a function that may be called before it is introduced.
    init(local name: String, span: Span, slot: Int, isUpdated: Bool = false) {
        self.name = name
        self.span = span
        self.slot = slot
        self.isUpdated = isUpdated
        self.global = nil
    }

    deinit {
        global?.deinitialize(count: 1)
        global?.deallocate()
    }

    /// A closure and its maker share it through a cell; otherwise a closure keeps a copy of the value.
    var isShared: Bool { isCaptured && isUpdated }
}

/// What a use of a name refers to.
enum Reference {
    case global(Variable)
    case local(Variable)
    /// The position among the captured values of the function that the use stands in.
    case captured(Int, Variable)
    /// A builtin or a function of the prelude.
    case constant(Value)
}

/// The names of one function body (or of the top level's blocks) and what it captures from those around it.
final class FunctionScope {
    let parent: FunctionScope?
    private(set) var slotCount = 0
    private(set) var captures: [(variable: Variable, reference: Reference)] = []
    private var blocks: [[String: Variable]] = [[:]]
    /// The top-level names that it and the functions within it use.
    private(set) var globals: [Variable] = []

    func uses(_ global: Variable) {
        if !globals.contains(where: { $0 === global }) { globals.append(global) }
        parent?.uses(global)
    }

    init(parent: FunctionScope?) { self.parent = parent }

    func openBlock() { blocks.append([:]) }
    func closeBlock() { blocks.removeLast() }

    /// The variable of this name that is visible in this function itself.
    func visible(_ name: String) -> Variable? {
        for block in blocks.reversed() {
            if let variable = block[name] { return variable }
        }
        return nil
    }

    /// Whether the innermost block introduced the name.
    func inInnermostBlock(_ name: String) -> Variable? { blocks[blocks.count - 1][name] }

    var visibleNames: [String] { blocks.flatMap(\.keys) + (parent?.visibleNames ?? []) }

    /// Parameters have the first slots, whatever the lengths and closures in their declarations introduce.
    func reserveParameters(_ count: Int) { slotCount += count }

    func introduce(_ name: Name, isUpdated: Bool = false, slot reserved: Int? = nil) -> Variable {
        let variable = Variable(local: name.text, span: name.span, slot: reserved ?? reserveSlot(), isUpdated: isUpdated)
        blocks[blocks.count - 1][name.text] = variable
        return variable
    }

    /// A slot without a name.
    func reserveSlot() -> Int {
        slotCount += 1
        return slotCount - 1
    }

    /// Finds a name in this function or those around it, capturing it on the way.
    func find(_ name: String) -> Reference? {
        if let variable = visible(name) { return .local(variable) }
        guard let outer = parent?.find(name) else { return nil }
        let variable: Variable
        switch outer {
        case .local(let found), .captured(_, let found): variable = found
        case .global, .constant: return outer
        }
        variable.isCaptured = true
        if let index = captures.firstIndex(where: { $0.variable === variable }) { return .captured(index, variable) }
        captures.append((variable, outer))
        return .captured(captures.count - 1, variable)
    }
}

/// What resolving found: the meaning of every use, by its place in the source.
final class Resolution {
    var uses: [Span: Reference] = [:]
    /// Names that mean nothing and need not: the `x` of `explain f'(x)`.
    var symbols: Set<Span> = []
    var declarations: [Span: Variable] = [:]
    var functions: [Span: FunctionScope] = [:]
    /// Lengths declared in parameters: the place of a name that is only checked, not introduced, is absent here.
    var main = FunctionScope(parent: nil)
    /// Top-level names that another machine has memory of its own for, by the variable they double.
    var doubles: [ObjectIdentifier: Variable] = [:]
}
