import Autodiff
import Datasets
import Syntax
import Tensors

// Tables: read from files of text, taken apart into tensors.

extension Builtin {
    static let tables: [Builtin] = [csv, table, columns, select, dropMissing, fillMissing, summary]

    static let csv = Builtin(
        "csv",
        [
            .required("path"), .optional("header", "found"), .optional("separator", "found"), .optional("decimal", "\".\""),
            .optional("missing", "the usual marks"),
        ], .data,
        summary: "a table out of a file of comma-separated values; its fields are the columns, numbers as a tensor (nan where one is missing), text as a list",
        examples: [
            "write(\"x,kind\\n1,a\\n2.5,b\\n\", \"t.csv\"); t = csv(\"t.csv\")", "t.x  # [1, 2.5]", "t[1]  # {x: 2.5, kind: \"b\"}",
        ]
    ) { call in
        var options = CSV.Options()
        if call.has(1) { options.header = try call.flag(1, default: true) }
        if call.has(2) { options.separator = try call.character(2) }
        if call.has(3) { options.decimal = try call.character(3) }
        if call.has(4) { options.missing = try call.names(4) }
        return .object(try call.readTable(try call.text(0), options))
    }

    static let table = Builtin(
        "table", [.required("columns")], .data, summary: "a table out of a record of columns: vectors, and lists of as many strings",
        examples: ["t = table({x: [1, 2], kind: [\"a\", \"b\"]})", "shape(t)  # [2, 2]", "t.kind[1]  # \"b\""]
    ) { call in
        if let table = call[0].table { return .object(table) }
        return .object(try TableValue(columns: try call.record(0), at: call.span(0)))
    }

    static let columns = Builtin(
        "columns", [.required("t"), .optional("names", "all that hold numbers")], .data,
        summary: "columns of a table side by side as a matrix, a row for each of its rows",
        examples: ["t = table({x: [1, 2], kind: [\"a\", \"b\"], y: [3, 4]})", "columns(t, [\"y\", \"x\"])  # [[3, 1], [4, 2]]", "shape(columns(t))  # [2, 2]"]
    ) { call in
        let table = try call.table(0)
        let names = call.has(1) ? try call.columnNames(1, of: table) : table.names.filter { table.field($0)?.isNumeric ?? false }
        guard !names.isEmpty else { throw call.problem("the table has no columns of numbers", at: 0) }
        let parts = try names.map { name in
            guard let column = table.field(name), column.isNumeric else {
                throw call.problem(
                    "the column `\(name)` holds text, which has no place in a matrix", at: call.has(1) ? 1 : 0,
                    hints: ["`labels(t.\(name)).ids` gives a number for each text"])
            }
            let missing = table.missing(column)
            if missing > 0 {
                call.machine.note(
                    "`\(name)` lacks \(missing) of its \(table.rowCount) numbers, which are nan here", at: call.site.span,
                    hints: ["`drop_missing(t)` leaves such rows out, `fill_missing(t, mean)` fills them in"])
            }
            return column
        }
        return try call.apply(.stack, parts, Attributes([.int(1)]))
    }

    static let select = Builtin(
        "select", [.required("t"), .required("names")], .data, summary: "the table with only these columns, in this order",
        examples: ["keys(select(table({a: [1], b: [2], c: [3]}), [\"c\", \"a\"]))  # [\"c\", \"a\"]"]
    ) { call in
        let table = try call.table(0)
        return .object(table.selecting(try call.columnNames(1, of: table)))
    }

    static let dropMissing = Builtin(
        "drop_missing", [.required("t"), .optional("names", "all columns")], .data,
        summary: "the table without the rows in which something is missing: nan among numbers, \"\" among text",
        examples: ["length(drop_missing(table({x: [1, nan, 3]})))  # 2"]
    ) { call in
        let table = try call.table(0)
        let names = call.has(1) ? try call.columnNames(1, of: table) : table.names
        let columns = names.compactMap(table.field)
        return table.elements(at: (0..<table.rowCount).filter { row in !columns.contains { TableValue.isMissing($0, row) } })
    }

    static let fillMissing = Builtin(
        "fill_missing", [.required("t"), .required("with"), .optional("names", "all that hold numbers")], .data,
        summary: "the table with the missing numbers of its columns replaced by a number, or by what a function gives for the others of the column",
        examples: ["fill_missing(table({x: [1, nan, 5]}), mean).x  # [1, 3, 5]", "fill_missing(table({x: [1, nan]}), 0).x  # [1, 0]"]
    ) { call in
        let table = try call.table(0)
        let names = call.has(2) ? try call.columnNames(2, of: table) : table.names.filter { table.field($0)?.isNumeric ?? false }
        let columns = try zip(table.names, table.columns).map { name, column in
            guard names.contains(name), table.missing(column) > 0 else { return column }
            guard let tensor = column.tensor else {
                throw call.problem("the column `\(name)` holds text, and only numbers are filled in", at: 2)
            }
            let present = tensor.numbers.filter { !$0.isNaN }
            let value = try call.filling(1, present, name)
            return .tensor(TensorValue(Tensor(tensor.numbers.map { $0.isNaN ? value : $0 })))
        }
        return .object(TableValue(names: table.names, columns: columns, rowCount: table.rowCount))
    }

    static let summary = Builtin(
        "summary", [.required("t")], .data,
        summary: "a table with a row for each column of t: how many entries are missing, how many different ones there are, and of numbers mean, standard deviation and range",
        examples: ["summary(table({x: [1, 2, 6], kind: [\"a\", \"b\", \"b\"]})).mean[0]  # 3"]
    ) { call in .object(try call.table(0).summary) }
}

extension Builtin.Call {
    func table(_ index: Int) throws -> TableValue {
        guard let table = self[index].table else {
            throw typeError(index, needs: "a table", hints: ["`csv(path)` reads one, `table({x: …})` makes one"])
        }
        return table
    }

    /// A string, or a list of strings.
    func names(_ index: Int) throws -> [String] {
        if case .text(let text) = self[index] { return [text.string] }
        return try elements(index).map { element in
            guard case .text(let text) = element.settled else { throw machine.typeError("a name", needs: "a string", element, at: span(index)) }
            return text.string
        }
    }

    func columnNames(_ index: Int, of table: TableValue) throws -> [String] {
        let names = try names(index)
        for name in names where table.field(name) == nil { throw machine.noColumn(name, table, span(index)) }
        return names
    }

    fileprivate func character(_ index: Int) throws -> UInt8 {
        let text = try text(index)
        guard text.utf8.count == 1, let byte = text.utf8.first, byte != UInt8(ascii: "\""), byte >= 32 || byte == 9 else {
            throw problem("`\(builtin.parameters[index].name)` is one character, such as \";\"", at: index)
        }
        return byte
    }

    fileprivate func filling(_ index: Int, _ present: [Double], _ name: String) throws -> Double {
        guard case .function = self[index] else { return try number(index) }
        guard !present.isEmpty else { throw problem("the column `\(name)` holds no number that others could be filled in from", at: 0) }
        let value = try call(index, [.tensor(TensorValue(Tensor(present)))]).settled
        guard let number = value.tensor, number.rank == 0 else {
            throw problem("the function must give one number for a column, but it gives \(value.typeDescription)", at: index)
        }
        return number.number
    }

    /// A table out of a file; a long reading can be stopped.
    func readTable(_ path: String, _ options: CSV.Options) throws -> TableValue {
        let bytes = try bytes(path)
        let before = machine.environment.interruptions()
        defer { machine.environment.loading?(path, bytes.count, bytes.count) }
        do {
            return TableValue(try reading(path) { () throws(DataError) in
                try CSV.parse(bytes, options) { read in
                    machine.environment.loading?(path, read, bytes.count)
                    return machine.environment.interruptions() == before
                }
            })
        } catch {
            try machine.checkInterruption()
            throw error
        }
    }
}

extension Machine {
    func noColumn(_ name: String, _ table: TableValue, _ span: Span) -> Diagnostic {
        let similar = nearestNames(to: name, among: table.names)
        return Diagnostic(
            "the table has no column `\(name)`", at: span,
            hints: [similar.isEmpty ? "it has \(Machine.listed(table.names))" : "did you mean `\(similar[0])`?"])
    }
}

extension TableValue {
    /// Out of columns that must have one length.
    convenience init(columns record: Record, at span: Span?) throws {
        var length: (name: String, count: Int)?
        let columns = try zip(record.names, record.values).map { name, value in
            let value = value.settled
            let count: Int
            switch value {
            case .list(let list): count = list.elements.count
            default:
                guard let tensor = value.tensor, tensor.rank == 1 else {
                    throw Diagnostic("a column is a vector or a list, but `\(name)` is \(value.typeDescription)", at: span)
                }
                count = tensor.count
            }
            if let length, length.count != count {
                throw Diagnostic("`\(length.name)` has \(length.count) rows, but `\(name)` has \(count)", at: span)
            }
            length = (name, count)
            return value.tensor.map { .tensor(TensorValue($0)) } ?? value
        }
        self.init(names: record.names, columns: columns, rowCount: length?.count ?? 0)
    }

    /// `merge(t, u)` where t is a table: u is one too, or a record of columns.
    static func merged(_ call: Builtin.Call) throws -> TableValue? {
        guard let table = call[0].table else { return nil }
        let added = try call[1].table?.record ?? call.record(1)
        let record = zip(added.names, added.values).reduce(table.record) { $0.setting($1.0, to: $1.1) }
        return try TableValue(columns: record, at: call.span(1))
    }

    /// What each row is sorted by: a column of the name given, or what a function gives for the row.
    func keys(by call: Builtin.Call) throws -> [Value] {
        guard case .text(let name) = call[3] else {
            return try (0..<rowCount).map { try call.call(3, [element($0)]).settled }
        }
        guard let column = field(name.string) else { throw call.machine.noColumn(name.string, self, call.span(3)) }
        return (0..<rowCount).map { TableValue.entry(column, $0) }
    }

    var summary: TableValue {
        func number(_ value: (Tensor) -> Double) -> Value {
            .tensor(TensorValue(Tensor(columns.map { column in
                guard let numbers = column.tensor?.numbers.filter({ !$0.isNaN }), !numbers.isEmpty else { return .nan }
                return value(Tensor(numbers))
            })))
        }
        func mean(_ x: Tensor) -> Double { x.numbers.reduce(0, +) / Double(x.count) }
        let different = columns.map { column -> Double in
            var seen: Set<String> = []
            if let tensor = column.tensor { return Double(Set(tensor.numbers.filter { !$0.isNaN }).count) }
            for case .text(let text) in (0..<rowCount).map({ TableValue.entry(column, $0) }) where !text.string.isEmpty { seen.insert(text.string) }
            return Double(seen.count)
        }
        return TableValue(
            names: ["column", "missing", "different", "mean", "std", "min", "max"],
            columns: [
                .list(names.map(Value.string)), .tensor(TensorValue(Tensor(columns.map { Double(missing($0)) }))),
                .tensor(TensorValue(Tensor(different))), number(mean),
                number { x in
                    let center = mean(x)
                    return (x.numbers.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(x.count)).squareRoot()
                },
                number { $0.numbers.min() ?? .nan }, number { $0.numbers.max() ?? .nan },
            ], rowCount: names.count)
    }
}
