import Autodiff
import Datasets
import Syntax
import Tensors

extension Builtin {
    static let files: [Builtin] = [save, load, write, read]

    static let save = Builtin(
        "save", [.required("x"), .required("path")], .data,
        summary: "stores a value in a file, in the form that the file's ending tells: a tensor as npy, a picture as svg, a run as safetensors; `load` reads it back",
        examples: ["save([[1, 2], [3, 4]], \"W.npy\"); load(\"W.npy\")[1]  # [3, 4]"]
    ) { call in
        try call.store(call[0], at: try call.text(1))
        return .nothing
    }

    static let write = Builtin(
        "write", [.required("x"), .required("path")], .data,
        summary: "writes text to a file: a string as it is, other values as `save` does",
        examples: ["write(\"x,y\\n1,2\\n\", \"points.csv\"); read(\"points.csv\")  # \"x,y\\n1,2\\n\""]
    ) { call in
        if case .text(let text) = call[0] {
            try call.machine.writeFile(try call.text(1), Array(text.string.utf8), at: call.span(1))
        } else {
            try call.store(call[0], at: try call.text(1))
        }
        return .nothing
    }

    static let read = Builtin(
        "read", [.required("path")], .data, summary: "the text of a file as a string",
        examples: ["write(\"two lines\\nof text\", \"note.txt\"); lines(read(\"note.txt\"))  # [\"two lines\", \"of text\"]"]
    ) { call in
        let bytes = try call.machine.readFile(try call.text(0), at: call.span(0))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw call.problem("`\(try call.text(0))` is no text: it is not in UTF-8", at: 0, hints: ["`load` reads files of data"])
        }
        return .string(text)
    }

    static let load = Builtin(
        "load", [.required("path")], .data, summary: "what a file holds, as its ending tells: npy gives a tensor",
        examples: ["save([1, 2], \"x.npy\"); load(\"x.npy\")  # [1, 2]"]
    ) { call in
        let path = try call.text(0)
        let ending = fileEnding(path)
        guard let form = LoadedForm.all.first(where: { $0.endings.contains(ending) }) else {
            throw call.problem(
                ending.isEmpty ? "`\(path)` has no ending that says how to read it" : "files that end in `.\(ending)` cannot be loaded",
                at: 0, hints: ["`load` reads \(listed(LoadedForm.all.flatMap(\.endings)))", "`read` gives the text of any file"])
        }
        let bytes = try call.machine.readFile(path, at: call.span(0))
        return try call.reading(path) { () throws(DataError) in try form.value(bytes) }
    }
}

/// A form of file that `load` reads.
struct LoadedForm: Sendable {
    let endings: [String]
    let value: @Sendable ([UInt8]) throws(DataError) -> Value

    init(_ endings: String..., value: @escaping @Sendable ([UInt8]) throws(DataError) -> Value) {
        (self.endings, self.value) = (endings, value)
    }

    static let all: [LoadedForm] = [npy]

    static let npy = LoadedForm("npy") { bytes throws(DataError) in Value(try NPY.read(bytes)) }
}

/// "`.a`, `.b` and `.c`".
func listed(_ endings: [String]) -> String {
    let names = endings.map { "`.\($0)`" }
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " and " + last
}

extension Builtin.Call {
    /// Stores a value in the form that the path's ending tells.
    fileprivate func store(_ value: Value, at path: String) throws {
        let forms = value.fileForms
        let ending = fileEnding(path)
        guard !forms.isEmpty else {
            throw typeError(0, needs: "something that a file can hold", hints: [
                "tensors, records of tensors, tables, runs and pictures can be stored", "`write(str(x), path)` stores what is printed",
            ])
        }
        guard let form = forms.first(where: { $0.ending == ending }) else {
            let what = value.typeDescription
            throw problem(
                ending.isEmpty ? "`\(path)` has no ending that says how to store \(what)" : "\(what) cannot be stored as `.\(ending)`",
                at: 1, hints: ["it can be stored as \(listed(forms.map(\.ending)))"])
        }
        let bytes = try reading(path, "stored") { () throws(DataError) in
            do {
                return try form.bytes()
            } catch {
                throw error as? DataError ?? DataError("\(error)")
            }
        }
        try machine.writeFile(path, bytes, at: span(1))
    }

    /// Gives what is wrong with data the place of the call, and the place in the file.
    func reading<R>(_ path: String, _ participle: String = "read", _ body: () throws(DataError) -> R) throws -> R {
        do throws(DataError) {
            return try body()
        } catch {
            var place = " cannot be \(participle): "
            if let line = error.line { place = ", line \(line)" + (error.column.map { ", field \($0): " } ?? ": ") }
            throw problem("`\(path)`\(place)\(error.message)", at: 0, hints: error.hint.map { [$0] } ?? [])
        }
    }
}
