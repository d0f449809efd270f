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
        switch value.settled {
        case .nothing: return "nothing"
        case .number(let number): return format(number)
        case .boolean(let boolean): return boolean ? "true" : "false"
        case .text(let text): return NumberStyle.quoted(text.string)
        case .tensor(let box): return describe(box.tensor)
        case .node(let node): return describe(Value.plain(node))
        case .list(let list): return describe(list)
        case .record(let record):
            return row("{", zip(record.names, record.values).map { ("\($0): ", $1) }, "}")
        case .range(let range): return "\(format(range.lower))\(range.isClosed ? "..." : "..<")\(format(range.upper))"
        case .function(let callable): return describe(callable)
        case .object(let object): return object.describe(self)
        case .cell(let cell): return describe(cell.value)
        }
    }

    private func describe(_ list: List) -> String {
        // A list that holds only numbers or tensors would read back as a tensor.
        let isAmbiguous = !list.elements.isEmpty && list.elements.allSatisfy { $0.settled.isNumeric }
        let parts = list.elements.map { ("", $0) }
        return isAmbiguous || list.elements.isEmpty ? row("list(", parts, ")") : row("[", parts, "]")
    }

    /// Values side by side; the lines of one that has several begin under its first.
    private func row(_ open: String, _ parts: [(label: String, value: Value)], _ close: String) -> String {
        var text = open
        var column = open.count
        for (index, part) in parts.enumerated() {
            let label = (index > 0 ? ", " : "") + part.label
            column += label.count
            let lines = describe(part.value).split(separator: "\n", omittingEmptySubsequences: false)
            text += label + lines.joined(separator: "\n" + String(repeating: " ", count: column))
            column += lines.last?.count ?? 0
        }
        return text + close
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
        if tensor.rank == 0 { return tensor.type == .f32 ? "f32(\(digits(of: tensor.number, as: .f32)))" : format(tensor.number) }
        let body: String
        if tensor.shape.axes.contains(0) {
            body = tensor.rank == 1 ? "[]" : "zeros(\(tensor.shape))"
        } else {
            let isCut = tensor.count > mostNumbers
            let printer = TensorPrinter(tensor: tensor, style: self, isCut: isCut)
            body = printer.text + (isCut ? "  # \(tensor.shape)" : "")
        }
        return tensor.type == .f32 ? "f32(\(body))" : body
    }
}

/// Rows one under another, numbers of a column aligned.
private struct TensorPrinter {
    let tensor: Tensor
    let style: NumberStyle
    let isCut: Bool

    /// Entries shown at each end of a cut axis.
    private static let edge = 3

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
                result[offset] = style.digits(of: tensor[offset], as: tensor.type)
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
        if axis == tensor.rank - 1 { return wrapped(parts, indent) }
        let blankLines = String(repeating: "\n", count: tensor.rank - 1 - axis)
        return "[" + parts.joined(separator: "," + blankLines + String(repeating: " ", count: indent)) + "]"
    }

    /// A row that is longer than the line goes on under its start.
    private func wrapped(_ parts: [String], _ indent: Int) -> String {
        var lines: [String] = []
        var line = ""
        for (index, part) in parts.enumerated() {
            let piece = part + (index < parts.count - 1 ? "," : "]")
            if !line.isEmpty, indent + line.count + 1 + piece.count > style.width {
                lines.append(line)
                line = piece
            } else {
                line += (line.isEmpty ? "" : " ") + piece
            }
        }
        lines.append(line)
        return "[" + lines.joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
