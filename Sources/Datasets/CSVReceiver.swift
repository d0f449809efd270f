import Tensors

/// Takes the fields of a file one after another and sorts them into columns.
final class CSVReceiver {
    private let options: CSV.Options
    private let marks: MissingMarks
    /// Columns known to be text from an earlier reading.
    private let texts: Set<Int>

    private(set) var error: DataError?
    private var line = 1
    private var endedInReturn = false
    /// Line ends inside the quotes of the row under way.
    private var innerLines = 0
    /// The place of the next field in its row.
    private var place = 0
    /// The first field of a row was empty: with nothing behind it the line is blank, and no row.
    private var beganEmpty = false
    private var width: Int?
    /// The fields of the first row, which may be names.
    private var firstRow: [String] = []
    private var names: [String] = []
    private var columns: [CSVColumn] = []
    private var rows = 0

    /// A file of separators alone must not take a thousand times its size in memory.
    private static let mostColumns = 1 << 20

    init(_ options: CSV.Options, texts: Set<Int>) {
        (self.options, self.texts) = (options, texts)
        marks = MissingMarks(options.missing)
    }

    /// Columns of numbers in which text was found.
    var conflicts: [Int] { columns.indices.filter { columns[$0].isConflicting } }

    /// With the place where the reading has come to.
    func fault(_ message: String, hint: String? = nil) -> DataError {
        DataError(message, line: line, column: place + 1, hint: hint)
    }

    // MARK: Fields and rows

    func take(_ field: UnsafeRawBufferPointer) {
        guard error == nil else { return }
        if field.count > 0, field.contains(UInt8(ascii: "\n")) { innerLines += field.count { $0 == UInt8(ascii: "\n") } }
        if place == 0, field.baseAddress == nil {
            beganEmpty = true
            place = 1
            return
        }
        if place == 1, beganEmpty { store(UnsafeRawBufferPointer(start: nil, count: 0), at: 0) }
        store(field, at: place)
        place += 1
    }

    private func store(_ field: UnsafeRawBufferPointer, at place: Int) {
        guard width != nil else {
            guard place < CSVReceiver.mostColumns else {
                error = fault("there are more than \(CSVReceiver.mostColumns) columns")
                return
            }
            guard let text = String(validating: field.bindMemory(to: UInt8.self), as: UTF8.self) else { return refuseEncoding() }
            firstRow.append(text)
            return
        }
        guard place < columns.count else { return }
        if !columns[place].append(field, marks, options.decimal) { refuseEncoding() }
    }

    private func refuseEncoding() {
        error = fault("the text is not in UTF-8", hint: "convert it first: iconv -f latin1 -t utf-8 old.csv > new.csv")
    }

    func endRow(_ end: Int32) {
        guard error == nil else { return }
        // "\r\n" ends one line, and is reported twice.
        let isSecondHalf = end == 0x0A && endedInReturn && place == 0
        endedInReturn = end == 0x0D
        if isSecondHalf { return }
        defer {
            line += 1 + innerLines
            (place, innerLines, beganEmpty) = (0, 0, false)
        }
        if place == 0 || (place == 1 && beganEmpty) { return }
        if let width {
            guard place == width else {
                error = DataError(
                    "this row has \(place) \(place == 1 ? "field" : "fields"), the first has \(width)", line: line,
                    column: min(place, width) + 1, hint: place > width ? "a field with the separator in it must stand in quotes" : nil)
                return
            }
            rows += 1
        } else {
            begin()
        }
    }

    /// What the first row tells: how many columns there are, and their names.
    private func begin() {
        width = firstRow.count
        let hasNumber = firstRow.contains { text in
            var copy = text
            return copy.withUTF8 { CSVNumber.parse(UnsafeRawBufferPointer($0), options.decimal) != nil }
        }
        let isHeader = options.header ?? (!hasNumber && firstRow.contains { !marks.isMissing($0) })
        columns = firstRow.indices.map { CSVColumn(isText: texts.contains($0)) }
        if isHeader {
            names = CSVReceiver.unique(firstRow)
            return
        }
        names = firstRow.indices.map { "column\($0)" }
        for (index, text) in firstRow.enumerated() {
            var copy = text
            _ = copy.withUTF8 { columns[index].append(UnsafeRawBufferPointer($0), marks, options.decimal) }
        }
        rows = 1
    }

    /// Names that repeat or are empty get their column's number.
    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.enumerated().map { index, name in
            let base = name.isEmpty ? "column" : name
            var candidate = name.isEmpty || seen.contains(name) ? "\(base)\(index)" : name
            while seen.contains(candidate) { candidate += "_" }
            seen.insert(candidate)
            return candidate
        }
    }

    func table() throws(DataError) -> Table {
        guard width != nil else { throw DataError("the file holds no rows") }
        return Table(names: names, columns: columns.map(\.result), rowCount: rows)
    }
}

/// One column as it grows: of numbers until text is met.
private final class CSVColumn {
    private var isText: Bool
    private var numbers: [Double] = []
    private var texts: [String] = []
    /// A number, or a mark that means a missing number but is text in a column of text, has been met.
    private var holdsNumbers = false
    private(set) var isConflicting = false

    init(isText: Bool) { self.isText = isText }

    /// Says no where the text is not in UTF-8.
    func append(_ field: UnsafeRawBufferPointer, _ marks: MissingMarks, _ decimal: UInt8) -> Bool {
        if isConflicting { return true }
        if isText { return appendText(field, marks) }
        if let number = CSVNumber.parse(field, decimal), !number.isNaN {
            holdsNumbers = true
            numbers.append(number)
            return true
        }
        switch marks.kind(field) {
        case .missing: numbers.append(.nan)
        case .missingNumber:
            holdsNumbers = true
            numbers.append(.nan)
        case .none:
            // What came before cannot be written as it stood, unless all of it was missing.
            guard !holdsNumbers else {
                isConflicting = true
                return true
            }
            isText = true
            texts = numbers.map { _ in "" }
            numbers = []
            return appendText(field, marks)
        }
        return true
    }

    private func appendText(_ field: UnsafeRawBufferPointer, _ marks: MissingMarks) -> Bool {
        if marks.kind(field) == .missing {
            texts.append("")
            return true
        }
        guard let text = String(validating: field.bindMemory(to: UInt8.self), as: UTF8.self) else { return false }
        texts.append(text)
        return true
    }

    var result: Table.Column { isText ? .texts(texts) : .numbers(Tensor(numbers)) }
}

/// Fields that stand for nothing.
private struct MissingMarks {
    enum Kind {
        case none
        case missing
        /// Among numbers it stands for a missing one; among text it may well mean something.
        case missingNumber
    }

    private let always: Set<String>
    private let numbers: Set<String>
    private let longest: Int

    init(_ given: [String]?) {
        always = Set(given ?? ["NA", "N/A", "NaN", "nan", "null", "NULL"])
        numbers = given == nil ? ["?", "-"] : []
        longest = always.union(numbers).map(\.utf8.count).max() ?? 0
    }

    func isMissing(_ text: String) -> Bool { text.isEmpty || always.contains(text) || numbers.contains(text) }

    func kind(_ field: UnsafeRawBufferPointer) -> Kind {
        if field.count == 0 { return .missing }
        if field.count > longest { return .none }
        let text = String(decoding: field, as: UTF8.self)
        return always.contains(text) ? .missing : numbers.contains(text) ? .missingNumber : .none
    }
}
