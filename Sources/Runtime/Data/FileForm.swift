import Datasets
import Tensors

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
        [FileForm("npy") { NPY.write(tensor) }]
    }

    static func forms(tree: Value) -> [FileForm] { [] }
}
