package import Datasets
import Syntax
package import Tensors

/// Columns of equal length by name: of numbers, as tensors, or of anything else, as lists. Its fields are its columns, its elements its rows.
package final class TableValue: ObjectValue {
    package let names: [String]
    package let columns: [Value]
    package let rowCount: Int

    init(names: [String], columns: [Value], rowCount: Int) {
        (self.names, self.columns, self.rowCount) = (names, columns, rowCount)
    }

    package convenience init(_ table: Table) {
        let columns = table.columns.map { column -> Value in
            switch column {
            case .numbers(let tensor): .tensor(TensorValue(tensor))
            case .texts(let texts): .list(TableValue.shared(texts))
            }
        }
        self.init(names: table.names, columns: columns, rowCount: table.rowCount)
    }

    /// Equal texts as one value: a column of a million class names then takes little more memory than one of numbers.
    private static func shared(_ texts: [String]) -> [Value] {
        var known: [String: Value] = [:]
        return texts.map { text in
            if let value = known[text] { return value }
            let value = Value.string(text)
            if known.count < 10_000 { known[text] = value }
            return value
        }
    }

    var record: Record { Record(names: names, values: columns) }

    override func transplanted(by transplant: Transplant) throws -> ObjectValue {
        TableValue(names: names, columns: try columns.map(transplant.value), rowCount: rowCount)
    }

    package override var typeName: String { "a table" }
    package override var fieldNames: [String] { names }
    /// A file's `beta` is found as the language spells it, `β`.
    package override func field(_ name: String) -> Value? {
        (names.firstIndex(of: name) ?? names.firstIndex { canonicalName($0) == name }).map { columns[$0] }
    }

    package override func describe(_ style: NumberStyle) -> String { described(style) }

    // MARK: Rows

    package override var elementCount: Int? { rowCount }
    package override var shape: Shape? { Shape([rowCount, names.count]) }
    package override func element(_ index: Int) -> Value { .record(Record(names: names, values: columns.map { TableValue.entry($0, index) })) }
    package override func elements(at places: [Int]) -> Value {
        .object(TableValue(names: names, columns: columns.map { TableValue.picked($0, places) }, rowCount: places.count))
    }

    func selecting(_ chosen: [String]) -> TableValue {
        TableValue(names: chosen, columns: chosen.compactMap(field), rowCount: rowCount)
    }

    static func entry(_ column: Value, _ row: Int) -> Value {
        switch column {
        case .list(let list): list.elements[row]
        default: .number(column.tensor?[row] ?? .nan)
        }
    }

    private static func picked(_ column: Value, _ places: [Int]) -> Value {
        switch column {
        case .list(let list): return .list(places.map { list.elements[$0] })
        default:
            guard let tensor = column.tensor else { return column }
            let picked = Tensor(f64: Shape([places.count])) { numbers in
                for (index, place) in places.enumerated() { numbers[index] = tensor[place] }
            }
            return .tensor(TensorValue(picked.converted(to: tensor.type)))
        }
    }

    // MARK: What is missing

    /// Missing are NaN among numbers and the empty string among text.
    static func isMissing(_ column: Value, _ row: Int) -> Bool {
        switch column {
        case .list(let list): if case .text(let text) = list.elements[row] { text.string.isEmpty } else { false }
        default: column.tensor?[row].isNaN ?? false
        }
    }

    func missing(_ column: Value) -> Int { (0..<rowCount).count { TableValue.isMissing(column, $0) } }

    // MARK: Files

    package override var fileForms: [FileForm] {
        [
            FileForm("csv") { [self] in Array(try stored().csv.utf8) },
            FileForm("json") { [self] in JSON.object(zip(names, columns).map { ($0, (try? JSON($1)) ?? .null) }).description },
        ]
    }

    private func stored() throws(DataError) -> Table {
        var stored: [Table.Column] = []
        for (name, column) in zip(names, columns) {
            switch column {
            case .list(let list):
                var texts: [String] = []
                for element in list.elements {
                    guard case .text(let text) = element.settled else {
                        throw DataError("the column `\(name)` holds \(element.typeDescription), which has no place in a file of text")
                    }
                    texts.append(text.string)
                }
                stored.append(.texts(texts))
            default: stored.append(.numbers(column.tensor ?? Tensor([])))
            }
        }
        return Table(names: names, columns: stored, rowCount: rowCount)
    }
}

extension Value {
    package var table: TableValue? {
        if case .object(let object) = settled { object as? TableValue } else { nil }
    }
}
