import Autodiff
package import Tensors

// Values as text. What is printed can be pasted back, unless it was cut.

extension NumberStyle {
    /// As a string interpolation or `print` shows it: strings without quotes.
    package func plain(_ value: Value) -> String {
        if case .text(let text) = value { return text.string }
        return describe(value)
    }

    package func describe(_ value: Value) -> String {
        var parts = NumberStyle.mostParts
        value.countParts(&parts)
        return parts > 0 ? text(of: value) : "[…]  # more than \(NumberStyle.mostParts) parts"
    }

    /// Lists that hold one list many times, level upon level, would fill any memory as text.
    private static let mostParts = 1_000_000

    private func text(of value: Value) -> String {
        switch value.settled {
        case .nothing: return "nothing"
        case .number(let number): return format(number)
        case .boolean(let boolean): return boolean ? "true" : "false"
        case .text(let text): return NumberStyle.quoted(text.string)
        case .tensor(let box): return describe(box.tensor)
        case .node: return text(of: value.observed)
        case .list(let list): return describe(list)
        case .record(let record):
            let parts = zip(record.names, record.values).map { name, value in ("\(name): ", narrowed(by: name.count + 3).text(of: value)) }
            return laidOut("{", parts, "}")
        case .range(let range): return "\(format(range.lower))\(range.isClosed ? "..." : "..<")\(format(range.upper))"
        case .function(let callable): return describe(callable)
        case .object(let object): return object.describe(self)
        case .cell(let cell): return text(of: cell.value)
        }
    }

    private func describe(_ list: List) -> String {
        // A list that holds only numbers or tensors would read back as a tensor.
        let isAmbiguous = !list.elements.isEmpty && list.elements.allSatisfy { $0.settled.isNumeric }
        let isCall = isAmbiguous || list.elements.isEmpty
        let (elements, cut) = narrowed(by: isCall ? 5 : 1).shown(list.elements)
        return laidOut(isCall ? "list(" : "[", elements.map { ("", $0) }, isCall ? ")" : "]") + cut
    }

    /// A long list is cut, as a tensor is, and its length told.
    private func shown(_ elements: [Value]) -> ([String], String) {
        guard elements.count > mostNumbers else { return (elements.map(text), "") }
        let edge = TensorPrinter.edge
        return (elements.prefix(edge).map(text) + ["…"] + elements.suffix(edge).map(text), "  # \(elements.count) elements")
    }

    /// For a part of a record or a list, which stands behind its bracket and label and has a comma or a bracket behind it.
    private func narrowed(by count: Int) -> NumberStyle {
        var style = self
        style.width = max(NumberStyle.leastWidth, width - count - 1)
        return style
    }

    private static let leastWidth = 20

    /// On one line where they fit; else one below another, lines of a part indented under its start.
    private func laidOut(_ opening: String, _ parts: [(label: String, text: String)], _ closing: String) -> String {
        let line = opening + parts.map { $0.label + $0.text }.joined(separator: ", ") + closing
        if !line.contains("\n"), line.count <= width { return line }
        let margin = String(repeating: " ", count: opening.count)
        if !line.contains("\n") {
            return opening + TensorPrinter.wrapped(parts.map { $0.label + $0.text }, indent: opening.count, width: width) + closing
        }
        let lines = parts.map { part in
            let indent = margin + String(repeating: " ", count: part.label.count)
            return part.label + part.text.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated().map { $0 == 0 || $1.isEmpty ? String($1) : indent + $1 }.joined(separator: "\n")
        }
        return opening + lines.joined(separator: ",\n" + margin) + closing
    }

    private func describe(_ callable: Callable) -> String {
        let parameters = callable.parameters.map(\.name).joined(separator: ", ")
        return "\(callable.name ?? "function")(\(parameters))"
    }

    /// A string as it is written in a program.
    package static func quoted(_ string: String) -> String {
        var result = "\""
        for character in string.unicodeScalars {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "{": result += "\\{"
            case "}": result += "\\}"
            default:
                if character.value < 32 || character.value == 127 {
                    result += "\\u{\(String(character.value, radix: 16))}"
                } else {
                    result.unicodeScalars.append(character)
                }
            }
        }
        return result + "\""
    }

    // MARK: Tensors

    package func describe(_ tensor: Tensor) -> String {
        if tensor.type == .f32 { return "f32(\(single.describeNumbers(tensor)))" }
        return describeNumbers(tensor)
    }

    private func describeNumbers(_ tensor: Tensor) -> String {
        if tensor.rank == 0 { return format(tensor.number) }
        let body: String
        if tensor.shape.axes.contains(0) {
            body = tensor.rank == 1 ? "[]" : "zeros(\(tensor.shape))"
        } else {
            let isCut = tensor.count > mostNumbers
            let printer = TensorPrinter(tensor: tensor, style: self, isCut: isCut)
            body = printer.text + (isCut ? "  # \(tensor.shape)" : "")
        }
        return body
    }
}

/// Rows one under another, numbers of a column aligned.
private struct TensorPrinter {
    let tensor: Tensor
    let style: NumberStyle
    let isCut: Bool

    /// Entries shown at each end of a cut axis.
    static let edge = 3

    var text: String {
        let shown = shownNumbers()
        let width = tensor.rank > 1 ? shown.values.map(\.count).max() ?? 0 : 0
        return block(axis: 0, offset: 0, indent: 1, shown, width)
    }

    /// The places shown along an axis; `nil` stands for what is left out.
    private func places(_ axis: Int) -> [Int?] {
        let length = tensor.shape[axis]
        guard isCut, length > 2 * TensorPrinter.edge + 1 else { return Array(0..<length) }
        return Array(0..<TensorPrinter.edge) + [nil] + Array((length - TensorPrinter.edge)..<length)
    }

    private func shownNumbers() -> [Int: String] {
        var result: [Int: String] = [:]
        let strides = tensor.shape.strides
        func visit(_ axis: Int, _ offset: Int) {
            if axis == tensor.rank {
                result[offset] = style.format(tensor[offset])
                return
            }
            for case .some(let place) in places(axis) { visit(axis + 1, offset + place * strides[axis]) }
        }
        visit(0, 0)
        return result
    }

    private func block(axis: Int, offset: Int, indent: Int, _ shown: [Int: String], _ width: Int) -> String {
        let stride = tensor.shape.strides[axis]
        let parts = places(axis).map { place -> String in
            guard let place else { return "…" }
            let position = offset + place * stride
            if axis == tensor.rank - 1 {
                let number = shown[position] ?? ""
                return String(repeating: " ", count: max(0, width - number.count)) + number
            }
            return block(axis: axis + 1, offset: position, indent: indent + 1, shown, width)
        }
        if axis == tensor.rank - 1 { return "[" + TensorPrinter.wrapped(parts, indent: indent, width: style.width) + "]" }
        let blankLines = String(repeating: "\n", count: tensor.rank - 1 - axis)
        return "[" + parts.joined(separator: "," + blankLines + String(repeating: " ", count: indent)) + "]"
    }

    /// A row that is longer than the line goes on under its start.
    static func wrapped(_ parts: [String], indent: Int, width: Int) -> String {
        var lines: [String] = []
        var line = ""
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            // The last has the closing bracket behind it, the others a comma.
            if !line.isEmpty, indent + line.count + 1 + part.count + 1 > width {
                lines.append(line)
                line = part
            } else {
                line += (line.isEmpty ? "" : " ") + part
            }
            if !isLast { line += "," }
        }
        lines.append(line)
        return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}

extension Value {
    /// Takes from `left` the parts that lists and records hold, at any depth; stops where none is left.
    fileprivate func countParts(_ left: inout Int) {
        let parts: [Value]
        switch self {
        case .list(let list): parts = list.elements
        case .record(let record): parts = record.values
        default: return
        }
        left -= parts.count
        for part in parts where left > 0 { part.countParts(&left) }
    }
}
