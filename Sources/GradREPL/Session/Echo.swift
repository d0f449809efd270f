import Runtime
import Syntax
import Tensors

/// Values and updates as the prompt shows them.
struct Echo {
    let style: NumberStyle
    let paint: Paint
    let help: HelpText

    /// Longer than this, a row of numbers is told its length.
    private static let shortRow = 12
    /// A record's fields that an update shows one by one.
    private static let mostFields = 8
    /// The height of matrices that an update shows whole.
    private static let mostRows = 6

    // MARK: Values

    /// The value, with its shape behind it where that is not seen at a glance.
    func value(_ value: Value) -> String {
        if case .function(let callable) = value.settled { return function(callable) }
        let text = indented(value)
        guard let shape = shapeToTell(value) else { return text }
        return text + paint.dim("  # \(shape)")
    }

    /// What is written in Grad is shown as it is written, if it is short.
    private func function(_ callable: Callable) -> String {
        if let text = help.definition(callable), !text.contains("\n"), displayWidth(text) <= style.width { return text }
        let signature = help.signature(of: callable)
        guard let name = callable.name, !(callable is Closure) else { return signature }
        let remark = "  # `:help \(name)` tells about it"
        let isShort = displayWidth(signature) + displayWidth(remark) <= style.width
        return (isShort ? signature : "\(name)(…)") + paint.dim(remark)
    }

    private func shapeToTell(_ value: Value) -> Shape? {
        // One that was cut says its shape itself.
        guard let tensor = value.tensor, tensor.rank > 0, tensor.count <= style.mostNumbers else { return nil }
        return tensor.rank > 1 || tensor.count > Echo.shortRow ? tensor.shape : nil
    }

    /// A record with matrices in it has a field on each line.
    private func indented(_ value: Value) -> String {
        if case .object(let object) = value.settled, let explanation = object as? ExplanationValue {
            return explanation.lines(width: style.width).joined(separator: "\n")
        }
        let plain = style.describe(value)
        guard case .record(let record) = value.settled, plain.contains("\n") || displayWidth(plain) > style.width else { return plain }
        let fields = zip(record.names, record.values).map { name, field in
            let margin = String(repeating: " ", count: displayWidth(name) + 3)
            return "\(name): " + indented(field).split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n" + margin)
        }
        return "{" + fields.joined(separator: ",\n ") + "}"
    }

    // MARK: Updates

    /// `w: 0 → 0.6`; of a record the fields that changed; of what is too large for a line, how much it changed.
    func update(_ name: String, from old: Value, to new: Value) -> String {
        let (old, new) = (old.settled, new.settled)
        if case .record = new, let lines = fields(name, old, new) { return lines }
        return line(name, old, new)
    }

    private func fields(_ name: String, _ old: Value, _ new: Value) -> String? {
        let paths = new.leafPaths()
        guard paths == old.leafPaths() else { return nil }
        let changed = zip(paths, zip(old.leaves, new.leaves)).filter { !$1.0.isEqual(to: $1.1) }
        if changed.isEmpty { return "\(paint.name(name)): " + paint.dim("unchanged") }
        var lines = changed.prefix(Echo.mostFields).map { path, pair in
            line(path.hasPrefix("[") ? name + path : "\(name).\(path)", pair.0, pair.1)
        }
        if changed.count > lines.count { lines.append(paint.dim("… and \(changed.count - lines.count) more")) }
        return lines.joined(separator: "\n")
    }

    private func line(_ name: String, _ old: Value, _ new: Value) -> String {
        let (before, after) = (style.describe(old), style.describe(new))
        let head = paint.name(name) + ": "
        if before == after && old.isEqual(to: new) && !after.contains("\n") && after.utf8.count < style.width {
            return head + after + paint.dim("  # unchanged")
        }
        let isShort = !before.contains("\n") && !after.contains("\n")
            && displayWidth(name) + displayWidth(before) + displayWidth(after) + 5 <= style.width
        if isShort { return head + paint.old(before) + " → " + after }
        if let both = sideBySide(name, before, after) { return both }
        let (short, shortened) = (brief(old), brief(new))
        return head + (short == shortened ? short : paint.old(short) + " → " + shortened) + change(old, new)
    }

    /// Two small matrices beside each other.
    private func sideBySide(_ name: String, _ before: String, _ after: String) -> String? {
        let left = before.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let right = after.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let (wide, wider) = (left.map { displayWidth($0) }.max() ?? 0, right.map { displayWidth($0) }.max() ?? 0)
        let margin = displayWidth(name) + 2
        guard max(left.count, right.count) <= Echo.mostRows, margin + wide + 3 + wider <= style.width else { return nil }
        return (0..<max(left.count, right.count)).map { row in
            let old = row < left.count ? left[row] : ""
            let head = row == 0 ? paint.name(name) + ": " : String(repeating: " ", count: margin)
            guard row < right.count else { return head + paint.old(old) }
            let gap = String(repeating: " ", count: wide - displayWidth(old))
            return head + paint.old(old) + gap + (row == 0 ? " → " : "   ") + right[row]
        }.joined(separator: "\n")
    }

    private func change(_ old: Value, _ new: Value) -> String {
        guard let a = old.tensor, let b = new.tensor, a.shape == b.shape, a.rank > 0 else { return "" }
        let largest = zip(a.numbers, b.numbers).map { abs($0 - $1) }.reduce(0) { $1.isNaN ? .nan : max($0, $1) }
        var three = style
        three.digits = 3
        return largest == 0 ? paint.dim("  # unchanged") : paint.dim("  # changed by at most \(three.format(largest))")
    }

    /// A value in a few words.
    func brief(_ value: Value) -> String {
        let value = value.settled
        let text = style.describe(value)
        if !text.contains("\n"), displayWidth(text) <= 40 { return text }
        switch value {
        case .tensor(let box): return "\(box.tensor.type == .f32 ? "f32 " : "")tensor \(box.tensor.shape)"
        case .record(let record): return "{" + record.names.joined(separator: ", ") + "}"
        case .list(let list): return "a list of \(list.elements.count)"
        case .text(let text): return NumberStyle.quoted(String(text.string.prefix(30))) + "…"
        default: return value.typeDescription
        }
    }

    // MARK: Types

    /// `a tensor of shape [2, 3]`, `{w: a tensor of shape [2], b: a number}`.
    func type(_ value: Value) -> String {
        switch value.settled {
        case .record(let record):
            let fields = zip(record.names, record.values).map { "\($0): \(type($1))" }
            return "a record {" + fields.joined(separator: ", ") + "}"
        case .list(let list):
            guard let first = list.elements.first else { return "an empty list" }
            let kinds = Set(list.elements.map(type))
            return "a list of \(list.elements.count)" + (kinds.count == 1 ? ", each \(type(first))" : "")
        case .function(let callable): return "a function: \(help.signature(of: callable))"
        case let other: return other.typeDescription
        }
    }
}
