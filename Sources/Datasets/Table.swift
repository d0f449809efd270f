package import Tensors

/// Columns of numbers or of text, by name.
package struct Table: Sendable {
    package enum Column: Sendable {
        /// Missing numbers are NaN.
        case numbers(Tensor)
        /// Missing texts are empty.
        case texts([String])
    }

    package let names: [String]
    package let columns: [Column]
    package let rowCount: Int

    package init(names: [String], columns: [Column], rowCount: Int) {
        (self.names, self.columns, self.rowCount) = (names, columns, rowCount)
    }

    package subscript(name: String) -> Column? { names.firstIndex(of: name).map { columns[$0] } }
}

extension Table {
    /// As comma-separated values that `CSV.parse` reads back: a row of names, numbers with all their digits, text quoted where it has to be.
    package var csv: String {
        var result = names.map(Table.quoted).joined(separator: ",") + "\n"
        for row in 0..<rowCount {
            for (index, column) in columns.enumerated() {
                if index > 0 { result += "," }
                switch column {
                case .numbers(let tensor): result += Table.text(tensor[row])
                case .texts(let texts): result += texts[row].isEmpty && names.count == 1 ? "\"\"" : Table.quoted(texts[row])
                }
            }
            result += "\n"
        }
        return result
    }

    /// The shortest that reads back as the same number; nothing for a missing one.
    package static func text(_ number: Double) -> String {
        if number.isNaN { return "" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        if let whole = Int(exactly: number), abs(number) < 1e15, number != 0 || number.sign == .plus { return "\(whole)" }
        return "\(number)"
    }

    private static func quoted(_ field: String) -> String {
        let isPlain = field.utf8.allSatisfy { !special.contains($0) } && field.utf8.first != 0x20 && field.utf8.last != 0x20
        return isPlain ? field : "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// What ends a field in one of the forms that are read, and quotes.
    private static let special = Set(",;|\t\r\n\"".utf8)
}
