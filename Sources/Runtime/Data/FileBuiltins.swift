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
        "load", [.required("path"), .optional("form", "the ending")] + RunLoading.parameters, .data,
        summary: "what a file holds, as its ending tells: npy and idx give a tensor, csv a table, safetensors a record of tensors or a run, json records and lists; behind any of them `.gz` may stand. A run goes on when it is given what no file holds, its loss and its data, and a schedule or a rule of your own as `rule:`",
        examples: [
            "save([1, 2], \"x.npy\"); load(\"x.npy\")  # [1, 2]", "save({w: [1, 2], b: 3}, \"p.safetensors\"); load(\"p.safetensors\").b  # 3",
            "L(w) = (w - 3)^2", "save(train(L, 0, lr: 0.1, steps: 5), \"run.safetensors\")",
            "train(load(\"run.safetensors\", loss: L), steps: 5).params == train(L, 0, lr: 0.1, steps: 10).params  # true",
        ]
    ) { call in
        let path = try call.text(0)
        let ending = call.has(1) ? try call.text(1) : dataEnding(path).form
        guard let form = LoadedForm.all.first(where: { $0.endings.contains(ending) }) else {
            let known = listed(LoadedForm.all.flatMap(\.endings))
            if call.has(1) { throw call.problem("there is no form of file called \"\(ending)\"", at: 1, hints: ["`load` reads \(known)"]) }
            throw call.problem(
                ending.isEmpty ? "`\(path)` has no ending that says how to read it" : "files that end in `.\(ending)` cannot be loaded",
                at: 0, hints: ["`load` reads \(known); where the ending does not tell, write `load(path, form: \"idx\")`", "`read` gives the text of any file"])
        }
        let value = try form.value(call, path)
        if let (name, index) = RunLoading.given(call, from: 2), !value.isRun {
            throw call.problem("`\(name)` goes with a run, but `\(path)` holds \(value.typeDescription)", at: index)
        }
        return value
    }
}

/// A form of file that `load` reads.
struct LoadedForm: Sendable {
    let endings: [String]
    let value: @Sendable (_ call: Builtin.Call, _ path: String) throws -> Value

    private init(_ endings: String..., value: @escaping @Sendable (Builtin.Call, String) throws -> Value) {
        (self.endings, self.value) = (endings, value)
    }

    /// One whose bytes tell all.
    private static func form(_ ending: String, _ value: @escaping @Sendable ([UInt8]) throws(DataError) -> Value) -> LoadedForm {
        LoadedForm(ending) { call, path in
            let bytes = try call.bytes(path)
            return try call.reading(path) { () throws(DataError) in try value(bytes) }
        }
    }

    static let all: [LoadedForm] = [
        form("npy") { bytes throws(DataError) in Value(try NPY.read(bytes)) },
        form("idx") { bytes throws(DataError) in Value(try IDX.read(bytes)) },
        LoadedForm("csv", "tsv") { call, path in .object(try call.readTable(path, CSV.Options())) },
        LoadedForm("safetensors") { call, path in
            let bytes = try call.bytes(path)
            let file = try call.reading(path) { () throws(DataError) in try Safetensors(reading: bytes) }
            if RunFile.isRun(file) { return .object(try RunLoading(call, from: 2, path, file).run()) }
            return try call.reading(path) { () throws(DataError) in try Tree.value(file) }
        },
        form("json") { bytes throws(DataError) in Value(try JSON.parse(bytes)) },
    ]
}

extension Value {
    fileprivate var isRun: Bool {
        if case .object(let object) = self { object is RunValue } else { false }
    }
}

/// The form that a path's ending tells, and whether the file is compressed. The files of MNIST end in `-ubyte`.
func dataEnding(_ path: String) -> (form: String, isCompressed: Bool) {
    let ending = fileEnding(path)
    if ending == "gz" { return (dataEnding(String(path.dropLast(3))).form, true) }
    return (path.hasSuffix("-ubyte") ? "idx" : ending, false)
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
        let (ending, isCompressed) = dataEnding(path)
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
                return isCompressed ? try Gzip.deflate(try form.bytes()) : try form.bytes()
            } catch {
                throw error as? DataError ?? DataError("\(error)")
            }
        }
        try machine.writeFile(path, bytes, at: span(1))
    }

    /// The bytes of a file, whether it is compressed or not.
    func bytes(_ path: String) throws -> [UInt8] {
        let bytes = try machine.readFile(path, at: span(0))
        return try reading(path) { () throws(DataError) in bytes.starts(with: Gzip.magic) ? try Gzip.inflate(bytes) : bytes }
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
