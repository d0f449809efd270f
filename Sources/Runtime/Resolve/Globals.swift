package import Syntax

/// The top-level names of a session.
package final class Globals {
    private var table: [String: Variable] = [:]
    private var order: [String] = []
    /// Paths of the files whose names are here.
    var importedFiles: Set<String> = []

    package init() {}

    package subscript(name: String) -> Variable? { table[name] }

    /// In the order in which they were introduced.
    package var names: [String] { order }

    func variable(for name: Name) -> Variable {
        if let variable = table[name.text] { return variable }
        let variable = Variable(global: name.text, span: name.span)
        table[name.text] = variable
        order.append(name.text)
        return variable
    }

    /// Introduces a name from outside the language, with its value.
    package func set(_ name: String, to value: Value, at span: Span) {
        let variable = variable(for: Name(name, span))
        variable.global?.pointee = value
        variable.signature = nil
    }

    /// Forgets names that were announced but never got a value.
    package func dropUnset() {
        for name in order where table[name]?.global?.pointee.isNothing ?? true { table[name] = nil }
        order.removeAll { table[$0] == nil }
    }

    /// Lets go of all values. A function holds the names that it uses, its own among them, so that without this neither would ever be freed.
    func clear() {
        for variable in table.values { variable.global?.pointee = .nothing }
        table = [:]
        order = []
    }

    /// The values of all names, to go back to.
    package struct Snapshot {
        fileprivate let entries: [(name: String, variable: Variable, value: Value, signature: [ParameterInfo]?)]
        fileprivate let importedFiles: Set<String>

        package var values: [(name: String, value: Value)] { entries.map { ($0.name, $0.value) } }
    }

    package func snapshot() -> Snapshot {
        let entries = order.compactMap { name -> (String, Variable, Value, [ParameterInfo]?)? in
            guard let variable = table[name], let value = variable.global?.pointee else { return nil }
            return (name, variable, value, variable.signature)
        }
        return Snapshot(entries: entries, importedFiles: importedFiles)
    }

    package func restore(_ snapshot: Snapshot) {
        let kept = Set(snapshot.entries.map(\.name))
        for name in order where !kept.contains(name) { table[name]?.global?.pointee = .nothing }
        table = [:]
        order = []
        importedFiles = snapshot.importedFiles
        for entry in snapshot.entries {
            entry.variable.global?.pointee = entry.value
            entry.variable.signature = entry.signature
            table[entry.name] = entry.variable
            order.append(entry.name)
        }
    }
}

/// What the language brings along: primitives, builtins, constants and the prelude. Fixed once a session runs.
package final class Builtins {
    private var table: [String: Value] = [:]
    /// Names whose values are made when they are first asked for: functions of the prelude, by the file that holds them.
    private var pending: [String: Int] = [:]
    /// Runs a file of the prelude, which adds its names here.
    private var load: (Int) -> Void = { _ in }

    package init() {}

    package subscript(name: String) -> Value? {
        if let value = table[name] { return value }
        guard let file = pending[name] else { return nil }
        // Gone from the list before it runs, so that files which use each other in a circle do not load for ever.
        pending = pending.filter { $0.value != file }
        load(file)
        return table[name]
    }

    package var names: [String] { Array(table.keys) + pending.keys }

    package func add(_ name: String, _ value: Value) { table[name] = value }

    func add(pending names: [String: Int], load: @escaping (Int) -> Void) {
        pending = names
        self.load = load
    }
}
