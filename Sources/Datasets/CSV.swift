import CLibcsv

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A table read from comma-separated values: columns of numbers or of text, by name.
package struct Table: Sendable, Equatable {
    package enum Column: Sendable, Equatable {
        /// Missing values are NaN.
        case numbers([Double])
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

/// Reads comma-separated values strictly, by libcsv: quotes must close, and all rows have as many fields as the first.
package enum CSV {
    package struct Options: Sendable {
        /// Whether the first row holds names; `nil` finds out: it does if none of its fields is a number.
        package var header: Bool?
        /// `nil` finds out: the one of `, ; tab |` that the first line has most of.
        package var separator: UInt8?

        package init(header: Bool? = nil, separator: UInt8? = nil) { (self.header, self.separator) = (header, separator) }
    }

    package static func parse(_ bytes: [UInt8], _ options: Options = Options()) throws(DataError) -> Table {
        var bytes = bytes[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        let separator = options.separator ?? guessedSeparator(bytes)
        // Twice over the bytes: columns must be known to be numbers before they are kept as such.
        let survey = Survey()
        try read(bytes, separator, into: survey)
        guard let width = survey.width else { throw DataError("the file holds no rows") }
        let hasHeader = options.header ?? (survey.firstRow.allSatisfy { CSV.number($0) == nil && !isMissing($0) })
        let loader = Loader(width: width, isNumber: survey.isNumber(hasHeader: hasHeader), skipsFirst: hasHeader)
        try read(bytes, separator, into: loader)
        let names = hasHeader ? unique(survey.firstRow) : (0..<width).map { "column\($0)" }
        return Table(names: names, columns: loader.columns, rowCount: survey.rows - (hasHeader ? 1 : 0))
    }

    /// Written with the separator `,`; text is quoted where it has to be.
    package static func text(names: [String], rows: Int, cell: (_ row: Int, _ column: Int) -> String) -> String {
        var result = names.map(quoted).joined(separator: ",") + "\n"
        for row in 0..<rows {
            result += names.indices.map { quoted(cell(row, $0)) }.joined(separator: ",") + "\n"
        }
        return result
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.contains { $0 == "," || $0 == "\"" || $0.isNewline } || field.first == " " || field.last == " "
        return needsQuotes ? "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : field
    }

    // MARK: Fields

    /// The whole field as a number, spaces around it aside.
    static func number(_ field: String) -> Double? {
        field.withCString { start -> Double? in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            guard var rest = end, rest != start else { return nil }
            while isspace(Int32(rest.pointee)) != 0 { rest += 1 }
            return rest.pointee == 0 ? value : nil
        }
    }

    static func isMissing(_ field: String) -> Bool {
        let trimmed = field.filter { $0 != " " && $0 != "\t" }
        return trimmed.isEmpty || ["NA", "N/A", "NaN", "nan", "?", "null", "-"].contains(trimmed)
    }

    private static func guessedSeparator(_ bytes: ArraySlice<UInt8>) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
            counts[byte, default: 0] += 1
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
        return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? UInt8(ascii: ",")
    }

    /// Names that repeat or are empty get their column's number.
    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.enumerated().map { index, name in
            let trimmed = name.trimmed
            let candidate = trimmed.isEmpty || seen.contains(trimmed) ? "\(trimmed.isEmpty ? "column" : trimmed)\(index)" : trimmed
            seen.insert(candidate)
            return candidate
        }
    }

    // MARK: libcsv

    fileprivate class Receiver {
        var fields: [String] = []
        var line = 1
        var rows = 0
        var width: Int?
        var error: DataError?

        func row() {}

        fileprivate func finishRow() {
            guard error == nil else { return }
            // A line without anything is no row.
            if fields.count > 1 || fields.first?.isEmpty == false {
                if let width, fields.count != width {
                    error = DataError(
                        "this row has \(fields.count) fields, the first has \(width)", line: line, column: min(fields.count, width) + 1,
                        hint: "a field with the separator in it must stand in quotes")
                }
                width = width ?? fields.count
                row()
                rows += 1
            }
            line += 1 + fields.reduce(0) { $0 + $1.utf8.count { $0 == UInt8(ascii: "\n") } }
            fields.removeAll(keepingCapacity: true)
        }
    }

    private static func read(_ bytes: ArraySlice<UInt8>, _ separator: UInt8, into receiver: Receiver) throws(DataError) {
        var parser = csv_parser()
        guard csv_init(&parser, UInt8(CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL)) == 0 else {
            throw DataError("there is no memory to read the file")
        }
        defer { csv_free(&parser) }
        csv_set_delim(&parser, separator)
        let context = Unmanaged.passUnretained(receiver).toOpaque()
        let parsed = bytes.withUnsafeBytes { buffer -> Int in
            csv_parse(&parser, buffer.baseAddress, buffer.count, { field, length, context in
                guard let context else { return }
                let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
                let bytes = UnsafeRawBufferPointer(start: field, count: field == nil ? 0 : length)
                receiver.fields.append(String(decoding: bytes, as: UTF8.self))
            }, { _, context in
                guard let context else { return }
                Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue().finishRow()
            }, context)
        }
        if let error = receiver.error { throw error }
        let code = csv_error(&parser)
        guard parsed == bytes.count, code == 0 else {
            throw DataError(
                "a quote stands where none belongs", line: receiver.line, column: receiver.fields.count + 1,
                hint: "inside quotes write a quote twice")
        }
        let end = csv_fini(&parser, { field, length, context in
            guard let context else { return }
            let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
            let bytes = UnsafeRawBufferPointer(start: field, count: field == nil ? 0 : length)
            receiver.fields.append(String(decoding: bytes, as: UTF8.self))
        }, { _, context in
            guard let context else { return }
            Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue().finishRow()
        }, context)
        if let error = receiver.error { throw error }
        guard end == 0 else {
            throw DataError("a quote is never closed", line: receiver.line, column: receiver.fields.count + 1)
        }
    }

    /// Finds the width and which columns hold numbers alone.
    private final class Survey: Receiver {
        var firstRow: [String] = []
        private var texts: [Bool] = []
        private var firstIsText: [Bool] = []

        override func row() {
            let kinds = fields.map { CSV.number($0) == nil && !CSV.isMissing($0) }
            if rows == 0 {
                firstRow = fields
                firstIsText = kinds
                texts = kinds.map { _ in false }
                return
            }
            for (index, isText) in kinds.enumerated() where isText && index < texts.count { texts[index] = true }
        }

        func isNumber(hasHeader: Bool) -> [Bool] {
            hasHeader ? texts.map(!) : zip(texts, firstIsText).map { !($0 || $1) }
        }
    }

    private final class Loader: Receiver {
        private let isNumber: [Bool]
        private let skipsFirst: Bool
        private var numbers: [[Double]]
        private var texts: [[String]]

        init(width: Int, isNumber: [Bool], skipsFirst: Bool) {
            self.isNumber = isNumber
            self.skipsFirst = skipsFirst
            numbers = [[Double]](repeating: [], count: width)
            texts = [[String]](repeating: [], count: width)
        }

        var columns: [Table.Column] {
            isNumber.indices.map { isNumber[$0] ? .numbers(numbers[$0]) : .texts(texts[$0]) }
        }

        override func row() {
            if rows == 0 && skipsFirst { return }
            for (index, field) in fields.enumerated() where index < isNumber.count {
                if isNumber[index] {
                    numbers[index].append(CSV.number(field) ?? .nan)
                } else {
                    texts[index].append(field.trimmed)
                }
            }
        }
    }
}

extension String {
    /// Without spaces and tabs at its ends.
    var trimmed: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" || character == "\r" }
        let start = drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(start[...last])
    }
}
