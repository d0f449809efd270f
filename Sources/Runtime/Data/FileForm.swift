import Datasets
import Tensors
import Training

/// One form in which a value can be stored in a file: the ending it goes by, and how its bytes are made. An object of Swift lists its
/// forms in `fileForms`; `save` needs to know nothing else of it.
package struct FileForm {
    /// Without the dot, in small letters.
    package let ending: String
    /// What it cannot say it throws, as a `DataError`.
    package let bytes: () throws -> [UInt8]

    package init(_ ending: String, bytes: @escaping () throws -> [UInt8]) { (self.ending, self.bytes) = (ending, bytes) }

    package init(_ ending: String, text: @escaping () throws -> String) {
        self.init(ending) { Array(try text().utf8) }
    }
}

/// The ending of a path in small letters, without the dot; empty for a name that has none.
func fileEnding(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
}

extension Value {
    /// The files that a value can be stored in. A string goes into a file of any ending, which `save` sees to.
    var fileForms: [FileForm] {
        switch settled {
        case .object(let object): object.fileForms
        case let value where value.isNumeric: value.tensor.map(FileForm.forms) ?? []
        case .record, .list: FileForm.forms(tree: self)
        default: []
        }
    }
}

extension FileForm {
    static func forms(_ tensor: Tensor) -> [FileForm] {
        var forms = [
            FileForm("npy") { NPY.write(tensor) }, FileForm("idx") { try IDX.write(tensor) },
            FileForm("json") { JSON(tensor).description },
        ]
        // Rows of numbers without names.
        if tensor.rank == 1 || tensor.rank == 2 {
            forms.append(FileForm("csv") {
                let width = tensor.rank == 1 ? 1 : tensor.shape[1]
                let numbers = tensor.numbers
                guard width > 0 else { throw DataError("a matrix without columns has no form in a file of text") }
                return stride(from: 0, to: numbers.count, by: width).map { start in
                    numbers[start..<(start + width)].map { Table.text($0) }.joined(separator: ",") + "\n"
                }.joined()
            })
        }
        return forms
    }

    /// Of a record or a list: parameters of a model as safetensors, anything as JSON, columns of one length as CSV.
    static func forms(tree: Value) -> [FileForm] {
        var forms = [
            FileForm("safetensors") { try Tree.file(tree).bytes }, FileForm("json") { try JSON(tree).description },
        ]
        if case .record(let record) = tree, let table = try? TableValue(columns: record, at: nil) {
            forms += table.fileForms.filter { $0.ending == "csv" }
        }
        return forms
    }

    /// As CSV the epochs, a row for each; as JSON the steps too.
    static func forms(_ history: History) -> [FileForm] {
        func columns(_ log: Log) -> [(name: String, values: [Double])] { log.names.map { ($0, log[$0]) } }
        func json(_ log: Log) -> JSON { .object(columns(log).map { ($0.name, .array($0.values.map { .number($0) })) }) }
        return [
            FileForm("csv") {
                let columns = columns(history.epochs)
                return Table(names: columns.map(\.name), columns: columns.map { .numbers(Tensor($0.values)) }, rowCount: history.epochs.count).csv
            },
            FileForm("json") { JSON.object([("epochs", json(history.epochs)), ("steps", json(history.steps))]).description },
        ]
    }
}
